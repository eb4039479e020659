//! What can be looked at only with the board on its supply.

use super::report::{Grade, Report};
use crate::bench::{Bench, RigFault};
use crate::calibration::{CurrentError, MeterError, Quantiles, ShotTimes};
use crate::profile::{Command, Console, Heard};
use crate::shot::width_tolerance;
use crate::uncertainty::Uncertainty;
use brownout_trace::event::{Figure, Level, What};
use brownout_trace::{Amps, Event, Instant, Ohms, Percent, Span, Volts};

/// A board that has its supply has said what it says when it starts by then.
const BOOT: Span = Span::secs(2);
/// So long the terminals are given to come down.
const FALL: Span = Span::secs(5);
/// Nothing is at the terminals below this share of nominal.
const NOTHING: f64 = 0.02;
/// How often a supply that settles is looked at.
const GLANCE: Span = Span::millis(10);
/// How wide a shot is.
pub const SHOT: Span = Span::millis(20);
/// What lies between two.
const BETWEEN: Span = Span::millis(200);
/// A meter may be wrong by this share of the supply, or the depth of a shot spoils the attempt.
const DEPTH: Percent = Percent(5.0);
/// What any meter is allowed, whatever its rig file declares: the 0.5 % of an INA219.
const METER: Percent = Percent(0.5);
/// A line on the console is given so long to be sent, besides the answer's own time.
const SENDING: Span = Span::millis(500);

/// A bench that can be looked at.
pub trait Lively: Bench {
    /// What the meter reads, now; `None` without one.
    ///
    /// # Errors
    /// It does not answer.
    fn meter(&mut self) -> Result<Option<Volts>, RigFault>;

    /// The current that the meter reads, now; `None` without one, or where it reads none.
    ///
    /// # Errors
    /// It does not answer.
    fn current(&mut self) -> Result<Option<Amps>, RigFault>;

    /// Attaches the probe to the chip of the board, which has its supply, and lets it run on; what it attached to, `None`
    /// without a probe or a chip.
    ///
    /// # Errors
    /// It cannot be attached.
    fn attach(&mut self) -> Result<Option<String>, RigFault>;
}

/// What the checks have to know of a rig and its board.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// What the supply gives.
    pub nominal: Volts,
    /// The level that shots go to: what can be measured most sharply.
    pub shot: Level,
    /// How many shots.
    pub shots: u32,
    /// How wide each is: [`SHOT`], or the shortest that the supply can make.
    pub width: Span,
    /// What the rig file says of its own errors.
    pub uncertainty: Uncertainty,
    /// A voltage that a slow supply can be told, and how soon its rig file says that it is there.
    pub settles: Option<(Volts, Span)>,
    /// What a better instrument reads at the terminals; nominal if there is none.
    pub reference: Option<Volts>,
    /// A resistor that stands at the terminals, and no board: its current is known.
    pub load: Option<Ohms>,
    /// How the board is spoken to.
    pub console: Option<&'a Console>,
}

/// Every check that needs the supply. The board is off it again afterwards, unless the rig failed: then it is de-energised.
pub fn lively(about: &About<'_>, bench: &mut dyn Lively) -> Report {
    let mut report = Report::default();
    let checks: [(&'static str, Check<'_>); 6] = [
        ("meter", &meter),
        ("load", &load),
        ("settling", &settling),
        ("console", &console),
        ("probe", &probe),
        ("shots", &shots),
    ];
    for (name, check) in checks {
        if let Err(fault) = check(about, bench, &mut report) {
            // After a fault a bench gives nothing but that fault.
            report.find(name, Grade::Bad, fault.to_string());
            return report;
        }
    }
    if let Err(fault) = put(bench, Level::Open) {
        report.find("supply", Grade::Bad, fault.to_string());
    }
    report
}

type Check<'c> = &'c dyn Fn(&About<'_>, &mut dyn Lively, &mut Report) -> Result<(), RigFault>;

/// Lets time pass; what happened.
fn pass(bench: &mut dyn Lively, span: Span) -> Result<Vec<Event>, RigFault> {
    let until = bench.now() + span;
    let mut events = Vec::new();
    while bench.now() < until {
        bench.advance(until, &mut events)?;
    }
    Ok(events)
}

fn put(bench: &mut dyn Lively, level: Level) -> Result<(), RigFault> {
    let now = bench.now();
    bench.play(&[(now, level)])
}

/// The meter at both ends; and the supply comes on.
fn meter(about: &About<'_>, bench: &mut dyn Lively, report: &mut Report) -> Result<(), RigFault> {
    let nothing = Volts(about.nominal.0 * NOTHING);
    let until = bench.now() + FALL;
    let mut offset = bench.meter()?;
    while offset.is_some_and(|reading| reading.0.abs() > nothing.0) && bench.now() < until {
        pass(bench, BETWEEN)?;
        offset = bench.meter()?;
    }
    let offset = offset.filter(|reading| reading.0.abs() <= nothing.0);
    put(bench, Level::Volts(about.nominal))?;
    pass(bench, BOOT)?;
    let Some(reading) = bench.meter()? else { return Ok(()) };
    let reference = about.reference.unwrap_or(about.nominal);
    let span = reading.0 - offset.map_or(0.0, |offset| offset.0);
    let gain = Percent((span / reference.0 - 1.0) * 100.0);
    report.meter = Some(MeterError { reference, gain, offset, current: None });
    let allowed = allowed(about);
    let by = if about.reference.is_some() { "the reference" } else { "the nominal supply" };
    let seen = format!("reads {reading} at {reference} of {by}");
    let (grade, advice) = match gain.0.abs() {
        off if off <= allowed.0 => (Grade::Good, String::new()),
        off if off <= DEPTH.0 => {
            (Grade::Degraded, format!(": more than {allowed} off; set its `calibration` in the rig file"))
        }
        _ => (
            Grade::Bad,
            format!(": more than {DEPTH} off; is it across the terminals, is the source what it should be?"),
        ),
    };
    report.find("meter", grade, format!("{seen}{advice}"));
    Ok(())
}

/// What the meter may be off by.
fn allowed(about: &About<'_>) -> Percent {
    Percent(about.uncertainty.voltage.0.max(METER.0))
}

/// The current through a known load against what the voltage over it drives, with the supply on.
fn load(about: &About<'_>, bench: &mut dyn Lively, report: &mut Report) -> Result<(), RigFault> {
    let Some(load) = about.load else { return Ok(()) };
    let (Some(reading), Some(volts)) = (bench.current()?, bench.meter()?) else {
        let said = format!("there is no meter that reads a current (an ADS1115 does not): {load} tells nothing");
        report.find("load", Grade::Degraded, said);
        return Ok(());
    };
    let expected = Amps(about.reference.unwrap_or(volts).0 / load.0);
    let gain = Percent((reading.0 / expected.0 - 1.0) * 100.0);
    if let Some(meter) = &mut report.meter {
        meter.current = Some(CurrentError { load, gain });
    }
    let allowed = allowed(about);
    let (grade, advice) = match gain.0.abs() {
        off if off <= allowed.0 => (Grade::Good, String::new()),
        off if off <= DEPTH.0 => {
            (Grade::Degraded, format!(": more than {allowed} off; is its `shunt` what the file says?"))
        }
        _ => {
            (Grade::Bad, format!(": more than {DEPTH} off; is {load} at the terminals, alone, and its `shunt` right?"))
        }
    };
    report.find("load", grade, format!("reads {reading} of {expected} through {load}{advice}"));
    Ok(())
}

/// How long a supply that is told takes to be there: upwards, since downwards is the board's affair.
fn settling(about: &About<'_>, bench: &mut dyn Lively, report: &mut Report) -> Result<(), RigFault> {
    let Some((from, declared)) = about.settles else { return Ok(()) };
    put(bench, Level::Volts(from))?;
    pass(bench, BOOT)?;
    put(bench, Level::Volts(about.nominal))?;
    let began = bench.now();
    let near = |reading: Volts| (reading.0 - about.nominal.0).abs() <= about.nominal.0 * NOTHING;
    loop {
        let Some(reading) = bench.meter()? else { return Ok(()) };
        let took = bench.now() - began;
        if near(reading) {
            let (grade, advice) = match took <= declared + GLANCE {
                true => (Grade::Good, String::new()),
                false => (Grade::Degraded, format!(": its rig file says `settling = \"{declared}\"`")),
            };
            report.find("settling", grade, format!("from {from} to {} in {}{advice}", about.nominal, took.in_words()));
            return Ok(());
        }
        if took > FALL {
            report.find("settling", Grade::Bad, format!("told {}, it stands at {reading} after {FALL}", about.nominal));
            return Ok(());
        }
        pass(bench, GLANCE)?;
    }
}

/// A question that changes nothing, and its answer.
fn console(about: &About<'_>, bench: &mut dyn Lively, report: &mut Report) -> Result<(), RigFault> {
    let Some(console) = about.console.filter(|_| about.load.is_none()) else { return Ok(()) };
    let questions = [Command::Version, Command::Status, Command::ReadClock, Command::ListPrograms];
    let Some(mut exchange) = questions.iter().find_map(|question| console.exchange(question).ok()) else {
        return Ok(());
    };
    let line = exchange.line().to_owned();
    bench.send(&line)?;
    let wait = exchange.timeout() + SENDING;
    for event in pass(bench, wait)? {
        let What::Received { line: came } = event.what else { continue };
        let (grade, said) = match exchange.hear(&came) {
            Ok(Heard::More | Heard::Unsolicited(_)) => continue,
            Ok(Heard::Done(_)) => (Grade::Good, format!("the board answers `{line}`")),
            Ok(Heard::Refused { .. }) => (Grade::Degraded, format!("the board refuses `{line}`: `{came}`")),
            Err(why) => (Grade::Degraded, format!("what came back is no answer: {why}: sent `{line}`")),
        };
        report.find("console", grade, said);
        return Ok(());
    }
    let said = format!("sent `{line}`, no answer in {wait}: look at wires, port and speed, and whether the board runs");
    report.find("console", Grade::Bad, said);
    Ok(())
}

/// The probe reaches the chip.
fn probe(about: &About<'_>, bench: &mut dyn Lively, report: &mut Report) -> Result<(), RigFault> {
    if about.load.is_some() {
        return Ok(());
    }
    if let Some(chip) = bench.attach()? {
        report.find("probe", Grade::Good, format!("attached to {chip}"));
    }
    Ok(())
}

/// Interruptions: when each began and how wide it was, measured back.
fn shots(about: &About<'_>, bench: &mut dyn Lively, report: &mut Report) -> Result<(), RigFault> {
    let (mut late, mut width) = (Vec::new(), Vec::new());
    for _ in 0..about.shots {
        let begin: Instant = bench.now() + BETWEEN;
        bench.play(&[(begin, about.shot), (begin + about.width, Level::Volts(about.nominal))])?;
        pass(bench, BETWEEN + about.width)?;
        let shot = bench.measure_shot(about.shot, begin, about.width, Span::ZERO)?;
        if let (Figure::Measured(start), Figure::Measured(wide)) = (shot.start, shot.measured_width) {
            late.push((start - begin).abs());
            width.push((wide - about.width).abs());
        }
    }
    let count = u32::try_from(width.len()).unwrap_or(u32::MAX);
    let (Some(late), Some(width)) = (Quantiles::of(late), Quantiles::of(width)) else {
        report.find("shots", Grade::Degraded, "none was measured: the rig has no sense, or it saw none");
        return Ok(());
    };
    report.shots = Some(ShotTimes { count, late, width });
    let (declared, tolerance) = (about.uncertainty.time.times(2), width_tolerance(about.width));
    let seen = format!("{count} of {} measured; p50/p99/max late {late}, width off by {width}", about.shots);
    let (grade, advice) = match () {
        () if count < about.shots => (Grade::Degraded, "; the sense did not see all of them".to_owned()),
        () if width.p99 <= declared => (Grade::Good, String::new()),
        () if width.max <= tolerance => {
            let says = about.uncertainty.time;
            (Grade::Degraded, format!("; twice the rig file's `time = \"{says}\"` is less: say more there"))
        }
        () => (Grade::Bad, format!("; a shot may be {tolerance} off: end what else runs, give a real-time priority")),
    };
    report.find("shots", grade, format!("{seen}{advice}"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::Flashing;
    use crate::firmware::Firmware;
    use crate::profile::Profile;
    use brownout_trace::Angle;
    use brownout_trace::event::ShotReport;

    /// A bench whose every figure is given.
    struct Fake {
        now: Instant,
        level: Level,
        gain: f64,
        answer: Option<&'static str>,
        heard: Vec<Event>,
        /// The error of every shot's width, in microseconds; those beyond are not measured.
        widths: Vec<i64>,
        attaches: Result<Option<String>, RigFault>,
        /// What flows while the supply is on.
        current: Option<f64>,
    }

    fn fault(what: &str) -> RigFault {
        RigFault { what: what.to_owned(), hint: String::new() }
    }

    impl Bench for Fake {
        fn now(&self) -> Instant {
            self.now
        }
        fn advance(&mut self, until: Instant, events: &mut Vec<Event>) -> Result<(), RigFault> {
            self.now = until;
            events.append(&mut self.heard);
            Ok(())
        }
        fn play(&mut self, levels: &[(Instant, Level)]) -> Result<(), RigFault> {
            self.level = levels.last().unwrap().1;
            Ok(())
        }
        fn at_angle(&self, _: Instant, _: Angle) -> Option<Instant> {
            None
        }
        fn switch_on(&mut self, _: Level, _: Span) -> Result<(), RigFault> {
            Err(RigFault::no_bounce())
        }
        fn measure_shot(&mut self, level: Level, start: Instant, width: Span, _: Span) -> Result<ShotReport, RigFault> {
            let off = self.widths.pop();
            let measured_width = off.map_or(Figure::Unmeasured, |off| Figure::Measured(width + Span::micros(off)));
            let start = Figure::Measured(start + Span::micros(7));
            Ok(ShotReport { level, width, start, measured_width, depth: Figure::Unmeasured, slew: Figure::Unmeasured })
        }
        fn send(&mut self, _: &str) -> Result<(), RigFault> {
            let event = |line: &str| Event::new(self.now, What::Received { line: line.to_owned() });
            self.heard.extend(self.answer.map(event));
            Ok(())
        }
        fn press(&mut self, _: &str, _: bool) -> Result<(), RigFault> {
            Err(fault("nobody presses"))
        }
        fn set_reset(&mut self, _: bool) -> Result<(), RigFault> {
            Err(fault("nobody resets"))
        }
        fn flash(&mut self, _: Option<&Firmware>, _: &mut Vec<Event>) -> Result<Flashing, RigFault> {
            Err(fault("nobody flashes"))
        }
    }

    impl Lively for Fake {
        fn meter(&mut self) -> Result<Option<Volts>, RigFault> {
            Ok(Some(match self.level {
                Level::Open => Volts(0.01),
                Level::Volts(volts) => Volts(volts.0 * self.gain + 0.01),
            }))
        }
        fn current(&mut self) -> Result<Option<Amps>, RigFault> {
            Ok(self.current.map(|amps| Amps(if self.level == Level::Open { 0.0 } else { amps })))
        }
        fn attach(&mut self) -> Result<Option<String>, RigFault> {
            self.attaches.clone()
        }
    }

    fn fake() -> Fake {
        Fake {
            now: Instant::ZERO,
            level: Level::Open,
            gain: 1.001,
            answer: Some("OK VERSION 1.0.0"),
            heard: Vec::new(),
            widths: vec![20; 100],
            attaches: Ok(Some("STM32F103C8".to_owned())),
            current: None,
        }
    }

    fn checked(bench: &mut Fake) -> Report {
        loaded(bench, None)
    }

    fn loaded(bench: &mut Fake, load: Option<f64>) -> Report {
        let profile = Profile::shipped("weekly").unwrap().unwrap();
        let uncertainty = Uncertainty { time: Span::micros(100), ..Uncertainty::EXACT };
        let about = About {
            nominal: Volts(12.0),
            shot: Level::Open,
            shots: 20,
            width: SHOT,
            uncertainty,
            settles: None,
            reference: None,
            load: load.map(Ohms),
            console: profile.console.as_ref(),
        };
        lively(&about, bench)
    }

    fn of(report: &Report, check: &str) -> (Grade, String) {
        let found = report.findings.iter().find(|finding| finding.check == check);
        found.map(|finding| (finding.grade, finding.said.clone())).unwrap()
    }

    #[test]
    fn a_sound_rig_is_good_and_off_again() {
        let mut bench = fake();
        let report = checked(&mut bench);
        let grades: Vec<_> = report.findings.iter().map(|finding| (finding.check, finding.grade)).collect();
        let good = ["meter", "console", "probe", "shots"].map(|check| (check, Grade::Good));
        assert_eq!(grades, good, "{report:?}");
        assert_eq!(bench.level, Level::Open);
        let meter = report.meter.unwrap();
        assert!((meter.gain.0 - 0.1).abs() < 1e-9 && meter.offset == Some(Volts(0.01)), "{meter:?}");
        let shots = report.shots.unwrap();
        assert_eq!((shots.count, shots.late.max, shots.width.p99), (20, Span::micros(7), Span::micros(20)));
    }

    #[test]
    fn each_thing_that_is_wrong_has_its_grade() {
        let meter = |gain| of(&checked(&mut Fake { gain, ..fake() }), "meter");
        assert_eq!(meter(1.02).0, Grade::Degraded);
        assert!(meter(1.02).1.contains("more than 0.5% off; set its `calibration`"), "{:?}", meter(1.02));
        assert_eq!(meter(0.9).0, Grade::Bad);

        let console = |answer| of(&checked(&mut Fake { answer, ..fake() }), "console");
        assert!(console(None).1.contains("no answer in") && console(None).0 == Grade::Bad);
        assert_eq!(console(Some("\u{1}nonsense")).0, Grade::Degraded);

        let shots = |widths: Vec<i64>| of(&checked(&mut Fake { widths, ..fake() }), "shots");
        assert_eq!(shots(vec![201; 20]).0, Grade::Degraded);
        assert!(shots(vec![-201; 20]).1.contains("`time = \"100us\"` is less"), "{:?}", shots(vec![201; 20]));
        assert_eq!(shots(vec![1001; 20]).0, Grade::Bad);
        assert!(shots(vec![1; 19]).1.contains("did not see all"), "{:?}", shots(vec![1; 19]));
        assert_eq!(shots(vec![]).0, Grade::Degraded);
    }

    #[test]
    fn a_slow_supply_is_timed() {
        /// Rises at 0.05 V a glance.
        struct Slow(Fake, f64);
        impl Bench for Slow {
            fn now(&self) -> Instant {
                self.0.now()
            }
            fn advance(&mut self, until: Instant, events: &mut Vec<Event>) -> Result<(), RigFault> {
                self.1 += 0.05;
                self.0.advance(until, events)
            }
            fn play(&mut self, levels: &[(Instant, Level)]) -> Result<(), RigFault> {
                self.1 = 9.6;
                self.0.play(levels)
            }
            fn at_angle(&self, _: Instant, _: Angle) -> Option<Instant> {
                None
            }
            fn switch_on(&mut self, _: Level, _: Span) -> Result<(), RigFault> {
                Err(RigFault::no_bounce())
            }
            fn measure_shot(&mut self, _: Level, _: Instant, _: Span, _: Span) -> Result<ShotReport, RigFault> {
                Err(fault("no shots"))
            }
            fn send(&mut self, line: &str) -> Result<(), RigFault> {
                self.0.send(line)
            }
            fn press(&mut self, _: &str, _: bool) -> Result<(), RigFault> {
                Ok(())
            }
            fn set_reset(&mut self, _: bool) -> Result<(), RigFault> {
                Ok(())
            }
            fn flash(&mut self, _: Option<&Firmware>, _: &mut Vec<Event>) -> Result<Flashing, RigFault> {
                Err(fault("nobody flashes"))
            }
        }
        impl Lively for Slow {
            fn meter(&mut self) -> Result<Option<Volts>, RigFault> {
                Ok(Some(Volts(if self.0.level == Level::Open { 0.0 } else { self.1 })))
            }
            fn current(&mut self) -> Result<Option<Amps>, RigFault> {
                Ok(None)
            }
            fn attach(&mut self) -> Result<Option<String>, RigFault> {
                Ok(None)
            }
        }
        let settling = |declared| {
            let about = About {
                nominal: Volts(12.0),
                shot: Level::Open,
                shots: 1,
                width: SHOT,
                uncertainty: Uncertainty::EXACT,
                settles: Some((Volts(9.6), declared)),
                reference: None,
                load: None,
                console: None,
            };
            of(&lively(&about, &mut Slow(fake(), 0.0)), "settling")
        };
        // From 9.6 V to 11.76 V by 0.05 V every 10 ms.
        assert_eq!(settling(Span::millis(450)), (Grade::Good, "from 9.6V to 12V in 440ms".to_owned()));
        let late = (Grade::Degraded, "from 9.6V to 12V in 440ms: its rig file says `settling = \"50ms\"`".to_owned());
        assert_eq!(settling(Span::millis(50)), late);
    }

    /// 12.022 V over 24 ohm drive 500.9 mA.
    #[test]
    fn a_known_load_tells_how_the_meter_reads_a_current() {
        let load = |amps| {
            let report = loaded(&mut Fake { current: amps, answer: None, ..fake() }, Some(24.0));
            assert!(report.findings.iter().all(|found| !["console", "probe"].contains(&found.check)), "{report:?}");
            (of(&report, "load"), report.meter.unwrap().current)
        };
        let (found, kept) = load(Some(0.501));
        assert_eq!(found.0, Grade::Good, "{found:?}");
        assert!(found.1.starts_with("reads 501mA of 500.9"), "{found:?}");
        assert!(kept.is_some_and(|kept| kept.load == Ohms(24.0) && kept.gain.0.abs() < 0.1), "{kept:?}");
        for (amps, grade, says) in [
            (0.51, Grade::Degraded, "more than 0.5% off"),
            (0.48, Grade::Degraded, "`shunt`"),
            (1.0, Grade::Bad, "alone"),
        ] {
            let (found, _) = load(Some(amps));
            assert!(found.0 == grade && found.1.contains(says), "{found:?}");
        }
        let (found, kept) = load(None);
        assert!(found.0 == Grade::Degraded && found.1.contains("an ADS1115 does not") && kept.is_none(), "{found:?}");
    }

    #[test]
    fn a_fault_ends_it() {
        let mut bench = Fake { attaches: Err(fault("no debug probe is plugged in")), ..fake() };
        let report = checked(&mut bench);
        assert_eq!(of(&report, "probe"), (Grade::Bad, "no debug probe is plugged in".to_owned()));
        assert_eq!((report.findings.len(), report.grade(), report.shots), (3, Grade::Bad, None));
    }
}
