//! Which exceptions are pending, enabled and active, and which goes first (B1.5.4, B3.4).

use super::cpu::{Cpu, Sleep};
use super::exceptions::{DEBUG_MONITOR, HARD_FAULT, NMI, PENDSV, SVCALL, SYSTICK};

/// External interrupts of an STM32F103 medium density device (RM0008, table 63).
pub(super) const INTERRUPTS: usize = 60;
/// The number of the first external interrupt as an exception.
pub(super) const EXTERNAL: usize = 16;
const EXCEPTIONS: usize = EXTERNAL + INTERRUPTS;
/// Four bits of priority are implemented, the upper ones.
pub(super) const PRIORITY_BITS: u8 = 0xF0;
/// The priority of thread mode: below all others.
pub(super) const IDLE: i16 = 256;

/// Exceptions that cannot be disabled.
const ALWAYS: u128 = 1 << NMI | 1 << HARD_FAULT | 1 << SVCALL | 1 << DEBUG_MONITOR | 1 << PENDSV | 1 << SYSTICK;

/// The state of all exceptions, one bit each by exception number.
#[derive(Clone, Debug)]
pub(super) struct Nvic {
    pub pending: u128,
    pub active: u128,
    pub enabled: u128,
    pub priorities: [u8; EXCEPTIONS],
    /// The level of the interrupt inputs, by interrupt number.
    pub lines: u64,
    /// AIRCR.PRIGROUP.
    pub grouping: u8,
}

impl Nvic {
    pub fn new() -> Nvic {
        Nvic { pending: 0, active: 0, enabled: ALWAYS, priorities: [0; EXCEPTIONS], lines: 0, grouping: 0 }
    }

    pub fn enabled(&self, exception: usize) -> bool {
        self.enabled >> exception & 1 != 0
    }

    pub fn any_external_enabled(&self) -> bool {
        self.enabled >> EXTERNAL != 0
    }

    pub fn is_active(&self, exception: usize) -> bool {
        self.active >> exception & 1 != 0
    }

    /// Lower goes first; NMI and HardFault have fixed negative ones.
    pub fn priority(&self, exception: usize) -> i16 {
        match exception {
            NMI => -2,
            HARD_FAULT => -1,
            _ => self.priorities[exception].into(),
        }
    }

    /// The part of a priority that decides about preemption.
    pub fn group(&self, priority: i16) -> i16 {
        if priority < 0 { priority } else { priority & !((2 << self.grouping) - 1) }
    }

    /// The pending exception that goes first among those allowed: lowest priority value, then lowest number.
    pub fn first(&self, allowed: u128) -> Option<usize> {
        let mut candidates = self.pending & self.enabled & allowed;
        let mut best = None;
        while candidates != 0 {
            let exception = candidates.trailing_zeros() as usize;
            candidates &= candidates - 1;
            if best.is_none_or(|best| self.priority(exception) < self.priority(best)) {
                best = Some(exception);
            }
        }
        best
    }

    /// The group priority of what is being handled, without the mask registers.
    fn active_priority(&self) -> i16 {
        let mut active = self.active;
        let mut lowest = IDLE;
        while active != 0 {
            let exception = active.trailing_zeros() as usize;
            active &= active - 1;
            lowest = lowest.min(self.group(self.priority(exception)));
        }
        lowest
    }

    /// Pends again the interrupts whose input is still high and that are not being handled.
    pub fn sample_lines(&mut self) {
        self.pending |= (u128::from(self.lines) << EXTERNAL) & !self.active;
    }
}

impl Cpu {
    /// The priority an exception must beat to be taken (B1.5.4, ExecutionPriority).
    pub fn execution_priority(&self) -> i16 {
        let boosted = self.boost(self.nvic.active_priority());
        if self.faultmask {
            boosted.min(-1)
        } else if self.primask {
            boosted.min(0)
        } else {
            boosted
        }
    }

    fn boost(&self, priority: i16) -> i16 {
        if self.basepri == 0 { priority } else { priority.min(self.nvic.group(self.basepri.into())) }
    }

    /// The exception to take before the next instruction, if any.
    pub fn preempting(&self) -> Option<usize> {
        if self.nvic.pending & self.nvic.enabled == 0 {
            return None;
        }
        let exception = self.nvic.first(self.debug.unmasked())?;
        (self.nvic.group(self.nvic.priority(exception)) < self.execution_priority()).then_some(exception)
    }

    /// Makes an exception pending.
    pub fn pend(&mut self, exception: usize) {
        let bit = 1 << exception;
        if self.nvic.pending & bit == 0 {
            self.nvic.pending |= bit;
            self.event |= self.scb.sends_event_on_pend();
        }
        self.look_up();
    }

    /// Whether sleep ends. WFI ends for what would be taken if PRIMASK were clear; WFE for what is taken, or an event.
    pub fn wakes(&mut self) -> bool {
        let woken = match self.sleep {
            Sleep::Awake => true,
            Sleep::ForInterrupt => {
                let masked = std::mem::take(&mut self.primask);
                let woken = self.preempting().is_some();
                self.primask = masked;
                woken
            }
            Sleep::ForEvent => self.event || self.preempting().is_some(),
        };
        if woken && self.sleep == Sleep::ForEvent {
            self.event = false;
        }
        woken
    }

    /// A level on an interrupt input. The rising edge pends; a level that stays pends again when its handler returns.
    pub fn set_line(&mut self, interrupt: usize, level: bool) {
        assert!(interrupt < INTERRUPTS, "the chip has {INTERRUPTS} interrupts");
        let bit = 1 << interrupt;
        let was = self.nvic.lines & bit != 0;
        if level && !was {
            self.nvic.lines |= bit;
            self.pend(EXTERNAL + interrupt);
        } else if !level {
            self.nvic.lines &= !bit;
        }
    }

    /// Reads a word of the NVIC; `offset` from 0xE000_E100.
    pub fn nvic_read(&self, offset: u32) -> Option<u32> {
        let word = offset as usize / 4;
        let bits = |set: u128, word: usize| (set >> (EXTERNAL + 32 * (word & 1))) as u32;
        Some(match offset {
            0x000..=0x007 | 0x080..=0x087 => bits(self.nvic.enabled, word),
            0x100..=0x107 | 0x180..=0x187 => bits(self.nvic.pending, word),
            0x200..=0x207 => bits(self.nvic.active, word),
            // Further words exist in the architecture and are zero on this chip.
            0x008..=0x03F | 0x088..=0x0BF | 0x108..=0x13F | 0x188..=0x1BF | 0x208..=0x23F => 0,
            0x300..=0x3EF => {
                let first = EXTERNAL + (offset as usize - 0x300);
                let byte = |i: usize| self.nvic.priorities.get(first + i).copied().unwrap_or(0);
                u32::from_le_bytes([byte(0), byte(1), byte(2), byte(3)])
            }
            _ => return None,
        })
    }

    /// Writes the bytes `mask` selects of a word of the NVIC; the others are zero in `value`.
    pub fn nvic_write(&mut self, offset: u32, value: u32, mask: u32) -> Option<()> {
        let word = offset as usize / 4;
        let implemented: u128 = ((1 << INTERRUPTS) - 1) << EXTERNAL;
        let bits = (u128::from(value) << (EXTERNAL + 32 * (word & 1))) & implemented;
        match offset {
            0x000..=0x007 => self.nvic.enabled |= bits,
            0x080..=0x087 => self.nvic.enabled &= !bits,
            0x100..=0x107 => (0..EXCEPTIONS).filter(|exception| bits >> exception & 1 != 0).for_each(|e| self.pend(e)),
            0x180..=0x187 => {
                self.nvic.pending &= !bits;
                self.nvic.sample_lines();
            }
            0x008..=0x03F | 0x088..=0x0BF | 0x108..=0x13F | 0x188..=0x1BF | 0x200..=0x23F => (),
            0x300..=0x3EF => {
                let first = EXTERNAL + (offset as usize - 0x300);
                for (i, (byte, chosen)) in value.to_le_bytes().into_iter().zip(mask.to_le_bytes()).enumerate() {
                    if let Some(priority) = self.nvic.priorities.get_mut(first + i)
                        && chosen != 0
                    {
                        *priority = byte & PRIORITY_BITS;
                    }
                }
            }
            _ => return None,
        }
        self.look_up();
        Some(())
    }
}
