//! What is known of one register: which of its bits the model has, and which would be a lie to accept.

/// One register, as the manual's register map has it.
///
/// The chip looks each access up here before the peripheral sees it, so this table *is* the coverage: an offset that
/// is not in it, a bit of [`Register::loud`] written to other than its reset value, a read of a register of which
/// nothing is modelled, each is a complaint that names the register.
#[derive(Debug, Clone, Copy)]
pub struct Register {
    /// From the start of its peripheral, in bytes.
    pub offset: u32,
    /// Its name without the peripheral's.
    pub name: &'static str,
    /// Its value after a reset.
    pub reset: u32,
    /// Bits that do here what they do on the chip, or that have no effect that anything on the board could see.
    pub modelled: u32,
    /// Bits that the chip has and the model lacks.
    pub loud: u32,
    /// What a reader of the coverage table should know.
    pub note: &'static str,
}

impl Register {
    /// A register whose bits `modelled` are modelled and that has no others.
    pub const fn new(name: &'static str, offset: u32, modelled: u32) -> Self {
        Self { offset, name, reset: 0, modelled, loud: 0, note: "" }
    }

    /// A register that the chip has and the model lacks altogether.
    pub const fn absent(name: &'static str, offset: u32) -> Self {
        Self { loud: u32::MAX, ..Self::new(name, offset, 0) }
    }

    /// With bits that the model lacks.
    pub const fn loud(self, bits: u32) -> Self {
        Self { loud: bits, ..self }
    }

    /// With a value after reset that is not zero.
    pub const fn reset(self, value: u32) -> Self {
        Self { reset: value, ..self }
    }

    /// With a word of explanation for the coverage table.
    pub const fn note(self, note: &'static str) -> Self {
        Self { note, ..self }
    }

    /// The bits of `value` that ask for what the model lacks.
    pub fn beyond(&self, value: u32) -> u32 {
        (value ^ self.reset) & self.loud
    }

    /// Whether nothing of it is modelled, not even that it reads as after a reset.
    pub fn is_absent(&self) -> bool {
        self.loud == u32::MAX
    }
}

/// The register at an offset.
pub fn find(registers: &'static [Register], offset: u32) -> Option<&'static Register> {
    registers.iter().find(|register| register.offset == offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_change_of_a_loud_bit_is_beyond() {
        let register = Register::new("CR", 0, 0x0f).loud(0xf0).reset(0x10);
        assert_eq!(register.beyond(0x1f), 0);
        assert_eq!(register.beyond(0x2f), 0x30);
        assert!(Register::absent("X", 4).is_absent() && !register.is_absent());
    }
}
