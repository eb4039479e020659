//! `brownout serve`: a live board that a terminal, a debugger and a hand on the supply reach at once.

use crate::support::Place;
use probe_rs::flashing::{ElfLoader, ElfOptions, download_file_with_options};
use probe_rs::probe::DebugProbeSelector;
use probe_rs::probe::list::Lister;
use probe_rs::{CoreStatus, MemoryInterface, Permissions, RegisterId};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// Far longer than anything here takes: only a failure waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

struct Served {
    child: Child,
    stdin: ChildStdin,
    lines: Receiver<String>,
}

/// The lines of a stream, as they come.
fn lines(stream: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let lines = BufReader::new(stream).lines().map_while(Result::ok);
        for line in lines {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

/// The first line with these words.
fn wait_for(lines: &Receiver<String>, words: &str) -> String {
    let mut seen = Vec::new();
    loop {
        match lines.recv_timeout(PATIENCE) {
            Ok(line) if line.contains(words) => return line,
            Ok(line) => seen.push(line),
            Err(_) => panic!("no `{words}` in {seen:#?}"),
        }
    }
}

impl Served {
    fn start(place: &Place, args: &[&str]) -> Self {
        let mut command = place.command(&[&["serve"], args].concat());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, stdin, lines: lines(stdout) }
    }

    fn order(&mut self, order: &str) {
        writeln!(self.stdin, "{order}").unwrap();
    }

    fn ask(&mut self, order: &str, words: &str) -> String {
        self.order(order);
        self.says(words)
    }

    fn says(&self, words: &str) -> String {
        wait_for(&self.lines, words)
    }

    /// Asks it to end; gives its exit status.
    fn terminate(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(std::process::Command::new("kill").arg(&pid).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

/// A terminal program on a board's console.
fn terminal(link: &Path) -> (File, Receiver<String>) {
    let file = OpenOptions::new().read(true).write(true).open(link).unwrap();
    let lines = lines(file.try_clone().unwrap());
    (file, lines)
}

#[test]
fn a_live_board_is_reached_by_a_terminal_a_debugger_and_a_hand_on_the_supply() {
    let place = Place::new();
    let mut served = Served::start(&place, &[]);
    served.says("virtual-12v: probe 20b7:9db1:unix:./virtual-12v.probe");
    let (mut console, heard) = terminal(&place.path("virtual-12v.console"));
    served.order("power on");
    served.says("out of reset: power-on");
    wait_for(&heard, "# boot brownout-weekly 1.0.0 reset=por");
    writeln!(console, "VERSION").unwrap();
    wait_for(&heard, "OK brownout-weekly 1.0.0");

    let selector = format!("20b7:9db1:unix:{}", place.path("virtual-12v.probe").display());
    let selector: DebugProbeSelector = selector.parse().unwrap();
    let probe = Lister::new().open(selector).unwrap();
    let mut session = probe.attach("STM32F103C8", Permissions::new()).unwrap();
    {
        let mut core = session.core(0).unwrap();
        core.halt(Duration::from_secs(5)).unwrap();
        let pc: u32 = core.read_core_reg(RegisterId(15)).unwrap();
        assert!((0x0800_0000..0x0801_0000).contains(&pc), "{pc:#x}");
        served.order("status");
        served.says("halted by a debugger");
        core.set_hw_breakpoint(u64::from(pc & !1)).unwrap();
        core.run().unwrap();
        // It was asleep there: it comes by again with the next second.
        core.wait_for_core_halted(PATIENCE).unwrap();
        assert!(matches!(core.status().unwrap(), CoreStatus::Halted(_)));
        assert_eq!(core.read_core_reg::<u32>(RegisterId(15)).unwrap() & !1, pc & !1);
        core.clear_hw_breakpoint(u64::from(pc & !1)).unwrap();
        assert_eq!(core.read_word_32(0xe004_2000).unwrap() & 0xfff, 0x410, "DBGMCU: a medium-density F103");
    }
    let elf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rigs/virtual/firmware/elf/weekly-midnight.elf");
    let loader = ElfLoader(ElfOptions::default());
    download_file_with_options(&mut session, &elf, loader, Default::default()).unwrap();
    session.core(0).unwrap().reset().unwrap();
    wait_for(&heard, "# boot brownout-weekly");
    drop(session);

    served.order("cut 3s");
    served.says("supply open");
    served.says("the microcontroller lost its supply");
    served.says("supply 12V");
    wait_for(&heard, "# boot brownout-weekly 1.0.0 reset=por");
    served.order("press MODE");
    wait_for(&heard, "# button mode ON");
    served.says("K1 contact closed");
    // It bounces at first.
    let mut asked = 0;
    while !served.ask("status", "terminals").contains("K1 closed") {
        asked += 1;
        assert!(asked < 100, "K1 never settles");
    }

    place.run(&["serve"]).says(75, &["`./virtual-12v.probe` is in use", "another `brownout serve` answers there"]);
    assert_eq!(served.terminate(), Some(0));
    assert!(!place.path("virtual-12v.probe").exists() && !place.path("virtual-12v.console").is_symlink());
}

/// A program that ends by itself; what it printed.
fn ended(program: &str, args: &[&str]) -> String {
    let output = std::process::Command::new(program).args(args).stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {args:?}:\n{said}");
    said
}

/// A program that is ended with the test, however that ends.
struct Background(Child);

impl Drop for Background {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The tools that others have, as they call them: nothing of them is Brownout's.
#[test]
#[ignore = "needs probe-rs and gdb-multiarch"]
fn the_probe_rs_command_line_and_gdb_flash_break_and_step_a_live_board() {
    let place = Place::new();
    let mut served = Served::start(&place, &[]);
    served.says("virtual-12v: probe");
    let (_console, heard) = terminal(&place.path("virtual-12v.console"));
    served.ask("power on", "out of reset: power-on");
    let probe = format!("20b7:9db1:unix:{}", place.path("virtual-12v.probe").display());
    let chip = ["--chip", "STM32F103C8", "--non-interactive", "--probe", probe.as_str()];
    let elf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rigs/virtual/firmware/elf/weekly-midnight.elf");
    let elf = elf.to_str().unwrap();

    ended("probe-rs", &[&["download", "--verify", elf][..], &chip].concat());
    ended("probe-rs", &[&["reset"][..], &chip].concat());
    wait_for(&heard, "# boot brownout-weekly 1.0.0 reset=software");

    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let server = std::process::Command::new("probe-rs")
        .args(["gdb", "--reset-halt", "--gdb-connection-string", port.as_str()])
        .args(chip)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _server = Background(server);
    let target = format!("target remote {port}");
    let orders = [
        "set tcp connect-timeout 60",
        "set remotetimeout 60",
        &target,
        "info symbol $pc",
        "stepi",
        "printf \"stepped to %#x\\n\", $pc - (unsigned)&reset_handler",
        "hbreak rtc_handler",
        "continue",
        "delete",
        "detach",
    ];
    let orders: Vec<&str> = orders.into_iter().flat_map(|order| ["-ex", order]).collect();
    let said = ended("gdb-multiarch", &[&["-nx", "-batch"][..], &orders, &[elf]].concat());
    for expected in ["reset_handler in section", "stepped to 0x2", "in rtc_handler ()", "detached"] {
        assert!(said.contains(expected), "no `{expected}` in\n{said}");
    }
    assert_eq!(served.terminate(), Some(0));
}

#[test]
fn several_boards_have_names_of_their_own_and_what_was_left_behind_is_replaced() {
    let place = Place::new();
    drop(UnixListener::bind(place.path("virtual-12v.probe")).unwrap());
    let mut served = Served::start(&place, &["--rig", "virtual-12v", "--rig", "virtual-12v"]);
    served.says("virtual-12v-2: probe");
    served.order("virtual-12v-2: power on");
    assert!(served.says("out of reset").starts_with("virtual-12v-2 +"));
    served.order("status");
    assert!(served.says("chip").contains("virtual-12v +"));
    served.order("quit");
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
}

#[test]
fn what_stands_in_the_way_is_said() {
    let place = Place::new();
    place.write("virtual-12v.probe", "somebody's");
    place.run(&["serve"]).says(75, &["`./virtual-12v.probe` is in the way: it is no socket"]);
    place.run(&["serve", "--dir", "nowhere"]).says(75, &["cannot listen at `nowhere/virtual-12v.probe`"]);
    place.run(&["serve", "--firmware", "none.elf"]).says(2, &["none.elf"]);
}
