//! The bench's run loop: it hears the threads, feeds the watchdog, looks at the guards, lets the meter look, and waits.

use super::clock::{Mono, duration};
use super::console::ATTENTION;
use super::edges::Edge;
use super::news::News;
use super::pi_bench::{PiBench, is_powered};
use super::wires;
use crate::bench::RigFault;
use crate::rig::pi::Line;
use brownout_trace::event::{Level, What};
use brownout_trace::{Event, Instant, Span};
use brownout_virtual::board::ConsoleLines;
use std::sync::mpsc::RecvTimeoutError;

/// What waits for its turn is looked at so often.
const GLANCE: Span = Span::micros(300);
/// A stroke that is so late will not come any more: it may wait for a line, but never so long.
const NEVER_PLAYED: Span = Span::secs(5);
/// The longest that the loop may stand still while a case runs.
const STANDSTILL: Span = Span::millis(250);
/// A supply that was switched on is there by then.
const RISES_WITHIN: Span = Span::millis(500);

impl PiBench {
    /// Goes on until `until`, or until something happened.
    pub(super) fn run_until(&mut self, until: Instant, events: &mut Vec<Event>) -> Result<(), RigFault> {
        let first = events.len();
        loop {
            let heard = self.tend()?;
            self.queue.tell(heard.min(until), events);
            self.begin_if_due();
            if events.len() > first || self.queue.told() >= until {
                return Ok(());
            }
            if !self.look_at_the_meter(until)? {
                self.wait(until)?;
            }
        }
    }

    /// One round of everything but telling; gives up to when everything was heard.
    pub(super) fn tend(&mut self) -> Result<Instant, RigFault> {
        // First when, then what: what was heard up to then is in the channel by now.
        let clear = self.capture.clear();
        while let Ok(news) = self.news.try_recv() {
            self.take(news)?;
        }
        let now = Mono::now();
        self.keep_up(now)?;
        self.pay_attention(now)?;
        let mut heard = clear;
        if let Some(console) = &self.console {
            // Read by then, or a fault by now.
            heard = heard.min(console.read() + ATTENTION);
        }
        if let Some(next) = self.score.next() {
            will_be_played(now - next.due)?;
            heard = heard.min(next.due - Span(1));
        }
        for index in 0..self.contacts.len() {
            if let Some((at, closed)) = self.contacts[index].pass(heard) {
                self.contact(index, at, closed)?;
            }
        }
        Ok(self.clock.bench(heard))
    }

    /// A loop that stood still did nothing when it was due.
    fn pay_attention(&mut self, now: Mono) -> Result<(), RigFault> {
        let gap = self.looked.replace(now).map_or(Span::ZERO, |looked| now - looked);
        // Before the case begins nothing is due.
        if self.start.is_some() { Ok(()) } else { stood_still(gap) }
    }

    /// What has to be done again and again, whatever happens.
    pub(super) fn keep_up(&mut self, now: Mono) -> Result<(), RigFault> {
        self.rig.outside.asked()?;
        if !self.feeding {
            return Ok(());
        }
        self.feeder.check(now)?;
        self.feed(now);
        self.guards.check(|line| self.is_high(line))?;
        self.look_at_the_supply()
    }

    /// Triggers the watchdog, if it is time to.
    pub(super) fn feed(&mut self, now: Mono) {
        let output = self.rig.wires.watchdog.output;
        if let Some(on) = self.feeder.due(now) {
            self.lines.activate(output, on);
            self.feeder.fed(now);
        }
    }

    /// A board that gets nothing although it should is no dead board.
    fn look_at_the_supply(&self) -> Result<(), RigFault> {
        let supply = &self.rig.wires.supply;
        let (Some(sense), Some(stands)) = (supply.sense, self.score.stands()) else { return Ok(()) };
        let is_there = self.is_active(sense);
        // Read after the line: what may have moved it since is due by now.
        let now = Mono::now();
        let nominal = stands.level == Level::Volts(supply.nominal);
        let long = stands.played.is_some_and(|played| now - played > RISES_WITHIN);
        if !nominal || !long || self.on_flashing_supply || self.score.is_due(now) || is_there {
            return Ok(());
        }
        Err(RigFault {
            what: format!(
                "the supply is switched on, but its sense ({}) tells that nothing is at the terminals",
                sense.line
            ),
            hint: "look at the source, the fuse, the watchdog and the guards in the power path".to_owned(),
        })
    }

    fn take(&mut self, news: News) -> Result<(), RigFault> {
        match news {
            News::Edge(edge) => self.edge(edge),
            News::Heard { at, bytes } => {
                let at = self.clock.bench(at);
                // A line that a board without supply holds low is read as zeros: nothing was said.
                for byte in bytes.into_iter().filter(|byte| *byte != 0) {
                    if let Some(line) = self.text.push(byte) {
                        self.queue.noticed(at, What::Received { line });
                    }
                }
                Ok(())
            }
            News::Played { level, at } => {
                let before = self.score.stands().map_or(Level::Open, |stood| stood.level);
                let Some(planned) = self.score.played(level, at) else { return Ok(()) };
                let instant = self.clock.bench(at);
                if !is_powered(before)
                    && is_powered(planned.level)
                    && let Some(line) = self.text.cut()
                {
                    // What a board left unfinished is no beginning of what it says after it started again.
                    self.queue.noticed(instant, What::Received { line });
                }
                self.queue.noticed(instant, What::Supply { level: planned.level });
                Ok(())
            }
            News::Fault(fault) => Err(fault),
        }
    }

    fn edge(&mut self, edge: Edge) -> Result<(), RigFault> {
        self.sequences.check(&edge, &wires::name(&self.rig.wires, edge.line))?;
        if self.feeding {
            self.guards.heard(edge.line, edge.high)?;
        }
        if let Some(sense) = self.rig.wires.supply.sense.filter(|sense| sense.line == edge.line) {
            self.sensed.edge(edge.at, sense.active.high_for(true) == edge.high);
        }
        for index in self.on_line(edge.line) {
            if let Some((at, closed)) = self.contacts[index].pass(edge.at) {
                self.contact(index, at, closed)?;
            }
            if let Some((at, closed)) = self.contacts[index].edge(&edge) {
                self.contact(index, at, closed)?;
            }
        }
        Ok(())
    }

    fn on_line(&self, line: Line) -> Vec<usize> {
        (0..self.contacts.len()).filter(|index| self.contacts[*index].line() == line).collect()
    }

    fn contact(&mut self, index: usize, at: Mono, closed: bool) -> Result<(), RigFault> {
        let at = self.clock.bench(at);
        if let Some(start) = self.start {
            // Before the case begins there is nobody to count for.
            if at < start {
                return Ok(());
            }
            self.begin(start, Some(index));
        }
        let what = self.contacts[index].told(closed);
        self.queue.stamped(at, what)
    }

    fn begin_if_due(&mut self) {
        if let Some(start) = self.start.filter(|start| self.queue.told() >= *start) {
            self.begin(start, None);
        }
    }

    /// The case begins: a contact that is closed without a supply says so. That of `changing` has just changed.
    fn begin(&mut self, start: Instant, changing: Option<usize>) {
        self.start = None;
        self.text = ConsoleLines::default();
        for (index, contact) in self.contacts.iter_mut().enumerate() {
            if contact.is_closed() != (changing == Some(index)) {
                let what = contact.told(true);
                self.queue.noticed(start, what);
            }
        }
    }

    /// Lets the meter look, if it is to; whether it did.
    pub(super) fn look_at_the_meter(&mut self, until: Instant) -> Result<bool, RigFault> {
        let (Some(metering), Some(bus)) = (&mut self.metering, &self.bus) else { return Ok(false) };
        let now = self.clock.bench(Mono::now());
        if metering.next(until).is_none_or(|due| due > now) {
            return Ok(false);
        }
        metering.sample(&mut bus.timed(self.clock))?;
        Ok(true)
    }

    /// Waits for news, for the next round of the watchdog, or for `until`.
    pub(super) fn wait(&mut self, until: Instant) -> Result<(), RigFault> {
        let now = Mono::now();
        let mut ends = self.clock.mono(until).min(now + self.feeder.slice());
        if let Some(due) = self.metering.as_ref().and_then(|metering| metering.next(until)) {
            ends = ends.min(self.clock.mono(due));
        }
        if self.queue.has(Instant::NEVER) {
            ends = now;
        }
        match self.news.recv_timeout(duration((ends - now).max(GLANCE))) {
            Ok(news) => self.take(news),
            Err(RecvTimeoutError::Timeout) => Ok(()),
            Err(RecvTimeoutError::Disconnected) => {
                Err(RigFault { what: "every thread of the bench has ended".to_owned(), hint: String::new() })
            }
        }
    }
}

fn stood_still(gap: Span) -> Result<(), RigFault> {
    if gap <= STANDSTILL {
        return Ok(());
    }
    Err(RigFault {
        what: format!("the run loop stood still for {}: what was due then was late", gap.in_words()),
        hint: "the machine is too busy, or its disk too slow: end what else runs on it".to_owned(),
    })
}

fn will_be_played(late: Span) -> Result<(), RigFault> {
    if late <= NEVER_PLAYED {
        return Ok(());
    }
    Err(RigFault {
        what: format!("a level was not played in {NEVER_PLAYED}"),
        hint: "the machine is too busy: end what else runs on it".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_that_stands_still_and_a_player_that_does_not_play_are_rig_faults() {
        assert_eq!(stood_still(STANDSTILL), Ok(()));
        let fault = stood_still(Span::millis(251)).unwrap_err();
        assert_eq!(fault.what, "the run loop stood still for 251ms: what was due then was late");
        assert_eq!(will_be_played(NEVER_PLAYED), Ok(()));
        assert_eq!(will_be_played(Span(-1)), Ok(()), "not due yet");
        assert_eq!(will_be_played(NEVER_PLAYED + Span(1)).unwrap_err().what, "a level was not played in 5s");
    }
}
