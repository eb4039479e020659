//! The bench itself: what execution sees of a Pi.
//!
//! Bench time is the wall's, told in steps: [`Bench::now`] is the instant up to which everything that happened was told,
//! and moves only while the bench is advanced. The wall's clock is a millisecond or two ahead of it: so long it takes until
//! the kernel has surely told every edge. What is done *now* is done at once, and so that much later than the
//! instant says; a list of levels is moved as a whole, its widths stay, and where the rig has a sense line the report of a
//! shot says when it really began.
//!
//! After a fault the rig is de-energised and stays so: every later call gives the same fault.

use super::bus::SharedBus;
use super::capture::Capture;
use super::clock::{Clock, Mono};
use super::console::{self, Console};
use super::contacts::Contact;
use super::edges::Sequences;
use super::guards::Guards;
use super::lines::Lines;
use super::news::News;
use super::player::{Hands, Perform, Player};
use super::queue::Queue;
use super::score::Score;
use super::sense::Sensed;
use super::station::PiRig;
use super::watchdog::Feeder;
use crate::bench::metering::Metering;
use crate::bench::{Bench, Flashing, RigFault};
use crate::firmware::Firmware;
use crate::parts::supply::{ready, safe, strokes};
use crate::rig::pi::{Input, Line, PowerStage};
use brownout_trace::event::{Level, ShotReport, What};
use brownout_trace::{Angle, Event, Instant, Span};
use brownout_virtual::board::ConsoleLines;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, channel};

/// A stroke is never handed over for an instant closer than this.
const LEAD: Span = Span::micros(500);

/// From the kernel's stamp of an edge to its queue: its interrupt thread has to run. A rig that says that its timestamps
/// are worse is given as long.
const GRACE: Span = Span::micros(500);

/// A Pi rig in use.
#[derive(Debug)]
pub struct PiBench {
    pub(super) rig: PiRig,
    pub(super) clock: Clock,
    pub(super) queue: Queue,
    pub(super) news: Receiver<News>,
    pub(super) player: Player,
    pub(super) capture: Capture,
    pub(super) console: Option<Console>,
    pub(super) bus: Option<SharedBus>,
    pub(super) guards: Guards,
    pub(super) feeder: Feeder,
    pub(super) sequences: Sequences,
    pub(super) contacts: Vec<Contact>,
    pub(super) score: Score,
    pub(super) sensed: Sensed,
    pub(super) metering: Option<Metering>,
    pub(super) text: ConsoleLines,
    /// When the run loop came by last; `None` where it could not.
    pub(super) looked: Option<Mono>,
    /// When the case begins, until it has.
    pub(super) start: Option<Instant>,
    /// The board's way to its supply is kept closed.
    pub(super) feeding: bool,
    /// The board stands on the low-voltage supply.
    pub(super) on_flashing_supply: bool,
    /// The watchdog was fed too late while the probe had the time.
    pub(super) missed: Option<RigFault>,
    pub(super) fault: Option<RigFault>,
    pub(super) lines: Arc<Lines>,
}

impl PiBench {
    /// Opens every line, port and bus of the rig; its lines are in their safe state from here on.
    pub(super) fn open(rig: &PiRig, start: Instant) -> Result<Self, RigFault> {
        let wires = &rig.wires;
        let lines = Arc::new(Lines::open(wires)?);
        rig.outside.driven().add(&lines);
        let (sender, news) = channel();
        let uses_bus = rig.meter.is_some() || matches!(wires.supply.stage, PowerStage::Dac(_));
        let bus = if uses_bus { Some(SharedBus::open(wires.i2c)?) } else { None };
        let port = match &wires.supply.stage {
            PowerStage::Scpi(supply) | PowerStage::Korad(supply) => {
                Some(console::open(&supply.port, supply.baud, "the bench supply")?)
            }
            _ => None,
        };
        let console = match (&wires.console, &rig.console) {
            (Some(port), Some((baud, _))) => Some(Console::start(&port.port, *baud, sender.clone())?),
            _ => None,
        };
        let mains = match &wires.supply.stage {
            PowerStage::Mains(stage) => Some(stage.frequency),
            _ => None,
        };
        let contact = |sense| Contact::new(sense, mains, lines.is_high(sense.input.line));
        let contacts = wires.relays.iter().map(contact).collect();
        let dac = match &wires.supply.stage {
            PowerStage::Dac(stage) => stage.address,
            _ => 0,
        };
        let mut hands = Hands { lines: Arc::clone(&lines), bus: bus.clone(), dac, port };
        let never = AtomicBool::new(false);
        ready(&wires.supply).iter().try_for_each(|stroke| hands.perform(stroke, &never))?;
        let player = Player::start(hands, sender.clone());
        let capture = Capture::start(Arc::clone(&lines), sender, rig.uncertainty.max(GRACE));
        let now = start - rig.rest;
        Ok(Self {
            clock: Clock::new(now, Mono::now()),
            queue: Queue::new(now, start, rig.uncertainty),
            news,
            player,
            capture,
            console,
            bus,
            guards: Guards::new(wires),
            feeder: Feeder::new(&wires.watchdog),
            sequences: Sequences::default(),
            contacts,
            score: Score::default(),
            sensed: Sensed::default(),
            metering: rig.meter.map(Metering::new),
            text: ConsoleLines::default(),
            looked: None,
            start: Some(start),
            feeding: false,
            on_flashing_supply: false,
            missed: None,
            fault: None,
            lines,
            rig: rig.clone(),
        })
    }

    /// What may make this rig less good than it could be.
    pub fn warnings(&self) -> Vec<String> {
        self.player.warning().map(str::to_owned).into_iter().collect()
    }

    /// Whether an input is active, now.
    pub(super) fn is_active(&self, input: Input) -> bool {
        self.lines.is_active(input)
    }

    pub(super) fn is_high(&self, line: Line) -> bool {
        self.lines.is_high(line)
    }

    /// The rig de-energised, for good.
    pub(super) fn de_energise(&mut self) {
        let hands = self.player.stop();
        self.lines.make_safe();
        self.feeding = false;
        // The lines have done it already; a supply that listens is told too, as well as that can be done.
        if let Some(mut hands) = hands {
            let now = AtomicBool::new(true);
            for stroke in safe(&self.rig.wires.supply) {
                let _ = hands.perform(&stroke, &now);
            }
        }
    }

    /// Does something that a fault ends, and everything after it.
    pub(super) fn guarded<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, RigFault>) -> Result<T, RigFault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        work(self).inspect_err(|fault| {
            self.de_energise();
            self.fault = Some(fault.clone());
        })
    }

    fn hand_over(&mut self, levels: &[(Instant, Level)]) -> Result<(), RigFault> {
        let strokes = strokes(&self.rig.wires.supply, self.score.standing(), levels)?;
        if levels.iter().any(|(_, level)| is_powered(*level)) {
            self.energise()?;
        }
        let before = self.score.len();
        let acts = self.score.add(&self.clock, Mono::now() + LEAD, levels, strokes);
        self.player.play(acts);
        if let Some(metering) = &mut self.metering {
            let clock = self.clock;
            let moved: Vec<_> =
                self.score.since(before).iter().map(|planned| (clock.bench(planned.due), planned.level)).collect();
            metering.expect(&moved);
        }
        Ok(())
    }

    /// Everything that has to be so before the board gets its supply.
    pub(super) fn energise(&mut self) -> Result<(), RigFault> {
        self.rig.outside.asked()?;
        self.guards.check(|line| self.lines.is_high(line))?;
        self.feeding = true;
        self.feed(Mono::now());
        Ok(())
    }
}

/// Whether a board gets something at this level.
pub(super) fn is_powered(level: Level) -> bool {
    match level {
        Level::Open => false,
        Level::Volts(volts) => volts.0 > 0.0,
    }
}

impl Bench for PiBench {
    fn now(&self) -> Instant {
        self.queue.told()
    }

    fn advance(&mut self, until: Instant, events: &mut Vec<Event>) -> Result<(), RigFault> {
        self.guarded(|bench| bench.run_until(until, events))
    }

    fn play(&mut self, levels: &[(Instant, Level)]) -> Result<(), RigFault> {
        self.guarded(|bench| bench.hand_over(levels))
    }

    fn at_angle(&self, _: Instant, _: Angle) -> Option<Instant> {
        None
    }

    fn switch_on(&mut self, _: Level, _: Span) -> Result<(), RigFault> {
        Err(RigFault::no_bounce())
    }

    fn measure_shot(&mut self, level: Level, start: Instant, width: Span, edges: Span) -> Result<ShotReport, RigFault> {
        self.guarded(|bench| bench.measure(level, start, width, edges))
    }

    fn send(&mut self, line: &str) -> Result<(), RigFault> {
        self.guarded(|bench| {
            let none = || RigFault {
                what: "the rig has no console".to_owned(),
                hint: "name its port in the rig file: `console = { port = \"…\" }`".to_owned(),
            };
            let end = bench.rig.console.as_ref().map_or("\n", |(_, end)| end);
            let bytes = format!("{line}{end}");
            bench.console.as_mut().ok_or_else(none)?.send(bytes.as_bytes())?;
            let at = bench.clock.bench(Mono::now());
            bench.queue.noticed(at, What::Sent { line: line.to_owned() });
            Ok(())
        })
    }

    fn press(&mut self, button: &str, pressed: bool) -> Result<(), RigFault> {
        self.guarded(|bench| {
            let none = || RigFault {
                what: format!("the rig has no wire to the button `{button}`"),
                hint: "add it under `[[pi.buttons]]`".to_owned(),
            };
            let found = bench.rig.wires.buttons.iter().find(|wires| wires.name == button).ok_or_else(none)?;
            bench.lines.activate(found.output, pressed);
            Ok(())
        })
    }

    fn set_reset(&mut self, asserted: bool) -> Result<(), RigFault> {
        self.guarded(|bench| {
            let none = || RigFault {
                what: "the rig has no wire to the board's reset pin".to_owned(),
                hint: "add it as `reset` under `[pi]`".to_owned(),
            };
            bench.lines.activate(bench.rig.wires.reset.ok_or_else(none)?, asserted);
            Ok(())
        })
    }

    fn flash(&mut self, firmware: Option<&Firmware>, events: &mut Vec<Event>) -> Result<Flashing, RigFault> {
        self.guarded(|bench| bench.update(firmware, events))
    }
}

impl Drop for PiBench {
    fn drop(&mut self) {
        self.de_energise();
    }
}
