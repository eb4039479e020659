//! The instruction that stored to a register: how long it is, and where its value comes from.
//!
//! Only what compilers make of a 32-bit volatile store. Anything else is no store of ours, and the program's own fault.

/// Where the value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// A general register by its number in the instruction set.
    Register(u8),
    /// The instruction itself.
    Immediate(u32),
}

/// A 32-bit store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instruction {
    /// In bytes.
    pub length: usize,
    /// What it stores.
    pub value: Value,
}

/// Of x86-64: `mov [memory], r32` and `mov [memory], imm32` (Intel SDM, volume 2, chapter 2: ModR/M and SIB). `byte` gives
/// the byte at an index; none beyond the instruction is asked for.
pub fn x86_64(byte: impl Fn(usize) -> u8) -> Option<Instruction> {
    let mut at = 0;
    let mut extended = 0;
    if byte(0) & 0xf0 == 0x40 {
        let prefix = byte(0);
        if prefix & 0b1000 != 0 {
            // 64 bits.
            return None;
        }
        extended = (prefix & 0b100) << 1;
        at = 1;
    }
    let opcode = byte(at);
    if !matches!(opcode, 0x89 | 0xc7) {
        return None;
    }
    let modrm = byte(at + 1);
    let (mode, field, memory) = (modrm >> 6, modrm >> 3 & 7, modrm & 7);
    at += 2;
    let mut displacement = match mode {
        0 => 0,
        1 => 1,
        2 => 4,
        _ => return None,
    };
    if memory == 0b100 {
        if mode == 0 && byte(at) & 7 == 0b101 {
            displacement = 4;
        }
        at += 1;
    } else if mode == 0 && memory == 0b101 {
        displacement = 4;
    }
    at += displacement;
    if opcode == 0x89 {
        return Some(Instruction { length: at, value: Value::Register(extended | field) });
    }
    let value = u32::from_le_bytes([byte(at), byte(at + 1), byte(at + 2), byte(at + 3)]);
    (field == 0).then_some(Instruction { length: at + 4, value: Value::Immediate(value) })
}

/// Of AArch64: `STR Wt` with an offset or an index register, `STUR Wt`, `STLR Wt` (Arm ARM, C4.1).
pub fn aarch64(word: u32) -> Option<Instruction> {
    let unsigned = word & 0xffc0_0000 == 0xb900_0000;
    let unscaled = word & 0xffe0_0c00 == 0xb800_0000;
    let indexed = word & 0xffe0_0c00 == 0xb820_0800;
    let release = word & 0xffff_fc00 == 0x889f_fc00;
    if !(unsigned || unscaled || indexed || release) {
        return None;
    }
    let value = match (word & 31) as u8 {
        // The zero register.
        31 => Value::Immediate(0),
        register => Value::Register(register),
    };
    Some(Instruction { length: 4, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn x86(code: &[u8]) -> Option<Instruction> {
        x86_64(|index| code[index])
    }

    fn register(length: usize, number: u8) -> Option<Instruction> {
        Some(Instruction { length, value: Value::Register(number) })
    }

    #[test]
    fn stores_of_a_register() {
        assert_eq!(x86(&[0x89, 0x08]), register(2, 1), "mov [rax], ecx");
        assert_eq!(x86(&[0x89, 0x48, 0x1c]), register(3, 1), "mov [rax+0x1c], ecx");
        assert_eq!(x86(&[0x44, 0x89, 0x04, 0x8e]), register(4, 8), "mov [rsi+rcx*4], r8d");
        assert_eq!(x86(&[0x41, 0x89, 0x94, 0x24, 0xe4, 0, 0, 0]), register(8, 2), "mov [r12+0xe4], edx");
        assert_eq!(x86(&[0x89, 0x3c, 0x85, 0, 0x10, 0, 0]), register(7, 7), "mov [rax*4+0x1000], edi");
        assert_eq!(x86(&[0x89, 0x35, 0, 0x10, 0, 0]), register(6, 6), "mov [rip+0x1000], esi");
    }

    #[test]
    fn stores_of_a_constant() {
        let constant = |length, value| Some(Instruction { length, value: Value::Immediate(value) });
        assert_eq!(x86(&[0xc7, 0x40, 0x1c, 0, 0, 2, 0]), constant(7, 1 << 17), "mov dword [rax+0x1c], 0x20000");
        assert_eq!(x86(&[0x41, 0xc7, 0x00, 1, 0, 0, 0]), constant(7, 1), "mov dword [r8], 1");
    }

    #[test]
    fn what_is_no_32_bit_store_is_not_taken_for_one() {
        for code in
            [&[0x48, 0x89, 0x08][..], &[0x8b, 0x08], &[0x66, 0x89, 0x08], &[0x89, 0xc8], &[0xc7, 0x48, 0, 0, 0, 0, 0]]
        {
            assert_eq!(x86(code), None, "{code:x?}");
        }
    }

    #[test]
    fn stores_of_aarch64() {
        assert_eq!(aarch64(0xb900_1d01), register(4, 1), "str w1, [x8, #0x1c]");
        assert_eq!(aarch64(0xb829_7902), register(4, 2), "str w2, [x8, x9, lsl #2]");
        assert_eq!(aarch64(0xb81f_c043), register(4, 3), "stur w3, [x2, #-4]");
        assert_eq!(aarch64(0x889f_fc45), register(4, 5), "stlr w5, [x2]");
        assert_eq!(aarch64(0xb900_1d1f).unwrap().value, Value::Immediate(0), "str wzr, [x8, #0x1c]");
        assert_eq!(aarch64(0xf900_1d01), None, "64 bits");
        assert_eq!(aarch64(0xb940_1d01), None, "a load");
    }
}
