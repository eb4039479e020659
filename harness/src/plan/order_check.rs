//! Whether the steps make sense in their order: marks before they are looked back to, moments that are not past, a
//! supply that is there to be cut. Along the way, when each step begins at the earliest.

use super::needs::command;
use crate::arrange::scripts;
use crate::scenario::board::Start;
use crate::scenario::error::{Fault, Source};
use crate::scenario::file::{Choice, ReadStep};
use crate::scenario::mention::Mention;
use crate::scenario::span::Spanned;
use crate::scenario::step::{Moment, Power, Ramp, ResetStep, Step};
use crate::scenario::suggest::did_you_mean;
use brownout_rigs::profile::Profile;
use brownout_trace::calendar::{NominalClock, WEEK};
use brownout_trace::{Instant, Span};

/// When things happen, at the earliest: acknowledgements take time that nobody knows beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Timeline {
    /// One per step.
    pub starts: Vec<Instant>,
    /// From step 0 to the end.
    pub takes: Span,
}

/// The longest a case may take: bench time and the calendar end after some 240 years.
const LONGEST: Span = Span::secs(100 * 366 * 86_400);

/// Every fault in the order of steps, and the timeline.
pub(super) fn faults(source: &Source, choice: &Choice, profile: &Profile) -> (Vec<Fault>, Timeline) {
    let arranged = choice.board.as_ref();
    let mut walk = Walk {
        source,
        profile,
        faults: Vec::new(),
        now: Instant::ZERO,
        // Arranged earlier, but true at step 0.
        clock: arranged.and_then(|board| board.clock).map(|value| NominalClock { set_at: Instant::ZERO, value }),
        off: arranged.is_some_and(|board| board.start != Start::Powered),
        marks: Vec::new(),
    };
    let mut starts = Vec::with_capacity(choice.steps.len());
    // Where a background ends in the list, and when its `during` began; then when the background is through.
    let (mut background, mut through) = (None, Instant::ZERO);
    for (index, read) in choice.steps.iter().enumerate() {
        if let Some((_, began)) = background.take_if(|(end, _)| *end == index) {
            through = walk.now;
            walk.now = began;
        }
        starts.push(walk.now);
        match &read.step.value {
            Step::Meanwhile(steps) => background = Some((index + 1 + steps, walk.now)),
            Step::Join => walk.now = walk.now.max(through),
            _ => walk.step(read),
        }
    }
    let takes = walk.now - Instant::ZERO;
    if takes > LONGEST
        && let Some(last) = choice.steps.last()
    {
        let fault = walk.fault(last.step.span.clone(), "the case is longer than a hundred years");
        walk.faults.push(fault.label("its last step").help("bench time is counted in nanoseconds"));
    }
    (walk.faults, Timeline { starts, takes })
}

struct Walk<'a> {
    source: &'a Source,
    profile: &'a Profile,
    faults: Vec<Fault>,
    now: Instant,
    clock: Option<NominalClock>,
    off: bool,
    /// Each with its file and place: a step that comes again may set it again.
    marks: Vec<(&'a str, &'a str, usize)>,
}

impl<'a> Walk<'a> {
    fn fault(&self, span: std::ops::Range<usize>, message: impl Into<String>) -> Fault {
        Fault::new(self.source, span, message)
    }

    fn step(&mut self, read: &'a ReadStep) {
        self.source = &read.source;
        for mention in &read.mentions {
            self.mention(mention);
        }
        match &read.step.value {
            Step::Power(power) => {
                self.off = match power {
                    Power::Off => true,
                    Power::On => false,
                    Power::To(to) | Power::Ramp(Ramp { to, .. }) => to.is_none(),
                };
            }
            Step::Cut(cut) => self.disturb(read, cut.course.takes()),
            Step::Dip(dip) => self.disturb(read, dip.course.takes()),
            Step::Ramp(ramp) => {
                self.off = ramp.to.is_none();
                self.now += ramp.over;
            }
            Step::Press(press) => self.now += press.takes(),
            Step::Reset(ResetStep::Supply) => self.disturb(read, ResetStep::UNPLUGGED),
            // It forgets the time with the rest.
            step @ Step::Reset(ResetStep::Factory) => {
                self.clock = None;
                self.key_in(step);
            }
            Step::Wait(span) => self.now += *span,
            Step::Expect(expectation) => self.now += expectation.takes(),
            step @ Step::SetClock(value) => {
                let acts = self.key_in(step);
                self.clock = Some(NominalClock { set_at: acts, value: *value });
            }
            Step::Until(moment) => {
                if let Some(clock) = self.clock {
                    self.now = self.now.max(moment.when(clock));
                }
            }
            step => drop(self.key_in(step)),
        }
    }

    /// The presses of a command that this board is not told but given by its buttons, the fewest there may be; gives when
    /// they take effect.
    fn key_in(&mut self, step: &Step) -> Instant {
        let scripts = command(step).map_or_else(Vec::new, |command| scripts(self.profile, &command));
        let Some(script) = scripts.iter().min_by_key(|script| script.takes()) else { return self.now };
        let acts = self.now + script.acts();
        self.now += script.takes();
        acts
    }

    fn disturb(&mut self, read: &ReadStep, width: Span) {
        if self.off {
            let fault = self.fault(read.step.span.clone(), "there is no supply to disturb here");
            self.faults.push(fault.label("the supply is off").help("put `{ power = \"on\" }` before it"));
        }
        self.now += width;
    }

    fn mention(&mut self, mention: &'a Spanned<Mention>) {
        let span = mention.span.clone();
        match &mention.value {
            Mention::Mark(name) if self.marks.contains(&(name, &self.source.name, span.start)) => {}
            Mention::Mark(name) if self.marks.iter().any(|(known, ..)| known == name) => {
                let fault = self.fault(span, format!("the mark `{name}` is set twice"));
                self.faults.push(fault.label("the second time").help("give each mark a name of its own"));
            }
            Mention::Mark(name) => self.marks.push((name, &self.source.name, span.start)),
            Mention::Since(name) if !self.marks.iter().any(|(known, ..)| known == name) => {
                let help = match self.marks.as_slice() {
                    [] => format!("put `{{ mark = \"{name}\" }}` before this step"),
                    marks => did_you_mean(name, &marks.iter().map(|(known, ..)| *known).collect::<Vec<_>>()),
                };
                let fault = self.fault(span, format!("no mark `{name}` is set before this step"));
                self.faults.push(fault.label("undefined mark").help(help));
            }
            Mention::Moment(moment) => self.moment(*moment, span),
            Mention::Clock | Mention::Schedule if self.clock.is_none() => {
                self.no_clock(span, "this expectation");
            }
            _ => {}
        }
    }

    fn no_clock(&mut self, span: std::ops::Range<usize>, what: &str) {
        let fault = self.fault(span, format!("{what} needs a clock that was set"));
        self.faults.push(
            fault
                .label("nobody set the clock before, or it was reset since")
                .help("add `clock = \"Mon 07:59:55\"` to `[board]`, or a `set-clock` step before this one"),
        );
    }

    fn moment(&mut self, moment: Moment, span: std::ops::Range<usize>) {
        let Some(clock) = self.clock else {
            self.no_clock(span, "`until`");
            return;
        };
        if moment.when(clock) >= self.now {
            return;
        }
        let reads = clock.at(self.now);
        let fault = self
            .fault(span, format!("`{moment}` is already past at this step"))
            .label(format!("the clock reads {} {reads} by now", reads.weekday()));
        self.faults.push(match moment {
            Moment::Week(point) => {
                let mut next = clock.value.next(point);
                while next < reads {
                    next = next + Span::secs(WEEK);
                }
                fault.help(format!(
                    "a point of the week is the first one since the clock was set; for the next week's write `{next}`"
                ))
            }
            Moment::Date(_) => fault.help("move it before the steps that take longer, or write a later date"),
        });
    }
}
