//! Reading a profile: its text, its base's text under it, then everything checked.
//!
//! A base is read and checked on its own first, so that a fault is reported in the file it stands in; only then are
//! the two tables laid over each other.

use super::Profile;
use super::error::{Fault, ProfileError, nearest};
use crate::place::{line_column, of_key};
use serde::Deserialize;
use std::ops::Range;
use std::path::Path;
use toml::de::{DeTable, DeValue, Deserializer};

/// The profiles that come with the command: file stem and text.
pub const SHIPPED: &[(&str, &str)] = &[
    ("weekly", include_str!("../../boards/weekly.toml")),
    ("weekly-buttons", include_str!("../../boards/weekly-buttons.toml")),
    ("weekly-5v", include_str!("../../boards/weekly-5v.toml")),
    ("weekly-110v", include_str!("../../boards/weekly-110v.toml")),
    ("weekly-110v-transformer", include_str!("../../boards/weekly-110v-transformer.toml")),
    ("weekly-110v-switching", include_str!("../../boards/weekly-110v-switching.toml")),
    ("weekly-220v", include_str!("../../boards/weekly-220v.toml")),
    ("weekly-220v-dropper", include_str!("../../boards/weekly-220v-dropper.toml")),
    ("weekly-220v-switching", include_str!("../../boards/weekly-220v-switching.toml")),
];

impl Profile {
    /// One of the shipped profiles by name; `None` if there is none of that name.
    pub fn shipped(name: &str) -> Option<Result<Self, ProfileError>> {
        let text = shipped_text(name)?;
        Some(Self::parse(name, text, |base| shipped_text(base).map(str::to_owned)))
    }

    /// Reads a profile's file; its base is looked for beside it.
    pub fn load(path: &Path) -> Result<Self, ProfileError> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| ProfileError {
            kind: Fault::Unreadable { reason: error.to_string() },
            file: file.clone(),
            span: None,
            place: None,
        })?;
        Self::parse(&file, &text, |base| std::fs::read_to_string(path.with_file_name(format!("{base}.toml"))).ok())
    }

    /// Reads a profile from its text; `file` stands in errors, `base` gives the text of the base by name.
    pub fn parse(file: &str, text: &str, base: impl FnOnce(&str) -> Option<String>) -> Result<Self, ProfileError> {
        let here = Place { file, text };
        let mut own = here.table()?;
        let without = here.without(&mut own)?;
        let Some((name, span)) = string_at(&own, "base") else {
            let first = without.into_iter().next();
            return first.map_or_else(
                || here.typed(own.clone(), &own),
                |(_, span)| Err(here.fault(Fault::WithoutBase, Some(span))),
            );
        };
        let under = base(&name).ok_or_else(|| here.fault(Fault::NoBase { name: name.clone() }, Some(span.clone())))?;
        let below = Place { file: &format!("{name}.toml"), text: &under };
        let mut merged = below.table()?;
        if let Some((deeper, span)) = string_at(&merged, "base") {
            return Err(below.fault(Fault::BaseOfBase { name: deeper }, Some(span)));
        }
        below.typed(merged.clone(), &merged)?;
        for (name, span) in without {
            if !take_out(merged.get_mut(), &name) {
                return Err(here.fault(Fault::NothingThere { name }, Some(span)));
            }
        }
        let places = own.clone();
        lay_over(&mut merged, own);
        here.typed(merged, &places)
    }
}

fn shipped_text(name: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(stem, _)| *stem == name).map(|(_, text)| *text)
}

type Table<'t> = toml::Spanned<DeTable<'t>>;

/// The file that faults are reported in, and what stands in it.
struct Place<'f> {
    file: &'f str,
    text: &'f str,
}

impl Place<'_> {
    fn fault(&self, kind: Fault, span: Option<Range<usize>>) -> ProfileError {
        // Every fault of a file that could be read has a place, if only its beginning.
        let start = span.as_ref().map_or(0, |span| span.start);
        let (line, column) = line_column(self.text, start);
        // A file is far below 4 GiB; two words less keep the error small.
        let place = Some((line as u32, column as u32));
        ProfileError { kind, file: self.file.to_owned(), span, place }
    }

    fn malformed(&self, error: &toml::de::Error) -> ProfileError {
        let message = error.message().trim_end().to_owned();
        let nearest = nearest(&message);
        self.fault(Fault::Malformed { message, nearest }, error.span())
    }

    fn table(&self) -> Result<Table<'_>, ProfileError> {
        DeTable::parse(self.text).map_err(|error| self.malformed(&error))
    }

    /// Takes the names of what the variant leaves out, with their places.
    fn without(&self, own: &mut Table<'_>) -> Result<Vec<(String, Range<usize>)>, ProfileError> {
        let Some(list) = own.get_mut().remove("without") else { return Ok(Vec::new()) };
        let wrong = |span| {
            let message = "`without` is a list of names, as in `[\"console\"]`".to_owned();
            self.fault(Fault::Malformed { message, nearest: None }, Some(span))
        };
        let DeValue::Array(names) = list.get_ref() else { return Err(wrong(list.span())) };
        let name = |name: &toml::Spanned<DeValue<'_>>| match name.get_ref().as_str() {
            Some(text) => Ok((text.to_owned(), name.span())),
            None => Err(wrong(name.span())),
        };
        names.iter().map(name).collect()
    }

    /// `own` is what stands in this file of all that is in `table`: the places of the rest are in another one.
    fn typed(&self, table: Table<'_>, own: &Table<'_>) -> Result<Profile, ProfileError> {
        let profile = Profile::deserialize(Deserializer::from(table)).map_err(|error| self.malformed(&error))?;
        profile.validate().map_err(|contradiction| {
            let span = of_key(own.get_ref(), &contradiction.key);
            self.fault(Fault::Contradiction(contradiction), span)
        })?;
        Ok(profile)
    }
}

/// Takes `console.commands.reset` out; `false` if it is not there.
fn take_out(table: &mut DeTable<'_>, name: &str) -> bool {
    match name.split_once('.') {
        None => table.remove(name).is_some(),
        Some((first, rest)) => match table.get_mut(first).map(|value| value.get_mut()) {
            Some(DeValue::Table(inner)) => take_out(inner, rest),
            _ => false,
        },
    }
}

fn string_at(table: &Table<'_>, key: &str) -> Option<(String, Range<usize>)> {
    let value = table.get_ref().get(key)?;
    let text = value.get_ref().as_str()?;
    Some((text.to_owned(), value.span()))
}

/// Puts `over` on top of `under`, table by table; any other value replaces what was there.
fn lay_over<'t>(under: &mut Table<'t>, over: Table<'t>) {
    merge(under.get_mut(), over.into_inner());
}

fn merge<'t>(under: &mut DeTable<'t>, over: DeTable<'t>) {
    for (key, value) in over {
        let Some(there) = under.get_mut(key.get_ref().as_ref()) else {
            under.insert(key, value);
            continue;
        };
        let span = value.span();
        match (there.get_mut(), value.into_inner()) {
            (DeValue::Table(there), DeValue::Table(value)) => merge(there, value),
            (_, value) => *there = toml::Spanned::new(span, value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Profile, ProfileError> {
        Profile::parse("board.toml", text, |name| shipped_text(name).map(str::to_owned))
    }

    fn weekly_with(from: &str, to: &str) -> String {
        let text = shipped_text("weekly").unwrap();
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    }

    #[test]
    fn every_shipped_profile_is_sound_and_named_as_its_file() {
        for (name, _) in SHIPPED {
            let profile = Profile::shipped(name).unwrap().unwrap();
            assert_eq!(profile.name, *name);
        }
    }

    #[test]
    fn a_fault_names_its_place_and_the_nearest_word() {
        for (from, to, says, at) in [
            ("\"SET\", \"MODE\"", "\"SET\", \"SET\"", "two buttons have one name", "[\"SET\", \"SET\"]"),
            ("\"SET\", \"MODE\"", "\"\"", "write a button's name with letters", "[\"\"]"),
            ("slots =", "slot =", "did you mean `slots`?", "slot"),
            ("\"catch-up\"", "\"catchup\"", "did you mean `catch-up`?", "\"catchup\""),
            ("\"12V\"", "\"12\"", "has no unit", "\"12\""),
            ("baud = 115200", "baudrate = 115200", "unknown field `baudrate`", "baudrate"),
            ("{days} {on}", "{day} {on}", "did you mean `{days}`?", "\"PROG ADD {day} {on} {off}\""),
            (
                "power-up = \"evaluate\"\nmissed = \"catch-up\"",
                "power-up = \"evaluate\"\nmissed = \"skip\"",
                "cannot be skipped",
                "\"skip\"",
            ),
            ("schedule = \"event\"", "schedule = \"window\"", "changed programmes count at once", "\"keep\""),
        ] {
            let text = weekly_with(from, to);
            let error = parse(&text).unwrap_err();
            assert!(error.to_string().contains(says), "{error}");
            assert_eq!(&text[error.span.unwrap()], at, "{says}");
        }
    }

    #[test]
    fn a_variant_lays_its_keys_over_its_base() {
        let weekly = Profile::shipped("weekly").unwrap().unwrap();
        let text = r#"base = "weekly"
name = "weekly-5v"
supply = "5V"
[clock]
reserve = "1h"
"#;
        let variant = parse(text).unwrap();
        assert_eq!(variant.supply.to_string(), "5V");
        assert_eq!(variant.clock.reserve, Some("1h".parse().unwrap()));
        assert_eq!(variant.clock.set_phase, weekly.clock.set_phase);
        assert_eq!(variant.console, weekly.console);

        let error = parse("base = \"weekly\"\n\n[schedule]\nmissed = \"skip\"").unwrap_err();
        assert!(error.to_string().starts_with("board.toml:4:10: `schedule.missed`: "), "{error}");
        let error = parse("base = \"weekly\"\nsuply = \"5V\"").unwrap_err();
        assert!(error.to_string().contains("did you mean `supply`?"));
        assert_eq!(error.file, "board.toml");
        let error = parse("base = \"daily\"").unwrap_err();
        assert!(error.to_string().contains("no profile `daily`"), "{error}");
        let error = Profile::parse("board.toml", "base = \"a\"", |_| Some("base = 'b'".into())).unwrap_err();
        assert_eq!((error.file.as_str(), error.span), ("a.toml", Some(7..10)));
    }
}
