//! How the command ends.

use crate::runner::End;
use std::process::{ExitCode, Termination};

/// An exit status, from harmless to grave: of several, the gravest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: every case passed or was skipped, and is as approved.
    Fine,
    /// 75: rig trouble, a case inconclusive, not recorded or not run; a scheduler may try again.
    RigTrouble,
    /// 1: a board failed, or its outcome is not as approved.
    BoardFailed,
    /// 2: usage, a file that does not parse or plan, or nothing to run.
    Usage,
    /// 70: a bug of ours.
    Bug,
}

impl Exit {
    /// The number a process ends with.
    pub fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::RigTrouble => 75,
            Self::BoardFailed => 1,
            Self::Usage => 2,
            Self::Bug => 70,
        }
    }
}

impl From<End> for Exit {
    fn from(end: End) -> Self {
        match end {
            End::Passed | End::Skipped | End::Quarantined => Self::Fine,
            End::NotRun | End::Inconclusive => Self::RigTrouble,
            End::Failed => Self::BoardFailed,
            End::Bug => Self::Bug,
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_counts() {
        let mut all = [Exit::Bug, Exit::Usage, Exit::BoardFailed, Exit::RigTrouble, Exit::Fine];
        assert!(all.is_sorted_by(|one, other| one > other));
        assert_eq!(all.map(Exit::code), [70, 2, 1, 75, 0]);
        all.sort();
        assert_eq!(all[4], Exit::Bug);
    }
}
