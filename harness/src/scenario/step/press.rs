//! Reading `press`: a tap, a hold, a chord, or taps in a row.

use super::Press;
use super::read::width;
use super::supply::times_of;
use crate::scenario::mention::Mention;
use crate::scenario::reader::Node;
use crate::scenario::table::Table;
use brownout_trace::Span;
use toml::de::DeValue;

type Reader<'d> = crate::scenario::reader::Reader<'d, Mention>;

/// A thumb does not press oftener in one step.
const MOST_TIMES: u32 = 10_000;

/// What is pressed, for how long, how often.
pub(in crate::scenario) fn press<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Press> {
    if let DeValue::String(_) = node.value {
        let buttons = vec![button(reader, node)?];
        return Some(Press { buttons, hold: Press::TAP, repeat: None });
    }
    let table = reader.table(node, "`press`", &["button", "chord", "for", "times", "every"])?;
    let buttons = buttons(reader, &table);
    let hold = match table.has("for") {
        true => table.get("for").cloned().and_then(|node| width(reader, &node)),
        false => Some(Press::TAP),
    };
    let repeat = repeat(reader, &table, hold);
    Some(Press { buttons: buttons?, hold: hold?, repeat: repeat? })
}

fn buttons<'d>(reader: &mut Reader<'d>, table: &Table<'d>) -> Option<Vec<String>> {
    match table.present(&["button", "chord"]).as_slice() {
        [("button", _)] => Some(vec![button(reader, table.get("button")?)?]),
        [("chord", _)] => chord(reader, table.get("chord")?),
        [] => {
            reader.required(table, "button", "`press`", "\"SET\"");
            None
        }
        _ => {
            reader.fault(&table.node, "`press` has either one `button` or a `chord`", |fault| {
                fault.label("both").help("write all of them into `chord`")
            });
            None
        }
    }
}

fn chord<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Vec<String>> {
    let DeValue::Array(list) = node.value else {
        reader.wrong_kind(node, "a list of buttons, such as `[\"SET\", \"MODE\"]`,");
        return None;
    };
    let nodes: Vec<Node<'d>> = list.iter().filter_map(|raw| reader.node(raw, Some(node))).collect();
    let mut names: Vec<String> = Vec::new();
    for node in &nodes {
        let name = button(reader, node)?;
        if names.contains(&name) {
            reader.fault(node, format!("`{name}` stands twice in this chord"), |fault| fault.label("the second time"));
            return None;
        }
        names.push(name);
    }
    if names.len() < 2 {
        reader
            .fault(node, "a chord is two buttons or more", |fault| fault.label("fewer").help("for one write `button`"));
        return None;
    }
    Some(names)
}

fn button<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<String> {
    let name = reader.text(node, "a button's name")?.to_owned();
    reader.mention(node, Mention::Button(name.clone()));
    Some(name)
}

/// `times` and `every`, which go together.
fn repeat<'d>(reader: &mut Reader<'d>, table: &Table<'d>, hold: Option<Span>) -> Option<Option<super::Repeat>> {
    if !table.has("times") && !table.has("every") {
        return Some(None);
    }
    let times = reader.required(table, "times", "`press` with `every`", "3");
    let times = times.and_then(|node| times_of(reader, &node, MOST_TIMES));
    let place = reader.required(table, "every", "`press` with `times`", "\"300ms\"");
    let every = place.as_ref().and_then(|node| width(reader, node));
    let (times, every, hold, place) = (times?, every?, hold?, place?);
    if every <= hold {
        reader.fault(&place, format!("every {every} is too often"), |fault| {
            fault
                .label(format!("one takes {hold}"))
                .help("`every` is counted from the beginning of one to the beginning of the next")
        });
        return None;
    }
    Some(Some(super::Repeat { times, every }))
}
