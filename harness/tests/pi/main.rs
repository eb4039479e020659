//! The command on a Pi rig, without a Pi: rppal, serialport and probe-rs unmodified over a board that lives in wall-clock
//! time. What is asserted are causes and verdicts, never times: where the machine is too busy a case may be inconclusive, but
//! no verdict may be wrong.

mod desk;
mod endings;
mod faults;
mod scenarios;
#[allow(dead_code)] // Each test target uses a part of it.
#[path = "../command/support.rs"]
mod support;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let mut arguments = Arguments::from_args();
    // They sleep most of the time.
    arguments.test_threads = arguments.test_threads.or(Some(12));
    let tests = [scenarios::TESTS, faults::TESTS, endings::TESTS].concat();
    let trials = tests.into_iter().map(|(name, test)| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}
