//! A part's figure with its tolerance, as a rig file writes it.

use crate::rng::Stream;
use brownout_trace::{Amps, Celsius, Farads, Hertz, Ohms, Percent, Ppm, QuantityError, Span, Volts};
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::str::FromStr;

/// A quantity that can be drawn: a number in its own unit.
pub trait Drawable: Copy + fmt::Display + FromStr<Err = QuantityError> {
    /// The number, in SI units.
    fn number(self) -> f64;
    /// The same quantity with another number.
    fn with_number(self, number: f64) -> Self;
}

macro_rules! drawable {
    ($($name:ident),+ $(,)?) => {$(
        impl Drawable for $name {
            fn number(self) -> f64 {
                self.0
            }
            fn with_number(self, number: f64) -> Self {
                Self(number)
            }
        }
    )+};
}

drawable!(Celsius, Volts, Amps, Ohms, Farads, Hertz, Percent, Ppm);

impl Drawable for Span {
    fn number(self) -> f64 {
        self.as_secs_f64()
    }
    fn with_number(self, number: f64) -> Self {
        Self::from_secs_f64(number)
    }
}

/// How a figure's values lie between its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Distribution {
    /// Normal with σ = tolerance / 3, cut off at the limits, as of parts that the maker measures and sorts.
    #[default]
    Truncated,
    /// Normal with σ = tolerance / 3: three in a thousand lie outside.
    Normal,
    /// Even between the limits.
    Uniform,
}

impl Distribution {
    /// A deviation as a share of the tolerance.
    fn draw(self, random: &mut Stream) -> f64 {
        match self {
            Self::Uniform => 2.0 * random.share() - 1.0,
            Self::Normal => normal(random) / 3.0,
            Self::Truncated => {
                // One draw in 370 lies outside; sixteen in a row never do.
                let inside = (0..16).map(|_| normal(random) / 3.0).find(|deviation| deviation.abs() <= 1.0);
                inside.unwrap_or(0.0)
            }
        }
    }
}

/// A standard normal number (Box and Muller 1958), two draws each.
fn normal(random: &mut Stream) -> f64 {
    let (radius, angle) = (1.0 - random.share(), random.share());
    (-2.0 * libm::log(radius)).sqrt() * libm::cos(2.0 * std::f64::consts::PI * angle)
}

/// How far a figure may be from its nominal value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// To either side, in SI units of the figure.
    pub width: f64,
    /// In between.
    pub distribution: Distribution,
}

/// A part's figure: what it is, and how far another specimen's may be from it.
///
/// ```toml
/// capacitor = "470uF"
/// capacitor = "470uF ±20%"                    # or "470uF +-20%"; of parts sorted by their maker
/// error     = "5ppm ±20ppm"                   # a tolerance in the figure's own unit
/// capacitor = { nominal = "470uF", tolerance = "20%", distribution = "uniform" }
/// ```
///
/// It reads as the bare quantity wherever one is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure<T> {
    value: T,
    tolerance: Option<Tolerance>,
}

impl<T: Drawable> Figure<T> {
    /// How far it may be off; [`None`]: exact.
    pub fn tolerance(&self) -> Option<Tolerance> {
        self.tolerance
    }

    /// The same figure with a tolerance in its own unit.
    pub fn within(value: T, width: T, distribution: Distribution) -> Self {
        Self { value, tolerance: Some(Tolerance { width: width.number(), distribution }) }
    }

    /// Puts another value in its place: the specimen's, no longer open.
    pub fn set(&mut self, number: f64) {
        *self = Self::from(self.value.with_number(number));
    }

    /// A specimen's value.
    pub(super) fn draw(&self, random: &mut Stream) -> f64 {
        let deviation = self.tolerance.map_or(0.0, |tolerance| tolerance.width * tolerance.distribution.draw(random));
        self.value.number() + deviation
    }

    fn written(nominal: &str, tolerance: Option<&str>, distribution: Distribution) -> Result<Self, String> {
        let value: T = nominal.trim().parse().map_err(|error: QuantityError| error.to_string())?;
        let Some(tolerance) = tolerance.map(str::trim) else {
            return Ok(Self::from(value));
        };
        let width = if let Ok(share) = tolerance.parse::<Percent>() {
            value.number().abs() * share.0 / 100.0
        } else {
            let width: T = tolerance.parse().map_err(|error| {
                format!("the tolerance of `{nominal}` is neither a percentage nor in its unit: {error}")
            })?;
            width.number()
        };
        if width < 0.0 {
            return Err(format!("the tolerance of `{nominal}` is negative; write how far it is off to either side"));
        }
        Ok(Self { value, tolerance: Some(Tolerance { width, distribution }) })
    }
}

impl<T> From<T> for Figure<T> {
    fn from(value: T) -> Self {
        Self { value, tolerance: None }
    }
}

impl<T: Default> Default for Figure<T> {
    fn default() -> Self {
        Self::from(T::default())
    }
}

impl<T> Deref for Figure<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Display> fmt::Display for Figure<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<'de, T: Drawable> Deserialize<'de> for Figure<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

struct Reader<T>(PhantomData<T>);

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Key {
    Nominal,
    Tolerance,
    Distribution,
}

impl<'de, T: Drawable> Visitor<'de> for Reader<T> {
    type Value = Figure<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a figure such as \"470uF ±20%\", or a table of `nominal`, `tolerance` and `distribution`")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Figure<T>, E> {
        let (nominal, tolerance) = match text.split_once('±').or_else(|| text.split_once("+-")) {
            Some((nominal, tolerance)) => (nominal, Some(tolerance)),
            None => (text, None),
        };
        Figure::written(nominal, tolerance, Distribution::default()).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Figure<T>, A::Error> {
        let (mut nominal, mut tolerance, mut distribution) = (None::<String>, None::<String>, None);
        while let Some(key) = map.next_key::<Key>()? {
            match key {
                Key::Nominal => nominal = Some(map.next_value()?),
                Key::Tolerance => tolerance = Some(map.next_value()?),
                Key::Distribution => distribution = Some(map.next_value()?),
            }
        }
        let nominal = nominal.ok_or_else(|| de::Error::missing_field("nominal"))?;
        let tolerance = tolerance.ok_or_else(|| de::Error::missing_field("tolerance"))?;
        Figure::written(&nominal, Some(&tolerance), distribution.unwrap_or_default()).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supply::written::Toml::{Table, Text};
    use crate::supply::written::read;

    #[test]
    fn reads_with_and_without_a_tolerance() {
        let bare: Figure<Farads> = read(Text("470uF")).unwrap();
        assert_eq!((bare.tolerance(), bare.to_string()), (None, "470uF".to_owned()));
        for text in ["470uF ±20%", "470uF+-20%", "470uF ± 94uF"] {
            let figure: Figure<Farads> = read(Text(text)).unwrap();
            let tolerance = figure.tolerance().unwrap();
            assert!((tolerance.width - 94e-6).abs() < 1e-12, "{text}");
            assert_eq!(tolerance.distribution, Distribution::Truncated);
        }
        let table = vec![("nominal", Text("0ppm")), ("tolerance", Text("20ppm")), ("distribution", Text("uniform"))];
        let even: Figure<Ppm> = read(Table(table)).unwrap();
        assert_eq!(even, Figure::within(Ppm(0.0), Ppm(20.0), Distribution::Uniform));
    }

    #[test]
    fn says_what_is_wrong() {
        let wrong = |text| read::<Figure<Farads>>(Text(text)).unwrap_err().to_string();
        assert!(wrong("470uF ±20ms").starts_with("the tolerance of `470uF ` is neither a percentage nor in its unit"));
        assert!(wrong("470 ±20%").contains("no unit"));
        assert!(wrong("470uF ±-94uF").contains("negative"));
        let table = vec![("nominal", Text("1V")), ("tolerance", Text("1%")), ("spread", Text("uniform"))];
        assert!(read::<Figure<Volts>>(Table(table)).unwrap_err().to_string().contains("unknown variant `spread`"));
    }

    #[test]
    fn drawn_values_lie_as_their_distribution_says() {
        let statistics = |distribution| {
            let figure = Figure::within(Volts(10.0), Volts(3.0), distribution);
            let mut random = Stream::new(1, "figure");
            let drawn: Vec<f64> = (0..20_000).map(|_| figure.draw(&mut random)).collect();
            let mean = drawn.iter().sum::<f64>() / 20_000.0;
            let sigma = (drawn.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 20_000.0).sqrt();
            let outside = drawn.iter().filter(|x| (*x - 10.0).abs() > 3.0).count();
            (mean, sigma, outside)
        };
        let (mean, sigma, outside) = statistics(Distribution::Normal);
        assert!((mean - 10.0).abs() < 0.03 && (sigma - 1.0).abs() < 0.02 && (30..90).contains(&outside), "{outside}");
        let (mean, sigma, outside) = statistics(Distribution::Truncated);
        // A normal cut at 3σ has 0.9866 of its sigma.
        assert!((mean - 10.0).abs() < 0.03 && (sigma - 0.9866).abs() < 0.02 && outside == 0);
        let (mean, sigma, outside) = statistics(Distribution::Uniform);
        assert!((mean - 10.0).abs() < 0.05 && (sigma - 3f64.sqrt()).abs() < 0.02 && outside == 0);
    }
}
