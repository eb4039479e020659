//! What types cannot say of macros: that every button and code is there, and that a macro enters what it is asked for.

use super::script::MOST_PRESSES;
use super::{Becomes, Field, Key, Macro, Macros, Shows};
use crate::profile::error::Contradiction;
use crate::profile::validate::refuse;
use crate::profile::{Profile, Way};
use brownout_trace::Span;

/// No timer's key is held longer.
const LONGEST: Span = Span::secs(600);

impl Macros {
    /// Checks the macros against each other and against the rest of their profile.
    pub(in crate::profile) fn validate(&self, profile: &Profile) -> Result<(), Contradiction> {
        positive("macros.tap", self.tap)?;
        positive("macros.gap", self.gap)?;
        self.codes(profile)?;
        let commands = self.commands.all();
        refuse(
            commands.iter().all(|(_, found, ..)| found.is_none()),
            "macros.commands",
            "there is none, so the buttons can do nothing; leave `[macros]` out",
        )?;
        for (name, found, fields, needed) in commands {
            let Some(found) = found else { continue };
            let at = Check { profile, macros: self, path: format!("macros.commands.{name}"), fields };
            at.whole(found, needed)?;
        }
        self.beside_the_console(profile)
    }

    fn codes(&self, profile: &Profile) -> Result<(), Contradiction> {
        if let Some(modes) = &self.modes {
            let alike = modes.auto == modes.on || modes.on == modes.off || modes.auto == modes.off;
            refuse(alike, "macros.modes", "two modes have one code")?;
        }
        let groups = &profile.schedule.groups;
        for (days, code) in &self.groups {
            let key = format!("macros.groups.{days}");
            let twice = self.groups.iter().any(|(other, same)| other != days && same == code);
            refuse(twice, key.clone(), "two groups of days have one code")?;
            let why = format!("`schedule.groups` has no `{days}`: a code for it is never entered");
            refuse(!groups.is_empty() && !groups.contains(days), key, why)?;
        }
        let slots = u64::from(self.first_slot) + u64::from(profile.schedule.slots);
        refuse(!(1..=9).contains(&self.slot_digits), "macros.slot-digits", "between 1 and 9 digits")?;
        refuse(
            slots > 10u64.pow(self.slot_digits),
            "macros.slot-digits",
            format!("the last slot is number {}, which has more digits", slots.saturating_sub(1)),
        )
    }

    /// A command that can be said and pressed needs to be told which it is.
    fn beside_the_console(&self, profile: &Profile) -> Result<(), Contradiction> {
        let Some(console) = &profile.console else {
            return refuse(
                self.prefer == Some(super::Prefer::Console),
                "macros.prefer",
                "there is no `[console]` to be preferred",
            );
        };
        let both = self.commands.all().into_iter().find(|(name, found, ..)| found.is_some() && console.has_key(name));
        match (both, self.prefer) {
            (Some((name, ..)), None) => refuse(
                true,
                format!("macros.commands.{name}"),
                format!(
                    "`console.commands.{name}` does the same; write `prefer = \"macros\"` or `prefer = \"console\"` under \
                     `[macros]`, or take one of them out"
                ),
            ),
            _ => Ok(()),
        }
    }
}

/// One macro under inspection.
struct Check<'p> {
    profile: &'p Profile,
    macros: &'p Macros,
    path: String,
    fields: &'static [Field],
}

impl Check<'_> {
    fn at(&self, below: &str) -> String {
        format!("{}.{below}", self.path)
    }

    fn whole(&self, found: &Macro, needed: &[Field]) -> Result<(), Contradiction> {
        let presses = |key: &Key| key.wait.is_none();
        refuse(!found.keys.iter().any(presses), self.at("keys"), "nothing is pressed")?;
        for (name, span) in [("acts-after", found.acts_after), ("done-after", found.done_after)] {
            refuse(span < Span::ZERO || span > LONGEST, self.at(name), "between 0s and 10min")?;
        }
        for (number, key) in found.keys.iter().enumerate() {
            self.key(key, &format!("keys.{number}"))?;
        }
        if let Some(missing) = needed.iter().find(|field| !found.fields().any(|entered| entered == **field)) {
            let why = format!(
                "`{{{}}}` is nowhere entered: whatever is asked for, the same would be pressed",
                missing.name()
            );
            refuse(true, self.at("keys"), why)?;
        }
        let dated = [Field::Day, Field::Weekday];
        let clock = needed.contains(&Field::Hour);
        refuse(
            clock && !found.fields().any(|field| dated.contains(&field)),
            self.at("keys"),
            "a weekly timer's clock needs its day: enter `{weekday}`, or a date",
        )?;
        let seconds = self.profile.schedule.resolution.0 % Span::secs(60).0 != 0;
        for field in [Field::OnSecond, Field::OffSecond] {
            refuse(
                seconds && needed.contains(&Field::Days) && !found.fields().any(|entered| entered == field),
                self.at("keys"),
                format!("`schedule.resolution` has seconds, and `{{{}}}` is nowhere entered", field.name()),
            )?;
        }
        Ok(())
    }

    fn key(&self, key: &Key, at: &str) -> Result<(), Contradiction> {
        let kinds = [
            ("press", key.press.is_some()),
            ("chord", key.chord.is_some()),
            ("wait", key.wait.is_some()),
            ("digits", key.digits.is_some()),
            ("number", key.number.is_some()),
        ];
        let present: Vec<&str> = kinds.iter().filter(|(_, there)| *there).map(|(name, _)| *name).collect();
        let [kind] = present.as_slice() else {
            return refuse(
                true,
                self.at(at),
                "a key is exactly one of `press`, `chord`, `wait`, `digits` and `number`",
            );
        };
        let dials = matches!(*kind, "digits" | "number");
        let belongs = [
            ("hold", key.hold.is_some(), matches!(*kind, "press" | "chord")),
            ("times", key.times.is_some(), *kind == "press"),
            ("step", key.step.is_some(), dials),
            ("next", key.next.is_some(), dials),
            ("from", key.from.is_some(), dials),
            ("of", key.of.is_some(), dials),
            ("repeat", key.repeat.is_some(), dials),
            ("shows", key.shows.is_some(), *kind != "wait"),
        ];
        for (name, there, may) in belongs {
            refuse(there && !may, self.at(&format!("{at}.{name}")), format!("`{name}` does not go with `{kind}`"))?;
        }
        refuse(dials && key.step.is_none(), self.at(at), format!("`{kind}` needs `step`, the button that counts up"))?;
        refuse(
            *kind == "digits" && key.next.is_none(),
            self.at(at),
            "`digits` needs `next`, the button that ends a digit",
        )?;
        let times = self.at(&format!("{at}.times"));
        refuse(key.times == Some(0), times.clone(), "0 times is no press")?;
        refuse(
            key.times.is_some_and(|presses| u64::from(presses) > MOST_PRESSES),
            times,
            format!("more presses than anybody gives; {MOST_PRESSES} at most"),
        )?;
        refuse(key.of.is_some_and(|of| of < 2), self.at(&format!("{at}.of")), "a round has two values at least")?;
        self.buttons(key, at)?;
        self.spans(key, at)?;
        self.entered(key, at)?;
        key.shows.as_ref().map_or(Ok(()), |shows| self.shows(shows, &format!("{at}.shows")))
    }

    fn buttons(&self, key: &Key, at: &str) -> Result<(), Contradiction> {
        if let Some(chord) = &key.chord {
            let place = self.at(&format!("{at}.chord"));
            refuse(chord.len() < 2, place.clone(), "a chord has two buttons at least; one alone is a `press`")?;
            let twice = chord.iter().enumerate().any(|(n, button)| chord[..n].contains(button));
            refuse(twice, place, "a button cannot be pressed twice at once")?;
        }
        let chord = key.chord.iter().flatten().map(|button| ("chord", button));
        let single = [("press", &key.press), ("step", &key.step), ("next", &key.next)];
        let single = single.into_iter().filter_map(|(name, button)| Some((name, button.as_ref()?)));
        for (name, button) in single.chain(chord) {
            if !self.profile.buttons.contains(button) {
                refuse(true, self.at(&format!("{at}.{name}")), self.no_button(button))?;
            }
        }
        Ok(())
    }

    fn no_button(&self, button: &str) -> String {
        let known = &self.profile.buttons;
        if known.is_empty() {
            return format!("there is no button `{button}`: the profile has no `buttons`");
        }
        let near =
            known.iter().min_by_key(|known| strsim::damerau_levenshtein(&button.to_uppercase(), &known.to_uppercase()));
        let near = near.filter(|near| strsim::damerau_levenshtein(&button.to_uppercase(), &near.to_uppercase()) <= 2);
        match near {
            Some(near) => format!("there is no button `{button}`; did you mean `{near}`?"),
            None => format!("there is no button `{button}`; the buttons are {}", known.join(", ")),
        }
    }

    fn spans(&self, key: &Key, at: &str) -> Result<(), Contradiction> {
        let spans = [
            ("hold", key.hold),
            ("wait", key.wait),
            ("repeat.after", key.repeat.map(|repeat| repeat.after)),
            ("repeat.every", key.repeat.map(|repeat| repeat.every)),
            ("shows.within", key.shows.as_ref().map(|shows| shows.within)),
        ];
        for (name, span) in spans {
            if let Some(span) = span {
                positive(self.at(&format!("{at}.{name}")), span)?;
            }
        }
        refuse(
            key.repeat.is_some_and(|repeat| repeat.after <= self.macros.tap),
            self.at(&format!("{at}.repeat.after")),
            format!("a tap lasts {}, so it would count twice already", self.macros.tap),
        )
    }

    fn entered(&self, key: &Key, at: &str) -> Result<(), Contradiction> {
        for (name, text) in [("digits", &key.digits), ("number", &key.number), ("from", &key.from)] {
            let Some(text) = text else { continue };
            let place = self.at(&format!("{at}.{name}"));
            for field in text.fields() {
                let written = format!("`{{{}}}`", field.name());
                refuse(
                    !self.fields.contains(&field),
                    place.clone(),
                    format!("this command has no value for {written}"),
                )?;
                let missing = match field {
                    Field::Mode | Field::Was if self.macros.modes.is_none() => "modes",
                    Field::Weekday if self.macros.weekdays.is_none() => "weekdays",
                    Field::Days if self.macros.groups.is_empty() => "groups",
                    _ => continue,
                };
                refuse(true, place.clone(), format!("{written} is entered by a code: add `{missing}` to `[macros]`"))?;
            }
            if text.fields().any(|field| field == Field::Days) {
                self.every_group(place)?;
            }
        }
        Ok(())
    }

    /// A plan lets every group of the schedule through: each must have a code.
    fn every_group(&self, place: String) -> Result<(), Contradiction> {
        let groups = &self.profile.schedule.groups;
        refuse(
            groups.is_empty(),
            place,
            "`{days}` is entered by a code, so `schedule.groups` has to say which groups there are",
        )?;
        match groups.iter().find(|days| !self.macros.groups.contains_key(days)) {
            Some(days) => {
                refuse(true, "macros.groups", format!("there is no code for `{days}`, one of `schedule.groups`"))
            }
            None => Ok(()),
        }
    }

    fn shows(&self, shows: &Shows, at: &str) -> Result<(), Contradiction> {
        refuse(
            shows.relay.is_some() == shows.line.is_some(),
            self.at(at),
            "exactly one of `relay` and `line` shows that it worked",
        )?;
        refuse(
            shows.relay.is_some() != shows.becomes.is_some(),
            self.at(at),
            "`relay` and `becomes` go together: `{ relay = \"K1\", becomes = \"closed\", within = \"1s\" }`",
        )?;
        if let Some(relay) = &shows.relay {
            let known: Vec<&str> = self.profile.relays.iter().map(|relay| relay.0.as_str()).collect();
            let why = format!("there is no relay `{relay}`; the relays are {}", known.join(", "));
            refuse(!self.profile.relays.contains(relay), self.at(&format!("{at}.relay")), why)?;
        }
        refuse(
            shows.becomes == Some(Becomes::AsMode) && !self.fields.contains(&Field::Mode),
            self.at(&format!("{at}.becomes")),
            "`as-mode` is for `set-mode` alone; write `closed` or `open`",
        )?;
        refuse(
            shows.line.is_some() && self.profile.console.is_none(),
            self.at(&format!("{at}.line")),
            "no line is heard: the profile has no `[console]`",
        )
    }
}

fn positive(key: impl Into<String>, span: Span) -> Result<(), Contradiction> {
    refuse(span <= Span::ZERO || span > LONGEST, key.into(), "more than 0s, and at most 10min")
}

impl Profile {
    /// Which way a command takes to this board, if there is one.
    pub fn way(&self, command: &crate::profile::Command) -> Option<Way<'_>> {
        let console = self.console.as_ref().filter(|console| console.has(command)).map(Way::Console);
        let macros = self.macros.as_ref().filter(|macros| macros.of(command).is_some());
        match macros {
            Some(macros) if console.is_none() || macros.prefer == Some(super::Prefer::Macros) => {
                Some(Way::Macros(macros))
            }
            _ => console,
        }
    }
}
