//! What the harness did to the board, in order: the ground for the oracle, for `kept`, for what can be asked when.

use brownout_rigs::profile::Profile;
use brownout_rigs::programme::{Mode, Programme};
use brownout_trace::calendar::NominalClock;
use brownout_trace::event::{Level, ShotReport};
use brownout_trace::{Civil, Instant, Span, Volts};

/// Something done to the board and acknowledged by it, other than to its supply.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Defaults restored.
    FactoryReset,
    /// These are its programmes from now on, in slot order.
    Programmes(Vec<Programme>),
    /// The mode was selected.
    Mode(Mode),
    /// The clock was set.
    ClockSet(Civil),
    /// The microcontroller was restarted.
    Reset,
}

/// The supply was away from its nominal level.
#[derive(Debug, Clone, PartialEq)]
pub struct Outage {
    /// Since when, measured where the rig measures.
    pub from: Instant,
    /// Until when; `None` while it lasts.
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
    /// Everything else, in order, with the instant from which it counts.
    pub deeds: Vec<(Instant, Deed)>,
    /// The nominal clock, once set.
    pub clock: Option<NominalClock>,
    /// The programmes by slot, from the scenario's slot 1.
    pub programmes: Vec<Held>,
    /// The marks with their instants.
    pub marks: Vec<(String, Instant)>,
    /// The shots as delivered.
    pub shots: Vec<ShotReport>,
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
            marks: Vec::new(),
            shots: Vec::new(),
            ready_at: at,
        }
    }

    /// The standing level changes.
    pub fn supply(&mut self, at: Instant, level: Level, nominal: Volts, profile: &Profile) {
        self.level = level;
        let restored = level == Level::Volts(nominal);
        let open = self.outages.last().is_some_and(|outage| outage.to.is_none());
        if open {
            self.restore(at, profile);
        } else if restored && self.first_powered.is_none() {
            self.first_powered = Some(at);
            self.ready_at = at + profile.power.boot;
        }
        if !restored && self.first_powered.is_some() {
            self.outages.push(Outage { from: at, to: None, level });
        }
    }

    /// A shot was delivered between two instants.
    pub fn shot(&mut self, from: Instant, to: Instant, level: Level, profile: &Profile) {
        self.outages.push(Outage { from, to: None, level });
        self.restore(to, profile);
    }

    /// The outage that lasts is over. The board may have to start again, unless its profile promises to hold up.
    fn restore(&mut self, at: Instant, profile: &Profile) {
        let Some(outage) = self.outages.last_mut() else { return };
        outage.to = Some(at);
        let length = at - outage.from;
        let power = &profile.power;
        if power.hold_up.is_some_and(|hold_up| length <= hold_up) {
            return;
        }
        let clock_lost = profile.clock.reserve.is_none_or(|reserve| length > reserve);
        let boot = if clock_lost { power.cold_boot() } else { power.boot };
        self.ready_at = self.ready_at.max(at + boot);
    }

    /// The board was restarted.
    pub fn reset(&mut self, at: Instant, profile: &Profile) {
        self.deeds.push((at, Deed::Reset));
        self.ready_at = self.ready_at.max(at + profile.power.boot);
    }

    /// The clock was set to `value` at `at`.
    pub fn clock_set(&mut self, at: Instant, value: Civil) {
        self.clock = Some(NominalClock { set_at: at, value });
        self.deeds.push((at, Deed::ClockSet(value)));
    }

    /// A programme was added; the first free slot took it.
    pub fn added(&mut self, at: Instant, programme: Programme, slot: Option<u32>) {
        let held = Held { programme: Some(programme), slot };
        match self.programmes.iter().position(|held| held.programme.is_none()) {
            Some(free) => self.programmes[free] = held,
            None => self.programmes.push(held),
        }
        self.programmes_changed(at);
    }

    /// The programme in this slot, counted from 1, was deleted.
    pub fn deleted(&mut self, at: Instant, number: u32) {
        if let Some(held) = self.programmes.get_mut((number as usize).wrapping_sub(1)) {
            held.programme = None;
        }
        self.programmes_changed(at);
    }

    /// All programmes were deleted.
    pub fn cleared(&mut self, at: Instant) {
        self.programmes.clear();
        self.programmes_changed(at);
    }

    fn programmes_changed(&mut self, at: Instant) {
        self.deeds.push((at, Deed::Programmes(self.held().map(|(_, programme)| programme.clone()).collect())));
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

    /// When a mark was passed; step 0 if none is named. A plan lets no unknown mark through.
    pub fn since(&self, mark: Option<&str>) -> Instant {
        mark.and_then(|mark| self.marks.iter().rev().find(|(name, _)| name == mark))
            .map_or(Instant::ZERO, |(_, at)| *at)
    }

    /// How long the supply was away in one piece at most, since `from`.
    pub fn longest_outage(&self, now: Instant) -> Span {
        self.outages.iter().map(|outage| outage.to.unwrap_or(now) - outage.from).max().unwrap_or(Span::ZERO)
    }
}
