//! The option bytes (RM0008, section 3.3; PM0075, section 2.5): what protects the flash and starts the watchdog.
//!
//! Eight half-words, each a byte with its complement. They are loaded at a system reset; until then a change has no effect.

/// Where they are mapped.
pub const BASE: u32 = 0x1fff_f800;
/// Bytes that they take.
pub const SIZE: u32 = 16;

/// RDP of a chip without read protection.
const UNPROTECTED: u16 = 0x5aa5;
/// A byte of ones with its complement.
const ONES: u16 = 0x00ff;

/// The half-words in order: RDP, USER, Data0, Data1, WRP0 to WRP3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionBytes(pub [u16; 8]);

impl Default for OptionBytes {
    /// As the chip leaves the factory.
    fn default() -> Self {
        let mut words = [ONES; 8];
        words[0] = UNPROTECTED;
        Self(words)
    }
}

impl OptionBytes {
    /// Erased: every bit 1. Loaded so, the chip is read-protected.
    pub const ERASED: Self = Self([0xffff; 8]);

    /// The word at an address; `None` where there are none.
    pub fn word(&self, address: u32) -> Option<u32> {
        let n = address.checked_sub(BASE)? as usize / 2;
        Some(u32::from(*self.0.get(n)?) | u32::from(*self.0.get(n + 1)?) << 16)
    }

    /// What programming the byte of `value` leaves: the controller makes the complement itself (PM0075, 2.5.1).
    pub fn programmed(value: u16) -> u16 {
        value & 0xff | !value << 8
    }

    /// A byte, 0xff where its complement does not fit, and whether it fits. Erased counts as not fitting.
    fn byte(&self, n: usize) -> (u32, bool) {
        let fits = Self::programmed(self.0[n]) == self.0[n];
        (if fits { u32::from(self.0[n] & 0xff) } else { 0xff }, fits)
    }

    /// FLASH_OBR (RM0008, 3.3): OPTERR, RDPRT, the user bits, the two data bytes.
    pub fn obr(&self) -> u32 {
        let error = (0..8).any(|n| !self.byte(n).1);
        u32::from(error)
            | u32::from(self.is_read_protected()) << 1
            | (self.byte(1).0 | 0xf8) << 2
            | self.byte(2).0 << 10
            | self.byte(3).0 << 18
    }

    /// FLASH_WRPR: a 0 protects.
    pub fn wrpr(&self) -> u32 {
        (0..4).fold(0, |word, n| word | self.byte(4 + n).0 << (8 * n))
    }

    /// A debugger cannot read the flash, and the first 4 KiB are write-protected.
    pub fn is_read_protected(&self) -> bool {
        self.0[0] != UNPROTECTED
    }

    /// Whether a page of a medium-density chip is write-protected: four pages a bit.
    pub fn is_write_protected(&self, page: usize) -> bool {
        self.is_read_protected() && page < 4 || self.wrpr() >> (page / 4).min(31) & 1 == 0
    }

    /// The independent watchdog starts with the chip (WDG_SW = 0).
    pub fn starts_watchdog(&self) -> bool {
        self.byte(1).0 & 1 == 0
    }

    /// Entering Stop resets the chip (nRST_STOP = 0).
    pub fn resets_on_stop(&self) -> bool {
        self.byte(1).0 & 2 == 0
    }

    /// Entering Standby resets the chip (nRST_STDBY = 0).
    pub fn resets_on_standby(&self) -> bool {
        self.byte(1).0 & 4 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_chip_is_open_and_an_erased_one_is_closed() {
        let new = OptionBytes::default();
        assert_eq!((new.obr(), new.wrpr()), (0x03ff_fffc, 0xffff_ffff));
        assert_eq!(new.word(BASE), Some(0x00ff_5aa5));
        assert_eq!(new.word(BASE + SIZE), None);
        assert!(!new.starts_watchdog() && !new.is_write_protected(0));
        let erased = OptionBytes::ERASED;
        assert_eq!(erased.obr() & 3, 3, "OPTERR and RDPRT");
        assert!(erased.is_write_protected(3) && !erased.is_write_protected(4));
    }

    #[test]
    fn a_bit_of_write_protection_is_four_pages() {
        let mut bytes = OptionBytes::default();
        bytes.0[5] = OptionBytes::programmed(0xfd);
        assert_eq!(bytes.wrpr(), 0xffff_fdff);
        let protected: Vec<usize> = (0..64).filter(|page| bytes.is_write_protected(*page)).collect();
        assert_eq!(protected, [36, 37, 38, 39]);
    }
}
