//! Recording one case while it runs.

use super::error::RecordError;
use super::header::{Header, HeaderLine};
use super::lines::Lines;
use crate::case_summary::CaseSummary;
use crate::folder::RunFolder;
use crate::paths;
use crate::vcd;
use brownout_trace::{Criterion, Event, Instant, Verdict, What};
use std::fs;
use std::io;
use std::path::Path;

/// How a case ended: the record's last line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// When, in bench time.
    pub at: Instant,
    /// The verdict on the case.
    pub verdict: Verdict,
    /// The performance criterion, where a disturbance was applied.
    pub criterion: Option<Criterion>,
}

/// Writes one case's record, line by line as things happen.
///
/// Each line is with the kernel when the call returns, so that a kill loses nothing that was handed over; there is
/// nothing to flush. Dropped without [`CaseRecorder::finish`] it leaves a record that was cut short, which reads.
#[derive(Debug)]
pub struct CaseRecorder {
    lines: Lines,
    signals: vcd::Signals,
    said: CaseSummary,
}

impl CaseRecorder {
    /// Makes the case's folder in the run's and writes the header.
    ///
    /// # Errors
    /// [`RecordError::AlreadyRecorded`] if the run has this case and attempt already; else what the disk said.
    pub fn start(run: &RunFolder, header: &Header) -> Result<Self, RecordError> {
        let folder = run.case(&header.case, header.attempt);
        fs::create_dir(&folder).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                RecordError::AlreadyRecorded { case: header.case.clone(), path: folder.clone() }
            }
            _ => RecordError::io("create", &folder, 0, error),
        })?;
        let lines = Lines::begin(folder.join(paths::RECORD), &HeaderLine::new(header))?;
        Ok(Self { lines, signals: vcd::Signals::from_origin(header.origin), said: CaseSummary::begin(header) })
    }

    /// Where the record is written.
    pub fn path(&self) -> &Path {
        self.lines.path()
    }

    /// Adds one event.
    ///
    /// # Errors
    /// What the disk said; after the first error nothing more is written.
    pub fn event(&mut self, event: &Event) -> Result<(), RecordError> {
        self.lines.push(event)?;
        self.signals.note(event);
        self.said.note(event);
        Ok(())
    }

    /// Adds the verdict, closes the record, draws `trace.vcd` from it, and gives what is to be said of the case.
    ///
    /// # Errors
    /// What the disk said; [`RecordError::ReadBack`] if the record does not read back. If only the waveform fails the
    /// record itself is whole.
    pub fn finish(mut self, ended: Ended) -> Result<CaseSummary, RecordError> {
        let what = What::Ended { verdict: ended.verdict, criterion: ended.criterion };
        self.event(&Event::new(ended.at, what))?;
        let record = self.lines.path();
        vcd::draw(record, &self.signals, &record.with_file_name(paths::WAVEFORM))?;
        Ok(self.said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Record;
    use crate::sample;

    #[test]
    fn an_event_is_in_the_file_when_the_call_returns() {
        let dir = tempfile::tempdir().unwrap();
        let run = RunFolder::create(dir.path()).unwrap();
        let mut recorder = CaseRecorder::start(&run, &sample::header()).unwrap();
        let (mut kept, path) = (Vec::new(), recorder.path().to_owned());
        for event in sample::events() {
            recorder.event(&event).unwrap();
            kept.push(event);
            let record = Record::read(&path).unwrap();
            assert_eq!((&record.header, &record.events), (&sample::header(), &kept));
        }
        // Not finished: as a kill leaves it.
        std::mem::forget(recorder);
        assert_eq!(Record::read(&path).unwrap().events, kept);
    }

    #[test]
    fn what_is_said_live_is_what_the_record_says() {
        let dir = tempfile::tempdir().unwrap();
        let run = RunFolder::create(dir.path()).unwrap();
        let mut recorder = CaseRecorder::start(&run, &sample::header()).unwrap();
        let path = recorder.path().to_owned();
        for event in sample::events() {
            recorder.event(&event).unwrap();
        }
        let live = recorder.finish(sample::ended()).unwrap();
        assert_eq!(live.verdict(), Verdict::Failed);
        let record = Record::read(&path).unwrap();
        let mut said = CaseSummary::begin(&record.header);
        record.events.iter().for_each(|event| said.note(event));
        assert_eq!(live, said);
    }

    #[test]
    fn one_case_twice_in_a_run_is_refused_a_second_attempt_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let run = RunFolder::create(dir.path()).unwrap();
        let mut header = sample::header();
        CaseRecorder::start(&run, &header).unwrap();
        assert!(matches!(CaseRecorder::start(&run, &header), Err(RecordError::AlreadyRecorded { .. })));
        header.attempt = 2;
        assert!(CaseRecorder::start(&run, &header).is_ok());
    }

    #[test]
    fn the_same_events_give_the_same_bytes() {
        let files = || {
            let dir = tempfile::tempdir().unwrap();
            let run = RunFolder::create(dir.path()).unwrap();
            let path = sample::record(&run);
            let waveform = fs::read(path.with_file_name(paths::WAVEFORM)).unwrap();
            (fs::read(path).unwrap(), waveform)
        };
        let (record, waveform) = files();
        assert!(!record.is_empty() && !waveform.is_empty());
        assert_eq!((record, waveform), files());
    }

    #[test]
    fn a_value_that_would_not_read_back_is_reported_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let run = RunFolder::create(dir.path()).unwrap();
        let mut recorder = CaseRecorder::start(&run, &sample::header()).unwrap();
        let nonsense = brownout_trace::event::Level::Volts(brownout_trace::Volts(f64::NAN));
        let event = Event::new(Instant::ZERO, What::Supply { level: nonsense });
        recorder.event(&event).unwrap();
        let error = recorder.finish(sample::ended()).unwrap_err();
        assert!(matches!(error, RecordError::ReadBack(_)), "{error}");
    }
}
