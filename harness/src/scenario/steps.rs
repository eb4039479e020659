//! A list of steps, unfolded: what `repeat` holds stands there as often as it says, and what `include` names stands in
//! its place. So a case is a flat list, and everything after reading knows neither.

use super::error::{Fault, Source};
use super::file::ReadStep;
use super::mention::Mention;
use super::reader::{Node, Raw};
use super::shared::{Shared, path};
use super::span::Spanned;
use super::step::supply::times_of;
use super::step::{ResetStep, Step, read};
use super::suggest::list as list_of;
use std::ops::Range;
use std::path::PathBuf;
use toml::de::{DeTable, DeValue};

type Reader<'d> = super::reader::Reader<'d, Mention>;

/// The most steps of one case.
const MOST_STEPS: usize = 20_000;

/// Lists in lists in lists: nobody writes more of them.
const DEEPEST: usize = 12;

/// How often `repeat` may say.
const MOST_TIMES: u32 = 10_000;

/// Where lists come from.
pub(super) struct Lists<'d> {
    pub shared: &'d Shared,
    /// The documents of [`Shared::sources`].
    pub documents: &'d [DeTable<'d>],
}

/// The way down to a list: through which files, by which steps.
struct Way<'d> {
    file: PathBuf,
    include: Option<(&'d Source, Range<usize>)>,
}

/// Reads a list of steps.
pub(super) fn steps<'d>(reader: &mut Reader<'d>, lists: &Lists<'d>, raw: &'d [Raw<'d>]) -> Vec<ReadStep> {
    let file = path(&Source::new("", ""), &reader.source.name);
    let mut unfolding = Unfolding { lists, way: vec![Way { file, include: None }], depth: 0, during: false };
    unfolding.list(reader, raw, None)
}

struct Unfolding<'l, 'd> {
    lists: &'l Lists<'d>,
    way: Vec<Way<'d>>,
    depth: usize,
    /// Inside a `during`.
    during: bool,
}

impl<'d> Unfolding<'_, 'd> {
    fn list(&mut self, reader: &mut Reader<'d>, raw: &'d [Raw<'d>], parent: Option<&Node<'d>>) -> Vec<ReadStep> {
        let mut steps = Vec::with_capacity(raw.len());
        for raw in raw {
            let Some(node) = reader.node(raw, parent) else { continue };
            // A whole step may come through the matrix: show it where it is used.
            let place = raw.span();
            match only_key(&node) {
                Some("repeat") => steps.extend(self.repeat(reader, &node)),
                Some("during") => steps.extend(self.during(reader, &node)),
                Some("operator") => steps.extend(self.operator(reader, &node)),
                Some("include") => steps.extend(self.include(reader, &node)),
                _ => {
                    let step = read::step(reader, &node);
                    let mentions = std::mem::take(&mut reader.mentions);
                    let source = reader.source.clone();
                    steps.extend(step.map(|step| ReadStep { step: Spanned::new(step, place), mentions, source }));
                }
            }
            if steps.len() > MOST_STEPS {
                reader.fault(&node, format!("more than {MOST_STEPS} steps in one case"), |fault| {
                    fault.label("with what this unfolds to").help("repeat less often")
                });
                steps.clear();
                break;
            }
        }
        steps
    }

    /// Goes one list deeper, unless that is too deep.
    fn deeper(
        &mut self,
        reader: &mut Reader<'d>,
        node: &Node<'d>,
        read: impl FnOnce(&mut Self, &mut Reader<'d>) -> Vec<ReadStep>,
    ) -> Vec<ReadStep> {
        if self.depth >= DEEPEST {
            reader.fault(node, "lists of steps stand too deep in each other", |fault| {
                fault.label(format!("at most {DEEPEST}"))
            });
            return Vec::new();
        }
        self.depth += 1;
        let steps = read(self, reader);
        self.depth -= 1;
        steps
    }

    /// `repeat = { times = 3, steps = […] }`: read once, there as often as it says.
    fn repeat(&mut self, reader: &mut Reader<'d>, node: &Node<'d>) -> Vec<ReadStep> {
        let Some(value) = reader.entries(node).into_iter().find_map(|(.., value)| value) else { return Vec::new() };
        let Some(table) = reader.table(&value, "`repeat`", &["times", "steps"]) else { return Vec::new() };
        let times = reader.required(&table, "times", "`repeat`", "3");
        let times = times.and_then(|node| times_of(reader, &node, MOST_TIMES));
        let list = reader.required(&table, "steps", "`repeat`", "[{ wait = \"1s\" }]");
        let Some(list) = list.and_then(|list| self.nested(reader, &list)) else { return Vec::new() };
        let round = self.deeper(reader, node, |this, reader| this.list(reader, list, Some(&value)));
        let times = times.unwrap_or(1) as usize;
        if round.len().saturating_mul(times) > MOST_STEPS {
            reader.fault(node, format!("{times} times {} steps are too many", round.len()), |fault| {
                fault.label(format!("at most {MOST_STEPS} steps in one case"))
            });
            return round;
        }
        std::iter::repeat_n(round, times).flatten().collect()
    }

    /// `during = { steps = […], meanwhile = […] }`: both begin together, and it is over when both are.
    fn during(&mut self, reader: &mut Reader<'d>, node: &Node<'d>) -> Vec<ReadStep> {
        let Some(value) = reader.entries(node).into_iter().find_map(|(.., value)| value) else { return Vec::new() };
        if self.during {
            reader.fault(node, "a `during` inside another", |fault| {
                fault.label("there is one background").help("put its steps into the outer `steps` or `meanwhile`")
            });
            return Vec::new();
        }
        let Some(table) = reader.table(&value, "`during`", &["steps", "meanwhile"]) else { return Vec::new() };
        let lists =
            [("steps", "[{ wait = \"10s\" }]"), ("meanwhile", "[{ cut = \"100ms\" }]")].map(|(key, example)| {
                let list = reader.required(&table, key, "`during`", example);
                list.and_then(|list| self.nested(reader, &list))
            });
        self.during = true;
        let read = |this: &mut Self, reader: &mut Reader<'d>, list| {
            this.deeper(reader, node, |this, reader| this.list(reader, list, Some(&value)))
        };
        let [front, back] = lists.map(|list| list.map(|list| read(self, reader, list)).unwrap_or_default());
        self.during = false;
        for step in back.iter().filter(|read| !acts_alone(&read.step.value)) {
            let fault = Fault::new(&step.source, step.step.span.clone(), "this step cannot stand in the background");
            reader.faults.push(fault.label("needs the board's answer, or the foreground").help(format!(
                "`meanwhile` holds {}; the rest belongs into `steps`",
                list_of(&["power", "cut", "dip", "ramp", "press", "wait", "until"], "and")
            )));
        }
        let supplies = |steps: &[ReadStep]| steps.iter().find(|read| supplies(&read.step.value)).cloned();
        if let (Some(front), Some(_)) = (supplies(&front), supplies(&back)) {
            let fault = Fault::new(&front.source, front.step.span, "the supply is disturbed from two sides");
            reader
                .faults
                .push(fault.label("and so it is `meanwhile`").help("let only one of the two act on the supply"));
        }
        if let Some(flash) =
            front.iter().find(|read| matches!(read.step.value, Step::Flash(_))).filter(|_| !back.is_empty())
        {
            let fault = Fault::new(&flash.source, flash.step.span.clone(), "nothing can go on beside `flash`");
            reader.faults.push(fault.label("time is the probe's until it is done").help(
                "to cut the supply while it flashes, put `power = { ramp = { to = \"0V\", over = … } }` before it",
            ));
        }
        let own = |step| own(reader, node, step);
        let mut steps = vec![own(Step::Meanwhile(back.len()))];
        steps.extend(back);
        steps.extend(front);
        steps.push(own(Step::Join));
        steps
    }

    /// `operator = […]`: what a person does to help the board.
    fn operator(&mut self, reader: &mut Reader<'d>, node: &Node<'d>) -> Vec<ReadStep> {
        let Some(value) = reader.entries(node).into_iter().find_map(|(.., value)| value) else { return Vec::new() };
        if self.during {
            reader.fault(node, "an operator's help inside a `during`", |fault| {
                fault.label("nobody could tell what helped").help("put it after the `during`")
            });
            return Vec::new();
        }
        let Some(list) = self.nested(reader, &value) else { return Vec::new() };
        let help = self.deeper(reader, node, |this, reader| this.list(reader, list, Some(&value)));
        for step in help.iter().filter(|read| !helps(&read.step.value)) {
            let fault = Fault::new(&step.source, step.step.span.clone(), "this is nothing that an operator does");
            reader.faults.push(
                fault.label("does not belong into `operator`").help(format!(
                    "`operator` holds {}; the rest belongs before or after it",
                    list_of(&OPERATOR, "and")
                )),
            );
        }
        let own = |step| own(reader, node, step);
        let mut steps = vec![own(Step::Operator(help.len()))];
        steps.extend(help);
        steps.push(own(Step::Helped));
        steps
    }

    /// The list of a `steps` key; one without a step is a fault.
    fn nested(&self, reader: &mut Reader<'d>, node: &Node<'d>) -> Option<&'d [Raw<'d>]> {
        match node.value {
            DeValue::Array(list) if !list.is_empty() => return Some(list),
            DeValue::Array(_) => {
                reader.fault(node, "this list of steps is empty", |fault| fault.label("nothing would be done"))
            }
            _ => reader.wrong_kind(node, "a list of steps"),
        }
        None
    }

    /// `include = "restart.steps.toml"`: the steps of that file.
    fn include(&mut self, reader: &mut Reader<'d>, node: &Node<'d>) -> Vec<ReadStep> {
        let Some(value) = reader.entries(node).into_iter().find_map(|(.., value)| value) else { return Vec::new() };
        if value.via.is_some() {
            reader.fault(&value, "what is included cannot come through the matrix", |fault| {
                fault.label("a file's name").help("write one scenario for each list, or the list into the scenario")
            });
            return Vec::new();
        }
        let Some(name) = reader.text(&value, "the name of a file, such as `\"restart.steps.toml\"`,") else {
            return Vec::new();
        };
        let outer = reader.source;
        let file = path(outer, name);
        if let Some(begin) = self.way.iter().position(|way| way.file == file) {
            self.cycle(reader, &value, name, begin);
            return Vec::new();
        }
        let index = match self.lists.shared.find(outer, name) {
            Ok(index) => index,
            Err(why) => {
                reader.fault(&value, why, |fault| {
                    fault.label("nothing to include").help("a name is counted from the folder of the file it stands in")
                });
                return Vec::new();
            }
        };
        let (source, document) = (&self.lists.shared.sources[index], &self.lists.documents[index]);
        self.way.push(Way { file, include: Some((outer, value.span.clone())) });
        reader.source = source;
        let steps = match Self::shared(reader, document) {
            Some(list) => self.deeper(reader, &value, |this, reader| this.list(reader, list, None)),
            None => Vec::new(),
        };
        reader.source = outer;
        self.way.pop();
        steps
    }

    /// The list in a shared file, which holds nothing else.
    fn shared(reader: &mut Reader<'d>, document: &'d DeTable<'d>) -> Option<&'d [Raw<'d>]> {
        for key in document.keys().filter(|key| key.get_ref() != "steps") {
            reader.unknown_key(key.get_ref(), key.span(), "a shared list of steps", &["steps"]);
        }
        let steps = document.get("steps").map(|raw| (raw, raw.get_ref()));
        match steps {
            Some((_, DeValue::Array(list))) => Some(list),
            other => {
                let place = other.map_or(0..0, |(raw, _)| raw.span());
                let fault = Fault::new(reader.source, place, "a shared file needs a list `steps`")
                    .label("no list of steps")
                    .help("write `steps = [ … ]` and nothing else");
                reader.faults.push(fault);
                None
            }
        }
    }

    /// Names every place of the circle that `value` closes.
    fn cycle(&self, reader: &mut Reader<'d>, value: &Node<'d>, name: &str, begin: usize) {
        let place = |(source, span): &(&Source, Range<usize>)| {
            let (line, column) = source.line_column(span.start);
            format!("{}:{line}:{column}", source.name)
        };
        let mut places: Vec<String> =
            self.way[begin + 1..].iter().filter_map(|way| way.include.as_ref()).map(place).collect();
        places.push(place(&(reader.source, value.span.clone())));
        reader.fault(value, format!("`{name}` includes itself: {}", places.join(", then ")), |fault| {
            fault.label("back where it began").help("take one of these includes out")
        });
    }
}

/// Whether a step needs no answer of the board's, and nothing depends on when it stands in the file.
fn acts_alone(step: &Step) -> bool {
    supplies(step) && !matches!(step, Step::Reset(_)) || matches!(step, Step::Press(_) | Step::Wait(_) | Step::Until(_))
}

/// The steps that an operator can do.
const OPERATOR: [&str; 7] = ["power", "press", "reset", "mode", "set-clock", "console", "wait"];

/// Whether an operator can do a step.
fn helps(step: &Step) -> bool {
    matches!(
        step,
        Step::Power(_)
            | Step::Press(_)
            | Step::Reset(_)
            | Step::Mode(_)
            | Step::SetClock(_)
            | Step::Console(_)
            | Step::Wait(_)
    )
}

/// A step that stands for the beginning or the end of a list.
fn own<'d>(reader: &Reader<'d>, node: &Node<'d>, step: Step) -> ReadStep {
    let place = node.via.clone().unwrap_or_else(|| node.span.clone());
    ReadStep { step: Spanned::new(step, place), mentions: Vec::new(), source: reader.source.clone() }
}

/// Whether a step acts on the supply.
fn supplies(step: &Step) -> bool {
    matches!(step, Step::Power(_) | Step::Cut(_) | Step::Dip(_) | Step::Ramp(_) | Step::Reset(ResetStep::Supply))
}

/// The word of a step that is one word.
fn only_key<'d>(node: &Node<'d>) -> Option<&'d str> {
    let DeValue::Table(table) = node.value else { return None };
    let mut keys = table.keys();
    let only = keys.next()?;
    keys.next().is_none().then(|| only.get_ref().as_ref())
}
