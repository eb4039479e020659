//! The lines of the header: what drives each, and who listens to it.

use crate::clock::Monotonic;
use crate::protocol::{LINE_EVENT, LineRequest};
use crate::registers::{CLEAR, LINES, Registers, SELECT, SET};
use brownout_rigs::rig::pi::{Input, Line, Output};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};
use std::collections::VecDeque;
use std::os::fd::OwnedFd;

/// What the kernel keeps for a request of one line that asks for no number (gpiolib-cdev.c).
const USUAL_BUFFER: u32 = 16;
/// The most it keeps.
const LARGEST_BUFFER: u32 = 1024;
const RISING: u32 = 1;
const FALLING: u32 = 2;

/// What a line is when the Pi does not drive it.
#[derive(Debug, Clone, Copy, Default)]
struct Wire {
    /// What is on its far end.
    level: bool,
    /// A fault: it stays so.
    stuck: Option<bool>,
    /// A fault: so many edges get a number and are not told.
    lost: u32,
}

impl Wire {
    fn shown(&self) -> bool {
        self.stuck.unwrap_or(self.level)
    }
}

/// Somebody listens.
#[derive(Debug)]
struct Listener {
    socket: OwnedFd,
    request: LineRequest,
    sequence: u32,
    /// Of each line, in the order of the request.
    sequences: Vec<u32>,
    waiting: VecDeque<[u8; LINE_EVENT]>,
}

impl Listener {
    /// Whether the program has closed it, or died.
    fn is_gone(&self) -> bool {
        let mut byte = [0; 1];
        // It never says anything: what can be read is its end.
        !matches!(recv(&self.socket, &mut byte[..], RecvFlags::DONTWAIT), Err(Errno::AGAIN | Errno::INTR))
    }

    fn hears(&mut self, line: u32, high: bool, at: Monotonic, told: bool) {
        let Some(place) = self.request.lines.iter().position(|heard| *heard == line) else { return };
        if !(if high { self.request.rising } else { self.request.falling }) {
            return;
        }
        self.sequence += 1;
        self.sequences[place] += 1;
        if !told {
            return;
        }
        let kept = match self.request.buffer {
            0 => USUAL_BUFFER * self.request.lines.len() as u32,
            asked => asked.min(LARGEST_BUFFER),
        };
        if self.waiting.len() >= kept as usize {
            // As the kernel does: the oldest is dropped.
            self.waiting.pop_front();
        }
        let mut event = [0; LINE_EVENT];
        event[..8].copy_from_slice(&at.0.to_ne_bytes());
        let numbers = [if high { RISING } else { FALLING }, line, self.sequence, self.sequences[place]];
        for (place, number) in event[8..].chunks_exact_mut(4).zip(numbers) {
            place.copy_from_slice(&number.to_ne_bytes());
        }
        self.waiting.push_back(event);
    }

    fn tell(&mut self) {
        while let Some(event) = self.waiting.front() {
            if send(&self.socket, event, SendFlags::DONTWAIT | SendFlags::NOSIGNAL).is_err() {
                return;
            }
            self.waiting.pop_front();
        }
    }
}

/// All lines.
#[derive(Debug)]
pub struct Pins {
    registers: Registers<'static>,
    /// Of the select registers, as the stores so far made them.
    selected: [u32; 6],
    latch: u32,
    wires: [Wire; LINES as usize],
    listeners: Vec<Listener>,
    /// A fault: lines that somebody else has.
    busy: u32,
}

impl Pins {
    /// All lines inputs at 0 V.
    pub fn new(registers: Registers<'static>) -> Self {
        Self {
            registers,
            selected: [0; 6],
            latch: 0,
            wires: [Wire::default(); LINES as usize],
            listeners: Vec::new(),
            busy: 0,
        }
    }

    /// A store to a register happens, as far as the lines are concerned.
    pub fn store(&mut self, offset: u32, value: u32) {
        match offset {
            SET => self.latch |= value,
            CLEAR => self.latch &= !value,
            SELECT..=0x14 => {
                self.selected[(offset / 4) as usize] = value;
                (0..LINES).for_each(|line| self.show(line));
            }
            _ => {}
        }
    }

    fn is_output(&self, line: u32) -> bool {
        self.selected[(line / 10) as usize] >> (line % 10 * 3) & 0b111 == 0b001
    }

    /// The level that the Pi drives a line to; `None`: it does not.
    pub fn driven(&self, line: Line) -> Option<bool> {
        let line = u32::from(line.number());
        self.is_output(line).then_some(self.latch >> line & 1 == 1)
    }

    /// Whether an output does what it is named for. A resistor holds a line that is not driven at its safe level.
    pub fn is_active(&self, output: &Output) -> bool {
        self.driven(output.line).is_some_and(|high| output.active.high_for(true) == high)
    }

    /// What the far end of a line has.
    pub fn is_high(&self, line: Line) -> bool {
        self.wires[usize::from(line.number())].level
    }

    /// An input tells what it is named for, or no longer.
    pub fn set_active(&mut self, input: &Input, active: bool, at: Monotonic) {
        self.set(input.line, input.active.high_for(active), at);
    }

    /// The far end of a line has this level from now on.
    pub fn set(&mut self, line: Line, high: bool, at: Monotonic) {
        let line = u32::from(line.number());
        self.change(line, at, |wire| wire.level = high);
    }

    /// A fault: the line keeps the level that it has, or is let go.
    pub fn stick(&mut self, line: Line, stuck: bool, at: Monotonic) {
        let line = u32::from(line.number());
        self.change(line, at, |wire| wire.stuck = stuck.then_some(wire.shown()));
    }

    /// A fault: the next edges of a line get their numbers, and nobody is told.
    pub fn lose(&mut self, line: Line, edges: u32) {
        self.wires[usize::from(line.number())].lost = edges;
    }

    /// A fault: somebody else has the line.
    pub fn occupy(&mut self, line: Line, busy: bool) {
        let bit = 1 << line.number();
        self.busy = if busy { self.busy | bit } else { self.busy & !bit };
    }

    fn change(&mut self, line: u32, at: Monotonic, change: impl FnOnce(&mut Wire)) {
        let wire = &mut self.wires[line as usize];
        let before = wire.shown();
        change(wire);
        let high = wire.shown();
        if high == before {
            return;
        }
        let told = wire.lost == 0;
        wire.lost = wire.lost.saturating_sub(1);
        self.show(line);
        self.listeners.iter_mut().for_each(|listener| listener.hears(line, high, at, told));
    }

    /// Puts the level of an input where the program reads it.
    fn show(&self, line: u32) {
        let bit = 1 << line;
        if self.registers.outputs() & bit == 0 {
            let high = self.wires[line as usize].shown();
            self.registers.show(if high { bit } else { 0 }, if high { 0 } else { bit });
        }
    }

    /// Somebody asks to listen; refused where somebody else does.
    pub fn listen(&mut self, socket: OwnedFd, request: LineRequest) {
        self.hang_up();
        let taken = |line: &u32| {
            self.busy >> line & 1 == 1 || self.listeners.iter().any(|listener| listener.request.lines.contains(line))
        };
        let refused = request.lines.iter().any(taken);
        // Before it is told: what the program selects next is not to be undone.
        for line in request.lines.iter().filter(|_| !refused) {
            self.registers.make_input(*line);
            self.selected[(line / 10) as usize] &= !(0b111 << (line % 10 * 3));
            self.show(*line);
        }
        let answer = if refused { Errno::BUSY.raw_os_error() } else { 0 };
        let said = send(&socket, &answer.to_ne_bytes(), SendFlags::NOSIGNAL);
        if refused || said.is_err() {
            return;
        }
        let sequences = vec![0; request.lines.len()];
        self.listeners.push(Listener { socket, request, sequence: 0, sequences, waiting: VecDeque::new() });
    }

    /// Forgets who is gone.
    pub fn hang_up(&mut self) {
        self.listeners.retain(|listener| !listener.is_gone());
    }

    /// Tells what is to be told.
    pub fn tell(&mut self) {
        self.listeners.iter_mut().for_each(Listener::tell);
    }
}
