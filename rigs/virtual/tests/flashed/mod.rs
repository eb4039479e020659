//! A virtual board of the shipped wiring that runs a qualification ELF, without a probe.

use std::path::Path;
use std::sync::Arc;

use brownout_trace::event::{Event, Level};
use brownout_trace::{Instant, Span};
use brownout_virtual::board::Board;
use brownout_virtual::core::Width;
use brownout_virtual::mcu::chip::PAGES;
use brownout_virtual::mcu::flash::Image;
use brownout_virtual::symbols::Symbols;
use brownout_virtual::wiring::Wiring;

const FLASH: u32 = 0x0800_0000;
const FLASH_KEYR: u32 = 0x4002_2004;
const FLASH_CR: u32 = 0x4002_2010;

/// The wiring of the rig file that comes with Brownout.
fn wiring() -> Wiring {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../virtual-12v.toml");
    let rig: toml::Table = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    rig["virtual"].clone().try_into().unwrap()
}

/// Lets time pass; what happened.
pub fn advance(board: &mut Board, span: Span) -> Vec<Event> {
    let (until, mut events) = (board.now() + span, Vec::new());
    while board.now() < until {
        board.advance(until, &mut events);
    }
    events
}

/// A board that was just reset into the program whose bytes are `image`.
pub fn board(image: &[u8], elf: &[u8]) -> Board {
    let wiring = Arc::new(wiring());
    let nominal = wiring.supply.nominal;
    let symbols = Arc::new(Symbols::of_elf(elf));
    let mut board = Board::new(wiring, symbols, Image::erased(PAGES), 1, Instant::ZERO).unwrap();
    board.play(&[(Instant::ZERO, Level::Volts(nominal))]).unwrap();
    advance(&mut board, Span::secs(1));
    for (register, value) in [(FLASH_KEYR, 0x4567_0123), (FLASH_KEYR, 0xCDEF_89AB), (FLASH_CR, 1)] {
        board.debug_write(register, value, Width::Word).unwrap();
    }
    for (half, address) in image.chunks(2).zip((FLASH..).step_by(2)) {
        let value = u32::from(half[0]) | u32::from(*half.get(1).unwrap_or(&0xFF)) << 8;
        board.debug_write(address, value, Width::Half).unwrap();
        advance(&mut board, Span::micros(60));
    }
    board.set_reset_pin(true);
    board.set_reset_pin(false);
    board
}
