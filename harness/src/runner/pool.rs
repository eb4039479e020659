//! Many cases at once, handed over in the plan's order: what is printed depends on neither threads nor chance.

use super::bounds::Bounds;
use super::case::{End, Finished, Station, finish_case, not_run};
use crate::plan::Case;
use brownout_trace::Span;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// What is told of a run while it goes on.
#[derive(Debug)]
pub enum News {
    /// The case at this place of the plan begins.
    Begun(usize),
    /// It has ended, in whatever order.
    Ended {
        /// Its place in the plan.
        index: usize,
        /// How it ended.
        end: End,
        /// Bench time from step 0.
        bench: Span,
    },
    /// Nothing; but time goes by.
    Tick,
    /// The next case in plan order.
    Next(Box<Finished>),
}

/// How long nothing is told at most.
const TICK: Duration = Duration::from_millis(250);

/// What is told of jobs of any kind.
pub enum Heard<'t, T> {
    /// The job of this number begins.
    Begun(usize),
    /// It has ended so, in whatever order.
    Ended(usize, &'t T),
    /// Nothing; but time goes by.
    Tick,
    /// What came of the next job, in order.
    Next(T),
}

/// What a thread says of a job.
enum Said<T> {
    Begun(usize),
    Ended(usize, T),
}

/// How many cases run at once unless it is said.
pub fn threads() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Runs the cases on so many threads. `tell` hears of them on this thread, every case once and in order; those that the
/// bounds refuse come as not run. Repeats of a case stand one after the other, as many as the bounds say.
pub fn run(station: &Station<'_>, cases: &[&Case], threads: NonZeroUsize, bounds: &Bounds, mut tell: impl FnMut(News))
where
    for<'s> &'s Station<'s>: Send,
{
    let job = |index: usize| Box::new(one(station, cases[index], index, bounds));
    in_order(cases.len(), threads, job, |heard| {
        tell(match heard {
            Heard::Begun(index) => News::Begun(index),
            Heard::Ended(index, finished) => News::Ended { index, end: finished.end, bench: finished.virtual_time },
            Heard::Tick => News::Tick,
            Heard::Next(finished) => News::Next(finished),
        });
    });
}

/// Does the jobs 0 to `jobs` − 1 on so many threads, and tells of them on this one: whatever the threads do, each comes
/// once as [`Heard::Next`], in order.
pub fn in_order<T: Send>(
    jobs: usize,
    threads: NonZeroUsize,
    job: impl Fn(usize) -> T + Sync,
    mut tell: impl FnMut(Heard<'_, T>),
) {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..threads.get().min(jobs) {
            let (sender, next, job) = (sender.clone(), &next, &job);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= jobs {
                        break;
                    }
                    // Nobody listens any more only after a panic of who told.
                    let _ = sender.send(Said::Begun(index));
                    let done = job(index);
                    if sender.send(Said::Ended(index, done)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut due = 0;
        loop {
            let (index, done) = match receiver.recv_timeout(TICK) {
                Ok(Said::Ended(index, done)) => (index, done),
                Ok(Said::Begun(index)) => {
                    tell(Heard::Begun(index));
                    continue;
                }
                Err(RecvTimeoutError::Timeout) => {
                    tell(Heard::Tick);
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            };
            tell(Heard::Ended(index, &done));
            waiting.insert(index, done);
            while let Some(done) = waiting.remove(&due) {
                tell(Heard::Next(done));
                due += 1;
            }
        }
    });
}

fn one(station: &Station<'_>, case: &Case, index: usize, bounds: &Bounds) -> Finished {
    let repeat = u32::try_from(index % bounds.repeat() + 1).unwrap_or(1);
    if let Some(why) = bounds.refuse(case) {
        return Finished { repeat, ..not_run(case, why) };
    }
    let finished = finish_case(station, case, repeat);
    bounds.ended(case, &finished);
    finished
}
