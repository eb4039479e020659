//! Whether the steps make sense in their order: marks before they are looked back to, moments that are not past, a
//! supply that is there to be cut. Along the way, when each step begins at the earliest.

use super::needs::command;
use crate::arrange::scripts;
use crate::scenario::board::Start;
use crate::scenario::error::{Fault, Source};
use crate::scenario::file::{Choice, ReadStep};
use crate::scenario::mention::Mention;
use crate::scenario::place::{Lookback, Place};
use crate::scenario::span::Spanned;
use crate::scenario::step::{Moment, Power, Ramp, ResetStep, Step};
use crate::scenario::suggest::{did_you_mean, nearest};
use brownout_rigs::profile::Profile;
use brownout_trace::calendar::{NominalClock, WEEK};
use brownout_trace::{Instant, Span};

/// When things happen, at the earliest: acknowledgements take time that nobody knows beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Timeline {
    /// One per step.
    pub starts: Vec<Instant>,
    /// How long ago the clock was set at the end of each step.
    pub ages: Vec<Option<Span>>,
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
        step: 0,
        shot: None,
        measured: Vec::new(),
    };
    let mut starts = Vec::with_capacity(choice.steps.len());
    let mut ages = Vec::with_capacity(choice.steps.len());
    // Where a background ends in the list, and when its `during` began; then when the background is through.
    let (mut background, mut through) = (None, Instant::ZERO);
    for (index, read) in choice.steps.iter().enumerate() {
        if let Some((_, began)) = background.take_if(|(end, _)| *end == index) {
            through = walk.now;
            walk.now = began;
        }
        starts.push(walk.now);
        walk.step = index;
        match &read.step.value {
            Step::Meanwhile(steps) => background = Some((index + 1 + steps, walk.now)),
            Step::Join => walk.now = walk.now.max(through),
            _ => walk.step(read),
        }
        ages.push(walk.clock.map(|clock| walk.now - clock.set_at));
    }
    let takes = walk.now - Instant::ZERO;
    if takes > LONGEST
        && let Some(last) = choice.steps.last()
    {
        let fault = walk.fault(last.step.span.clone(), "the case is longer than a hundred years");
        walk.faults.push(fault.label("its last step").help("bench time is counted in nanoseconds"));
    }
    (walk.faults, Timeline { starts, ages, takes })
}

struct Walk<'a> {
    source: &'a Source,
    profile: &'a Profile,
    faults: Vec<Fault>,
    now: Instant,
    clock: Option<NominalClock>,
    off: bool,
    /// Each with its file and place, since a step that comes again may set it again, and with the step that set it last.
    marks: Vec<(&'a str, &'a str, usize, usize)>,
    /// The step under way.
    step: usize,
    /// The step of the last shot.
    shot: Option<usize>,
    /// The measured figures, each with its file and place.
    measured: Vec<(&'a str, &'a str, usize)>,
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
                    Power::To(to) | Power::Bouncing { to, .. } | Power::Ramp(Ramp { to, .. }) => to.is_none(),
                };
            }
            Step::Cut(cut) => self.disturb(read, cut.course.takes()),
            Step::Dip(dip) => self.disturb(read, dip.course.takes()),
            Step::Ramp(ramp) => {
                self.shot = Some(self.step);
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
            Step::Measure(measure) => self.now += measure.within.unwrap_or(Span::ZERO),
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
        self.shot = Some(self.step);
        self.now += width;
    }

    /// Where a place stands among the steps; `None` for one that is not there.
    fn position(&self, place: &Place) -> Option<(usize, u8)> {
        match place {
            Place::Mark(name) => self.marks.iter().find(|(known, ..)| known == name).map(|(.., step)| (*step, 0)),
            Place::Shot => self.shot.map(|step| (step, 0)),
            Place::Restored => self.shot.map(|step| (step, 1)),
        }
    }

    /// Faults a place that is not there.
    fn place(&mut self, place: &Place, span: std::ops::Range<usize>) {
        if self.position(place).is_some() {
            return;
        }
        let fault = match place {
            Place::Mark(name) => {
                let known: Vec<&str> = self.marks.iter().map(|(known, ..)| *known).collect();
                let reserved = Place::RESERVED.map(|(name, _)| name);
                let near = nearest(name, &[&known[..], &reserved].concat());
                let help = match (near, known.as_slice()) {
                    (Some(near), _) => format!("did you mean `{near}`?"),
                    (None, []) => format!("put `{{ mark = \"{name}\" }}` before this step"),
                    (None, known) => did_you_mean(name, known),
                };
                self.fault(span, format!("no mark `{name}` is set before this step")).label("undefined mark").help(help)
            }
            _ => self
                .fault(span, "no shot comes before this step")
                .label("the last shot of none")
                .help("`cut`, `dip`, `ramp` and `reset = \"supply\"` are shots; put one before, or name a mark"),
        };
        self.faults.push(fault);
    }

    /// Faults a window that ends where it begins, or before.
    fn window(&mut self, back: &Lookback, span: std::ops::Range<usize>) {
        let (Some(since), Some(before)) = (&back.since, &back.before) else { return };
        let (Some(begin), Some(end)) = (self.position(since), self.position(before)) else { return };
        if end <= begin {
            let fault = self.fault(span, format!("nothing lies between `{since}` and `{before}`"));
            self.faults.push(fault.label(format!("not after `{since}`")).help("`since` comes first, then `before`"));
        }
    }

    /// Faults a name that another measurement has.
    fn measurement(&mut self, name: &'a str, span: std::ops::Range<usize>) {
        let here = (name, &*self.source.name, span.start);
        let same = self.measured.iter().find(|(known, ..)| *known == name).copied();
        match same {
            None => self.measured.push(here),
            Some(first) if first == here => {}
            Some(_) => {
                let fault = self.fault(span, format!("`{name}` is measured twice"));
                self.faults.push(fault.label("the second time").help("give each measurement a name of its own"));
            }
        }
    }

    /// Faults a moment that comes only after the window that needs it.
    fn due(&mut self, moment: Moment, within: Span, span: std::ops::Range<usize>) {
        let Some(clock) = self.clock else {
            self.no_clock(span, "`due`");
            return;
        };
        let (due, end) = (moment.when(clock), self.now + within);
        if due > end {
            let fault = self.fault(span, format!("`{moment}` comes only after this measurement"));
            self.faults.push(
                fault
                    .label(format!("{} after its end", due - end))
                    .help("put an `until` before it, or lengthen `within`"),
            );
        }
    }

    fn mention(&mut self, mention: &'a Spanned<Mention>) {
        let span = mention.span.clone();
        match &mention.value {
            Mention::Mark(name) => self.mark(name, span),
            Mention::Place(place) => self.place(place, span),
            Mention::Window(back) => self.window(back, span),
            Mention::Measurement(name) => self.measurement(name, span),
            Mention::Due(moment, within) => self.due(*moment, *within, span),
            Mention::Moment(moment) => self.moment(*moment, span),
            Mention::Clock | Mention::Schedule if self.clock.is_none() => {
                self.no_clock(span, "this expectation");
            }
            _ => {}
        }
    }

    fn mark(&mut self, name: &'a str, span: std::ops::Range<usize>) {
        let (file, step): (&'a str, usize) = (&self.source.name, self.step);
        match self.marks.iter_mut().find(|(known, ..)| *known == name) {
            None => self.marks.push((name, file, span.start, step)),
            Some(known) if (known.1, known.2) == (file, span.start) => known.3 = step,
            Some(_) => {
                let fault = self.fault(span, format!("the mark `{name}` is set twice"));
                self.faults.push(fault.label("the second time").help("give each mark a name of its own"));
            }
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
