//! Flashing through probe-rs: its session, the chip's own flash algorithm, its verification. On the virtual board the
//! probe is ours; everything else is what would happen on a desk.

use crate::firmware::Firmware;
use brownout_trace::event::{Crossing, Event, Level, Threshold, What};
use brownout_trace::{Instant, Span, Volts};
use brownout_virtual::board::Board;
use brownout_virtual::mcu::chip::FLASH_MINIMUM;
use brownout_virtual::mcu::flash::Image;
use brownout_virtual::probe::{SharedBoard, VirtualProbe};
use brownout_virtual::symbols::Symbols;
use brownout_virtual::wiring::{Wiring, WiringError};
use probe_rs::config::TargetSelector;
use probe_rs::flashing::{DownloadOptions, ElfLoader, ElfOptions, FlashProgress};
use probe_rs::probe::Probe;
use probe_rs::{Permissions, Session};
use std::fmt;
use std::io::Cursor;
use std::sync::Arc;

/// Why the board could not be flashed: a trouble of the rig, with the whole chain of causes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlashError {
    /// What was being done.
    pub doing: Doing,
    /// The error and its causes, outermost first.
    pub causes: Vec<String>,
}

/// What can go wrong on the way to a flashed board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Building the virtual board from its rig file, and powering it.
    Building,
    /// Attaching the probe to the chip.
    Attaching,
    /// Reading the firmware.
    ReadingFirmware,
    /// Writing the flash.
    Writing,
    /// Verifying the flash.
    Verifying,
    /// Resetting the chip.
    Resetting,
}

impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Building => "building the virtual board",
            Self::Attaching => "attaching the probe to the chip",
            Self::ReadingFirmware => "reading the firmware",
            Self::Writing => "writing the flash",
            Self::Verifying => "verifying the flash",
            Self::Resetting => "resetting the chip",
        })
    }
}

impl fmt::Display for FlashError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.doing, self.causes.join(": "))
    }
}

impl std::error::Error for FlashError {}

impl FlashError {
    /// There is no board to flash, for this reason.
    pub fn building(why: String) -> Self {
        Self { doing: Doing::Building, causes: vec![why] }
    }
}

fn while_doing<E: std::error::Error>(doing: Doing) -> impl FnOnce(E) -> FlashError {
    move |error| {
        let mut causes = vec![error.to_string()];
        let mut source = error.source();
        while let Some(cause) = source {
            causes.push(cause.to_string());
            source = cause.source();
        }
        FlashError { doing, causes }
    }
}

/// A firmware as probe-rs wrote and verified it, ready to be restored for each case.
#[derive(Debug, Clone)]
pub struct Flashed {
    /// The whole flash after verification.
    pub image: Image,
    /// The firmware's symbols.
    pub symbols: Arc<Symbols>,
    /// The chip as probe-rs names it, to flash it again.
    pub chip: Arc<str>,
    /// The firmware itself.
    pub firmware: Firmware,
}

/// What is erased before a firmware is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erase {
    /// Everything.
    Chip,
    /// The pages that the firmware needs.
    Pages,
}

/// Flashes and verifies `firmware` through `probe`, then resets the chip. Works on any probe; `chip` is a name, or a
/// target of one's own making.
pub fn flash(probe: Probe, chip: impl Into<TargetSelector>, firmware: &Firmware) -> Result<(), FlashError> {
    restart(&mut write(probe, chip, firmware, Erase::Chip, &mut || {})?)
}

/// Resets the chip through its probe.
pub fn restart(session: &mut Session) -> Result<(), FlashError> {
    let mut core = session.core(0).map_err(while_doing(Doing::Resetting))?;
    match core.reset() {
        // What was written was verified. A firmware that crashes as soon as it starts is the board's failure, and the
        // cases that are to come will say so; each begins with the supply off.
        Err(probe_rs::Error::Timeout) => Ok(()),
        other => other.map_err(while_doing(Doing::Resetting)),
    }
}

/// Flashes and verifies `firmware` through `probe` where it goes, and leaves every other page as it is. The chip is
/// left for its reset pin to start.
pub fn update(probe: Probe, chip: impl Into<TargetSelector>, firmware: &Firmware) -> Result<(), FlashError> {
    write(probe, chip, firmware, Erase::Pages, &mut || {}).map(drop)
}

/// Writes and verifies; `progress` is called whenever probe-rs has done a piece of it.
pub fn write(
    probe: Probe,
    chip: impl Into<TargetSelector>,
    firmware: &Firmware,
    erase: Erase,
    progress: &mut dyn FnMut(),
) -> Result<Session, FlashError> {
    let mut session = probe.attach(chip, Permissions::new()).map_err(while_doing(Doing::Attaching))?;
    let mut loader = session.target().flash_loader();
    loader
        .load_image(&mut session, &mut Cursor::new(firmware.bytes()), ElfLoader(ElfOptions::default()), None)
        .map_err(while_doing(Doing::ReadingFirmware))?;
    let mut options = DownloadOptions::default();
    options.do_chip_erase = erase == Erase::Chip;
    options.progress = FlashProgress::new(|_| progress());
    loader.commit(&mut session, options).map_err(while_doing(Doing::Writing))?;
    let mut verifying = FlashProgress::new(|_| progress());
    loader.verify(&mut session, &mut verifying).map_err(while_doing(Doing::Verifying))?;
    drop(verifying);
    Ok(session)
}

fn to_millivolts(volts: Volts) -> Volts {
    Volts((volts.0 * 1e3).round() / 1e3)
}

/// The threshold, if the supply became too low to write flash, or to run at all.
pub fn starving(event: &Event) -> Option<Volts> {
    match event.what {
        What::Rail { threshold: Threshold::FlashWrite | Threshold::PowerDown, crossing: Crossing::Falling, volts } => {
            Some(volts)
        }
        _ => None,
    }
}

/// What the supply of a virtual board has to do with a flashing that failed, and what to do about it; `None` if it held.
/// `events` is what happened meanwhile.
pub fn weak_supply(board: &Board, events: &[Event]) -> Option<String> {
    let fall = events.iter().rev().find_map(|event| {
        let volts = starving(event)?;
        Some(format!("VDD fell below {volts} at {} and stands at", event.at))
    });
    let vdd = to_millivolts(board.vdd());
    let state = match (board.is_powered(), board.is_locked_up()) {
        (false, _) => "with the chip in reset",
        // A core that locks up on a sound supply has its firmware to thank for it.
        (true, _) if fall.is_none() && vdd >= FLASH_MINIMUM => return None,
        (true, true) => "with its core locked up",
        (true, false) => "with the chip out of reset",
    };
    let fall = fall.unwrap_or_else(|| "VDD stands at".to_owned());
    Some(format!(
        "{fall} {vdd} now, {state}: flashing needs {FLASH_MINIMUM} throughout, and the supply, {} at the terminals, does not hold \
         it; make it stronger in `[virtual.supply]` or the load smaller in `[virtual.loads]`",
        to_millivolts(board.terminals())
    ))
}

/// How long a board is given to come out of reset before a probe attaches.
const SETTLE: Span = Span::secs(1);

/// A virtual board that has just been powered, for a probe.
pub fn powered_board(wiring: &Arc<Wiring>, image: Image, symbols: Arc<Symbols>) -> Result<SharedBoard, WiringError> {
    let nominal = wiring.supply.nominal;
    let mut board = Board::new(wiring.clone(), symbols, image, 0, Instant::ZERO)?;
    board.play(&[(Instant::ZERO, Level::Volts(nominal))]).expect("a new board has nothing planned");
    let until = Instant::ZERO + SETTLE;
    let mut events = Vec::new();
    while board.now() < until {
        board.advance(until, &mut events);
    }
    Ok(SharedBoard::new(board))
}

/// Flashes a virtual board of this wiring once; what comes back is restored for each case.
pub fn flash_virtual(wiring: &Arc<Wiring>, chip: &str, firmware: &Firmware) -> Result<Flashed, FlashError> {
    let pages = brownout_virtual::mcu::chip::PAGES;
    let board = powered_board(wiring, Image::erased(pages), Arc::default()).map_err(while_doing(Doing::Building))?;
    if !board.lock().is_powered() {
        let causes = vec![format!(
            "its supply did not bring the chip out of reset within {SETTLE} of {}: VDD stands at {}; see `[virtual.supply]`",
            wiring.supply.nominal,
            to_millivolts(board.lock().vdd())
        )];
        return Err(FlashError { doing: Doing::Building, causes });
    }
    flash(Probe::new(VirtualProbe::for_flashing(board.clone())), chip, firmware).map_err(|mut error| {
        let (mut board, mut events) = (board.lock(), Vec::new());
        let now = board.now();
        board.advance(now, &mut events);
        match weak_supply(&board, &events) {
            // Its figures are in a file and stay there: trying again would not help.
            Some(why) => {
                error.causes.insert(0, format!("{}: {why}", error.doing));
                FlashError { doing: Doing::Building, ..error }
            }
            None => error,
        }
    })?;
    let image = board.lock().image().clone();
    let symbols = Arc::new(Symbols::of_elf(firmware.bytes()));
    Ok(Flashed { image, symbols, chip: chip.into(), firmware: firmware.clone() })
}
