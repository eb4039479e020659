//! What a run looks like, on a bench that does what the test wants.

use crate::support::{PASSING, Place, steady};
use brownout::cli::bench::{Lab, Ready, RigFiles, Trouble};
use brownout::cli::exit::Exit;
use brownout::cli::output::Output;
use brownout::cli::run::{Options, run};
use brownout::outcome::{CaseOutcome, Judgement, RelayHistory, Stopped};
use brownout::plan::Case;
use brownout::runner::CaseRunner;
use brownout::runner::watch::{CaseWatch, Stop, Watch};
use brownout::scenario::step::Step;
use brownout_trace::event::Level;
use brownout_trace::{Criterion, Event, Instant, RelayName, ResetCause, Span, Verdict, Volts, What};
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Flashes nothing; each case ends as its `end` in the matrix says.
struct Bench;

impl Lab for Bench {
    fn ready(&self, _: &RigFiles, firmware: Option<&Path>, _: &Watch) -> Result<Ready, Trouble> {
        match firmware {
            Some(_) => Err(Trouble::Rig("no such probe".to_owned())),
            None => Ok(Ready { runner: Box::new(Self), firmware: None, said: "flashed nothing".to_owned() }),
        }
    }
}

fn k1() -> RelayName {
    RelayName("K1".to_owned())
}

fn trace() -> Vec<Event> {
    let ms = |ms: i64| Instant(ms * 1_000_000);
    let contact = |at, closed, sequence| Event::new(ms(at), What::Contact { relay: k1(), closed, sequence });
    vec![
        Event::new(ms(-12_000), What::Attempt { number: 1 }),
        Event::new(ms(-12_000), What::Supply { level: Level::Volts(Volts(12.0)) }),
        Event::new(ms(-11_997), What::Reset { cause: ResetCause::PowerOn }),
        contact(-11_000, true, 1),
        contact(-10_999, false, 2),
        contact(-10_997, true, 3),
        Event::new(ms(0), What::Step { index: 0, text: "wait 1s".to_owned() }),
        Event::new(ms(400), What::Received { line: "# \x1b[2Jhello".to_owned() }),
        contact(700, false, 4),
        Event::new(ms(1_000), What::Step { index: 1, text: "expect K1 is closed".to_owned() }),
        Event::new(ms(1_500), What::Received { line: "# later".to_owned() }),
    ]
}

impl CaseRunner for Bench {
    fn run(&self, case: &Case, _: u64, _: CaseWatch<'_>, sink: &mut dyn FnMut(&Event)) -> CaseOutcome {
        let end = case.id.choice.first().map_or("passed", |(_, value)| value);
        let verdict = match end {
            "broken" => Verdict::Failed,
            "stuck" => Verdict::Inconclusive,
            "panic" => panic!("the model of the model is missing"),
            _ => Verdict::Passed,
        };
        let trace = trace();
        trace.iter().for_each(sink);
        // Later cases end first, as they may.
        std::thread::sleep(std::time::Duration::from_millis(if end == "broken" { 30 } else { 0 }));
        let stopped = (verdict == Verdict::Inconclusive).then(|| Stopped {
            step: None,
            span: None,
            why: "the meter does not answer".to_owned(),
            verdict,
        });
        CaseOutcome {
            id: case.id.clone(),
            verdict,
            criterion: (verdict == Verdict::Failed).then_some(Criterion::C),
            judgements: if stopped.is_some() { Vec::new() } else { judgements(case, verdict) },
            measurements: Vec::new(),
            relays: vec![RelayHistory { relay: k1(), initially_closed: true, changes: vec![] }],
            shots: Vec::new(),
            stopped,
            attempts: 1,
            virtual_time: Span::millis(1_500),
            trace,
        }
    }
}

fn judgements(case: &Case, verdict: Verdict) -> Vec<Judgement> {
    let expected = case.steps.iter().enumerate().filter_map(|(index, step)| match &step.step {
        Step::Expect(expectation) => Some((index, expectation)),
        _ => None,
    });
    let judged = expected.enumerate().map(|(place, (step, expectation))| {
        let verdict = if place == 0 { verdict } else { Verdict::Passed };
        Judgement {
            step,
            span: expectation.span.clone(),
            expectation: expectation.value.to_string(),
            at: Instant(1_000_000_000),
            look_at: Instant(1_000_000_000),
            verdict,
            observed: if verdict == Verdict::Failed { "open" } else { "closed" }.to_owned(),
            figure: None,
            margin: None,
            detail: (verdict == Verdict::Failed).then(|| "it opened at +0.7s, when no programme ended".to_owned()),
        }
    });
    judged.collect()
}

/// Both streams of a command, to be read afterwards.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Heard {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// Runs the ends of a matrix; gives how it ended, stdout and stderr.
fn ran(ends: &str, threads: usize, firmware: Option<&str>) -> (Exit, String, String) {
    let here = Place::new();
    // The choice is used as a mark, which this bench does not look at.
    let text = PASSING.replace("steps  = [", "steps  = [\n  { mark   = \"{end}\" },");
    here.scenario("noon", &format!("{text}\n[matrix]\nend = [{ends}]\n"));
    let options = Options {
        paths: vec![here.path("scenarios")],
        firmware: firmware.map(Into::into),
        test_threads: NonZeroUsize::new(threads),
        ..Options::default()
    };
    let (data, talk) = (Heard::default(), Heard::default());
    let mut output = Output::plain(Box::new(data.clone()), Box::new(talk.clone()));
    let exit = run(&options, &mut output, &Bench, &Stop::default());
    let home = here.path("").display().to_string();
    (exit, steady(&data.text()).replace(&home, "[HERE]/"), talk.text())
}

#[test]
fn a_failure_shows_the_step_and_what_the_board_did() {
    let (exit, data, talk) = ran("\"broken\", \"stuck\", \"panic\"", 1, None);
    assert_eq!(exit, Exit::Bug);
    insta::assert_snapshot!("every_way_to_end", without_lines_of_this_file(&data));
    assert!(talk.starts_with("weekly on virtual-12v: flashed nothing; seed 1\n"), "{talk}");
    assert!(!data.contains('\x1b'));
}

/// A panic's place moves with every edit here.
fn without_lines_of_this_file(text: &str) -> String {
    let mut parts = text.split("front.rs:");
    let mut steady = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        steady.push_str("front.rs:[PLACE]");
        steady.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':'));
    }
    steady
}

#[test]
fn the_order_is_the_plan_s_on_any_number_of_threads() {
    let ends = "\"broken\", \"stuck\", \"panic\"";
    assert_eq!(ran(ends, 3, None).1, ran(ends, 1, None).1);
}

#[test]
fn the_gravest_end_counts() {
    assert_eq!(ran("\"stuck\"", 1, None).0, Exit::RigTrouble);
    assert_eq!(ran("\"stuck\", \"broken\"", 1, None).0, Exit::BoardFailed);
    assert_eq!(ran("\"panic\", \"broken\"", 1, None).0, Exit::Bug);
}

#[test]
fn a_rig_that_cannot_be_flashed_judges_nobody() {
    let (exit, data, talk) = ran("\"broken\"", 1, Some("x.elf"));
    assert_eq!((exit, data.as_str()), (Exit::RigTrouble, ""));
    assert!(talk.contains("the rig `virtual-12v`: no such probe"), "{talk}");
}
