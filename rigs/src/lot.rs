//! A lot of boards: one rig file's board built many times, each with parts drawn within their tolerances.

use crate::rig::{Rig, Stand};
use brownout_virtual::spread;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A lot, drawn: the same seed and number of boards give the same one everywhere.
#[derive(Debug, Clone)]
pub struct Lot {
    rig: Rig,
    seed: u64,
    boards: u32,
    /// By path, in the order of paths: ties are decided by it.
    figures: Vec<Spread>,
}

/// One figure of the parts, as it spreads over the lot.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// Its path in the rig file's `[virtual]`: `supply.capacitor`.
    pub part: String,
    /// Each board's, the first board's first, in SI units.
    pub values: Vec<f64>,
}

impl Lot {
    /// Draws the parts of so many boards. `None` if nothing on the rig's board spreads or ages: each would be the
    /// nominal one. Nor is there a lot of a real board.
    pub fn draw(rig: &Rig, seed: u64, boards: u32) -> Option<Self> {
        let wiring = rig.stand.wiring()?;
        // Each with its nominal value: a board that has exactly that does not tell of it.
        let mut figures: BTreeMap<String, (f64, Vec<f64>)> = BTreeMap::new();
        for (before, number) in (1..=boards).enumerate() {
            let (_, drawn) = spread::draw(wiring, seed, number);
            for figure in drawn {
                let (nominal, values) = figures.entry(figure.part).or_insert((figure.nominal, Vec::new()));
                values.resize(before, *nominal);
                values.push(figure.value);
            }
        }
        let boards_of = |(part, (nominal, mut values)): (String, (f64, Vec<f64>))| {
            values.resize(usize::try_from(boards).unwrap_or(usize::MAX), nominal);
            Spread { part, values }
        };
        let figures: Vec<Spread> = figures.into_iter().map(boards_of).collect();
        (!figures.is_empty()).then(|| Self { rig: rig.clone(), seed, boards, figures })
    }

    /// How many boards.
    pub fn boards(&self) -> u32 {
        self.boards
    }

    /// Where all its randomness comes from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Every figure in which a board differs from the nominal one.
    pub fn figures(&self) -> &[Spread] {
        &self.figures
    }

    /// The rig with board `number`, from 1, on it.
    pub fn board(&self, number: u32) -> Rig {
        let mut rig = self.rig.clone();
        if let Stand::Virtual(wiring) = &mut rig.stand {
            let (drawn, _) = spread::draw(wiring, self.seed, number);
            *wiring = Arc::new(drawn);
        }
        rig
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn rig(name: &str) -> Rig {
        Rig::load(Path::new(name)).unwrap()
    }

    #[test]
    fn every_board_has_a_value_of_every_figure_and_more_boards_change_none_before() {
        let rig = rig("virtual-12v-lot");
        let small = Lot::draw(&rig, 1, 5).unwrap();
        let large = Lot::draw(&rig, 1, 9).unwrap();
        assert!(small.figures().len() > 5);
        for (one, other) in small.figures().iter().zip(large.figures()) {
            assert_eq!((one.part.as_str(), one.values.len(), other.values.len()), (other.part.as_str(), 5, 9));
            assert_eq!(one.values, other.values[..5]);
        }
        let (_, drawn) = spread::draw(rig.stand.wiring().unwrap(), 1, 3);
        let third = drawn.iter().find(|drawn| drawn.part == "supply.capacitor").unwrap();
        let capacitor = small.figures().iter().find(|figure| figure.part == "supply.capacitor").unwrap();
        assert_eq!(capacitor.values[2].to_bits(), third.value.to_bits());
        assert_eq!(small.board(3).stand.wiring().unwrap().supply.capacitor.0.to_bits(), third.value.to_bits());
        assert_ne!(Lot::draw(&rig, 2, 5).unwrap().figures(), small.figures());
    }

    #[test]
    fn nothing_to_draw_is_no_lot() {
        assert!(Lot::draw(&rig("virtual-12v"), 1, 5).is_none());
    }
}
