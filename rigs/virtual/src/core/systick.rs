//! The system timer (B3.3).
//!
//! Its counter is not stepped: it is a function of the cycle counter and of the cycle at which it next gets to zero.

use super::cpu::Cpu;
use super::exceptions::SYSTICK;

const ENABLE: u32 = 1 << 0;
const TICKINT: u32 = 1 << 1;
const CLKSOURCE: u32 = 1 << 2;
const COUNTFLAG: u32 = 1 << 16;
const RELOAD_BITS: u32 = 0x00FF_FFFF;
/// 1 ms at HCLK/8 = 9 MHz (PM0056, STK_CALIB).
const CALIBRATION: u32 = 9000;

/// What is known of the counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Count {
    /// It stands at this value.
    Still(u32),
    /// It gets to zero at this cycle; after that it is reloaded with the next tick.
    ZeroAt(u64),
}

/// The timer.
#[derive(Clone, Debug)]
pub(super) struct SysTick {
    control: u32,
    reload: u32,
    count: Count,
    /// COUNTFLAG.
    wrapped: bool,
}

impl SysTick {
    pub fn new() -> SysTick {
        SysTick { control: 0, reload: 0, count: Count::Still(0), wrapped: false }
    }

    /// Cycles per tick.
    fn scale(&self) -> u64 {
        if self.control & CLKSOURCE != 0 { 1 } else { 8 }
    }

    /// The tick a cycle lies in. The divider by 8 runs freely, so ticks fall on multiples of 8.
    fn tick(&self, cycles: u64) -> u64 {
        cycles / self.scale()
    }

    fn value(&self, cycles: u64) -> u32 {
        match self.count {
            Count::Still(value) => value,
            Count::ZeroAt(zero) => {
                let left = self.tick(zero).saturating_sub(self.tick(cycles));
                // Before the first reload after a write of zero, more ticks are left than the counter can show.
                if left > u64::from(self.reload) { 0 } else { left as u32 }
            }
        }
    }

    /// When the counter gets to zero if it stands at `value` at `cycles`; never if there is nothing to reload.
    fn start(&mut self, value: u32, cycles: u64) {
        let ticks = match (value, self.reload) {
            (0, 0) => {
                self.count = Count::Still(0);
                return;
            }
            (0, reload) => u64::from(reload) + 1,
            (value, _) => u64::from(value),
        };
        self.count = Count::ZeroAt((self.tick(cycles) + ticks) * self.scale());
    }

    /// The cycle of the next interrupt.
    pub fn next_interrupt(&self) -> Option<u64> {
        if self.control & TICKINT != 0 { self.next_zero() } else { None }
    }

    fn next_zero(&self) -> Option<u64> {
        match self.count {
            Count::ZeroAt(zero) => Some(zero),
            Count::Still(_) => None,
        }
    }

    /// The timer stands while the core is halted.
    pub fn delay(&mut self, cycles: u64) {
        if let Count::ZeroAt(zero) = &mut self.count {
            *zero += cycles;
        }
    }

    /// Catches up to `cycles`. Whether an interrupt is due.
    fn advance(&mut self, cycles: u64) -> bool {
        let Count::ZeroAt(zero) = self.count else { return false };
        if cycles < zero {
            return false;
        }
        self.wrapped = true;
        if self.reload == 0 {
            self.count = Count::Still(0);
        } else {
            let period = (u64::from(self.reload) + 1) * self.scale();
            self.count = Count::ZeroAt(zero + ((cycles - zero) / period + 1) * period);
        }
        self.control & TICKINT != 0
    }

    fn read(&mut self, offset: u32, cycles: u64) -> Option<u32> {
        Some(match offset {
            0x0 => self.control | if std::mem::take(&mut self.wrapped) { COUNTFLAG } else { 0 },
            0x4 => self.reload,
            0x8 => self.value(cycles),
            0xC => CALIBRATION,
            _ => return None,
        })
    }

    fn write(&mut self, offset: u32, value: u32, cycles: u64) -> Option<()> {
        match offset {
            0x0 => {
                let count = self.value(cycles);
                let before = self.control;
                self.control = value & (ENABLE | TICKINT | CLKSOURCE);
                let changed = (before ^ self.control) & (ENABLE | CLKSOURCE) != 0;
                if self.control & ENABLE == 0 {
                    self.count = Count::Still(count);
                } else if changed {
                    self.start(count, cycles);
                }
            }
            0x4 => {
                self.reload = value & RELOAD_BITS;
                // A counter that stood at zero for want of a value takes this one.
                if self.control & ENABLE != 0 && self.count == Count::Still(0) {
                    self.start(0, cycles);
                }
            }
            // Any write clears the counter and the flag.
            0x8 => {
                self.wrapped = false;
                self.count = Count::Still(0);
                if self.control & ENABLE != 0 {
                    self.start(0, cycles);
                }
            }
            0xC => (),
            _ => return None,
        }
        Some(())
    }
}

impl Cpu {
    /// Lets the timer catch up with the cycle counter.
    pub fn tick(&mut self) {
        if self.systick.advance(self.cycles) {
            self.pend(SYSTICK);
        }
    }

    /// Reads; `offset` from 0xE000_E010. A debugger reads the flag without clearing it.
    pub fn systick_read(&mut self, offset: u32) -> Option<u32> {
        self.tick();
        self.systick.read(offset, self.cycles)
    }

    /// Writes; `offset` from 0xE000_E010.
    pub fn systick_write(&mut self, offset: u32, value: u32) -> Option<()> {
        self.tick();
        self.look_up();
        self.systick.write(offset, value, self.cycles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn running(reload: u32, control: u32) -> SysTick {
        let mut timer = SysTick::new();
        timer.write(4, reload, 0).unwrap();
        timer.write(8, 0, 0).unwrap();
        timer.write(0, control, 0).unwrap();
        timer
    }

    #[test]
    fn the_period_is_reload_plus_one() {
        let mut timer = running(99, ENABLE | TICKINT | CLKSOURCE);
        assert_eq!(timer.next_interrupt(), Some(100));
        assert!(!timer.advance(99));
        assert!(timer.advance(100));
        assert_eq!(timer.next_interrupt(), Some(200));
        assert_eq!(timer.value(101), 99);
        assert_eq!(timer.value(199), 1);
        assert!(timer.advance(1000));
        assert_eq!(timer.next_interrupt(), Some(1100));
    }

    #[test]
    fn the_flag_is_read_once() {
        let mut timer = running(9, ENABLE | CLKSOURCE);
        assert!(!timer.advance(10), "no interrupt without TICKINT");
        assert_eq!(timer.next_interrupt(), None);
        assert_eq!(timer.read(0, 10), Some(ENABLE | CLKSOURCE | COUNTFLAG));
        assert_eq!(timer.read(0, 10), Some(ENABLE | CLKSOURCE));
    }

    #[test]
    fn an_eighth_of_the_clock() {
        let mut timer = running(9, ENABLE | TICKINT);
        assert_eq!(timer.next_interrupt(), Some(80));
        assert_eq!(timer.value(8), 9);
        assert_eq!(timer.value(79), 1);
        assert!(timer.advance(80));
        assert_eq!(timer.next_interrupt(), Some(160));
    }

    #[test]
    fn a_stopped_counter_keeps_its_value() {
        let mut timer = running(99, ENABLE | CLKSOURCE);
        timer.write(0, CLKSOURCE, 40).unwrap();
        assert_eq!(timer.value(1000), 60);
        timer.write(0, ENABLE | TICKINT | CLKSOURCE, 1000).unwrap();
        assert_eq!(timer.next_interrupt(), Some(1060));
    }

    #[test]
    fn without_a_reload_value_it_runs_out() {
        let mut timer = running(99, ENABLE | CLKSOURCE | TICKINT);
        timer.write(4, 0, 50).unwrap();
        assert!(timer.advance(100));
        assert_eq!(timer.next_interrupt(), None);
    }
}
