//! The registers of a timer (RM0008, 14.4 and 15.4).

use super::counter::Way;
use super::{ARPE, CEN, DIR, LINE_COMPARE, LINE_TRIGGER, LINE_UPDATE, TIF, TRGO, Timer, UIF};
use crate::mcu::peripheral::{Moment, Peripheral, Written};
use crate::mcu::register::Register;

const SLAVE: &str = "an input filter delays nothing here; ETR is not modelled. Told when written: encoder mode (SMS 1 to 3), ETRF as \
                     the trigger (TS 7), gating by another timer (SMS 5 with TS 0 to 3)";
const CHANNEL: &str = "told when written: OCxCE, capture on TRC (CCxS 3)";

/// RM0008, 15.4.19. Loud: ETR, the XOR of three inputs, clearing by ETRF, DMA bursts.
pub const GENERAL: &[Register] = &[
    Register::new("CR1", 0x00, 0x3ff),
    Register::new("CR2", 0x04, 0x78).loud(0x80),
    Register::new("SMCR", 0x08, 0xf7).loud(0xff00).note(SLAVE),
    Register::new("DIER", 0x0c, 0x5f5f),
    Register::new("SR", 0x10, 0x1e5f),
    Register::new("EGR", 0x14, 0x5f),
    Register::new("CCMR1", 0x18, 0xffff).note(CHANNEL),
    Register::new("CCMR2", 0x1c, 0xffff).note(CHANNEL),
    Register::new("CCER", 0x20, 0x3333),
    Register::new("CNT", 0x24, 0xffff),
    Register::new("PSC", 0x28, 0xffff),
    Register::new("ARR", 0x2c, 0xffff).reset(0xffff),
    Register::new("CCR1", 0x34, 0xffff),
    Register::new("CCR2", 0x38, 0xffff),
    Register::new("CCR3", 0x3c, 0xffff),
    Register::new("CCR4", 0x40, 0xffff),
    Register::absent("DCR", 0x48),
    Register::absent("DMAR", 0x4c),
];

/// RM0008, 14.4.21. Loud beside those of the general timers: complementary outputs, commutation, break.
pub const ADVANCED: &[Register] = &[
    Register::new("CR1", 0x00, 0x3ff),
    Register::new("CR2", 0x04, 0x78).loud(0x7f85),
    Register::new("SMCR", 0x08, 0xf7).loud(0xff00).note(SLAVE),
    Register::new("DIER", 0x0c, 0x5f5f).loud(0x20a0),
    Register::new("SR", 0x10, 0x1eff).note("COMIF and BIF never rise"),
    Register::new("EGR", 0x14, 0x5f).loud(0xa0),
    Register::new("CCMR1", 0x18, 0xffff).note(CHANNEL),
    Register::new("CCMR2", 0x1c, 0xffff).note(CHANNEL),
    Register::new("CCER", 0x20, 0x3333).loud(0x0ccc),
    Register::new("CNT", 0x24, 0xffff),
    Register::new("PSC", 0x28, 0xffff),
    Register::new("ARR", 0x2c, 0xffff).reset(0xffff),
    Register::new("RCR", 0x30, 0xff),
    Register::new("CCR1", 0x34, 0xffff),
    Register::new("CCR2", 0x38, 0xffff),
    Register::new("CCR3", 0x3c, 0xffff),
    Register::new("CCR4", 0x40, 0xffff),
    Register::new("BDTR", 0x44, 0xe8ff).loud(0x1700).note("dead time has no complementary output to delay"),
    Register::absent("DCR", 0x48),
    Register::absent("DMAR", 0x4c),
];

impl Timer {
    fn write_cr1(&mut self, value: u32) {
        let started = value & CEN != 0 && self.cr1 & CEN == 0;
        self.cr1 = value & 0x3ff;
        self.counter.set_way(match (value >> 5 & 3, value & DIR != 0) {
            (0, false) => Way::Up,
            (0, true) => Way::Down,
            _ => Way::Centre,
        });
        if started && self.cr2 >> 4 & 7 == 1 {
            self.triggers |= TRGO;
        }
    }

    fn write_smcr(&mut self, value: u32) -> Written {
        self.smcr = value & 0xf7;
        match (value & 7, value >> 4 & 7) {
            (1..=3, _) => Err("encoder mode is not modelled"),
            (4..=7, 7) => Err("ETRF as the trigger is not modelled"),
            (5, 0..=3) => Err("gating by another timer is not modelled"),
            _ => Ok(()),
        }
    }

    fn write_ccmr(&mut self, n: usize, value: u32) -> Written {
        self.ccmr[n] = value & 0xffff;
        self.compare = self.ccr_in_force(false);
        for half in [value & 0xff, value >> 8 & 0xff] {
            match half & 3 {
                0 if half & 0x80 != 0 => return Err("OCxCE is not modelled"),
                3 => return Err("capture on TRC is not modelled"),
                _ => {}
            }
        }
        Ok(())
    }

    /// EGR: what hardware does, done by hand.
    fn generate(&mut self, value: u32) {
        for channel in (0..4).filter(|channel| value >> (1 + channel) & 1 == 1) {
            if self.is_output(channel) {
                self.raise(channel);
            } else {
                self.skip[channel] = 0;
                self.capture(channel);
            }
        }
        if value & 1 << 6 != 0 {
            self.trigger();
        }
        if value & 1 != 0 {
            self.reinitialise();
            if self.cr2 >> 4 & 7 == 0 {
                self.triggers |= TRGO;
            }
        }
    }
}

impl Peripheral for Timer {
    fn read(&mut self, offset: u32, now: &Moment) -> u32 {
        self.advance(now);
        match offset {
            // In centre-aligned mode DIR shows the way the counter goes.
            0x00 if self.cr1 & 0x60 != 0 => self.cr1 & !DIR | if self.counter.is_falling() { DIR } else { 0 },
            0x00 => self.cr1,
            0x04 => self.cr2,
            0x08 => self.smcr,
            0x0c => self.dier,
            0x10 => self.status,
            0x18 | 0x1c => self.ccmr[(offset as usize - 0x18) / 4],
            0x20 => self.ccer,
            0x24 => self.counter.value(),
            0x28 => self.psc,
            0x2c => self.arr,
            0x30 => self.rcr,
            0x34..=0x40 => {
                let channel = (offset as usize - 0x34) / 4;
                if !self.is_output(channel) {
                    self.status &= !(2 << channel);
                }
                self.ccr[channel]
            }
            0x44 => self.bdtr,
            _ => 0,
        }
    }

    fn reading_acts(&self, offset: u32) -> bool {
        (0x34..=0x40).contains(&offset)
    }

    fn write(&mut self, offset: u32, value: u32, now: &Moment) -> Written {
        self.advance(now);
        match offset {
            0x00 => self.write_cr1(value),
            0x04 => self.cr2 = value & 0x78,
            0x08 => return self.write_smcr(value),
            0x0c => self.dier = value & 0x5f5f,
            0x10 => self.status &= value,
            0x14 => self.generate(value),
            0x18 | 0x1c => return self.write_ccmr((offset as usize - 0x18) / 4, value),
            0x20 => self.ccer = value & 0x3333,
            0x24 => self.counter.set_value(value),
            // It takes effect with the next update; the prescaler's own count goes on.
            0x28 => self.psc = value & 0xffff,
            0x2c => {
                self.arr = value & 0xffff;
                if self.cr1 & ARPE == 0 {
                    self.counter.set_arr(self.arr);
                }
            }
            0x30 => self.rcr = value & 0xff,
            0x34..=0x40 => {
                let channel = (offset as usize - 0x34) / 4;
                // A captured value is read-only (RM0008, 15.4.13).
                if self.is_output(channel) {
                    self.ccr[channel] = value & 0xffff;
                    self.compare = self.ccr_in_force(false);
                }
            }
            _ => self.bdtr = value & 0xe8ff,
        }
        Ok(())
    }

    fn reset(&mut self, _: &Moment) {
        *self = Self { inputs: self.inputs, ..Self::new(self.advanced) };
    }

    fn next_cycle(&self) -> Option<u64> {
        self.next_tick()
    }

    fn settle(&mut self, now: &Moment) {
        // TRGO as OCxREF is the rising edge of that.
        let watched = (self.cr2 >> 4 & 7).checked_sub(4).map(|channel| channel as usize);
        let before = watched.is_some_and(|channel| self.reference(channel));
        self.advance(now);
        if watched.is_some_and(|channel| self.reference(channel)) && !before {
            self.triggers |= TRGO;
        }
    }

    fn reclock(&mut self, divider: u32, now: &Moment) {
        self.advance(now);
        self.counter.reclock(now.cycle / u64::from(divider), divider);
    }

    fn freeze(&mut self, frozen: bool, now: &Moment) {
        self.advance(now);
        self.frozen = frozen;
    }

    fn lines(&self) -> u16 {
        let up = self.status & self.dier;
        let mut lines = if up & UIF != 0 { LINE_UPDATE } else { 0 };
        if up & TIF != 0 {
            lines |= LINE_TRIGGER;
        }
        if up & 0x1e != 0 {
            lines |= LINE_COMPARE;
        }
        lines
    }

    fn requests(&self) -> u8 {
        self.requests
    }

    fn acknowledge(&mut self, request: u8, _: u32) {
        self.requests &= !(1 << request);
    }
}
