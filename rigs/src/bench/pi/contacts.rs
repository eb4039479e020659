//! From edges of a sense line to the state of a relay's contact.
//!
//! A contact or an optocoupler on DC tells by its level. One on the switched mains gives a pulse each half period while the
//! contact is closed: it is closed from the first pulse on, and open once one and a half half-periods went by without
//! one. That is known only then, and told with that instant.

use super::clock::Mono;
use super::edges::Edge;
use crate::rig::pi::{Input, Line, RelaySense, SenseKind};
use brownout_trace::event::What;
use brownout_trace::{Hertz, RelayName, Span};

/// A contact's change, as the line tells it.
pub type Change = (Mono, bool);

/// One relay's contact.
#[derive(Debug, Clone)]
pub struct Contact {
    name: RelayName,
    input: Input,
    /// Without a pulse for so long it is open; `None` where the level tells.
    silence: Option<Span>,
    pulse: Option<Mono>,
    closed: bool,
    told: u32,
}

impl Contact {
    /// Of this sense, its line at this level; the mains' frequency where there is one.
    pub fn new(sense: &RelaySense, mains: Option<Hertz>, high: bool) -> Self {
        let silence = match sense.by {
            SenseKind::Contact | SenseKind::Optocoupler => None,
            SenseKind::MainsOptocoupler => Some(silence(mains)),
        };
        let active = sense.input.active.high_for(true) == high;
        let name = sense.name.clone();
        Self { name, input: sense.input, silence, pulse: None, closed: active && silence.is_none(), told: 0 }
    }

    /// Its line.
    pub fn line(&self) -> Line {
        self.input.line
    }

    /// Whether it is closed.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Takes an edge of its line; what it comes to, if to anything. [`Contact::pass`] has to come first.
    pub fn edge(&mut self, edge: &Edge) -> Option<Change> {
        let active = self.input.active.high_for(true) == edge.high;
        if self.silence.is_some() {
            if !active {
                return None;
            }
            self.pulse = Some(edge.at);
        }
        // The kernel reads the level after the edge: of a bounce shorter than that both edges look alike.
        self.becomes(active, edge.at)
    }

    /// Time has passed up to here: of a train of pulses the next may be missing.
    pub fn pass(&mut self, now: Mono) -> Option<Change> {
        let due = self.pulse? + self.silence?;
        if now < due {
            return None;
        }
        self.pulse = None;
        self.becomes(false, due)
    }

    fn becomes(&mut self, closed: bool, at: Mono) -> Option<Change> {
        (std::mem::replace(&mut self.closed, closed) != closed).then_some((at, closed))
    }

    /// The event of a change, numbered.
    pub fn told(&mut self, closed: bool) -> What {
        self.told += 1;
        What::Contact { relay: self.name.clone(), closed, sequence: self.told }
    }
}

/// One and a half times the distance of two pulses; without a frequency that of the slower mains.
fn silence(mains: Option<Hertz>) -> Span {
    let frequency = mains.map_or(50.0, |hertz| hertz.0);
    Span::from_secs_f64(1.5 / (2.0 * frequency))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sense(by: &str, active: &str) -> RelaySense {
        let text = format!("name = \"K1\"\ninput = {{ line = \"GPIO5\", active = \"{active}\" }}\nby = \"{by}\"\n");
        toml::from_str(&text).unwrap()
    }

    fn edge(micros: i64, high: bool) -> Edge {
        Edge { line: "GPIO5".parse().unwrap(), high, at: Mono(micros * 1_000), sequence: 0 }
    }

    #[test]
    fn a_level_tells_by_its_active_side_and_only_when_it_changes() {
        let mut contact = Contact::new(&sense("contact", "low"), None, true);
        assert!(!contact.is_closed());
        assert_eq!(contact.edge(&edge(1, false)), Some((Mono(1_000), true)));
        assert_eq!(contact.edge(&edge(2, false)), None, "a bounce too short to be seen");
        assert_eq!(contact.edge(&edge(3, true)), Some((Mono(3_000), false)));
        assert_eq!(contact.pass(Mono(i64::MAX)), None);
        let What::Contact { sequence: 1, closed: true, .. } = contact.told(true) else { panic!("numbered from 1") };
        assert!(Contact::new(&sense("optocoupler", "high"), None, true).is_closed(), "closed from the start");
    }

    #[test]
    fn a_train_of_pulses_is_a_closed_contact_until_one_is_missing() {
        let mut contact = Contact::new(&sense("mains-optocoupler", "high"), Some(Hertz(50.0)), true);
        assert!(!contact.is_closed(), "a level alone tells nothing");
        assert_eq!(contact.edge(&edge(500, false)), None);
        assert_eq!(contact.edge(&edge(10_000, true)), Some((Mono(10_000_000), true)));
        for pulse in 2..50 {
            let at = pulse * 10_000;
            assert_eq!(contact.pass(Mono(at * 1_000)), None);
            assert_eq!(contact.edge(&edge(at, true)), None);
            assert_eq!(contact.edge(&edge(at + 700, false)), None);
        }
        // The last came at 490 ms.
        assert_eq!(contact.pass(Mono(504_999_999)), None);
        assert_eq!(contact.pass(Mono(505_000_000)), Some((Mono(505_000_000), false)));
        assert_eq!(contact.pass(Mono(600_000_000)), None);
        assert_eq!(contact.edge(&edge(700_000, true)), Some((Mono(700_000_000), true)));
    }

    #[test]
    fn a_single_missing_pulse_is_seen_at_60_hz() {
        let mut contact = Contact::new(&sense("mains-optocoupler", "high"), Some(Hertz(60.0)), false);
        contact.edge(&edge(0, true));
        // 8.33 ms between pulses: 12.5 ms without one.
        assert_eq!(contact.pass(Mono(12_499_000)), None);
        assert!(contact.pass(Mono(12_501_000)).is_some());
    }
}
