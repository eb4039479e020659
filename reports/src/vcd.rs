//! The waveform of a case, `trace.vcd`, for any viewer of value change dumps (IEEE 1364).
//!
//! * **Time.** The unit is 1 ns. VCD knows no negative time, so `#0` is the earliest instant of the attempt (the
//!   origin in the record's header, or an event before it) and step 0 stands at `#` minus that instant. A comment in
//!   the file gives the offset in nanoseconds, and `rig.step` changes from x to 0 there.
//! * **Attempts.** Only the last attempt is drawn: the others have the same instants.
//! * **Order.** VCD time never goes back. An event that was handed over after a later one is drawn at the time already
//!   reached, behind a comment with its true instant; the record has it exactly.
//!
//! | scope | variable | meaning |
//! | --- | --- | --- |
//! | `supply` | `volts` real | the commanded level in volts; 0 while `open` is 1 |
//! | `supply` | `open` | 1 while disconnected |
//! | `vdd` | `power_on`, `power_down`, `pvd`, `flash_write`, `backup` | 1 above that threshold, x until first crossed |
//! | `board` | `running` | 1 out of reset, 0 without supply |
//! | `board` | `reset`, `fault`, `unmodelled` event | left reset; a crash, as the core shows it; a register the model lacks |
//! | `flash` | `erase`, `torn` event | a page erase began; an operation was cut short |
//! | `console` | `sent`, `received` event | one line, to or from the board |
//! | `rig` | `step` integer; `shot`, `fault` event | the step that began; a stimulus is over; the rig's own fault |
//! | `relay_K1` | `coil`, `contact` | 1 energised; 1 closed, raw with its bounce |

use crate::record::{ReadError, RecordError, RecordReader, Sink};
use brownout_trace::event::{Crossing, Level};
use brownout_trace::{Event, Instant, RelayName, What};
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use vcd::{IdCode, TimescaleUnit, Value, VarType, Writer};

/// What must be known before the first line of a waveform: relay names, time 0, and which attempt is the last.
/// Gathered while the case runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signals {
    origin: Instant,
    earliest: Instant,
    attempts: usize,
    relays: Vec<RelayName>,
}

impl Signals {
    /// Nothing has happened yet; arranging begins at `origin`.
    pub fn from_origin(origin: Instant) -> Self {
        Self { origin, earliest: origin, attempts: 0, relays: Vec::new() }
    }

    /// Takes one event into account.
    pub fn note(&mut self, event: &Event) {
        if let What::Attempt { .. } = event.what {
            self.attempts += 1;
            self.earliest = self.origin;
        }
        self.earliest = self.earliest.min(event.at);
        if let What::Coil { relay, .. } | What::Contact { relay, .. } = &event.what
            && let Err(place) = self.relays.binary_search(relay)
        {
            self.relays.insert(place, relay.clone());
        }
    }
}

/// Draws the waveform of `record` into the new file `out`. `signals` are those of the same record.
///
/// # Errors
/// [`RecordError::ReadBack`] if the record is damaged; what the disk said, also if `out` is there already.
pub fn draw(record: &Path, signals: &Signals, out: &Path) -> Result<(), RecordError> {
    let mut events = RecordReader::open(record).map_err(RecordError::ReadBack)?;
    let mut sink = Sink::create(out.to_owned())?;
    let mut damaged = None;
    let readable = events.by_ref().map_while(|event| event.map_err(|damage| damaged = Some(damage)).ok());
    write(BufWriter::new(&mut sink), signals, readable).map_err(|error| sink.failed(error))?;
    match damaged {
        None => Ok(()),
        Some(damage) => {
            Err(RecordError::ReadBack(ReadError::Damaged { path: record.to_owned(), damage, before: None }))
        }
    }
}

/// Writes a waveform of `events`, which `signals` were gathered from.
///
/// # Errors
/// What `out` says.
pub fn write(out: impl Write, signals: &Signals, events: impl Iterator<Item = Event>) -> io::Result<()> {
    let mut waveform = Waveform::begin(out, signals)?;
    let mut attempt = 0;
    for event in events {
        attempt += usize::from(matches!(event.what, What::Attempt { .. }));
        if attempt == signals.attempts {
            waveform.event(&event)?;
        }
    }
    waveform.out.flush()
}

struct Waveform<W: Write> {
    out: Writer<W>,
    vars: Vars,
    zero: Instant,
    reached: u64,
}

struct Vars {
    volts: IdCode,
    open: IdCode,
    /// By [`Threshold`](brownout_trace::event::Threshold), in its order.
    rails: [IdCode; 5],
    running: IdCode,
    reset: IdCode,
    fault: IdCode,
    unmodelled: IdCode,
    erase: IdCode,
    torn: IdCode,
    sent: IdCode,
    received: IdCode,
    step: IdCode,
    shot: IdCode,
    rig_fault: IdCode,
    /// Coil and contact.
    relays: BTreeMap<RelayName, [IdCode; 2]>,
}

impl<W: Write> Waveform<W> {
    fn begin(out: W, signals: &Signals) -> io::Result<Self> {
        let mut out = Writer::new(out);
        let zero = signals.earliest;
        let step_0 = i128::from(Instant::ZERO.0) - i128::from(zero.0);
        out.comment(&format!("step 0 is at #{step_0}: #0 is the instant {} ns", zero.0))?;
        out.timescale(1, TimescaleUnit::NS)?;
        let vars = declare(&mut out, &signals.relays)?;
        out.enddefinitions()?;
        let mut waveform = Self { out, vars, zero, reached: 0 };
        waveform.unknown()?;
        Ok(waveform)
    }

    /// Nothing is known before the first event; a real cannot say so and waits for it.
    fn unknown(&mut self) -> io::Result<()> {
        let Vars { rails, relays, .. } = &self.vars;
        self.out.timestamp(0)?;
        self.out.begin(vcd::SimulationCommand::Dumpvars)?;
        let wires = [self.vars.open, self.vars.running];
        for wire in wires.iter().chain(rails).chain(relays.values().flatten()) {
            self.out.change_scalar(*wire, Value::X)?;
        }
        self.out.change_vector(self.vars.step, [Value::X])?;
        self.out.end()
    }

    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.move_to(event.at)?;
        let Self { out, vars, .. } = self;
        let mut mark = |var| out.change_scalar(var, Value::V1);
        match &event.what {
            What::Reset { .. } => {
                mark(vars.running)?;
                mark(vars.reset)
            }
            What::Fault { .. } => mark(vars.fault),
            What::Unmodelled { .. } => mark(vars.unmodelled),
            What::Erase { .. } => mark(vars.erase),
            What::Torn { .. } => mark(vars.torn),
            What::Sent { .. } => mark(vars.sent),
            What::Received { .. } => mark(vars.received),
            What::Shot(_) => mark(vars.shot),
            What::RigFault { .. } => mark(vars.rig_fault),
            What::PowerDown => out.change_scalar(vars.running, Value::V0),
            What::Supply { level } => {
                let volts = match level {
                    Level::Volts(volts) => volts.0,
                    Level::Open => 0.0,
                };
                out.change_real(vars.volts, volts)?;
                out.change_scalar(vars.open, *level == Level::Open)
            }
            What::Rail { threshold, crossing, .. } => {
                out.change_scalar(vars.rails[*threshold as usize], *crossing == Crossing::Rising)
            }
            What::Step { index, .. } => {
                let bits = (0..32).rev().map(|bit| Value::from(index >> bit & 1 == 1));
                out.change_vector(vars.step, bits)
            }
            What::Coil { relay, on } => relay_change(out, vars, relay, 0, *on),
            What::Contact { relay, closed, .. } => relay_change(out, vars, relay, 1, *closed),
            What::Attempt { .. }
            | What::Arrange { .. }
            | What::Mark { .. }
            | What::Button { .. }
            | What::Flashed { .. }
            | What::ClockSet { .. }
            | What::Judged { .. }
            | What::Measured(_)
            | What::Ended { .. } => Ok(()),
        }
    }

    fn move_to(&mut self, at: Instant) -> io::Result<()> {
        let time = i128::from(at.0) - i128::from(self.zero.0);
        // Negative only if `signals` are another record's.
        let time = u64::try_from(time).unwrap_or(0);
        if time > self.reached {
            self.out.timestamp(time)?;
            self.reached = time;
        } else if time < self.reached {
            self.out.comment(&format!("late: happened at #{time}"))?;
        }
        Ok(())
    }
}

fn relay_change<W: Write>(
    out: &mut Writer<W>,
    vars: &Vars,
    relay: &RelayName,
    which: usize,
    on: bool,
) -> io::Result<()> {
    match vars.relays.get(relay) {
        Some(pair) => out.change_scalar(pair[which], on),
        // Only if `signals` are another record's.
        None => Ok(()),
    }
}

fn declare<W: Write>(out: &mut Writer<W>, relays: &[RelayName]) -> io::Result<Vars> {
    use VarType::{Event, Integer, Real, Wire};
    let [volts, open] = scope(out, "supply", [(Real, "volts"), (Wire, "open")])?;
    let rails = ["power_on", "power_down", "pvd", "flash_write", "backup"];
    let rails = scope(out, "vdd", rails.map(|name| (Wire, name)))?;
    let events = ["reset", "fault", "unmodelled"].map(|name| (Event, name));
    let board = [(Wire, "running"), events[0], events[1], events[2]];
    let [running, reset, fault, unmodelled] = scope(out, "board", board)?;
    let [erase, torn] = scope(out, "flash", ["erase", "torn"].map(|name| (Event, name)))?;
    let [sent, received] = scope(out, "console", ["sent", "received"].map(|name| (Event, name)))?;
    let rig = [(Integer, "step"), (Event, "shot"), (Event, "fault")];
    let [step, shot, rig_fault] = scope(out, "rig", rig)?;
    let mut pairs = BTreeMap::new();
    for relay in relays {
        let pair = scope(out, &identifier(relay), [(Wire, "coil"), (Wire, "contact")])?;
        pairs.insert(relay.clone(), pair);
    }
    Ok(Vars {
        volts,
        open,
        rails,
        running,
        reset,
        fault,
        unmodelled,
        erase,
        torn,
        sent,
        received,
        step,
        shot,
        rig_fault,
        relays: pairs,
    })
}

fn scope<W: Write, const N: usize>(
    out: &mut Writer<W>,
    name: &str,
    vars: [(VarType, &str); N],
) -> io::Result<[IdCode; N]> {
    out.add_module(name)?;
    let mut ids = [IdCode::FIRST; N];
    for (id, (kind, var)) in ids.iter_mut().zip(vars) {
        let width = match kind {
            VarType::Real => 64,
            VarType::Integer => 32,
            _ => 1,
        };
        *id = out.add_var(kind, width, var, None)?;
    }
    out.upscope()?;
    Ok(ids)
}

/// A relay's name without what would end the word or the command; `relay_` before it keeps it from our own scopes.
fn identifier(relay: &RelayName) -> String {
    let word = relay.0.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
    format!("relay_{}", word.collect::<String>())
}

#[cfg(test)]
#[path = "vcd_tests.rs"]
mod tests;
