//! A record is cut at every byte, flipped at random, and given by other hands.

use super::*;
use crate::folder::RunFolder;
use crate::sample;
use brownout_trace::event::{Figure, Level, ShotReport};
use brownout_trace::{Criterion, Instant, RelayName, Span, Volts};
use proptest::prelude::*;
use std::fs;
use std::sync::LazyLock;

/// The sample's bytes as the recorder writes them.
static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let dir = tempfile::tempdir().unwrap();
    let run = RunFolder::create(dir.path()).unwrap();
    fs::read(sample::record(&run)).unwrap()
});

fn whole() -> Vec<Event> {
    let mut events = sample::events();
    events.push(sample::ended_event());
    events
}

fn read(bytes: &[u8]) -> Result<Record, ReadError> {
    RecordReader::new(bytes, Path::new("record.jsonl"))?.collect()
}

/// The sample with one more line before its last.
fn with_line(line: &str) -> Vec<u8> {
    let text = std::str::from_utf8(&BYTES).unwrap();
    let last = text.trim_end().rfind('\n').unwrap() + 1;
    [&text[..last], line, "\n", &text[last..]].concat().into_bytes()
}

#[test]
fn what_was_written_reads_back() {
    let record = read(&BYTES).unwrap();
    assert_eq!(record.header, sample::header());
    assert_eq!(record.events, whole());
    assert_eq!((record.torn, record.verdict()), (None, Some(Verdict::Failed)));
}

#[test]
fn cut_at_any_byte_the_whole_lines_stay() {
    let header_end = BYTES.iter().position(|byte| *byte == b'\n').unwrap();
    for cut in 0..=BYTES.len() {
        let kept = &BYTES[..cut];
        if cut < header_end {
            assert!(matches!(read(kept), Err(ReadError::NoHeader { .. })), "cut at {cut}");
            continue;
        }
        let record = read(kept).unwrap();
        // A line that lacks nothing but its end is whole.
        let last_is_whole = matches!(BYTES.get(cut), Some(b'\n'));
        let lines = kept.iter().filter(|byte| **byte == b'\n').count() + usize::from(last_is_whole);
        assert_eq!(record.events, whole()[..lines - 1], "cut at {cut}");
        let begun = cut - kept.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let line = lines as u64 + 1;
        let torn = (begun > 0 && !last_is_whole).then_some(Torn { line, bytes: begun });
        assert_eq!(record.torn, torn, "cut at {cut}");
        assert_eq!(record.verdict().is_some(), cut + 1 >= BYTES.len(), "cut at {cut}");
    }
}

#[test]
fn a_damaged_line_is_named_and_what_stands_before_it_kept() {
    let unknown = r#"{"at":1,"what":{"kind":"coffee"}}"#;
    let last = whole().len() as u64 + 1;
    for (line, says) in [
        (unknown, "unknown variant `coffee`"),
        (r#"{"at":1}"#, "missing field `what`"),
        (r#"{"at":"soon","what":{"kind":"power-down"}}"#, "expected i64"),
        (r#"{"at":1,"what":{"kind":"erase","addr"#, "EOF while parsing a string (column 36)"),
        ("", "EOF while parsing a value"),
        ("\0\0\0", "expected value (column 1)"),
    ] {
        let error = read(&with_line(line)).unwrap_err();
        let message = error.to_string();
        assert!(message.starts_with(&format!("record.jsonl, line {last}: ")), "{message}");
        assert!(message.contains(says), "{message}");
        assert!(!message.contains("at line 1"), "{message}");
        let ReadError::Damaged { before, .. } = error else { panic!("{error:?}") };
        assert_eq!(before.unwrap().events, sample::events());
    }
}

#[test]
fn the_stream_ends_with_the_first_damage() {
    let bytes = with_line("damage");
    let mut reader = RecordReader::new(&bytes[..], Path::new("record.jsonl")).unwrap();
    let given: Vec<_> = reader.by_ref().collect();
    assert_eq!(given.len(), sample::events().len() + 1);
    assert!(given.last().unwrap().is_err());
    assert!(reader.next().is_none());
}

#[test]
fn fields_of_a_later_day_are_passed_over() {
    let line = r#"{"at":7,"what":{"kind":"power-down","slope":"1V"},"note":1}"#;
    let record = read(&with_line(line)).unwrap();
    assert_eq!(record.events.len(), whole().len() + 1);
}

#[test]
fn other_files_and_newer_records_are_refused() {
    let newer = br#"{"format":"brownout-record","version":4,"header":"of another shape"}"#;
    assert_eq!(
        read(newer).unwrap_err().to_string(),
        "record.jsonl has record format 4; this Brownout reads up to 3: use a newer one"
    );
    for other in [
        &b"\n"[..],
        b"PK\x03\x04",
        b"[]\n",
        br#"{"format":"cargo","version":1}"#,
        br#"{"format":"brownout-record","version":0}"#,
        b"{\"format\":1}\n",
    ] {
        let error = read(other).unwrap_err();
        assert!(matches!(error, ReadError::NotARecord { .. }), "{error}");
    }
    let text = std::str::from_utf8(&BYTES).unwrap();
    let error = read(text.replacen("9f9f", "XX", 1).as_bytes()).unwrap_err();
    assert!(error.to_string().contains("line 1: a SHA-256 has 64"), "{error}");
    let error = Record::read(Path::new("no/such/record.jsonl")).unwrap_err();
    assert_eq!(error.to_string(), "cannot read no/such/record.jsonl");
}

#[test]
fn a_line_without_end_does_not_eat_the_memory() {
    let endless = BufReader::new(std::io::repeat(b' '));
    let error = RecordReader::new(endless, Path::new("record.jsonl")).unwrap_err();
    assert!(error.to_string().ends_with("longer than 16777216 bytes"), "{error}");
}

fn any_event() -> impl Strategy<Value = Event> {
    let instant = any::<i64>().prop_map(Instant);
    let volts = (-400_000i32..400_000).prop_map(|mv| Volts(f64::from(mv) / 1000.0));
    let level = prop_oneof![volts.prop_map(Level::Volts), Just(Level::Open)];
    let figure = prop_oneof![instant.clone().prop_map(Figure::Measured), Just(Figure::Unmeasured)];
    let shot = (level.clone(), 0..i64::MAX / 2, figure).prop_map(|(level, width, start)| {
        What::Shot(ShotReport {
            level,
            width: Span::nanos(width),
            start,
            measured_width: Figure::Unmeasured,
            depth: Figure::Unmeasured,
            slew: Figure::Unmeasured,
        })
    });
    let contact = (any::<String>(), any::<bool>(), any::<u32>());
    let what = prop_oneof![
        level.prop_map(|level| What::Supply { level }),
        shot,
        any::<String>().prop_map(|line| What::Received { line }),
        contact.prop_map(|(name, closed, sequence)| What::Contact { relay: RelayName(name), closed, sequence }),
        any::<bool>()
            .prop_map(|some| What::Ended { verdict: Verdict::Passed, criterion: some.then_some(Criterion::A) }),
    ];
    (instant, what).prop_map(|(at, what)| Event::new(at, what))
}

proptest! {
    #[test]
    fn any_event_is_one_line_and_survives(event in any_event()) {
        let line = serde_json::to_string(&event).unwrap();
        prop_assert!(!line.contains('\n'));
        let back: Event = parse(line.as_bytes()).unwrap();
        // Voltages are kept to six digits: what is written again is the same.
        prop_assert_eq!(serde_json::to_string(&back).unwrap(), line);
        prop_assert_eq!(back.at, event.at);
    }

    #[test]
    fn flipped_bytes_never_panic_and_spare_the_lines_before(
        flips in prop::collection::vec((0..BYTES.len(), 1u8..), 1..4),
    ) {
        let mut bytes = BYTES.clone();
        for (place, mask) in &flips {
            bytes[*place] ^= mask;
        }
        let first = flips.iter().map(|(place, _)| *place).min().unwrap();
        let spared = BYTES[..first].iter().filter(|byte| **byte == b'\n').count().saturating_sub(1);
        let events = match read(&bytes) {
            Ok(record) => record.events,
            Err(ReadError::Damaged { before, damage, .. }) => {
                prop_assert!(damage.line as usize > spared);
                before.map(|record| record.events).unwrap_or_default()
            }
            Err(_) => Vec::new(),
        };
        prop_assert!(events.len() >= spared);
        prop_assert_eq!(&events[..spared], &whole()[..spared]);
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
        let _ = read(&[&BYTES[..], &bytes].concat());
    }
}
