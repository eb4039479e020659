//! The driver that probe-rs talks to: attaching, flashing and reading memory are then probe-rs's own code.

use super::dap::{Dap, Fault};
use crate::board::Board;
use probe_rs::CoreStatus;
use probe_rs::architecture::arm::sequences::ArmDebugSequence;
use probe_rs::architecture::arm::{
    ArmCommunicationInterface, ArmDebugInterface, ArmError, DapError, DapProbe, RawDapAccess, RegisterAddress,
};
use probe_rs::probe::{DebugProbe, DebugProbeError, WireProtocol};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A board that a bench and a probe share.
#[derive(Clone)]
pub struct SharedBoard(Arc<Mutex<Board>>);

impl SharedBoard {
    /// Puts a board where a probe can reach it.
    pub fn new(board: Board) -> Self {
        Self(Arc::new(Mutex::new(board)))
    }

    /// The board, for as long as the guard lives. A panic elsewhere leaves plain data behind: it is used all the same.
    pub fn lock(&self) -> MutexGuard<'_, Board> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SharedBoard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedBoard")
    }
}

/// A probe wired to a virtual board.
#[derive(Debug)]
pub struct VirtualProbe {
    board: SharedBoard,
    dap: Dap,
    /// While set, polling for the core to halt lets it run: time moves by exactly the cycles the algorithm takes.
    flashing: bool,
    speed_khz: u32,
}

impl VirtualProbe {
    /// A probe that looks on: no time passes through it.
    pub fn new(board: SharedBoard) -> Self {
        Self { board, dap: Dap::default(), flashing: false, speed_khz: 4_000 }
    }

    /// A probe for flashing: the core runs while probe-rs waits for it.
    pub fn for_flashing(board: SharedBoard) -> Self {
        Self { flashing: true, ..Self::new(board) }
    }
}

impl From<Fault> for ArmError {
    fn from(_: Fault) -> Self {
        Self::Dap(DapError::FaultResponse)
    }
}

impl RawDapAccess for VirtualProbe {
    fn raw_read_register(&mut self, address: RegisterAddress) -> Result<u32, ArmError> {
        let mut board = self.board.lock();
        if !board.is_powered() {
            return Err(DapError::NoAcknowledge.into());
        }
        Ok(match address {
            RegisterAddress::DpRegister(register) => self.dap.read_port(register.address)?,
            RegisterAddress::ApRegister(address) => self.dap.read_access(address, &mut board, self.flashing)?,
        })
    }

    fn raw_write_register(&mut self, address: RegisterAddress, value: u32) -> Result<(), ArmError> {
        let mut board = self.board.lock();
        if !board.is_powered() {
            return Err(DapError::NoAcknowledge.into());
        }
        match address {
            RegisterAddress::DpRegister(register) => self.dap.write_port(register.address, value),
            RegisterAddress::ApRegister(address) => self.dap.write_access(address, value, &mut board)?,
        }
        Ok(())
    }

    fn jtag_sequence(&mut self, _cycles: u8, _tms: bool, _tdi: u64) -> Result<(), DebugProbeError> {
        Err(DebugProbeError::InterfaceNotAvailable { interface_name: "JTAG" })
    }

    fn swj_sequence(&mut self, _bit_len: u8, _bits: u64) -> Result<(), DebugProbeError> {
        Ok(())
    }

    fn swj_pins(&mut self, pin_out: u32, pin_select: u32, _pin_wait: u32) -> Result<u32, DebugProbeError> {
        const NRESET: u32 = 1 << 7;
        if pin_select & NRESET != 0 {
            self.board.lock().set_reset_pin(pin_out & NRESET == 0);
        }
        Ok(pin_out)
    }

    fn into_probe(self: Box<Self>) -> Box<dyn DebugProbe> {
        self
    }

    fn core_status_notification(&mut self, _state: CoreStatus) -> Result<(), DebugProbeError> {
        Ok(())
    }
}

impl DapProbe for VirtualProbe {}

impl DebugProbe for VirtualProbe {
    fn get_name(&self) -> &str {
        "virtual board"
    }

    fn speed_khz(&self) -> u32 {
        self.speed_khz
    }

    fn set_speed(&mut self, speed_khz: u32) -> Result<u32, DebugProbeError> {
        self.speed_khz = speed_khz;
        Ok(speed_khz)
    }

    /// Fails at once on a board without supply: waiting for its acknowledge would take probe-rs five seconds.
    fn attach(&mut self) -> Result<(), DebugProbeError> {
        if self.board.lock().is_powered() { Ok(()) } else { Err(DebugProbeError::TargetNotFound) }
    }

    fn detach(&mut self) -> Result<(), probe_rs::Error> {
        Ok(())
    }

    fn target_reset(&mut self) -> Result<(), DebugProbeError> {
        self.target_reset_assert()?;
        self.target_reset_deassert()
    }

    fn target_reset_assert(&mut self) -> Result<(), DebugProbeError> {
        self.board.lock().set_reset_pin(true);
        Ok(())
    }

    fn target_reset_deassert(&mut self) -> Result<(), DebugProbeError> {
        self.board.lock().set_reset_pin(false);
        Ok(())
    }

    fn select_protocol(&mut self, protocol: WireProtocol) -> Result<(), DebugProbeError> {
        match protocol {
            WireProtocol::Swd => Ok(()),
            other => Err(DebugProbeError::UnsupportedProtocol(other)),
        }
    }

    fn active_protocol(&self) -> Option<WireProtocol> {
        Some(WireProtocol::Swd)
    }

    fn has_arm_interface(&self) -> bool {
        true
    }

    fn try_get_arm_debug_interface<'probe>(
        self: Box<Self>,
        sequence: Arc<dyn ArmDebugSequence>,
    ) -> Result<Box<dyn ArmDebugInterface + 'probe>, (Box<dyn DebugProbe>, ArmError)> {
        Ok(ArmCommunicationInterface::create(self, sequence, false))
    }

    fn into_probe(self: Box<Self>) -> Box<dyn DebugProbe> {
        self
    }

    fn try_as_dap_probe(&mut self) -> Option<&mut dyn DapProbe> {
        Some(self)
    }

    fn get_target_voltage(&mut self) -> Result<Option<f32>, DebugProbeError> {
        Ok(Some(self.board.lock().vdd().0 as f32))
    }
}
