//! Special registers, hints, and the instructions that raise exceptions.

use super::super::cpu::{Cpu, Sleep};
use super::super::exceptions::SVCALL;
use super::super::op::Slot;

impl Cpu {
    /// The value of a special register (B5.2.2). Unprivileged code reads zero, but for the flags and CONTROL.
    pub(super) fn special_register(&self, number: u32) -> u32 {
        let privileged = self.privileged();
        match number {
            0..=7 => {
                let ipsr = if number & 1 != 0 && privileged { self.exception.into() } else { 0 };
                let apsr = if number & 4 == 0 { self.apsr() } else { 0 };
                ipsr | apsr
            }
            20 => self.control(),
            _ if !privileged => 0,
            8 => self.msp(),
            9 => self.psp(),
            16 => self.primask.into(),
            17 | 18 => self.basepri.into(),
            19 => self.faultmask.into(),
            _ => 0,
        }
    }

    /// MSR (B5.2.3).
    pub(super) fn set_special_register(&mut self, slot: &Slot) {
        let value = self.r(slot.rn());
        match slot.imm {
            0..=3 if slot.ra() & 2 != 0 => self.set_apsr(value),
            0..=7 => return,
            _ if !self.privileged() => return,
            8 => self.set_msp(value),
            9 => self.set_psp(value),
            16 => self.primask = value & 1 != 0,
            17 => self.basepri = value as u8 & 0xF0,
            18 => {
                let new = value as u8 & 0xF0;
                if new != 0 && (new < self.basepri || self.basepri == 0) {
                    self.basepri = new;
                }
            }
            19 => {
                // The manual's pseudo-code would forbid to clear it too; CMSIS does that, and the chip lets it.
                if value & 1 == 0 || self.execution_priority() > -1 {
                    self.faultmask = value & 1 != 0;
                }
            }
            20 => self.set_control(value),
            _ => return,
        }
        self.look_up();
    }

    /// CPSIE and CPSID.
    pub(super) fn change_state(&mut self, slot: &Slot) {
        if !self.privileged() {
            return;
        }
        let disable = slot.imm & 0x10 != 0;
        if slot.imm & 2 != 0 {
            self.primask = disable;
        }
        if slot.imm & 1 != 0 && (!disable || self.execution_priority() > -1) {
            self.faultmask = disable;
        }
        self.look_up();
    }

    pub(super) fn wait_for_interrupt(&mut self) {
        self.sleep = Sleep::ForInterrupt;
        self.look_up();
    }

    pub(super) fn wait_for_event(&mut self) {
        if self.event {
            self.event = false;
        } else {
            self.sleep = Sleep::ForEvent;
            self.look_up();
        }
    }

    /// SVC: like a fault, it may have to become a HardFault.
    pub(super) fn call_supervisor(&mut self, next: u32) {
        self.pc = next;
        self.raise(SVCALL);
        self.look_up();
    }
}
