//! RCC: reset and clock control (RM0008, section 7).
//!
//! Ready flags take their time, because firmware waits for them; an oscillator that the wiring lacks never
//! becomes ready. Times are from the STM32F103x8 data sheet (DS5319): HSI 2 µs, HSE 2 ms typical, PLL 200 µs
//! at most, LSI 85 µs at most; the LSE's comes with the wiring (2.5 s typical).

use super::timebase::Rate;
use crate::wiring::Clocks;
use brownout_trace::{Instant, ResetCause, Span};

const HSI_START: Span = Span::micros(2);
const HSE_START: Span = Span::millis(2);
const PLL_LOCK: Span = Span::micros(200);
const LSI_START: Span = Span::micros(85);

/// An oscillator or PLL: off, starting, or ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Source {
    #[default]
    Off,
    Starting(Instant),
    Ready,
}

impl Source {
    fn request(&mut self, on: bool, at: Instant, delay: Option<Span>) {
        match (on, *self) {
            (false, _) => *self = Self::Off,
            (true, Self::Off) => *self = Self::Starting(delay.map_or(Instant::NEVER, |delay| at + delay)),
            (true, _) => {}
        }
    }
    fn settle(&mut self, at: Instant) -> bool {
        let ready = matches!(*self, Self::Starting(ready) if ready <= at);
        if ready {
            *self = Self::Ready;
        }
        ready
    }
    fn due(self) -> Option<Instant> {
        match self {
            Self::Starting(at) if at != Instant::NEVER => Some(at),
            _ => None,
        }
    }
    fn is_on(self) -> bool {
        self != Self::Off
    }
    fn is_ready(self) -> bool {
        self == Self::Ready
    }
}

/// Where the RTC's clock comes from (BDCR.RTCSEL).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RtcClock {
    /// None selected.
    None,
    /// The 32.768 kHz crystal.
    Lse,
    /// The internal RC oscillator.
    Lsi,
    /// HSE / 128.
    Hse,
}

/// The half of RCC that a system reset clears.
#[derive(Debug, Clone)]
pub struct Rcc {
    clocks: Clocks,
    hsi: Source,
    hse: Source,
    pll: Source,
    lsi: Source,
    cr: u32,
    cfgr: u32,
    cir: u32,
    enable: [u32; 3],
    /// The system clock in use: 0 HSI, 1 HSE, 2 PLL. It follows CFGR.SW once that source is ready.
    system: u32,
    /// The LSI's first edge, once it runs.
    lsi_since: Option<Instant>,
    reset_flags: u32,
    /// LSI starts with the watchdog, whatever CSR says.
    lsi_forced: bool,
}

/// The half of RCC in the backup domain: BDCR, and the LSE behind it.
#[derive(Debug, Clone, Default)]
pub struct BackupClock {
    bdcr: u32,
    lse: Source,
    /// The LSE's first edge, once it runs.
    pub lse_since: Option<Instant>,
}

const CFGR_MASK: u32 = 0x07ff_fff3;
const ENABLE_RESET: [u32; 3] = [0x14, 0, 0];

impl Rcc {
    /// As after a power-on.
    pub fn new(clocks: Clocks) -> Self {
        let mut rcc = Self {
            clocks,
            hsi: Source::Ready,
            hse: Source::Off,
            pll: Source::Off,
            lsi: Source::Off,
            cr: 0x80,
            cfgr: 0,
            cir: 0,
            enable: ENABLE_RESET,
            system: 0,
            lsi_since: None,
            reset_flags: 0,
            lsi_forced: false,
        };
        rcc.reset(ResetCause::PowerOn);
        rcc
    }

    /// A system reset: every register but the reset flags, which gather causes (RM0008, 7.3.10). The pin flag
    /// comes with each, because the chip pulls its own NRST low.
    pub fn reset(&mut self, cause: ResetCause) {
        const PIN: u32 = 1 << 26;
        let flag = match cause {
            ResetCause::PowerOn => {
                self.reset_flags = 0;
                1 << 27
            }
            ResetCause::Pin | ResetCause::Fault => 0,
            ResetCause::Software => 1 << 28,
            ResetCause::Watchdog => 1 << 29,
            ResetCause::WindowWatchdog => 1 << 30,
            ResetCause::LowPower => 1 << 31,
        };
        self.reset_flags |= flag | PIN;
        (self.hsi, self.hse, self.pll) = (Source::Ready, Source::Off, Source::Off);
        self.lsi_forced = false;
        (self.lsi, self.lsi_since, self.system) = (Source::Off, None, 0);
        (self.cr, self.cfgr, self.cir, self.enable) = (0x80, 0, 0, ENABLE_RESET);
    }

    /// Reads the register at `offset`; `None` where RCC has none.
    pub fn read(&self, offset: u32, backup: &BackupClock) -> Option<u32> {
        Some(match offset {
            0x00 => {
                let bit = |on: bool, n: u32| u32::from(on) << n;
                (self.cr & 0x000d_00f8)
                    | bit(self.hsi.is_on(), 0)
                    | bit(self.hsi.is_ready(), 1)
                    | bit(self.hse.is_on(), 16)
                    | bit(self.hse.is_ready(), 17)
                    | bit(self.pll.is_on(), 24)
                    | bit(self.pll.is_ready(), 25)
            }
            0x04 => (self.cfgr & !0xc) | (self.system << 2),
            0x08 => self.cir,
            0x0c | 0x10 => 0,
            0x14 | 0x18 | 0x1c => self.enable[(offset as usize - 0x14) / 4],
            0x20 => backup.bdcr & !2 | u32::from(backup.lse.is_ready()) << 1,
            0x24 => self.reset_flags | u32::from(self.lsi.is_ready()) << 1 | u32::from(self.lsi.is_on()),
            _ => return None,
        })
    }

    /// Writes the register at `offset`; `None` where RCC has none, and for the clock security system, ready interrupts
    /// and an RTC on HSE, which are not modelled. BDCR needs PWR's DBP.
    pub fn write(
        &mut self,
        offset: u32,
        value: u32,
        at: Instant,
        backup: &mut BackupClock,
        unlocked: bool,
    ) -> Option<()> {
        match offset {
            0x00 => {
                self.cr = value;
                // HSI can't be stopped while it is the system clock; the PLL likewise (RM0008, 7.3.1).
                let selected = self.system;
                self.hsi.request(value & 1 != 0 || selected == 0, at, Some(HSI_START));
                let hse = self.clocks.hse.map(|_| HSE_START);
                self.hse.request(value & 1 << 16 != 0 || selected == 1, at, hse);
                self.pll.request(value & 1 << 24 != 0 || selected == 2, at, Some(PLL_LOCK));
                // The clock security system is not modelled.
                return (value & 1 << 19 == 0).then_some(());
            }
            0x04 => {
                self.cfgr = value & CFGR_MASK;
                self.switch();
            }
            // Ready interrupts are not modelled; their flags clear.
            0x08 => return (value & 0x1f00 == 0).then_some(()),
            // Peripheral resets are the chip's to do: they reach into the peripherals.
            0x0c | 0x10 => {}
            0x14 | 0x18 | 0x1c => self.enable[(offset as usize - 0x14) / 4] = value,
            0x20 if unlocked => {
                backup.write(value, at, self.clocks.lse.start);
                // The RTC on HSE/128 is not modelled.
                return (backup.rtc_clock() != RtcClock::Hse).then_some(());
            }
            0x20 => {}
            0x24 => {
                if value & 1 << 24 != 0 {
                    self.reset_flags = 0;
                }
                self.lsi.request(value & 1 != 0 || self.lsi_forced, at, Some(LSI_START));
            }
            _ => return None,
        }
        Some(())
    }

    /// The independent watchdog runs on the LSI and switches it on.
    pub fn force_lsi(&mut self, at: Instant) {
        self.lsi_forced = true;
        self.lsi.request(true, at, Some(LSI_START));
    }

    /// When the next ready flag rises.
    pub fn next_event(&self, backup: &BackupClock) -> Option<Instant> {
        [self.hsi, self.hse, self.pll, self.lsi, backup.lse].into_iter().filter_map(Source::due).min()
    }

    /// Raises the ready flags that are due.
    pub fn settle(&mut self, at: Instant, backup: &mut BackupClock) {
        let lsi = self.lsi.due();
        for source in [&mut self.hsi, &mut self.hse, &mut self.pll, &mut self.lsi] {
            source.settle(at);
        }
        if self.lsi.is_ready() && self.lsi_since.is_none() {
            self.lsi_since = Some(lsi.unwrap_or(at));
        } else if !self.lsi.is_on() {
            self.lsi_since = None;
        }
        self.switch();
        backup.settle(at);
    }

    /// The switch takes a clock only once that is ready; until then the old one runs on.
    fn switch(&mut self) {
        self.system = match self.cfgr & 3 {
            0 if self.hsi.is_ready() => 0,
            1 if self.hse.is_ready() => 1,
            2 if self.pll.is_ready() => 2,
            _ => self.system,
        };
    }

    /// When the LSI's first edge was; it is what its other edges are counted from.
    pub fn lsi_since(&self) -> Option<Instant> {
        self.lsi_since
    }

    /// The core's clock, HCLK.
    pub fn hclk(&self) -> Rate {
        let hsi = Rate::hertz(self.clocks.hsi.0 as u32);
        let hse = self.clocks.hse.map_or(hsi, |hse| Rate::hertz(hse.0 as u32));
        let system = match self.system {
            1 => hse,
            2 => {
                let times = (self.cfgr >> 18 & 15).min(14) + 2;
                match (self.cfgr >> 16 & 1, self.cfgr >> 17 & 1) {
                    (0, _) => hsi.scaled(times, 2),
                    (_, half) => hse.scaled(times, 1 + half),
                }
            }
            _ => hsi,
        };
        let divide = match self.cfgr >> 4 & 15 {
            n @ 8..=11 => 2 << (n - 8),
            n @ 12..=15 => 64 << (n - 12),
            _ => 1,
        };
        system.scaled(1, divide)
    }

    /// The clock of APB1 (`bus` 1) or APB2 (`bus` 2).
    pub fn pclk(&self, bus: u8) -> Rate {
        let bits = self.cfgr >> if bus == 1 { 8 } else { 11 } & 7;
        self.hclk().scaled(1, if bits >= 4 { 2 << (bits - 4) } else { 1 })
    }

    /// Whether a bit of AHBENR (0), APB2ENR (1) or APB1ENR (2) is set.
    pub fn enabled(&self, register: usize, bit: u32) -> bool {
        self.enable[register] >> bit & 1 == 1
    }
}

impl BackupClock {
    fn write(&mut self, value: u32, at: Instant, lse_start: Option<Span>) {
        if value & 1 << 16 != 0 {
            // BDRST clears the whole domain; the RTC and BKP see it through `is_reset`.
            *self = Self { bdcr: 1 << 16, ..Self::default() };
            return;
        }
        // RTCSEL can be written once after a backup reset (RM0008, 7.3.9).
        let selected = if self.bdcr & 0x300 != 0 { self.bdcr & 0x300 } else { value & 0x300 };
        self.bdcr = value & 0x8005 | selected;
        self.lse.request(value & 1 != 0, at, lse_start);
        if !self.lse.is_on() {
            self.lse_since = None;
        }
    }

    fn settle(&mut self, at: Instant) {
        let due = self.lse.due();
        if self.lse.settle(at) {
            self.lse_since = due;
        }
    }

    /// When the LSE is due to be ready: it starts on VBAT too.
    pub fn next_event(&self) -> Option<Instant> {
        self.lse.due()
    }

    /// BDRST is held.
    pub fn is_reset(&self) -> bool {
        self.bdcr & 1 << 16 != 0
    }

    /// Whether the RTC is enabled, and on which clock.
    pub fn rtc_clock(&self) -> RtcClock {
        if self.bdcr & 0x8000 == 0 {
            return RtcClock::None;
        }
        match self.bdcr >> 8 & 3 {
            1 => RtcClock::Lse,
            2 => RtcClock::Lsi,
            3 => RtcClock::Hse,
            _ => RtcClock::None,
        }
    }
}
