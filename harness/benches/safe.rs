//! How long `brownout rig safe` takes: `cargo bench -p brownout --bench safe`.
//!
//! From the start of its process until every line that energises is driven inactive, and until its end, on the fake Pi, whose
//! simulator adds a millisecond. Goal, reported and not gated (times depend on the machine): under 100 ms to the last line.

#![allow(clippy::print_stdout)] // What it prints is what it is for.

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("a Pi's lines are driven on Linux: this is none");
}

#[cfg(target_os = "linux")]
fn main() {
    linux::measure();
}

#[cfg(target_os = "linux")]
mod linux {
    use brownout_fake_pi::{FakePi, Flash};
    use brownout_rigs::calibration::Quantiles;
    use brownout_rigs::rig::Rig;
    use brownout_rigs::rig::pi::named::{NamedOutput, outputs};
    use brownout_trace::Span;
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::thread::sleep;
    use std::time::{Duration, Instant};

    const RIGS: [(&str, &str, &str); 3] = [
        ("pi-12v", include_str!("../../rigs/pi-12v.toml"), "virtual-12v"),
        ("pi-psu", include_str!("../../rigs/pi-psu.toml"), "virtual-12v"),
        ("pi-mains", include_str!("../../rigs/pi-mains.toml"), "virtual-220v"),
    ];
    const RUNS: usize = 20;
    /// How often the lines are looked at.
    const GLANCE: Duration = Duration::from_micros(50);

    pub fn measure() {
        println!("p50/p99/max of {RUNS} runs     to the last line safe        to the end of the process");
        for (name, rig, board) in RIGS {
            let (mut lines, mut ends) = (Vec::new(), Vec::new());
            for _ in 0..RUNS {
                let (line, end) = once(rig, board);
                lines.push(line);
                ends.push(end);
            }
            let shown = |spans| Quantiles::of(spans).map_or(String::new(), |spans| spans.to_string());
            println!("{name:<22} {:>28} {:>32}", shown(lines), shown(ends));
        }
    }

    fn once(rig: &str, board: &str) -> (Span, Span) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let pi = Rig::parse(rig, Path::new("pi.toml")).expect("the shipped rig is sound");
        let board = Rig::load(Path::new(board)).expect("a shipped rig");
        let fake = FakePi::start(&pi, &board, Flash::Blank, 1, folder.path()).expect("a fake Pi");
        let file = folder.path().join("pi.toml");
        std::fs::write(&file, fake.rig_text()).expect("a rig file");
        let lines: Vec<NamedOutput> =
            outputs(pi.stand.pi().expect("a Pi")).into_iter().filter(|out| out.energises).collect();
        let is_safe = |out: &NamedOutput| fake.driven(out.output.line) == Some(out.output.active.high_for(false));
        assert!(!lines.iter().any(is_safe), "nobody drives them yet");
        let mut command = Command::new(env!("CARGO_BIN_EXE_brownout"));
        command.args(["rig", "safe", "--rig"]).arg(&file).envs(fake.environment()).stdout(Stdio::null());
        let began = Instant::now();
        let mut child = command.spawn().expect("the command");
        while !lines.iter().all(is_safe) {
            sleep(GLANCE);
        }
        let line = began.elapsed();
        let ended = child.wait().expect("the command");
        let end = began.elapsed();
        assert!(ended.success(), "{ended}");
        (span(line), span(end))
    }

    fn span(time: Duration) -> Span {
        Span(i64::try_from(time.as_nanos()).unwrap_or(i64::MAX))
    }
}
