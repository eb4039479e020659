//! The bench over the virtual board: time moves only when it is advanced.

mod desk_bus;

use super::metering::Metering;
use super::{Bench, Flashing, RigFault, as_measured};
use crate::firmware::Firmware;
use crate::flashing::{self, Flashed};
use crate::rig::Rig;
use crate::self_check::Lively;
use brownout_trace::event::{Event, Figure, Level, ShotFigure, ShotReport, What};
use brownout_trace::{Amps, Angle, Instant, Slew, Span, Volts};
use brownout_virtual::board::Board;
use brownout_virtual::instruments::desk::Desk;
use brownout_virtual::probe::{SharedBoard, VirtualProbe};
use brownout_virtual::rng::Stream;
use brownout_virtual::supply::{Mains, bouncing};
use brownout_virtual::symbols::Symbols;
use desk_bus::DeskBus;
use probe_rs::probe::Probe;
use std::sync::Arc;

/// A virtual board on its bench.
#[derive(Debug, Clone)]
pub struct VirtualBench {
    board: Board,
    /// Level changes as they happened, with the voltage at the terminals right after where somebody looked: what shots are
    /// measured from.
    levels: Vec<(Instant, Figure<Volts>)>,
    /// The instruments on their bus.
    desk: Desk,
    /// What samples the supply while it is away from where it stood; `None` where the rig has no meter, and the model's
    /// own voltage is what was measured.
    metering: Option<Metering>,
    /// What stood there when levels were last handed over.
    standing: Volts,
    /// The figures of a shot that the rig file lets it measure.
    measures: Vec<ShotFigure>,
    chip: Arc<str>,
    /// The firmware under test.
    firmware: Firmware,
    /// The sine at its terminals, on AC.
    mains: Option<Mains>,
    /// How its switch bounces.
    bounces: Stream,
}

impl VirtualBench {
    /// A board without power at `start`, its flash as probe-rs left it. `seed` decides what chance decides.
    pub fn new(rig: &Rig, flashed: &Flashed, seed: u64, start: Instant) -> Result<Self, RigFault> {
        let none = || RigFault { what: format!("the rig `{}` has no virtual board", rig.name), hint: String::new() };
        let wiring = rig.stand.wiring().ok_or_else(none)?;
        let board = Board::new(wiring.clone(), flashed.symbols.clone(), flashed.image.clone(), seed, start)
            .map_err(|e| RigFault { what: e.to_string(), hint: format!("correct the rig file of `{}`", rig.name) })?;
        let desk = Desk::new(&wiring.instruments, seed, start);
        Ok(Self {
            board,
            levels: Vec::new(),
            desk,
            metering: rig.meter.map(Metering::new),
            standing: Volts::ZERO,
            measures: rig.measures.clone(),
            chip: flashed.chip.clone(),
            firmware: flashed.firmware.clone(),
            mains: wiring.supply.frequency.map(Mains::new),
            bounces: Stream::new(seed, "switch"),
        })
    }

    /// The board, to look at its voltages and variables.
    pub fn board(&self) -> &Board {
        &self.board
    }

    /// The instruments, to look at or to unplug.
    pub fn desk(&mut self) -> &mut Desk {
        &mut self.desk
    }

    /// Keeps what changed while nobody but the probe looked: what stands at the terminals now is the last change's.
    fn keep_levels(&mut self, events: &[Event]) {
        let changes = events.iter().filter(|event| matches!(event.what, What::Supply { .. }));
        let before = self.levels.len();
        self.levels.extend(changes.map(|event| (event.at, Figure::Unmeasured)));
        if let Some((_, volts)) = self.levels[before..].last_mut() {
            *volts = Figure::Measured(self.board.terminals());
        }
    }
}

impl Bench for VirtualBench {
    fn now(&self) -> Instant {
        self.board.now()
    }

    fn advance(&mut self, until: Instant, events: &mut Vec<Event>) -> Result<(), RigFault> {
        let first = events.len();
        loop {
            let sampling = self.metering.as_ref().and_then(|metering| metering.next(until));
            let mut bus = DeskBus { board: &mut self.board, desk: &mut self.desk, events, levels: &mut self.levels };
            bus.advance(sampling.unwrap_or(until));
            let now = self.board.now();
            if sampling.is_some_and(|at| at <= now)
                && let Some(metering) = &mut self.metering
            {
                let mut bus =
                    DeskBus { board: &mut self.board, desk: &mut self.desk, events, levels: &mut self.levels };
                metering.sample(&mut bus)?;
            }
            if events.len() > first || self.board.now() >= until {
                return Ok(());
            }
        }
    }

    fn play(&mut self, levels: &[(Instant, Level)]) -> Result<(), RigFault> {
        self.standing = self.board.terminals();
        self.board.play(levels).map_err(|late| RigFault { what: late.to_string(), hint: String::new() })?;
        if let Some(metering) = &mut self.metering {
            metering.expect(levels);
        }
        Ok(())
    }

    fn at_angle(&self, after: Instant, angle: Angle) -> Option<Instant> {
        self.mains.map(|mains| mains.next_angle(after, angle))
    }

    fn switch_on(&mut self, level: Level, length: Span) -> Result<(), RigFault> {
        let changes = bouncing(self.now(), level, length, &mut self.bounces);
        self.play(&changes)
    }

    /// The edges are the instants at which the supply model changed its level, the depth what stood at the terminals
    /// once the fall was over. Fall and rise have equal stairs, so that the width between their first ones is the
    /// width at half depth.
    fn measure_shot(&mut self, level: Level, start: Instant, width: Span, edges: Span) -> Result<ShotReport, RigFault> {
        // Of several changes at one instant the last is the one that stands; a slope's first stair ends after it began.
        let standing = self.levels.iter().rposition(|(at, _)| *at == start && edges == Span::ZERO);
        let begun = standing.or_else(|| self.levels.iter().position(|(at, _)| *at > start));
        let down = begun.and_then(|begun| {
            let below = self.levels[begun..].iter().position(|(at, _)| *at >= start + edges);
            below.map(|more| begun + more)
        });
        let mut report = ShotReport::unmeasured(level, width);
        if let (Some(begun), Some(down)) = (begun, down) {
            let began = self.levels[begun].0;
            report.start = Figure::Measured(began);
            report.depth = match &self.metering {
                // From the end of the fall to the beginning of the rise.
                Some(metering) => metering.depth(start + edges, start + width),
                None => self.levels[down].1,
            };
            // The first stair of a slope ends after the slope began; a jump has no slope.
            let over = self.levels[down].0 - start;
            if edges > Span::ZERO && over > Span::ZERO {
                // A ramp may begin by a jump. No other level before it will do: one right after a rise sags under the
                // inrush.
                let jumped = self.levels[..begun].iter().rfind(|(at, _)| *at == start);
                let before = jumped.map_or(Figure::Measured(self.standing), |(_, volts)| *volts);
                if let (Figure::Measured(before), Figure::Measured(after)) = (before, self.levels[down].1) {
                    report.slew = Figure::Measured(Slew((before.0 - after.0).abs() / over.as_secs_f64()));
                }
            }
            if let Some((rose, _)) = self.levels.get(down + 1) {
                report.measured_width = Figure::Measured(*rose - began);
            }
        }
        // What happened so far belongs to this shot or to earlier ones.
        self.levels.clear();
        if let Some(metering) = &mut self.metering {
            metering.forget(start + width);
        }
        Ok(as_measured(report, &self.measures))
    }

    fn send(&mut self, line: &str) -> Result<(), RigFault> {
        self.board.send(line);
        Ok(())
    }

    fn press(&mut self, button: &str, pressed: bool) -> Result<(), RigFault> {
        match self.board.press(button, pressed) {
            true => Ok(()),
            false => Err(RigFault {
                what: format!("the rig has no wire to the button `{button}`"),
                hint: "add it under `[[virtual.buttons]]`".to_owned(),
            }),
        }
    }

    fn set_reset(&mut self, asserted: bool) -> Result<(), RigFault> {
        self.board.set_reset_pin(asserted);
        Ok(())
    }

    /// The probe borrows the board for as long as it flashes; then the reset pin starts what was flashed.
    fn flash(&mut self, firmware: Option<&Firmware>, events: &mut Vec<Event>) -> Result<Flashing, RigFault> {
        let firmware = firmware.unwrap_or(&self.firmware).clone();
        let shared = SharedBoard::new(self.board.clone());
        let probe = Probe::new(VirtualProbe::for_flashing(shared.clone()));
        let written = flashing::update(probe, self.chip.as_ref(), &firmware);
        self.board = shared.lock().clone();
        let first = events.len();
        self.board.advance(self.board.now(), events);
        self.keep_levels(&events[first..]);
        let whole = match written {
            Ok(()) => true,
            Err(_) if events[first..].iter().any(|event| flashing::starving(event).is_some()) => false,
            Err(error) => {
                let hint = flashing::weak_supply(&self.board, &events[first..]).unwrap_or_default();
                return Err(RigFault { what: error.to_string(), hint });
            }
        };
        self.board.set_symbols(Arc::new(Symbols::of_elf(firmware.bytes())));
        if whole {
            self.board.set_reset_pin(true);
            self.board.set_reset_pin(false);
        }
        Ok(Flashing { firmware: firmware.name().to_owned(), sha256: firmware.sha256(), whole })
    }
}

impl Lively for VirtualBench {
    fn meter(&mut self) -> Result<Option<Volts>, RigFault> {
        let Some(metering) = &self.metering else { return Ok(None) };
        let meter = metering.meter();
        // What happens while it converts is nobody's case.
        let mut events = Vec::new();
        let mut bus =
            DeskBus { board: &mut self.board, desk: &mut self.desk, events: &mut events, levels: &mut self.levels };
        meter.sample(&mut bus).map(Some)
    }

    fn current(&mut self) -> Result<Option<Amps>, RigFault> {
        let Some(metering) = &self.metering else { return Ok(None) };
        let meter = metering.meter();
        let mut events = Vec::new();
        let mut bus =
            DeskBus { board: &mut self.board, desk: &mut self.desk, events: &mut events, levels: &mut self.levels };
        meter.current(&mut bus)
    }

    /// Flashing has attached it already.
    fn attach(&mut self) -> Result<Option<String>, RigFault> {
        Ok(None)
    }
}
