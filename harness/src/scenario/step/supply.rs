//! Reading what acts on the supply: `power`, `cut`, `dip`, `ramp`.

use super::read::width;
use super::{Course, Cut, Dip, Impedance, Power, Ramp, Repeat, Required, Voltage};
use crate::scenario::mention::Mention;
use crate::scenario::reader::Node;
use crate::scenario::table::Table;
use brownout_trace::event::ShotFigure;
use brownout_trace::{Angle, Percent, Span, Volts};
use toml::de::DeValue;

type Reader<'d> = crate::scenario::reader::Reader<'d, Mention>;

const IMPEDANCES: [(&str, Impedance); 2] = [("high", Impedance::High), ("low", Impedance::Low)];

/// The most that anything on a bench here supplies.
const HIGHEST: f64 = 1000.0;

/// A contact that takes longer to stay closed is a defect of its own: a loose plug, which `cut` shows.
const LONGEST_BOUNCE: Span = Span::secs(1);

/// A disturbance may come so often in one step.
const MOST_TIMES: u32 = 10_000;

/// What `power` does.
pub(in crate::scenario) fn power<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Power> {
    if let DeValue::Table(_) = node.value {
        let table = reader.table(node, "`power`", &["to", "ramp", "bounce"])?;
        return match table.present(&["to", "ramp"]).as_slice() {
            [("ramp", _)] => {
                if let Some(bounce) = table.get("bounce") {
                    reader.fault(bounce, "a ramp has no contact that bounces", |fault| {
                        fault.label("beside `ramp`").help("write `to` in its place, or take `bounce` out")
                    });
                    return None;
                }
                let node = table.get("ramp")?;
                let ramp = ramp(reader, node)?;
                if ramp.measured != Required::default() {
                    reader.fault(node, "a ramp that goes on by itself is not measured", |fault| {
                        fault.label("`measured` stands in here").help("write the step `ramp`, which waits for its end")
                    });
                    return None;
                }
                Some(Power::Ramp(ramp))
            }
            [_, _] => {
                reader.fault(node, "`power` does one thing at a time", |fault| {
                    fault.label("`to` and `ramp`").help("the end of a ramp stands inside it: `{ ramp = { to = … } }`")
                });
                None
            }
            _ => {
                let to = reader.required(&table, "to", "`power`", "\"75%\"")?;
                let to = voltage(reader, &to);
                match table.has("bounce") {
                    true => Some(Power::Bouncing { length: bounce(reader, table.get("bounce")?)?, to: to? }),
                    false => to.map(Power::To),
                }
            }
        };
    }
    let words = [("off", Power::Off), ("on", Power::On)];
    if let DeValue::String(text) = node.value
        && text.starts_with(|c: char| c.is_ascii_digit())
    {
        reader.fault(node, format!("`{text}` is neither `on` nor `off`"), |fault| {
            fault.label("a voltage").help(format!("write `power = {{ to = \"{text}\" }}`"))
        });
        return None;
    }
    reader.word(node, "a state of the supply", &words)
}

/// How long a contact bounces.
fn bounce<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Span> {
    let length = width(reader, node)?;
    if length > LONGEST_BOUNCE {
        reader.fault(node, format!("no contact bounces for {length}"), |fault| {
            fault
                .label(format!("at most {LONGEST_BOUNCE}"))
                .help("a plug that is loose for longer is a `cut` or several")
        });
        return None;
    }
    Some(length)
}

/// An interruption: a width alone, or a table.
pub(in crate::scenario) fn cut<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Cut> {
    if !matches!(node.value, DeValue::Table(_)) {
        let course = Course { width: width(reader, node)?, edges: Span::ZERO, repeat: None, angle: None };
        return Some(Cut { course, impedance: Impedance::High, measured: Required::default() });
    }
    let table = reader.table(node, "`cut`", &["for", "impedance", "edges", "repeat", "angle", "measured"])?;
    let course = course(reader, &table, "`cut`", "\"100ms\"");
    let impedance = match table.get("impedance") {
        Some(node) => reader.word(node, "an impedance", &IMPEDANCES)?,
        None => Impedance::High,
    };
    if let (Some(edges), Impedance::High) = (table.get("edges").cloned(), impedance) {
        reader.fault(&edges, "a supply that is disconnected has no edges of its own", |fault| {
            fault
                .label("the board's load and capacitor make them")
                .help("write `impedance = \"low\"` beside it, or take `edges` out")
        });
        return None;
    }
    let measured = required(reader, &table, course.is_some_and(|course| course.edges > Span::ZERO));
    Some(Cut { course: course?, impedance, measured: measured? })
}

/// A dip.
pub(in crate::scenario) fn dip<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Dip> {
    let table = reader.table(node, "`dip`", &["to", "for", "edges", "repeat", "angle", "measured"])?;
    let to = reader.required(&table, "to", "`dip`", "\"40%\"").and_then(|node| voltage(reader, &node));
    let course = course(reader, &table, "`dip`", "\"300ms\"");
    let measured = required(reader, &table, course.is_some_and(|course| course.edges > Span::ZERO));
    Some(Dip { to: to?, course: course?, measured: measured? })
}

/// A ramp.
pub(in crate::scenario) fn ramp<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Ramp> {
    let table = reader.table(node, "`ramp`", &["from", "to", "over", "step", "measured"])?;
    let to = reader.required(&table, "to", "`ramp`", "\"0V\"").and_then(|node| voltage(reader, &node));
    let over = reader.required(&table, "over", "`ramp`", "\"10s\"").and_then(|node| width(reader, &node));
    let mut optional = |key: &str| match table.has(key) {
        true => voltage(reader, table.get(key)?).map(Some),
        false => Some(None),
    };
    let (from, step) = (optional("from"), optional("step"));
    if let (Some(Some(Voltage::Volts(Volts(height)) | Voltage::Share(Percent(height)))), Some(node)) =
        (step, table.get("step").cloned())
        && height <= 0.0
    {
        reader.fault(&node, "stairs without height", |fault| fault.label("must be more than zero"));
        return None;
    }
    let measured = required(reader, &table, true);
    Some(Ramp { from: from?, to: to?, over: over?, step: step?, measured: measured? })
}

/// `measured`: the figures without which nothing may be judged. A jump has no slew.
fn required<'d>(reader: &mut Reader<'d>, table: &Table<'d>, slopes: bool) -> Option<Required> {
    let Some(node) = table.get("measured").cloned() else {
        return (!table.has("measured")).then(Required::default);
    };
    let DeValue::Array(list) = node.value else {
        reader.wrong_kind(&node, "a list of figures, such as `[\"width\", \"depth\"]`,");
        return None;
    };
    if list.is_empty() {
        reader.fault(&node, "no figure is required here", |fault| {
            fault.label("an empty list").help("name figures, or take `measured` out")
        });
        return None;
    }
    let mut required = Required::default();
    let nodes: Vec<Node<'d>> = list.iter().filter_map(|raw| reader.node(raw, Some(&node))).collect();
    for node in &nodes {
        let figure = reader.word(node, "a figure of a shot", &ShotFigure::ALL)?;
        if figure == ShotFigure::Slew && !slopes {
            reader.fault(node, "a jump has no slew", |fault| {
                fault.label("as fast as the rig can").help("write `edges = \"1ms\"` beside it to have slopes")
            });
            return None;
        }
        if !required.insert(figure) {
            reader.fault(node, format!("`{figure}` stands twice"), |fault| fault.label("the second time"));
            return None;
        }
    }
    Some(required)
}

/// `for`, `edges`, `repeat` and `angle` of a disturbance.
fn course<'d>(reader: &mut Reader<'d>, table: &Table<'d>, what: &str, example: &str) -> Option<Course> {
    let length = reader.required(table, "for", what, example).and_then(|node| width(reader, &node));
    let edges = match table.get("edges").cloned() {
        Some(node) => reader.quantity(&node, &["1ms"])?,
        None => Span::ZERO,
    };
    let repeated = match table.has("repeat") {
        true => Some(repeat(reader, table.get("repeat")?)?),
        false => None,
    };
    let angle = match table.has("angle") {
        true => Some(angle(reader, table.get("angle")?)?),
        false => None,
    };
    let course = Course { width: length?, edges, repeat: repeated, angle };
    if course.edges > course.width {
        let place = table.get("edges").unwrap_or(&table.node).clone();
        let width = course.width;
        reader.fault(&place, format!("edges of {edges} do not fit into {width}"), |fault| {
            fault
                .label("longer than the disturbance")
                .help("`for` is counted from the beginning of the fall to that of the rise")
        });
        return None;
    }
    let once = course.width + course.edges + angle.map_or(Span::ZERO, |_| Course::CYCLE);
    if let Some(repeat) = course.repeat.filter(|repeat| repeat.every <= once) {
        let place = table.get("repeat").unwrap_or(&table.node).clone();
        reader.fault(&place, format!("every {} is too often", repeat.every), |fault| {
            fault
                .label(match course.angle {
                    Some(_) => format!("one takes up to {once}, a cycle of waiting for its angle included"),
                    None => format!("one takes {once}"),
                })
                .help("`every` is counted from the beginning of one to the beginning of the next")
        });
        return None;
    }
    Some(course)
}

fn angle<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Angle> {
    let angle: Angle = reader.quantity(node, &["90deg"])?;
    if angle >= Angle::TURN {
        reader.fault(node, format!("`{angle}` is no angle of a cycle"), |fault| {
            fault.label("from 0deg to below 360deg").help(format!("`{}` is the same place", Angle(angle.0 % 360.0)))
        });
        return None;
    }
    Some(angle)
}

fn repeat<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Repeat> {
    let table = reader.table(node, "`repeat`", &["times", "every"])?;
    let times = reader.required(&table, "times", "`repeat`", "3");
    let times = times.and_then(|node| times_of(reader, &node, MOST_TIMES));
    let every = reader.required(&table, "every", "`repeat`", "\"10s\"").and_then(|node| width(reader, &node));
    Some(Repeat { times: times?, every: every? })
}

/// How often something comes: from 1 to `most`.
pub(in crate::scenario) fn times_of<'d>(reader: &mut Reader<'d>, node: &Node<'d>, most: u32) -> Option<u32> {
    let times = reader.count(node, "a number of times", 1)?;
    if times > most {
        reader.fault(node, format!("{times} times are too many"), |fault| fault.label(format!("at most {most}")));
        return None;
    }
    Some(times)
}

fn voltage<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Voltage> {
    let share = matches!(node.value, DeValue::String(text) if text.trim_end().ends_with('%'));
    let (voltage, size) = if share {
        let share: Percent = reader.quantity(node, &["40%"])?;
        (Voltage::Share(share), share.0)
    } else {
        let volts: Volts = reader.quantity(node, &["9V", "40%"])?;
        (Voltage::Volts(volts), volts.0)
    };
    if !(0.0..=HIGHEST).contains(&size) {
        let limit = if share { "1000%" } else { "1000V" };
        reader.fault(node, "no bench supplies this", |fault| fault.label(format!("from 0 to {limit}")));
        return None;
    }
    reader.mention(node, Mention::Voltage(voltage));
    Some(voltage)
}
