//! `[board]`: what the harness arranges, through the board's profile, before step 0.

use super::mention::Mention;
use super::reader::Node;
use super::step::read::{mode, programme, width};
use super::step::{Mode, Programme};
use brownout_trace::{Civil, Span};
use toml::de::DeValue;

type Reader<'d> = super::reader::Reader<'d, Mention>;

/// The arrangement. What is `None` or empty is left as the factory reset leaves it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arrangement {
    /// Whether step 0 finds the board powered.
    pub start: Start,
    /// The programmes, in order.
    pub programs: Vec<Programme>,
    /// The mode.
    pub mode: Option<Mode>,
    /// What the clock reads at step 0.
    pub clock: Option<Civil>,
}

/// How step 0 finds the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Start {
    /// Powered.
    #[default]
    Powered,
    /// Unpowered for this long already: everything was arranged before.
    Off(Span),
}

const KNOWN: [&str; 4] = ["clock", "programs", "mode", "start"];

/// Reads `[board]`. `file_keys` are the keys of the file itself: one of them in here stands too low.
pub(super) fn board<'d>(reader: &mut Reader<'d>, node: &Node<'d>, file_keys: &[&str]) -> Option<Arrangement> {
    if !matches!(node.value, DeValue::Table(_)) {
        reader.wrong_kind(node, "`[board]`, a table,");
        return None;
    }
    let entries = reader.entries(node);
    let mut arrangement = Arrangement::default();
    for (key, place, value) in entries {
        let Some(value) = value else { continue };
        match key {
            "clock" => {
                arrangement.clock = reader.calendar(&value, "a clock setting, such as `\"Mon 07:59:55\"`,");
                if let Some(clock) = arrangement.clock {
                    reader.mention(&value, Mention::SetClock(clock));
                }
            }
            "programs" => arrangement.programs = programs(reader, &value),
            "mode" => arrangement.mode = mode(reader, &value),
            "start" => arrangement.start = start(reader, &value).unwrap_or_default(),
            key if file_keys.contains(&key) => {
                let place = Node { span: place, ..node.clone() };
                reader.fault(&place, format!("`{key}` stands below `[board]`"), |fault| {
                    fault
                        .label("TOML takes it for a key of `[board]`")
                        .help(format!("move `{key}` above the first `[…]` line"))
                });
            }
            key => reader.unknown_key(key, place, "`[board]`", &KNOWN),
        }
    }
    Some(arrangement)
}

fn programs<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Vec<Programme> {
    let DeValue::Array(list) = node.value else {
        reader.wrong_kind(node, "a list of programmes, `[{ days = …, on = …, off = … }]`,");
        return Vec::new();
    };
    let nodes: Vec<_> = list.iter().filter_map(|raw| reader.node(raw, Some(node))).collect();
    nodes.iter().filter_map(|node| programme(reader, node)).collect()
}

fn start<'d>(reader: &mut Reader<'d>, node: &Node<'d>) -> Option<Start> {
    let table = reader.table(node, "`start`", &["off"])?;
    let off = reader.required(&table, "off", "`start`", "\"3d\"")?;
    width(reader, &off).map(Start::Off)
}
