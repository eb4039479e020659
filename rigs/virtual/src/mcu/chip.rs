//! The chip: its memories and peripherals, their clocks, and what they ask of the board.
//!
//! What every peripheral has in common is in one table ([`map::BLOCKS`]); accesses come in through `access`,
//! levels and frames run along `pins`. Nothing is polled: a peripheral says when it next changes by itself, in
//! cycles of HCLK or, if it has a clock of its own, as an instant; the board comes back then.

use super::bkp::Backup;
use super::console::Console;
use super::eeprom::Eeprom;
use super::exti::{PVD_LINE, RTC_ALARM_LINE};
use super::flash::{self, Flash, Image, Operation};
use super::gpio::Drive;
use super::map::{self, BLOCKS, Clock, Gate, Unit};
use super::peripheral::{Moment, Peripheral};
use super::pwr::DeepSleep;
use super::rcc::Dividers;
use super::rtc::Rtc;
use super::signals::Voltages;
use super::timebase::TimeBase;
use super::units::{Live, Units};
use crate::rng::Stream;
use crate::wiring::Wiring;
use brownout_trace::{Instant, ResetCause, Volts};
use std::sync::Arc;

/// Flash pages of the STM32F103C8.
pub const PAGES: usize = 64;
pub(super) const RAM_BASE: u32 = 0x2000_0000;
pub(super) const RAM_SIZE: usize = 20 * 1024;
pub(super) const FLASH_SIZE: u32 = (PAGES * flash::PAGE) as u32;
/// Below this VDD flash writes are unreliable (DS5319, table 27).
pub const FLASH_MINIMUM: Volts = Volts(2.0);

/// An access that the model cannot answer as the chip would, or that the chip itself would not stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Complaint {
    /// The register.
    pub address: u32,
    /// Written, not read.
    pub write: bool,
    /// The bits that ask for what the model lacks; 0 where it is the whole register.
    pub bits: u32,
    /// What is wrong, if not that it is not modelled.
    pub why: &'static str,
}

/// Memories and peripherals.
#[derive(Debug, Clone)]
pub struct Chip {
    /// The flash and its controller.
    pub flash: Flash,
    pub(super) ram: Box<[u8; RAM_SIZE]>,
    pub(super) units: Units,
    pub(super) live: Live,
    pub(super) console: Console,
    pub(super) wiring: Arc<Wiring>,
    dividers: Dividers,
    /// HCLK, counted by the core's cycles.
    pub(super) hclk: TimeBase,
    /// The core's cycle and the instant of the access or event at hand.
    pub(super) cycle: u64,
    pub(super) at: Instant,
    pub(super) vdd_starved: bool,
    pub(super) attention: bool,
    /// What the clocks were last found to exceed.
    overclocked: Option<&'static str>,
    complaints: Vec<Complaint>,
    pub(super) voltages: Voltages,
    /// HCLK stands: Stop mode, or Standby.
    stopped: bool,
    alarmed: bool,
}

impl Chip {
    /// A chip without power, its flash holding `image`.
    pub fn new(wiring: Arc<Wiring>, image: Image, seed: u64, at: Instant) -> Self {
        let units = Units::new(wiring.clocks);
        let (hclk, dividers) = (TimeBase::new(at, 0, units.rcc.hclk()), units.rcc.dividers());
        let mut chip = Self {
            flash: Flash::new(image, Stream::new(seed, "flash")),
            ram: Box::new([0; RAM_SIZE]),
            units,
            live: Live::after_reset(),
            console: Console::new(wiring.console),
            wiring,
            dividers,
            hclk,
            cycle: 0,
            at,
            vdd_starved: false,
            attention: false,
            overclocked: None,
            complaints: Vec::new(),
            voltages: Voltages { vdd: Volts(0.0), bulk: Volts(0.0), terminals: Volts(0.0), vbat: Volts(0.0) },
            stopped: false,
            alarmed: false,
        };
        chip.attach_devices();
        chip
    }

    /// Hangs the wiring's devices on the buses whose pins they are wired to.
    fn attach_devices(&mut self) {
        for wires in &self.wiring.eeproms {
            if let Some(n) = wires.bus() {
                self.units.i2c[n].attach(Eeprom::new(wires.address));
            }
        }
    }

    /// A system reset at the core's cycle `cycles`. An operation of the flash in flight is torn.
    pub fn reset(&mut self, cause: ResetCause, at: Instant, cycles: u64) -> Option<Operation> {
        let torn = self.flash.system_reset(at);
        self.settle_backup(at);
        (self.cycle, self.at) = (cycles, at);
        self.units.rcc.system_reset(cause);
        for (place, block) in BLOCKS.iter().enumerate() {
            if let Some(unit) = block.unit {
                let now = self.moment(place);
                self.peripheral(unit).reset(&now);
            }
        }
        if cause == ResetCause::PowerOn {
            self.units.pwr.power_on_reset();
        }
        self.live = Live::after_reset();
        (self.overclocked, self.stopped) = (None, false);
        self.dividers = self.units.rcc.dividers();
        self.hclk = TimeBase::new(at, cycles, self.units.rcc.hclk());
        if self.flash.options().starts_watchdog() {
            self.units.rcc.force_lsi(at);
            self.units.iwdg.start(at);
            self.live.add(map::place(Unit::Iwdg));
        }
        self.route_pins();
        self.update_listeners();
        torn
    }

    /// Power is gone: RAM decays to noise.
    pub fn lose_memory(&mut self, noise: &mut Stream) {
        for chunk in self.ram.chunks_exact_mut(8) {
            chunk.copy_from_slice(&noise.bits().to_le_bytes());
        }
        self.units.dbgmcu.power_on_reset();
    }

    /// VBAT is gone too: the clock and the backup registers are lost.
    pub fn lose_backup(&mut self) {
        self.units.rcc.lose_backup();
        (self.units.rtc, self.units.backup) = (Rtc::default(), Backup::default());
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
        self.units.pwr.set_low(low);
        self.units.exti.set_level(PVD_LINE, self.units.pwr.output());
    }

    /// Whether the detector was switched or its level changed since it last compared.
    pub fn pvd_is_stale(&self) -> bool {
        self.units.pwr.is_stale()
    }

    /// Lets the detector compare: it was switched on at this VDD.
    pub fn evaluate_pvd(&mut self, vdd: Volts) {
        self.units.pwr.evaluate(vdd);
        self.units.exti.set_level(PVD_LINE, self.units.pwr.output());
    }

    /// The detector's thresholds while it is on.
    pub fn pvd(&self) -> Option<(Volts, Volts)> {
        self.units.pwr.pvd()
    }

    /// Whether the detector says that VDD is low.
    pub fn pvd_output(&self) -> bool {
        self.units.pwr.output()
    }

    /// Sends bytes to the console's receiver.
    pub fn send(&mut self, at: Instant, bytes: &[u8]) {
        self.console.send(at, bytes);
    }

    /// While the board is being flashed nobody feeds the watchdog.
    pub fn hold_watchdog(&mut self, at: Instant) {
        self.units.iwdg.hold(at);
    }

    /// The core was halted by a debugger, or goes on: what DBGMCU_CR names stands still meanwhile.
    pub fn set_halted(&mut self, halted: bool, at: Instant, cycles: u64) {
        (self.cycle, self.at) = (cycles, at);
        for unit in self.units.dbgmcu.frozen() {
            let now = self.moment(map::place(unit));
            self.peripheral(unit).freeze(halted, &now);
        }
    }

    /// When the chip next changes by itself, while powered.
    pub fn next_event(&self) -> Option<Instant> {
        if self.stopped {
            let units = [Unit::Rcc, Unit::Rtc, Unit::Iwdg];
            return units.into_iter().filter_map(|unit| self.view(unit).next_instant()).min();
        }
        let (mut cycle, mut instant) = (u64::MAX, self.console.next_instant().unwrap_or(Instant::NEVER));
        for (_, unit) in self.live.iter() {
            let unit = self.view(unit);
            cycle = cycle.min(unit.next_cycle().unwrap_or(u64::MAX));
            instant = instant.min(unit.next_instant().unwrap_or(Instant::NEVER));
        }
        if cycle != u64::MAX {
            instant = instant.min(self.hclk.instant(cycle));
        }
        (instant != Instant::NEVER).then_some(instant)
    }

    /// When the backup domain next changes by itself, while VDD is away.
    pub fn next_backup_event(&self) -> Option<Instant> {
        self.units.rcc.next_backup_event()
    }

    /// Makes the changes that are due at `at`.
    pub fn settle(&mut self, at: Instant) -> Settled {
        if self.stopped {
            return self.settle_stopped(at);
        }
        (self.cycle, self.at) = (self.hclk.tick_at(at), at);
        self.hear_console();
        self.convert();
        let mut clocks = false;
        for (place, unit) in self.live.iter() {
            let due = {
                let view = self.view(unit);
                view.next_cycle().is_some_and(|due| due <= self.cycle)
                    || view.next_instant().is_some_and(|due| due <= at)
            };
            // These two say more than that they have settled; see below.
            if due && !matches!(unit, Unit::Rtc | Unit::Flash) {
                let now = self.moment(place);
                self.peripheral(unit).settle(&now);
                clocks |= unit == Unit::Rcc;
            }
        }
        self.transfer();
        self.carry_triggers();
        self.carry_spi();
        if clocks {
            self.connect_rtc();
            self.follow_clocks();
        }
        self.advance_rtc();
        let transmitted = self.carry_frames();
        if self.has_moving_outputs() {
            self.route_pins();
        }
        self.collect_requests();
        Settled { transmitted, flash: self.flash.finish(at), bitten: self.bitten() }
    }

    fn bitten(&self) -> Option<ResetCause> {
        if self.units.iwdg.has_bitten(self.at) {
            Some(ResetCause::Watchdog)
        } else {
            self.units.wwdg.has_bitten().then_some(ResetCause::WindowWatchdog)
        }
    }

    /// Whether a watchdog resets the chip now: WWDG does so as soon as it is fed too early.
    pub fn has_bitten(&self) -> Option<ResetCause> {
        self.units.wwdg.has_bitten().then_some(ResetCause::WindowWatchdog)
    }

    /// While HCLK stands only what has a clock of its own goes on.
    fn settle_stopped(&mut self, at: Instant) -> Settled {
        self.at = at;
        let now = self.moment(map::place(Unit::Rcc));
        self.units.rcc.settle(&now);
        self.connect_rtc();
        self.advance_rtc();
        Settled { transmitted: None, flash: None, bitten: self.bitten() }
    }

    /// What deep sleep means now, and whether the option bytes make entering it a reset.
    pub fn deep_sleep(&self) -> Option<(DeepSleep, bool)> {
        let (mode, options) = (self.units.pwr.deep_sleep()?, self.flash.options());
        let resets = match mode {
            DeepSleep::Stop { .. } => options.resets_on_stop(),
            DeepSleep::Standby => options.resets_on_standby(),
        };
        Some((mode, resets))
    }

    /// HCLK stops.
    pub fn stop(&mut self) {
        self.stopped = true;
    }

    /// HCLK is back, at the core's cycle `cycles`: the HSI, undivided by any PLL.
    pub fn resume(&mut self, at: Instant, cycles: u64) {
        (self.cycle, self.at, self.stopped) = (cycles, at, false);
        // What the host sent meanwhile found no receiver.
        while self.console.arrive(at).is_some() {}
        self.units.rcc.stop();
        self.follow_clocks();
        self.hclk = TimeBase::new(at, cycles, self.units.rcc.hclk());
    }

    /// Standby: everything but the backup domain, the watchdog and the wake-up logic loses its supply.
    pub fn enter_standby(&mut self, at: Instant, cycles: u64, noise: &mut Stream) {
        let (pwr, iwdg, dbgmcu) = (self.units.pwr.clone(), self.units.iwdg.clone(), self.units.dbgmcu.clone());
        // LSI and LSE run on as they were switched; RCC itself is reset on the way out.
        let rcc = self.units.rcc.clone();
        self.reset(ResetCause::Pin, at, cycles);
        self.lose_memory(noise);
        (self.units.rcc, self.units.pwr, self.units.iwdg, self.units.dbgmcu) = (rcc, pwr, iwdg, dbgmcu);
        self.stopped = true;
    }

    /// Whether a rising edge at WKUP (PA0) ends Standby.
    pub fn wakes_by_pin(&self) -> bool {
        self.units.pwr.wakes_by_pin()
    }

    /// The level at WKUP.
    pub fn wake_pin(&self) -> bool {
        self.units.gpio[0].outside(0) == Drive::High
    }

    /// Whether the RTC's alarm came since the last call.
    pub fn take_alarm(&mut self) -> bool {
        std::mem::take(&mut self.alarmed)
    }

    /// Out of Standby: a reset that only PWR_CSR tells of.
    pub fn leave_standby(&mut self, at: Instant, cycles: u64) {
        let (mut pwr, flags) = (self.units.pwr.clone(), self.units.rcc.clone());
        self.reset(ResetCause::Pin, at, cycles);
        self.units.rcc.keep_flags(&flags);
        pwr.wake_up();
        pwr.leave_standby();
        self.units.pwr = pwr;
    }

    /// The crystal on OSC_IN stops swinging; whether the clock security system noticed. A core that nobody saves runs on
    /// at the HSI's rate: the chip's would stand, so that is told.
    pub fn fail_crystal(&mut self, at: Instant) -> bool {
        (self.cycle, self.at) = (self.hclk.tick_at(at), at);
        let noticed = self.units.rcc.fail_hse();
        if !noticed && self.units.rcc.runs_on_hse() {
            let address = BLOCKS[map::place(Unit::Rcc)].base;
            let why = "the crystal on OSC_IN stopped under the system clock with CSSON at 0; the core would stand still, \
                       which is not modelled";
            self.complain(Complaint { address, write: false, bits: 0, why });
        }
        self.follow_clocks();
        self.attention = true;
        noticed
    }

    /// The 32 kHz crystal stops, and the RTC with it if it runs on that.
    pub fn fail_watch_crystal(&mut self, at: Instant) {
        self.at = at;
        self.advance_rtc();
        self.units.rcc.fail_lse();
        self.connect_rtc();
        self.attention = true;
    }

    /// Whether the clock security system holds NMI up.
    pub fn nmi(&self) -> bool {
        self.units.rcc.nmi()
    }

    /// Keeps the backup domain's clock going while VDD is away.
    pub fn settle_backup(&mut self, at: Instant) {
        self.at = at;
        let now = self.moment(map::place(Unit::Rcc));
        self.units.rcc.settle(&now);
        self.connect_rtc();
        self.units.rtc.advance(at);
    }

    fn advance_rtc(&mut self) {
        if self.units.rtc.advance(self.at) {
            self.alarmed = true;
            self.units.exti.pulse(RTC_ALARM_LINE);
        }
    }

    pub(super) fn connect_rtc(&mut self) {
        let skipped = self.units.backup.skipped_pulses();
        let clock = self.units.rcc.rtc_clock().map(|clock| clock.slowed(skipped));
        self.units.rtc.set_clock(clock, self.at);
    }

    /// The access or event at hand as the peripheral at a place in [`BLOCKS`] sees it.
    pub(super) fn moment(&self, place: usize) -> Moment {
        Moment {
            at: self.at,
            cycle: self.cycle,
            divider: divider(&self.dividers, BLOCKS[place].clock),
            hclk: self.hclk.rate(),
            unlocked: self.units.pwr.backup_unlocked(),
            starved: self.vdd_starved,
            lsi_since: self.units.rcc.lsi_since(),
        }
    }

    /// Whether RCC clocks a peripheral: a register of one it does not reads zero and keeps nothing.
    pub(super) fn is_clocked(&self, gate: Gate) -> bool {
        match gate {
            Gate::Always => true,
            Gate::Ahb(bit) => self.units.rcc.enabled(0, bit),
            Gate::Apb2(bit) => self.units.rcc.enabled(1, bit),
            Gate::Apb1(bit) => self.units.rcc.enabled(2, bit),
        }
    }

    /// APB1RSTR or APB2RSTR: the peripherals behind the bits that are set go back to their reset state.
    pub(super) fn reset_peripherals(&mut self, selected: impl Fn(Gate) -> bool) {
        for (place, block) in BLOCKS.iter().enumerate() {
            if let Some(unit) = block.unit.filter(|_| selected(block.gate)) {
                let now = self.moment(place);
                self.peripheral(unit).reset(&now);
            }
        }
        self.update_listeners();
        self.route_pins();
    }

    /// RCC may have changed a divider: what counts that clock goes on from here at the new rate.
    pub(super) fn follow_clocks(&mut self) {
        let dividers = self.units.rcc.dividers();
        if dividers != self.dividers {
            for (place, unit) in self.live.iter() {
                let (now, after) = (self.moment(place), divider(&dividers, BLOCKS[place].clock));
                if after != now.divider {
                    self.peripheral(unit).reclock(after, &now);
                }
            }
            self.dividers = dividers;
        }
        let overclocked = self.units.rcc.overclocked(self.flash.wait_states());
        if overclocked != self.overclocked {
            self.overclocked = overclocked;
            if let Some(why) = overclocked {
                let address = BLOCKS[map::place(Unit::Rcc)].base + 4;
                self.complain(Complaint { address, write: true, bits: 0, why });
            }
        }
    }

    /// The interrupt lines that are up, by position.
    pub fn irqs(&self) -> u64 {
        let mut irqs = 0;
        for (place, unit) in self.live.iter() {
            let mut lines = self.view(unit).lines();
            while lines != 0 {
                if let Some(irq) = BLOCKS[place].irqs.get(lines.trailing_zeros() as usize) {
                    irqs |= 1 << irq;
                }
                lines &= lines - 1;
            }
        }
        irqs
    }

    /// Whether an EXTI event came since the last call.
    pub fn take_wake_event(&mut self) -> bool {
        self.units.exti.take_events()
    }

    pub(super) fn complain(&mut self, complaint: Complaint) {
        self.attention = true;
        if !self.complaints.contains(&complaint) {
            self.complaints.push(complaint);
        }
    }

    /// What could not be modelled since the last call.
    pub fn take_complaints(&mut self) -> Vec<Complaint> {
        std::mem::take(&mut self.complaints)
    }

    /// HCLK changed its source or divider: count on from here.
    pub fn retune(&mut self, cycles: u64) -> bool {
        let rate = self.units.rcc.hclk();
        let changed = rate != self.hclk.rate();
        if changed {
            self.hclk = self.hclk.switched(cycles, rate);
        }
        changed
    }

    /// HCLK in megahertz, for the load.
    pub fn megahertz(&self) -> f64 {
        self.hclk.rate().as_hertz() / 1e6
    }

    /// The first bytes of RAM from `address`, for reading memory without a probe's delays.
    pub fn ram(&self, address: u32, length: usize) -> Option<&[u8]> {
        let offset = address.checked_sub(RAM_BASE)? as usize;
        self.ram.get(offset..offset.checked_add(length)?)
    }
}

/// HCLK cycles in one cycle of a clock.
fn divider(dividers: &Dividers, clock: Clock) -> u32 {
    match clock {
        Clock::Hclk => 1,
        Clock::Pclk1 => dividers.pclk1,
        Clock::Pclk2 => dividers.pclk2,
        Clock::Timer1 => dividers.timer1,
        Clock::Timer2 => dividers.timer2,
        Clock::Adc => dividers.adc,
    }
}

/// What came of [`Chip::settle`].
#[derive(Debug, Clone, Copy)]
pub struct Settled {
    /// A byte that the console has read.
    pub transmitted: Option<u8>,
    /// A flash operation that ended, and whether it came out torn.
    pub flash: Option<(Operation, bool)>,
    /// A watchdog bit.
    pub bitten: Option<ResetCause>,
}
