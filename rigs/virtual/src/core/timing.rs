//! Cycle counts.
//!
//! Source: *Cortex-M3 Technical Reference Manual* r1p1, ARM DDI 0337E, chapter 18, table 18-1, and chapter 5 for exceptions.
//! Where the table gives a range, the choice is stated at the constant. What is not modelled: pipelining of consecutive loads, the
//! write buffer, folding of IT, and contention on the buses; a busy loop is timed within some tens of per cent, as FACTS warns.
//!
//! Flash wait states: the STM32F103 has a prefetch buffer of two 64-bit lines (RM0008, 3.3.3). A straight run of mostly 16-bit
//! instructions is fed without waiting, so sequential fetches cost nothing extra; whatever breaks the sequence (a taken branch, an
//! exception entry or return) into flash waits once for the wait states: a taken branch costs 3, 4 or 5 cycles with 0, 1 or 2. Data
//! reads from flash are not charged, nor a straight run of 32-bit instructions that outruns the buffer. So a busy loop's period is no
//! measure of anything; timers and SysTick are exact.
//!
//! While the flash erases or programs, code in it does not execute at all, interrupt handlers and vectors included: 20 to 40 ms for an
//! erase. The run ends with a stall, and the board lets time pass. Code and vectors in RAM go on.

/// Refilling the pipeline after a taken branch: "if branch taken, pipeline reloads (two cycles are added)".
pub(super) const REFILL: u64 = 2;

/// Load or store of one register.
pub(super) const SINGLE_TRANSFER: u64 = 2;

/// MLA and MLS; MUL takes 1.
pub(super) const MULTIPLY_ACCUMULATE: u64 = 2;

/// Exception entry from zero-wait-state memory (5.5.1).
pub(super) const ENTRY: u64 = 12;

/// Exception return with unstacking (5.6).
pub(super) const RETURN: u64 = 12;

/// From one handler to the next without unstacking (5.5.2).
pub(super) const TAIL_CHAIN: u64 = 6;

/// UMULL and SMULL take 3 to 5 cycles "depending on the size of the source values": here 3 and one more for each operand wider
/// than 16 bits. The accumulating forms take 4 to 7: here one more than that.
pub(super) fn long_multiply(wide_operands: u32, accumulate: bool) -> u64 {
    3 + u64::from(wide_operands) + u64::from(accumulate)
}

/// SDIV and UDIV take 2 to 12 cycles and end early when the operands differ little in size; a division by zero is the shortest.
/// The table gives no formula: here cycles grow evenly with the bits of the quotient.
pub(super) fn divide(dividend: u32, divisor: u32) -> u64 {
    if divisor == 0 || dividend < divisor {
        return 2;
    }
    let quotient_bits = divisor.leading_zeros() - dividend.leading_zeros() + 1;
    u64::from(2 + (quotient_bits * 10).div_ceil(32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_takes_two_to_twelve_cycles() {
        assert_eq!(divide(5, 0), 2);
        assert_eq!(divide(1, 2), 2);
        assert_eq!(divide(u32::MAX, 1), 12);
        assert_eq!(divide(1000, 10), 2 + 3);
    }

    #[test]
    fn long_multiplication_takes_three_to_seven_cycles() {
        assert_eq!(long_multiply(0, false), 3);
        assert_eq!(long_multiply(2, false), 5);
        assert_eq!(long_multiply(2, true), 6);
    }
}
