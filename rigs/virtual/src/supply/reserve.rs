//! The reserve behind VBAT: it keeps the clock while VDD is away.

use super::network::{Feed, Network, Sink};
use super::reserve_parts::{ReserveKind, ReserveParts};
use super::storage::Storage;
use brownout_trace::event::Crossing;
use brownout_trace::{Instant, Volts};

/// A reserve at an instant and, given VDD neither comes nor goes, at every later one. Plain data.
///
/// While VDD is present the microcontroller feeds the clock from VDD: the reserve only leaks, and a supercap charges.
#[derive(Debug, Clone, PartialEq)]
pub struct Reserve {
    parts: ReserveParts,
    vdd: Option<Volts>,
    /// Volts of a supercap; coulombs of a cell, which is a capacitor of 1 C per unit here.
    store: Option<Storage>,
}

impl Reserve {
    /// A reserve with VDD away: a cell is full, a supercap at its initial voltage.
    ///
    /// The parts are those that passed [`ReserveParts::check`].
    pub fn new(parts: ReserveParts, at: Instant) -> Self {
        let amount = match &parts.kind {
            ReserveKind::None => 0.0,
            ReserveKind::CoinCell { capacity, .. } => capacity.0,
            ReserveKind::Supercap { initial, .. } => initial.0,
        };
        let mut reserve = Self { parts, vdd: None, store: None };
        reserve.store = reserve.network().map(|network| Storage::new(network, amount, at));
        reserve
    }

    /// The parts it is made of.
    pub fn parts(&self) -> &ReserveParts {
        &self.parts
    }

    /// VDD feeds the clock from now on and stands at this voltage, or [`None`]: the reserve feeds it.
    ///
    /// The voltage counts for charging only; a regulated VDD is one value from power-on to power-down.
    pub fn set_vdd_present(&mut self, at: Instant, vdd: Option<Volts>) {
        self.vdd = vdd;
        if let (Some(network), Some(store)) = (self.network(), &mut self.store) {
            store.change(at, network);
        }
    }

    /// The voltage at the VBAT pin.
    pub fn voltage(&self, at: Instant) -> Volts {
        let Some(store) = &self.store else {
            return Volts::ZERO;
        };
        match &self.parts.kind {
            ReserveKind::None => Volts::ZERO,
            ReserveKind::CoinCell { voltage, .. } if store.volts(at) > 0.0 => *voltage,
            ReserveKind::CoinCell { .. } => Volts::ZERO,
            ReserveKind::Supercap { .. } => Volts(store.volts(at)),
        }
    }

    /// Whether the clock is fed: by VDD, or by the reserve at or above its minimum.
    pub fn feeds_clock(&self, at: Instant) -> bool {
        self.vdd.is_some() || self.voltage(at) >= self.parts.minimum
    }

    /// The first instant after the present at which the reserve no longer feeds the clock, given VDD stays away.
    ///
    /// [`None`] while VDD is present, where it lasts for ever, and where it is exhausted already: a reserve that is
    /// empty when VDD goes has no such instant, so ask [`Self::feeds_clock`] then.
    pub fn next_exhausted(&self) -> Option<Instant> {
        let store = self.store.as_ref().filter(|_| self.vdd.is_none())?;
        match &self.parts.kind {
            ReserveKind::None => None,
            ReserveKind::CoinCell { .. } => store.next_switch(),
            ReserveKind::Supercap { .. } => {
                let minimum = self.parts.minimum.0;
                store.next_crossing(minimum, Crossing::Falling, minimum, |volts| volts)
            }
        }
    }

    /// Moves the present. Changes no later answer, however it is cut up.
    pub fn advance(&mut self, to: Instant) {
        if let Some(store) = &mut self.store {
            store.advance(to);
        }
    }

    fn network(&self) -> Option<Network> {
        match &self.parts.kind {
            ReserveKind::None => None,
            ReserveKind::CoinCell { voltage, self_discharge, .. } => {
                let clock = self.parts.load.at(*voltage).0;
                let drawn = self_discharge.0 + if self.vdd.is_none() { clock } else { 0.0 };
                let cell = Sink { above: 0.0, amps: drawn, siemens: 0.0 };
                Some(Network {
                    farads: 1.0,
                    feed: None,
                    sinks: [cell, Sink::default(), Sink::default(), Sink::default()],
                })
            }
            ReserveKind::Supercap { capacitance, charge_resistance, charge_drop, leakage, .. } => {
                let mut sinks = match self.vdd {
                    Some(_) => [Sink::default(); 4],
                    None => self.parts.load.sinks(),
                };
                sinks[0].amps += leakage.0;
                let feed = self.vdd.map(|vdd| Feed {
                    emf: (vdd - *charge_drop).0,
                    ohms: charge_resistance.0,
                    rectified: true,
                });
                Some(Network { farads: capacitance.0, feed, sinks })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::reserve_parts::{Charge, RtcLoad};
    use super::*;
    use brownout_trace::{Amps, Farads, Ohms, Span};
    use proptest::prelude::*;

    fn supercap(farads: f64, initial: f64, load: RtcLoad) -> Reserve {
        let kind = ReserveKind::Supercap {
            capacitance: Farads(farads),
            charge_resistance: Ohms(1000.0),
            charge_drop: Volts::ZERO,
            leakage: Amps::ZERO,
            initial: Volts(initial),
        };
        let parts = ReserveParts { kind, load, ..ReserveParts::none() };
        Reserve::new(parts, Instant::ZERO)
    }

    fn hours(reserve: &Reserve) -> f64 {
        let empty = reserve.next_exhausted().unwrap();
        (empty - Instant::ZERO).as_secs_f64() / 3600.0
    }

    #[test]
    fn a_supercap_holds_as_long_as_the_worked_example_says() {
        // DOMAIN.md: 0.1 F, 3.3 to 1.8 V, 29.8 h at 1.4 µA; C·ΔV/I = 29.7619 h.
        let reserve = supercap(0.1, 3.3, RtcLoad::Constant(Amps(1.4e-6)));
        assert!((hours(&reserve) - 0.1 * 1.5 / 1.4e-6 / 3600.0).abs() < 1e-6);
    }

    #[test]
    fn by_voltage_it_holds_longer() {
        // The integral of C/I(V): a logarithm on each straight piece, and 0.2 V at 0.9 µA.
        let piece = |from: f64, to: f64, width: f64| 0.1 * width / (from - to) * (from / to).ln();
        let seconds = piece(1.4e-6, 1.1e-6, 0.9) + piece(1.1e-6, 0.9e-6, 0.4) + 0.1 * 0.2 / 0.9e-6;
        let reserve = supercap(0.1, 3.3, RtcLoad::ByVoltage);
        assert!((hours(&reserve) / (seconds / 3600.0) - 1.0).abs() < 1e-9, "{}", hours(&reserve));
    }

    #[test]
    fn a_supercap_charges_from_vdd_and_keeps_it() {
        let mut reserve = supercap(0.1, 0.0, RtcLoad::ByVoltage);
        reserve.set_vdd_present(Instant::ZERO, Some(Volts(3.3)));
        let tau = Instant::ZERO + Span::secs(100);
        assert!((reserve.voltage(tau).0 - 3.3 * (1.0 - (-1.0f64).exp())).abs() < 1e-12);
        assert!(reserve.feeds_clock(tau) && reserve.next_exhausted().is_none());
        reserve.set_vdd_present(tau, None);
        assert!(reserve.feeds_clock(tau), "2.09 V is above the minimum");
        let empty = reserve.next_exhausted().unwrap();
        assert!(reserve.feeds_clock(empty - Span(1)) && !reserve.feeds_clock(empty));
        reserve.advance(empty);
        assert_eq!(reserve.next_exhausted(), None);
    }

    #[test]
    fn an_uncharged_or_missing_reserve_feeds_nothing() {
        for reserve in [supercap(0.1, 1.0, RtcLoad::ByVoltage), Reserve::new(ReserveParts::none(), Instant::ZERO)] {
            assert!(!reserve.feeds_clock(Instant::ZERO) && reserve.next_exhausted().is_none());
        }
    }

    #[test]
    fn a_cell_gives_its_charge_and_no_more() {
        let kind = ReserveKind::CoinCell {
            capacity: Charge(220e-3 * 3600.0),
            voltage: Volts(3.3),
            self_discharge: Amps(0.6e-6),
        };
        let parts = ReserveParts { kind, ..ReserveParts::none() };
        let mut reserve = Reserve::new(parts, Instant::ZERO);
        // 220 mAh at 1.4 + 0.6 µA; a year of it with VDD present costs the self-discharge only.
        assert!((hours(&reserve) / (220e-3 / 2e-6) - 1.0).abs() < 1e-12);
        let year = Span::secs(8760 * 3600);
        reserve.set_vdd_present(Instant::ZERO, Some(Volts(3.3)));
        assert_eq!(reserve.next_exhausted(), None);
        reserve.set_vdd_present(Instant::ZERO + year, None);
        let expected = 8760.0 + (220e-3 - 0.6e-6 * 8760.0) / 2e-6;
        assert!((hours(&reserve) / expected - 1.0).abs() < 1e-12);
        let empty = reserve.next_exhausted().unwrap();
        assert_eq!(reserve.voltage(empty - Span::secs(1)), Volts(3.3));
        assert_eq!(reserve.voltage(empty), Volts::ZERO);
    }

    proptest! {
        #[test]
        fn looking_changes_nothing(cuts in prop::collection::vec(1i64..100_000, 1..50), initial in 1.9..3.6f64) {
            let whole = supercap(0.01, initial, RtcLoad::ByVoltage);
            let mut pieces = whole.clone();
            let mut now = Instant::ZERO;
            for cut in cuts {
                now += Span::millis(cut);
                pieces.advance(now);
                let expected = whole.next_exhausted().filter(|at| *at > now);
                prop_assert_eq!(pieces.next_exhausted(), expected);
                prop_assert_eq!(pieces.voltage(now), whole.voltage(now));
            }
        }
    }
}
