//! Which known name somebody may have meant.

/// Words of other tools, and what they are called here.
const ELSEWHERE: [(&str, &str); 23] = [
    ("sleep", "wait"),
    ("delay", "wait"),
    ("pause", "wait"),
    ("assert", "expect"),
    ("check", "expect"),
    ("verify", "expect"),
    ("send", "console"),
    ("interruption", "cut"),
    ("outage", "cut"),
    ("sag", "dip"),
    ("supply", "power"),
    ("schedule", "program"),
    ("label", "mark"),
    ("loop", "repeat"),
    ("import", "include"),
    ("while", "meanwhile"),
    ("background", "meanwhile"),
    ("parallel", "during"),
    ("duration", "for"),
    ("timeout", "within"),
    ("level", "to"),
    ("description", "why"),
    ("name", "title"),
];

/// The known name nearest to `name`, if one is near: a third of its letters may differ.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    if name.len() > 64 {
        return None;
    }
    let lower = name.to_lowercase();
    let translated = ELSEWHERE
        .iter()
        .filter(|(theirs, _)| *theirs == lower)
        .find_map(|(_, ours)| known.iter().find(|known| *known == ours));
    let allowed = 1 + name.chars().count() / 3;
    translated.copied().or_else(|| {
        known
            .iter()
            .map(|known| (strsim::damerau_levenshtein(&lower, &known.to_lowercase()), *known))
            .filter(|(distance, known)| *distance <= allowed && *distance < known.chars().count())
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, known)| known)
    })
}

/// Advice for an unknown name: the nearest known one, or all of them.
pub(crate) fn did_you_mean(name: &str, known: &[&str]) -> String {
    match nearest(name, known) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("known are {}", list(known, "and")),
    }
}

/// `a`, `b` or `c`, in code quotes.
pub(crate) fn one_of(names: &[&str]) -> String {
    list(names, "or")
}

/// `a`, `b` <word> `c`, in code quotes.
pub(crate) fn list(names: &[&str], word: &str) -> String {
    match names {
        [] => "none".to_owned(),
        [one] => format!("`{one}`"),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|name| format!("`{name}`")).collect();
            format!("{} {word} `{last}`", first.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let steps = ["power", "cut", "dip", "wait", "until", "expect"];
        for (name, meant) in [
            ("wiat", Some("wait")),
            ("Expect", Some("expect")),
            ("expcet", Some("expect")),
            ("sleep", Some("wait")),
            ("xylophone", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(nearest(name, &steps), meant, "{name}");
        }
        assert_eq!(did_you_mean("zzz", &["a", "b", "c"]), "known are `a`, `b` and `c`");
    }
}
