//! The boundary between execution and a bench: time, the supply terminals, the console, the reset pin.
//!
//! Execution owns the only loop and knows nothing below this trait; what stands behind it is the virtual board or a
//! Pi. A bench is made for one attempt at one case; its clock begins at the negative instant that arranging needs,
//! and its board has no supply until it is played.

pub mod metering;
pub mod outside;
#[cfg(target_os = "linux")]
pub mod pi;
#[cfg(not(target_os = "linux"))]
#[path = "bench/elsewhere.rs"]
pub mod pi;
pub mod virtual_board;

use crate::firmware::Firmware;
use brownout_trace::event::{Figure, Level, ShotFigure, ShotReport};
use brownout_trace::{Angle, Event, Instant, Span};
use std::fmt;

/// What execution needs of a rig; virtual or Pi.
pub trait Bench {
    /// Bench time.
    fn now(&self) -> Instant;

    /// Advances to `until` or to the next event, whichever is first; appends events (their `at` never decreases and
    /// is at most `now()`). Returns when `now() == until` or at least one event was appended.
    fn advance(&mut self, until: Instant, events: &mut Vec<Event>) -> Result<(), RigFault>;

    /// Hands stimuli over beforehand: levels at the supply terminals at instants at or after `now()`. They happen
    /// whoever advances.
    fn play(&mut self, levels: &[(Instant, Level)]) -> Result<(), RigFault>;

    /// The first instant at or after `after` at which the supply's sine stands at this angle; `None` where the rig has none
    /// to choose: a DC supply, a switch that chooses for itself.
    fn at_angle(&self, after: Instant, angle: Angle) -> Option<Instant>;

    /// Puts a level on the terminals now, through a contact that bounces for at most `length` before it stays closed: how, is
    /// a matter of the seed. A fault on a rig that cannot.
    fn switch_on(&mut self, level: Level, length: Span) -> Result<(), RigFault>;

    /// After the shot: what was measured back of it. It fell from `start` on and began to rise `width` later, `edges`
    /// long each; the rest of the way back may not be over yet, or never come (a ramp).
    fn measure_shot(&mut self, level: Level, start: Instant, width: Span, edges: Span) -> Result<ShotReport, RigFault>;

    /// Sends a line to the board, without its line end. A fault if the rig has no console.
    fn send(&mut self, line: &str) -> Result<(), RigFault>;

    /// Presses a button of the board, or releases it. A fault if the rig has no wire to it.
    fn press(&mut self, button: &str, pressed: bool) -> Result<(), RigFault>;

    /// Pulls the board's reset pin, or releases it.
    fn set_reset(&mut self, asserted: bool) -> Result<(), RigFault>;

    /// Flashes a firmware by the rig's probe and resets the chip; `None` is the firmware under test. Only the pages that
    /// the firmware needs are erased: what the board keeps elsewhere stays. Time passes by what the chip's flash
    /// algorithm takes; what happens meanwhile is appended, as by [`Bench::advance`]. That the supply goes away meanwhile
    /// is no fault of the rig.
    fn flash(&mut self, firmware: Option<&Firmware>, events: &mut Vec<Event>) -> Result<Flashing, RigFault>;
}

/// A report without the figures that a rig has no part for.
fn as_measured(mut report: ShotReport, measures: &[ShotFigure]) -> ShotReport {
    for (_, figure) in ShotFigure::ALL.into_iter().filter(|(_, figure)| !measures.contains(figure)) {
        match figure {
            ShotFigure::Start => report.start = Figure::Unmeasured,
            ShotFigure::Width => report.measured_width = Figure::Unmeasured,
            ShotFigure::Depth => report.depth = Figure::Unmeasured,
            ShotFigure::Slew => report.slew = Figure::Unmeasured,
        }
    }
    report
}

/// What came of flashing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flashing {
    /// The firmware's name.
    pub firmware: String,
    /// The SHA-256 of its ELF.
    pub sha256: [u8; 32],
    /// Whether all of it was written and verified; else the supply went away meanwhile.
    pub whole: bool,
}

/// Something the rig could not do: never the board's fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RigFault {
    /// What happened, in words; a lower-case fragment.
    pub what: String,
    /// What may help; empty if nothing is known.
    pub hint: String,
}

impl RigFault {
    /// That a rig cannot bounce: a plan skips such cases, so that only one made by hand gets here.
    pub fn no_bounce() -> Self {
        Self { what: "the rig has no contact that bounces".to_owned(), hint: "run it on a virtual rig".to_owned() }
    }
}

impl fmt::Display for RigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, " ({})", self.hint) }
    }
}

impl std::error::Error for RigFault {}
