//! A bench supply on a serial port, and a switch behind it. The switch makes interruptions, as sharp as any; the supply
//! itself makes other voltages, slowly. While the switch is open it is set to nominal, so that the board can be switched on at
//! once.

use super::dialect::Dialect;
use super::score::{Score, set};
use super::stage::{Stage, same};
use crate::rig::pi::BenchSupply;
use crate::shot::Stroke;
use brownout_trace::event::Level;
use brownout_trace::{Instant, Span, Volts};

/// From one voltage to the next: about 11 ms for a command at 9600 bits a second, then what the supply takes to obey, which no
/// maker promises (DOMAIN.md, "Hardware numbers").
const STEP: Span = Span::millis(300);

/// Between two commands: a Korad knows their ends by it, and answers none that came too early.
const PAUSE: Span = Span::millis(50);

/// The supply and its switch.
#[derive(Debug)]
pub struct Programmed<'w> {
    wires: &'w BenchSupply,
    dialect: Dialect,
    nominal: Volts,
    /// What it was told last; `None` where that is not known.
    told: Option<Volts>,
    /// Whether it was told something in this list.
    has_spoken: bool,
    /// When it has done what it was told last.
    settled: Instant,
    /// Whether its switch is open.
    is_open: bool,
}

impl<'w> Programmed<'w> {
    pub fn new(wires: &'w BenchSupply, dialect: Dialect, nominal: Volts) -> Self {
        Self { wires, dialect, nominal, told: None, has_spoken: false, settled: Instant(i64::MIN), is_open: false }
    }

    fn step(&self) -> Span {
        self.wires.settling.max(STEP)
    }

    fn is_told(&self, volts: Volts) -> bool {
        self.told.is_some_and(|told| same(told, volts, self.nominal))
    }

    /// Tells it at an instant. The pause counts from the command before: where there is room it delays nothing, so that both
    /// edges of a dip come as late as each other.
    fn tell_at(&mut self, volts: Volts, at: Instant, score: &mut Score) {
        if self.has_spoken && !self.is_told(volts) {
            score.rest(PAUSE);
        }
        score.at(at);
        self.tell(volts, score);
    }

    fn tell(&mut self, volts: Volts, score: &mut Score) {
        if self.is_told(volts) {
            return;
        }
        score.push(Stroke::Send { bytes: self.dialect.volts(volts) });
        (self.told, self.has_spoken) = (Some(volts), true);
        self.settled = score.next() + self.wires.settling;
    }
}

impl Stage for Programmed<'_> {
    fn gives(&self, volts: Volts) -> Result<(), String> {
        let highest = self.dialect.highest();
        match (0.0..=highest.0).contains(&volts.0) {
            true => Ok(()),
            false => Err(format!("has a bench supply that can be told 0V to {highest}, not {volts}")),
        }
    }

    fn change(&mut self, from: Option<Volts>, to: Option<Volts>, at: Instant, score: &mut Score) {
        self.is_open = to.is_none();
        match (from, to) {
            (_, None) => {
                score.at(at);
                score.set(self.wires.enable, false);
                self.tell_at(self.nominal, score.next(), score);
            }
            (None, Some(volts)) => {
                self.tell_at(volts, at - self.wires.settling, score);
                // However late the command was: the board must not see the way there.
                score.rest(self.settled - score.next());
                score.at(at);
                score.set(self.wires.enable, true);
            }
            (Some(_), Some(volts)) => self.tell_at(volts, at, score),
        }
    }

    fn takes(&self, from: Volts, to: Volts) -> Span {
        if same(from, to, self.nominal) { Span::ZERO } else { self.step() }
    }

    fn tread(&self) -> Result<Span, String> {
        Ok(self.step())
    }

    fn begin(&mut self, standing: Level) {
        self.told = match standing {
            Level::Open => Some(self.nominal),
            // Either a crowbar's or its own.
            Level::Volts(volts) if volts.0 <= 0.0 => None,
            Level::Volts(volts) => Some(volts),
        };
    }

    fn end(&mut self, score: &mut Score) {
        if self.has_spoken {
            let settles = if self.is_open { self.settled - score.next() } else { Span::ZERO };
            score.rest(PAUSE.max(settles));
        }
    }

    fn ready(&self) -> Vec<Stroke> {
        let send = |bytes: Vec<u8>| [Stroke::Send { bytes }, Stroke::Rest(PAUSE)];
        let told = [
            self.dialect.output(false),
            self.dialect.limit(self.wires.limit),
            self.dialect.volts(self.nominal),
            self.dialect.output(true),
        ];
        let told = told.into_iter().flat_map(send);
        let settled = std::iter::once(Stroke::Rest(self.wires.settling));
        std::iter::once(set(self.wires.enable, false)).chain(told).chain(settled).collect()
    }

    fn safe(&self) -> Vec<Stroke> {
        vec![set(self.wires.enable, false), Stroke::Send { bytes: self.dialect.output(false) }]
    }
}
