//! What can be looked at with the board off its supply.

use super::report::{Grade, Report};
use crate::bench::RigFault;
use crate::rig::pi::named::{NamedOutput, outputs};
use crate::rig::pi::{Input, Line, Output, PiWires, SenseKind};
use brownout_trace::{Span, Volts};

/// A line that was driven is looked at so often, every so long: a sound one follows at once.
const LOOKS: (u32, Span) = (250, Span::millis(1));

/// Two periods of the slowest mains, in steps shorter than a pulse of its zero: a train of pulses cannot hide.
const MAINS: (u32, Span) = (80, Span::micros(500));

/// A rig whose outputs are all inactive, and whose board has no supply.
pub trait Quiet {
    /// Drives a line of the rig's outputs.
    fn drive(&mut self, line: Line, high: bool);

    /// The level of any line of the rig, as it is on its pin.
    fn is_high(&mut self, line: Line) -> bool;

    /// Lets time pass.
    fn pause(&mut self, span: Span);

    /// What the meter reads; `None` without one.
    ///
    /// # Errors
    /// It does not answer.
    fn meter(&mut self) -> Result<Option<Volts>, RigFault>;

    /// Opens the console's port, and closes it; its name, `None` without one.
    ///
    /// # Errors
    /// It cannot be opened.
    fn console(&mut self) -> Result<Option<String>, RigFault>;

    /// Opens the probe, and closes it; its name, `None` without one.
    ///
    /// # Errors
    /// It cannot be opened.
    fn probe(&mut self) -> Result<Option<String>, RigFault>;

    /// Asks the bench supply who it is, and what it has to complain of; `None` without one.
    ///
    /// # Errors
    /// It does not answer, or complains.
    fn bench_supply(&mut self) -> Result<Option<String>, RigFault>;
}

/// Every check that needs no supply. `moves` says whether lines that energise may be driven, each for a moment and alone.
pub fn quiet(wires: &PiWires, rig: &mut dyn Quiet, moves: bool) -> Report {
    let mut report = Report::default();
    lines(wires, rig, moves, &mut report);
    guards(wires, rig, &mut report);
    terminals(wires, rig, &mut report);
    contacts(wires, rig, &mut report);
    told(
        "meter",
        rig.meter().map(|volts| volts.map(|volts| format!("reads {volts} with the supply off"))),
        &mut report,
    );
    told("supply", rig.bench_supply(), &mut report);
    told("console", rig.console().map(|name| name.map(|name| format!("{name} can be opened"))), &mut report);
    told("probe", rig.probe().map(|name| name.map(|name| format!("{name} can be opened"))), &mut report);
    report
}

/// What came of something that a rig may lack.
pub(super) fn told(check: &'static str, came: Result<Option<String>, RigFault>, report: &mut Report) {
    match came {
        Ok(None) => {}
        Ok(Some(said)) => report.find(check, Grade::Good, said),
        Err(fault) => report.find(check, Grade::Bad, fault.to_string()),
    }
}

/// Every output is read back: at both levels, or at the safe one alone where the other may energise.
fn lines(wires: &PiWires, rig: &mut dyn Quiet, moves: bool, report: &mut Report) {
    let outputs = outputs(wires);
    let before = report.findings.len();
    for named in &outputs {
        let both = moves || !named.energises;
        let sound = (!both || follows(rig, named, true, report)) & follows(rig, named, false, report);
        report.lines += u32::from(both && sound);
    }
    if report.findings.len() == before {
        let held = outputs.len() as u32 - report.lines;
        let held = if held > 0 { format!(", {held} held safe") } else { String::new() };
        report.find("lines", Grade::Good, format!("{} outputs read back at both levels{held}", report.lines));
    }
}

/// Whether a line has the level that it was driven to.
fn follows(rig: &mut dyn Quiet, named: &NamedOutput, on: bool, report: &mut Report) -> bool {
    let NamedOutput { output: Output { line, active }, what, .. } = named;
    let high = active.high_for(on);
    rig.drive(*line, high);
    let (looks, step) = LOOKS;
    let follows = (0..looks).any(|_| {
        rig.pause(step);
        rig.is_high(*line) == high
    });
    if !follows {
        let level = |high| if high { "high" } else { "low" };
        let said = format!(
            "{line} ({what}) was driven {} and reads {}: it is shorted, or something else drives it",
            level(high),
            level(!high)
        );
        report.find("lines", Grade::Bad, said);
    }
    follows
}

fn is_active(rig: &mut dyn Quiet, input: Input) -> bool {
    rig.is_high(input.line) == input.active.high_for(true)
}

/// Interlock and emergency stop.
fn guards(wires: &PiWires, rig: &mut dyn Quiet, report: &mut Report) {
    let guards = [
        (wires.interlock, "interlock", "closed", "the guard is open, or its wire is broken: close it"),
        (wires.e_stop, "e-stop", "released", "it is pressed, or its wire is broken: find out why, then release it"),
    ];
    for (input, check, sound, open) in guards {
        let Some(input) = input else { continue };
        match is_active(rig, input) {
            true => report.find(check, Grade::Good, sound),
            false => report.find(check, Grade::Bad, format!("{open} ({})", input.line)),
        }
    }
}

/// Nothing may be at the terminals.
fn terminals(wires: &PiWires, rig: &mut dyn Quiet, report: &mut Report) {
    let supply = &wires.supply;
    let senses = [(supply.sense, "nominal"), (supply.crowbar.and_then(|crowbar| crowbar.sense), "a voltage")];
    for (input, what) in senses {
        let Some(input) = input else { continue };
        let said = |words: &str| format!("{words} ({})", input.line);
        match is_active(rig, input) {
            false => report.find("sense", Grade::Good, said("nothing at the terminals with the supply off")),
            true => report.find(
                "sense",
                Grade::Bad,
                said(&format!(
                    "tells {what} at the terminals with every output inactive: a switch is stuck on, or the sense is"
                )),
            ),
        }
    }
}

/// A board without supply holds no contact closed.
fn contacts(wires: &PiWires, rig: &mut dyn Quiet, report: &mut Report) {
    for relay in &wires.relays {
        let closed = match relay.by {
            SenseKind::Contact | SenseKind::Optocoupler => is_active(rig, relay.input),
            SenseKind::MainsOptocoupler => {
                let (looks, step) = MAINS;
                (0..looks).any(|_| {
                    rig.pause(step);
                    is_active(rig, relay.input)
                })
            }
        };
        let (name, line) = (&relay.name, relay.input.line);
        match closed {
            false => report.find("contacts", Grade::Good, format!("{name} is open without supply ({line})")),
            true => report.find(
                "contacts",
                Grade::Bad,
                format!("{name} reads closed without supply ({line}): its contact is welded, or its sense is stuck"),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::Rig;
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    /// Lines that do as they are told, but for those that are stuck.
    #[derive(Default)]
    struct Fake {
        levels: BTreeMap<Line, bool>,
        stuck: BTreeMap<Line, bool>,
        /// Every line that was ever driven to a level.
        driven: BTreeSet<(Line, bool)>,
        meter: Option<RigFault>,
    }

    impl Quiet for Fake {
        fn drive(&mut self, line: Line, high: bool) {
            self.levels.insert(line, high);
            self.driven.insert((line, high));
        }
        fn is_high(&mut self, line: Line) -> bool {
            self.stuck.get(&line).or_else(|| self.levels.get(&line)).copied().unwrap_or(false)
        }
        fn pause(&mut self, _: Span) {}
        fn meter(&mut self) -> Result<Option<Volts>, RigFault> {
            self.meter.clone().map_or(Ok(Some(Volts(0.002))), Err)
        }
        fn console(&mut self) -> Result<Option<String>, RigFault> {
            Ok(Some("/dev/ttyUSB0".to_owned()))
        }
        fn probe(&mut self) -> Result<Option<String>, RigFault> {
            Ok(None)
        }
        fn bench_supply(&mut self) -> Result<Option<String>, RigFault> {
            Ok(None)
        }
    }

    fn wires() -> PiWires {
        let rig = Rig::load(Path::new("pi-12v.toml")).unwrap();
        rig.stand.pi().unwrap().as_ref().clone()
    }

    fn line(name: &str) -> Line {
        name.parse().unwrap()
    }

    /// A sound rig: guards closed (low), the contact open (high).
    fn sound() -> Fake {
        Fake { levels: BTreeMap::from([(line("GPIO5"), true)]), ..Fake::default() }
    }

    fn bad(report: &Report) -> Vec<String> {
        let bad = report.findings.iter().filter(|finding| finding.grade == Grade::Bad);
        bad.map(|finding| format!("{}: {}", finding.check, finding.said)).collect()
    }

    #[test]
    fn a_sound_rig_is_good_and_every_line_was_moved_and_left_safe() {
        let mut rig = sound();
        let report = quiet(&wires(), &mut rig, true);
        assert_eq!((report.grade(), report.lines), (Grade::Good, 6), "{report:?}");
        for named in outputs(&wires()) {
            let Output { line, active } = named.output;
            assert!(rig.driven.contains(&(line, active.high_for(true))), "{line} was never moved");
            assert_eq!(rig.levels[&line], active.high_for(false), "{line} is left active");
        }
        let checks: Vec<&str> = report.findings.iter().map(|finding| finding.check).collect();
        assert_eq!(checks, ["lines", "interlock", "e-stop", "sense", "contacts", "meter", "console"]);
    }

    #[test]
    fn quiet_lines_move_nothing_that_energises() {
        let mut rig = sound();
        let report = quiet(&wires(), &mut rig, false);
        assert_eq!((report.grade(), report.lines), (Grade::Good, 3));
        assert_eq!(report.findings[0].said, "3 outputs read back at both levels, 3 held safe");
        for named in outputs(&wires()).iter().filter(|named| named.energises) {
            let Output { line, active } = named.output;
            assert!(!rig.driven.contains(&(line, active.high_for(true))), "{line} was driven");
        }
    }

    #[test]
    fn each_thing_that_is_wrong_is_told() {
        for (name, high, says) in [
            ("GPIO6", false, "lines: GPIO6 (the button SET) was driven high and reads low"),
            ("GPIO17", true, "lines: GPIO17 (the supply's switch) was driven low and reads high"),
            ("GPIO23", true, "interlock: the guard is open"),
            ("GPIO24", true, "e-stop: it is pressed"),
            ("GPIO27", true, "sense: tells nominal at the terminals with every output inactive"),
            ("GPIO5", false, "contacts: K1 reads closed without supply (GPIO5)"),
        ] {
            let mut rig = Fake { stuck: BTreeMap::from([(line(name), high)]), ..sound() };
            let bad = bad(&quiet(&wires(), &mut rig, true));
            assert!(bad.len() == 1 && bad[0].starts_with(says), "{name}: {bad:?}");
        }
        let silent = RigFault { what: "the meter at 0x40 does not answer".to_owned(), hint: String::new() };
        let mut rig = Fake { meter: Some(silent), ..sound() };
        assert_eq!(bad(&quiet(&wires(), &mut rig, true)), ["meter: the meter at 0x40 does not answer"]);
    }

    #[test]
    fn a_train_of_pulses_is_a_closed_contact() {
        struct Pulses(Fake, u32);
        impl Quiet for Pulses {
            fn drive(&mut self, line: Line, high: bool) {
                self.0.drive(line, high);
            }
            fn is_high(&mut self, line: Line) -> bool {
                // 10 ms apart, 1 ms long.
                if line.number() == 5 { self.1 % 20 >= 2 } else { self.0.is_high(line) }
            }
            fn pause(&mut self, _: Span) {
                self.1 += 1;
            }
            fn meter(&mut self) -> Result<Option<Volts>, RigFault> {
                Ok(None)
            }
            fn console(&mut self) -> Result<Option<String>, RigFault> {
                Ok(None)
            }
            fn probe(&mut self) -> Result<Option<String>, RigFault> {
                Ok(None)
            }
            fn bench_supply(&mut self) -> Result<Option<String>, RigFault> {
                Ok(None)
            }
        }
        let mut wires = wires();
        wires.relays[0].by = SenseKind::MainsOptocoupler;
        let bad = bad(&quiet(&wires, &mut Pulses(sound(), 0), false));
        assert!(bad.len() == 1 && bad[0].starts_with("contacts: K1 reads closed"), "{bad:?}");
    }
}
