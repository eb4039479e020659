//! The command on a Pi rig, without a Pi: rppal, serialport and probe-rs unmodified over a board that lives in wall-clock
//! time. What is asserted are causes and verdicts, never times: where the machine is too busy a case may be inconclusive, but
//! no verdict may be wrong.

mod checks;
mod desk;
mod endings;
mod faults;
mod other_rigs;
mod safety;
mod scenarios;
#[allow(dead_code, reason = "each test target uses a part of it")]
#[path = "../command/support.rs"]
mod support;

use libtest_mimic::{Arguments, Failed, Trial};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread::available_parallelism;

fn main() {
    let mut arguments = Arguments::from_args();
    // They sleep most of the time, but for flashing.
    let processors = available_parallelism().map_or(2, NonZeroUsize::get);
    arguments.test_threads = arguments.test_threads.or(Some(4 * processors));
    let tests =
        [scenarios::TESTS, other_rigs::TESTS, faults::TESTS, endings::TESTS, checks::TESTS, safety::TESTS].concat();
    let trials = tests.into_iter().map(|(name, test)| Trial::test(name, move || tried(test)));
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

/// So often a test comes again whose simulator did not keep up with the wall's clock, so that its board was slow for no reason
/// of its own; or whose command did not, and said so.
const TRIES: u32 = 3;

fn tried(test: fn()) -> Result<(), Failed> {
    for left in (0..TRIES).rev() {
        desk::LATE.set(false);
        desk::SLOW.set(false);
        desk::STATUS.set(None);
        desk::ABUSED.set(false);
        match catch_unwind(AssertUnwindSafe(test)) {
            Ok(()) => return Ok(()),
            Err(_) if is_excused() => {}
            // A board that was slow may have deserved its verdict; but not whenever it is asked.
            Err(_) if left > 0 && desk::SLOW.get() && !desk::ABUSED.get() => {
                eprintln!("comes again: the board behind the fake Pi was slow");
            }
            Err(panic) => resume_unwind(panic),
        }
    }
    // Nothing was shown, and nothing refuted.
    eprintln!("not shown: the machine was too busy, {TRIES} times over");
    Ok(())
}

/// Whether a test that panicked has shown nothing: somebody was late, and the command ended inconclusive, or not at all. A
/// verdict is one however late anybody was: that is what inconclusive is for.
fn is_excused() -> bool {
    let judged = matches!(desk::STATUS.get(), Some(0 | 1));
    desk::LATE.get() && !judged && !desk::ABUSED.get()
}
