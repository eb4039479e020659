//! A relay: an armature that follows its coil with delay, and a contact that bounces.
//!
//! The armature pulls in once the driven coil has stood at or above its pick-up voltage for the operate time without
//! a break; it lets go once the voltage has been below drop-out for the release time without a break. In between it
//! stays as it is. The coil current's own rise and decay are part of these times, as in data sheets.
//!
//! The contact is normally open. On closing it bounces: a seeded number of breaks of seeded widths, all within the
//! bounce length, the last edge a closing one. On opening it breaks cleanly.
//!
//! How the board drives it: whenever the coil is switched, and whenever the bulk voltage crosses the threshold that
//! [`Relay::awaits`] names, it calls [`Relay::set_coil_voltage`]; at [`Relay::next_event`] it takes edges with
//! [`Relay::pop_event`]. Telling it the voltage more often does no harm.

mod parts;

pub use parts::{CoilVoltage, ContactKind, RelayError, RelayParts};

use crate::bounce::bounces;
use crate::rng::Stream;
use brownout_trace::event::Crossing;
use brownout_trace::{Instant, Volts};

/// A defect of the contact, to be injected. The armature moves all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContactFault {
    /// None.
    #[default]
    Sound,
    /// Burnt: it never closes.
    StuckOpen,
    /// Welded: it never opens.
    Welded,
}

/// Where the armature is, and when it gets where it is going.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Armature {
    Resting,
    PullingIn(Instant),
    Held,
    LettingGo(Instant),
}

/// A relay at an instant. Plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct Relay {
    parts: RelayParts,
    pick_up: Volts,
    drop_out: Volts,
    random: Stream,
    driven: bool,
    armature: Armature,
    /// Whether the contact would be closed if it were sound.
    made: bool,
    /// Instants at which it changes while bouncing, the next one last.
    bounces: Vec<Instant>,
    fault: ContactFault,
    /// Closings so far, and the one at which a defect comes.
    closings: u32,
    doomed: Option<(u32, ContactFault)>,
}

impl Relay {
    /// A relay at rest. The parts are those that passed [`RelayParts::check`]; the stream is for its bounces alone.
    pub fn new(parts: RelayParts, random: Stream) -> Self {
        debug_assert_eq!(parts.check(), Ok(()));
        Self {
            pick_up: parts.pick_up.of(parts.nominal),
            drop_out: parts.drop_out.of(parts.nominal),
            parts,
            random,
            driven: false,
            armature: Armature::Resting,
            made: false,
            bounces: Vec::new(),
            fault: ContactFault::Sound,
            closings: 0,
            doomed: None,
        }
    }

    /// The parts it is made of.
    pub fn parts(&self) -> &RelayParts {
        &self.parts
    }

    /// Whether the contact is closed.
    pub fn contact(&self) -> bool {
        match self.fault {
            ContactFault::Sound => self.made,
            ContactFault::StuckOpen => false,
            ContactFault::Welded => true,
        }
    }

    /// The contact's defect.
    pub fn fault(&self) -> ContactFault {
        self.fault
    }

    /// Injects a defect, or repairs it. Gives the contact's new state where that changes at once.
    pub fn set_fault(&mut self, fault: ContactFault) -> Option<bool> {
        let before = self.contact();
        self.fault = fault;
        Some(self.contact()).filter(|after| *after != before)
    }

    /// A defect that comes with closing number `closing`, counted from 1: the contact welds as it closes, or does not
    /// close any more.
    pub fn doom(&mut self, closing: u32, fault: ContactFault) {
        self.doomed = Some((closing, fault));
    }

    /// How often the armature has pulled in.
    pub fn closings(&self) -> u32 {
        self.closings
    }

    /// Tells the voltage across the coil from now on: the bulk's while driven, [`None`] while not.
    ///
    /// Events due before `at` must have been taken. One due at `at` itself still happens: the time had run out.
    pub fn set_coil_voltage(&mut self, at: Instant, coil: Option<Volts>) {
        debug_assert!(self.next_event().is_none_or(|due| due >= at), "the relay has an event before {at}");
        self.driven = coil.is_some();
        let coil = coil.unwrap_or(Volts::ZERO);
        let (pulls, lets_go) = (coil >= self.pick_up, coil < self.drop_out);
        self.armature = match self.armature {
            Armature::PullingIn(done) | Armature::LettingGo(done) if done <= at => self.armature,
            Armature::Resting if pulls => Armature::PullingIn(at + *self.parts.operate),
            Armature::PullingIn(_) if !pulls => Armature::Resting,
            Armature::Held if lets_go => Armature::LettingGo(at + *self.parts.release),
            Armature::LettingGo(_) if !lets_go => Armature::Held,
            same => same,
        };
    }

    /// The one crossing of the bulk voltage that matters next, while the coil is driven: ask the supply when it comes.
    pub fn awaits(&self) -> Option<(Volts, Crossing)> {
        self.driven.then_some(match self.armature {
            Armature::Resting => (self.pick_up, Crossing::Rising),
            Armature::PullingIn(_) => (self.pick_up, Crossing::Falling),
            Armature::Held => (self.drop_out, Crossing::Falling),
            Armature::LettingGo(_) => (self.drop_out, Crossing::Rising),
        })
    }

    /// When the armature arrives or the contact bounces next. Behind a defect that is no edge of the contact.
    pub fn next_event(&self) -> Option<Instant> {
        let arrival = match self.armature {
            Armature::PullingIn(done) | Armature::LettingGo(done) => Some(done),
            Armature::Resting | Armature::Held => None,
        };
        let bounce = self.bounces.last().copied();
        [arrival, bounce].into_iter().flatten().min()
    }

    /// Takes what is due by `at`, up to the first edge of the contact: its new state. [`None`]: no more edges by then.
    pub fn pop_event(&mut self, at: Instant) -> Option<bool> {
        while let Some(due) = self.next_event().filter(|due| *due <= at) {
            let before = self.contact();
            self.take(due);
            if self.contact() != before {
                return Some(self.contact());
            }
        }
        None
    }

    fn take(&mut self, due: Instant) {
        match self.armature {
            Armature::PullingIn(done) if done == due => {
                self.armature = Armature::Held;
                self.made = true;
                self.closings = self.closings.saturating_add(1);
                if let Some((_, fault)) = self.doomed.filter(|(closing, _)| self.closings >= *closing) {
                    (self.fault, self.doomed) = (fault, None);
                }
                self.bounces = bounces(&mut self.random, due, *self.parts.bounce);
            }
            Armature::LettingGo(done) if done == due => {
                self.armature = Armature::Resting;
                self.made = false;
                self.bounces.clear();
            }
            _ => {
                self.bounces.pop();
                self.made = !self.made;
            }
        }
    }
}

#[cfg(test)]
mod tests;
