//! What is to be said of one case in a line or two, gathered while its events go by.

use crate::paths::CaseName;
use crate::record::Header;
use brownout_trace::{Criterion, Event, Instant, Margin, Measurement, Span, Standing, Verdict, What};

/// More reasons than this are only counted: a case that fails at every step must not cost memory for each.
const REASONS: usize = 5;
/// A longer reason is cut there, at a character; the record has it whole.
const LONGEST_REASON: usize = 400;
/// More measured figures, or more margins, than this are in the record only.
const FIGURES: usize = 16;

/// A case's verdict and the reasons for it. Of a record that was cut short: inconclusive.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseSummary {
    /// The case.
    pub case: CaseName,
    /// How it ended; `None` as long as it has not, or if the record was cut short.
    pub ended: Option<Verdict>,
    /// The performance criterion, where a disturbance was applied.
    pub criterion: Option<Criterion>,
    /// The first few reasons against it, in order, from its last attempt.
    pub reasons: Vec<String>,
    /// How many more there were.
    pub more: usize,
    /// What was measured, in order; the first few of the last attempt.
    pub measurements: Vec<Measurement>,
    /// What was left of each expectation's limit: the first few of the last attempt.
    pub margins: Vec<(String, Margin)>,
    not_run: bool,
    quarantined: bool,
    origin: Instant,
    attempt_from: Instant,
    attempt_to: Instant,
    earlier_attempts: Span,
}

impl CaseSummary {
    /// Nothing has happened yet.
    pub fn begin(header: &Header) -> Self {
        Self::of_case(header.case.clone(), header.origin)
    }

    /// A case that the rig or the board cannot do, known beforehand.
    pub fn skipped(case: CaseName, reason: String) -> Self {
        let mut skipped = Self::of_case(case, Instant::ZERO);
        skipped.ended = Some(Verdict::Skipped);
        skipped.because(reason);
        skipped
    }

    /// A case whose turn never came: no time was left, or the run was stopped. Nothing is known of the board.
    pub fn not_run(case: CaseName, reason: String) -> Self {
        let mut not_run = Self::of_case(case, Instant::ZERO);
        not_run.not_run = true;
        not_run.because(reason);
        not_run
    }

    /// Its failure is known, for this reason: it is told of apart.
    pub fn quarantine(&mut self, why: &str) {
        self.quarantined = true;
        self.because(format!("in quarantine {why}"));
    }

    /// Whether its failure is known.
    pub fn is_quarantined(&self) -> bool {
        self.quarantined
    }

    /// Whether its turn never came.
    pub fn is_not_run(&self) -> bool {
        self.not_run
    }

    fn of_case(case: CaseName, origin: Instant) -> Self {
        Self {
            case,
            ended: None,
            criterion: None,
            reasons: Vec::new(),
            more: 0,
            measurements: Vec::new(),
            margins: Vec::new(),
            not_run: false,
            quarantined: false,
            origin,
            attempt_from: origin,
            attempt_to: origin,
            earlier_attempts: Span::ZERO,
        }
    }

    /// The verdict; a case that has not ended is inconclusive.
    pub fn verdict(&self) -> Verdict {
        self.ended.unwrap_or(Verdict::Inconclusive)
    }

    /// Bench time that went by, over all attempts.
    pub fn bench_time(&self) -> Span {
        self.earlier_attempts + (self.attempt_to - self.attempt_from)
    }

    /// Takes one event into account.
    pub fn note(&mut self, event: &Event) {
        if let What::Attempt { .. } = event.what {
            self.earlier_attempts = self.bench_time();
            (self.attempt_from, self.attempt_to) = (self.origin, self.origin);
            self.reasons.clear();
            self.more = 0;
            self.measurements.clear();
            self.margins.clear();
        }
        self.attempt_from = self.attempt_from.min(event.at);
        self.attempt_to = self.attempt_to.max(event.at);
        match &event.what {
            What::Measured(measurement) if self.measurements.len() < FIGURES => {
                self.measurements.push(measurement.clone());
            }
            What::Judged { expectation, margin: Some(margin), .. } if self.margins.len() < FIGURES => {
                self.margins.push((cut(expectation.clone()), *margin));
            }
            _ => {}
        }
        match &event.what {
            What::Judged { index, expectation, verdict, observed, .. } if *verdict > Verdict::Skipped => {
                self.because(format!("step {index}: {expectation}; observed: {observed}"));
            }
            What::Fault { crash, text } => self.because(format!("at {}: {crash}: {text}", event.at)),
            What::Unmodelled { text } => self.because(format!("at {}: not modelled: {text}", event.at)),
            What::RigFault { text } => self.because(format!("at {}: rig: {text}", event.at)),
            What::Ended { verdict, criterion } => {
                self.ended = Some(*verdict);
                self.criterion = *criterion;
            }
            _ => {}
        }
    }

    /// The figures that are inside their limits, but only just.
    pub fn marginal(&self) -> impl Iterator<Item = &Measurement> {
        self.measurements.iter().filter(|measurement| measurement.standing == Standing::Marginal)
    }

    /// Adds a reason that is no event: a snapshot that differs, for instance. Beyond the first few they are counted.
    pub fn because(&mut self, reason: String) {
        if self.reasons.len() == REASONS {
            self.more += 1;
            return;
        }
        self.reasons.push(cut(reason));
    }
}

/// One line of a bearable length; no escape sequence of a board's reaches a terminal.
fn cut(mut text: String) -> String {
    if text.len() > LONGEST_REASON {
        text.truncate(text.floor_char_boundary(LONGEST_REASON));
        text.push('…');
    }
    text.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn rig_fault(at: Instant, text: &str) -> Event {
        let text = text.to_owned();
        Event::new(at, What::RigFault { text })
    }

    #[test]
    fn a_record_s_last_word_is_the_verdict() {
        let mut case = CaseSummary::begin(&sample::header());
        assert_eq!(case.verdict(), Verdict::Inconclusive);
        sample::events().iter().for_each(|event| case.note(event));
        assert_eq!(case.ended, None);
        case.note(&sample::ended_event());
        assert_eq!(case.verdict(), Verdict::Failed);
        assert_eq!(case.criterion, Some(Criterion::B));
        assert_eq!(case.reasons, ["step 2: relay K1 is closed within 2s; observed: open for all 2s"]);
    }

    #[test]
    fn spoiled_attempts_count_as_time_and_not_as_reasons() {
        let mut case = CaseSummary::begin(&sample::header());
        let origin = sample::header().origin;
        for number in 1..=2 {
            case.note(&Event::new(origin, What::Attempt { number }));
            case.note(&rig_fault(Instant(1_000_000_000), "the cut was 3ms late"));
        }
        assert_eq!(case.bench_time(), Span::secs(2 * (12 + 1)));
        assert_eq!(case.reasons.len(), 1);
    }

    #[test]
    fn a_flood_of_reasons_is_counted_and_cut() {
        let mut case = CaseSummary::begin(&sample::header());
        let event = rig_fault(Instant::ZERO, &"é".repeat(LONGEST_REASON));
        (0..100).for_each(|_| case.note(&event));
        assert_eq!((case.reasons.len(), case.more), (REASONS, 100 - REASONS));
        assert!(case.reasons.iter().all(|reason| reason.len() < LONGEST_REASON + 4));
    }

    #[test]
    fn a_reason_is_one_line_that_does_nothing_to_a_terminal() {
        let mut case = CaseSummary::begin(&sample::header());
        case.because("snapshot differs:\n\u{1b}[2Jgone".to_owned());
        assert_eq!(case.reasons, ["snapshot differs:  [2Jgone"]);
    }

    #[test]
    fn figures_are_those_of_the_last_attempt_and_not_endless() {
        let mut case = CaseSummary::begin(&sample::header());
        sample::measured().iter().for_each(|event| case.note(event));
        case.note(&Event::new(sample::header().origin, What::Attempt { number: 2 }));
        assert!(case.measurements.is_empty() && case.margins.is_empty());
        (0..100).for_each(|_| sample::measured().iter().for_each(|event| case.note(event)));
        assert_eq!((case.measurements.len(), case.margins.len(), case.marginal().count()), (FIGURES, FIGURES, FIGURES));
        assert_eq!(case.margins[0].1.to_string(), "100ms left of 2s");
    }
}
