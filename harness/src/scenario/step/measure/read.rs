//! Reading `measure`: exactly one quantity, limits of its kind, and a window that its points need.

use super::{Measure, Point, Quantity};
use crate::scenario::expectation::Glob;
use crate::scenario::expectation::read::{CONTACTS, optional};
use crate::scenario::mention::Mention;
use crate::scenario::place::{Place, place};
use crate::scenario::reader::Node;
use crate::scenario::step::read::{moment, name, relay_name, width};
use crate::scenario::suggest::list;
use crate::scenario::table::Table;
use brownout_trace::event::ShotFigure;
use brownout_trace::{Amount, Kind, Percent, QuantityError, Slew, Span, Unit, Volts};
use std::str::FromStr;
use toml::de::DeValue;

type Reader<'d> = crate::scenario::reader::Reader<'d, Mention>;

const KNOWN: [&str; 14] = [
    "name", "from", "to", "clock", "shot", "relay", "bounce", "unit", "min", "max", "marginal", "report", "within",
    "since",
];
const WHAT: &str = "`measure`";
const QUANTITIES: &str = "`from` and `to`, `clock = \"error\"`, `shot = \"width\"`, or `relay` with `bounce`";
const POINTS: [&str; 5] = ["mark", "shot", "relay", "due", "console"];

/// A measurement.
pub(in crate::scenario) fn measure<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Measure> {
    let table = reader.table(node, WHAT, &KNOWN)?;
    let named = reader.required(&table, "name", WHAT, "\"restart\"");
    let name = named.and_then(|node| {
        let name = name(reader, &node)?;
        reader.mention(&node, Mention::Measurement(name.clone()));
        Some(name)
    });
    let within = optional(&table, "within", |node| width(reader, node));
    let since = optional(&table, "since", |node| place(reader, node));
    let quantity = quantity(reader, &table, within.flatten());
    // Without its quantity nothing can be said of units and limits.
    let quantity = quantity?;
    let unit = unit(reader, &table, &quantity);
    let limits = limits(reader, &table, &quantity);
    let marginal = marginal(reader, &table);
    let (name, unit, (min, max), marginal, within, since) = (name?, unit?, limits?, marginal?, within?, since?);
    let measure = Measure { name, quantity, unit, min, max, marginal, within, since };
    window(reader, &table, &measure).then_some(measure)
}

fn quantity<'d>(reader: &mut Reader<'d>, table: &Table<'d>, within: Option<Span>) -> Option<Quantity> {
    let present = table.present(&["from", "to", "clock", "shot", "relay", "bounce"]);
    let mut words: Vec<&str> = present.iter().map(|(word, _)| *word).collect();
    words.sort_unstable();
    match words.as_slice() {
        ["from", "to"] => {
            let from = point(reader, table.get("from")?, within);
            let to = point(reader, table.get("to")?, within);
            let (from, to) = (from?, to?);
            if from == to {
                reader.fault(table.get("to")?, "both ends are the same point", |fault| {
                    fault
                        .label("as in `from`")
                        .help("from a point to itself is no time at all, which passes any `max`; measure between two")
                });
                return None;
            }
            Some(Quantity::Between { from, to })
        }
        ["from"] | ["to"] => {
            let (missing, example) = match words[0] {
                "from" => ("to", "{ relay = \"K1\", becomes = \"closed\" }"),
                _ => ("from", "{ shot = \"end\" }"),
            };
            reader.required(table, missing, WHAT, example);
            point(reader, table.get(words[0])?, within);
            None
        }
        ["clock"] => {
            let node = table.get("clock")?;
            reader.word(node, "a figure of the clock", &[("error", ())])?;
            reader.mention(node, Mention::Clock);
            Some(Quantity::ClockError)
        }
        ["shot"] => {
            let node = table.get("shot")?;
            let figure = reader.word(node, "a figure of a shot", &ShotFigure::ALL)?;
            reader.mention(node, Mention::Place(Place::Shot));
            Some(Quantity::Shot(figure))
        }
        ["bounce", "relay"] => {
            let relay = relay_name(reader, table.get("relay")?);
            let longest = reader.word(table.get("bounce")?, "which bounce", &[("longest", ())]);
            longest.and(relay).map(Quantity::Bounce)
        }
        ["bounce"] | ["relay"] => {
            let (missing, example) = if words[0] == "relay" { ("bounce", "\"longest\"") } else { ("relay", "\"K1\"") };
            reader.required(table, missing, WHAT, example);
            None
        }
        [] => {
            if table.unknown.is_empty() {
                reader.fault(&table.node, "this measurement has no quantity", |fault| {
                    fault.label("measure what?").help(format!("it is {QUANTITIES}"))
                });
            }
            None
        }
        several => {
            let several = list(several, "and");
            reader.fault(&table.node, format!("a measurement has exactly one quantity; here are {several}"), |fault| {
                fault.label("more than one quantity").help(format!("one step for each; a quantity is {QUANTITIES}"))
            });
            None
        }
    }
}

fn point<'d>(reader: &mut Reader<'d>, node: &Node<'d>, within: Option<Span>) -> Option<Point> {
    const EXAMPLE: &str = "`{ relay = \"K1\", becomes = \"closed\" }`";
    let known = [&POINTS[..], &["becomes"]].concat();
    let table = reader.table(node, "a point in time", &known)?;
    let becomes = optional(&table, "becomes", |node| reader.word(node, "a state of a contact", &CONTACTS));
    let present = table.present(&POINTS);
    let [(word, _)] = present.as_slice() else {
        if present.is_empty() && !table.unknown.is_empty() {
            return None;
        }
        let found = if present.is_empty() { "none" } else { "more than one" };
        reader.fault(node, format!("a point in time is exactly one of {}", list(&POINTS, "and")), |fault| {
            fault.label(found).help(format!("write it like {EXAMPLE}"))
        });
        return None;
    };
    if let (true, Some((_, span))) = (*word != "relay", table.present(&["becomes"]).first()) {
        let place = Node { span: span.clone(), ..node.clone() };
        reader.fault(&place, format!("`becomes` does not go with `{word}`"), |fault| {
            fault.label("does not belong here").help(format!("it says what a relay does: {EXAMPLE}"))
        });
    }
    let value = table.get(word)?.clone();
    match *word {
        "mark" => place(reader, &value).map(Point::Place),
        "shot" => {
            let place = reader.word(&value, "an end of a shot", &[("begin", Place::Shot), ("end", Place::Restored)])?;
            reader.mention(&value, Mention::Place(place.clone()));
            Some(Point::Place(place))
        }
        "due" => {
            let moment = moment(reader, &value)?;
            reader.mention(&value, Mention::Due(moment, within.unwrap_or(Span::ZERO)));
            Some(Point::Due(moment))
        }
        "console" => {
            let line = reader.text(&value, "a line, where `*` stands for any text,")?;
            reader.mention(&value, Mention::Console);
            Some(Point::Line(Glob::new(line)))
        }
        _ => {
            let relay = relay_name(reader, &value);
            reader.required(&table, "becomes", "a relay's point", "\"closed\"");
            Some(Point::Becomes(relay?, becomes??))
        }
    }
}

fn unit<'d>(reader: &mut Reader<'d>, table: &Table<'d>, quantity: &Quantity) -> Option<Unit> {
    let names = Unit::names(quantity.kind());
    let node = reader.required(table, "unit", WHAT, &format!("\"{}\"", names[0]))?;
    let text = reader.text(&node, "a unit")?;
    let unit = text.parse::<Unit>().ok().filter(|unit| unit.kind() == quantity.kind());
    if unit.is_none() {
        reader.fault(&node, format!("`{text}` is not a unit of the {}", quantity.what()), |fault| {
            fault.label("not its unit").help(format!("use one of {}", list(&names, "and")))
        });
    }
    unit
}

/// A time that may be negative.
struct Signed(Amount);

impl FromStr for Signed {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        Amount::read(text, Kind::Time).map(Self)
    }
}

fn limit<'d>(reader: &mut Reader<'d>, node: &Node<'d>, kind: Kind) -> Option<Amount> {
    match kind {
        Kind::Time => reader.quantity::<Signed>(node, &["500ms"]).map(|time| time.0),
        Kind::Voltage => reader.quantity::<Volts>(node, &["4.8V"]).map(Amount::Voltage),
        Kind::Slew => reader.quantity::<Slew>(node, &["12V/ms"]).map(Amount::Slew),
    }
}

/// Least and most. At least one of them, unless the scenario says that it only reports.
fn limits<'d>(
    reader: &mut Reader<'d>,
    table: &Table<'d>,
    quantity: &Quantity,
) -> Option<(Option<Amount>, Option<Amount>)> {
    let kind = quantity.kind();
    let mut one = |key: &str| optional(table, key, |node| limit(reader, node, kind));
    let (min, max) = (one("min"), one("max"));
    let report = match table.get("report") {
        Some(node) => match node.value {
            DeValue::Boolean(report) => *report,
            _ => {
                reader.wrong_kind(node, "`true` or `false`");
                return None;
            }
        },
        None => false,
    };
    let limited = table.has("min") || table.has("max");
    if report && limited {
        let place = table.get("report").unwrap_or(&table.node).clone();
        reader.fault(&place, "a measurement that only reports has limits", |fault| {
            fault.label("`min` or `max` stands beside it").help("leave `report` out, or the limits")
        });
        return None;
    }
    let misspelt = table.unknown.iter().any(|key| crate::scenario::suggest::nearest(key, &KNOWN).is_some());
    if !report && !limited && !misspelt {
        reader.fault(&table.node, "this measurement has no limit", |fault| {
            fault.label("neither `min` nor `max`").help("add one, or `report = true` if the figure is only to be told")
        });
        return None;
    }
    let (min, max) = (min?, max?);
    if let (Some(least), Some(most), Some(place)) = (min, max, table.get("min").cloned())
        && least.size() >= most.size()
    {
        reader.fault(&place, format!("nothing lies between {least} and {most}"), |fault| {
            fault.label("`min` is not below `max`").help("`min` is the least that passes, `max` the most")
        });
        return None;
    }
    Some((min, max))
}

fn marginal<'d>(reader: &mut Reader<'d>, table: &Table<'d>) -> Option<Option<Percent>> {
    let Some(node) = table.get("marginal").cloned() else { return (!table.has("marginal")).then_some(None) };
    let share: Percent = reader.quantity(&node, &["10%"])?;
    let (message, label) = if !table.has("min") && !table.has("max") {
        ("`marginal` without a limit", "near what?")
    } else if share.0 <= 0.0 || share.0 >= 50.0 {
        ("this is no margin", "more than 0% and less than 50%")
    } else {
        return Some(Some(share));
    };
    reader.fault(&node, message, |fault| {
        fault
            .label(label)
            .help("a figure inside its limits, but so near one of them, passes and is told of as marginal")
    });
    None
}

/// Whether the window goes with the quantity.
fn window<'d>(reader: &mut Reader<'d>, table: &Table<'d>, measure: &Measure) -> bool {
    let misplaced = match &measure.quantity {
        Quantity::Between { from, to } if !from.is_fixed() || !to.is_fixed() => None,
        Quantity::Bounce(_) => None,
        Quantity::Between { .. } => {
            measure.since.as_ref().map(|_| ("since", "nothing is looked for between two fixed points"))
        }
        _ if measure.within.is_some() => Some(("within", "it is known at once")),
        _ => measure.since.as_ref().map(|_| ("since", "it is known at once")),
    };
    let Some((key, why)) = misplaced else { return true };
    let quantity = measure.quantity.what();
    let span = table.present(&[key]).first().map_or(table.node.span.clone(), |(_, span)| span.clone());
    let place = Node { span, ..table.node.clone() };
    reader.fault(&place, format!("`{key}` does not go with the {quantity}"), |fault| {
        fault.label("does not belong here").help(why)
    });
    false
}
