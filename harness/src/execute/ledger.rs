//! What the harness did to the board, in order: the ground for the oracle, for `kept`, for what can be asked when.

use crate::oracle::history::Action;
use crate::scenario::place::Place;
use brownout_rigs::profile::Profile;
use brownout_rigs::programme::{Mode, Programme};
use brownout_trace::calendar::NominalClock;
use brownout_trace::event::{Level, ShotReport};
use brownout_trace::{Instant, Span, Volts};

/// The supply was away from its nominal level.
#[derive(Debug, Clone, PartialEq)]
pub struct Outage {
    /// Since when, measured where the rig measures.
    pub from: Instant,
    /// When it had come to its residual level: later than `from` where it fell slowly.
    pub down: Instant,
    /// When it began to come back; `None` while it lasts.
    pub up: Option<Instant>,
    /// Until when; later than `up` where it rose slowly.
    pub to: Option<Instant>,
    /// The residual level.
    pub level: Level,
}

impl Outage {
    /// Whether nothing is left of the supply.
    pub fn is_total(&self) -> bool {
        unpowered(self.level)
    }
}

/// Whether a board gets nothing at this level.
pub fn unpowered(level: Level) -> bool {
    match level {
        Level::Open => true,
        Level::Volts(volts) => volts.0 <= 0.0,
    }
}

/// A person helps the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Help {
    /// Since when.
    pub from: Instant,
    /// Until when; `None` while it lasts.
    pub to: Option<Instant>,
}

/// A programme with its slot as the board numbers it, where it told one.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// The programme; `None` where one was deleted.
    pub programme: Option<Programme>,
    /// The board's number for its slot.
    pub slot: Option<u32>,
}

/// What was done so far.
#[derive(Debug)]
pub struct Ledger {
    /// The level at the supply terminals that stands outside shots.
    pub level: Level,
    /// Since when the board has had its supply; `None` before the first time.
    pub first_powered: Option<Instant>,
    /// Each time the supply was away, in order.
    pub outages: Vec<Outage>,
    /// Everything else, in order, each sent at one instant and acknowledged by the other. What a scenario says with
    /// `console` does not count: that it changes nothing it should not is for the expectations to see.
    pub deeds: Vec<(Instant, Instant, Action)>,
    /// The nominal clock, once set.
    pub clock: Option<NominalClock>,
    /// The programmes by slot, from the scenario's slot 1.
    pub programmes: Vec<Held>,
    /// The mode, where it is known.
    pub mode: Option<Mode>,
    /// The marks with their instants.
    pub marks: Vec<(String, Instant)>,
    /// The shots as delivered.
    pub shots: Vec<ShotReport>,
    /// When each of them began and was over, as measured where it was.
    pub shot_times: Vec<(Instant, Instant)>,
    /// Every setting of the clock, in order; the last may have been forgotten since.
    pub clocks: Vec<NominalClock>,
    /// What an operator did for the board.
    pub help: Vec<Help>,
    /// Since when the board has only part of a firmware.
    pub unflashed: Option<Instant>,
    /// Whether a scenario said something of its own making that may have changed what the board should do.
    pub meddled: bool,
    /// Whether a macro has been pressed while arranging: the wires to the buttons and the times of the profile do.
    pub keypad_proven: bool,
    /// Before that the board need not answer: it may be starting.
    pub ready_at: Instant,
}

impl Ledger {
    /// Nothing done, the board unpowered.
    pub fn new(at: Instant) -> Self {
        Self {
            level: Level::Open,
            first_powered: None,
            outages: Vec::new(),
            deeds: Vec::new(),
            clock: None,
            programmes: Vec::new(),
            mode: None,
            marks: Vec::new(),
            shots: Vec::new(),
            shot_times: Vec::new(),
            clocks: Vec::new(),
            help: Vec::new(),
            unflashed: None,
            meddled: false,
            keypad_proven: false,
            ready_at: at,
        }
    }

    /// The standing level changes, from an instant on, and has come to `level` by another.
    pub fn supply(&mut self, at: Instant, by: Instant, level: Level, nominal: Volts, profile: &Profile) {
        self.level = level;
        let restored = level == Level::Volts(nominal);
        let open = self.outages.last().is_some_and(|outage| outage.to.is_none());
        if open {
            self.restore(at, if restored { by } else { at }, profile);
        } else if restored && self.first_powered.is_none() {
            self.first_powered = Some(by);
            self.ready_at = by + profile.power.boot;
        }
        if !restored && self.first_powered.is_some() {
            self.outages.push(Outage { from: at, down: by, up: None, to: None, level });
        }
    }

    /// A shot was delivered between two instants, its edges so long. One inside a standing outage divides it.
    pub fn shot(&mut self, from: Instant, to: Instant, edges: Span, level: Level, profile: &Profile) {
        let standing = self.outages.last_mut().filter(|outage| outage.to.is_none()).map(|outage| {
            (outage.up, outage.to) = (Some(from), Some(from));
            outage.level
        });
        self.outages.push(Outage { from, down: from + edges, up: None, to: None, level });
        self.restore(to - edges, to, profile);
        self.outages.extend(standing.map(|level| Outage { from: to, down: to, up: None, to: None, level }));
    }

    /// The outage that lasts is over. The board may have to start again, unless its profile promises to hold up.
    fn restore(&mut self, up: Instant, at: Instant, profile: &Profile) {
        let Some(outage) = self.outages.last_mut() else { return };
        (outage.up, outage.to) = (Some(up), Some(at));
        let length = at - outage.from;
        let power = &profile.power;
        if power.hold_up.is_some_and(|hold_up| length <= hold_up) {
            return;
        }
        let clock_lost = profile.clock.reserve.is_none_or(|reserve| length > reserve);
        let boot = if clock_lost { power.cold_boot() } else { power.boot };
        self.ready_at = self.ready_at.max(at + boot);
    }

    /// The board was restarted, somewhere between two instants.
    pub fn reset(&mut self, from: Instant, to: Instant, profile: &Profile) {
        self.deeds.push((from, to, Action::Reset));
        self.ready_at = self.ready_at.max(to + profile.power.boot);
    }

    /// The first free slot, counted from 0.
    pub fn free_slot(&self) -> u32 {
        let free = self.programmes.iter().position(|held| held.programme.is_none());
        free.unwrap_or(self.programmes.len()) as u32
    }

    /// A firmware was written between two instants, or only part of it. A board with part of one need not do anything.
    pub fn flashed(&mut self, from: Instant, to: Instant, whole: bool, profile: &Profile) {
        let from = *self.unflashed.get_or_insert(from);
        if whole {
            self.unflashed = None;
            self.reset(from, to, profile);
        } else {
            // No undisturbed board is without its firmware.
            self.meddled = true;
        }
    }

    /// Whether an operator is at the board.
    pub fn is_helped(&self) -> bool {
        self.help.last().is_some_and(|help| help.to.is_none())
    }

    /// A programme was added; the first free slot took it.
    pub fn added(&mut self, programme: Programme, slot: Option<u32>) {
        let held = Held { programme: Some(programme), slot };
        match self.programmes.iter().position(|held| held.programme.is_none()) {
            Some(free) => self.programmes[free] = held,
            None => self.programmes.push(held),
        }
    }

    /// The programme in this slot, counted from 1, was deleted.
    pub fn deleted(&mut self, number: u32) {
        if let Some(held) = self.programmes.get_mut((number as usize).wrapping_sub(1)) {
            held.programme = None;
        }
    }

    /// Books the programmes as they are now.
    pub fn programmes_changed(&mut self, from: Instant, to: Instant) {
        let list = self.held().map(|(_, programme)| programme.clone()).collect();
        self.deeds.push((from, to, Action::Programs(list)));
    }

    /// The programmes the board should hold, with the scenario's numbers.
    pub fn held(&self) -> impl Iterator<Item = (usize, &Programme)> {
        let numbered = self.programmes.iter().enumerate();
        numbered.filter_map(|(index, held)| Some((index + 1, held.programme.as_ref()?)))
    }

    /// The board's number for the scenario's slot: as it told when it took the programme, else the same.
    pub fn slot(&self, number: u32) -> u32 {
        let held = self.programmes.get((number as usize).wrapping_sub(1));
        held.and_then(|held| held.slot).unwrap_or(number)
    }

    /// When a place was passed last, of what had been passed when it was looked at; `None` if it was not. A plan lets no
    /// unknown mark through.
    pub fn when(&self, place: &Place, seen: Seen) -> Option<Instant> {
        let shot = self.shot_times[..seen.shots].last();
        match place {
            Place::Mark(mark) => {
                self.marks[..seen.marks].iter().rev().find(|(name, _)| name == mark).map(|(_, at)| *at)
            }
            Place::Shot => shot.map(|(from, _)| *from),
            Place::Restored => shot.map(|(_, to)| *to),
        }
    }

    /// What has been passed so far.
    pub fn seen(&self) -> Seen {
        Seen { marks: self.marks.len(), shots: self.shots.len().min(self.shot_times.len()), clock: self.clock }
    }
}

/// What had been passed when a window was over: its edges settle later, when steps that follow may have passed more.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// So many marks.
    pub marks: usize,
    /// So many shots.
    pub shots: usize,
    /// The nominal clock of then.
    pub clock: Option<NominalClock>,
}
