//! A board in memory, for testing execution without the virtual board: it speaks the shipped profile's line protocol
//! and its relay follows its programmes by the second. What it does wrong is asked for in [`Quirks`].

use crate::plan::{About, Case, PlannedStep};
use crate::scenario::error::Source;
use crate::scenario::file::parse;
use crate::scenario::id::CaseId;
use brownout_rigs::bench::{Bench, Flashing, RigFault};
use brownout_rigs::firmware::Firmware;
use brownout_rigs::profile::Profile;
use brownout_rigs::programme::{Mode, Programme};
use brownout_rigs::uncertainty::Uncertainty;
use brownout_trace::event::{Figure, Level, ShotReport, What};
use brownout_trace::{Angle, Civil, Days, Event, Instant, RelayName, ResetCause, Span, TimeOfDay};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The shipped profile.
pub fn profile() -> Profile {
    Profile::shipped("weekly").unwrap().unwrap()
}

/// The first case of a scenario; title and the like are put before it.
pub fn case(text: &str) -> Case {
    let text = format!("title = \"t\"\nwhy = \"w\"\ncovers = [\"power-outage\"]\n{text}");
    let source = Source::new("t.toml", text);
    let scenario = parse(&source).unwrap_or_else(|faults| panic!("{faults:?}"));
    let choice = scenario.cases.into_iter().next().unwrap();
    let nominal = profile().supply;
    let step = |read: crate::scenario::file::ReadStep| PlannedStep {
        text: read.step.text(nominal),
        span: read.step.span,
        source: read.source,
        step: read.step.value.resolve(nominal),
        earliest: Instant::ZERO,
        doubt: None,
        unable: None,
    };
    let about = About {
        path: "t.toml".into(),
        root: ".".into(),
        title: "t".into(),
        why: "w".into(),
        covers: vec![],
        trace_snapshot: false,
        source,
        included: vec![],
    };
    Case {
        id: CaseId { scenario: "t".into(), choice: choice.choice },
        about: Arc::new(about),
        board: choice.board,
        steps: choice.steps.into_iter().map(step).collect(),
        nominal,
        takes: Span::ZERO,
        arranging: None,
        uncertainty: Uncertainty::EXACT,
        skip: None,
    }
}

/// What the board, or the rig, does wrong.
#[derive(Debug, Clone, Default)]
pub struct Quirks {
    /// Never says anything.
    pub mute: bool,
    /// Says a line each so often once started.
    pub floods: Option<Span>,
    /// Forgets this programme, counted from 0, whenever it loses its supply.
    pub forgets: Option<usize>,
    /// Does not know this command.
    pub refuses: Option<&'static str>,
    /// Shots come out wider by this.
    pub wide: Span,
    /// The rig loses the second edge.
    pub loses_an_edge: bool,
    /// The bench says this at +1 s.
    pub says: Option<What>,
    /// Its clock is ahead by this.
    pub ahead: Span,
    /// Its relay never closes.
    pub stuck: bool,
    /// Its relay opens whenever the supply is low.
    pub lets_go: bool,
    /// Its relay does not close again once it lost its supply, until its reset pin is pulled.
    pub sulks: bool,
    /// Its relay closes only so long after a start.
    pub late: Span,
    /// It says of every start but the first that a fault led to it.
    pub crashes: bool,
    /// The bench does not see when it is reset.
    pub hides_resets: bool,
}

const HOLD_UP: Span = Span::millis(100);
const START: Span = Span::millis(50);
const ANSWER: Span = Span::millis(5);

/// The board on its bench.
pub struct Fake {
    now: Instant,
    quirks: Quirks,
    levels: BTreeMap<Instant, Level>,
    due: BTreeMap<(Instant, u32), What>,
    count: u32,
    level: Level,
    lost_at: Option<Instant>,
    runs_from: Option<Instant>,
    cause: ResetCause,
    programmes: Vec<Programme>,
    mode: Mode,
    clock: Option<(Instant, Civil)>,
    closed: bool,
    sequence: u32,
    moved_until: Instant,
    set_pressed: Option<Instant>,
}

impl Fake {
    /// A board unpowered at `at`.
    pub fn new(at: Instant, quirks: Quirks) -> Self {
        let mut fake = Self {
            now: at,
            levels: BTreeMap::new(),
            due: BTreeMap::new(),
            count: 0,
            level: Level::Open,
            lost_at: None,
            runs_from: None,
            cause: ResetCause::PowerOn,
            programmes: Vec::new(),
            mode: Mode::Auto,
            clock: None,
            closed: false,
            sequence: 0,
            moved_until: at,
            set_pressed: None,
            quirks,
        };
        if let Some(what) = fake.quirks.says.take() {
            fake.at(Instant::ZERO + Span::secs(1), what);
        }
        fake
    }

    fn at(&mut self, at: Instant, what: What) {
        self.count += 1;
        self.due.insert((at, self.count), what);
    }

    fn says(&mut self, after: Span, line: impl Into<String>) {
        if !self.quirks.mute {
            self.at(self.now + after, What::Received { line: line.into() });
        }
    }

    fn starts(&mut self, cause: ResetCause) {
        self.cause = cause;
        self.quirks.stuck &= !(self.quirks.sulks && cause == ResetCause::Pin);
        self.runs_from = Some(self.now + START);
        if !self.quirks.hides_resets {
            self.at(self.now + Span::millis(2), What::Reset { cause });
        }
        let word = match cause {
            ResetCause::PowerOn => "por",
            _ if self.quirks.crashes => "fault",
            _ => "software",
        };
        let clock = if self.clock.is_some() { "valid" } else { "lost" };
        let line = format!("# boot fake 1 reset={word} programs={} clock={clock}", self.programmes.len());
        self.says(START, line);
    }

    fn stops(&mut self) {
        self.runs_from = None;
        self.due.retain(|_, what| !matches!(what, What::Received { .. }));
        self.moves(false, Span::ZERO);
    }

    fn takes_level(&mut self, level: Level) {
        self.level = level;
        self.at(self.now, What::Supply { level });
        match level {
            Level::Volts(volts) if volts.0 > 6.0 => {
                let late = self.lost_at.take().is_some_and(|lost| self.now - lost > HOLD_UP);
                if late || self.runs_from.is_none() {
                    self.starts(ResetCause::PowerOn);
                }
            }
            _ => self.lost_at = self.lost_at.or(Some(self.now)),
        }
    }

    /// The hold-up is over: the board dies.
    fn dies(&mut self) {
        self.stops();
        self.quirks.stuck |= self.quirks.sulks;
        if let Some(index) = self.quirks.forgets.filter(|index| *index < self.programmes.len()) {
            self.programmes.remove(index);
        }
    }

    fn moves(&mut self, closed: bool, after: Span) {
        if self.closed == closed || (self.quirks.stuck && closed) {
            return;
        }
        self.closed = closed;
        let begin = self.moved_until.max(self.now + after);
        self.moved_until = begin + Span::millis(3);
        // It bounces once.
        for (at, closed) in [(0, closed), (1, !closed), (2, closed)] {
            self.sequence += 1;
            if self.sequence == 2 && self.quirks.loses_an_edge {
                continue;
            }
            let contact = What::Contact { relay: RelayName("K1".into()), closed, sequence: self.sequence };
            self.at(begin + Span::millis(at), contact);
        }
    }

    fn reads(&self) -> Option<Civil> {
        self.clock.map(|(at, civil)| civil + (self.now - at) + self.quirks.ahead)
    }

    fn obeys_the_clock(&mut self) {
        if self.runs_from.is_none_or(|from| from > self.now) {
            return;
        }
        let closed = match (self.mode, self.reads()) {
            (Mode::On, _) => true,
            (Mode::Off, _) | (_, None) => false,
            (Mode::Auto, Some(civil)) => self.programmes.iter().any(|programme| {
                let time = civil.time_of_day();
                programme.days.contains(civil.weekday()) && programme.on <= time && time < programme.off
            }),
        };
        let closed = closed && self.runs_from.is_some_and(|from| from + self.quirks.late <= self.now);
        let weak = self.quirks.lets_go && self.lost_at.is_some();
        self.moves(closed && !weak, Span::millis(5));
    }

    fn answers(&mut self, line: &str) {
        let running = self.runs_from.is_some_and(|from| from <= self.now);
        if !running {
            return;
        }
        let words: Vec<&str> = line.split(' ').collect();
        if self.quirks.refuses == Some(words[0]) {
            return self.says(ANSWER, "ERR 2 bad argument");
        }
        let answer = match words[..] {
            ["FACTORY"] => {
                (self.mode, self.clock) = (Mode::Auto, None);
                self.programmes.clear();
                "OK".to_owned()
            }
            ["CLOCK", date, time] => {
                let at = self.now + Span::millis(2);
                self.clock = Some((at, format!("{date} {time}").parse().unwrap()));
                "OK".to_owned()
            }
            ["CLOCK"] => match self.reads() {
                Some(civil) => {
                    format!("OK {} {} valid", Civil::from_secs(civil.secs()), civil.weekday())
                }
                None => "OK 2000-01-01 00:00:00 Sat lost".to_owned(),
            },
            ["MODE"] => format!("OK {}", self.mode),
            ["MODE", word] => {
                self.mode = Mode::ALL.into_iter().find(|mode| mode.to_string() == word).unwrap();
                "OK".to_owned()
            }
            ["PROG", "ADD", days, on, off] => {
                let days = Days(days.bytes().fold(0, |mask, digit| mask | 1 << (digit - b'1')));
                let (on, off): (TimeOfDay, TimeOfDay) = (on.parse().unwrap(), off.parse().unwrap());
                self.programmes.push(Programme { days, on, off, relay: None });
                format!("OK {}", self.programmes.len() - 1)
            }
            ["PROG", "DEL", slot] => {
                self.programmes.remove(slot.parse().unwrap());
                "OK".to_owned()
            }
            ["PROG", "LIST"] => {
                for (slot, programme) in self.programmes.clone().iter().enumerate() {
                    let days: String = programme.days.iter().map(|day| (day.index() + 1).to_string()).collect();
                    self.says(ANSWER, format!("P {slot} {days} {} {}", programme.on, programme.off));
                }
                format!("OK {}", self.programmes.len())
            }
            ["STATUS"] => {
                let reset = if self.cause == ResetCause::PowerOn { "por" } else { "software" };
                let n = self.programmes.len();
                format!("OK relay=off mode=AUTO clock=valid programs={n} reset={reset} saves=1 pvd=0")
            }
            ["RESET"] => {
                self.says(ANSWER, "OK");
                self.now += ANSWER;
                self.stops();
                self.at(self.now, What::Received { line: "OK".into() });
                return self.starts(ResetCause::Software);
            }
            _ => "ERR 1 unknown command".to_owned(),
        };
        self.says(ANSWER, answer);
    }

    /// The next instant at which something happens by itself.
    fn next(&self) -> Option<Instant> {
        let due = self.due.keys().next().map(|(at, _)| *at);
        let level = self.levels.keys().next().copied();
        let death = self.lost_at.filter(|_| self.runs_from.is_some()).map(|lost| lost + HOLD_UP + Span(1));
        let second = self.runs_from.map(|from| match from > self.now {
            true => from,
            false => Instant((self.now.0.div_euclid(1_000_000_000) + 1) * 1_000_000_000),
        });
        let flood = self.quirks.floods.filter(|_| self.runs_from.is_some()).map(|every| self.now + every);
        [due, level, death, second, flood].into_iter().flatten().min()
    }
}

impl Bench for Fake {
    fn now(&self) -> Instant {
        self.now
    }

    fn advance(&mut self, until: Instant, events: &mut Vec<Event>) -> Result<(), RigFault> {
        loop {
            let due: Vec<_> = self.due.range(..=(self.now, u32::MAX)).map(|(key, _)| *key).collect();
            for key in due {
                if let Some(what) = self.due.remove(&key) {
                    events.push(Event::new(self.now, what));
                }
            }
            if !events.is_empty() || self.now >= until {
                return Ok(());
            }
            self.now = self.next().map_or(until, |next| next.max(self.now).min(until));
            if let Some(level) = self.levels.remove(&self.now) {
                self.takes_level(level);
            }
            if self.runs_from.is_some() && self.lost_at.is_some_and(|lost| self.now - lost > HOLD_UP) {
                self.dies();
            }
            if self.quirks.floods.is_some() && self.runs_from.is_some() {
                self.says(Span::ZERO, "# noise");
            }
            self.obeys_the_clock();
        }
    }

    fn play(&mut self, levels: &[(Instant, Level)]) -> Result<(), RigFault> {
        for (at, level) in levels {
            assert!(*at >= self.now, "levels in the past");
            if *at == self.now {
                self.takes_level(*level);
                self.obeys_the_clock();
            } else {
                self.levels.insert(*at, *level);
            }
        }
        Ok(())
    }

    fn at_angle(&self, _: Instant, _: Angle) -> Option<Instant> {
        None
    }

    fn switch_on(&mut self, _: Level, _: Span) -> Result<(), RigFault> {
        Err(RigFault::no_bounce())
    }

    fn measure_shot(&mut self, level: Level, start: Instant, width: Span, _: Span) -> Result<ShotReport, RigFault> {
        let measured_width = Figure::Measured(width + self.quirks.wide);
        let (start, depth) = (Figure::Measured(start), Figure::Unmeasured);
        Ok(ShotReport { level, width, start, measured_width, depth, slew: Figure::Unmeasured })
    }

    fn send(&mut self, line: &str) -> Result<(), RigFault> {
        let what = What::Sent { line: line.to_owned() };
        self.at(self.now, what);
        self.answers(line);
        Ok(())
    }

    /// MODE changes the mode; SET held for 3 s restores the defaults; there is no other button.
    fn press(&mut self, button: &str, pressed: bool) -> Result<(), RigFault> {
        match (button, pressed) {
            ("MODE", true) => {
                self.mode = match self.mode {
                    Mode::Auto => Mode::On,
                    Mode::On => Mode::Off,
                    Mode::Off => Mode::Auto,
                };
            }
            ("SET", true) => self.set_pressed = Some(self.now),
            ("SET", false) => {
                let held = self.set_pressed.take().map(|at| self.now - at);
                if held.is_some_and(|held| held >= Span::secs(3)) {
                    (self.mode, self.clock) = (Mode::Auto, None);
                    self.programmes.clear();
                }
            }
            ("MODE", false) => {}
            _ => return Err(RigFault { what: format!("no button {button}"), hint: String::new() }),
        }
        self.obeys_the_clock();
        Ok(())
    }

    /// Takes half a second.
    fn flash(&mut self, firmware: Option<&Firmware>, events: &mut Vec<Event>) -> Result<Flashing, RigFault> {
        self.stops();
        let until = self.now + Span::millis(500);
        while self.now < until {
            let mut fresh = Vec::new();
            self.advance(until, &mut fresh)?;
            events.append(&mut fresh);
        }
        self.starts(ResetCause::Pin);
        let firmware = firmware.map_or("fake", Firmware::name).to_owned();
        Ok(Flashing { firmware, sha256: [0xab; 32], whole: true })
    }

    fn set_reset(&mut self, asserted: bool) -> Result<(), RigFault> {
        if asserted {
            self.stops()
        } else {
            self.starts(ResetCause::Pin)
        }
        Ok(())
    }
}
