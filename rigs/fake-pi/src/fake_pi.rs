//! The whole: what a test starts, gives to a child, and breaks.

use crate::bench_supply::{BenchSupply, Dialect};
use crate::pins::Pins;
use crate::protocol::{SOCKET, registers_beside};
use crate::rig_text::{Places, rewritten};
use crate::server::{lock, serve};
use crate::world::World;
use crate::{page, place};
use brownout_rigs::flashing::Flashed;
use brownout_rigs::live::ServeError;
use brownout_rigs::live::console::Console;
use brownout_rigs::live::probe_socket::ProbeSocket;
use brownout_rigs::parts::meter::MeterChip;
use brownout_rigs::rig::Rig;
use brownout_rigs::rig::pi::{DacChip, Line, PiWires, PowerStage};
use brownout_trace::{Hertz, Instant, Percent, Volts};
use brownout_virtual::board::Board;
use brownout_virtual::instruments::desk::Desk;
use brownout_virtual::instruments::wires::{ChipWires, InstrumentWires};
use brownout_virtual::mcu::chip::PAGES;
use brownout_virtual::mcu::flash::Image;
use brownout_virtual::probe::SharedBoard;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, bind, listen, socket_with};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{JoinHandle, spawn};

/// Of loads on mains where no rig file says a frequency.
const USUAL_MAINS: Hertz = Hertz(50.0);

/// Why there is no fake Pi.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The first rig is none on a Pi.
    #[error("the rig `{0}` stands on no Pi: a fake one needs its wires")]
    NoPi(String),
    /// The second rig is none on the virtual board.
    #[error("the rig `{0}` has no virtual board to put behind the wires")]
    NoBoard(String),
    /// The rig file describes no possible board.
    #[error("{0}")]
    Wiring(String),
    /// A port of the board, or of the rig.
    #[error(transparent)]
    Port(#[from] ServeError),
    /// The system refused.
    #[error("cannot {doing}")]
    Io {
        /// What was tried.
        doing: String,
        /// What it said.
        source: io::Error,
    },
    /// It was not built, or is elsewhere.
    #[error(
        "the preloaded library is not beside this executable: depend on `brownout-fake-pi`, so that cargo builds it"
    )]
    NoLibrary,
}

/// What the board's flash holds to begin with.
#[derive(Debug, Clone, Copy)]
pub enum Flash<'f> {
    /// Nothing: as it comes from the factory.
    Blank,
    /// A firmware that was written before.
    Holding(&'f Flashed),
}

/// A Raspberry Pi that is none. It ends when it is dropped.
#[derive(Debug)]
pub struct FakePi {
    world: Arc<Mutex<World>>,
    wires: Arc<PiWires>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    socket: PathBuf,
    library: PathBuf,
    folder: PathBuf,
    probe: String,
    text: String,
}

impl FakePi {
    /// Puts the virtual board of one rig behind the wires of another. All its files lie in `folder`, which should be a
    /// short path: names of sockets have 107 bytes.
    pub fn start(pi: &Rig, board: &Rig, flash: Flash<'_>, seed: u64, folder: &Path) -> Result<Self, StartError> {
        let wires = Arc::clone(pi.stand.pi().ok_or_else(|| StartError::NoPi(pi.name.clone()))?);
        let wiring = board.stand.wiring().ok_or_else(|| StartError::NoBoard(board.name.clone()))?;
        let library = place::library().ok_or(StartError::NoLibrary)?;
        let (image, symbols) = match flash {
            Flash::Blank => (Image::erased(PAGES), Arc::default()),
            Flash::Holding(flashed) => (flashed.image.clone(), flashed.symbols.clone()),
        };
        let made = Board::new(Arc::clone(wiring), symbols, image, seed, Instant::ZERO);
        let made = made.map_err(|error| StartError::Wiring(error.to_string()))?;
        let mut instruments = wiring.instruments.clone();
        for more in instruments_of(pi, &wires) {
            if instruments.iter().all(|there| there.address != more.address) {
                instruments.push(more);
            }
        }
        let desk = Desk::new(&instruments, seed, Instant::ZERO);
        let frequency = match &wires.supply.stage {
            PowerStage::Mains(mains) => mains.frequency,
            _ => wiring.supply.frequency.unwrap_or(USUAL_MAINS),
        };
        let supply_port = folder.join("supply");
        let supply = match &wires.supply.stage {
            PowerStage::Scpi(wires) => Some(BenchSupply::new(Dialect::Scpi, wires.settling, &supply_port)?),
            PowerStage::Korad(wires) => Some(BenchSupply::new(Dialect::Korad, wires.settling, &supply_port)?),
            _ => None,
        };
        let socket = folder.join("pi.socket");
        let io = |doing: &str| {
            let doing = format!("{doing} in `{}`", folder.display());
            move |source: io::Error| StartError::Io { doing, source }
        };
        let registers = page::make(&registers_beside(&socket)).map_err(io("make the page of line registers"))?;
        let listener = listen_at(&socket).map_err(io("listen"))?;
        let mut world = World::new(Arc::clone(&wires), made, desk, frequency, Pins::new(registers), supply);
        let console = folder.join("console");
        world.console = Some(Console::open(&console)?);
        let probe_path = folder.join("probe");
        world.socket = Some(ProbeSocket::open(&probe_path, world.board.clone())?);
        let probe = format!("20b7:9db1:unix:{}", probe_path.display());
        let places = Places { console: &console, supply: &supply_port, probe: &probe, folder };
        let text = rewritten(pi, &wires, &places);
        let (world, over) = (Arc::new(Mutex::new(world)), Arc::new(AtomicBool::new(false)));
        let (theirs, flag, bus) = (Arc::clone(&world), Arc::clone(&over), wires.i2c);
        let thread = Some(spawn(move || serve(&listener, bus, &theirs, &flag)));
        let folder = folder.to_owned();
        Ok(Self { world, wires, over, thread, socket, library, folder, probe, text })
    }

    /// What a child process needs in its environment.
    pub fn environment(&self) -> [(&'static str, OsString); 2] {
        let mut preload = self.library.clone().into_os_string();
        if let Some(others) = std::env::var_os("LD_PRELOAD").filter(|others| !others.is_empty()) {
            preload.push(":");
            preload.push(others);
        }
        [("LD_PRELOAD", preload), (SOCKET, self.socket.clone().into_os_string())]
    }

    /// The board's console.
    pub fn console(&self) -> PathBuf {
        self.folder.join("console")
    }

    /// The debug probe, as probe-rs selects it.
    pub fn probe(&self) -> &str {
        &self.probe
    }

    /// The Pi's rig file for the child: the same wires, the ports of this one.
    pub fn rig_text(&self) -> &str {
        &self.text
    }

    /// The board, to look at or to break.
    pub fn board(&self) -> SharedBoard {
        self.world().board.clone()
    }

    /// The level that the program drives a line to; `None` if it does not.
    pub fn driven(&self, line: Line) -> Option<bool> {
        self.world().pins.driven(line)
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }

    pub(crate) fn wires(&self) -> &PiWires {
        &self.wires
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for FakePi {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        let _ = std::fs::remove_file(&self.socket);
    }
}

fn listen_at(path: &Path) -> io::Result<std::os::fd::OwnedFd> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let listener = socket_with(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)?;
    bind(&listener, &SocketAddrUnix::new(path)?)?;
    listen(&listener, 64)?;
    Ok(listener)
}

/// What the Pi's rig file says of instruments, as ideal ones.
fn instruments_of(pi: &Rig, wires: &PiWires) -> Vec<InstrumentWires> {
    let ideal =
        |chip, address| InstrumentWires { chip, address, gain: Percent(0.0), offset: Volts::ZERO, noise: Volts::ZERO };
    let meter = pi.meter.as_ref().map(|meter| {
        let chip = match meter.chip {
            MeterChip::Ina226 { shunt } => ChipWires::Ina226 { shunt },
            MeterChip::Ina219 { shunt } => ChipWires::Ina219 { shunt },
            MeterChip::Ads1115 { divider } => ChipWires::Ads1115 { divider },
        };
        ideal(chip, meter.address)
    });
    let dac = match &wires.supply.stage {
        PowerStage::Dac(stage) => match stage.chip {
            DacChip::Mcp4728 => Some(ideal(ChipWires::Mcp4728 {}, stage.address)),
        },
        _ => None,
    };
    meter.into_iter().chain(dac).collect()
}
