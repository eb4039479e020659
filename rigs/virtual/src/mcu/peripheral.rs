//! What every peripheral is to the chip.

use super::timebase::{Rate, TimeBase};
use brownout_trace::Instant;

/// When an access or an event happens, as a peripheral sees it.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The bench's time.
    pub at: Instant,
    /// HCLK cycles, as the core counts them. They never go back, and stand still in Stop mode.
    pub cycle: u64,
    /// HCLK cycles in one cycle of the clock that the peripheral runs on.
    pub divider: u32,
    /// The frequency of HCLK.
    pub hclk: Rate,
    /// PWR's DBP: the backup domain can be written.
    pub unlocked: bool,
    /// VDD is below the lowest voltage for programming flash.
    pub starved: bool,
    /// The first edge of the LSI, while it runs.
    pub lsi_since: Option<Instant>,
}

impl Moment {
    /// The instant 0 of a chip at 8 MHz whose buses run at HCLK, the backup domain unlocked, the LSI running: for tests.
    pub fn zero() -> Self {
        let hclk = Rate::hertz(8_000_000);
        let lsi_since = Some(Instant(0));
        Self { at: Instant(0), cycle: 0, divider: 1, hclk, unlocked: true, starved: false, lsi_since }
    }

    /// The same chip at another cycle, its clock unchanged since cycle 0 at instant 0: for tests.
    pub fn cycle(self, cycle: u64) -> Self {
        Self { cycle, at: TimeBase::new(Instant(0), 0, self.hclk).instant(cycle), ..self }
    }

    /// The frequency of the peripheral's clock in hertz; never for keeping time.
    pub fn hertz(&self) -> f64 {
        self.hclk.as_hertz() / f64::from(self.divider)
    }

    /// How many cycles of the peripheral's clock have passed. Dividers are in phase with the core's cycle 0.
    pub fn tick(&self) -> u64 {
        self.cycle / u64::from(self.divider)
    }
}

/// What a write came to: an error says what of it is not modelled.
pub type Written = Result<(), &'static str>;

/// A peripheral: plain data behind registers, changed by accesses, by events of its own, and by signals.
///
/// Offsets are those of its register table ([`super::map`]); no other gets here.
pub trait Peripheral {
    /// Reads a register.
    fn read(&mut self, offset: u32, now: &Moment) -> u32;

    /// Writes a register.
    fn write(&mut self, offset: u32, value: u32, now: &Moment) -> Written;

    /// Whether reading a register changes what the peripheral asks of others: its interrupt lines, its events.
    fn reading_acts(&self, offset: u32) -> bool {
        let _ = offset;
        false
    }

    /// A reset, of the system or by RCC.
    fn reset(&mut self, now: &Moment);

    /// The HCLK cycle at which it next changes by itself.
    fn next_cycle(&self) -> Option<u64> {
        None
    }

    /// The instant at which it next changes by itself, if it has a clock other than HCLK.
    fn next_instant(&self) -> Option<Instant> {
        None
    }

    /// Makes the changes that are due.
    fn settle(&mut self, now: &Moment) {
        let _ = now;
    }

    /// The divider of its clock is about to become `divider`.
    fn reclock(&mut self, divider: u32, now: &Moment) {
        let _ = (divider, now);
    }

    /// The core was halted by a debugger that wants this peripheral to stand still, or goes on.
    fn freeze(&mut self, frozen: bool, now: &Moment) {
        let _ = (frozen, now);
    }

    /// Its interrupt lines that are up: bit 0 is the first in its block's table.
    fn lines(&self) -> u16 {
        0
    }

    /// Its DMA requests that are up: bit 0 is the first in its block's table.
    fn requests(&self) -> u8 {
        0
    }

    /// A DMA request was served, and so many more are to come before the channel is done.
    fn acknowledge(&mut self, request: u8, left: u32) {
        let _ = (request, left);
    }
}
