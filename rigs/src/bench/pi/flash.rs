//! Flashing: time is the probe's meanwhile, and the watchdog is not fed by the run loop.
//!
//! Either the board stands on the low-voltage supply that the rig has for it, past the watchdog, with the main supply off and
//! the watchdog open; or the watchdog is fed whenever probe-rs has done a piece of its work. The two supplies are never on
//! together: each change between them breaks before it makes (DESIGN.md, rule 7).

use super::clock::Mono;
use super::pi_bench::PiBench;
use super::probe;
use super::realtime::sleep_until;
use crate::bench::{Bench, Flashing, RigFault};
use crate::firmware::Firmware;
use crate::flashing::{self, Erase, FlashError};
use crate::parts::supply::opens_in;
use crate::rig::pi::Output;
use brownout_trace::event::{Level, What};
use brownout_trace::{Event, Instant, Span};
use std::cell::Cell;

/// A board that gets another supply has settled by then.
const SETTLE: Span = Span::millis(500);
/// Longer than the filter of any chip's reset pin.
const RESET: Span = Span::millis(10);
/// Nothing is on for so long between the main supply and the one for flashing: a relay has let go by then.
const APART: Span = Span::millis(100);
/// A main supply that was switched off is no more at the terminals by then, whatever the board's capacitor holds.
const GONE: Span = Span::secs(5);

impl PiBench {
    /// The firmware under test onto a chip that is erased whole; the board without supply before and after, unless it has
    /// no other.
    pub(super) fn flash_whole(&mut self) -> Result<(), RigFault> {
        self.guarded(|bench| {
            let firmware = bench.firmware(None)?;
            let written = bench.write(&firmware, Erase::Chip)?;
            written.map_err(|error| bench.not_flashed(&error))
        })
    }

    /// The `flash` step: only the pages that the firmware needs.
    pub(super) fn update(
        &mut self,
        firmware: Option<&Firmware>,
        events: &mut Vec<Event>,
    ) -> Result<Flashing, RigFault> {
        let firmware = self.firmware(firmware)?;
        let first = events.len();
        let stood = self.score.stands().map_or(Level::Open, |stands| stands.level);
        let written = self.write(&firmware, Erase::Pages)?;
        // That it was whole does not tell whether the watchdog cut the board off at its end.
        if let Some(missed) = self.missed.clone().filter(|_| self.rig.wires.flashing.is_none()) {
            return Err(written.err().map_or(missed, |error| self.not_flashed(&error)));
        }
        self.looked = None;
        self.catch_up(events)?;
        // Only what the scenario asked for is its own doing; the supply for flashing is not the scenario's.
        let nominal = self.rig.wires.supply.nominal;
        let lacks = |level| !matches!(level, Level::Volts(volts) if volts >= nominal);
        let lost = |event: &Event| matches!(event.what, What::Supply { level } if lacks(level));
        let starved = self.rig.wires.flashing.is_none() && (lacks(stood) || events[first..].iter().any(lost));
        let whole = match written {
            Ok(()) => true,
            Err(_) if starved => false,
            Err(error) => return Err(self.not_flashed(&error)),
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
                what: format!("{}; {what}", missed.what),
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
            self.leave_main_supply()?;
            self.on_flashing_supply = true;
            self.lines.activate(flashing, true);
            self.pause(SETTLE)?;
        }
        let probe = probe::open(port)?;
        let written = flashing::write(probe, chip, firmware, erase, &mut || self.feed_meanwhile());
        // Once more: it may have failed before it came to tell of anything.
        self.feed_meanwhile();
        self.is_sound()?;
        let started = written.and_then(|mut session| match wires.reset {
            Some(reset) => {
                // Held before the probe lets go: the core would run on where the flash algorithm left it. And until the board
                // has the supply that it will start on.
                self.lines.activate(reset, true);
                drop(session);
                sleep_until(Mono::now() + RESET);
                Ok(())
            }
            None => flashing::restart(&mut session),
        });
        if let Some(flashing) = wires.flashing {
            self.return_to_main_supply(flashing, standing)?;
        }
        if let Some(reset) = wires.reset {
            self.lines.activate(reset, false);
        }
        Ok(started)
    }

    /// Everything off, told by the terminals themselves where something looks at them.
    fn leave_main_supply(&mut self) -> Result<(), RigFault> {
        self.guards.check(|line| self.is_high(line))?;
        self.put(Level::Open)?;
        self.wait_for(|bench| bench.score.next().is_none())?;
        let supply = self.rig.wires.supply.clone();
        let played = self.score.stands().and_then(|stands| stands.played).unwrap_or_else(Mono::now);
        let off = Cell::new(played + opens_in(&supply) + APART);
        let patience = off.get() + GONE;
        let is_there = |bench: &Self| supply.sense.is_some_and(|sense| bench.is_active(sense));
        self.wait_for(|bench| {
            let now = Mono::now();
            if is_there(bench) {
                off.set(off.get().max(now + APART));
            }
            now >= off.get() || now >= patience
        })?;
        if is_there(self) {
            return Err(RigFault {
                what: format!(
                    "the supply is switched off, but is still at the terminals after {GONE}: the supply for flashing was not \
                     switched on"
                ),
                hint: "a switch is stuck on, or the sense is: `brownout rig check` tells".to_owned(),
            });
        }
        // The watchdog opens too: nobody feeds it while there is nothing to feed.
        self.feeding = false;
        Ok(())
    }

    fn return_to_main_supply(&mut self, flashing: Output, standing: Level) -> Result<(), RigFault> {
        self.lines.activate(flashing, false);
        self.pause(APART)?;
        self.put(standing)?;
        self.pause(SETTLE)?;
        self.on_flashing_supply = false;
        Ok(())
    }

    fn put(&mut self, level: Level) -> Result<(), RigFault> {
        let now = self.now();
        self.play(&[(now, level)])
    }

    /// Called by probe-rs. A guard that opens, or somebody who asks the bench to give up, de-energises at once: probe-rs finds
    /// a dead board then and ends, which is no fault of the board.
    fn feed_meanwhile(&mut self) {
        let now = Mono::now();
        let sound = self.guards.check(|line| self.is_high(line)).and_then(|()| self.rig.outside.asked());
        if let Err(fault) = sound {
            self.de_energise();
            self.fault = self.fault.take().or(Some(fault));
            return;
        }
        if self.feeding {
            self.missed = self.missed.take().or(self.feeder.check(now).err());
            self.feed(now);
        }
    }

    /// What de-energised the rig meanwhile.
    fn is_sound(&self) -> Result<(), RigFault> {
        self.fault.clone().map_or(Ok(()), Err)
    }

    /// Lets time pass for the supply.
    fn pause(&mut self, span: Span) -> Result<(), RigFault> {
        let until = Mono::now() + span;
        while Mono::now() < until {
            self.feed_meanwhile();
            self.is_sound()?;
            sleep_until(until.min(Mono::now() + self.feeder.slice()));
        }
        Ok(())
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
