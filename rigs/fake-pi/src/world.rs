//! What hangs on the header: one loop that moves all of it, from one instant at which something happens to the next.

use crate::bench_supply::BenchSupply;
use crate::clock::{Clock, Monotonic};
use crate::feed::Feed;
use crate::pins::Pins;
use crate::protocol::{Part, Port, Store, Transfer};
use crate::pulses::Pulses;
use crate::registers::{CLEAR, SET};
use brownout_rigs::live::console::Console;
use brownout_rigs::live::probe_socket::ProbeSocket;
use brownout_rigs::rig::pi::{Line, PiWires, PowerStage, SenseKind};
use brownout_trace::event::{Event, Level, What};
use brownout_trace::{Amps, Hertz, Instant, Ohms, Span, Volts};
use brownout_virtual::board::Board;
use brownout_virtual::instruments::Sees;
use brownout_virtual::instruments::desk::Desk;
use brownout_virtual::probe::SharedBoard;
use rustix::io::Errno;
use std::collections::VecDeque;
use std::sync::Arc;

/// The world stays so far behind the wall: a store that was stamped is told by then.
const BEHIND: Span = Span::micros(100);
/// The comparator at the terminals: a little below nominal.
const SENSED: f64 = 0.9;
/// A crowbar's own: below whatever a stage gives.
const DISCHARGED: f64 = 0.05;
/// The longest that the server waits: how old the levels may be that a program reads.
const PATIENCE: Span = Span::millis(1);

/// The contact of a relay as its sense sees it.
#[derive(Debug)]
struct Contact {
    closed: bool,
    pulses: Option<Pulses>,
}

/// A test's own square wave on a line.
#[derive(Debug, Clone)]
struct Generator {
    line: Line,
    high: bool,
    next: Instant,
    every: Span,
    edges: u32,
}

/// All of it.
#[derive(Debug)]
pub struct World {
    /// Bench time and the wall's.
    pub clock: Clock,
    /// The lines.
    pub pins: Pins,
    /// The power path.
    pub feed: Feed,
    /// The instruments on the bus.
    pub desk: Desk,
    /// The board.
    pub board: SharedBoard,
    /// Its console; `None` while it is unplugged.
    pub console: Option<Console>,
    /// Nothing comes through the console's wires, either way.
    pub mute: bool,
    /// Its debug port; `None` while the probe is unplugged.
    pub socket: Option<ProbeSocket>,
    /// The wire from the power path to the board is cut.
    pub cut: bool,
    /// A resistor stands at the terminals in the board's place.
    pub load: Option<Ohms>,
    /// Stores to this line happen so much later.
    pub late: Option<(Line, Span)>,
    /// Who asks for the chip of lines is refused: the user is not in its group.
    pub lines_denied: bool,
    /// Likewise of the bus.
    pub bus_denied: bool,
    /// The furthest that it was behind the wall.
    pub most_behind: Span,
    /// What went wrong on this side, for the test to see.
    pub troubles: Vec<String>,
    wires: Arc<PiWires>,
    now: Instant,
    /// What happened on the board and is still to be looked at: it may be ahead while it is flashed.
    happened: VecDeque<Event>,
    /// In order of time.
    stores: VecDeque<(Instant, Store)>,
    /// Bytes on their way to a port, in order of time.
    pub(crate) typed: VecDeque<(Instant, Port, Vec<u8>)>,
    contacts: Vec<Contact>,
    zero_cross: Option<Pulses>,
    generators: Vec<Generator>,
    level: Level,
    pressed: Vec<bool>,
    resetting: bool,
}

impl World {
    /// A world at bench time 0, everything off.
    pub fn new(
        wires: Arc<PiWires>,
        board: Board,
        desk: Desk,
        frequency: Hertz,
        pins: Pins,
        supply: Option<BenchSupply>,
    ) -> Self {
        let contact = |relay: &brownout_rigs::rig::pi::RelaySense| Contact {
            closed: false,
            pulses: match relay.by {
                SenseKind::MainsOptocoupler => Some(Pulses::optocoupler(relay.input, frequency)),
                SenseKind::Contact | SenseKind::Optocoupler => None,
            },
        };
        let zero_cross = match &wires.supply.stage {
            PowerStage::Mains(mains) => Some(Pulses::zero_cross(mains.zero_cross, mains.frequency)),
            _ => None,
        };
        let mut world = Self {
            clock: Clock::start(),
            pins,
            feed: Feed::new(Arc::clone(&wires), supply),
            desk,
            board: SharedBoard::new(board),
            console: None,
            mute: false,
            socket: None,
            cut: false,
            load: None,
            late: None,
            lines_denied: false,
            bus_denied: false,
            most_behind: Span::ZERO,
            troubles: Vec::new(),
            now: Instant::ZERO,
            happened: VecDeque::new(),
            stores: VecDeque::new(),
            typed: VecDeque::new(),
            contacts: wires.relays.iter().map(contact).collect(),
            zero_cross,
            generators: Vec::new(),
            level: Level::Open,
            pressed: vec![false; wires.buttons.len()],
            resetting: false,
            wires,
        };
        world.board.lock().tap();
        let inputs = Arc::clone(&world.wires);
        let at = world.clock.monotonic(Instant::ZERO);
        inputs.relays.iter().for_each(|relay| world.pins.set_active(&relay.input, false, at));
        let crowbar = inputs.supply.crowbar.and_then(|crowbar| crowbar.sense);
        inputs.supply.sense.iter().chain(&crowbar).for_each(|sense| world.pins.set_active(sense, false, at));
        world
            .zero_cross
            .iter()
            .for_each(|pulses| world.pins.set_active(&pulses.input, pulses.is_active(Instant::ZERO), at));
        world.read_back();
        world
    }

    /// Bench time that the world has come to.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// What the power path gives.
    pub fn level(&self) -> Level {
        self.level
    }

    /// A store that the program made: it happens at its instant.
    pub fn take_store(&mut self, store: Store) {
        let at = self.clock.instant(Monotonic(store.at));
        match self.late {
            Some((line, by)) if matches!(store.offset, SET | CLEAR) && store.value >> line.number() & 1 == 1 => {
                let bit = 1 << line.number();
                self.queue(at, Store { value: store.value & !bit, ..store });
                self.queue(at + by, Store { value: bit, ..store });
            }
            _ => self.queue(at, store),
        }
    }

    fn queue(&mut self, at: Instant, store: Store) {
        let place = self.stores.partition_point(|(earlier, _)| *earlier <= at);
        self.stores.insert(place, (at, store));
    }

    /// Brings the world up to what the wall's clock says, and carries what the ports have.
    pub fn turn(&mut self, wall: Monotonic) {
        self.most_behind = self.most_behind.max(self.clock.instant(wall) - self.now);
        self.clock.forgive(self.now, wall);
        let due = self.clock.instant(wall) - BEHIND;
        self.advance(due);
        self.listen(wall);
        self.tell();
    }

    /// Tells what is to be told: edges, and what board and bench supply say.
    pub fn tell(&mut self) {
        self.speak();
        self.pins.tell();
    }

    /// Moves everything up to `wall`, as somebody asks who may not miss what happened until then.
    pub fn catch_up(&mut self, wall: Monotonic) {
        self.advance(self.clock.instant(wall));
    }

    /// How long the server may wait, at `wall`, until something has to be seen.
    pub fn patience(&self, wall: Monotonic) -> Span {
        let stores = self.stores.front().map(|(at, _)| *at);
        let soon = self.pulses().chain(stores).chain(self.feed.next_event()).min();
        let left = soon.map_or(PATIENCE, |at| at + BEHIND - self.clock.instant(wall));
        left.max(Span::ZERO).min(PATIENCE)
    }

    /// Moves everything to `until`.
    pub fn advance(&mut self, until: Instant) {
        while self.now < until {
            let due = self.next_change().min(until).max(self.now);
            self.run_board(due);
            let told = self.happened.front().map_or(due, |event| event.at.min(due));
            self.now = told.max(self.now);
            self.settle();
        }
    }

    fn next_change(&self) -> Instant {
        let stores = self.stores.front().map(|(at, _)| *at);
        let generators = self.generators.iter().map(|generator| generator.next);
        let typed = self.typed.front().map(|(at, ..)| *at);
        let others = [stores, typed, self.feed.next_event(), self.desk.next_event()];
        self.pulses().chain(generators).chain(others.into_iter().flatten()).min().unwrap_or(Instant::NEVER)
    }

    /// The next edge of each line that follows the mains.
    fn pulses(&self) -> impl Iterator<Item = Instant> {
        let closed = self.contacts.iter().filter(|contact| contact.closed);
        let pulses = closed.filter_map(|contact| contact.pulses.as_ref()).chain(&self.zero_cross);
        pulses.map(|pulses| pulses.next_edge(self.now))
    }

    fn run_board(&mut self, due: Instant) {
        let mut board = self.board.lock();
        let mut events = Vec::new();
        while board.now() < due && self.happened.is_empty() {
            board.advance(due, &mut events);
            self.happened.extend(events.drain(..));
        }
    }

    /// Does what is due now.
    fn settle(&mut self) {
        let at = self.clock.monotonic(self.now);
        while let Some(event) = self.happened.pop_front_if(|event| event.at <= self.now) {
            self.look_at(&event, at);
        }
        while let Some((_, store)) = self.stores.pop_front_if(|(due, _)| *due <= self.now) {
            self.pins.store(store.offset, store.value);
        }
        self.hear();
        self.follow_outputs();
        self.follow_mains(at);
        for generator in self.generators.iter_mut().filter(|generator| generator.next <= self.now) {
            generator.high = !generator.high;
            generator.next += generator.every;
            generator.edges -= 1;
            self.pins.set(generator.line, generator.high, at);
        }
        self.generators.retain(|generator| generator.edges > 0);
        self.follow_supply();
        if self.desk.next_event().is_some_and(|due| due <= self.now) {
            let board = self.board.lock();
            let sees = match self.load {
                Some(load) => Sees { terminals: volts(self.level), current: Amps(volts(self.level).0 / load.0) },
                None => Sees { terminals: board.terminals(), current: board.supply_current() },
            };
            drop(board);
            self.desk.settle(self.now, sees);
        }
    }

    fn look_at(&mut self, event: &Event, at: Monotonic) {
        let What::Contact { relay, closed, .. } = &event.what else { return };
        let Some(index) = self.wires.relays.iter().position(|wires| wires.name == *relay) else { return };
        let contact = &mut self.contacts[index];
        contact.closed = *closed;
        let active = *closed && contact.pulses.as_ref().is_none_or(|pulses| pulses.is_active(self.now));
        self.pins.set_active(&self.wires.relays[index].input, active, at);
    }

    fn follow_mains(&mut self, at: Monotonic) {
        for contact in self.contacts.iter().filter(|contact| contact.closed) {
            if let Some(pulses) = &contact.pulses {
                self.pins.set_active(&pulses.input, pulses.is_active(self.now), at);
            }
        }
        if let Some(pulses) = &self.zero_cross {
            self.pins.set_active(&pulses.input, pulses.is_active(self.now), at);
        }
    }

    /// Buttons and the reset pin.
    fn follow_outputs(&mut self) {
        let wires = Arc::clone(&self.wires);
        for (index, button) in wires.buttons.iter().enumerate() {
            let pressed = self.pins.is_active(&button.output);
            if std::mem::replace(&mut self.pressed[index], pressed) != pressed {
                // A button that the board has not is a wire that leads nowhere.
                self.board.lock().press(&button.name, pressed);
            }
        }
        let resetting = wires.reset.as_ref().is_some_and(|reset| self.pins.is_active(reset));
        if std::mem::replace(&mut self.resetting, resetting) != resetting {
            self.board.lock().set_reset_pin(resetting);
        }
    }

    /// The terminals follow the power path, the comparator the terminals.
    pub fn follow_supply(&mut self) {
        let level = self.feed.level(self.now, &self.pins, &mut self.desk);
        if level == self.level {
            return;
        }
        self.level = level;
        let reaches = if self.cut { Level::Open } else { level };
        self.board.lock().replace_levels(&[(self.now, reaches)]);
        let volts = volts(level);
        let nominal = self.wires.supply.nominal;
        let crowbar = self.wires.supply.crowbar.and_then(|crowbar| crowbar.sense);
        let at = self.clock.monotonic(self.now);
        for (sense, threshold) in [(self.wires.supply.sense, SENSED), (crowbar, DISCHARGED)] {
            if let Some(sense) = sense {
                self.pins.set_active(&sense, volts >= nominal * threshold, at);
            }
        }
    }

    /// The wire to the board is cut, or mended.
    pub fn cut(&mut self, cut: bool) {
        self.cut = cut;
        let reaches = if cut { Level::Open } else { self.level };
        self.board.lock().replace_levels(&[(self.now, reaches)]);
    }

    /// What guard and emergency stop read back.
    pub fn read_back(&mut self) {
        let at = self.clock.monotonic(self.now);
        if let Some(interlock) = &self.wires.interlock {
            self.pins.set_active(interlock, self.feed.guarded, at);
        }
        if let Some(stop) = &self.wires.e_stop {
            self.pins.set_active(stop, !self.feed.stopped, at);
        }
        self.follow_supply();
        self.pins.tell();
    }

    /// A square wave on an input line, from now on.
    pub fn generate(&mut self, line: Line, every: Span, edges: u32) {
        let (next, high) = (self.now + every, self.pins.is_high(line));
        self.generators.push(Generator { line, high, next, every, edges });
    }

    /// When a transfer that was asked for would be over.
    pub fn end_of(&self, transfer: &Transfer) -> Instant {
        let begun = self.clock.instant(Monotonic(transfer.at)).max(self.now);
        transfer.parts.iter().fold(begun, |at, part| at + takes(part))
    }

    /// Carries out a transfer that is over at `end`: an answer, with what was read.
    pub fn transfer(&mut self, transfer: &Transfer, end: Instant) -> Vec<u8> {
        let whole = transfer.parts.iter().fold(Span::ZERO, |sum, part| sum + takes(part));
        let mut at = end - whole;
        let mut read = Vec::new();
        for part in &transfer.parts {
            at += takes(part);
            self.advance(at);
            let done = match part {
                Part::Write(address, bytes) => self.desk.write(at, *address as u8, bytes),
                Part::Read(address, length) => {
                    let mut bytes = vec![0; usize::from(*length)];
                    self.desk.read(at, *address as u8, &mut bytes).map(|()| read.extend(bytes))
                }
            };
            if done.is_err() {
                // What the Pi's own driver says of a byte that nobody acknowledges (i2c-bcm2835.c).
                return Errno::REMOTEIO.raw_os_error().to_ne_bytes().to_vec();
            }
        }
        // The DAC may steer the supply.
        self.follow_supply();
        let mut answer = 0_i32.to_ne_bytes().to_vec();
        answer.extend(read);
        answer
    }
}

/// Over a resistor, which holds nothing up.
fn volts(level: Level) -> Volts {
    match level {
        Level::Volts(volts) => volts,
        Level::Open => Volts::ZERO,
    }
}

fn takes(part: &Part) -> Span {
    Desk::transfer(match part {
        Part::Write(_, bytes) => bytes.len(),
        Part::Read(_, length) => usize::from(*length),
    })
}
