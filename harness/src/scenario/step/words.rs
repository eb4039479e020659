//! Steps in words, for traces, snapshots and reports.

use super::{Course, Dip, Flash, Impedance, Power, ProgramStep, Ramp, Required, ResetStep, Step, Voltage};
use brownout_trace::{Span, Volts};
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

/// `100ms, edges of 1ms, 2 times every 5s`; `middle` stands after the width.
fn course(course: &Course, middle: &str) -> String {
    let mut text = format!("{}{middle}", course.width);
    if course.edges > Span::ZERO {
        text.push_str(&format!(", edges of {}", course.edges));
    }
    if let Some(angle) = course.angle {
        text.push_str(&format!(", from {angle}"));
    }
    if let Some(repeat) = course.repeat {
        text.push_str(&format!(", {} times every {}", repeat.times, repeat.every));
    }
    text
}

/// `, measured width and depth`; nothing where nothing is required.
fn required(measured: Required) -> String {
    let figures: Vec<String> = measured.figures().map(|figure| figure.to_string()).collect();
    if figures.is_empty() { String::new() } else { format!(", measured {}", figures.join(" and ")) }
}

impl<V: Copy> Ramp<V> {
    /// The same with its voltages changed.
    fn map<W>(&self, change: impl Fn(V) -> W) -> Ramp<W> {
        Ramp {
            from: self.from.map(&change),
            to: change(self.to),
            over: self.over,
            step: self.step.map(&change),
            measured: self.measured,
        }
    }
}

impl Step {
    /// The step in words: `dip to 40% (4.8V) for 300ms`. A percentage is shown with what it means on this supply.
    pub fn text(&self, nominal: Volts) -> String {
        let voltage = |to: &Voltage| match to {
            Voltage::Volts(volts) => volts.to_string(),
            Voltage::Share(_) => format!("{to} ({})", to.on(nominal)),
        };
        let ramp = |ramp: &Ramp| {
            let from = ramp.from.as_ref().map(|from| format!(" from {}", voltage(from))).unwrap_or_default();
            let step = ramp.step.as_ref().map(|step| format!(" in steps of {}", voltage(step))).unwrap_or_default();
            let required = required(ramp.measured);
            format!("ramp{from} to {} over {}{step}{required}", voltage(&ramp.to), ramp.over)
        };
        match self {
            Self::Power(Power::Off) => "power off".to_owned(),
            Self::Power(Power::On) => "power on".to_owned(),
            Self::Power(Power::To(to)) => format!("power to {}", voltage(to)),
            Self::Power(Power::Bouncing { to, length }) => {
                format!("power to {} by a contact that bounces for up to {length}", voltage(to))
            }
            Self::Power(Power::Ramp(way)) => format!("power {}", ramp(way)),
            Self::Cut(cut) => {
                let course = course(&cut.course, &format!(", {} impedance", cut.impedance));
                format!("cut for {course}{}", required(cut.measured))
            }
            Self::Dip(dip) => {
                format!("dip to {} for {}{}", voltage(&dip.to), course(&dip.course, ""), required(dip.measured))
            }
            Self::Ramp(way) => ramp(way),
            Self::Press(press) => {
                let mut text = format!("press {} for {}", press.buttons.join("+"), press.hold);
                if let Some(repeat) = press.repeat {
                    text.push_str(&format!(", {} times every {}", repeat.times, repeat.every));
                }
                text
            }
            Self::SetClock(civil) => format!("set clock to {} {civil}", civil.weekday()),
            Self::Program(ProgramStep::Add(programme)) => format!("add programme {programme}"),
            Self::Program(ProgramStep::Delete(slot)) => format!("delete programme {slot}"),
            Self::Program(ProgramStep::Clear) => "clear programmes".to_owned(),
            Self::Mode(mode) => format!("mode {mode}"),
            Self::Console(line) => format!("console {line}"),
            Self::Reset(ResetStep::Pin) => "reset by pin".to_owned(),
            Self::Reset(ResetStep::Software) => "reset by software".to_owned(),
            Self::Reset(ResetStep::Supply) => format!("reset by supply, off for {}", ResetStep::UNPLUGGED),
            Self::Reset(ResetStep::Factory) => "factory reset".to_owned(),
            Self::Meanwhile(1) => "meanwhile, 1 step".to_owned(),
            Self::Meanwhile(steps) => format!("meanwhile, {steps} steps"),
            Self::Join => "until both are through".to_owned(),
            Self::Flash(Flash::Again) => "flash the firmware again".to_owned(),
            Self::Flash(Flash::File(path)) => {
                format!("flash {}", path.file_name().unwrap_or_default().to_string_lossy())
            }
            Self::Operator(1) => "operator, 1 step".to_owned(),
            Self::Operator(steps) => format!("operator, {steps} steps"),
            Self::Helped => "operator done".to_owned(),
            Self::Wait(span) => format!("wait {span}"),
            Self::Until(moment) => format!("until {moment}"),
            Self::Mark(name) => format!("mark {name}"),
            Self::Measure(measure) => format!("measure {}", measure.value),
            Self::Expect(expectation) => format!("expect {}", expectation.value),
        }
    }

    /// The step with every voltage in volts.
    pub fn resolve(self, nominal: Volts) -> Step<Volts> {
        match self {
            Self::Power(Power::Off) => Step::Power(Power::Off),
            Self::Power(Power::On) => Step::Power(Power::On),
            Self::Power(Power::To(to)) => Step::Power(Power::To(to.on(nominal))),
            Self::Power(Power::Bouncing { to, length }) => Step::Power(Power::Bouncing { to: to.on(nominal), length }),
            Self::Power(Power::Ramp(ramp)) => Step::Power(Power::Ramp(ramp.map(|to| to.on(nominal)))),
            Self::Cut(cut) => Step::Cut(cut),
            Self::Dip(dip) => Step::Dip(Dip { to: dip.to.on(nominal), course: dip.course, measured: dip.measured }),
            Self::Ramp(ramp) => Step::Ramp(ramp.map(|to| to.on(nominal))),
            Self::Press(press) => Step::Press(press),
            Self::SetClock(civil) => Step::SetClock(civil),
            Self::Program(program) => Step::Program(program),
            Self::Mode(mode) => Step::Mode(mode),
            Self::Console(line) => Step::Console(line),
            Self::Reset(reset) => Step::Reset(reset),
            Self::Meanwhile(steps) => Step::Meanwhile(steps),
            Self::Join => Step::Join,
            Self::Flash(flash) => Step::Flash(flash),
            Self::Operator(steps) => Step::Operator(steps),
            Self::Helped => Step::Helped,
            Self::Wait(span) => Step::Wait(span),
            Self::Until(moment) => Step::Until(moment),
            Self::Mark(name) => Step::Mark(name),
            Self::Measure(measure) => Step::Measure(measure),
            Self::Expect(expectation) => Step::Expect(expectation),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::step::{Cut, Repeat};
    use brownout_trace::event::ShotFigure;
    use brownout_trace::{Angle, Percent};

    #[test]
    fn a_percentage_is_shown_with_its_volts() {
        let course = Course { width: Span::millis(300), edges: Span::ZERO, repeat: None, angle: None };
        let dip = Step::Dip(Dip { to: Voltage::Share(Percent(40.0)), course, measured: Required::default() });
        assert_eq!(dip.text(Volts(12.0)), "dip to 40% (4.8V) for 300ms");
        let Step::Dip(dip) = dip.resolve(Volts(12.0)) else { panic!() };
        assert!((dip.to.0 - 4.8).abs() < 1e-9);
    }

    #[test]
    fn a_course_is_told_whole() {
        let repeat = Some(Repeat { times: 2, every: Span::secs(5) });
        let course = Course { width: Span::millis(100), edges: Span::millis(1), repeat, angle: Some(Angle(90.0)) };
        let mut measured = Required::default();
        assert!(measured.insert(ShotFigure::Depth) && measured.insert(ShotFigure::Width));
        assert!(!measured.insert(ShotFigure::Depth));
        let cut = Step::Cut(Cut { course, impedance: Impedance::Low, measured });
        let text = "cut for 100ms, low impedance, edges of 1ms, from 90deg, 2 times every 5s, measured width and depth";
        assert_eq!(cut.text(Volts(12.0)), text);
        assert_eq!(course.takes(), Span::millis(5_101));
        let ramp = Ramp {
            from: Some(Voltage::Volts(Volts(12.0))),
            to: Voltage::Share(Percent(0.0)),
            over: Span::secs(10),
            step: None,
            measured: Required::default(),
        };
        // 10 mV at 12 V and below; no finer than a threshold asks for on mains.
        let stairs = [5.0, 12.0, 240.0].map(|nominal| Ramp::stair(Volts(nominal)));
        assert_eq!(stairs, [Volts(0.01), Volts(0.01), Volts(0.2)]);
        let switch = Step::Power(Power::Bouncing { to: Voltage::Share(Percent(100.0)), length: Span::millis(5) });
        assert_eq!(switch.text(Volts(12.0)), "power to 100% (12V) by a contact that bounces for up to 5ms");
        assert_eq!(Step::Ramp(ramp).text(Volts(12.0)), "ramp from 12V to 0% (0V) over 10s");
    }
}
