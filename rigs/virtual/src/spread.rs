//! Spread and age of parts: from the parts of a rig file to one specimen.
//!
//! [`draw`] gives board number `n` of a lot: each figure that the file writes with a tolerance is drawn from its own
//! stream, named by its path, so that a tolerance added elsewhere changes no other figure; then the board is aged
//! ([`ageing`]). The same seed and number give the same board everywhere. [`aged`] ages the nominal board alone: what
//! a single run of a rig file with an `age` executes.

pub mod ageing;
mod figure;

pub use ageing::Age;
pub use figure::{Distribution, Drawable, Figure, Tolerance};

use crate::rng::Stream;
use crate::wiring::Wiring;
use ageing::Law;

/// One figure of one board, as drawn and aged.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// The figure's path in the rig file's `[virtual]`: `supply.capacitor`.
    pub part: String,
    /// As the file has it, in SI units: what statistics are computed from.
    pub nominal: f64,
    /// This specimen's, in SI units.
    pub value: f64,
    /// The nominal value as people write it.
    pub nominal_text: String,
    /// The specimen's likewise.
    pub text: String,
}

/// A figure that can be drawn, whatever its unit.
pub trait Open {
    /// Its number, in SI units.
    fn number(&self) -> f64;
    /// As people write it.
    fn text(&self) -> String;
    /// A specimen's number.
    fn specimen(&self, random: &mut Stream) -> f64;
    /// Puts a number in its place.
    fn put(&mut self, number: f64);
}

impl<T: Drawable> Open for Figure<T> {
    fn number(&self) -> f64 {
        Drawable::number(**self)
    }
    fn text(&self) -> String {
        self.to_string()
    }
    fn specimen(&self, random: &mut Stream) -> f64 {
        self.draw(random)
    }
    fn put(&mut self, number: f64) {
        self.set(number);
    }
}

/// Board `number` of the lot `seed`: its wiring, and each figure in which it is not the nominal board.
///
/// A drawn value that no part can have (a capacitance below nothing, under a tolerance of 100 %) is the smallest that
/// one can: a thousandth of the nominal.
pub fn draw(wiring: &Wiring, seed: u64, number: u32) -> (Wiring, Vec<Drawn>) {
    let random = Stream::new(seed, "spread").fork(&format!("board {number}"));
    let mut board = wiring.clone();
    board.figures(&mut |path, _, figure| {
        let nominal = figure.number();
        let value = figure.specimen(&mut random.fork(path));
        let least = if nominal > 0.0 && path != "clocks.lse.error" { nominal * 1e-3 } else { f64::NEG_INFINITY };
        figure.put(value.max(least));
    });
    let board = aged(&board);
    let drawn = differences(wiring, &board);
    (board, drawn)
}

/// The same board after its age; without an `age` the same board.
pub fn aged(wiring: &Wiring) -> Wiring {
    let mut board = wiring.clone();
    if let Some(age) = board.age.take() {
        board.figures(&mut |_, law, figure| {
            let value = law.after(&age, figure.number());
            if value.to_bits() != figure.number().to_bits() {
                figure.put(value);
            }
        });
    }
    board
}

fn differences(nominal: &Wiring, board: &Wiring) -> Vec<Drawn> {
    let mut figures = Vec::new();
    nominal.clone().figures(&mut |path, _, figure| figures.push((path.to_owned(), figure.number(), figure.text())));
    let mut drawn = Vec::new();
    board.clone().figures(&mut |path, _, figure| {
        let there = figures.iter().find(|(part, ..)| part == path);
        if let Some((part, nominal, nominal_text)) =
            there.filter(|(_, nominal, _)| nominal.to_bits() != figure.number().to_bits())
        {
            let (part, nominal_text) = (part.clone(), nominal_text.clone());
            drawn.push(Drawn { part, nominal: *nominal, value: figure.number(), nominal_text, text: figure.text() });
        }
    });
    drawn
}

/// What visits every figure: its path, how it ages, the figure.
pub type Visit<'v> = dyn FnMut(&str, Law, &mut dyn Open) + 'v;

#[cfg(test)]
mod tests;
