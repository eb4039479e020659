//! The chip as the core sees it: memories and registers on one bus, and what they ask of the board.

use super::exti::{Afio, Exti, PVD_LINE, RTC_ALARM_LINE};
use super::flash::{self, Flash, Image, Operation};
use super::gpio::{Drive, Gpio, Pin};
use super::iwdg::Iwdg;
use super::map::{self, Unit};
use super::pwr::Pwr;
use super::rcc::{BackupClock, Rcc, RtcClock};
use super::rtc::{Backup, Rtc};
use super::timebase::{Rate, TimeBase};
use super::usart::Usart;
use crate::core::bus::{Bus, BusError, Width};
use crate::rng::Stream;
use crate::wiring::Wiring;
use brownout_trace::{Hertz, Instant, ResetCause, Volts};

/// Flash pages of the STM32F103C8.
pub const PAGES: usize = 64;
const RAM_BASE: u32 = 0x2000_0000;
const RAM_SIZE: usize = 20 * 1024;
const FLASH_SIZE: u32 = (PAGES * flash::PAGE) as u32;
/// DBGMCU_IDCODE of a medium-density chip, revision X (RM0008, 31.6.1).
const IDCODE: u32 = 0x2003_6410;
/// Below this VDD flash writes are unreliable (DS5319, table 27).
pub const FLASH_MINIMUM: Volts = Volts(2.0);

/// An access that the model cannot answer as the chip would.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Complaint {
    /// The register.
    pub address: u32,
    /// Written, not read.
    pub write: bool,
}

/// The backup domain: it lives on VBAT.
#[derive(Debug, Clone, Default)]
struct BackupDomain {
    clock: BackupClock,
    rtc: Rtc,
    registers: Backup,
}

/// Memories and peripherals.
#[derive(Debug, Clone)]
pub struct Chip {
    /// The flash and its controller.
    pub flash: Flash,
    ram: Box<[u8; RAM_SIZE]>,
    rcc: Rcc,
    gpio: [Gpio; 4],
    afio: Afio,
    exti: Exti,
    usart1: Usart,
    pwr: Pwr,
    iwdg: Iwdg,
    dbgmcu: u32,
    backup: BackupDomain,
    lse: Rate,
    lsi: Rate,
    /// HCLK, counted by the core's cycles.
    hclk: TimeBase,
    now: Instant,
    vdd_starved: bool,
    attention: bool,
    complaints: Vec<Complaint>,
}

impl Chip {
    /// A chip without power, its flash holding `image`.
    pub fn new(wiring: &Wiring, image: Image, seed: u64, at: Instant) -> Self {
        let clocks = wiring.clocks;
        let rcc = Rcc::new(clocks);
        let hclk = TimeBase::new(at, 0, rcc.hclk());
        let lsi = Rate::hertz(clocks.lsi.0 as u32);
        Self {
            flash: Flash::new(image, Stream::new(seed, "flash")),
            ram: Box::new([0; RAM_SIZE]),
            rcc,
            gpio: Default::default(),
            afio: Afio::default(),
            exti: Exti::default(),
            usart1: Usart::new(wiring.console.baud),
            pwr: Pwr::default(),
            iwdg: Iwdg::new(lsi),
            dbgmcu: 0,
            backup: BackupDomain::default(),
            lse: Rate::with_error(Hertz(32_768.0), clocks.lse.error),
            lsi,
            hclk,
            now: at,
            vdd_starved: false,
            attention: false,
            complaints: Vec::new(),
        }
    }

    /// A system reset at the core's cycle `cycles`. An operation of the flash in flight is torn.
    pub fn reset(&mut self, cause: ResetCause, at: Instant, cycles: u64) -> Option<Operation> {
        let torn = self.flash.reset(at);
        self.settle_backup(at);
        self.rcc.reset(cause);
        for port in &mut self.gpio {
            port.reset();
        }
        (self.afio, self.exti, self.pwr) = (Afio::default(), Exti::default(), Pwr::default());
        self.usart1.reset();
        self.iwdg.reset();
        self.backup.rtc.reset_interface(at);
        self.hclk = TimeBase::new(at, cycles, self.rcc.hclk());
        torn
    }

    /// Power is gone: RAM decays to noise.
    pub fn lose_memory(&mut self, noise: &mut Stream) {
        for chunk in self.ram.chunks_exact_mut(8) {
            chunk.copy_from_slice(&noise.bits().to_le_bytes());
        }
        self.dbgmcu = 0;
    }

    /// VBAT is gone too: the clock and the backup registers are lost.
    pub fn lose_backup(&mut self) {
        self.backup = BackupDomain::default();
    }

    /// HCLK in terms of the core's cycles.
    pub fn hclk(&self) -> TimeBase {
        self.hclk
    }

    /// VDD fell below the lowest programming voltage, or is back above it.
    pub fn set_starved(&mut self, starved: bool) {
        self.vdd_starved = starved;
        if starved {
            self.flash.starve();
        }
    }

    /// VDD went through the detector's threshold.
    pub fn set_pvd_low(&mut self, low: bool) {
        self.pwr.set_low(low);
        self.exti.set_level(PVD_LINE, self.pwr.output());
    }

    /// Whether the detector was switched or its level changed since it last compared.
    pub fn pvd_is_stale(&self) -> bool {
        self.pwr.is_stale()
    }

    /// Lets the detector compare: it was switched on at this VDD.
    pub fn evaluate_pvd(&mut self, vdd: Volts) {
        self.pwr.evaluate(vdd);
        self.exti.set_level(PVD_LINE, self.pwr.output());
    }

    /// The detector's thresholds while it is on.
    pub fn pvd(&self) -> Option<(Volts, Volts)> {
        self.pwr.pvd()
    }

    /// Whether the detector says that VDD is low.
    pub fn pvd_output(&self) -> bool {
        self.pwr.output()
    }

    /// Puts a level at a pin from outside.
    pub fn set_pin(&mut self, pin: Pin, drive: Drive) {
        self.gpio[usize::from(pin.port)].set_outside(pin.number, drive);
        self.route_pins();
    }

    /// What a pin drives; `None` while it floats.
    pub fn pin(&self, pin: Pin) -> Option<bool> {
        self.gpio[usize::from(pin.port)].driven(pin.number)
    }

    /// Sends bytes to the console's receiver.
    pub fn send(&mut self, at: Instant, bytes: &[u8]) {
        self.usart1.send(at, bytes);
    }

    /// A watchdog that is frozen while the core is halted (DBGMCU_CR.DBG_IWDG_STOP) or the board is being flashed.
    pub fn hold_watchdog(&mut self, at: Instant) {
        self.iwdg.hold(at);
    }

    /// When the chip next changes by itself, while powered.
    pub fn next_event(&self) -> Option<Instant> {
        [
            self.rcc.next_event(&self.backup.clock),
            self.usart1.next_event(),
            self.flash.next_event(),
            self.iwdg.next_event(),
            self.backup.rtc.next_event(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// When the backup domain next changes by itself, while VDD is away.
    pub fn next_backup_event(&self) -> Option<Instant> {
        self.backup.clock.next_event()
    }

    /// Makes the changes that are due at `at`.
    pub fn settle(&mut self, at: Instant) -> Settled {
        self.now = at;
        self.rcc.settle(at, &mut self.backup.clock);
        self.connect_rtc();
        if self.backup.rtc.settle(at) {
            self.exti.pulse(RTC_ALARM_LINE);
        }
        Settled {
            // What the transmitter sends goes nowhere while its pin is not its own.
            transmitted: self.usart1.settle(at, self.rcc.pclk(2)).filter(|_| self.gpio[0].is_alternate_output(9)),
            flash: self.flash.settle(at),
            bitten: self.iwdg.next_event().is_some_and(|bite| bite <= at),
        }
    }

    /// Keeps the backup domain's clock going while VDD is away.
    pub fn settle_backup(&mut self, at: Instant) {
        self.now = at;
        self.rcc.settle(at, &mut self.backup.clock);
        self.connect_rtc();
        self.backup.rtc.settle(at);
    }

    fn connect_rtc(&mut self) {
        let clock = match self.backup.clock.rtc_clock() {
            RtcClock::Lse => self.backup.clock.lse_since.map(|since| TimeBase::new(since, 0, self.lse)),
            RtcClock::Lsi => self.rcc.lsi_since().map(|since| TimeBase::new(since, 0, self.lsi)),
            RtcClock::None | RtcClock::Hse => None,
        };
        self.backup.rtc.set_clock(clock, self.now);
    }

    /// The interrupt lines that are up, by position.
    pub fn irqs(&self) -> u64 {
        self.exti.irqs() | u64::from(self.backup.rtc.irq()) << 3 | u64::from(self.usart1.irq()) << 37
    }

    /// Whether an EXTI event came since the last call.
    pub fn take_wake_event(&mut self) -> bool {
        self.exti.take_events()
    }

    /// What could not be modelled since the last call.
    pub fn take_complaints(&mut self) -> Vec<Complaint> {
        std::mem::take(&mut self.complaints)
    }

    /// HCLK changed its source or divider: count on from here.
    pub fn retune(&mut self, cycles: u64) -> bool {
        let rate = self.rcc.hclk();
        let changed = rate != self.hclk.rate();
        if changed {
            self.hclk = self.hclk.switched(cycles, rate);
        }
        changed
    }

    /// HCLK in hertz, for the load.
    pub fn megahertz(&self) -> f64 {
        self.hclk.rate().as_hertz() / 1e6
    }

    /// The first bytes of RAM from `address`, for reading memory without a probe's delays.
    pub fn ram(&self, address: u32, length: usize) -> Option<&[u8]> {
        let offset = address.checked_sub(RAM_BASE)? as usize;
        self.ram.get(offset..offset.checked_add(length)?)
    }

    fn route_pins(&mut self) {
        for line in 0..16u8 {
            let port = self.afio.port_of(line);
            if let Some(port) = self.gpio.get(port) {
                self.exti.set_level(line, port.input() >> line & 1 == 1);
            }
        }
    }

    fn complain(&mut self, address: u32, write: bool) {
        self.attention = true;
        let complaint = Complaint { address, write };
        if !self.complaints.contains(&complaint) {
            self.complaints.push(complaint);
        }
    }

    /// Whether RCC clocks a unit: a register of one it does not reads zero and keeps nothing.
    fn clocked(&self, unit: Unit) -> bool {
        match unit {
            Unit::Afio => self.rcc.enabled(1, 0),
            Unit::Gpio(port) => self.rcc.enabled(1, 2 + port as u32),
            Unit::Usart1 => self.rcc.enabled(1, 14),
            Unit::Pwr => self.rcc.enabled(2, 28),
            Unit::Bkp | Unit::Rtc => self.rcc.enabled(2, 27) || unit == Unit::Rtc,
            _ => true,
        }
    }

    fn read_unit(&mut self, unit: Unit, offset: u32) -> Option<u32> {
        let at = self.now;
        match unit {
            Unit::Rtc => self.backup.rtc.read(offset, at),
            Unit::Iwdg => self.iwdg.read(offset),
            Unit::Bkp => self.backup.registers.read(offset),
            Unit::Pwr => self.pwr.read(offset),
            Unit::Afio => self.afio.read(offset),
            Unit::Exti => self.exti.read(offset),
            Unit::Gpio(port) => self.gpio[port].read(offset),
            Unit::Usart1 => {
                // Reading SR and DR clears flags, and with them the interrupt line.
                self.attention = true;
                self.usart1.read(offset)
            }
            Unit::Rcc => self.rcc.read(offset, &self.backup.clock),
            Unit::Flash => self.flash.read_register(offset),
            Unit::Dbgmcu => match offset {
                0 => Some(IDCODE),
                4 => Some(self.dbgmcu),
                _ => None,
            },
        }
    }

    fn write_unit(&mut self, unit: Unit, offset: u32, value: u32) -> Option<()> {
        let at = self.now;
        let unlocked = self.pwr.backup_unlocked();
        match unit {
            Unit::Rtc => self.backup.rtc.write(offset, value, at, unlocked),
            Unit::Iwdg => {
                self.iwdg.write(offset, value, at)?;
                if self.iwdg.next_event().is_some() {
                    self.rcc.force_lsi(at);
                }
                Some(())
            }
            Unit::Bkp => self.backup.registers.write(offset, value, unlocked),
            Unit::Pwr => self.pwr.write(offset, value),
            Unit::Afio => {
                let written = self.afio.write(offset, value);
                self.route_pins();
                written
            }
            Unit::Exti => self.exti.write(offset, value),
            Unit::Gpio(port) => {
                self.gpio[port].write(offset, value)?;
                self.route_pins();
                Some(())
            }
            Unit::Usart1 => self.usart1.write(offset, value, at, self.rcc.pclk(2)),
            Unit::Rcc => {
                let written = self.rcc.write(offset, value, at, &mut self.backup.clock, unlocked);
                if self.backup.clock.is_reset() {
                    (self.backup.rtc, self.backup.registers) = (Rtc::default(), Backup::default());
                }
                match offset {
                    0x0c => self.reset_apb2(value),
                    0x10 if value & 1 << 28 != 0 => self.pwr = Pwr::default(),
                    _ => {}
                }
                self.connect_rtc();
                written
            }
            Unit::Flash => self.flash.write_register(offset, value, at, self.vdd_starved),
            Unit::Dbgmcu => {
                if offset == 4 {
                    self.dbgmcu = value;
                }
                Some(())
            }
        }
    }

    /// APB2RSTR: the peripherals behind the bits that are set go back to their reset state.
    fn reset_apb2(&mut self, bits: u32) {
        if bits & 1 != 0 {
            self.afio = Afio::default();
        }
        for (port, gpio) in self.gpio.iter_mut().enumerate() {
            if bits >> (2 + port) & 1 == 1 {
                gpio.reset();
            }
        }
        if bits & 1 << 14 != 0 {
            self.usart1.reset();
        }
        self.route_pins();
    }

    fn read_device(&mut self, address: u32) -> Result<u32, BusError> {
        match map::unit(address) {
            Some((unit, offset)) if self.clocked(unit) => Ok(self.read_unit(unit, offset).unwrap_or_else(|| {
                self.complain(address, false);
                0
            })),
            Some(_) => Ok(0),
            None if map::exists(address) => {
                self.complain(address, false);
                Ok(0)
            }
            None => system_memory(address).ok_or(BusError::Fault),
        }
    }

    fn write_device(&mut self, address: u32, value: u32) -> Result<(), BusError> {
        self.attention = true;
        match map::unit(address) {
            Some((unit, offset)) if self.clocked(unit) => {
                if self.write_unit(unit, offset, value).is_none() {
                    self.complain(address, true);
                }
                Ok(())
            }
            Some(_) => Ok(()),
            None if map::exists(address) => {
                self.complain(address, true);
                Ok(())
            }
            None => Err(BusError::Fault),
        }
    }
}

/// What came of [`Chip::settle`].
#[derive(Debug, Clone, Copy)]
pub struct Settled {
    /// A byte whose stop bit has left the console's transmitter.
    pub transmitted: Option<u8>,
    /// A flash operation that ended, and whether it came out torn.
    pub flash: Option<(Operation, bool)>,
    /// The watchdog bit.
    pub bitten: bool,
}

/// Flash size and unique identity (RM0008, section 30), and the option bytes of an unprotected chip.
fn system_memory(address: u32) -> Option<u32> {
    match address {
        0x1fff_f7e0 => Some(0xffff_0000 | (FLASH_SIZE / 1024)),
        0x1fff_f7e8 => Some(0x066b_ff48),
        0x1fff_f7ec => Some(0x5557_5287),
        0x1fff_f7f0 => Some(0x8714_2452),
        0x1fff_f800 => Some(0x00ff_5aa5),
        0x1fff_f804..=0x1fff_f80f => Some(0x00ff_00ff),
        _ => None,
    }
}

/// The offset into flash of an address in it or in its alias at 0.
#[inline(always)]
fn flash_offset(address: u32) -> Option<usize> {
    let offset = if address < FLASH_SIZE { address } else { address.wrapping_sub(flash::BASE) };
    (offset < FLASH_SIZE).then_some(offset as usize)
}

impl Bus for Chip {
    #[inline]
    fn read(&mut self, addr: u32, width: Width) -> Result<u32, BusError> {
        let bytes = width.bytes() as usize;
        let offset = addr.wrapping_sub(RAM_BASE) as usize;
        if let Some(slice) = self.ram.get(offset..offset.wrapping_add(bytes)) {
            return Ok(little_endian(slice));
        }
        if let Some(offset) = flash_offset(addr) {
            if self.flash.is_busy() {
                return Err(BusError::Stall);
            }
            return self.flash.read(offset, bytes).ok_or(BusError::Fault);
        }
        let word = self.read_device(addr & !3)?;
        Ok(word >> (8 * (addr & 3)) & width.mask())
    }

    #[inline]
    fn write(&mut self, addr: u32, value: u32, width: Width) -> Result<(), BusError> {
        let bytes = width.bytes() as usize;
        let offset = addr.wrapping_sub(RAM_BASE) as usize;
        if let Some(slice) = self.ram.get_mut(offset..offset.wrapping_add(bytes)) {
            slice.copy_from_slice(&value.to_le_bytes()[..bytes]);
            return Ok(());
        }
        if let Some(offset) = flash_offset(addr) {
            if self.flash.is_busy() {
                return Err(BusError::Stall);
            }
            self.attention = true;
            let address = flash::BASE + offset as u32;
            return self.flash.program(address, value, bytes, self.now, self.vdd_starved).map_err(|_| BusError::Fault);
        }
        // APB registers take a byte or half-word as the whole word it is mirrored into (RM0008, 2.2); the lanes
        // that firmware writes are the ones that count.
        self.write_device(addr & !3, value << (8 * (addr & 3)))
    }

    #[inline]
    fn fetch(&mut self, addr: u32) -> Result<u16, BusError> {
        self.read(addr, Width::Half).map(|half| half as u16)
    }

    fn set_cycles(&mut self, cycles: u64) {
        self.now = self.hclk.instant(cycles);
    }

    #[inline]
    fn take_attention(&mut self) -> bool {
        std::mem::take(&mut self.attention)
    }
}

#[inline(always)]
fn little_endian(bytes: &[u8]) -> u32 {
    match *bytes {
        [a] => u32::from(a),
        [a, b] => u32::from(u16::from_le_bytes([a, b])),
        [a, b, c, d] => u32::from_le_bytes([a, b, c, d]),
        _ => 0,
    }
}
