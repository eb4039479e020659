//! EXTI: nineteen edge detectors (RM0008, section 10).

use super::peripheral::{Moment, Peripheral, Written};
use super::register::Register;

/// RM0008, 10.3.7. Line 18 is the USB wake-up, which comes by software only.
pub const REGISTERS: &[Register] = &[
    Register::new("IMR", 0x00, LINES),
    Register::new("EMR", 0x04, LINES),
    Register::new("RTSR", 0x08, LINES),
    Register::new("FTSR", 0x0c, LINES),
    Register::new("SWIER", 0x10, LINES),
    Register::new("PR", 0x14, LINES),
];
/// NVIC positions (RM0008, table 63): the PVD, lines 0 to 4, 5 to 9, 10 to 15, the RTC alarm, the USB wake-up.
pub const IRQS: &[u8] = &[1, 6, 7, 8, 9, 10, 23, 40, 41, 42];

/// EXTI line of the PVD output.
pub const PVD_LINE: u8 = 16;
/// EXTI line of the RTC alarm.
pub const RTC_ALARM_LINE: u8 = 17;
const LINES: u32 = 0x7_ffff;

/// Nineteen edge detectors with their pending bits.
#[derive(Debug, Clone, Default)]
pub struct Exti {
    interrupt_mask: u32,
    event_mask: u32,
    rising: u32,
    falling: u32,
    software: u32,
    pending: u32,
    levels: u32,
    events: u32,
}

impl Exti {
    /// Tells a line's level; an edge that the configuration selects sets its pending bit.
    pub fn set_level(&mut self, line: u8, high: bool) {
        let bit = 1 << line;
        let was = self.levels & bit != 0;
        self.levels = self.levels & !bit | u32::from(high) << line;
        if was != high && (if high { self.rising } else { self.falling }) & bit != 0 {
            self.trigger(bit);
        }
    }

    /// A pulse on a line that idles low, such as the RTC alarm.
    pub fn pulse(&mut self, line: u8) {
        self.set_level(line, true);
        self.set_level(line, false);
    }

    fn trigger(&mut self, lines: u32) {
        self.pending |= lines & self.interrupt_mask;
        self.events |= lines & self.event_mask;
    }

    /// Event-mode triggers since the last call: they wake a core from WFE.
    pub fn take_events(&mut self) -> bool {
        std::mem::take(&mut self.events) != 0
    }

    /// The lines of which an edge is waited for.
    pub fn watched(&self) -> u32 {
        (self.rising | self.falling) & (self.interrupt_mask | self.event_mask)
    }
}

impl Peripheral for Exti {
    fn read(&mut self, offset: u32, _: &Moment) -> u32 {
        match offset {
            0x00 => self.interrupt_mask,
            0x04 => self.event_mask,
            0x08 => self.rising,
            0x0c => self.falling,
            0x10 => self.software,
            _ => self.pending,
        }
    }

    fn write(&mut self, offset: u32, value: u32, _: &Moment) -> Written {
        let value = value & LINES;
        match offset {
            0x00 => self.interrupt_mask = value,
            0x04 => self.event_mask = value,
            0x08 => self.rising = value,
            0x0c => self.falling = value,
            0x10 => {
                let raised = value & !self.software;
                self.software |= value;
                self.trigger(raised);
            }
            _ => {
                self.pending &= !value;
                self.software &= !value;
            }
        }
        Ok(())
    }

    fn reset(&mut self, _: &Moment) {
        *self = Self { levels: self.levels, ..Self::default() };
    }

    fn lines(&self) -> u16 {
        let active = self.pending & self.interrupt_mask;
        let line = |mask: u32, n: u32| u16::from(active & mask != 0) << n;
        (0..5).fold(line(1 << PVD_LINE, 0), |lines, n| lines | line(1 << n, 1 + n))
            | line(0x03e0, 6)
            | line(0xfc00, 7)
            | line(1 << RTC_ALARM_LINE, 8)
            | line(1 << 18, 9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(registers: &[(u32, u32)]) -> (Exti, Moment) {
        let (mut exti, now) = (Exti::default(), Moment::zero());
        for (offset, value) in registers {
            exti.write(*offset, *value, &now).unwrap();
        }
        (exti, now)
    }

    #[test]
    fn only_the_selected_edge_pends_and_writing_one_clears() {
        let (mut exti, now) = with(&[(0x00, 1 << PVD_LINE), (0x08, 1 << PVD_LINE)]);
        exti.set_level(PVD_LINE, true);
        exti.set_level(PVD_LINE, false);
        assert_eq!(exti.lines(), 1);
        exti.write(0x14, 1 << PVD_LINE, &now).unwrap();
        assert_eq!(exti.lines(), 0);
    }

    #[test]
    fn software_pends_until_the_pending_bit_is_cleared() {
        let (mut exti, now) = with(&[(0x00, 1 << 3), (0x10, 1 << 3)]);
        assert_eq!((exti.lines(), exti.read(0x10, &now)), (1 << 4, 1 << 3));
        exti.write(0x14, 1 << 3, &now).unwrap();
        assert_eq!((exti.lines(), exti.read(0x10, &now)), (0, 0));
    }

    #[test]
    fn event_mode_wakes_and_leaves_nothing_pending() {
        let (mut exti, now) = with(&[(0x04, 1), (0x0c, 1)]);
        exti.set_level(0, true);
        exti.set_level(0, false);
        assert!(exti.take_events() && !exti.take_events());
        assert_eq!(exti.read(0x14, &now), 0);
    }
}
