//! The thread that plays strokes at their instants.
//!
//! It waits for the next stroke, sleeps to a moment before it and spins for the rest: short enough that the kernel's limit
//! on real-time threads (950 ms of each second) is far. Without the privilege for a real-time priority it goes on as an
//! ordinary thread, and the measurement of each shot tells whether that was good enough.

use super::bus::SharedBus;
use super::clock::{Mono, duration};
use super::lines::Lines;
use super::news::News;
use super::realtime::{become_real_time, sleep_until};
use super::score::Act;
use crate::bench::RigFault;
use crate::rig::pi::Input;
use crate::shot::Stroke;
use brownout_trace::Span;
use serialport::SerialPort;
use std::collections::VecDeque;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{JoinHandle, spawn};

/// The wait for a stroke ends so long before it; from there on the thread sleeps to an instant.
const NEAR: Span = Span::millis(5);
/// The sleep ends so long before the stroke; the rest is spun.
const SPIN: Span = Span::micros(200);
/// A line that is waited for is looked at so often.
const GLANCE: Span = Span::micros(20);

/// What is to be played.
#[derive(Debug, Default)]
struct Desk {
    acts: Mutex<VecDeque<(Mono, Act)>>,
    more: Condvar,
    over: AtomicBool,
}

impl Desk {
    fn acts(&self) -> MutexGuard<'_, VecDeque<(Mono, Act)>> {
        self.acts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// The next act, shortly before it is due; `None` when there is none to come any more.
    fn next(&self) -> Option<(Mono, Act)> {
        let mut acts = self.acts();
        loop {
            if self.is_over() {
                return None;
            }
            acts = match acts.front().map(|(due, _)| *due - NEAR - Mono::now()) {
                None => self.more.wait(acts).unwrap_or_else(PoisonError::into_inner),
                Some(rest) if rest > Span::ZERO => {
                    self.more.wait_timeout(acts, duration(rest)).unwrap_or_else(PoisonError::into_inner).0
                }
                Some(_) => return acts.pop_front(),
            };
        }
    }
}

/// Who does the strokes.
pub trait Perform: Send + 'static {
    /// Does one stroke, now; a wait in it ends when it is `over`.
    ///
    /// # Errors
    /// The rig did not do it.
    fn perform(&mut self, stroke: &Stroke, over: &AtomicBool) -> Result<(), RigFault>;
}

/// The thread, and what it is to play.
#[derive(Debug)]
pub struct Player<H: Perform = Hands> {
    desk: Arc<Desk>,
    thread: Option<JoinHandle<H>>,
    warning: Option<String>,
}

/// What strokes go to.
#[derive(Debug)]
pub struct Hands {
    /// The lines.
    pub lines: Arc<Lines>,
    /// The I2C bus, if the rig has something on it.
    pub bus: Option<SharedBus>,
    /// The DAC's address on it.
    pub dac: u8,
    /// The bench supply's port, if it has one.
    pub port: Option<Box<dyn SerialPort>>,
}

impl<H: Perform> Player<H> {
    /// Plays from now on.
    pub fn start(hands: H, news: Sender<News>) -> Self {
        let desk = Arc::new(Desk::default());
        let (told, privileged) = channel();
        let theirs = Arc::clone(&desk);
        let thread = spawn(move || {
            let _ = told.send(become_real_time().err());
            play(&theirs, hands, &news)
        });
        let warning = privileged.recv().ok().flatten();
        Self { desk, thread: Some(thread), warning }
    }

    /// What may make shots late; said once.
    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }

    /// Adds what comes after everything that is to be played.
    pub fn play(&self, acts: Vec<(Mono, Act)>) {
        self.desk.acts().extend(acts);
        self.desk.more.notify_one();
    }

    /// Plays no more: returns when the thread has ended, with what it had in its hands. What stands is for the caller to
    /// make safe.
    pub fn stop(&mut self) -> Option<H> {
        self.desk.over.store(true, Ordering::Relaxed);
        // Under the lock: the thread either sees the flag or is woken.
        drop(self.desk.acts());
        self.desk.more.notify_one();
        self.thread.take()?.join().ok()
    }
}

impl<H: Perform> Drop for Player<H> {
    fn drop(&mut self) {
        self.stop();
    }
}

fn play<H: Perform>(desk: &Desk, mut hands: H, news: &Sender<News>) -> H {
    // When the last stroke was done, and what may not come before.
    let mut done = Mono::now();
    let mut rests_until = done;
    while let Some((due, act)) = desk.next() {
        let when = due.max(rests_until);
        sleep_until(when - SPIN);
        while Mono::now() < when {
            std::hint::spin_loop();
        }
        if desk.is_over() {
            break;
        }
        let told = match act {
            Act::Level(level) => News::Played { level, at: done.max(due) },
            Act::Stroke(Stroke::Rest(span)) => {
                rests_until = done + span;
                continue;
            }
            Act::Stroke(stroke) => match hands.perform(&stroke, &desk.over) {
                Ok(()) => {
                    done = Mono::now();
                    continue;
                }
                Err(fault) => {
                    desk.acts().clear();
                    News::Fault(fault)
                }
            },
        };
        if news.send(told).is_err() {
            break;
        }
    }
    hands
}

impl Perform for Hands {
    fn perform(&mut self, stroke: &Stroke, over: &AtomicBool) -> Result<(), RigFault> {
        match stroke {
            Stroke::Set { line, high } => self.lines.set(*line, *high),
            Stroke::AwaitInactive { input, within } => self.wait(*input, false, *within, over)?,
            Stroke::AwaitActive { input, within } => self.wait(*input, true, *within, over)?,
            Stroke::Rest(span) => sleep_until(Mono::now() + *span),
            Stroke::Dac { channel, code } => {
                let fault = || RigFault { what: "the rig has no bus to its DAC".to_owned(), hint: String::new() };
                self.bus.as_ref().ok_or_else(fault)?.write_dac(self.dac, *channel, *code)?;
            }
            Stroke::Send { bytes } => {
                let fault = |why: String| RigFault {
                    what: format!("the bench supply cannot be told: {why}"),
                    hint: "check its cable".to_owned(),
                };
                let port = self.port.as_mut().ok_or_else(|| fault("its port is not open".to_owned()))?;
                port.write_all(bytes).map_err(|error| fault(error.to_string()))?;
            }
        }
        Ok(())
    }
}

impl Hands {
    fn wait(&self, input: Input, active: bool, within: Span, over: &AtomicBool) -> Result<(), RigFault> {
        let until = Mono::now() + within;
        while self.lines.is_active(input) != active && !over.load(Ordering::Relaxed) {
            if Mono::now() >= until {
                let state = if active { "active" } else { "inactive" };
                return Err(RigFault {
                    what: format!(
                        "{} did not become {state} within {within}: what comes next was not played",
                        input.line
                    ),
                    hint: "does the switch before it still open and close? `brownout rig check` tells".to_owned(),
                });
            }
            sleep_until(Mono::now() + GLANCE);
        }
        Ok(())
    }
}
