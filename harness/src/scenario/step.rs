//! The steps: what a scenario can do to a board.
//!
//! `V` is a voltage: [`Voltage`] as written (a percentage may stand there), [`Volts`] in a plan, where every
//! percentage has been resolved against the board's nominal supply.

pub mod measure;
mod press;
pub(crate) mod read;
pub(in crate::scenario) mod supply;
mod words;

use super::expectation::Expectation;
use super::span::Spanned;
use brownout_trace::calendar::NominalClock;
use brownout_trace::event::ShotFigure;
use brownout_trace::{Angle, Civil, Instant, Percent, Span, Volts, WeekTime};
use std::fmt;
use std::path::PathBuf;

pub use measure::Measure;

pub use brownout_rigs::programme::{Mode, Programme};

/// One step. The word in the file is the variant's name in kebab case.
#[derive(Debug, Clone, PartialEq)]
pub enum Step<V = Voltage> {
    /// `power = "off" | "on" | { to = …, bounce = … } | { ramp = … }`: the supply stays so. Returns at once.
    Power(Power<V>),
    /// `cut = "100ms" | { for = …, impedance = … }`: an interruption to 0 %. Returns when the supply is restored.
    Cut(Cut),
    /// `dip = { to = …, for = … }`: a dip to a residual voltage. Returns when the supply is restored.
    Dip(Dip<V>),
    /// `ramp = { to = …, over = … }`: to another voltage in stairs; the supply stays there. Returns when it is there.
    Ramp(Ramp<V>),
    /// `press = "SET" | { button | chord, for, times, every }`. Returns when the last is released.
    Press(Press),
    /// `set-clock = "Mon 07:59:55"`. Returns when acknowledged.
    SetClock(Civil),
    /// `program = { add = … } | { delete = 2 } | "clear"`. Returns when acknowledged.
    Program(ProgramStep),
    /// `mode = "auto" | "on" | "off"`. Returns when acknowledged.
    Mode(Mode),
    /// `console = "STATUS"`: sends a line. Returns at once, without waiting for an answer.
    Console(String),
    /// `reset = "pin" | "software" | "supply" | "factory"`. The first two return at once, `supply` when it is back,
    /// `factory` when acknowledged.
    Reset(ResetStep),
    /// `flash = "next.elf" | "again"`: through the rig's probe, the settings kept. Returns when the chip was reset, or
    /// its supply went away meanwhile.
    Flash(Flash),
    /// `wait = "2s"`.
    Wait(Span),
    /// `until = "Mon 08:00:02"`, read on the nominal clock.
    Until(Moment),
    /// `mark = "name"`: a place for `since` to look back to. Takes no time.
    Mark(String),
    /// The beginning of `during = { steps = […], meanwhile = […] }`: so many steps after this one run in the background,
    /// while those after them run in the foreground.
    Meanwhile(usize),
    /// The end of a `during`: waits for what is still in the background.
    Join,
    /// `measure = { name = …, unit = …, max = …, … }`: one figure. Takes its window whole.
    Measure(Spanned<Measure>),
    /// The beginning of `operator = […]`: so many steps after this one are what a person does to help the board.
    Operator(usize),
    /// The end of an `operator`. Takes no time.
    Helped,
    /// `expect = …`.
    Expect(Spanned<Expectation>),
}

/// A voltage as written: absolute, or the residual share of the nominal supply.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Voltage {
    /// `9V`.
    Volts(Volts),
    /// `75%`.
    Share(Percent),
}

impl Voltage {
    /// Whether nothing is left.
    pub fn is_none(self) -> bool {
        let (Self::Volts(Volts(size)) | Self::Share(Percent(size))) = self;
        size <= 0.0
    }

    /// In volts, on a board with this nominal supply.
    pub fn on(self, nominal: Volts) -> Volts {
        match self {
            Self::Volts(volts) => volts,
            Self::Share(share) => share.of(nominal),
        }
    }
}

/// What `power` does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Power<V = Voltage> {
    /// Disconnected: a high-impedance interruption that lasts.
    Off,
    /// The nominal supply.
    On,
    /// Another voltage.
    To(V),
    /// A voltage through a contact that bounces as it closes.
    Bouncing {
        /// The voltage.
        to: V,
        /// How long it may take to stay closed.
        length: Span,
    },
    /// Another voltage, reached in stairs while the next steps go on.
    Ramp(Ramp<V>),
}

/// A way to another voltage, as a staircase that is handed to the bench beforehand.
///
/// A stair is [`Ramp::stair`] high, or as high as `step` says; but none lasts less than [`Ramp::TREAD`], so that a
/// steep ramp has higher ones. The last ends at `to` exactly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ramp<V = Voltage> {
    /// Where it begins, by a jump; what stands there if none (0 V where the supply is off).
    pub from: Option<V>,
    /// Where it ends.
    pub to: V,
    /// How long it takes.
    pub over: Span,
    /// The height of a stair.
    pub step: Option<V>,
    /// Figures that have to be measured back.
    pub measured: Required,
}

impl Ramp {
    /// The height of a stair on a supply of so much: 10 mV, or a tenth of a percent where that is more; finer than any threshold
    /// of a board, and on mains no finer than that.
    pub fn stair(nominal: Volts) -> Volts {
        Volts((nominal.0 / 1200.0).max(0.010))
    }
    /// The shortest stair: a rig's timing on its inputs and outputs is good for 0.1 ms (DOMAIN.md, "Hardware numbers").
    pub const TREAD: Span = Span::micros(100);
}

/// A disturbance that comes more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat {
    /// How often in all.
    pub times: u32,
    /// From the beginning of one to that of the next.
    pub every: Span,
}

/// The time of a disturbance: how wide, how steep, how often, and where on the mains' sine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Course {
    /// From the beginning of the fall to the beginning of the rise: the width at half depth.
    pub width: Span,
    /// How long the fall takes, and the rise. Zero: as fast as the rig can.
    pub edges: Span,
    /// How often; once if none.
    pub repeat: Option<Repeat>,
    /// Each begins when the sine next stands at this angle; at once if none.
    pub angle: Option<Angle>,
}

impl Course {
    /// The longest that an angle is waited for: a cycle of the slowest mains, 45 Hz and a little less (IEC 61000-4-11 is for
    /// 50 and 60 Hz).
    pub const CYCLE: Span = Span::millis(25);

    /// From the beginning to the supply restored for the last time; less what an angle is waited for.
    pub fn takes(&self) -> Span {
        self.width
            + self.edges
            + self.repeat.map_or(Span::ZERO, |repeat| repeat.every.times(i64::from(repeat.times) - 1))
    }

    /// When each begins, counted from the first.
    pub fn begins(&self) -> impl Iterator<Item = Span> {
        let Repeat { times, every } = self.repeat.unwrap_or(Repeat { times: 1, every: Span::ZERO });
        (0..i64::from(times)).map(move |n| every.times(n))
    }
}

/// The figures of a stimulus without which nothing may be judged (DESIGN.md, rule 1): `measured = ["width", "depth"]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Required([bool; ShotFigure::ALL.len()]);

impl Required {
    /// With this one too; whether it is new.
    pub fn insert(&mut self, figure: ShotFigure) -> bool {
        !std::mem::replace(&mut self.0[figure as usize], true)
    }

    /// Which.
    pub fn figures(self) -> impl Iterator<Item = ShotFigure> {
        ShotFigure::ALL.into_iter().map(|(_, figure)| figure).filter(move |figure| self.0[*figure as usize])
    }
}

/// The source impedance during a disturbance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Impedance {
    /// Disconnected: the board's own load alone discharges its capacitor.
    High,
    /// Driven: the source pulls the terminals to the residual voltage (0 V is a short).
    Low,
}

/// Buttons pressed together, held, and released together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Press {
    /// Which: one, or those of a chord.
    pub buttons: Vec<String>,
    /// For how long.
    pub hold: Span,
    /// How often; once if none.
    pub repeat: Option<Repeat>,
}

impl Press {
    /// A tap: longer than any debouncing, shorter than any long press.
    pub const TAP: Span = Span::millis(100);

    /// From the first press to the last release.
    pub fn takes(&self) -> Span {
        self.hold + self.repeat.map_or(Span::ZERO, |repeat| repeat.every.times(i64::from(repeat.times) - 1))
    }
}

/// An interruption.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cut {
    /// How long and how often. It has edges only at low impedance: what is disconnected falls as the board lets it.
    pub course: Course,
    /// High unless written otherwise: unplugged, as in a blackout.
    pub impedance: Impedance,
    /// Figures that have to be measured back.
    pub measured: Required,
}

/// A dip to a residual voltage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dip<V = Voltage> {
    /// The residual voltage.
    pub to: V,
    /// How long and how often.
    pub course: Course,
    /// Figures that have to be measured back.
    pub measured: Required,
}

/// A change to the board's programmes.
#[derive(Debug, Clone, PartialEq)]
pub enum ProgramStep {
    /// Adds one to the first free slot.
    Add(Programme),
    /// Deletes the one in this slot, numbered as the board does.
    Delete(u32),
    /// Deletes all.
    Clear,
}

/// How `reset` resets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResetStep {
    /// The reset pin, pulled and released.
    Pin,
    /// The firmware's own restart, asked for through the console.
    Software,
    /// The supply, off for [`ResetStep::UNPLUGGED`] and on again.
    Supply,
    /// The defaults restored, asked for through the console.
    Factory,
}

/// What `flash` writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flash {
    /// The firmware under test, once more.
    Again,
    /// An ELF, counted from the folder of the file that names it.
    File(PathBuf),
}

impl ResetStep {
    /// DOMAIN.md, "hard-reset": users are told to unplug for 30 s.
    pub const UNPLUGGED: Span = Span::secs(30);
}

/// A point in the board's time that `until` waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The first such point of the week since the clock was last set; step 0 counts as a setting.
    Week(WeekTime),
    /// A date.
    Date(Civil),
}

impl Moment {
    /// When it comes (or came: the caller compares with now). `clock` is the nominal clock as last set; the
    /// arranged clock counts as set at step 0.
    pub fn when(self, clock: NominalClock) -> Instant {
        match self {
            Self::Week(point) => clock.when(clock.value.next(point)),
            Self::Date(date) => clock.when(date),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Week(point) => point.fmt(f),
            Self::Date(date) => date.fmt(f),
        }
    }
}
