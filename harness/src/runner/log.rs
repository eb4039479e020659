//! The record of a running case. Recording can fail (a full disk); the case goes on, and the trouble is the rig's.

use crate::plan::{About, Case};
use crate::scenario::error::Source;
use crate::show::time::micros;
use crate::show::words;
use brownout_reports::record::{Ended, Header, Sha256};
use brownout_reports::{CaseName, CaseRecorder, CaseSummary, RecordError, RunFolder};
use brownout_trace::{Event, Instant, What};
use sha2::Digest;
use std::collections::VecDeque;
use std::error::Error;

/// Lines of the console that a report repeats; the record has them all.
const TAIL: usize = 20;
/// A longer line is cut there.
const LONGEST: usize = 160;

/// Everything that one case leaves behind while it runs: its record, and what a summary says of it.
pub struct Log<'a> {
    folder: Option<&'a RunFolder>,
    header: Header,
    recorder: Option<CaseRecorder>,
    told: Option<CaseSummary>,
    trouble: Option<RecordError>,
    console: VecDeque<String>,
}

impl<'a> Log<'a> {
    /// A log in a run's folder, or one that is not kept. `common` is the header as all cases of the run share it.
    pub fn new(folder: Option<&'a RunFolder>, common: &Header, case: &Case) -> Self {
        let header = Header {
            case: CaseName(case.id.to_string()),
            title: case.about.title.clone(),
            scenario: scenario_hash(&case.about),
            ..common.clone()
        };
        Self { folder, header, recorder: None, told: None, trouble: None, console: VecDeque::new() }
    }

    /// Takes one event, as it happens. The verdict is not taken from here: [`Log::finish`] writes it.
    pub fn event(&mut self, event: &Event) {
        if matches!(event.what, What::Ended { .. }) {
            return;
        }
        self.begin(event.at);
        self.hear(event);
        if let Some(told) = &mut self.told {
            told.note(event);
        }
        if let Some(recorder) = &mut self.recorder
            && let Err(error) = recorder.event(event)
        {
            self.recorder = None;
            self.trouble = Some(error);
        }
    }

    /// The last lines of the console, in both directions.
    pub fn console(&self) -> Vec<String> {
        self.console.iter().cloned().collect()
    }

    fn hear(&mut self, event: &Event) {
        if !matches!(event.what, What::Sent { .. } | What::Received { .. }) {
            return;
        }
        if self.console.len() == TAIL {
            self.console.pop_front();
        }
        let mut line = format!("{}  {}", micros(event.at), words::event(&event.what));
        line.truncate(line.floor_char_boundary(LONGEST));
        self.console.push_back(line);
    }

    /// Writes the verdict and closes the record; gives what a summary says of the case, and why the record is not
    /// whole, if it is not.
    pub fn finish(mut self, ended: Ended) -> (CaseSummary, Option<String>) {
        self.begin(ended.at);
        let mut told = self.told.unwrap_or_else(|| CaseSummary::begin(&self.header));
        let what = What::Ended { verdict: ended.verdict, criterion: ended.criterion };
        told.note(&Event::new(ended.at, what));
        if let Some(recorder) = self.recorder
            && let Err(error) = recorder.finish(ended)
        {
            self.trouble = Some(error);
        }
        (told, self.trouble.map(|error| with_causes(&error)))
    }

    /// Ends without a verdict: the record stays as it is, cut short. For a bug of ours.
    pub fn abandon(self) -> (CaseSummary, Option<String>) {
        let told = self.told.unwrap_or_else(|| CaseSummary::begin(&self.header));
        (told, self.trouble.map(|error| with_causes(&error)))
    }

    /// The first event tells when arranging begins, which stands in the header.
    fn begin(&mut self, first: Instant) {
        if self.told.is_some() {
            return;
        }
        self.header.origin = first.min(Instant::ZERO);
        self.told = Some(CaseSummary::begin(&self.header));
        match self.folder.map(|folder| CaseRecorder::start(folder, &self.header)) {
            Some(Ok(recorder)) => self.recorder = Some(recorder),
            Some(Err(error)) => self.trouble = Some(error),
            None => {}
        }
    }
}

/// An error with everything that led to it, on one line.
pub fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

/// The hash of all that a scenario's steps were read from, as [`Header::scenario`] says.
fn scenario_hash(about: &About) -> Sha256 {
    let mut included: Vec<&Source> = about.included.iter().collect();
    included.sort_by(|one, other| one.name.cmp(&other.name));
    let mut hash = sha2::Sha256::new();
    std::iter::once(&about.source).chain(included).for_each(|source| hash.update(source.text.as_bytes()));
    Sha256(hash.finalize().into())
}

/// The hash of a file's bytes, as records have it.
pub fn hash(bytes: &[u8]) -> Sha256 {
    Sha256(sha2::Sha256::digest(bytes).into())
}
