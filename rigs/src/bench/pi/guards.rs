//! What may stop the rig: the guard's contact and the emergency stop, read back. Both stand in the power path themselves;
//! reading them tells the rig's fault from the board's.

use super::wires::{E_STOP, INTERLOCK};
use crate::bench::RigFault;
use crate::rig::pi::{Input, Line, PiWires};

/// The guards of a rig.
#[derive(Debug, Clone, Default)]
pub struct Guards(Vec<(Input, &'static str)>);

impl Guards {
    /// Those that the rig has.
    pub fn new(wires: &PiWires) -> Self {
        let one = |input: Option<Input>, what| input.map(|input| (input, what));
        Self([one(wires.interlock, INTERLOCK), one(wires.e_stop, E_STOP)].into_iter().flatten().collect())
    }

    /// Looks at all of them; `is_high` reads a line.
    ///
    /// # Errors
    /// One is open, or pressed.
    pub fn check(&self, is_high: impl Fn(Line) -> bool) -> Result<(), RigFault> {
        self.0.iter().try_for_each(|(input, what)| is_sound(input, what, is_high(input.line)))
    }

    /// An edge was heard. An opening however short counts: the power path opened with it.
    ///
    /// # Errors
    /// It is one of a guard that opened.
    pub fn heard(&self, line: Line, high: bool) -> Result<(), RigFault> {
        self.0.iter().filter(|(input, _)| input.line == line).try_for_each(|(input, what)| is_sound(input, what, high))
    }
}

fn is_sound(input: &Input, what: &str, high: bool) -> Result<(), RigFault> {
    if input.active.high_for(true) == high {
        return Ok(());
    }
    let (did, hint) = match what {
        E_STOP => ("is pressed", "find out why, then release it"),
        _ => ("is open", "close the guard"),
    };
    Err(RigFault { what: format!("{what} {did} ({}): the rig is de-energised", input.line), hint: hint.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::Rig;
    use std::path::Path;

    #[test]
    fn either_guard_stops_the_rig_and_says_which() {
        let rig = Rig::load(Path::new("pi-12v.toml")).unwrap();
        let guards = Guards::new(rig.stand.pi().unwrap());
        guards.check(|_| false).unwrap();
        let open = guards.check(|line| line.number() == 23).unwrap_err();
        assert_eq!(open.what, "the interlock is open (GPIO23): the rig is de-energised");
        let pressed = guards.check(|line| line.number() == 24).unwrap_err();
        assert_eq!(pressed.what, "the emergency stop is pressed (GPIO24): the rig is de-energised");
        let line = |name: &str| name.parse().unwrap();
        guards.heard(line("GPIO23"), false).unwrap();
        guards.heard(line("GPIO5"), true).unwrap();
        assert!(guards.heard(line("GPIO23"), true).is_err(), "a break however short");
    }
}
