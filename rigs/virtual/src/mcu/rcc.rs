//! RCC: reset and clock control (RM0008, section 7).
//!
//! Ready flags take their time, because firmware waits for them; an oscillator that the wiring lacks never
//! becomes ready. Times are from the STM32F103x8 data sheet (DS5319): HSI 2 µs, HSE 2 ms typical, PLL 200 µs
//! at most, LSI 85 µs at most; the LSE's comes with the wiring (2.5 s typical).

use super::peripheral::{Moment, Peripheral, Written};
use super::register::Register;
use super::timebase::{Rate, TimeBase};
use crate::wiring::Clocks;
use brownout_trace::{Hertz, Instant, ResetCause, Span};

/// RM0008, 7.3.11. MCO puts a clock on PA8 that nothing on the board listens to; USBPRE divides for an absent USB.
pub const REGISTERS: &[Register] = &[
    Register::new("CR", 0x00, 0x030f_fffb).reset(0x83).note("HSICAL and HSITRIM do not move the HSI"),
    Register::new("CFGR", 0x04, 0x077f_ffff).note("MCO is not seen on its pin"),
    Register::new("CIR", 0x08, 0x009f_1f9f),
    Register::new("APB2RSTR", 0x0c, 0x0038_ffff).note("a block without a model has nothing to reset"),
    Register::new("APB1RSTR", 0x10, 0x3bff_ffff).note("a block without a model has nothing to reset"),
    Register::new("AHBENR", 0x14, 0x57).reset(0x14),
    Register::new("APB2ENR", 0x18, 0x0038_ffff).note("a block without a model complains when it is used"),
    Register::new("APB1ENR", 0x1c, 0x3bff_ffff).note("a block without a model complains when it is used"),
    Register::new("BDCR", 0x20, 0x0001_8307),
    Register::new("CSR", 0x24, 0xfd00_0003),
];

const HSI_START: Span = Span::micros(2);
const HSE_START: Span = Span::millis(2);
const PLL_LOCK: Span = Span::micros(200);
const LSI_START: Span = Span::micros(85);

/// CR.CSSON.
const CSSON: u32 = 1 << 19;
/// CIR.CSSF.
const CSSF: u32 = 1 << 7;
/// The bits of CFGR that are stored.
const CFGR_MASK: u32 = 0x077f_fff3;
/// The bits of CFGR that set the PLL up: they are taken only while it is off (RM0008, 7.3.2).
const CFGR_PLL: u32 = 0x003f_0000;
const ENABLE_RESET: [u32; 3] = [0x14, 0, 0];

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

/// HCLK cycles in one cycle of each clock that is made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in the manual's clock tree")]
pub struct Dividers {
    pub pclk1: u32,
    pub pclk2: u32,
    pub timer1: u32,
    pub timer2: u32,
    pub adc: u32,
}

/// The registers and what they switch. BDCR is in the backup domain: a system reset leaves it alone.
#[derive(Debug, Clone)]
pub struct Rcc {
    clocks: Clocks,
    hsi: Source,
    hse: Source,
    pll: Source,
    lsi: Source,
    cr: u32,
    cfgr: u32,
    /// CIR's enables, and its flags.
    interrupts: [u32; 2],
    enable: [u32; 3],
    /// The system clock in use: 0 HSI, 1 HSE, 2 PLL. It follows CFGR.SW once that source is ready.
    system: u32,
    /// The first edge of the HSE and of the LSI, once they run: what their other edges are counted from.
    hse_since: Option<Instant>,
    lsi_since: Option<Instant>,
    reset_flags: u32,
    /// LSI starts with the watchdog, whatever CSR says.
    lsi_forced: bool,
    backup: BackupClock,
}

/// BDCR and the LSE behind it.
#[derive(Debug, Clone, Default)]
struct BackupClock {
    bdcr: u32,
    lse: Source,
    lse_since: Option<Instant>,
}

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
            interrupts: [0; 2],
            enable: ENABLE_RESET,
            system: 0,
            hse_since: None,
            lsi_since: None,
            reset_flags: 0,
            lsi_forced: false,
            backup: BackupClock::default(),
        };
        rcc.system_reset(ResetCause::PowerOn);
        rcc
    }

    /// A system reset: every register but the reset flags, which gather causes (RM0008, 7.3.10). The pin flag
    /// comes with each, because the chip pulls its own NRST low.
    pub fn system_reset(&mut self, cause: ResetCause) {
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
        (self.lsi, self.lsi_since, self.hse_since, self.system) = (Source::Off, None, None, 0);
        (self.cr, self.cfgr, self.interrupts, self.enable) = (0x80, 0, [0; 2], ENABLE_RESET);
    }

    /// A wake-up from Standby pulls no pin and sets no flag (RM0008, 5.3.5): those of `before` stay.
    pub fn keep_flags(&mut self, before: &Self) {
        self.reset_flags = before.reset_flags;
    }

    /// The backup domain lost its supply.
    pub fn lose_backup(&mut self) {
        self.backup = BackupClock::default();
    }

    /// The system clock stops and comes back as the HSI; HSE and PLL are off (RM0008, 5.3.4).
    pub fn stop(&mut self) {
        (self.hsi, self.hse, self.pll) = (Source::Ready, Source::Off, Source::Off);
        (self.hse_since, self.system) = (None, 0);
        self.cfgr &= !3;
    }

    /// The crystal stops swinging. With the clock security system on, that is noticed: the HSI takes over, and NMI
    /// comes (RM0008, 7.2.7). Gives whether it is raised.
    pub fn fail_hse(&mut self) -> bool {
        let watched = self.cr & CSSON != 0 && self.hse.is_ready();
        self.clocks.hse = None;
        if !self.hse.is_on() {
            return false;
        }
        (self.hse, self.hse_since) = (Source::Starting(Instant::NEVER), None);
        if watched {
            self.hse = Source::Off;
            self.hsi = Source::Ready;
            self.cfgr &= !3;
            self.system = 0;
            if self.cfgr >> 16 & 1 == 1 {
                self.pll = Source::Off;
            }
            self.interrupts[1] |= CSSF;
        }
        watched
    }

    /// Whether the system clock comes from the crystal, by way of the PLL too.
    pub fn runs_on_hse(&self) -> bool {
        self.system == 1 || self.system == 2 && self.cfgr >> 16 & 1 == 1
    }

    /// The 32 kHz crystal stops, or never starts. Nothing tells: this chip does not watch it, and LSERDY stays as it was.
    pub fn fail_lse(&mut self) {
        self.clocks.lse.start = None;
        self.backup.lse_since = None;
        if !self.backup.lse.is_ready() && self.backup.lse.is_on() {
            self.backup.lse = Source::Starting(Instant::NEVER);
        }
    }

    /// Whether the clock security system holds NMI up.
    pub fn nmi(&self) -> bool {
        self.interrupts[1] & CSSF != 0
    }

    fn write_cr(&mut self, value: u32, at: Instant) {
        self.cr = value & 0x000c_00f8;
        // HSI can't be stopped while it is the system clock; the PLL likewise (RM0008, 7.3.1).
        let selected = self.system;
        self.hsi.request(value & 1 != 0 || selected == 0, at, Some(HSI_START));
        let pll_on_hse = self.pll.is_on() && self.cfgr >> 16 & 1 == 1 && selected == 2;
        let hse = self.clocks.hse.map(|_| HSE_START);
        self.hse.request(value & 1 << 16 != 0 || selected == 1 || pll_on_hse, at, hse);
        if !self.hse.is_on() {
            self.hse_since = None;
        }
        // A PLL fed by a crystal that does not swing does not lock.
        let fed = self.cfgr >> 16 & 1 == 0 || self.hse.is_ready();
        self.pll.request(value & 1 << 24 != 0 || selected == 2, at, fed.then_some(PLL_LOCK));
    }

    /// The independent watchdog runs on the LSI and switches it on.
    pub fn force_lsi(&mut self, at: Instant) {
        self.lsi_forced = true;
        self.lsi.request(true, at, Some(LSI_START));
    }

    /// When the next ready flag of the backup domain rises: the LSE starts on VBAT too.
    pub fn next_backup_event(&self) -> Option<Instant> {
        self.backup.lse.due()
    }

    fn raise_ready_flags(&mut self, at: Instant) {
        let sources = [&mut self.lsi, &mut self.backup.lse, &mut self.hsi, &mut self.hse, &mut self.pll];
        let dues = [sources[0].due(), sources[1].due(), sources[3].due()];
        for (flag, source) in sources.into_iter().enumerate() {
            if source.settle(at) {
                self.interrupts[1] |= self.interrupts[0] >> 8 & 1 << flag;
            }
        }
        for (source, since, due) in [
            (self.lsi, &mut self.lsi_since, dues[0]),
            (self.backup.lse, &mut self.backup.lse_since, dues[1]),
            (self.hse, &mut self.hse_since, dues[2]),
        ] {
            match (source.is_ready(), &since) {
                (true, None) => *since = Some(due.unwrap_or(at)),
                (false, _) => *since = None,
                _ => {}
            }
        }
        // A flag that stayed up when the crystal stopped gives no edges.
        if self.clocks.lse.start.is_none() {
            self.backup.lse_since = None;
        }
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

    fn hse_rate(&self) -> Rate {
        Rate::hertz(self.clocks.hse.unwrap_or(*self.clocks.hsi).0 as u32)
    }

    /// What BDCR feeds the RTC with; `None` while it is stopped.
    pub fn rtc_clock(&self) -> Option<TimeBase> {
        if self.backup.bdcr & 0x8000 == 0 {
            return None;
        }
        let (since, rate) = match self.backup.bdcr >> 8 & 3 {
            1 => (self.backup.lse_since, Rate::with_error(Hertz(32_768.0), self.clocks.lse.error)),
            2 => (self.lsi_since, Rate::hertz(self.clocks.lsi.0 as u32)),
            3 => (self.hse_since, self.hse_rate().scaled(1, 128)),
            _ => (None, self.hse_rate()),
        };
        since.map(|since| TimeBase::new(since, 0, rate))
    }

    /// BDRST is held: the backup domain is in reset.
    pub fn backup_is_reset(&self) -> bool {
        self.backup.bdcr & 1 << 16 != 0
    }

    /// The core's clock, HCLK.
    pub fn hclk(&self) -> Rate {
        let hsi = Rate::hertz(self.clocks.hsi.0 as u32);
        let system = match self.system {
            1 => self.hse_rate(),
            2 => {
                let times = (self.cfgr >> 18 & 15).min(14) + 2;
                match (self.cfgr >> 16 & 1, self.cfgr >> 17 & 1) {
                    (0, _) => hsi.scaled(times, 2),
                    (_, half) => self.hse_rate().scaled(times, 1 + half),
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

    /// What the other clocks are divided by.
    pub fn dividers(&self) -> Dividers {
        let apb = |bits: u32| if bits & 4 != 0 { 2 << (bits & 3) } else { 1 };
        let (pclk1, pclk2) = (apb(self.cfgr >> 8), apb(self.cfgr >> 11));
        // A timer counts PCLK, or twice that where the bus is slower than HCLK (RM0008, figure 8).
        let timer = |pclk: u32| pclk.div_ceil(2);
        let adc = pclk2 * 2 * ((self.cfgr >> 14 & 3) + 1);
        Dividers { pclk1, pclk2, timer1: timer(pclk1), timer2: timer(pclk2), adc }
    }

    /// What the chip would not stand of the clocks as they are (RM0008, 3.3.3 and 7.2; DS5319, table 9).
    pub fn overclocked(&self, wait_states: u8) -> Option<&'static str> {
        let (hclk, dividers) = (self.hclk().as_hertz(), self.dividers());
        // HSI and crystal are off by a little: that is no mistake of the firmware's.
        let over = |hertz: f64, limit: f64| hertz > limit * 1.02;
        if over(hclk, 72e6) {
            Some("HCLK is above 72 MHz")
        } else if over(hclk / f64::from(dividers.pclk1), 36e6) {
            Some("PCLK1 is above 36 MHz")
        } else if over(hclk, 48e6) && wait_states < 2 {
            Some("HCLK is above 48 MHz with fewer than two wait states in FLASH_ACR")
        } else if over(hclk, 24e6) && wait_states < 1 {
            Some("HCLK is above 24 MHz without a wait state in FLASH_ACR")
        } else {
            None
        }
    }

    /// Whether a bit of AHBENR (0), APB2ENR (1) or APB1ENR (2) is set.
    pub fn enabled(&self, register: usize, bit: u32) -> bool {
        self.enable[register] >> bit & 1 == 1
    }
}

impl Peripheral for Rcc {
    fn read(&mut self, offset: u32, _: &Moment) -> u32 {
        let bit = |on: bool, n: u32| u32::from(on) << n;
        match offset {
            0x00 => {
                (self.cr & 0x000c_00f8)
                    | bit(self.hsi.is_on(), 0)
                    | bit(self.hsi.is_ready(), 1)
                    | bit(self.hse.is_on(), 16)
                    | bit(self.hse.is_ready(), 17)
                    | bit(self.pll.is_on(), 24)
                    | bit(self.pll.is_ready(), 25)
            }
            0x04 => (self.cfgr & !0xc) | (self.system << 2),
            0x08 => self.interrupts[0] | self.interrupts[1],
            0x14 | 0x18 | 0x1c => self.enable[(offset as usize - 0x14) / 4],
            0x20 => self.backup.bdcr & !2 | bit(self.backup.lse.is_ready(), 1),
            0x24 => self.reset_flags | bit(self.lsi.is_ready(), 1) | bit(self.lsi.is_on(), 0),
            // The reset registers: the chip does what they say, and shows nothing.
            _ => 0,
        }
    }

    fn write(&mut self, offset: u32, value: u32, now: &Moment) -> Written {
        let at = now.at;
        match offset {
            0x00 => self.write_cr(value, at),
            0x04 => {
                let kept = if self.pll.is_on() { CFGR_PLL } else { 0 };
                self.cfgr = self.cfgr & kept | value & CFGR_MASK & !kept;
                self.switch();
            }
            0x08 => {
                self.interrupts[0] = value & 0x1f00;
                self.interrupts[1] &= !(value >> 16 & 0x9f);
            }
            // Peripheral resets are the chip's to do: they reach into the peripherals.
            0x0c | 0x10 => {}
            0x14 | 0x18 | 0x1c => self.enable[(offset as usize - 0x14) / 4] = value,
            0x20 if now.unlocked => self.backup.write(value, at, self.clocks.lse.start),
            0x20 => {}
            _ => {
                if value & 1 << 24 != 0 {
                    self.reset_flags = 0;
                }
                self.lsi.request(value & 1 != 0 || self.lsi_forced, at, Some(LSI_START));
                if !self.lsi.is_on() {
                    self.lsi_since = None;
                }
            }
        }
        Ok(())
    }

    /// Nothing here is reset by a bit of its own; see [`Rcc::system_reset`].
    fn reset(&mut self, _: &Moment) {}

    fn next_instant(&self) -> Option<Instant> {
        [self.hsi, self.hse, self.pll, self.lsi, self.backup.lse].into_iter().filter_map(Source::due).min()
    }

    fn settle(&mut self, now: &Moment) {
        self.raise_ready_flags(now.at);
        self.switch();
    }

    fn lines(&self) -> u16 {
        u16::from(self.interrupts[1] & 0x1f != 0)
    }
}

impl BackupClock {
    fn write(&mut self, value: u32, at: Instant, lse_start: Option<Span>) {
        if value & 1 << 16 != 0 {
            // BDRST clears the whole domain.
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_crystal() -> (Rcc, Moment) {
        (Rcc::new(Clocks { hse: Some(Hertz(8e6)), ..Clocks::default() }), Moment::zero())
    }

    #[test]
    fn the_usual_way_to_72_megahertz_takes_its_time() {
        let (mut rcc, now) = with_crystal();
        rcc.write(0x00, 0x0001_0083, &now).unwrap();
        assert_eq!(rcc.next_instant(), Some(Instant(0) + HSE_START));
        let later = now.cycle(16_000);
        rcc.settle(&later);
        assert_eq!(rcc.read(0x00, &later) & 1 << 17, 1 << 17);
        rcc.write(0x04, 0x001d_0400, &later).unwrap();
        rcc.write(0x00, 0x0101_0083, &later).unwrap();
        rcc.write(0x04, 0x001d_0402, &later).unwrap();
        assert_eq!(rcc.read(0x04, &later) & 0xc, 0, "still on the HSI until the PLL has locked");
        let locked = now.cycle(17_600);
        let seventy_two = Rate::hertz(8_000_000).scaled(9, 1).scaled(1, 1);
        rcc.settle(&locked);
        assert_eq!(rcc.read(0x04, &locked) & 0xc, 8);
        assert_eq!(rcc.hclk(), seventy_two);
        assert_eq!(rcc.dividers(), Dividers { pclk1: 2, pclk2: 1, timer1: 1, timer2: 1, adc: 2 });
        assert!(rcc.overclocked(1).is_some() && rcc.overclocked(2).is_none());
        rcc.write(0x04, 0x0002, &locked).unwrap();
        assert_eq!(rcc.hclk(), seventy_two, "a running PLL keeps its factor");
        assert_eq!(rcc.overclocked(2), Some("PCLK1 is above 36 MHz"));
    }

    #[test]
    fn a_crystal_that_stops_is_noticed_and_the_hsi_takes_over() {
        let (mut rcc, now) = with_crystal();
        rcc.write(0x00, 0x0009_0083, &now).unwrap();
        let later = now.cycle(16_000);
        rcc.settle(&later);
        rcc.write(0x04, 1, &later).unwrap();
        assert_eq!(rcc.read(0x04, &later) >> 2 & 3, 1);
        assert!(rcc.fail_hse() && rcc.nmi());
        assert_eq!(rcc.read(0x04, &later), 0);
        rcc.write(0x08, 1 << 23, &later).unwrap();
        assert!(!rcc.nmi(), "CSSC");
    }

    #[test]
    fn a_ready_interrupt_comes_where_it_is_enabled() {
        let (mut rcc, now) = with_crystal();
        rcc.write(0x08, 1 << 8, &now).unwrap();
        rcc.write(0x24, 1, &now).unwrap();
        rcc.settle(&now.cycle(8 * 85));
        assert_eq!((rcc.lines(), rcc.read(0x08, &now)), (1, 1 << 8 | 1));
        rcc.write(0x08, 1 << 16, &now).unwrap();
        assert_eq!(rcc.lines(), 0);
    }

    #[test]
    fn reset_causes_gather_until_they_are_cleared() {
        let (mut rcc, now) = with_crystal();
        assert_eq!(rcc.read(0x24, &now), 3 << 26);
        rcc.system_reset(ResetCause::Watchdog);
        assert_eq!(rcc.read(0x24, &now), 3 << 26 | 1 << 29);
        rcc.write(0x24, 1 << 24, &now).unwrap();
        rcc.system_reset(ResetCause::Software);
        assert_eq!(rcc.read(0x24, &now), 1 << 26 | 1 << 28);
    }

    #[test]
    fn the_backup_domain_needs_its_key_and_takes_one_clock() {
        let (mut rcc, now) = with_crystal();
        let locked = Moment { unlocked: false, ..now };
        rcc.write(0x20, 0x8101, &locked).unwrap();
        assert_eq!(rcc.read(0x20, &now), 0);
        rcc.write(0x20, 0x8101, &now).unwrap();
        rcc.write(0x20, 0x8201, &now).unwrap();
        assert_eq!(rcc.read(0x20, &now), 0x8101, "RTCSEL is written once");
        assert!(rcc.rtc_clock().is_none());
        rcc.settle(&now.cycle(8_000_000 * 5 / 2));
        assert!(rcc.rtc_clock().is_some());
    }
}
