//! `brownout review`: through a pseudo-terminal as a person does it, and without one.

use crate::support::{PASSING, Place, Ran};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// A terminal with the command in it.
struct Screen {
    keyboard: File,
    heard: Receiver<Vec<u8>>,
    text: String,
    child: Child,
}

impl Screen {
    fn of(here: &Place, args: &[&str], columns: u16) -> Self {
        let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&keyboard).unwrap();
        unlockpt(&keyboard).unwrap();
        let size = Winsize { ws_row: 50, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&keyboard, size).unwrap();
        let name = ptsname(&keyboard, Vec::new()).unwrap().into_string().unwrap();
        let terminal = || Stdio::from(File::options().read(true).write(true).open(&name).unwrap());
        let mut command = here.command(args);
        command.env("TERM", "xterm").env("LANG", "C.UTF-8").env("NO_COLOR", "1");
        let child = command.stdin(terminal()).stdout(terminal()).stderr(terminal()).spawn().unwrap();
        let keyboard = File::from(keyboard);
        let mut ear = keyboard.try_clone().unwrap();
        let (sender, heard) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // Reading fails once nobody has the other end open.
            while let Ok(count) = ear.read(&mut buffer) {
                if count == 0 || sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { keyboard, heard, text: String::new(), child }
    }

    /// Waits until this was shown since the last time.
    fn shows(&mut self, words: &str) {
        let end = Instant::now() + Duration::from_secs(30);
        while !self.text.contains(words) {
            let left = end.saturating_duration_since(Instant::now());
            let Ok(bytes) = self.heard.recv_timeout(left) else { panic!("no `{words}` in {}", self.text) };
            self.text.push_str(&String::from_utf8_lossy(&bytes));
        }
    }

    fn press(&mut self, keys: &str) {
        self.text.clear();
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    fn ends(mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

fn changed() -> Place {
    let here = Place::approved();
    here.scenario("noon", &PASSING.replace("Closed at noon", "Closed in the middle of the day"));
    here.scenario("other", PASSING);
    assert_eq!(here.run(&["run"]).status, 1);
    here
}

fn approved(here: &Place, name: &str) -> String {
    fs::read_to_string(here.path("scenarios/power/snapshots").join(name)).unwrap()
}

#[test]
fn a_person_reads_and_decides() {
    let here = changed();
    let mut screen = Screen::of(&here, &["review", "--who", "Ann", "--date", "2026-11-23"], 120);
    screen.shows("q quit");
    for words in [
        "1 of 2: power/noon",
        "changed; approved before: accepted ",
        "approved ",
        "Closed [at noon]",
        "[in the middle of the day]",
    ] {
        assert!(screen.text.contains(words), "no `{words}` in {}", screen.text);
    }
    // An arrow is no `A`.
    screen.press("\x1b[Aa");
    screen.shows("why is it right?");
    screen.press("a better titlx\x7fe\r");
    screen.shows("accepted scenarios/power/snapshots/noon@weekly.snap");
    screen.shows("2 of 2: power/other");
    screen.shows("q quit");
    assert!(screen.text.contains("new: nothing was approved yet"), "{}", screen.text);
    screen.press("r");
    screen.shows("1 accepted, 1 rejected, 0 still pending");
    assert_eq!(screen.ends(), 0);
    assert_eq!(here.snapshots(), ["noon@weekly.snap"]);
    let text = approved(&here, "noon@weekly.snap");
    assert!(text.contains("description: \"accepted 2026-11-23 by Ann: a better title\"\n"), "{text}");
    assert!(text.contains("Closed in the middle of the day") && !text.contains("assertion_line"), "{text}");
}

#[test]
fn a_narrow_terminal_has_one_column_and_ctrl_c_leaves_everything() {
    let here = changed();
    let before = here.snapshots();
    let mut screen = Screen::of(&here, &["review"], 80);
    screen.shows("- Closed at noon\r\n");
    screen.shows("q quit");
    screen.press("\x03");
    screen.shows("0 accepted, 0 rejected, 2 still pending");
    assert_eq!(screen.ends(), 0);
    assert_eq!(here.snapshots(), before);
}

#[test]
fn progress_is_shown_on_a_terminal_and_leaves_nothing_behind() {
    let here = Place::approved();
    let mut screen = Screen::of(&here, &["run"], 100);
    screen.shows("1 case: 1 passed");
    assert!(screen.text.contains("\r\x1b[K[░░░░░░░░░░░░░░░░░░░░] 0/1"), "{:?}", screen.text);
    assert!(screen.text.contains("\r\x1b[Kpassed "), "{:?}", screen.text);
    assert_eq!(screen.ends(), 0);
}

#[test]
fn without_a_terminal_it_says_what_to_do() {
    let here = changed();
    let ran = here.run(&["review"]);
    ran.says(2, &["2 snapshots pending", "no terminal", "`brownout accept` or `brownout reject`"]);
    assert!(ran.stdout.starts_with("scenarios/power/snapshots/noon@weekly.snap.new\n"), "{}", ran.stdout);
    here.run(&["reject"]);
    here.run(&["review"]).says(0, &["no pending snapshots"]);
}

#[test]
fn continuous_integration_decides_nothing() {
    let here = changed();
    let before = here.snapshots();
    for args in [&["review"][..], &["accept"], &["reject"], &["reject", "--orphans"]] {
        Ran::of(here.command(args).env("CI", "1").output().unwrap()).says(2, &["CI is set"]);
        Ran::of(here.command(args).env("INSTA_FORCE_PASS", "1").output().unwrap()).says(2, &["INSTA_FORCE_PASS"]);
    }
    assert_eq!(here.snapshots(), before);
}

#[test]
fn who_and_why_are_kept_and_survive_what_insta_writes() {
    let here = Place::passing();
    assert_eq!(here.run(&["run"]).status, 1);
    here.run(&["accept", "--why", "the first \"one\"", "--who", "Ann", "--date", "2026-03-01"]);
    let said = "description: \"accepted 2026-03-01 by Ann: the first \\\"one\\\"\"\n";
    assert!(approved(&here, "noon@weekly.snap").contains(said), "{}", approved(&here, "noon@weekly.snap"));
    // Nothing differs because of it, and what takes its place carries it along.
    assert_eq!(here.run(&["run"]).status, 0);
    here.scenario("noon", &PASSING.replace("Closed at noon", "Closed"));
    assert_eq!(here.run(&["run"]).status, 1);
    let pending = approved(&here, "noon@weekly.snap.new");
    assert!(pending.contains("earlier: accepted 2026-03-01 by Ann: the first"), "{pending}");
    here.run(&["accept", "--date", "2026-13-01"]).says(2, &["`2026-13-01` is no day", "2026-12-31"]);
}

#[test]
fn orphans_are_listed_and_removed_when_that_is_asked_for() {
    let here = changed();
    for name in ["noon@cut=1s@weekly.snap", "gone@weekly.snap", "noon@daily.snap"] {
        here.write(&format!("scenarios/power/snapshots/{name}"), "---\nsource: a\n---\nx\n");
    }
    let listed = [
        "3 snapshots that nothing compares with",
        "no scenario `gone`",
        "no board profile `daily`",
        "no such case of `noon`",
    ];
    here.run(&["check"]).says(0, &listed);
    here.run(&["review"]).says(2, &listed);
    // Not while a scenario cannot be read: its cases are unknown.
    let broken = here.scenario("broken", "title = 1\n");
    here.run(&["reject", "--orphans"]).says(2, &["broken.toml"]);
    fs::remove_file(broken).unwrap();
    let ran = here.run(&["reject", "--orphans"]);
    assert_eq!((ran.status, ran.stdout.lines().count()), (0, 3), "{ran:#?}");
    assert_eq!(here.snapshots(), ["noon@weekly.snap", "noon@weekly.snap.new", "other@weekly.snap.new"]);
    here.run(&["reject", "--orphans"]).says(0, &["no orphaned snapshots"]);
}

#[test]
fn the_shipped_scenarios_leave_no_orphans() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let ran = Ran::of(Place::new().command(&["check"]).current_dir(root).output().unwrap());
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
}
