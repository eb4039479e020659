//! What ends an attempt early, and whose doing it was.

use brownout_rigs::bench::RigFault;
use brownout_trace::Verdict;

/// Why an attempt cannot go on. The texts are whole sentences without their full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Halt {
    /// The board did not do what every further step needs.
    Board(String),
    /// The rig failed, or cannot show what the board did.
    Rig(String),
    /// The scenario asks for what cannot be done at this point; neither board nor rig failed.
    Scenario(String),
    /// A shot was not delivered as asked; the case may restart.
    Spoilt(String),
}

impl Halt {
    /// The verdict it brings over the case: only a board's own failure is one.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Board(_) => Verdict::Failed,
            Self::Rig(_) | Self::Scenario(_) | Self::Spoilt(_) => Verdict::Inconclusive,
        }
    }

    /// In words.
    pub fn why(&self) -> &str {
        match self {
            Self::Board(why) | Self::Rig(why) | Self::Scenario(why) | Self::Spoilt(why) => why,
        }
    }
}

impl From<RigFault> for Halt {
    fn from(fault: RigFault) -> Self {
        Self::Rig(fault.to_string())
    }
}
