//! Steps in words, for traces, snapshots and reports.

use super::{Impedance, Power, ProgramStep, ResetStep, Step, Voltage};
use brownout_trace::Volts;
use std::fmt;

impl fmt::Display for Voltage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Volts(volts) => volts.fmt(f),
            Self::Share(share) => share.fmt(f),
        }
    }
}

impl fmt::Display for Impedance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::High => "high",
            Self::Low => "low",
        })
    }
}

impl Step {
    /// The step in words: `dip to 40% (4.8V) for 300ms`. A percentage is shown with what it means on this supply.
    pub fn text(&self, nominal: Volts) -> String {
        let voltage = |to: &Voltage| match to {
            Voltage::Volts(volts) => volts.to_string(),
            Voltage::Share(_) => format!("{to} ({})", to.on(nominal)),
        };
        match self {
            Self::Power(Power::Off) => "power off".to_owned(),
            Self::Power(Power::On) => "power on".to_owned(),
            Self::Power(Power::To(to)) => format!("power to {}", voltage(to)),
            Self::Cut(cut) => format!("cut for {}, {} impedance", cut.width, cut.impedance),
            Self::Dip(dip) => format!("dip to {} for {}", voltage(&dip.to), dip.width),
            Self::SetClock(civil) => format!("set clock to {} {civil}", civil.weekday()),
            Self::Program(ProgramStep::Add(programme)) => format!("add programme {programme}"),
            Self::Program(ProgramStep::Delete(slot)) => format!("delete programme {slot}"),
            Self::Program(ProgramStep::Clear) => "clear programmes".to_owned(),
            Self::Mode(mode) => format!("mode {mode}"),
            Self::Console(line) => format!("console {line}"),
            Self::Reset(ResetStep::Pin) => "reset by pin".to_owned(),
            Self::Reset(ResetStep::Software) => "reset by software".to_owned(),
            Self::Wait(span) => format!("wait {span}"),
            Self::Until(moment) => format!("until {moment}"),
            Self::Mark(name) => format!("mark {name}"),
            Self::Expect(expectation) => format!("expect {}", expectation.value),
        }
    }

    /// The step with every voltage in volts.
    pub fn resolve(self, nominal: Volts) -> Step<Volts> {
        match self {
            Self::Power(Power::Off) => Step::Power(Power::Off),
            Self::Power(Power::On) => Step::Power(Power::On),
            Self::Power(Power::To(to)) => Step::Power(Power::To(to.on(nominal))),
            Self::Cut(cut) => Step::Cut(cut),
            Self::Dip(dip) => Step::Dip(super::Dip { to: dip.to.on(nominal), width: dip.width }),
            Self::SetClock(civil) => Step::SetClock(civil),
            Self::Program(program) => Step::Program(program),
            Self::Mode(mode) => Step::Mode(mode),
            Self::Console(line) => Step::Console(line),
            Self::Reset(reset) => Step::Reset(reset),
            Self::Wait(span) => Step::Wait(span),
            Self::Until(moment) => Step::Until(moment),
            Self::Mark(name) => Step::Mark(name),
            Self::Expect(expectation) => Step::Expect(expectation),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::step::Dip;
    use brownout_trace::{Percent, Span};

    #[test]
    fn a_percentage_is_shown_with_its_volts() {
        let dip = Step::Dip(Dip { to: Voltage::Share(Percent(40.0)), width: Span::millis(300) });
        assert_eq!(dip.text(Volts(12.0)), "dip to 40% (4.8V) for 300ms");
        let Step::Dip(dip) = dip.resolve(Volts(12.0)) else { panic!() };
        assert!((dip.to.0 - 4.8).abs() < 1e-9);
    }
}
