//! What time, heat and use do to parts.
//!
//! | part | law | source |
//! | --- | --- | --- |
//! | electrolytic capacitor | 20 % of its capacitance gone after its rated life of 2000 h at 105 °C, evenly; life doubles for each 10 K cooler | IEC 60384-4's limit of endurance; makers' life formulae, Arrhenius' rule of ten kelvins° |
//! | supercap | 30 % after 1000 h at 70 °C, likewise | makers' endurance tests° |
//! | film capacitor in series with the mains | 10 % in ten years | general knowledge°: corona eats the metal |
//! | lithium cell on the shelf | 1 % of its capacity a year | makers' data° |
//! | nickel cell | 10 % of its capacity a year | general knowledge° |
//! | watch crystal | −3 ppm·log₂(1 + years): −3 ppm in the first year, less in each later one | makers' ±3 ppm/year° |
//! | relay's bounce | doubles in 100 000 operations | general knowledge°: contacts pit, springs tire |
//!
//! Figures marked ° are from general knowledge, to be overridden by writing the part's own figure. Contact resistance
//! grows too; the model's contact is closed or open, so it is left out. Nothing falls below a tenth of what it was.

use super::Figure;
use brownout_trace::{Celsius, Span};
use serde::Deserialize;

/// Hours in a year of 365.25 days.
const YEAR: f64 = 8766.0;

/// How old a board is.
///
/// ```toml
/// [virtual.age]
/// service     = "1826d ±730d"     # powered, at this temperature
/// temperature = "45C ±10C"        # of its parts: the room's and their own warmth
/// operations  = 50000             # of each relay
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Age {
    /// In service.
    pub service: Figure<Span>,
    /// Of the parts in service.
    #[serde(default = "warm")]
    pub temperature: Figure<Celsius>,
    /// Of each relay.
    #[serde(default)]
    pub operations: u32,
}

/// A closed box with a mains supply in it, general knowledge.
fn warm() -> Figure<Celsius> {
    Celsius(40.0).into()
}

/// How a figure changes with age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Law {
    /// It does not, or nobody knows.
    Lasting,
    /// An electrolytic capacitor's capacitance.
    Electrolytic,
    /// A supercap's.
    Supercap,
    /// A film capacitor's, in series with the mains.
    Film,
    /// A lithium cell's capacity.
    LithiumCell,
    /// A nickel cell's.
    NickelCell,
    /// A watch crystal's error, in ppm.
    Crystal,
    /// A relay's bounce.
    Bounce,
}

impl Law {
    /// The figure after an age, in the unit it came in.
    pub fn after(self, age: &Age, fresh: f64) -> f64 {
        let hours = age.service.as_secs_f64() / 3600.0;
        let years = hours / YEAR;
        // Consumed life at the rated temperature.
        let lives = |rated_hours: f64, at: f64| hours / (rated_hours * libm::exp2((at - age.temperature.0) / 10.0));
        let less = |share: f64| fresh * (1.0 - share).max(0.1);
        match self {
            Self::Lasting => fresh,
            Self::Electrolytic => less(0.2 * lives(2000.0, 105.0)),
            Self::Supercap => less(0.3 * lives(1000.0, 70.0)),
            Self::Film => less(0.01 * years),
            Self::LithiumCell => less(0.01 * years),
            Self::NickelCell => less(0.1 * years),
            Self::Crystal => fresh - 3.0 * libm::log2(1.0 + years),
            Self::Bounce => fresh * (1.0 + f64::from(age.operations) / 100_000.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn age(hours: i64, celsius: f64) -> Age {
        Age { service: Span::secs(hours * 3600).into(), temperature: Celsius(celsius).into(), operations: 50_000 }
    }

    #[test]
    fn a_capacitor_s_life_doubles_for_each_ten_kelvins() {
        let left = |hours, celsius| Law::Electrolytic.after(&age(hours, celsius), 100.0);
        assert!((left(2000, 105.0) - 80.0).abs() < 1e-9);
        assert!((left(4000, 95.0) - 80.0).abs() < 1e-9);
        assert!((left(2000, 45.0) - (100.0 - 20.0 / 64.0)).abs() < 1e-9);
        assert!((left(1_000_000, 105.0) - 10.0).abs() < 1e-9, "never nothing");
    }

    #[test]
    fn the_rest_ages_as_the_table_says() {
        let ten_years = age(87_660, 25.0);
        let close = |law: Law, fresh: f64, expected: f64| (law.after(&ten_years, fresh) - expected).abs() < 1e-9;
        assert!(close(Law::Film, 1.0, 0.9) && close(Law::LithiumCell, 1.0, 0.9) && close(Law::Lasting, 1.0, 1.0));
        assert!(close(Law::NickelCell, 1.0, 0.1) && close(Law::Bounce, 2.0, 3.0));
        assert!(close(Law::Crystal, 5.0, 5.0 - 3.0 * 11f64.log2()));
        assert!(close(Law::Supercap, 1.0, 0.1));
        assert!((Law::Supercap.after(&age(1000, 60.0), 1.0) - 0.85).abs() < 1e-9);
    }
}
