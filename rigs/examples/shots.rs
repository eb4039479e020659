//! How exact a shot is on this machine: `cargo run --release -p brownout-rigs --example shots`.
//!
//! The bench's own player plays shots of four widths with nothing on the lines, with the machine idle and with every
//! core loaded; beside it, in the same run, the same widths by `thread::sleep`, and the latency that `cyclictest` (Debian:
//! rt-tests) finds for a thread of the same policy and priority. On a Pi, `brownout rig check` measures the shots at the
//! terminals as well, by the kernel's timestamps of the sense line.
//!
//! Without the privilege for real-time priorities (root, or `rtprio 40` and `memlock unlimited` in
//! /etc/security/limits.d) the player runs as an ordinary thread, and says so.

#![allow(clippy::print_stdout)] // What it prints is what it is for.

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("shots are played on Linux: this is none");
}

#[cfg(target_os = "linux")]
fn main() {
    println!("p50/p99/max");
    linux::measure("idle");
    let load = linux::Load::everywhere();
    linux::measure("every core loaded");
    drop(load);
}

#[cfg(target_os = "linux")]
mod linux {
    use brownout_rigs::bench::pi::rehearse;
    use brownout_rigs::calibration::Quantiles;
    use brownout_trace::Span;
    use std::hint::black_box;
    use std::num::NonZeroUsize;
    use std::process::Command;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread::{JoinHandle, available_parallelism, sleep, spawn};
    use std::time::{Duration, Instant};

    /// The widths, and how many shots of each: enough for a 99th percentile, in some 20 s together.
    const SHOTS: [(Span, u32); 4] =
        [(Span::micros(500), 1_000), (Span::millis(1), 1_000), (Span::millis(10), 300), (Span::millis(100), 100)];

    /// The player's priority, for `cyclictest` too.
    const PRIORITY: &str = "40";

    /// Every figure of one state of the machine.
    pub fn measure(state: &str) {
        println!("\n{state}");
        println!("  {:>8}  {:>28}  {:>28}  {:>28}", "shot", "begins late", "width off", "thread::sleep, width off");
        let mut worst = None;
        for (width, times) in SHOTS {
            let Some(shot) = rehearse(width, times) else { continue };
            let slept = Quantiles::of((0..times).map(|_| sleeps_off(width)).collect());
            let slept = slept.map_or(String::new(), |slept| slept.to_string());
            let [late, off] = [shot.late, shot.width].map(|times| times.to_string());
            println!("  {:>8}  {late:>28}  {off:>28}  {slept:>28}", width.in_words());
            worst = worst.max(Some(shot.width.p99));
            if let Some(warning) = shot.warning {
                println!("            {warning}");
            }
        }
        match (cyclictest(), worst) {
            (Some(latency), Some(worst)) => {
                let ratio = worst.0 as f64 / latency.p99.0.max(1) as f64;
                println!("  cyclictest, FIFO {PRIORITY}: {latency}; the worst p99 of a width is {ratio:.2} of its p99");
            }
            _ => println!("  cyclictest is not there, or may not: install rt-tests, run as root"),
        }
    }

    /// How much longer `thread::sleep` takes than it was asked.
    fn sleeps_off(width: Span) -> Span {
        let width = Duration::from_nanos(width.0.unsigned_abs());
        let begun = Instant::now();
        sleep(width);
        Span(begun.elapsed().saturating_sub(width).as_nanos().try_into().unwrap_or(i64::MAX))
    }

    /// Its histogram has a line `micros count` for every latency that came; those beyond it are in none.
    fn cyclictest() -> Option<Quantiles> {
        const LONGEST: &str = "100000";
        let args = ["--mlockall", "--quiet", "--priority", PRIORITY, "--interval", "1000", "--loops", "10000"];
        let ran = Command::new("cyclictest").args(args).args(["--histogram", LONGEST]).output().ok()?;
        let lines = String::from_utf8(ran.stdout).ok()?;
        let counts = lines.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
            let (micros, count) = line.trim().split_once(char::is_whitespace)?;
            Some((micros.parse().ok()?, count.trim().parse().ok()?))
        });
        Quantiles::of(counts.flat_map(|(micros, count)| std::iter::repeat_n(Span::micros(micros), count)).collect())
    }

    /// One busy thread for every core, of ordinary priority.
    pub struct Load {
        over: Arc<AtomicBool>,
        threads: Vec<JoinHandle<()>>,
    }

    impl Load {
        /// From now until it is dropped.
        pub fn everywhere() -> Self {
            let over = Arc::new(AtomicBool::new(false));
            let cores = available_parallelism().map_or(1, NonZeroUsize::get);
            let busy = |_| {
                let over = Arc::clone(&over);
                spawn(move || {
                    let mut memory = vec![0_u8; 8 << 20];
                    while !over.load(Ordering::Relaxed) {
                        memory.iter_mut().for_each(|byte| *byte = byte.wrapping_add(1));
                        black_box(&memory);
                    }
                })
            };
            Self { threads: (0..cores).map(busy).collect(), over }
        }
    }

    impl Drop for Load {
        fn drop(&mut self) {
            self.over.store(true, Ordering::Relaxed);
            for thread in self.threads.drain(..) {
                let _ = thread.join();
            }
        }
    }
}
