//! Flashing: time is the probe's meanwhile, and the watchdog is not fed by the run loop.
//!
//! Either the board stands on the low-voltage supply that the rig has for it, past the watchdog and with the main supply
//! off; or the watchdog is fed whenever probe-rs has done a piece of its work.

use super::clock::Mono;
use super::pi_bench::{PiBench, is_powered};
use super::probe;
use super::realtime::sleep_until;
use crate::bench::{Bench, Flashing, RigFault};
use crate::firmware::Firmware;
use crate::flashing::{self, Erase, FlashError};
use brownout_trace::event::{Level, What};
use brownout_trace::{Event, Instant, Span};

/// A board that gets another supply has settled by then.
const SETTLE: Span = Span::millis(500);
/// Longer than the filter of any chip's reset pin.
const RESET: Span = Span::millis(10);

impl PiBench {
    /// The firmware under test onto a chip that is erased whole; the board without supply before and after, unless it has
    /// no other.
    pub(super) fn flash_whole(&mut self) -> Result<(), RigFault> {
        let firmware = self.firmware(None)?;
        let written = self.write(&firmware, Erase::Chip)?;
        self.guards.check(|line| self.is_high(line))?;
        written.map_err(|error| self.not_flashed(&error))
    }

    /// The `flash` step: only the pages that the firmware needs.
    pub(super) fn update(
        &mut self,
        firmware: Option<&Firmware>,
        events: &mut Vec<Event>,
    ) -> Result<Flashing, RigFault> {
        let firmware = self.firmware(firmware)?;
        let began = Mono::now();
        let first = events.len();
        let written = self.write(&firmware, Erase::Pages)?;
        // That it was whole does not tell whether the board was cut off at its end.
        let missed = self.missed.take().filter(|_| self.rig.wires.flashing.is_none());
        self.looked = None;
        self.catch_up(events)?;
        let lost = |event: &Event| matches!(event.what, What::Supply { level } if !is_powered(level));
        let starved = events[first..].iter().any(lost) || self.sensed.fell_since(began);
        let whole = match (written, missed) {
            (Ok(()), None) => true,
            (Err(_), _) if starved => false,
            (Ok(()), Some(missed)) => return Err(missed),
            (Err(error), missed) => {
                self.missed = missed;
                return Err(self.not_flashed(&error));
            }
        };
        Ok(Flashing { firmware: firmware.name().to_owned(), sha256: firmware.sha256(), whole })
    }

    fn firmware(&self, firmware: Option<&Firmware>) -> Result<Firmware, RigFault> {
        firmware.or(self.rig.firmware.as_ref()).cloned().ok_or_else(|| RigFault {
            what: "no firmware is under test: the board is tested as it is".to_owned(),
            hint: "name its ELF with --firmware".to_owned(),
        })
    }

    fn not_flashed(&self, error: &FlashError) -> RigFault {
        let what = format!("the board could not be flashed: {error}");
        match &self.missed {
            Some(missed) if self.rig.wires.flashing.is_none() => RigFault {
                what: format!("{what}; {}", missed.what),
                hint: "wire a low-voltage supply past the watchdog: `flashing` in the rig file".to_owned(),
            },
            _ => RigFault { what, hint: "check the probe's wires, and that the board has its supply".to_owned() },
        }
    }

    /// Writes, verifies and starts a firmware, on whichever supply flashing has.
    fn write(&mut self, firmware: &Firmware, erase: Erase) -> Result<Result<(), FlashError>, RigFault> {
        let missing = |what: &str, hint: &str| RigFault { what: what.to_owned(), hint: hint.to_owned() };
        let wires = self.rig.wires.clone();
        let port = wires.probe.as_ref();
        let port = port.ok_or_else(|| missing("the rig has no debug probe", "add `probe = {}` under `[pi]`"))?;
        let chip = self.rig.chip.clone();
        let chip = chip.ok_or_else(|| missing("the board's profile names no chip", "add `chip = \"…\"` to it"))?;
        let standing = self.score.standing();
        if let Some(flashing) = wires.flashing {
            self.guards.check(|line| self.is_high(line))?;
            self.put(Level::Open)?;
            self.on_flashing_supply = true;
            self.lines.activate(flashing, true);
            self.pause(SETTLE);
        }
        let probe = probe::open(port)?;
        let written = flashing::write(probe, chip, firmware, erase, &mut || self.feed_meanwhile());
        let started = written.and_then(|mut session| match wires.reset {
            Some(reset) => {
                // Held before the probe lets go: the core would run on where the flash algorithm left it.
                self.lines.activate(reset, true);
                drop(session);
                sleep_until(Mono::now() + RESET);
                self.lines.activate(reset, false);
                Ok(())
            }
            None => flashing::restart(&mut session),
        });
        if let Some(flashing) = wires.flashing {
            self.put(standing)?;
            self.pause(SETTLE);
            self.lines.activate(flashing, false);
            self.on_flashing_supply = false;
        }
        Ok(started)
    }

    fn put(&mut self, level: Level) -> Result<(), RigFault> {
        let now = self.now();
        self.play(&[(now, level)])
    }

    /// Called by probe-rs. A guard that opens de-energises at once; that flashing then fails is told as that guard's doing
    /// by the next round of the run loop.
    fn feed_meanwhile(&mut self) {
        let now = Mono::now();
        if self.guards.check(|line| self.is_high(line)).is_err() {
            self.lines.make_safe();
            return;
        }
        if self.feeding {
            self.missed = self.missed.take().or(self.feeder.check(now).err());
            self.feed(now);
        }
    }

    /// Lets time pass for the supply.
    fn pause(&mut self, span: Span) {
        let until = Mono::now() + span;
        while Mono::now() < until {
            self.feed_meanwhile();
            sleep_until(until.min(Mono::now() + self.feeder.slice()));
        }
    }

    /// Tells everything that happened until now.
    fn catch_up(&mut self, events: &mut Vec<Event>) -> Result<(), RigFault> {
        let until: Instant = self.clock.bench(Mono::now());
        while self.now() < until {
            self.run_until(until, events)?;
        }
        Ok(())
    }
}
