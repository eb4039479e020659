//! A bench supply on a serial port, as far as the rig has to do with one: SCPI (SCPI-99, the DC supply's subset), or the
//! Korad kind, whose commands have no end but a pause.

use brownout_rigs::live::ServeError;
use brownout_rigs::live::console::Console;
use brownout_trace::{Instant, Span, Volts};
use std::path::Path;

/// After so long without a byte a Korad takes what came for a command.
const PAUSE: Span = Span::millis(5);

/// What it speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Lines, as SCPI writes them.
    Scpi,
    /// `VSET1:12.00`, and no line end.
    Korad,
}

/// The supply with its port.
#[derive(Debug)]
pub struct BenchSupply {
    dialect: Dialect,
    port: Console,
    settling: Span,
    set: f64,
    limit: f64,
    on: bool,
    /// What its terminals have, and what they are on their way to.
    given: Option<Volts>,
    coming: Option<(Instant, Option<Volts>)>,
    typed: Vec<u8>,
    last: Instant,
    answers: Vec<u8>,
    /// Commands that it did not know, for `SYST:ERR?`.
    errors: u32,
}

impl BenchSupply {
    /// Off, with its port at a link.
    pub fn new(dialect: Dialect, settling: Span, link: &Path) -> Result<Self, ServeError> {
        Ok(Self {
            dialect,
            port: Console::open(link)?,
            settling,
            set: 0.0,
            limit: 0.0,
            on: false,
            given: None,
            coming: None,
            typed: Vec::new(),
            last: Instant::ZERO,
            answers: Vec::new(),
            errors: 0,
        })
    }

    /// What it gives; `None` while its output is off.
    pub fn given(&self) -> Option<Volts> {
        self.given
    }

    /// When its output has settled, or a pause ends a command.
    pub fn next_event(&self) -> Option<Instant> {
        let pause = (self.dialect == Dialect::Korad && !self.typed.is_empty()).then(|| self.last + PAUSE);
        pause.into_iter().chain(self.coming.map(|(at, _)| at)).min()
    }

    /// Its output settles, and a pause ends a command.
    pub fn settle(&mut self, at: Instant) {
        if let Some((_, given)) = self.coming.take_if(|(due, _)| *due <= at) {
            self.given = given;
        }
        if self.dialect == Dialect::Korad && !self.typed.is_empty() && at - self.last >= PAUSE {
            let line = std::mem::take(&mut self.typed);
            self.obey(at, &line);
        }
    }

    /// What was written to its terminal by another way than [`BenchSupply::hear`].
    pub fn typed(&mut self) -> Result<Vec<u8>, ServeError> {
        self.port.typed()
    }

    /// Takes what comes over its port.
    pub fn hear(&mut self, at: Instant, bytes: &[u8]) {
        // After a pause another command begins.
        self.settle(at);
        self.typed.extend(bytes);
        self.last = at;
        while let Some(end) = self.typed.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.typed.drain(..=end).collect();
            self.obey(at, &line);
        }
    }

    /// Says what it has to answer.
    pub fn speak(&mut self) -> Result<(), ServeError> {
        let answers = std::mem::take(&mut self.answers);
        if answers.is_empty() { Ok(()) } else { self.port.say(&answers) }
    }

    fn obey(&mut self, at: Instant, line: &[u8]) {
        let line = String::from_utf8_lossy(line).trim().to_ascii_uppercase();
        for command in line.split(';').map(str::trim).filter(|command| !command.is_empty()) {
            let answer = match self.dialect {
                Dialect::Scpi => self.scpi(at, command),
                Dialect::Korad => self.korad(at, command),
            };
            self.answers.extend(answer.unwrap_or_default().into_bytes());
        }
    }

    fn scpi(&mut self, at: Instant, command: &str) -> Option<String> {
        let (word, value) = command.split_once(' ').unwrap_or((command, ""));
        // The long forms' short ones, and without what may be left out.
        let short = word
            .trim_start_matches(':')
            .replace("SOURCE:", "")
            .replace("SOUR:", "")
            .replace("VOLTAGE", "VOLT")
            .replace("CURRENT", "CURR")
            .replace("OUTPUT", "OUTP")
            .replace("MEASURE", "MEAS")
            .replace(":LEVEL", "")
            .replace(":LEV", "")
            .replace(":IMMEDIATE", "")
            .replace(":IMM", "")
            .replace(":AMPLITUDE", "")
            .replace(":AMPL", "")
            .replace(":STATE", "")
            .replace(":STAT", "")
            .replace(":DC", "")
            .replace("SYSTEM", "SYST")
            .replace("ERROR", "ERR");
        let number = value.trim_end_matches(['V', 'A']).trim().parse::<f64>();
        match (short.as_str(), number) {
            ("VOLT", Ok(volts)) => self.command(at, Some(volts), None),
            ("CURR", Ok(amps)) => {
                self.limit = amps;
                None
            }
            ("OUTP", _) => match value {
                "1" | "ON" => self.command(at, None, Some(true)),
                "0" | "OFF" => self.command(at, None, Some(false)),
                _ => self.unknown(),
            },
            ("*RST", _) => {
                self.limit = 0.0;
                self.command(at, Some(0.0), Some(false))
            }
            ("*CLS", _) => {
                self.errors = 0;
                None
            }
            ("*IDN?", _) => Some("BROWNOUT,FAKE-SCPI,0,1.0\n".to_owned()),
            ("*OPC?", _) => Some("1\n".to_owned()),
            ("VOLT?", _) => Some(format!("{:.4}\n", self.set)),
            ("CURR?", _) => Some(format!("{:.4}\n", self.limit)),
            ("OUTP?", _) => Some(format!("{}\n", u8::from(self.on))),
            ("MEAS:VOLT?", _) => Some(format!("{:.4}\n", self.given.unwrap_or(Volts::ZERO).0)),
            ("MEAS:CURR?", _) => Some("0.0000\n".to_owned()),
            ("SYST:ERR?", _) => {
                let error = if self.errors > 0 { "-113,\"Undefined header\"\n" } else { "0,\"No error\"\n" };
                self.errors = self.errors.saturating_sub(1);
                Some(error.to_owned())
            }
            ("SYST:REM" | "SYST:REMOTE" | "SYST:LOC" | "SYST:LOCAL", _) => None,
            _ => self.unknown(),
        }
    }

    fn korad(&mut self, at: Instant, command: &str) -> Option<String> {
        let value = |head: &str| command.strip_prefix(head).and_then(|digits| digits.parse::<f64>().ok());
        if let Some(volts) = value("VSET1:") {
            return self.command(at, Some(volts), None);
        }
        if let Some(amps) = value("ISET1:") {
            self.limit = amps;
            return None;
        }
        match command {
            "OUT1" => self.command(at, None, Some(true)),
            "OUT0" => self.command(at, None, Some(false)),
            "*IDN?" => Some("KORADKA3005PV2.0".to_owned()),
            "VSET1?" => Some(format!("{:05.2}", self.set)),
            "ISET1?" => Some(format!("{:05.3}", self.limit)),
            "VOUT1?" => Some(format!("{:05.2}", self.given.unwrap_or(Volts::ZERO).0)),
            "IOUT1?" => Some("0.000".to_owned()),
            // Bit 0: constant voltage; bit 6: its output is on.
            "STATUS?" => Some(char::from(1 | u8::from(self.on) << 6).to_string()),
            _ => self.unknown(),
        }
    }

    fn command(&mut self, at: Instant, volts: Option<f64>, on: Option<bool>) -> Option<String> {
        self.set = volts.unwrap_or(self.set);
        self.on = on.unwrap_or(self.on);
        self.coming = Some((at + self.settling, self.on.then_some(Volts(self.set))));
        None
    }

    fn unknown(&mut self) -> Option<String> {
        self.errors += 1;
        None
    }
}
