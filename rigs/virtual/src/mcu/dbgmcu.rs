//! DBGMCU: the chip's identity, and what stands still while a debugger holds the core (RM0008, section 31.16).

use super::map::Unit;
use super::peripheral::{Moment, Peripheral, Written};
use super::register::Register;

/// RM0008, 31.6.1 and 31.16.3. The probe reaches the chip in every low-power mode, as DBG_SLEEP, DBG_STOP and DBG_STANDBY
/// would have it; trace pins go nowhere.
pub const REGISTERS: &[Register] = &[
    Register::new("IDCODE", 0x00, u32::MAX).reset(IDCODE),
    Register::new("CR", 0x04, 0x0001_ffe7).note("CAN's and the I²C time-outs' freeze bits have nothing to freeze"),
];

/// A medium-density chip, revision X.
const IDCODE: u32 = 0x2003_6410;

/// By bit of CR: what it freezes.
const FREEZES: [(u32, Unit); 6] =
    [(8, Unit::Iwdg), (9, Unit::Wwdg), (10, Unit::Tim(0)), (11, Unit::Tim(1)), (12, Unit::Tim(2)), (13, Unit::Tim(3))];

/// The registers. Only a power-on reset clears them.
#[derive(Debug, Clone, Default)]
pub struct Dbgmcu {
    cr: u32,
}

impl Dbgmcu {
    /// What stands still while the core is halted.
    pub fn frozen(&self) -> impl Iterator<Item = Unit> + use<> {
        let cr = self.cr;
        FREEZES.into_iter().filter(move |(bit, _)| cr >> bit & 1 == 1).map(|(_, unit)| unit)
    }

    /// VDD went away.
    pub fn power_on_reset(&mut self) {
        self.cr = 0;
    }
}

impl Peripheral for Dbgmcu {
    fn read(&mut self, offset: u32, _: &Moment) -> u32 {
        if offset == 0 { IDCODE } else { self.cr }
    }

    fn write(&mut self, offset: u32, value: u32, _: &Moment) -> Written {
        if offset == 4 {
            self.cr = value;
        }
        Ok(())
    }

    fn reset(&mut self, _: &Moment) {}
}
