//! Reading a step: one word with a value that is a word or a strict table.

use super::measure::read::measure;
use super::supply::{cut, dip, ramp};
use super::{Flash, Mode, Moment, ProgramStep, Programme, ResetStep, Step};
use crate::scenario::expectation::read::expectation;
use crate::scenario::mention::Mention;
use crate::scenario::place::Place;
use crate::scenario::reader::{Node, is_name};
use crate::scenario::shared::path;
use crate::scenario::span::Spanned;
use crate::scenario::suggest::{did_you_mean, list};
use brownout_trace::{RelayName, Span, WeekTime};
use toml::de::DeValue;

type Reader<'d> = crate::scenario::reader::Reader<'d, Mention>;

/// Every step's word, in the order of the reference.
pub const WORDS: [&str; 20] = [
    "power",
    "cut",
    "dip",
    "ramp",
    "press",
    "set-clock",
    "program",
    "mode",
    "console",
    "reset",
    "flash",
    "wait",
    "until",
    "mark",
    "during",
    "operator",
    "repeat",
    "include",
    "measure",
    "expect",
];

const MODES: [(&str, Mode); 3] = [("auto", Mode::Auto), ("on", Mode::On), ("off", Mode::Off)];

/// A step.
pub(in crate::scenario) fn step<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Step> {
    let entries = match node.value {
        DeValue::Table(_) => reader.entries(node),
        _ => {
            reader.wrong_kind(node, "a step, such as `{ wait = \"2s\" }`,");
            return None;
        }
    };
    let [(word, place, value)] = entries.as_slice() else {
        not_one_word(reader, node, &entries.iter().map(|(word, ..)| *word).collect::<Vec<_>>());
        return None;
    };
    let value = value.as_ref();
    match *word {
        "power" => super::supply::power(reader, value?).map(Step::Power),
        "cut" => cut(reader, value?).map(Step::Cut),
        "dip" => dip(reader, value?).map(Step::Dip),
        "ramp" => ramp(reader, value?).map(Step::Ramp),
        "press" => super::press::press(reader, value?).map(Step::Press),
        "set-clock" => {
            let civil = reader.calendar(value?, "a clock setting, such as `\"Mon 07:59:55\"`,")?;
            reader.mention(value?, Mention::SetClock(civil));
            Some(Step::SetClock(civil))
        }
        "program" => program(reader, value?).map(Step::Program),
        "mode" => mode(reader, value?).map(Step::Mode),
        "console" => console(reader, value?).map(Step::Console),
        "reset" => {
            let words = [
                ("pin", ResetStep::Pin),
                ("software", ResetStep::Software),
                ("supply", ResetStep::Supply),
                ("factory", ResetStep::Factory),
            ];
            let reset = reader.word(value?, "a way to reset", &words)?;
            reader.mention(value?, Mention::Reset(reset));
            Some(Step::Reset(reset))
        }
        "flash" => flash(reader, value?).map(Step::Flash),
        "wait" => reader.quantity(value?, &["2s"]).map(Step::Wait),
        "until" => until(reader, value?).map(Step::Until),
        "mark" => {
            let name = name(reader, value?)?;
            if Place::RESERVED.iter().any(|(reserved, _)| *reserved == name) {
                reader.fault(value?, format!("no mark can be called `{name}`"), |fault| {
                    fault.label("the name of a place").help("`shot` is the begin of the last shot, `restored` its end")
                });
                return None;
            }
            reader.mention(value?, Mention::Mark(name.clone()));
            Some(Step::Mark(name))
        }
        "measure" => {
            let value = value?;
            let measure = measure(reader, value)?;
            Some(Step::Measure(Spanned::new(measure, value.span.clone())))
        }
        "expect" => {
            let value = value?;
            let expectation = expectation(reader, value)?;
            Some(Step::Expect(Spanned::new(expectation, value.span.clone())))
        }
        unknown => {
            let place = Node { span: place.clone(), ..node.clone() };
            reader.fault(&place, format!("`{unknown}` is not a step"), |fault| {
                fault.label("unknown step").help(did_you_mean(unknown, &WORDS))
            });
            None
        }
    }
}

fn not_one_word<'d>(reader: &mut Reader<'d>, node: &Node<'d>, words: &[&str]) {
    if words.is_empty() {
        reader.fault(node, "a step without a word", |fault| {
            fault.label("empty").help(format!("a step is one of {}", list(&WORDS, "and")))
        });
        return;
    }
    let steps: Vec<&&str> = words.iter().filter(|word| WORDS.contains(word)).collect();
    let help = match steps.as_slice() {
        [step] => format!("put the details into a table of their own: `{{ {step} = {{ … }} }}`"),
        _ => "write one table per step: `{ … }, { … }`".to_owned(),
    };
    reader.fault(node, format!("a step is one word; here are {}", list(words, "and")), |fault| {
        fault.label("more than one word").help(help)
    });
}

/// A duration longer than none.
pub(in crate::scenario) fn width<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Span> {
    let width: Span = reader.quantity(node, &["100ms"])?;
    if width == Span::ZERO {
        reader.fault(node, "a duration of nothing", |fault| fault.label("must be longer than zero"));
        return None;
    }
    Some(width)
}

/// A programme: `{ days, on, off }`.
pub(in crate::scenario) fn programme<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Programme> {
    let table = reader.table(node, "a programme", &["days", "on", "off", "relay"])?;
    let days = reader.required(&table, "days", "a programme", "\"Mon-Fri\"");
    let on = reader.required(&table, "on", "a programme", "\"08:00:00\"");
    let off = reader.required(&table, "off", "a programme", "\"18:00:00\"");
    let days = days.and_then(|node| reader.calendar(&node, "a group of days, such as `\"Mon-Fri\"`,"));
    let mut time = |node: Option<Node<'d>>| reader.calendar(&node?, "a time of day, such as `\"08:00:00\"`,");
    let (on, off) = (time(on), time(off));
    let relay = match table.get("relay").cloned() {
        Some(node) => Some(relay_name(reader, &node)?),
        None => None,
    };
    let programme = Programme { days: days?, on: on?, off: off?, relay };
    reader.mention(node, Mention::Programme(programme.clone()));
    Some(programme)
}

/// The name of a relay.
pub(in crate::scenario) fn relay_name<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<RelayName> {
    let relay = RelayName(reader.text(node, "a relay's name")?.to_owned());
    reader.mention(node, Mention::Relay(relay.clone()));
    Some(relay)
}

fn program<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<ProgramStep> {
    if !matches!(node.value, DeValue::Table(_)) {
        let clear = [("clear", ProgramStep::Clear)];
        return reader.word(node, "`clear`, `{ add = … }` or `{ delete = … }`", &clear);
    }
    let table = reader.table(node, "`program`", &["add", "delete"])?;
    match table.present(&["add", "delete"]).as_slice() {
        [("add", _)] => programme(reader, table.get("add")?).map(ProgramStep::Add),
        [("delete", _)] => {
            let node = table.get("delete")?;
            let slot = reader.count(node, "a slot", 0)?;
            reader.mention(node, Mention::Slot(slot));
            Some(ProgramStep::Delete(slot))
        }
        [] => {
            reader.required(
                &table,
                "add",
                "`program`",
                "{ days = \"Mon-Fri\", on = \"08:00:00\", off = \"18:00:00\" }",
            );
            None
        }
        _ => {
            reader.fault(node, "`program` does one thing at a time", |fault| {
                fault.label("`add` and `delete`").help("write one step for each")
            });
            None
        }
    }
}

/// A mode.
pub(in crate::scenario) fn mode<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Mode> {
    reader.word(node, "a mode", &MODES)
}

fn console<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<String> {
    let node = match node.value {
        DeValue::Table(_) => {
            let table = reader.table(node, "`console`", &["send"])?;
            reader.required(&table, "send", "`console`", "\"STATUS\"")?
        }
        _ => node.clone(),
    };
    let line = reader.text(&node, "a line to send")?;
    if line.contains(['\n', '\r']) {
        reader.fault(&node, "more than one line", |fault| {
            fault.label("a line end inside").help("the line end is sent by itself; write one step for each line")
        });
        return None;
    }
    Some(line.to_owned())
}

/// The word for the firmware under test.
const AGAIN: &str = "again";

fn flash<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Flash> {
    let text = reader.text(node, "`again`, or an ELF file such as `\"next.elf\"`,")?;
    if text == AGAIN {
        return Some(Flash::Again);
    }
    let file = path(reader.source, text);
    reader.mention(node, Mention::Firmware(file.clone()));
    Some(Flash::File(file))
}

fn until<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Moment> {
    let moment = moment(reader, node)?;
    reader.mention(node, Mention::Moment(moment));
    Some(moment)
}

/// A point in the board's time.
pub(in crate::scenario) fn moment<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Moment> {
    const EXPECTED: &str = "a point in time, such as `\"Mon 08:00:02\"` or `\"2024-01-01 08:00:02\"`,";
    let text = reader.text(node, EXPECTED)?;
    match text.parse::<WeekTime>() {
        Ok(point) => Some(Moment::Week(point)),
        Err(_) => reader.calendar(node, EXPECTED).map(Moment::Date),
    }
}

/// The name of a mark.
pub(in crate::scenario) fn name<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<String> {
    let text = reader.text(node, "a name")?;
    if !is_name(text) {
        reader.fault(node, format!("`{text}` cannot be a name"), |fault| {
            fault.label("a letter, then letters, digits, `-` and `_`")
        });
        return None;
    }
    Some(text.to_owned())
}
