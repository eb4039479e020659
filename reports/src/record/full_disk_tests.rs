//! A disk that really runs full: the test runs itself again in a namespace of its own, on a file system of 64 KiB.

use super::{CaseRecorder, Record, RecordError};
use crate::folder::RunFolder;
use crate::sample;
use std::fs;
use std::path::Path;
use std::process::Command;

const ON: &str = "BROWNOUT_TEST_SMALL_DISK";
const NAME: &str = "record::full_disk_tests::a_record_on_a_full_disk_stays_readable";

#[test]
fn a_record_on_a_full_disk_stays_readable() {
    if let Some(disk) = std::env::var_os(ON) {
        return fill(Path::new(&disk));
    }
    let dir = tempfile::tempdir().unwrap();
    let script = r#"mount -t tmpfs -o size=64k none "$1" || exit 99; exec "$2" --exact "$3""#;
    let ran = Command::new("unshare")
        .args(["-Urm", "sh", "-c", script, "sh"])
        .arg(dir.path())
        .arg(std::env::current_exe().unwrap())
        .arg(NAME)
        .env(ON, dir.path())
        .output();
    let output = match ran {
        Ok(output) => output,
        Err(error) => return eprintln!("not tested here: no `unshare`: {error}"),
    };
    let (out, talk) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    // Where namespaces or mounts are not allowed the tests of `lines` still see `/dev/full`.
    if output.status.code() == Some(99) || talk.starts_with("unshare:") {
        return eprintln!("not tested here: {talk}");
    }
    assert!(output.status.success() && out.contains("1 passed"), "{out}{talk}");
}

fn fill(disk: &Path) {
    let run = RunFolder::create(&disk.join("out")).unwrap();
    let mut recorder = CaseRecorder::start(&run, &sample::header()).unwrap();
    let path = recorder.path().to_owned();
    let mut kept = Vec::new();
    let error = 'full: loop {
        for event in sample::events() {
            match recorder.event(&event) {
                Ok(()) => kept.push(event),
                Err(error) => break 'full error,
            }
        }
    };
    let size = fs::metadata(&path).unwrap().len();
    let message = error.to_string();
    let says = format!("the disk is full: {} ends after {size} bytes", path.display());
    assert!(message.starts_with(&says), "{message}, not {says}");
    assert!(kept.len() > 100, "{} events fitted", kept.len());

    let record = Record::read(&path).unwrap();
    assert_eq!((record.events.len(), record.verdict()), (kept.len(), None));
    assert_eq!(record.events, kept);
    assert!(matches!(recorder.finish(sample::ended()), Err(RecordError::DiskFull { .. })));
    // The next run says so as well, and does not harm the record.
    drop(run);
    let next = RunFolder::create(&disk.join("out")).unwrap_err();
    assert!(matches!(next, RecordError::DiskFull { .. }), "{next}");
    assert_eq!(Record::read(&path).unwrap().events, kept);
}
