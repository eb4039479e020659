//! The expected tables of `tables.toml`, which were written by hand before the code.

use super::{Action, Forecast, History, forecast};
use brownout_rigs::profile::Profile;
use brownout_rigs::programme::{Mode, Programme};
use brownout_trace::calendar::WEEK;
use brownout_trace::{Civil, Instant, Span, WeekTime};
use serde::Deserialize;
use std::collections::BTreeMap;

const TABLES: &str = include_str!("tables.toml");

/// A table's name, its easy figures, and the case's own.
type Table<'c> = (&'static str, &'static [(&'static str, &'static str)], &'c Keys);
type Keys = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Tables {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Case {
    title: String,
    #[serde(default)]
    switches: Keys,
    #[serde(default)]
    power: Keys,
    #[serde(default)]
    clock: Keys,
    #[serde(default)]
    relay: Keys,
    programmes: Vec<String>,
    mode_first: Option<String>,
    start: String,
    until: String,
    #[serde(default)]
    history: String,
    spans: String,
    edges: String,
}

/// The reference board with figures that are easy to reckon with, and the case's own on top.
fn profile(case: &Case) -> Profile {
    let easy: [Table; 4] = [
        ("schedule", &[], &case.switches),
        ("clock", &[("set-phase", "0s"), ("deviation", "0ppm"), ("reserve", "20h")], &case.clock),
        ("power", &[("boot", "1s"), ("cold-boot", "1s"), ("off-within", "0s")], &case.power),
        ("relay", &[("operate", "0s"), ("release", "0s"), ("bounce", "0s")], &case.relay),
    ];
    let mut text = "base = \"weekly\"\n".to_owned();
    for (table, defaults, own) in easy {
        text += &format!("[{table}]\n");
        for (key, value) in defaults {
            if !own.contains_key(*key) {
                text += &format!("{key} = \"{value}\"\n");
            }
        }
        for (key, value) in own {
            text += &format!("{key} = \"{value}\"\n");
        }
    }
    let base = |name: &str| {
        let (_, text) = brownout_rigs::profile::load::SHIPPED.iter().find(|(stem, _)| *stem == name)?;
        Some((*text).to_owned())
    };
    Profile::parse("table.toml", &text, base).unwrap_or_else(|error| panic!("{}: {error}", case.title))
}

fn programme(text: &str) -> Programme {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [days, on, off] = words[..] else { panic!("{text}") };
    Programme { days: days.parse().unwrap(), on: on.parse().unwrap(), off: off.parse().unwrap(), relay: None }
}

/// `Mon 07:59:49.989` and the words behind it.
fn timed(start: Civil, line: &str) -> (Instant, &str) {
    let day_end = line.find(' ').unwrap();
    let end = line[day_end + 1..].find(' ').map_or(line.len(), |end| day_end + 1 + end);
    let (point, fraction) = line[..end].split_once('.').unwrap_or((&line[..end], "0"));
    let point: WeekTime = point.parse().unwrap();
    let since = (point.second_of_week() - start.week_time().second_of_week()).rem_euclid(WEEK);
    let millis: i64 = format!("{fraction:0<3}").parse().unwrap();
    let at = Instant::ZERO + Span::secs(since) + Span::millis(millis);
    (at, line[end..].trim())
}

fn mode(word: &str) -> Mode {
    Mode::ALL.into_iter().find(|mode| mode.to_string() == word).unwrap()
}

fn action(words: &str) -> Action {
    match words.split_once(' ').unwrap_or((words, "")) {
        ("power", "lost") => Action::PowerLost,
        ("power", "restored") => Action::PowerRestored,
        ("mode", word) => Action::Mode(mode(word)),
        ("clock", civil) => Action::ClockSet(civil.parse().unwrap()),
        ("programmes", list) => Action::Programs(list.split_terminator(';').map(programme).collect()),
        ("factory", "reset") => Action::FactoryReset,
        ("reset", "") => Action::Reset,
        _ => panic!("{words}"),
    }
}

fn run(case: &Case) -> Forecast {
    let start: Civil = case.start.parse().unwrap();
    let before = |seconds| Instant::ZERO - Span::secs(seconds);
    let mut history = History::new();
    history.push(before(60), Action::PowerRestored);
    history.push(before(40), Action::FactoryReset);
    let programmes = case.programmes.iter().map(|text| programme(text));
    history.push(before(30), Action::Programs(programmes.collect()));
    let first = case.mode_first.as_deref().map_or(Mode::Auto, mode);
    history.push(before(20), Action::Mode(first));
    history.push(before(10), Action::ClockSet(start - Span::secs(10)));
    history.push(before(5), Action::Mode(Mode::Auto));
    for line in case.history.lines() {
        let (at, words) = timed(start, line);
        history.push(at, action(words));
    }
    let profile = profile(case);
    forecast(&profile, &profile.relays[0], &history, timed(start, &case.until).0).unwrap()
}

#[test]
fn every_table_holds() {
    let tables: Tables = toml::from_str(TABLES).unwrap();
    assert!(tables.case.len() >= 20);
    for case in &tables.case {
        let start: Civil = case.start.parse().unwrap();
        let forecast = run(case);
        let mut spans = vec![(Instant::ZERO, forecast.at(Instant::ZERO).to_string())];
        for stretch in forecast.stretches() {
            let expect = stretch.expect.to_string();
            if stretch.from > Instant::ZERO && spans.last().unwrap().1 != expect {
                spans.push((stretch.from, expect));
            }
        }
        let expected: Vec<(Instant, String)> =
            case.spans.lines().map(|line| timed(start, line)).map(|(at, word)| (at, word.to_owned())).collect();
        assert_eq!(spans, expected, "spans of: {}\n{forecast:#?}", case.title);

        let edges: Vec<(Instant, Instant, bool)> = forecast
            .edges()
            .iter()
            .filter(|edge| edge.to > Instant::ZERO)
            .map(|edge| (edge.from, edge.to, edge.closed))
            .collect();
        let expected: Vec<(Instant, Instant, bool)> = case
            .edges
            .lines()
            .map(|line| {
                let (from, rest) = timed(start, line);
                let (to, word) = timed(start, rest);
                (from, to, word == "closes")
            })
            .collect();
        assert_eq!(edges, expected, "edges of: {}\n{forecast:#?}", case.title);
    }
}
