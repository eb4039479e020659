//! What a `measure` step found, and how much of a limit was left.

use crate::amount::{Amount, Unit};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One measured figure with its limits, as records and reports have it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Measurement {
    /// Its name, unique in its scenario.
    pub name: String,
    /// The figure, unrounded.
    pub value: Amount,
    /// The unit to print it in.
    pub unit: Unit,
    /// By how much the rig may be wrong, either way.
    pub uncertainty: Amount,
    /// The least that passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Amount>,
    /// The most that passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Amount>,
    /// How it stands to its limits.
    pub standing: Standing,
}

/// How a figure stands to its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It has none: it is only reported.
    Reported,
    /// Inside them.
    Inside,
    /// Inside, but within the scenario's marginal share of one of them.
    Marginal,
    /// Outside.
    Outside,
    /// The rig cannot tell: its limits are tighter than four times its uncertainty.
    Doubtful,
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reported => "reported",
            Self::Inside => "inside its limits",
            Self::Marginal => "marginal",
            Self::Outside => "outside its limits",
            Self::Doubtful => "beyond what the rig can tell",
        })
    }
}

/// `restart 118.4ms (at most 2000ms), marginal`.
impl fmt::Display for Measurement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.value.in_unit(self.unit))?;
        let limit = |limit: Amount| limit.in_unit(self.unit);
        match (self.min, self.max) {
            (Some(min), Some(max)) => write!(f, " ({} to {})", limit(min), limit(max))?,
            (Some(min), None) => write!(f, " (at least {})", limit(min))?,
            (None, Some(max)) => write!(f, " (at most {})", limit(max))?,
            (None, None) => {}
        }
        match self.standing {
            Standing::Inside | Standing::Reported => Ok(()),
            standing => write!(f, ", {standing}"),
        }
    }
}

/// What was left of a limit; negative where it was overstepped. `1.88s left of 2s`, `40ms beyond 2s`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Margin {
    /// How far the figure was from the limit, on its good side.
    pub left: Amount,
    /// The limit.
    pub of: Amount,
}

impl fmt::Display for Margin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.left.size() < 0.0 {
            true => write!(f, "{} beyond {}", self.left.abs(), self.of),
            false => write!(f, "{} left of {}", self.left, self.of),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    #[test]
    fn a_measurement_is_told_in_its_unit_with_its_limits() {
        let mut one = Measurement {
            name: "restart".to_owned(),
            value: amount("118.4ms"),
            unit: Unit::MILLISECONDS,
            uncertainty: amount("0s"),
            min: None,
            max: Some(amount("2s")),
            standing: Standing::Marginal,
        };
        assert_eq!(one.to_string(), "restart 118.4ms (at most 2000ms), marginal");
        (one.min, one.standing) = (Some(amount("1ms")), Standing::Inside);
        assert_eq!(one.to_string(), "restart 118.4ms (1ms to 2000ms)");
        one.max = None;
        assert_eq!(one.to_string(), "restart 118.4ms (at least 1ms)");
        (one.min, one.standing) = (None, Standing::Reported);
        assert_eq!(one.to_string(), "restart 118.4ms");
    }

    #[test]
    fn a_margin_is_left_or_beyond() {
        let margin = |left: &str| Margin { left: amount(left), of: amount("2s") }.to_string();
        assert_eq!((margin("1.88s").as_str(), margin("-40ms").as_str()), ("1.88s left of 2s", "40ms beyond 2s"));
    }
}
