//! The bit-band aliases: one word per bit of the first megabyte of RAM and of the devices (ARM DDI 0337E, 4.3).

use super::bus::Width;

/// The address behind an alias: the location, aligned to the access, and which of its bits.
pub(super) fn resolve(addr: u32, width: Width) -> Option<(u32, u32)> {
    let base = match addr >> 25 {
        0x11 => 0x2000_0000,
        0x21 => 0x4000_0000,
        _ => return None,
    };
    let offset = (addr & 0x01FF_FFFF) >> 2;
    let byte = base + (offset >> 3);
    let aligned = byte & !(width.bytes() - 1);
    Some((aligned, (byte - aligned) * 8 + (offset & 7)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_name_one_bit() {
        assert_eq!(resolve(0x2200_0000, Width::Word), Some((0x2000_0000, 0)));
        assert_eq!(resolve(0x23FF_FFFC, Width::Byte), Some((0x200F_FFFF, 7)));
        assert_eq!(resolve(0x23FF_FFFC, Width::Word), Some((0x200F_FFFC, 31)));
        // GPIOC_ODR bit 13 at 0x4001_100C.
        assert_eq!(resolve(0x4200_0000 + 0x1_100C * 32 + 13 * 4, Width::Word), Some((0x4001_100C, 13)));
        assert_eq!(resolve(0x2400_0000, Width::Word), None);
    }
}
