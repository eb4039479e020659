//! Macros that cannot be: each is refused with its place and what to do.

use crate::profile::load::SHIPPED;
use crate::profile::{Command, Profile, ProfileError, Way};
use crate::programme::Mode;

fn shipped(name: &str) -> &'static str {
    SHIPPED.iter().find(|(known, _)| *known == name).unwrap().1
}

fn parse(text: &str) -> Result<Profile, ProfileError> {
    Profile::parse("buttons.toml", text, |name| Some(shipped(name).to_owned()))
}

/// The shipped profile with one place changed is refused with these words, at the place that reads so.
fn refused(from: &str, to: &str, says: &str, at: &str) {
    let text = shipped("weekly-buttons");
    assert!(text.contains(from), "{from}");
    let text = text.replacen(from, to, 1);
    let error = match parse(&text) {
        Ok(_) => panic!("{to} is let through"),
        Err(error) => error,
    };
    assert!(error.to_string().contains(says), "{error}");
    let span = error.span.clone().unwrap_or_else(|| panic!("no place: {error}"));
    assert!(text[span.clone()].starts_with(at), "{error}: {}", &text[span]);
    assert!(error.place.is_some() && error.to_string().starts_with("buttons.toml:"), "{error}");
}

const LEAVE: &str = "{ press = \"SET\", hold = \"2100ms\" }";

#[test]
fn keys_that_are_none() {
    let key = |to: &str, says: &str, at: &str| refused(LEAVE, to, says, at);
    key("{ press = \"SETT\" }", "no button `SETT`; did you mean `SET`?", "\"SETT\"");
    key("{ press = \"PROG\" }", "the buttons are SET, MODE", "\"PROG\"");
    key("{ press = \"SET\", hold = \"0s\" }", "more than 0s", "\"0s\"");
    key("{ press = \"SET\", hold = \"-2s\" }", "", "\"-2s\"");
    key("{ press = \"SET\", times = 0 }", "0 times is no press", "0");
    key("{ press = \"SET\", times = 10001 }", "more presses than anybody gives; 10000 at most", "10001");
    key("{ press = \"SET\", wait = \"1s\" }", "exactly one of `press`", "{ press");
    key("{ hold = \"1s\" }", "exactly one of `press`", "{ hold");
    key("{ wait = \"1s\", times = 2 }", "`times` does not go with `wait`", "2");
    key("{ chord = [\"SET\"], hold = \"2s\" }", "two buttons at least", "[\"SET\"]");
    key("{ chord = [\"SET\", \"SET\"], hold = \"2s\" }", "twice at once", "[\"SET\"");
    key("{ pres = \"SET\" }", "did you mean `press`?", "pres");
    key("{ digits = \"1\", step = \"MODE\" }", "`digits` needs `next`", "{ digits");
    key("{ number = \"1\", next = \"SET\" }", "`number` needs `step`", "{ number");
    key("{ number = \"1\", step = \"MODE\", of = 1 }", "two values at least", "1");
    key("{ number = \"{minit}\", step = \"MODE\" }", "did you mean `{minute}`?", "\"{minit}\"");
    key("{ number = \"{mode}\", step = \"MODE\" }", "this command has no value for `{mode}`", "\"{mode}\"");
    key(
        "{ number = \"1\", step = \"MODE\", repeat = { after = \"50ms\", every = \"10ms\" } }",
        "it would count twice already",
        "\"50ms\"",
    );
}

#[test]
fn macros_that_would_not_do_what_is_asked() {
    refused("keys = [{ chord = [\"SET\", \"MODE\"], hold = \"5200ms\" }]", "keys = []", "nothing is pressed", "[]");
    refused("5200ms\" }]", "5200ms\" }]\nacts-after = \"20min\"", "between 0s and 10min", "\"20min\"");
    refused("{day}{hour}", "{hour}", "needs its day", "[");
    refused("{hour}{minute}{second}", "{hour}{second}", "`{minute}` is nowhere entered", "[");
    refused("{off-second}", "", "`schedule.resolution` has seconds", "[");
    refused("digits = \"{mode}\"", "digits = \"1\"", "whatever is asked for, the same would be pressed", "[");
    refused("\"3{slot}\"", "\"3{days}\"", "this command has no value for `{days}`", "\"3{days}\"");
    refused("modes = { auto", "# modes = { auto", "add `modes` to `[macros]`", "\"{mode}\"");
    refused("on = \"1\", off = \"2\"", "on = \"1\", off = \"1\"", "two modes have one code", "{ auto");
    refused("on = \"1\"", "on = \"one\"", "is not one to nine digits", "\"one\"");
}

#[test]
fn groups_and_slots_without_a_code() {
    refused("Sun = \"15\"\n", "", "there is no code for `Sun`", "");
    refused("Sun = \"15\"", "Sun = \"14\"", "two groups of days have one code", "\"14\"");
    refused("Sun = \"15\"", "Sun = \"15\"\n\"Tue-Sat\" = \"16\"", "`schedule.groups` has no `Tue-Sat`", "\"16\"");
    refused("Sun = \"15\"", "Sunday = \"15\"", "not a group of days", "");
    refused("first-slot = 0", "first-slot = 90", "the last slot is number 106", "");
    refused("first-slot = 0", "slot-digits = 0", "between 1 and 9 digits", "0");
}

#[test]
fn what_shows_it_must_be_there_to_be_seen() {
    let shows = "shows = { relay = \"K1\", becomes = \"as-mode\", within = \"500ms\" }";
    let other = |to: &str, says: &str, at: &str| refused(shows, &format!("shows = {to}"), says, at);
    other("{ relay = \"K2\", becomes = \"closed\", within = \"1s\" }", "no relay `K2`; the relays are K1", "\"K2\"");
    other("{ relay = \"K1\", within = \"1s\" }", "`relay` and `becomes` go together", "{ relay");
    other("{ within = \"1s\" }", "exactly one of `relay` and `line`", "{ within");
    other("{ line = \"# button done\", within = \"1s\" }", "the profile has no `[console]`", "\"# button");
    other("{ relay = \"K1\", becomes = \"on\", within = \"1s\" }", "unknown variant `on`", "\"on\"");
    refused(
        "hold = \"5200ms\" }",
        "hold = \"5200ms\", shows = { relay = \"K1\", becomes = \"as-mode\", within = \"1s\" } }",
        "is for `set-mode` alone",
        "\"as-mode\"",
    );
}

#[test]
fn a_command_that_can_be_said_and_pressed_needs_a_word() {
    let both = shipped("weekly-buttons").replace("without = [\"console\"]\n", "");
    let error = parse(&both).unwrap_err();
    assert!(error.to_string().contains("`console.commands.set-clock` does the same; write `prefer ="), "{error}");
    assert!(error.place.is_some());
    let way = |prefer: &str| {
        let text = both.replace("[macros]\n", &format!("[macros]\nprefer = \"{prefer}\"\n"));
        let profile = parse(&text).unwrap();
        let macros = matches!(profile.way(&Command::SetMode(Mode::On)), Some(Way::Macros(_)));
        // What only one of them has goes that way, whatever is preferred.
        assert!(matches!(profile.way(&Command::ListPrograms), Some(Way::Console(_))));
        macros
    };
    assert!(way("macros") && !way("console"));
    refused("[macros]\n", "[macros]\nprefer = \"console\"\n", "there is no `[console]` to be preferred", "\"console\"");
}

#[test]
fn a_variant_leaves_out_only_what_is_there() {
    refused("without = [\"console\"]", "without = [\"consol\"]", "the base has no `consol`", "\"consol\"");
    refused("without = [\"console\"]", "without = [\"console.commands.sing\"]", "has no `console.commands.sing`", "\"");
    refused("without = [\"console\"]", "without = \"console\"", "is a list of names", "\"console\"");
    refused("without = [\"console\"]", "without = [\"supply\"]", "missing field `supply`", "");
    let error = parse("without = [\"console\"]\nname = \"x\"\n").unwrap_err();
    assert!(error.to_string().starts_with("buttons.toml:1:12: `without` leaves out what a `base` has"), "{error}");
    let one = shipped("weekly-buttons")
        .replace("[\"console\"]", "[\"console.commands.set-clock\", \"console.commands.reset\"]");
    let error = parse(&one).unwrap_err().to_string();
    assert!(error.contains("`console.commands.add-program` does the same"), "{error}");
}
