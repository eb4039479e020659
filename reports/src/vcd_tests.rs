//! Waveforms are read back with the crate's own parser and compared value by value.

use super::*;
use crate::folder::RunFolder;
use crate::sample;
use brownout_trace::Volts;
use std::fs;
use vcd::{Command, Parser};

fn signals(events: &[Event]) -> Signals {
    let mut signals = Signals::from_origin(sample::header().origin);
    events.iter().for_each(|event| signals.note(event));
    signals
}

fn drawn(events: &[Event]) -> String {
    let mut out = Vec::new();
    write(&mut out, &signals(events), events.iter().cloned()).unwrap();
    String::from_utf8(out).unwrap()
}

/// Every change of `scope.name` after the initial values, as (time, value).
fn changes(text: &str, scope: &str, name: &str) -> Vec<(u64, String)> {
    let mut parser = Parser::new(text.as_bytes());
    let header = parser.parse_header().unwrap();
    let var = header.find_var(&[scope, name]).unwrap();
    let (mut now, mut dumping, mut found) = (0, false, Vec::new());
    for command in parser {
        let (id, value) = match command.unwrap() {
            Command::Timestamp(time) => {
                assert!(time >= now, "time went back from {now} to {time}");
                now = time;
                continue;
            }
            Command::Begin(_) => {
                dumping = true;
                continue;
            }
            Command::End(_) => {
                dumping = false;
                continue;
            }
            Command::ChangeScalar(id, value) => (id, value.to_string()),
            Command::ChangeReal(id, value) => (id, value.to_string()),
            Command::ChangeVector(id, value) => (id, value.to_string()),
            _ => continue,
        };
        if id == var.code && !dumping {
            found.push((now, value));
        }
    }
    found
}

fn pairs(list: &[(u64, &str)]) -> Vec<(u64, String)> {
    list.iter().map(|(at, value)| (*at, (*value).to_owned())).collect()
}

#[test]
fn every_signal_is_where_the_events_put_it() {
    let text = drawn(&sample::events());
    let volts = [(0, "12"), (14_000_000_000, "0"), (14_010_000_000, "12")];
    assert_eq!(changes(&text, "supply", "volts"), pairs(&volts));
    let open = [(0, "0"), (14_000_000_000, "1"), (14_010_000_000, "0")];
    assert_eq!(changes(&text, "supply", "open"), pairs(&open));
    let contact = [(13_007_000_123, "1"), (13_007_000_124, "0"), (13_008_000_000, "1"), (14_003_000_000, "0")];
    assert_eq!(changes(&text, "relay_K1", "contact"), pairs(&contact));
    assert_eq!(changes(&text, "relay_K1", "coil"), pairs(&[(13_000_000_000, "1")]));
    let running = [(3_500_000, "1"), (14_000_100_000, "0")];
    assert_eq!(changes(&text, "board", "running"), pairs(&running));
    assert_eq!(changes(&text, "board", "reset"), pairs(&[(3_500_000, "1")]));
    assert_eq!(changes(&text, "vdd", "power_on"), pairs(&[(1_000_000, "1")]));
    assert_eq!(changes(&text, "vdd", "power_down"), pairs(&[(14_000_100_000, "0")]));
    assert_eq!(changes(&text, "console", "sent"), pairs(&[(7_000_000_000, "1")]));
    assert_eq!(changes(&text, "console", "received"), pairs(&[(7_010_000_000, "1")]));
    assert_eq!(changes(&text, "rig", "shot"), pairs(&[(14_010_000_000, "1")]));
    assert_eq!(changes(&text, "rig", "step"), pairs(&[(12_000_000_000, &"0".repeat(32))]));
}

#[test]
fn the_file_says_where_step_0_is() {
    let text = drawn(&sample::events());
    assert!(text.contains("step 0 is at #12000000000: #0 is the instant -12000000000 ns"));
    assert!(text.contains("$timescale 1 ns $end"));
}

#[test]
fn only_the_last_attempt_is_drawn() {
    let mut events = sample::events();
    events.extend(sample::events());
    assert_eq!(drawn(&events), drawn(&sample::events()));
}

#[test]
fn a_late_event_does_not_turn_time_back() {
    let coil = |at, on| {
        let relay = sample::k1();
        Event::new(Instant(at), What::Coil { relay, on })
    };
    let text = drawn(&[coil(5, true), coil(3, false)]);
    let at = 12_000_000_005;
    assert_eq!(changes(&text, "relay_K1", "coil"), pairs(&[(at, "1"), (at, "0")]));
    assert!(text.contains("late: happened at #12000000003"));
}

#[test]
fn names_and_instants_at_their_limits_stay_readable() {
    let level = Level::Volts(Volts(-0.000_001));
    let relay = RelayName("K 1 $end é".into());
    let (closed, sequence) = (true, 1);
    let contact = What::Contact { relay, closed, sequence };
    let events = [Event::new(Instant(i64::MIN), What::Supply { level }), Event::new(Instant(i64::MAX), contact)];
    let text = drawn(&events);
    assert_eq!(changes(&text, "supply", "volts"), pairs(&[(0, "-0.000001")]));
    assert_eq!(changes(&text, "relay_K_1__end__", "contact"), pairs(&[(u64::MAX, "1")]));
}

#[test]
fn a_cut_short_record_can_still_be_drawn() {
    let dir = tempfile::tempdir().unwrap();
    let run = RunFolder::create(dir.path()).unwrap();
    let record = sample::record(&run);
    let whole = fs::read(&record).unwrap();
    fs::write(&record, &whole[..whole.len() - 30]).unwrap();
    let out = dir.path().join("again.vcd");
    draw(&record, &signals(&sample::events()), &out).unwrap();
    assert_eq!(fs::read_to_string(&out).unwrap(), drawn(&sample::events()));
    let error = draw(&record, &signals(&sample::events()), &out).unwrap_err();
    assert!(error.to_string().contains("cannot create"), "{error}");
}
