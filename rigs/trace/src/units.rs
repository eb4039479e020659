//! Electrical and physical quantities: one type per unit, a float inside, SI base units.

use crate::quantity::{QuantityError, split};
use std::fmt;
use std::str::FromStr;

macro_rules! unit {
    ($(#[$doc:meta])* $name:ident, $example:literal, [$(($symbol:literal, $scale:expr)),+ $(,)?], negative: $negative:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
        pub struct $name(pub f64);

        impl $name {
            /// Zero of this unit.
            pub const ZERO: Self = Self(0.0);
            /// The units that a text can have.
            pub const UNITS: &'static [&'static str] = &[$($symbol),+];
        }

        impl FromStr for $name {
            type Err = QuantityError;
            fn from_str(text: &str) -> Result<Self, QuantityError> {
                let parts = split(text, Self::UNITS, $example)?;
                let scale = match parts.unit {
                    $($symbol => $scale,)+
                    other => return Err(QuantityError::WrongUnit { unit: other.to_owned(), units: Self::UNITS }),
                };
                if parts.negative && !$negative {
                    return Err(QuantityError::Negative { text: text.to_owned() });
                }
                Ok(Self(parts.value() * scale))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_scaled(f, self.0, &[$(($symbol, $scale)),+])
            }
        }

        crate::as_text!($name);

        impl std::ops::Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self { Self(self.0 + other.0) }
        }

        impl std::ops::Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self { Self(self.0 - other.0) }
        }

        impl std::ops::Mul<f64> for $name {
            type Output = Self;
            fn mul(self, factor: f64) -> Self { Self(self.0 * factor) }
        }
    };
}

unit!(
    /// Electric potential in volts; `Vac` says that it is the RMS value of an AC supply.
    Volts, "12V", [("V", 1.0), ("mV", 1e-3), ("kV", 1e3), ("Vac", 1.0)], negative: true
);
unit!(
    /// Electric current in amperes.
    Amps, "5mA", [("A", 1.0), ("mA", 1e-3), ("uA", 1e-6), ("µA", 1e-6), ("nA", 1e-9)], negative: false
);
unit!(
    /// Resistance in ohms.
    Ohms, "400ohm", [("ohm", 1.0), ("mohm", 1e-3), ("kohm", 1e3), ("Mohm", 1e6), ("Ω", 1.0)], negative: false
);
unit!(
    /// Capacitance in farads.
    Farads, "470uF", [("F", 1.0), ("mF", 1e-3), ("uF", 1e-6), ("µF", 1e-6), ("nF", 1e-9), ("pF", 1e-12)], negative: false
);
unit!(
    /// Frequency in hertz.
    Hertz, "8MHz", [("Hz", 1.0), ("kHz", 1e3), ("MHz", 1e6)], negative: false
);
unit!(
    /// Temperature in degrees Celsius.
    Celsius, "25C", [("C", 1.0), ("°C", 1.0)], negative: true
);
unit!(
    /// A share in percent; of a supply it is the *residual* voltage, as in IEC 61000-4-11 and -29.
    Percent, "40%", [("%", 1.0)], negative: false
);
unit!(
    /// A relative deviation in parts per million, of a crystal for instance.
    Ppm, "20ppm", [("ppm", 1.0)], negative: true
);
unit!(
    /// An angle of the mains' sine in degrees; 0 is its rise through zero.
    Angle, "90deg", [("deg", 1.0), ("°", 1.0)], negative: false
);
unit!(
    /// How fast a voltage changes, in volts per second.
    Slew, "12V/ms", [("V/s", 1.0), ("V/ms", 1e3), ("V/us", 1e6)], negative: true
);

impl Angle {
    /// A whole turn: a cycle of the mains.
    pub const TURN: Self = Self(360.0);
}

impl From<u16> for Angle {
    fn from(degrees: u16) -> Self {
        Self(f64::from(degrees))
    }
}

impl Percent {
    /// This share of `whole`.
    pub fn of(self, whole: Volts) -> Volts {
        Volts(whole.0 * self.0 / 100.0)
    }

    /// A share that may be below zero, as an instrument's error is: `-0.2%`.
    pub fn signed(text: &str) -> Result<Self, QuantityError> {
        match text.trim_start().strip_prefix('-') {
            Some(size) => size.parse().map(|Self(size)| Self(-size)),
            None => text.parse(),
        }
    }

    /// The same behind a key of a file: `deserialize_with`.
    pub fn signed_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <String as serde::Deserialize>::deserialize(deserializer)?;
        Self::signed(&text).map_err(serde::de::Error::custom)
    }
}

/// Writes `value` with the unit that leaves one to three digits before the point, and no more digits than needed
/// (six significant ones, so that a figure computed in floats reads as people write it).
fn write_scaled(f: &mut fmt::Formatter<'_>, value: f64, units: &[(&str, f64)]) -> fmt::Result {
    let fits = |scale: f64| (1.0..1000.0).contains(&(value.abs() / scale));
    // Of spellings with one scale `min_by` keeps the first listed, which is the usual one.
    let (symbol, scale) =
        units.iter().filter(|(_, scale)| fits(*scale)).min_by(|a, b| b.1.total_cmp(&a.1)).copied().unwrap_or(units[0]);
    let scaled = value / scale;
    let decimals = match scaled.abs() {
        size if size >= 100.0 => 3,
        size if size >= 10.0 => 4,
        _ => 5,
    };
    let text = format!("{scaled:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    write!(f, "{text}{symbol}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_people_write() {
        assert_eq!("12V".parse(), Ok(Volts(12.0)));
        assert_eq!("470uF".parse(), Ok(Farads(470.0 * 1e-6)));
        assert_eq!("40%".parse::<Percent>().map(|share| share.of(Volts(12.0))), Ok(Volts(4.8)));
        assert_eq!("-20ppm".parse(), Ok(Ppm(-20.0)));
        assert_eq!(("270deg".parse(), "22.5°".parse()), (Ok(Angle(270.0)), Ok(Angle(22.5))));
    }

    #[test]
    fn refuses_what_is_not_a_quantity() {
        assert_eq!("12".parse::<Volts>(), Err(QuantityError::NoUnit { text: "12".into(), units: Volts::UNITS }));
        assert_eq!("12ms".parse::<Volts>(), Err(QuantityError::WrongUnit { unit: "ms".into(), units: Volts::UNITS }));
        assert!(matches!("-1%".parse::<Percent>(), Err(QuantityError::Negative { .. })));
        assert_eq!((Percent::signed("-0.2%"), Percent::signed("3%")), (Ok(Percent(-0.2)), Ok(Percent(3.0))));
        assert!(Percent::signed("--1%").is_err());
        for text in ["", "V", "1.2.3V", "1.V", ".5V", "twelveV"] {
            assert!(matches!(text.parse::<Volts>(), Err(QuantityError::NoNumber { .. })), "{text}");
        }
    }

    #[test]
    fn prints_as_people_write() {
        assert_eq!(Volts(12.0).to_string(), "12V");
        assert_eq!(Volts(0.25).to_string(), "250mV");
        assert_eq!(Farads(470e-6).to_string(), "470uF");
        assert_eq!(Volts(0.0).to_string(), "0V");
        assert_eq!(Percent(4.8 / 12.0 * 100.0).to_string(), "40%");
    }

    proptest! {
        #[test]
        fn volts_survive_print_and_read(millivolts in -400_000i32..400_000) {
            let volts = Volts(f64::from(millivolts) / 1000.0);
            let read: Volts = volts.to_string().parse().unwrap();
            prop_assert!((read.0 - volts.0).abs() < 1e-9, "{volts}");
        }
    }
}
