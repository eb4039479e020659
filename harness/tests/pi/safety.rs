//! Rules 2, 6 and 7 of DESIGN.md, each where it could be broken: who ends a rig that is energised, who is to blame for a board
//! that lost its supply, and two supplies that are never on together.

use crate::desk::{ABUSED, Desk, LATE, Test, case, elf};
use crate::other_rigs::{PI_MAINS, PI_PSU};
use crate::support::{Place, Ran};
use brownout_rigs::rig::pi::Line;
use brownout_trace::event::Level;
use brownout_trace::{Verdict, What};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs::{File, metadata};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

pub const TESTS: &[Test] = &[
    ("the_supply_for_flashing_is_never_on_with_mains", the_supply_for_flashing_is_never_on_with_mains),
    ("a_signal_ends_a_check", a_signal_ends_a_check),
    ("a_check_that_is_de_energised_ends", a_check_that_is_de_energised_ends),
    ("a_signal_ends_what_comes_before_a_case", a_signal_ends_what_comes_before_a_case),
    ("a_second_signal_de_energises_before_it_ends", a_second_signal_de_energises_before_it_ends),
    ("a_watchdog_that_starves_while_flashing_judges_nobody", a_watchdog_that_starves_while_flashing_judges_nobody),
    ("a_holder_switches_its_bench_supply_off", a_holder_switches_its_bench_supply_off),
    ("a_hang_is_the_watchdog_s_affair", a_hang_is_the_watchdog_s_affair),
    ("without_a_real_time_priority_there_is_one_warning", without_a_real_time_priority_there_is_one_warning),
];

const LONG: &str = "{ wait = \"600s\" },\n{ expect = { relay = \"K1\", is = \"closed\" } },\n";
const UPDATE: &str = "{ wait = \"1s\" },\n{ flash = \"again\" },\n{ wait = \"1s\" },\n\
                      { expect = { relay = \"K1\", is = \"closed\", within = \"2s\" } },\n";

fn begun(mut command: Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn ended(child: Child) -> Ran {
    let ran = Ran::of(child.wait_with_output().unwrap());
    if [&ran.stdout, &ran.stderr].iter().any(|said| said.contains("too busy")) {
        // Another cause than the one that is looked for may have been first: then the test comes again.
        LATE.set(true);
    }
    ran
}

fn signal(child: &mut Child, name: &str) {
    if child.try_wait().unwrap().is_none() {
        assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
    }
}

/// Waits until something is so, or the command has ended before its time.
fn wait_for(desk: &Desk, child: &mut Child, what: &str, is_so: impl Fn(&Desk) -> bool) {
    let child = RefCell::new(child);
    desk.wait_for(what, |desk| is_so(desk) || child.borrow_mut().try_wait().unwrap().is_some());
}

/// In its first case, the board fed.
fn energised(desk: &Desk) -> Child {
    let mut child = desk.begin();
    wait_for(desk, &mut child, "the case", |desk| !desk.recorded().is_empty() && !desk.is_off());
    child
}

fn switch() -> Line {
    "GPIO17".parse().unwrap()
}

/// Nothing feeds the board, and nothing would if the watchdog closed again.
fn is_safe(desk: &Desk) {
    let is = (desk.fake.level(), desk.fake.driven(switch()));
    if is != (Level::Open, Some(false)) {
        // No lateness excuses that.
        ABUSED.set(true);
        panic!("not safe: {is:?}");
    }
}

/// probe-rs is at work: the flash of the board has changed.
fn wait_for_the_probe(desk: &Desk, child: &mut Child) {
    let board = desk.fake.board();
    let before = board.lock().image().clone();
    wait_for(desk, child, "the probe", |_| *board.lock().image() != before);
}

fn the_supply_for_flashing_is_never_on_with_mains() {
    let desk = Desk::of(PI_MAINS, "virtual-220v", case(UPDATE));
    let weekly = elf("weekly");
    let command = ["run", "scenarios", "--rig", "pi.toml", "--energise", "--firmware", &weekly, "--record", "records"];
    let ran = ended(begun(desk.command(&command)));
    // A busy machine may leave it undecided; it passed where only its approval lacks.
    assert!(ran.status == 75 || ran.stderr.contains("1 snapshot pending"), "{ran:#?}");
    let flashed = |what: &What| matches!(what, What::Flashed { whole: true, .. });
    assert!(ran.status == 75 || desk.recorded().iter().any(|event| flashed(&event.what)), "{ran:#?}");
    assert_eq!(desk.fake.abuses(), BTreeSet::new());
    is_safe(&desk);
    assert_eq!(desk.fake.driven("GPIO16".parse().unwrap()), Some(false), "the supply for flashing");
}

/// A check whose shots have begun.
fn checking(desk: &Desk) -> Child {
    let mut child = begun(desk.command(&["rig", "check", "--rig", "pi.toml", "--shots", "1000"]));
    // Its lines are tried first, each for a moment.
    wait_for(desk, &mut child, "the board", |desk| desk.fake.board().lock().is_powered());
    wait_for(desk, &mut child, "a shot", Desk::is_off);
    child
}

fn a_signal_ends_a_check() {
    for (name, says) in [("-INT", "stopped by SIGINT"), ("-TERM", "stopped by SIGTERM")] {
        let desk = Desk::flashed(Place::new());
        let mut child = checking(&desk);
        signal(&mut child, name);
        ended(child).prints(75, &["bad       shots", says, "pi-12v: bad"]);
        is_safe(&desk);
    }
}

fn a_check_that_is_de_energised_ends() {
    let desk = Desk::flashed(Place::new());
    let child = checking(&desk);
    ended(begun(desk.command(&["rig", "safe", "--rig", "pi.toml"]))).prints(0, &["safe"]);
    let ran = ended(child);
    // By the word that was left, or by what the sense tells: whichever it saw first.
    let causes = ["de-energised the rig by `brownout rig safe`", "nothing is at the terminals", "did not come back"];
    assert!(ran.status == 75 && causes.iter().any(|cause| ran.stdout.contains(cause)), "{ran:#?}");
    is_safe(&desk);
}

fn a_signal_ends_what_comes_before_a_case() {
    let settles: fn(&Desk, &mut Child) = |desk, child| wait_for(desk, child, "the supply", |desk| !desk.is_off());
    for wait in [settles, wait_for_the_probe] {
        let desk = Desk::new(case(LONG), "5ms");
        let mut child = desk.begin();
        wait(&desk, &mut child);
        signal(&mut child, "-INT");
        let ran = ended(child);
        ran.says(75, &["the rig `pi-12v`: stopped by SIGINT"]);
        assert_eq!(ran.stdout, "", "nothing was run");
        is_safe(&desk);
    }
}

/// The run hangs at its probe, which answers nothing: the first signal finds nobody who looks at it.
fn a_second_signal_de_energises_before_it_ends() {
    let desk = Desk::new(case(LONG), "5ms");
    let mut child = desk.begin();
    wait_for_the_probe(&desk, &mut child);
    let board = desk.fake.board();
    let held = board.lock();
    signal(&mut child, "-INT");
    signal(&mut child, "-TERM");
    let status = child.wait().unwrap();
    drop(held);
    ended(child);
    assert!([Some(2), Some(15)].contains(&status.signal()), "{status}");
    desk.wait_for("the switch", |desk| desk.fake.driven(switch()) == Some(false));
    is_safe(&desk);
}

/// The probe answers nothing for longer than the watchdog's period, and then is gone: the board lost its supply, which nobody
/// asked for.
fn a_watchdog_that_starves_while_flashing_judges_nobody() {
    let desk = Desk::new(case(UPDATE), "5ms");
    let mut child = energised(&desk);
    let board = desk.fake.board();
    wait_for(&desk, &mut child, "the probe", |_| board.lock().is_halted());
    thread::scope(|scope| {
        let held = board.lock();
        let unplugged = scope.spawn(|| desk.fake.unplug_probe());
        thread::sleep(Duration::from_millis(1_300));
        drop(held);
        unplugged.join().unwrap();
    });
    let ran = ended(child);
    // That it was behind meanwhile is this test's own doing.
    desk.fake.most_behind();
    ran.prints(75, &["1 inconclusive", "the watchdog was not fed for "]);
    desk.ended(Verdict::Inconclusive);
}

fn a_holder_switches_its_bench_supply_off() {
    let desk = Desk::of(PI_PSU, "virtual-12v", case(LONG));
    let child = energised(&desk);
    assert!(desk.fake.supplied().is_some());
    let safe = || ended(begun(desk.command(&["rig", "safe", "--rig", "pi.toml"])));
    let ran = safe();
    ran.prints(0, &["pi-psu: safe, every output is inactive"]);
    is_safe(&desk);
    ended(child).prints(75, &["1 inconclusive"]);
    desk.wait_for("the supply's own output", |desk| desk.fake.supplied().is_none());
    // Now the port is free; and somebody else who has it is in the way.
    safe().prints(0, &["pi-psu: safe"]);
    let port = File::open(desk.fake.console().with_file_name("supply")).unwrap();
    port.lock().unwrap();
    safe().says(75, &["the bench supply's port ", " is busy"]);
    is_safe(&desk);
}

fn a_hang_is_the_watchdog_s_affair() {
    let desk = Desk::new(case(LONG), "5ms");
    let mut child = energised(&desk);
    signal(&mut child, "-STOP");
    desk.wait_for("the watchdog", Desk::is_off);
    let driven = desk.fake.driven(switch());
    signal(&mut child, "-CONT");
    let ran = ended(child);
    // By whichever of its threads comes to it first.
    let causes = ["the watchdog was not fed for ", "the console was not read for ", "the run loop stood still for "];
    ran.prints(75, &["1 inconclusive"]);
    assert!(causes.iter().any(|cause| ran.stdout.contains(cause)), "{ran:#?}");
    desk.ended(Verdict::Inconclusive);
    assert_eq!(driven, Some(true), "a program that hangs leaves its lines as they were");
}

/// The same command, of a user who has no right to a real-time priority.
fn without_the_right(desk: &Desk, command: &Command) -> Command {
    let mut plain = Command::new("prlimit");
    plain.arg("--rtprio=0:0");
    if metadata(desk.here.path("")).unwrap().uid() == 0 {
        // Root has it whatever its limits say.
        plain.args(["setpriv", "--bounding-set=-sys_nice", "--inh-caps=-sys_nice"]);
    }
    plain.arg(command.get_program()).args(command.get_args());
    plain.current_dir(command.get_current_dir().unwrap()).stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => plain.env(name, value),
            None => plain.env_remove(name),
        };
    }
    plain
}

fn without_a_real_time_priority_there_is_one_warning() {
    let desk = Desk::flashed(case("{ wait = \"1s\" },\n{ expect = { relay = \"K1\", is = \"open\" } },\n"));
    let says = "warning: no real-time priority (Operation not permitted (os error 1)): give the user `rtprio 40`";
    let ran = |args: &[&str]| ended(begun(without_the_right(&desk, &desk.command(args))));
    for args in [vec!["rig", "check", "--rig", "pi.toml", "--shots", "2"], vec!["run", "scenarios", "--rig", "pi.toml"]]
    {
        let ran = ran(&args);
        assert_eq!(ran.stderr.matches(says).count(), 1, "{ran:#?}");
        is_safe(&desk);
    }
}
