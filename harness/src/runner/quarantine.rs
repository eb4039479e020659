//! `--quarantine FILE`: cases that are known to fail, told of apart, for a reason and until a day.
//!
//! ```toml
//! [[quarantine]]
//! case   = "power/short-outage@.*"      # a regular expression over the whole id
//! reason = "the 3 s cut loses the clock; ticket 412"
//! until  = 2026-12-31                   # the last day; from the next on the entry is an error
//! ```
//! Only a failure is quarantined: rig trouble and our own bugs are told of as ever. The record says failed.

use crate::scenario::error::{Fault, Source};
use crate::scenario::id::CaseId;
use brownout_trace::calendar::Civil;
use regex::Regex;
use serde::Deserialize;
use std::time::SystemTime;
use toml::Spanned;
use toml::value::Datetime;

/// The entries of a file, none of them expired.
#[derive(Debug, Clone, Default)]
pub struct Quarantine(Vec<Entry>);

/// One entry.
#[derive(Debug, Clone)]
pub struct Entry {
    pattern: Regex,
    /// Why.
    pub reason: String,
    /// The last day, as it was written.
    pub until: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    quarantine: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    case: Spanned<String>,
    reason: Spanned<String>,
    until: Datetime,
}

/// Days since 1970-01-01 UTC, today.
pub fn today() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(since / 86_400).unwrap_or(i64::MAX)
}

impl Quarantine {
    /// Reads a file's text; `today` is counted in days since 1970-01-01.
    ///
    /// # Errors
    /// The first thing that is wrong with it: an entry without reason or day, a bad pattern, an expired entry.
    pub fn parse(source: &Source, today: i64) -> Result<Self, Box<Fault>> {
        let file: File = toml::from_str(&source.text).map_err(|error| {
            let help = "an entry is `[[quarantine]]` with `case`, `reason` and `until`, a date like 2026-12-31";
            Fault::new(source, error.span().unwrap_or(0..0), error.message().to_owned()).help(help)
        })?;
        file.quarantine.into_iter().map(|row| entry(source, row, today)).collect::<Result<_, _>>().map(Self)
    }

    /// The first entry for a case.
    pub fn of(&self, id: &CaseId) -> Option<&Entry> {
        let id = id.to_string();
        self.0.iter().find(|entry| entry.pattern.is_match(&id))
    }
}

fn entry(source: &Source, row: Row, today: i64) -> Result<Entry, Box<Fault>> {
    let Row { case, reason, until } = row;
    let fault = |span: &Spanned<String>, message: String, help: &str| {
        Err(Box::new(Fault::new(source, span.span(), message).help(help)))
    };
    let pattern = match Regex::new(&format!("^(?:{})$", case.get_ref())) {
        Ok(pattern) => pattern,
        Err(error) => {
            let why = error.to_string().lines().last().unwrap_or_default().to_owned();
            return fault(&case, format!("not a regular expression: {why}"), "a case's id stands for itself");
        }
    };
    if reason.get_ref().trim().is_empty() {
        return fault(&reason, "no reason is given".to_owned(), "say why, and where it is worked on");
    }
    let last = until.date.and_then(|date| day(i64::from(date.year), date.month.into(), date.day.into()));
    match last {
        None => fault(&case, format!("`until = {until}` is no day"), "write a date, 2026-12-31"),
        Some(last) if last < today => {
            let help = "mend the board, or give the entry a new day and say why";
            fault(&case, format!("the quarantine of these cases ended with {until}"), help)
        }
        Some(_) => Ok(Entry { pattern, reason: reason.into_inner(), until: until.to_string() }),
    }
}

fn day(year: i64, month: u32, day: u32) -> Option<i64> {
    let secs = |year, month, day| Civil::from_date(year, month, day).map(Civil::secs);
    Some((secs(year, month, day)? - secs(1970, 1, 1)?) / 86_400)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Quarantine, String> {
        // 2026-06-30 is day 20634.
        Quarantine::parse(&Source::new("q.toml", text), 20_634).map_err(|fault| fault.line())
    }

    fn of(case: &str, until: &str) -> String {
        format!("[[quarantine]]\ncase = {case}\nreason = \"known\"\nuntil = {until}\n")
    }

    #[test]
    fn the_whole_id_counts_and_the_last_day_is_in() {
        let quarantine = parse(&of("'power/.*@cut=3s'", "2026-06-30")).unwrap();
        let id = |cut: &str| CaseId { scenario: "power/out".into(), choice: vec![("cut".into(), cut.into())] };
        assert_eq!(quarantine.of(&id("3s")).map(|entry| entry.reason.as_str()), Some("known"));
        assert!(quarantine.of(&id("3s0")).is_none() && quarantine.of(&id("13s")).is_none());
    }

    #[test]
    fn what_is_expired_or_unexplained_is_an_error_with_its_place() {
        for (text, says) in [
            (of("'a'", "2026-06-29"), "ended with 2026-06-29"),
            (of("'a('", "2026-07-01"), "not a regular expression: error: unclosed group"),
            (of("'a'", "12:00:00"), "is no day"),
            (of("'a'", "\"soon\""), "invalid"),
            (of("'a'", "2026-07-01").replace("known", " "), "no reason is given"),
            (of("'a'", "2026-07-01").replace("reason", "raeson"), "unknown field"),
            ("[[quarantine]]\ncase = 'a'\nreason = 'b'\n".to_owned(), "missing field `until`"),
        ] {
            let fault = parse(&text).unwrap_err();
            assert!(fault.contains(says) && fault.starts_with("q.toml:"), "{fault}");
        }
    }
}
