//! What a bench supply is told, in the words of its kind.

use brownout_trace::{Amps, Volts};

/// A kind of bench supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SCPI-99: words, a line feed after each command.
    Scpi,
    /// Korad and its many names: fixed fields, no terminator, so that a pause ends a command.
    Korad,
}

impl Dialect {
    /// What asks who it is.
    pub const IDENTIFY: &'static str = "*IDN?";

    /// Bytes of a command or a question, its end included.
    pub fn bytes(self, command: &str) -> Vec<u8> {
        match self {
            Self::Scpi => format!("{command}\n").into_bytes(),
            Self::Korad => command.as_bytes().to_vec(),
        }
    }

    /// Sets the voltage: to 1 mV in SCPI, to 10 mV on a Korad.
    pub fn volts(self, volts: Volts) -> Vec<u8> {
        match self {
            Self::Scpi => self.bytes(&format!("VOLT {}", decimal(volts.0))),
            Self::Korad => self.bytes(&format!("VSET1:{:05.2}", volts.0)),
        }
    }

    /// Sets the current limit, to 1 mA.
    pub fn limit(self, amps: Amps) -> Vec<u8> {
        match self {
            Self::Scpi => self.bytes(&format!("CURR {}", decimal(amps.0))),
            Self::Korad => self.bytes(&format!("ISET1:{:05.3}", amps.0)),
        }
    }

    /// Switches its own output.
    pub fn output(self, on: bool) -> Vec<u8> {
        self.bytes(match (self, on) {
            (Self::Scpi, true) => "OUTP ON",
            (Self::Scpi, false) => "OUTP OFF",
            (Self::Korad, true) => "OUT1",
            (Self::Korad, false) => "OUT0",
        })
    }

    /// What asks for the oldest error it has not told yet; `None` if it keeps none.
    pub fn error_query(self) -> Option<Vec<u8>> {
        match self {
            Self::Scpi => Some(self.bytes("SYST:ERR?")),
            Self::Korad => None,
        }
    }

    /// Whether its answer to [`Dialect::error_query`] says that there was none: `0,"No error"`, `+0,"No error"`.
    pub fn is_no_error(answer: &str) -> bool {
        let code = answer.trim().split(',').next().unwrap_or_default();
        code.trim().trim_start_matches('+').parse::<i64>() == Ok(0)
    }

    /// The highest voltage that it has words for.
    pub fn highest(self) -> Volts {
        match self {
            Self::Scpi => Volts(1000.0),
            Self::Korad => Volts(99.99),
        }
    }
}

/// Three decimals, without those that say nothing.
fn decimal(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_are_told_in_their_own_words() {
        let told = |dialect: Dialect| {
            [dialect.volts(Volts(4.8)), dialect.limit(Amps(1.5)), dialect.output(true), dialect.output(false)]
                .map(|bytes| String::from_utf8(bytes).unwrap())
        };
        assert_eq!(told(Dialect::Scpi), ["VOLT 4.8\n", "CURR 1.5\n", "OUTP ON\n", "OUTP OFF\n"]);
        assert_eq!(told(Dialect::Korad), ["VSET1:04.80", "ISET1:1.500", "OUT1", "OUT0"]);
        assert_eq!(Dialect::Scpi.volts(Volts(12.0)), b"VOLT 12\n");
        assert_eq!(Dialect::Korad.volts(Volts(12.0)), b"VSET1:12.00");
        assert_eq!(Dialect::Scpi.volts(Volts(0.0)), b"VOLT 0\n");
    }

    #[test]
    fn an_error_is_any_code_but_zero() {
        assert!(Dialect::is_no_error("0,\"No error\"") && Dialect::is_no_error("+0,\"No error\"\r\n"));
        for answer in ["-113,\"Undefined header\"", "", "No error", "1"] {
            assert!(!Dialect::is_no_error(answer), "{answer}");
        }
    }
}
