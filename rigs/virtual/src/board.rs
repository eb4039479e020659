//! The board: the chip and what stands round it, and the one loop that moves its time.
//!
//! A board is plain data: cloning it is a snapshot, and the clone goes on exactly as the original would. Time moves
//! only in [`Board::advance`] (and, while a probe flashes, in [`Board::run_halting`]). Between two events everything
//! is a closed formula; at an event the parts it touches are settled in a fixed order: supply, chip, relays.

mod advance;
mod console;
mod deep_sleep;
mod defects;
mod electrical;
mod live;
mod probe_port;
mod report;

use crate::button::Button;
use crate::core::{Core, Width};
use crate::mcu::chip::Chip;
use crate::mcu::flash::Image;
use crate::mcu::gpio::Drive;
use crate::relay::Relay;
use crate::rng::Stream;
use crate::supply::{LevelSchedule, OutOfOrder, Reserve, Supply};
use crate::symbols::Symbols;
use crate::wiring::{Active, Wiring, WiringError};
use brownout_trace::event::{Event, Level, What};
use brownout_trace::{Amps, Instant, RelayName, Volts};
pub use console::Lines as ConsoleLines;
use std::sync::Arc;

/// Where the chip stands with its supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Power {
    /// Below the reset thresholds.
    Off,
    /// Above them, in the reset delay until this instant.
    Rising(Instant),
    /// Executing, or held by its reset pin.
    On,
}

/// A relay with the state of its driver.
#[derive(Debug, Clone)]
struct RelayChannel {
    relay: Relay,
    driven: bool,
    sequence: u32,
}

/// A virtual board.
#[derive(Debug, Clone)]
pub struct Board {
    wiring: Arc<Wiring>,
    symbols: Arc<Symbols>,
    now: Instant,
    core: Core,
    chip: Chip,
    supply: Supply,
    reserve: Reserve,
    relays: Vec<RelayChannel>,
    /// In the order of the wiring.
    buttons: Vec<Button>,
    power: Power,
    reset_pin_held: bool,
    backup_alive: bool,
    flash_starved: bool,
    draw: Draw,
    levels: LevelSchedule,
    electrical: Option<electrical::Next>,
    irqs: u64,
    noise: Stream,
    lines: ConsoleLines,
    /// The console's raw bytes, where somebody listens.
    tapped: Option<Vec<u8>>,
    /// The core waits for the flash to be done.
    stalled: bool,
    /// The flash operation in flight has been announced to the core and the trace.
    flash_told: bool,
    locked_up: bool,
    /// It was told that nothing can wake the core.
    asleep_for_good: bool,
    deep: Option<deep_sleep::Deep>,
    /// When the 32 kHz crystal stops, if it will.
    crystal_stops: Option<Instant>,
    /// A debugger holds the core, as last told to the chip.
    halted: bool,
    events: Vec<Event>,
}

/// What decides the chip's current.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Draw {
    Off,
    Reset,
    Running,
    Asleep,
    Stopped,
    Standby,
}

impl Board {
    /// A board without power at `at`, its flash holding `image`. `seed` decides everything that chance decides.
    pub fn new(
        wiring: Arc<Wiring>,
        symbols: Arc<Symbols>,
        image: Image,
        seed: u64,
        at: Instant,
    ) -> Result<Self, WiringError> {
        wiring.check()?;
        let wiring = Arc::new(defects::with_defects(&wiring));
        let mut supply = Supply::new(wiring.supply.clone(), at);
        for relay in &wiring.relays {
            supply.add_coil(*relay.parts.coil);
        }
        let relays = wiring
            .relays
            .iter()
            .map(|wires| RelayChannel {
                relay: Relay::new(wires.parts.clone(), Stream::new(seed, &format!("relay {}", wires.name))),
                driven: false,
                sequence: 0,
            })
            .collect();
        let buttons = wiring
            .buttons
            .iter()
            .map(|wires| Button::new(wires.bounce, Stream::new(seed, &format!("button {}", wires.name))))
            .collect();
        let mut board = Self {
            now: at,
            core: Core::new(),
            chip: Chip::new(wiring.clone(), image, seed, at),
            supply,
            reserve: Reserve::new(wiring.reserve.clone(), at),
            relays,
            buttons,
            power: Power::Off,
            reset_pin_held: false,
            backup_alive: false,
            flash_starved: true,
            draw: Draw::Off,
            levels: LevelSchedule::default(),
            electrical: None,
            irqs: 0,
            noise: Stream::new(seed, "ram"),
            lines: ConsoleLines::default(),
            tapped: None,
            stalled: false,
            flash_told: false,
            locked_up: false,
            asleep_for_good: false,
            deep: None,
            crystal_stops: None,
            halted: false,
            events: Vec::new(),
            wiring,
            symbols,
        };
        for index in 0..board.buttons.len() {
            board.sync_button(index);
        }
        for fault in &board.wiring.clone().faults {
            board.install(fault, at);
        }
        Ok(board)
    }

    /// Another firmware was flashed: its symbols name functions from now on.
    pub fn set_symbols(&mut self, symbols: Arc<Symbols>) {
        self.symbols = symbols;
    }

    /// The bench's clock.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// What the flash holds.
    pub fn image(&self) -> &Image {
        self.chip.flash.image()
    }

    /// The voltage at the supply terminals.
    pub fn terminals(&self) -> Volts {
        self.supply.terminals(self.now)
    }

    /// What a meter in the supply's positive lead reads: the current into the board.
    pub fn supply_current(&self) -> Amps {
        self.supply.input(self.now)
    }

    /// The level that stands at the supply terminals.
    pub fn level(&self) -> Level {
        self.supply.level()
    }

    /// Each relay with its contact, raw: true is closed.
    pub fn relays(&self) -> impl Iterator<Item = (&RelayName, bool)> {
        let wires = self.wiring.relays.iter().map(|wires| &wires.name);
        wires.zip(self.relays.iter().map(|channel| channel.relay.contact()))
    }

    /// The voltage of the bulk capacitor.
    pub fn bulk(&self) -> Volts {
        self.supply.bulk(self.now)
    }

    /// The logic supply.
    pub fn vdd(&self) -> Volts {
        self.supply.vdd(self.now)
    }

    /// Instructions' worth of time: the core's cycles since it was made.
    pub fn cycles(&self) -> u64 {
        self.core.cycles()
    }

    /// Hands over levels for the supply terminals, in order and at instants from now on; all of them or none.
    pub fn play(&mut self, levels: &[(Instant, Level)]) -> Result<(), OutOfOrder> {
        if let Some((asked, _)) = levels.first().filter(|(asked, _)| *asked < self.now) {
            return Err(OutOfOrder { asked: *asked, latest: self.now });
        }
        self.electrical = None;
        self.levels.hand_in(levels)
    }

    /// Puts a line on the wire to the board's console.
    pub fn send(&mut self, line: &str) {
        self.emit(self.now, What::Sent { line: line.to_owned() });
        let mut bytes = line.as_bytes().to_vec();
        bytes.push(b'\n');
        self.chip.send(self.now, &bytes);
    }

    /// Presses or releases a button; false if the wiring has none of that name.
    pub fn press(&mut self, button: &str, pressed: bool) -> bool {
        let Some(index) = self.wiring.buttons.iter().position(|wires| wires.name == button) else {
            return false;
        };
        self.buttons[index].press(self.now, pressed);
        self.electrical = None;
        self.sync_button(index);
        self.settle_deep(self.now);
        true
    }

    /// Stops the crystal on OSC_IN, now; no rig file can ask for it.
    pub fn fail_crystal(&mut self) {
        if self.chip.fail_crystal(self.now) {
            self.raise_nmi();
        }
        self.attend(self.now);
    }

    /// The clock security system's NMI: the core's own register makes it pending.
    fn raise_nmi(&mut self) {
        const ICSR: u32 = 0xe000_ed04;
        const NMIPENDSET: u32 = 1 << 31;
        // A system register takes every write.
        let _ = self.core.debug_write(&mut self.chip, ICSR, NMIPENDSET, Width::Word);
    }

    /// Puts the contact of a button on its pin.
    fn sync_button(&mut self, index: usize) {
        let wires = &self.wiring.buttons[index];
        let drive = match (self.buttons[index].contact(), wires.active) {
            (false, _) => Drive::Floating,
            (true, Active::Low) => Drive::Low,
            (true, Active::High) => Drive::High,
        };
        self.chip.set_pin(wires.pin, drive);
        self.sync_irqs();
    }

    /// A variable of the firmware as it lies in RAM now; `None` if there is no such variable, or not there.
    pub fn variable(&self, name: &str) -> Option<&[u8]> {
        let symbol = self.symbols.variable(name)?;
        self.chip.ram(symbol.address, symbol.size as usize)
    }

    fn emit(&mut self, at: Instant, what: What) {
        self.events.push(Event::new(at, what));
    }
}
