//! A second dialect, as unlike the reference board's as it gets, so that the profile's language is not the reference
//! board's own: a prompt, echoed lines, hours of twelve, fields between commas, days as a mask, answers over several lines.

use super::dialect::{Answer, Command, Heard};
use super::load::SHIPPED;
use super::{Console, Profile, ProfileError};
use crate::programme::{Mode, Programme};

const CONSOLE: &str = r##"
base = "weekly"
name = "tn-7"
description = "a made-up timer with a talkative console"
without = ["console"]

[console]
baud = 9600
line-end = "\r"
ack-timeout = "2s"
prompt = "> "
echo = true
ack = "Done."
error = "?{text}"
unsolicited = "*** "
boot = "*** TN-7 v{version} start: {reset}"
date = "{day}/{month}/{year2}"
time = "{hour12}:{minute}:{second}{half}"
days = { mask = { first = "Sun" } }
modes = { auto = "auto", on = "man-on", off = "man-off" }
resets = { power-on = "POWER", watchdog = "WDT" }

[console.commands]
set-clock = { send = "clock={date},{time}" }
read-clock = { send = "clock?", lines = ["Date {date}", "Time {time}"] }
add-program = { send = "prog+{days},{on},{off}", reply = "Stored as #{slot}" }
list-programs = { send = "prog?", item = "#{slot},{days},{on},{off}", reply = "{count} in use" }
set-mode = { send = "mode={mode}" }
read-mode = { send = "mode?", lines = ["Mode {mode}"] }
factory-reset = { send = "forget all" }
"##;

fn parse(text: &str) -> Result<Profile, ProfileError> {
    Profile::parse("tn-7.toml", text, |_| Some(SHIPPED[0].1.to_owned()))
}

fn console() -> Console {
    parse(CONSOLE).unwrap_or_else(|error| panic!("{error}")).console.unwrap()
}

fn programme() -> Programme {
    Programme {
        days: "Mon-Fri".parse().unwrap(),
        on: "00:30:00".parse().unwrap(),
        off: "12:00:00".parse().unwrap(),
        relay: None,
    }
}

/// What the board's lines come to; the last is the whole answer.
fn answer(command: Command, lines: &[&str]) -> Result<Answer, String> {
    let console = console();
    let mut exchange = console.exchange(&command).unwrap();
    for (number, line) in lines.iter().enumerate() {
        match exchange.hear(line).map_err(|why| why.to_string())? {
            Heard::Done(answer) => {
                assert_eq!(number + 1, lines.len(), "over too soon");
                return Ok(*answer);
            }
            Heard::Refused { text, .. } => return Err(format!("refused: {}", text.unwrap_or_default())),
            Heard::More | Heard::Unsolicited(_) => {}
        }
    }
    Err("not over".to_owned())
}

#[test]
fn its_commands_are_written_its_own_way() {
    let console = console();
    for (command, line) in [
        (Command::SetClock("2024-02-29 19:05:09".parse().unwrap()), "clock=29/02/24,07:05:09PM"),
        (Command::AddProgram(programme()), "prog+62,12:30:00AM,12:00:00PM"),
        (Command::SetMode(Mode::On), "mode=man-on"),
    ] {
        assert_eq!(console.render(&command), Ok(line.to_owned()));
    }
    assert_eq!(console.exchange(&Command::FactoryReset).unwrap().bytes(), b"forget all\r");
}

#[test]
fn an_answer_over_several_lines_behind_prompt_and_echo() {
    let clock = answer(Command::ReadClock, &["> clock?\r", "Date 29/02/24\r", "Time 07:05:09PM\r", "Done.\r"]);
    assert_eq!(clock.unwrap().clock, Some("2024-02-29 19:05:09".parse().unwrap()));
    let list =
        [">", "> prog?", "*** relay 1 on", "#3,62,12:30:00AM,12:00:00PM", "#9,65,01:00:00PM,01:00:01PM", "2 in use"];
    let list = answer(Command::ListPrograms, &list).unwrap();
    assert_eq!(list.programmes[0], (Some(3), programme()));
    assert_eq!(list.programmes[1].1.days, "Sat-Sun".parse().unwrap());
    assert_eq!(answer(Command::AddProgram(programme()), &["> > Stored as #4"]).unwrap().slot, Some(4));
    assert_eq!(answer(Command::ReadMode, &["mode?", "Mode man-off", "Done."]).unwrap().mode, Some(Mode::Off));
}

#[test]
fn what_is_no_answer_is_told_with_what_belongs_there() {
    let wrong = |command, lines: &[&str]| answer(command, lines).unwrap_err();
    assert_eq!(wrong(Command::SetMode(Mode::Auto), &["?no such mode"]), "refused: no such mode");
    assert_eq!(
        wrong(Command::ReadClock, &["Time 07:05:09PM"]),
        "the board answered `Time 07:05:09PM` where `Date {date}` belongs"
    );
    assert_eq!(
        wrong(Command::ReadClock, &["Date 29/02/24", "Time 19:05:09PM"]),
        "the board answered `Time 19:05:09PM`, whose `{time}` is `19:05:09PM`: that is none"
    );
    // The echo comes once; the same line again is no answer.
    assert!(wrong(Command::ReadMode, &["mode?", "mode?"]).contains("where `Mode {mode}` belongs"));
    let boot = console().boot_report("> *** TN-7 v2.1 start: WDT\r").unwrap().unwrap();
    assert_eq!(boot.reset.unwrap().to_string(), "watchdog");
}

#[test]
fn a_dialect_that_could_not_be_read_back_is_refused() {
    for (from, to, says, line) in [
        ("{second}{half}", "{second}", "`{hour12}` and `{half}` go together", 18),
        ("prompt = \"> \"", "prompt = \"\"", "there is nothing in it", 11),
        ("[\"Mode {mode}\"]", "[\"Mode {mood}\"]", "did you mean `{mode}`?", 29),
        ("[\"Mode {mode}\"]", "[\"Clock {validity}\"]", "not declared in `console.clock`", 29),
    ] {
        assert!(CONSOLE.contains(from), "{from}");
        let error = parse(&CONSOLE.replacen(from, to, 1)).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
        assert_eq!(error.place.map(|(line, _)| line), Some(line), "{error}");
    }
}
