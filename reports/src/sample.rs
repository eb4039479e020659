//! One short case for the tests of this crate: a cut after which the relay does not come back.

use crate::folder::RunFolder;
use crate::paths::CaseName;
use crate::record::{CaseRecorder, Ended, Header, Sha256};
use brownout_trace::event::{Crossing, Figure, Level, ShotReport, Threshold};
use brownout_trace::{
    Amount, Criterion, Event, Instant, Margin, Measurement, RelayName, ResetCause, Span, Standing, Unit, Verdict,
    Volts, What,
};
use std::path::PathBuf;

pub fn header() -> Header {
    Header {
        case: CaseName("power/short-outage@cut=10ms".into()),
        title: "A short outage inside the ON window".into(),
        attempt: 1,
        seed: u64::MAX,
        tool: "0.1.0".into(),
        firmware: Some(Sha256([0x9f; 32])),
        scenario: Sha256([0x60; 32]),
        rig_file: Sha256([0xfd; 32]),
        board_file: Sha256([0xa4; 32]),
        rig: "virtual".into(),
        board: "reference".into(),
        board_serial: None,
        calibrated: None,
        calibration_file: None,
        origin: Instant(-12_000_000_000),
    }
}

pub fn k1() -> RelayName {
    RelayName("K1".into())
}

/// Everything but the verdict, one event of every sort that a reader or the waveform treats differently.
pub fn events() -> Vec<Event> {
    let rail = |threshold, crossing, volts| What::Rail { threshold, crossing, volts: Volts(volts) };
    let contact = |closed, sequence| What::Contact { relay: k1(), closed, sequence };
    let supply = |level| What::Supply { level };
    [
        (-12_000_000_000, What::Attempt { number: 1 }),
        (-12_000_000_000, supply(Level::Volts(Volts(12.0)))),
        (-11_999_000_000, rail(Threshold::PowerOn, Crossing::Rising, 1.92)),
        (-11_996_500_000, What::Reset { cause: ResetCause::PowerOn }),
        (-5_000_000_000, What::Sent { line: "clock \"Mon\" ¼\u{1}".into() }),
        (-4_990_000_000, What::Received { line: "ok".into() }),
        (0, What::Step { index: 0, text: "cut for 10ms".into() }),
        (1_000_000_000, What::Coil { relay: k1(), on: true }),
        (1_007_000_123, contact(true, 1)),
        (1_007_000_124, contact(false, 2)),
        (1_008_000_000, contact(true, 3)),
        (2_000_000_000, supply(Level::Open)),
        (2_000_100_000, rail(Threshold::PowerDown, Crossing::Falling, 1.88)),
        (2_000_100_000, What::PowerDown),
        (2_003_000_000, contact(false, 4)),
        (2_010_000_000, supply(Level::Volts(Volts(12.0)))),
        (2_010_000_000, shot()),
        (
            4_000_000_000,
            What::Judged {
                index: 2,
                expectation: "relay K1 is closed within 2s".into(),
                verdict: Verdict::Failed,
                observed: "open for all 2s".into(),
                margin: None,
                detail: None,
            },
        ),
    ]
    .map(|(at, what)| Event::new(Instant(at), what))
    .into()
}

/// A figure that is only just inside its limit, and its judgement.
pub fn measured() -> Vec<Event> {
    let time = |millis| Amount::Time(Span::millis(millis));
    let measured = What::Measured(Measurement {
        name: "restart".into(),
        value: time(1_900),
        unit: Unit::MILLISECONDS,
        uncertainty: time(0),
        min: None,
        max: Some(time(2_000)),
        standing: Standing::Marginal,
    });
    let judged = What::Judged {
        index: 1,
        expectation: "restart at most 2000ms".into(),
        verdict: Verdict::Passed,
        observed: "1900ms".into(),
        margin: Some(Margin { left: time(100), of: time(2_000) }),
        detail: None,
    };
    [measured, judged].map(|what| Event::new(Instant(3_000_000_000), what)).into()
}

fn shot() -> What {
    What::Shot(ShotReport {
        level: Level::Open,
        width: Span::millis(10),
        start: Figure::Measured(Instant(2_000_000_000)),
        measured_width: Figure::Measured(Span::nanos(10_000_001)),
        depth: Figure::Unmeasured,
        slew: Figure::Unmeasured,
    })
}

pub fn ended() -> Ended {
    Ended { at: Instant(4_000_000_000), verdict: Verdict::Failed, criterion: Some(Criterion::B) }
}

pub fn ended_event() -> Event {
    ended_as(Verdict::Failed)
}

pub fn ended_as(verdict: Verdict) -> Event {
    let criterion = ended().criterion;
    Event::new(ended().at, What::Ended { verdict, criterion })
}

/// Records the case to its end; gives the record's place.
pub fn record(run: &RunFolder) -> PathBuf {
    let mut recorder = CaseRecorder::start(run, &header()).unwrap();
    let path = recorder.path().to_owned();
    for event in events() {
        recorder.event(&event).unwrap();
    }
    recorder.finish(ended()).unwrap();
    path
}
