//! Firmware in the manner of others runs as it would on the chip: bare registers, vendor headers, a vendor's abstraction
//! layer, libopencm3, a small kernel. Each tells what it tried, line by line, and every line is asserted; nothing it
//! touches may be unmodelled.

use brownout_trace::event::{Crash, Event, Level, What};
use brownout_trace::{Instant, Span, Volts};
use brownout_virtual::board::Board;
use brownout_virtual::faults::Fault;
use brownout_virtual::mcu::chip::PAGES;
use brownout_virtual::mcu::flash::Image;
use brownout_virtual::mcu::gpio::Pin;
use brownout_virtual::probe::{SharedBoard, VirtualProbe};
use brownout_virtual::symbols::Symbols;
use brownout_virtual::wiring::{ConsoleWires, Wiring};
use probe_rs::Permissions;
use probe_rs::flashing::{DownloadOptions, ElfLoader, ElfOptions};
use probe_rs::probe::Probe;
use std::io::Cursor;
use std::sync::Arc;

fn pin(text: &str) -> Pin {
    text.parse().unwrap()
}

/// A 12 V board with an 8 MHz crystal; wires from TIM3_CH1 to TIM2_CH1, from USART2's TX to its RX and from SPI2's MOSI
/// to its MISO; a divider at PA1; memories on I2C1 (remapped) and I2C2.
fn wiring() -> Wiring {
    let text = r#"
        clocks  = { hse = "8MHz" }
        reserve = { kind = "none" }
        links   = [{ from = "PA6", to = "PA0" }, { from = "PA2", to = "PA3" }, { from = "PB15", to = "PB14" }]
        senses  = [{ pin = "PA1", of = "bulk", upper = "100kohm", lower = "15kohm" }]
        eeproms = [{ scl = "PB8", sda = "PB9", address = 80 }, { scl = "PB10", sda = "PB11", address = 80 }]

        [supply]
        nominal           = "12V"
        source-resistance = "500mohm"
        series            = "none"
        capacitor         = "470uF"
        leakage           = "0A"
        regulator         = { output = "3.3V", dropout = "1.1V", quiescent = "5mA" }
    "#;
    toml::from_str(text).unwrap()
}

fn powered(wiring: &Arc<Wiring>, image: Image, symbols: Symbols) -> Board {
    let mut board = Board::new(wiring.clone(), Arc::new(symbols), image, 1, Instant(0)).unwrap();
    board.play(&[(Instant(0), Level::Volts(Volts(12.0)))]).unwrap();
    board
}

fn run(board: &mut Board, until: Instant) -> Vec<Event> {
    let mut events = Vec::new();
    while board.now() < until {
        board.advance(until, &mut events);
    }
    events
}

/// A board with a firmware written through probe-rs, as on a desk, just powered.
fn flashed(name: &str, wiring: Wiring) -> Board {
    let path = format!("{}/firmware/elf/fixture-{name}.elf", env!("CARGO_MANIFEST_DIR"));
    let elf = std::fs::read(path).unwrap();
    let wiring = Arc::new(wiring);
    let mut board = powered(&wiring, Image::erased(PAGES), Symbols::default());
    run(&mut board, Instant(0) + Span::secs(1));
    let board = SharedBoard::new(board);
    let probe = Probe::new(VirtualProbe::for_flashing(board.clone()));
    let mut session = probe.attach("STM32F103C8", Permissions::new()).unwrap();
    let mut loader = session.target().flash_loader();
    loader.load_image(&mut session, &mut Cursor::new(&elf), ElfLoader(ElfOptions::default()), None).unwrap();
    let mut options = DownloadOptions::default();
    options.do_chip_erase = true;
    loader.commit(&mut session, options).unwrap();
    let image = board.lock().image().clone();
    powered(&wiring, image, Symbols::of_elf(&elf))
}

/// The lines that a firmware printed, and what else was told.
fn report(name: &str, wiring: Wiring) -> (Vec<String>, Vec<String>) {
    let mut board = flashed(name, wiring);
    let (mut lines, mut others) = (Vec::new(), Vec::new());
    for event in run(&mut board, Instant(0) + Span::secs(5)) {
        match event.what {
            What::Received { line } => lines.push(line),
            // Two of them let a watchdog bite, to see what the reset says.
            What::Fault { crash: Crash::WatchdogReset, text } if text.ends_with("watchdog was not fed in time") => {}
            What::Fault { text, .. } | What::Unmodelled { text } => others.push(text),
            _ => {}
        }
    }
    (lines, others)
}

fn passes(name: &str, wiring: Wiring, expected: &[&str]) {
    let (lines, others) = report(name, wiring);
    assert!(others.is_empty(), "{name}: {others:#?}\n{lines:#?}");
    let expected: Vec<String> = expected.iter().map(|line| format!("ok {line}")).chain(["done".to_owned()]).collect();
    let lines: Vec<&String> = lines.iter().filter(|line| !line.starts_with("into ")).collect();
    assert_eq!(lines, expected.iter().collect::<Vec<_>>(), "{name}");
}

#[test]
fn a_copy_made_in_the_middle_goes_on_as_the_original() {
    for name in ["bare", "cmsis", "hal", "rtos"] {
        let mut board = flashed(name, wiring());
        for middle in [10, 40, 75, 200] {
            run(&mut board, Instant(0) + Span::millis(middle));
            let mut copy = board.clone();
            let until = board.now() + Span::millis(100);
            assert_eq!(run(&mut board.clone(), until), run(&mut copy, until), "{name} at {middle} ms");
        }
        let began = std::time::Instant::now();
        for _ in 0..1000 {
            std::hint::black_box(board.clone());
        }
        eprintln!("{name}: {:?} a copy", began.elapsed() / 1000);
    }
}

#[test]
fn bare_registers() {
    passes(
        "bare",
        wiring(),
        &[
            "reset by power",
            "gpio output and pull-up",
            "gpio set wins",
            "gpio brr",
            "bit-band output",
            "gpio analog reads 0",
            "gpio lock",
            "gpio locked pin keeps its mode",
            "exti by software",
            "exti event ends wfe",
            "tim2 update each millisecond",
            "tim3 pwm captured by tim2",
            "crc",
            "flash size",
            "unique id",
            "dbgmcu idcode",
            "flash aliased at 0",
            "flash page erased and programmed",
            "option bytes",
            "rtc on the lsi",
            "stop lets the clock stand and the alarm wakes",
            "out of standby by a reset",
            "wake-up flags clear",
            "the window watchdog warned and bit",
            "sysresetreq acts at once",
            "port reset by rcc",
        ],
    );
}

#[test]
fn vendor_headers() {
    passes(
        "cmsis",
        wiring(),
        &[
            "pll at 72 MHz",
            "usart2 loops back",
            "usart2 nine bits with parity",
            "usart2 tc",
            "dma1 mem2mem with half and complete",
            "dma1 transfer error",
            "adc vdda from vrefint",
            "adc temperature sensor",
            "adc supply sense",
            "adc2 triggered by tim3",
            "tim1 repetition",
            "tim2 chained to tim3",
            "tim4 one pulse with compare",
        ],
    );
}

#[test]
fn a_crystal_that_fails_under_the_clock_security_system() {
    let mut board = flashed("cmsis", wiring());
    run(&mut board, Instant(0) + Span::secs(1));
    board.fail_crystal();
    let until = board.now() + Span::millis(50);
    let lines: Vec<String> = run(&mut board, until)
        .into_iter()
        .filter_map(|event| if let What::Received { line } = event.what { Some(line) } else { None })
        .collect();
    assert_eq!(lines, ["ok hsi after the crystal failed"]);
}

const ABSTRACTION: [&str; 8] = [
    "oscillator and clock",
    "uart by dma",
    "i2c1 mem write",
    "i2c1 eeprom busy, then ready",
    "i2c1 mem read of 1 to 8 bytes",
    "spi2 polled loopback",
    "spi2 dma loopback",
    "flash word",
];

#[test]
fn vendor_abstraction() {
    passes("hal", wiring(), &[&ABSTRACTION[..], &["rtc on the crystal"]].concat());
}

/// It waits for the crystal as long as it says, and takes the internal oscillator then.
#[test]
fn a_watch_crystal_that_never_starts_is_replaced_by_the_lsi() {
    let faults = vec![Fault::StoppedCrystal { at: None }];
    passes("hal", Wiring { faults, ..wiring() }, &[&ABSTRACTION[..], &["rtc falls back"]].concat());
}

#[test]
fn libopencm3() {
    let console = ConsoleWires { tx: pin("PB6"), rx: pin("PB7"), ..ConsoleWires::default() };
    passes(
        "opencm3",
        Wiring { console, ..wiring() },
        &[
            "usart1 remapped",
            "pb4 is the debug port's until remapped",
            "gpio toggle",
            "spi2 sixteen bits with nss",
            "spi2 nss released",
            "i2c2 nobody at 0x33",
            "i2c2 write",
            "i2c2 read after a repeated start",
            "tim2 remapped pwm at its pin",
            "tim3 centre-aligned",
            "rtc on hse overflows",
        ],
    );
}

#[test]
fn small_kernel() {
    passes(
        "rtos",
        wiring(),
        &[
            "priorities have four bits",
            "task on its process stack",
            "no exception is active in a task",
            "mutex by ldrex and strex",
            "tick is exception 15 with nothing below it",
            "idle slept",
            "switches by pendsv",
            "delay of 25 ticks",
            "pendsv pending while masked",
        ],
    );
}
