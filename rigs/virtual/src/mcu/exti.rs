//! EXTI and the half of AFIO that routes pins to it (RM0008, sections 9.4 and 10.3).

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
    /// Reads the register at `offset`; `None` where EXTI has none.
    pub fn read(&self, offset: u32) -> Option<u32> {
        Some(match offset {
            0x00 => self.interrupt_mask,
            0x04 => self.event_mask,
            0x08 => self.rising,
            0x0c => self.falling,
            0x10 => self.software,
            0x14 => self.pending,
            _ => return None,
        })
    }

    /// Writes the register at `offset`; `None` where EXTI has none.
    pub fn write(&mut self, offset: u32, value: u32) -> Option<()> {
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
            0x14 => {
                self.pending &= !value;
                self.software &= !value;
            }
            _ => return None,
        }
        Some(())
    }

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

    /// The interrupt lines that EXTI raises, by position (RM0008, table 63).
    pub fn irqs(&self) -> u64 {
        let active = self.pending & self.interrupt_mask;
        let line = |mask: u32, irq: u32| u64::from(active & mask != 0) << irq;
        (0..5).fold(0, |irqs, n| irqs | line(1 << n, 6 + n))
            | line(0x03e0, 23)
            | line(0xfc00, 40)
            | line(1 << PVD_LINE, 1)
            | line(1 << RTC_ALARM_LINE, 41)
            | line(1 << 18, 42)
    }
}

/// AFIO: pin routing to EXTI. Remaps of peripherals are not modelled, but for that of the debug port (no effect).
#[derive(Debug, Clone, Default)]
pub struct Afio {
    event_control: u32,
    remap: u32,
    routes: [u32; 4],
}

impl Afio {
    /// Reads the register at `offset`; `None` where AFIO has none.
    pub fn read(&self, offset: u32) -> Option<u32> {
        Some(match offset {
            0x00 => self.event_control,
            0x04 => self.remap,
            0x08..=0x14 => self.routes[(offset as usize - 8) / 4],
            _ => return None,
        })
    }

    /// Writes the register at `offset`; `None` where AFIO has none, and for a remap.
    pub fn write(&mut self, offset: u32, value: u32) -> Option<()> {
        match offset {
            // EVENTOUT goes to a pin that nothing here listens to.
            0x00 => self.event_control = value & 0xff,
            // SWJ_CFG, bits 24 to 26, is write-only.
            0x04 => {
                self.remap = value & 0x001f_ffff;
                return (self.remap == 0).then_some(());
            }
            0x08..=0x14 => self.routes[(offset as usize - 8) / 4] = value & 0xffff,
            _ => return None,
        }
        Some(())
    }

    /// Which port feeds EXTI line `line`, 0 to 15.
    pub fn port_of(&self, line: u8) -> usize {
        (self.routes[usize::from(line / 4)] >> (line % 4 * 4) & 15) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_selected_edge_pends_and_writing_one_clears() {
        let mut exti = Exti::default();
        exti.write(0x00, 1 << PVD_LINE).unwrap();
        exti.write(0x08, 1 << PVD_LINE).unwrap();
        exti.set_level(PVD_LINE, true);
        exti.set_level(PVD_LINE, false);
        assert_eq!(exti.irqs(), 1 << 1);
        exti.write(0x14, 1 << PVD_LINE).unwrap();
        assert_eq!(exti.irqs(), 0);
    }
}
