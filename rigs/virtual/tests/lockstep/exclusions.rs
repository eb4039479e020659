//! What is not compared, and why. Sections are those of the ARMv7-M manual, ARM DDI 0403, which we follow.

/// Operations of our decoder that armagnac cannot confirm, with the reason and what tests them instead.
pub const OPERATIONS: &[(&str, &str)] = &[
    ("Wfi", "armagnac sleeps for ever (A7.7.263); tests/sleep.rs of the core"),
    ("Wfe", "armagnac sleeps for ever (A7.7.262); tests/sleep.rs of the core"),
    ("Svc", "armagnac has no exceptions to raise (A7.7.175); the exception firmware"),
    ("Bkpt", "armagnac has no debug events (A7.7.17); tests/debug.rs of the core"),
    ("NoCoprocessor", "armagnac has no coprocessors to refuse (A5.3.18); tests/faults.rs of the core"),
    ("Undefined", "armagnac does not say why it refuses (A5.1.1); decode/mod.rs of the core"),
    ("Clrex", "armagnac refuses it (A7.7.23); tests/instructions.rs of the core"),
    ("Isb", "armagnac refuses it (A7.7.37); it only costs cycles here"),
    ("Msr", "armagnac refuses it (A7.7.83); tests/instructions.rs of the core, and the exception firmware"),
    ("WriteSp", "armagnac keeps bits 0 and 1 of SP, which are zero (B1.4.1); tests/instructions.rs of the core"),
    ("BranchTo", "armagnac takes it for interworking (A2.3.1); tests/instructions.rs of the core"),
    ("AddPc", "armagnac takes it for interworking where PC is the destination (A2.3.1)"),
];

/// Encodings that armagnac refuses, panics over or gets wrong wherever they may be compared, with the manual's section.
pub const ENCODINGS: &[(&str, &str)] = &[
    ("BKPT T1", "no debug events (A7.7.17)"),
    ("SVC T1", "no exceptions (A7.7.175)"),
    ("UDF T1", "does not say why it refuses (A7.7.194)"),
    ("UDF T2", "does not say why it refuses (A7.7.194)"),
    ("WFE T1", "sleeps for ever (A7.7.262)"),
    ("WFI T1", "sleeps for ever (A7.7.263)"),
    ("coprocessors", "has none to refuse (A5.3.18)"),
    ("ADD (register) T2, to PC", "takes it for interworking, which only BX, BLX and loads are (A2.3.1, A7.7.4)"),
    ("MOV (register) T1, to PC", "takes it for interworking, which only BX, BLX and loads are (A2.3.1, A7.7.77)"),
    ("CLREX T1", "refuses it (A7.7.23)"),
    ("DMB, DSB T1", "refuses them (A7.7.33, A7.7.34)"),
    ("ISB T1", "refuses it (A7.7.37)"),
    ("MSR, flags T1", "refuses it (A7.7.83)"),
    ("MSR T1", "refuses it (A7.7.83)"),
];

/// Operations that a straight run leaves out: armagnac's monitor remembers the address of the exclusive load; the Cortex-M3's does not, as A3.4.1
/// allows.
pub const OUTSIDE_RUNS: &[&str] = &["Strex", "Strexb", "Strexh"];

/// Whether an instruction is one that the two need not agree on.
pub fn excluded(first: u16, second: u16, in_it: bool) -> bool {
    // armagnac sleeps for ever, and has no exceptions to raise.
    let sleeps = matches!(first, 0xBF20 | 0xBF30) || (first & 0xFFF0 == 0xF3A0 && matches!(second & 0xFF, 2 | 3));
    let raises = first & 0xFF00 == 0xDF00 || first & 0xFF00 == 0xBE00;
    // It has no coprocessors to refuse.
    let coprocessor = first & 0xEC00 == 0xEC00;
    // Unknown: a stored base that is written back and not the lowest in the list.
    let (base, list) = if first < 0xE800 { (first >> 8 & 7, first & 0xFF) } else { (first & 15, second) };
    let stores = first & 0xF800 == 0xC000 || (first & 0xFE50 == 0xE800);
    let unknown_base = stores && list & (1 << base) != 0;
    // Unpredictable, which it does not see.
    let conditional = first & 0xF000 == 0xD000 || (first & 0xF800 == 0xF000 && second & 0xD000 == 0x8000);
    // SP is word-aligned with us; with it, it is not.
    let transfer = first & 0xFE00 == 0xF800;
    let data = first >= 0xE800 && !transfer;
    let stack = (transfer && (second >> 12 == 13 || first & 15 == 13))
        || first & 0xFD87 == 0x4485
        || (data && second >> 8 & 15 == 13);
    // It takes a clear bit 15 of the second half-word for granted in ADD and SUB with SP.
    let stack_sum = first & 0xF94F == 0xF10D && second & 0x8000 != 0;
    // It allows CMP and CMN of PC, BX PC, ORN and MVN with SP and PC, and STRH to PC; it takes `mov pc` and `add pc` for interworking; and wide
    // shifts to the right by 32 (encoded as 0) it does not do.
    let orn = first & 0xFBE0 == 0xF060 && (matches!(second >> 8 & 15, 13 | 15) || first & 15 == 13);
    let compared_pc = first & 0xF95F == 0xF11F && second >> 8 & 15 == 15;
    let from_pc = first == 0x4778;
    let to_pc = first & 0xFD87 == 0x4487 || first & 0xFF9F == 0xF88F;
    let by_32 = first & 0xFFEF == 0xEA4F && second & 0x70C0 == 0 && matches!(second >> 4 & 3, 1 | 2);
    orn || compared_pc
        || from_pc
        || to_pc
        || by_32
        || sleeps
        || raises
        || coprocessor
        || unknown_base
        || (conditional && in_it)
        || stack
        || stack_sum
}
