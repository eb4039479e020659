//! Flash memory and its controller (RM0008 section 3, PM0075): 64 pages of 1 KiB, programmed by half-words.
//!
//! An operation takes its time and can be cut short: an erase that lost its supply leaves a page of which some
//! bits already read 1, a program a half-word of which some bits are already 0. Which ones is seeded. Pages are
//! shared between clones and copied when written.

use super::option_bytes::{self, OptionBytes};
use super::peripheral::{Moment, Peripheral, Written};
use super::register::Register;
use crate::rng::Stream;
use brownout_trace::{Instant, Span};
use std::sync::Arc;

/// RM0008, 3.3.3, and PM0075, section 3.
pub const REGISTERS: &[Register] = &[
    Register::new("ACR", 0x00, 0x3f).reset(0x30),
    Register::new("KEYR", 0x04, u32::MAX),
    Register::new("OPTKEYR", 0x08, u32::MAX),
    Register::new("SR", 0x0c, 0x35),
    Register::new("CR", 0x10, 0x16f7).reset(0x80),
    Register::new("AR", 0x14, u32::MAX),
    Register::new("OBR", 0x1c, 0x03ff_ffff).reset(0x03ff_fffc),
    Register::new("WRPR", 0x20, u32::MAX).reset(u32::MAX),
];

/// Bytes in a page of a medium-density chip.
pub const PAGE: usize = 1024;
/// Where flash is mapped; it is aliased at 0 when booting from it.
pub const BASE: u32 = 0x0800_0000;

/// Half-word programming: 52.5 µs typical (DS5319, table 27).
const PROGRAM: Span = Span::nanos(52_500);
/// Page erase: 20 to 40 ms; each erase draws its own.
const ERASE_MIN: Span = Span::millis(20);
const ERASE_MAX: Span = Span::millis(40);

const KEY1: u32 = 0x4567_0123;
const KEY2: u32 = 0xcdef_89ab;

const PG: u32 = 1;
const PER: u32 = 1 << 1;
const MER: u32 = 1 << 2;
const OPTPG: u32 = 1 << 4;
const OPTER: u32 = 1 << 5;
const STRT: u32 = 1 << 6;
const LOCK: u32 = 1 << 7;
const OPTWRE: u32 = 1 << 9;
const ERRIE: u32 = 1 << 10;
const EOPIE: u32 = 1 << 12;

const BSY: u32 = 1;
const PGERR: u32 = 1 << 2;
const WRPRTERR: u32 = 1 << 4;
const EOP: u32 = 1 << 5;

/// What the controller is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Erasing the page that starts at this address.
    ErasePage(u32),
    /// Erasing all pages.
    EraseAll,
    /// Programming a half-word.
    Program(u32, u16),
    /// Erasing the option bytes.
    EraseOptions,
    /// Programming one half-word of them.
    ProgramOption(u32, u16),
}

impl Operation {
    /// `erase` or `program`.
    pub fn name(self) -> &'static str {
        if matches!(self, Self::Program(..) | Self::ProgramOption(..)) { "program" } else { "erase" }
    }
    /// The address it works on.
    pub fn address(self) -> u32 {
        match self {
            Self::ErasePage(address) | Self::Program(address, _) | Self::ProgramOption(address, _) => address,
            Self::EraseAll => BASE,
            Self::EraseOptions => option_bytes::BASE,
        }
    }
    /// The pages it works on, of `count`.
    fn pages(self, count: usize) -> std::ops::Range<usize> {
        match self {
            Self::ErasePage(address) | Self::Program(address, _) => {
                let page = (address - BASE) as usize / PAGE;
                page..page + 1
            }
            Self::EraseAll => 0..count,
            Self::EraseOptions | Self::ProgramOption(..) => 0..0,
        }
    }
}

/// An operation in flight.
#[derive(Debug, Clone, Copy)]
struct Busy {
    operation: Operation,
    since: Instant,
    until: Instant,
    /// VDD was below the lowest programming voltage at some instant of it.
    starved: bool,
}

/// A flash access that is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlashFault {
    /// Not a half-word, or outside the array: a bus fault.
    Bus,
}

/// What the memory holds: what is restored for each case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    pages: Vec<Arc<[u8; PAGE]>>,
    options: OptionBytes,
}

impl Image {
    /// An erased memory of `pages` pages.
    pub fn erased(pages: usize) -> Self {
        let page = Arc::new([0xff; PAGE]);
        Self { pages: (0..pages).map(|_| page.clone()).collect(), options: OptionBytes::default() }
    }

    /// Bytes in the image.
    pub fn len(&self) -> usize {
        self.pages.len() * PAGE
    }

    /// Whether there are no pages at all.
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// The byte at an offset from the start of flash.
    pub fn byte(&self, offset: usize) -> Option<u8> {
        self.pages.get(offset / PAGE).map(|page| page[offset % PAGE])
    }
}

/// The memory and its controller.
#[derive(Debug, Clone)]
pub struct Flash {
    image: Image,
    rng: Stream,
    /// The option bytes as they were at the last reset.
    options: OptionBytes,
    acr: u32,
    cr: u32,
    sr: u32,
    ar: u32,
    key: Lock,
    option_key: Lock,
    busy: Option<Busy>,
}

/// The two-word unlock sequence; a wrong word locks until reset (PM0075, 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lock {
    Locked,
    Half,
    Open,
    Refused,
}

impl Lock {
    fn feed(self, word: u32) -> Self {
        match (self, word) {
            (Self::Locked, KEY1) => Self::Half,
            (Self::Half, KEY2) => Self::Open,
            (Self::Open, _) => Self::Open,
            _ => Self::Refused,
        }
    }
}

impl Flash {
    /// A controller over this image; `rng` decides erase times and what torn operations leave.
    pub fn new(image: Image, rng: Stream) -> Self {
        let options = image.options;
        Self {
            image,
            rng,
            options,
            acr: 0x30,
            cr: LOCK,
            sr: 0,
            ar: 0,
            key: Lock::Locked,
            option_key: Lock::Locked,
            busy: None,
        }
    }

    /// What the memory holds now.
    pub fn image(&self) -> &Image {
        &self.image
    }

    /// Puts an image back that was read from here after probe-rs wrote and verified it.
    pub fn restore(&mut self, image: Image) {
        self.image = image;
        self.options = self.image.options;
    }

    /// The option bytes that are in force.
    pub fn options(&self) -> OptionBytes {
        self.options
    }

    /// The option bytes as they are stored.
    pub fn stored_options(&self) -> OptionBytes {
        self.image.options
    }

    /// A reset at `at`: an operation in flight is torn and reported; the memory stays.
    pub fn system_reset(&mut self, at: Instant) -> Option<Operation> {
        let torn = self.busy.take().map(|busy| {
            let share = (at - busy.since).as_secs_f64() / (busy.until - busy.since).as_secs_f64().max(1e-9);
            self.tear(busy.operation, share.clamp(0.0, 1.0));
            busy.operation
        });
        (self.acr, self.cr, self.sr, self.ar) = (0x30, LOCK, 0, 0);
        (self.key, self.option_key) = (Lock::Locked, Lock::Locked);
        self.options = self.image.options;
        torn
    }

    /// Flash is busy: code and data in it can't be fetched.
    pub fn is_busy(&self) -> bool {
        self.busy.is_some()
    }

    /// Wait states (ACR.LATENCY).
    pub fn wait_states(&self) -> u8 {
        (self.acr & 7) as u8
    }

    /// The operation in flight and when it began.
    pub fn operation(&self) -> Option<(Operation, Instant)> {
        self.busy.map(|busy| (busy.operation, busy.since))
    }

    /// VDD fell below the lowest programming voltage: an operation in flight will not be what was asked.
    pub fn starve(&mut self) {
        if let Some(busy) = &mut self.busy {
            busy.starved = true;
        }
    }

    /// Ends an operation that is due; gives what it was, and whether it came out torn.
    pub fn finish(&mut self, at: Instant) -> Option<(Operation, bool)> {
        let busy = self.busy.take_if(|busy| busy.until <= at)?;
        if busy.starved {
            self.tear(busy.operation, 0.5);
        } else {
            self.complete(busy.operation);
        }
        self.sr |= EOP;
        self.cr &= !STRT;
        Some((busy.operation, busy.starved))
    }

    /// Reads up to four bytes at `offset` from the start of flash, little-endian; `None` beyond its end.
    #[inline]
    pub fn peek(&self, offset: usize, bytes: usize) -> Option<u32> {
        let page = self.image.pages.get(offset / PAGE)?;
        let start = offset % PAGE;
        if let Some(slice) = page.get(start..start + bytes) {
            return Some(slice.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte)));
        }
        // Across a page boundary: byte by byte.
        (0..bytes).rev().try_fold(0, |word, n| Some(word << 8 | u32::from(self.image.byte(offset + n)?)))
    }

    /// A bus write into the array: only a half-word, only in programming mode.
    pub fn program(
        &mut self,
        address: u32,
        value: u32,
        bytes: usize,
        at: Instant,
        starved: bool,
    ) -> Result<(), FlashFault> {
        if bytes != 2 || !address.is_multiple_of(2) || (address - BASE) as usize >= self.image.len() {
            return Err(FlashFault::Bus);
        }
        if self.cr & PG == 0 || self.cr & LOCK != 0 {
            return Err(FlashFault::Bus);
        }
        if self.options.is_write_protected((address - BASE) as usize / PAGE) {
            self.sr |= WRPRTERR;
            return Ok(());
        }
        // A second write while busy is lost on the wait: the bus holds it, and the core has stalled by then.
        let old = self.peek((address - BASE) as usize, 2).unwrap_or(0xffff);
        if old != 0xffff && value as u16 != 0 {
            self.sr |= PGERR;
            return Ok(());
        }
        self.start(Operation::Program(address, value as u16), at, PROGRAM, starved);
        Ok(())
    }

    /// A bus write to the option bytes: a half-word, with the option key given and OPTPG set.
    pub fn program_option(
        &mut self,
        address: u32,
        value: u32,
        bytes: usize,
        at: Instant,
        starved: bool,
    ) -> Result<(), FlashFault> {
        if bytes != 2 || !address.is_multiple_of(2) || self.cr & OPTPG == 0 || self.option_key != Lock::Open {
            return Err(FlashFault::Bus);
        }
        let n = (address - option_bytes::BASE) as usize / 2;
        let Some(old) = self.image.options.0.get(n).copied() else { return Err(FlashFault::Bus) };
        if old != 0xffff {
            self.sr |= PGERR;
            return Ok(());
        }
        self.start(Operation::ProgramOption(address, value as u16), at, PROGRAM, starved);
        Ok(())
    }

    fn start(&mut self, operation: Operation, at: Instant, duration: Span, starved: bool) {
        if self.busy.is_none() {
            self.busy = Some(Busy { operation, since: at, until: at + duration, starved });
        }
    }

    fn write_cr(&mut self, value: u32, at: Instant, starved: bool) {
        const KEPT: u32 = PG | PER | MER | OPTPG | OPTER | ERRIE | EOPIE;
        if value & LOCK != 0 {
            // After a wrong key only a reset opens the way again.
            self.key = if self.key == Lock::Refused { Lock::Refused } else { Lock::Locked };
            self.cr = value & KEPT | LOCK;
            return;
        }
        if self.key != Lock::Open {
            return;
        }
        if value & OPTWRE == 0 && self.option_key == Lock::Open {
            self.option_key = Lock::Locked;
        }
        self.cr = value & (KEPT | STRT);
        if self.cr & STRT != 0 && !self.is_busy() {
            match self.erasure() {
                Some(operation) => {
                    let duration = ERASE_MIN + self.rng.span_up_to(ERASE_MAX - ERASE_MIN);
                    self.start(operation, at, duration, starved);
                }
                None => self.cr &= !STRT,
            }
        }
    }

    /// The erase that CR and AR ask for, unless a protection forbids it.
    fn erasure(&mut self) -> Option<Operation> {
        let offset = self.ar.wrapping_sub(BASE) as usize;
        let operation = if self.cr & MER != 0 {
            Operation::EraseAll
        } else if self.cr & PER != 0 && offset < self.image.len() {
            Operation::ErasePage(self.ar & !(PAGE as u32 - 1))
        } else if self.cr & OPTER != 0 && self.option_key == Lock::Open {
            Operation::EraseOptions
        } else {
            return None;
        };
        let protected = operation.pages(self.image.pages.len()).any(|page| self.options.is_write_protected(page));
        if protected {
            self.sr |= WRPRTERR;
        }
        (!protected).then_some(operation)
    }

    fn complete(&mut self, operation: Operation) {
        match operation {
            Operation::EraseAll | Operation::ErasePage(_) => self.erase(operation),
            Operation::Program(address, value) => self.write_half(address, |_| value),
            Operation::EraseOptions => self.image.options = OptionBytes::ERASED,
            Operation::ProgramOption(address, value) => {
                let n = (address - option_bytes::BASE) as usize / 2;
                self.image.options.0[n] = OptionBytes::programmed(value);
                // Giving up read protection erases what it protected (PM0075, 2.4.1).
                if n == 0 && self.options.is_read_protected() && !self.image.options.is_read_protected() {
                    self.erase(Operation::EraseAll);
                }
            }
        }
    }

    fn erase(&mut self, operation: Operation) {
        let page = Arc::new([0xff; PAGE]);
        for n in operation.pages(self.image.pages.len()) {
            self.image.pages[n] = page.clone();
        }
    }

    /// Leaves an operation unfinished: each bit that was to change has done so with probability `share`, and the
    /// bits in between read one way or the other.
    fn tear(&mut self, operation: Operation, share: f64) {
        match operation {
            Operation::Program(address, value) => {
                let done = random_bits(&mut self.rng, share);
                self.write_half(address, |old| old & (value | !done));
            }
            Operation::ProgramOption(address, value) => {
                let done = random_bits(&mut self.rng, share);
                let n = (address - option_bytes::BASE) as usize / 2;
                self.image.options.0[n] &= OptionBytes::programmed(value) | !done;
            }
            Operation::EraseOptions => {
                for word in &mut self.image.options.0 {
                    *word |= random_bits(&mut self.rng, share);
                }
            }
            Operation::EraseAll | Operation::ErasePage(_) => {
                for page in operation.pages(self.image.pages.len()) {
                    let bytes = Arc::make_mut(&mut self.image.pages[page]);
                    for byte in bytes.iter_mut() {
                        *byte |= random_bits(&mut self.rng, share) as u8;
                    }
                }
            }
        }
    }

    fn write_half(&mut self, address: u32, change: impl FnOnce(u16) -> u16) {
        let offset = (address - BASE) as usize;
        let page = Arc::make_mut(&mut self.image.pages[offset / PAGE]);
        let start = offset % PAGE;
        let old = u16::from_le_bytes([page[start], page[start + 1]]);
        page[start..start + 2].copy_from_slice(&change(old).to_le_bytes());
    }
}

impl Peripheral for Flash {
    fn read(&mut self, offset: u32, _: &Moment) -> u32 {
        match offset {
            0x00 => self.acr,
            0x0c => self.sr | if self.is_busy() { BSY } else { 0 },
            0x10 => {
                self.cr
                    | if self.key == Lock::Open { 0 } else { LOCK }
                    | if self.option_key == Lock::Open { OPTWRE } else { 0 }
            }
            0x14 => self.ar,
            0x1c => self.options.obr(),
            0x20 => self.options.wrpr(),
            // The keys are write-only.
            _ => 0,
        }
    }

    fn write(&mut self, offset: u32, value: u32, now: &Moment) -> Written {
        match offset {
            // PRFTBS shows what PRFTBE asked for.
            0x00 => self.acr = value & 0x1f | (value << 1 & 0x20),
            0x04 => {
                self.key = self.key.feed(value);
                if self.key == Lock::Open {
                    self.cr &= !LOCK;
                }
            }
            0x08 => self.option_key = self.option_key.feed(value),
            0x0c => self.sr &= !(value & (PGERR | WRPRTERR | EOP)),
            0x10 => self.write_cr(value, now.at, now.starved),
            0x14 => self.ar = value,
            _ => {}
        }
        Ok(())
    }

    /// The controller has no reset of its own; see [`Flash::system_reset`].
    fn reset(&mut self, _: &Moment) {}

    fn next_instant(&self) -> Option<Instant> {
        self.busy.map(|busy| busy.until)
    }

    /// The chip calls [`Flash::finish`], which says more.
    fn settle(&mut self, now: &Moment) {
        self.finish(now.at);
    }

    fn lines(&self) -> u16 {
        u16::from(
            self.cr & EOPIE != 0 && self.sr & EOP != 0 || self.cr & ERRIE != 0 && self.sr & (PGERR | WRPRTERR) != 0,
        )
    }
}

/// Sixteen bits, each set with probability `share`.
fn random_bits(rng: &mut Stream, share: f64) -> u16 {
    (0..16).fold(0, |bits, n| bits | u16::from(rng.chance(share)) << n)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(at: Instant) -> Moment {
        Moment { at, ..Moment::zero() }
    }

    fn open() -> (Flash, Moment) {
        let (mut flash, now) = (Flash::new(Image::erased(64), Stream::new(1, "flash")), Moment::zero());
        for key in [KEY1, KEY2] {
            flash.write(0x04, key, &now).unwrap();
        }
        (flash, now)
    }

    /// Lets the operation in flight end.
    fn wait(flash: &mut Flash) -> Moment {
        let end = flash.next_instant().expect("an operation in flight");
        flash.finish(end);
        at(end)
    }

    #[test]
    fn programming_takes_its_time_and_only_half_words() {
        let (mut flash, now) = open();
        assert_eq!(flash.program(BASE, 0x1234, 2, Instant(0), false), Err(FlashFault::Bus), "PG not set");
        flash.write(0x10, PG, &now).unwrap();
        assert_eq!(flash.program(BASE, 0x1234, 4, Instant(0), false), Err(FlashFault::Bus));
        flash.program(BASE, 0x1234, 2, Instant(0), false).unwrap();
        assert!(flash.is_busy() && flash.finish(Instant(52_499)).is_none());
        flash.finish(Instant(52_500)).unwrap();
        assert_eq!(flash.peek(0, 4), Some(0xffff_1234));
        flash.program(BASE, 0x4321, 2, Instant(60_000), false).unwrap();
        assert_eq!(flash.read(0x0c, &now) & PGERR, PGERR, "not erased");
    }

    #[test]
    fn an_erase_cut_short_leaves_a_torn_page() {
        let (mut flash, now) = open();
        flash.write(0x10, PG, &now).unwrap();
        for n in 0..512u32 {
            flash.program(BASE + 2 * n, 0, 2, Instant(i64::from(n) * 60_000), false).unwrap();
            wait(&mut flash);
        }
        flash.write(0x10, PER, &now).unwrap();
        flash.write(0x14, BASE + 4, &now).unwrap();
        flash.write(0x10, PER | STRT, &now).unwrap();
        let end = flash.next_instant().unwrap();
        assert!((20_000_000..=40_000_000).contains(&end.0));
        assert_eq!(flash.system_reset(Instant(end.0 / 2)), Some(Operation::ErasePage(BASE)));
        let ones: u32 = (0..256).map(|n| flash.peek(n * 4, 4).unwrap().count_ones()).sum();
        assert!((3_000..5_200).contains(&ones), "about half of 8192 bits: {ones}");
    }

    /// Programs of zeros and an erase, each begun with VDD as `below` says, VDD falling under way as `falls` says; what became of them.
    fn between_lowest_voltage_and_reset(below: bool, falls: bool) -> (Vec<bool>, u32) {
        let (mut flash, now) = open();
        flash.write(0x10, PG, &now).unwrap();
        let (mut torn, mut ones) = (Vec::new(), 0);
        for n in 0..64 {
            flash.program(BASE + 2 * n, 0, 2, Instant(i64::from(n) * 60_000), below).unwrap();
            let end = flash.next_instant().unwrap();
            if falls {
                flash.starve();
            }
            torn.push(flash.finish(end).unwrap().1);
            ones += flash.peek(2 * n as usize, 2).unwrap().count_ones();
        }
        flash.write(0x10, PER, &now).unwrap();
        flash.write(0x14, BASE, &now).unwrap();
        flash.write(0x10, PER | STRT, &Moment { starved: below, ..now }).unwrap();
        let end = flash.next_instant().unwrap();
        if falls {
            flash.starve();
        }
        torn.push(flash.finish(end).unwrap().1);
        torn.dedup();
        let erased = (0..32).map(|n| flash.peek(n * 4, 4).unwrap().count_ones()).sum::<u32>();
        (torn, ones << 16 | erased)
    }

    #[test]
    fn below_two_volts_what_is_under_way_and_what_begins_comes_out_torn() {
        let both = |figures: u32| (figures >> 16, figures & 0xffff);
        let (torn, left) = between_lowest_voltage_and_reset(false, false);
        assert_eq!((torn, both(left)), (vec![false], (0, 1024)), "with enough voltage all is as asked");
        for (below, falls) in [(false, true), (true, false)] {
            let (torn, left) = between_lowest_voltage_and_reset(below, falls);
            let (ones, erased) = both(left);
            assert_eq!(torn, [true], "below: {below}");
            assert!((400..624).contains(&ones), "about half of 1024 bits programmed: {ones} are left");
            assert!((ones + 150..ones + 400).contains(&erased), "about half of those erased: {erased} of 1024 read 1");
        }
    }

    fn erase_options(flash: &mut Flash, now: &Moment) {
        for key in [KEY1, KEY2] {
            flash.write(0x08, key, now).unwrap();
        }
        flash.write(0x10, OPTER | OPTWRE, now).unwrap();
        flash.write(0x10, OPTER | OPTWRE | STRT, now).unwrap();
        wait(flash);
        flash.write(0x10, OPTPG | OPTWRE, now).unwrap();
    }

    #[test]
    fn option_bytes_need_their_key_and_take_effect_with_the_next_reset() {
        let (mut flash, now) = open();
        flash.write(0x10, OPTER | STRT, &now).unwrap();
        assert!(!flash.is_busy(), "without the option key nothing happens");
        erase_options(&mut flash, &now);
        // Unprotected, watchdog by hardware, pages 0 to 3 protected.
        for (n, value) in [(0, 0xa5), (1, 0xfe), (2, 0x12), (3, 0xff), (4, 0xfe), (5, 0xff), (6, 0xff), (7, 0xff)] {
            flash.program_option(option_bytes::BASE + 2 * n, value, 2, now.at, false).unwrap();
            wait(&mut flash);
        }
        assert!(!flash.options().starts_watchdog());
        flash.system_reset(now.at);
        assert!(flash.options().starts_watchdog() && !flash.options().is_read_protected());
        assert_eq!(flash.read(0x1c, &now), 0x03fc_4bf8);
        for key in [KEY1, KEY2] {
            flash.write(0x04, key, &now).unwrap();
        }
        flash.write(0x10, PG, &now).unwrap();
        flash.program(BASE + 4095 - 1, 0, 2, now.at, false).unwrap();
        assert_eq!(flash.read(0x0c, &now), WRPRTERR);
        flash.program(BASE + 4096, 0, 2, now.at, false).unwrap();
        assert!(flash.is_busy());
    }

    #[test]
    fn giving_up_read_protection_erases_the_flash() {
        let (mut flash, now) = open();
        flash.write(0x10, PG, &now).unwrap();
        flash.program(BASE, 0x1234, 2, now.at, false).unwrap();
        wait(&mut flash);
        erase_options(&mut flash, &now);
        flash.system_reset(now.at);
        assert!(flash.options().is_read_protected());
        for key in [KEY1, KEY2] {
            flash.write(0x04, key, &now).unwrap();
        }
        erase_options(&mut flash, &now);
        assert_eq!(flash.peek(0, 2), Some(0x1234));
        flash.program_option(option_bytes::BASE, 0xa5, 2, now.at, false).unwrap();
        wait(&mut flash);
        assert_eq!(flash.peek(0, 2), Some(0xffff));
    }

    #[test]
    fn an_end_of_operation_interrupts_if_asked_to() {
        let (mut flash, now) = open();
        flash.write(0x10, PG | EOPIE, &now).unwrap();
        flash.program(BASE, 1, 2, now.at, false).unwrap();
        assert_eq!(flash.lines(), 0);
        wait(&mut flash);
        assert_eq!(flash.lines(), 1);
        flash.write(0x0c, EOP, &now).unwrap();
        assert_eq!(flash.lines(), 0);
    }

    #[test]
    fn clones_share_pages_until_written() {
        let (mut flash, now) = open();
        let before = flash.clone();
        flash.write(0x10, PG, &now).unwrap();
        flash.program(BASE, 0, 2, now.at, false).unwrap();
        wait(&mut flash);
        assert_eq!((flash.peek(0, 2), before.peek(0, 2)), (Some(0), Some(0xffff)));
        assert!(Arc::ptr_eq(&flash.image.pages[1], &before.image.pages[1]));
    }
}
