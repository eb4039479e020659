//! A board written down the plain way, for the oracle to be compared with: it steps its clock second by second, looks
//! at every programme each time and knows one state only. It shares no code with the oracle and reads the rules of
//! DOMAIN.md, "What such a timer does", for itself.

use brownout_rigs::profile::Switches;
use brownout_rigs::profile::switches::{Adjust, Equal, Missed, Overlap, PowerUp, Reset, Schedule};
use brownout_rigs::programme::{Mode, Programme};

const DAY: i64 = 86_400;

/// The contact: closed, open, or undefined.
pub type Contact = Option<bool>;

/// A board with its state.
#[derive(Debug, Clone)]
pub struct Board {
    switches: Switches,
    programmes: Vec<Programme>,
    mode: Mode,
    /// Milliseconds that its civil clock is ahead of bench time; `None`: lost.
    ahead: Option<i64>,
    /// The last civil second that was acted on.
    done: i64,
    running: bool,
    /// What the last event during a stop would have done.
    missed: Option<Contact>,
    /// What the contact is, or would be.
    pub contact: Contact,
}

impl Board {
    pub fn new(switches: &Switches) -> Self {
        Self {
            switches: switches.clone(),
            programmes: Vec::new(),
            mode: Mode::Auto,
            ahead: None,
            done: 0,
            running: true,
            missed: None,
            contact: None,
        }
    }

    pub fn is_running(&self) -> bool {
        self.running
    }

    fn civil(&self, millis: i64) -> Option<i64> {
        self.ahead.map(|ahead| (millis + ahead).div_euclid(1000))
    }

    /// Lets time pass up to `millis` of bench time.
    pub fn tick(&mut self, millis: i64) {
        let Some(now) = self.civil(millis) else {
            return;
        };
        while self.done < now {
            self.done += 1;
            let Some(contact) = self.event(self.done) else {
                continue;
            };
            if !self.running {
                self.missed = Some(contact);
            } else if self.mode == Mode::Auto {
                self.contact = contact;
            }
        }
    }

    /// Whether an event is at the civil second in which the board is at `millis`.
    pub fn has_event(&self, millis: i64) -> bool {
        self.civil(millis).is_some_and(|civil| self.event(civil).is_some())
    }

    pub fn set_clock(&mut self, millis: i64, ahead: i64) {
        self.ahead = Some(ahead);
        self.done = self.civil(millis).unwrap();
        self.adjusted(self.switches.clock_set);
    }

    pub fn set_programmes(&mut self, programmes: &[Programme]) {
        self.programmes = programmes.to_vec();
        self.adjusted(self.switches.edit);
    }

    pub fn set_mode(&mut self, mode: Mode) {
        self.mode = mode;
        self.adjusted(Adjust::Keep);
    }

    pub fn factory_reset(&mut self) {
        self.ahead = None;
        if self.switches.reset != Reset::ClockOnly {
            self.mode = Mode::Auto;
        }
        if self.switches.reset == Reset::Wipe {
            self.programmes.clear();
        }
        self.adjusted(Adjust::Keep);
    }

    pub fn stop(&mut self) {
        self.running = false;
        self.missed = None;
    }

    pub fn start(&mut self, clock_lost: bool) {
        self.running = true;
        if clock_lost {
            self.ahead = None;
        }
        let missed = self.missed.take().filter(|_| self.switches.missed == Missed::CatchUp);
        if self.mode != Mode::Auto || self.ahead.is_none() {
            return self.adjusted(Adjust::Keep);
        }
        match (missed, self.switches.power_up) {
            (_, PowerUp::Evaluate) => self.adjusted(Adjust::Evaluate),
            (Some(contact), _) => self.contact = contact,
            (None, PowerUp::Last) => {}
            (None, PowerUp::Off) => self.contact = Some(false),
            (None, PowerUp::On) => self.contact = Some(true),
        }
    }

    fn adjusted(&mut self, how: Adjust) {
        match self.mode {
            Mode::On => self.contact = Some(true),
            Mode::Off => self.contact = Some(false),
            Mode::Auto if self.ahead.is_none() => self.contact = None,
            Mode::Auto if how == Adjust::Evaluate || self.switches.schedule == Schedule::Window => {
                self.contact = self.level(self.done);
            }
            Mode::Auto => {}
        }
    }

    /// The times at which a programme's window that begins on `day` begins and ends; `None` without a window.
    fn window(&self, programme: &Programme, day: i64) -> Option<(i64, i64)> {
        // Day 0 of the epoch was a Thursday.
        if programme.days.0 >> (day + 3).rem_euclid(7) & 1 == 0 {
            return None;
        }
        let start = day * DAY + i64::from(programme.on.0);
        let same_day = day * DAY + i64::from(programme.off.0);
        if same_day > start {
            Some((start, same_day))
        } else if same_day < start {
            Some((start, same_day + DAY))
        } else {
            match self.switches.equal {
                Equal::None => None,
                Equal::OffWins => Some((start, start)),
                Equal::OnWins => Some((start, start + DAY)),
            }
        }
    }

    /// The windows that begin today or yesterday, with their programme's place in the list.
    fn windows(&self, second: i64) -> impl Iterator<Item = (usize, (i64, i64))> {
        let today = second.div_euclid(DAY);
        let both = [today - 1, today];
        self.programmes.iter().enumerate().flat_map(move |(place, programme)| {
            let windows = both.map(|day| self.window(programme, day));
            windows.into_iter().flatten().map(move |window| (place, window))
        })
    }

    fn inside(&self, second: i64, before: usize) -> bool {
        self.windows(second).any(|(place, (start, end))| place < before && start <= second && second < end)
    }

    /// What the events of one second do; `None`: there is none that acts.
    fn event(&self, second: i64) -> Option<Contact> {
        let mut on: Vec<usize> = Vec::new();
        let mut off: Vec<usize> = Vec::new();
        for (place, (start, end)) in self.windows(second) {
            if start == second && end > start {
                on.push(place);
            }
            if end == second {
                off.push(place);
            }
        }
        match self.switches.overlap {
            Overlap::Or if !on.is_empty() => Some(Some(true)),
            Overlap::Or if off.is_empty() || self.inside(second, usize::MAX) => None,
            Overlap::Or => Some(Some(false)),
            Overlap::LastEvent => match (on.is_empty(), off.is_empty()) {
                (true, true) => None,
                (false, true) => Some(Some(true)),
                (true, false) => Some(Some(false)),
                (false, false) => Some(match self.switches.equal {
                    Equal::None => None,
                    Equal::OffWins => Some(false),
                    Equal::OnWins => Some(true),
                }),
            },
            Overlap::Priority => {
                let first = *on.iter().chain(&off).min()?;
                (!self.inside(second, first)).then(|| Some(on.contains(&first)))
            }
        }
    }

    /// Where the contact should be after the events of `second`.
    fn level(&self, second: i64) -> Contact {
        if self.switches.overlap == Overlap::Or {
            return Some(self.inside(second, usize::MAX));
        }
        if self.programmes.is_empty() {
            return Some(false);
        }
        let mut back = (second - 8 * DAY..=second).rev();
        back.find_map(|second| self.event(second)).unwrap_or(Some(false))
    }
}
