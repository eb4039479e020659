//! The reserve behind VBAT: it keeps the clock while VDD is away.

use super::cell::{self, Cell};
use super::network::{Feed, Network, Sink};
use super::reserve_parts::{CellCurve, ReserveKind, ReserveParts, RtcLoad};
use super::storage::Storage;
use brownout_trace::event::Crossing;
use brownout_trace::{Instant, Span, Volts};

/// The hour after which a dielectric's take-up is named.
const HOUR: Span = Span::secs(3600);
/// Seconds of the thirty days that a cell's loss is named for.
const MONTH: f64 = 30.0 * 86_400.0;

/// A reserve at an instant and, given VDD neither comes nor goes, at every later one. Plain data.
///
/// While VDD is present the microcontroller feeds the clock from VDD: the reserve only leaks, and what can be charged
/// charges.
#[derive(Debug, Clone, PartialEq)]
pub struct Reserve {
    parts: ReserveParts,
    vdd: Option<Volts>,
    store: Store,
    /// Since when a dielectric takes up charge: since VDD first came.
    charged_since: Option<Instant>,
}

/// What holds the energy.
#[derive(Debug, Clone, PartialEq)]
enum Store {
    Nothing,
    /// Volts of a supercap; coulombs of a cell of one voltage, which is a capacitor of 1 C per unit here.
    Straight(Storage),
    /// A cell whose voltage depends on its charge.
    Bent(Cell),
}

impl Reserve {
    /// A reserve with VDD away: a primary cell is full, a supercap at its initial voltage, nickel cells at their
    /// initial charge.
    ///
    /// The parts are those that passed [`ReserveParts::check`].
    pub fn new(parts: ReserveParts, at: Instant) -> Self {
        let mut reserve = Self { parts, vdd: None, store: Store::Nothing, charged_since: None };
        let straight = |amount| {
            reserve.network(at).map_or(Store::Nothing, |network| Store::Straight(Storage::new(network, amount, at)))
        };
        reserve.store = match &reserve.parts.kind {
            ReserveKind::None => Store::Nothing,
            ReserveKind::CoinCell { capacity, curve: CellCurve::Flat, .. } => straight(capacity.0),
            ReserveKind::CoinCell { capacity, voltage, curve: CellCurve::Lithium, .. } => {
                Store::Bent(Cell::new(cell::LITHIUM, capacity.0, voltage.0 / 3.0, 1.0, at))
            }
            ReserveKind::Nickel { capacity, cells, initial, .. } => {
                Store::Bent(Cell::new(cell::NICKEL, capacity.0, f64::from(*cells), initial.0 / 100.0, at))
            }
            ReserveKind::Supercap { initial, .. } => straight(initial.0),
        };
        reserve.flow(at);
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
        self.advance(at);
        if vdd.is_some() && self.charged_since.is_none() {
            self.charged_since = Some(at);
        }
        self.vdd = vdd;
        self.flow(at);
    }

    /// Ends it: from now on it holds nothing and takes no charge.
    pub fn die(&mut self, at: Instant) {
        self.advance(at);
        (self.parts.kind, self.store) = (ReserveKind::None, Store::Nothing);
    }

    /// The voltage at the VBAT pin.
    pub fn voltage(&self, at: Instant) -> Volts {
        match (&self.store, &self.parts.kind) {
            (Store::Straight(store), ReserveKind::CoinCell { voltage, resistance, .. }) if store.volts(at) > 0.0 => {
                Volts(voltage.0 - self.drop_across(*voltage, resistance.0))
            }
            (Store::Straight(_), ReserveKind::Supercap { .. }) => Volts(self.capacitor_at(at)),
            (Store::Bent(cell), ReserveKind::CoinCell { resistance, .. }) => {
                let open = Volts(cell.volts(at));
                Volts(open.0 - self.drop_across(open, resistance.0))
            }
            (Store::Bent(cell), _) => Volts(cell.volts(at)),
            _ => Volts::ZERO,
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
        let minimum = self.parts.minimum.0;
        match (&self.store, &self.parts.kind) {
            _ if self.vdd.is_some() => None,
            (Store::Straight(store), ReserveKind::CoinCell { .. }) => store.next_switch(),
            (Store::Straight(store), _) => {
                let empty = |store: &Storage| store.next_crossing(minimum, Crossing::Falling, minimum, |volts| volts);
                let mut store = *store;
                let mut step = self.next_settling(store.now());
                // The take-up falls in stairs: the first stair on which the reserve runs out counts.
                loop {
                    match (empty(&store), step) {
                        (Some(at), Some(next)) if at > next => {}
                        (found, None) => return found,
                        (Some(at), _) => return Some(at),
                        (None, _) => {}
                    }
                    let at = step?;
                    if store.volts(at) < minimum {
                        return None;
                    }
                    if let Some(network) = self.network(at) {
                        store.change(at, network);
                    }
                    step = self.next_settling(at);
                }
            }
            (Store::Bent(cell), ReserveKind::CoinCell { resistance, .. }) => {
                cell.falls_below(minimum + self.drop_across(self.parts.minimum, resistance.0))
            }
            (Store::Bent(cell), _) => cell.falls_below(minimum),
            (Store::Nothing, _) => None,
        }
    }

    /// Moves the present. Changes no later answer, however it is cut up.
    pub fn advance(&mut self, to: Instant) {
        match &mut self.store {
            // A cell is followed from its last change.
            Store::Nothing | Store::Bent(_) => {}
            Store::Straight(_) => {
                while let Store::Straight(store) = &self.store
                    && let Some(next) = self.next_settling(store.now()).filter(|next| *next <= to)
                {
                    self.flow(next);
                }
                if let Store::Straight(store) = &mut self.store {
                    store.advance(to);
                }
            }
        }
    }

    /// What the clock's current costs across a cell's own resistance, in volts.
    fn drop_across(&self, open: Volts, ohms: f64) -> f64 {
        if self.vdd.is_some() { 0.0 } else { self.parts.load.at(open).0 * ohms }
    }

    /// A supercap's voltage at an instant that may lie beyond the next stair of its take-up.
    fn capacitor_at(&self, at: Instant) -> f64 {
        let mut ahead = self.clone();
        let beyond = matches!(&ahead.store, Store::Straight(store) if ahead.next_settling(store.now()).is_some_and(|next| next <= at));
        if beyond {
            ahead.advance(at);
        }
        match &ahead.store {
            Store::Straight(store) => store.volts(at),
            _ => 0.0,
        }
    }

    /// Puts the currents as they are now on the store.
    fn flow(&mut self, at: Instant) {
        let network = self.network(at);
        let (vdd, load) = (self.vdd, self.parts.load);
        match (&mut self.store, &self.parts.kind) {
            (Store::Straight(store), _) => {
                if let Some(network) = network {
                    store.change(at, network);
                }
            }
            (Store::Bent(cell), ReserveKind::CoinCell { self_discharge, .. }) => {
                let lost = self_discharge.0;
                cell.change(at, &RtcLoad::BENDS, |_, volts| {
                    -lost - if vdd.is_none() { load.at(Volts(volts)).0 } else { 0.0 }
                });
            }
            (
                Store::Bent(cell),
                ReserveKind::Nickel { charge_resistance, charge_drop, efficiency, monthly_loss, .. },
            ) => {
                // What is lost is a share of what is there: q′ = −k·q, e^(−k·month) = 1 − loss.
                let k = -libm::log1p(-monthly_loss.0 / 100.0) / MONTH;
                let source = vdd.map(|vdd| (vdd - *charge_drop).0);
                let [first, second, third] = RtcLoad::BENDS;
                cell.change(at, &[first, second, third, source.unwrap_or(0.0)], |charge, volts| {
                    let charging = source.map_or(0.0, |source| ((source - volts) / charge_resistance.0).max(0.0));
                    let clock = if source.is_none() { load.at(Volts(volts)).0 } else { 0.0 };
                    charging * efficiency.0 / 100.0 - clock - k * charge
                });
            }
            _ => {}
        }
    }

    /// The next stair of a dielectric's take-up: each lasts as long as all before it.
    fn next_settling(&self, now: Instant) -> Option<Instant> {
        let ReserveKind::Supercap { settling, .. } = &self.parts.kind else {
            return None;
        };
        let since = self.charged_since.filter(|_| settling.0 > 0.0 && self.vdd.is_none())?;
        let mut stair = Span::secs(60);
        while since + stair <= now {
            stair = stair.times(2);
        }
        // A year on nothing is left of it.
        (stair < Span::secs(400 * 86_400)).then(|| since + stair)
    }

    /// What a dielectric takes up on the present stair: from t to 2t the law's 1/t has the mean ln 2/t.
    fn take_up(&self, now: Instant) -> f64 {
        let ReserveKind::Supercap { settling, .. } = &self.parts.kind else {
            return 0.0;
        };
        match (self.next_settling(now), self.charged_since) {
            (Some(next), Some(since)) => {
                let begun = (next - since).as_secs_f64() / 2.0;
                settling.0 * HOUR.as_secs_f64() * std::f64::consts::LN_2 / begun
            }
            _ => 0.0,
        }
    }

    fn network(&self, at: Instant) -> Option<Network> {
        match &self.parts.kind {
            ReserveKind::None | ReserveKind::Nickel { .. } => None,
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
            ReserveKind::Supercap {
                capacitance, charge_resistance, charge_drop, leakage, leakage_resistance, ..
            } => {
                let mut sinks = match self.vdd {
                    Some(_) => [Sink::default(); 4],
                    None => self.parts.load.sinks(),
                };
                sinks[0].amps += leakage.0 + self.take_up(at);
                sinks[0].siemens += leakage_resistance.map_or(0.0, |ohms| 1.0 / ohms.0);
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
    use super::super::reserve_parts::Charge;
    use super::*;
    use brownout_trace::{Amps, Farads, Ohms, Percent};
    use proptest::prelude::*;

    fn supercap(farads: f64, initial: f64, load: RtcLoad) -> Reserve {
        let kind = ReserveKind::Supercap {
            capacitance: Farads(farads).into(),
            charge_resistance: Ohms(1000.0),
            charge_drop: Volts::ZERO,
            leakage: Amps::ZERO.into(),
            leakage_resistance: None,
            settling: Amps::ZERO.into(),
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
            capacity: Charge(220e-3 * 3600.0).into(),
            voltage: Volts(3.3),
            self_discharge: Amps(0.6e-6).into(),
            resistance: Ohms::ZERO.into(),
            curve: CellCurve::Flat,
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

    fn of_kind(kind: ReserveKind, load: RtcLoad) -> Reserve {
        let parts = ReserveParts { kind, load, ..ReserveParts::none() };
        parts.check().unwrap();
        Reserve::new(parts, Instant::ZERO)
    }

    fn lithium(self_discharge: f64, resistance: f64) -> ReserveKind {
        ReserveKind::CoinCell {
            capacity: Charge(220e-3 * 3600.0).into(),
            voltage: Volts(3.0),
            self_discharge: Amps(self_discharge).into(),
            resistance: Ohms(resistance).into(),
            curve: CellCurve::Lithium,
        }
    }

    fn nickel(initial: f64) -> ReserveKind {
        ReserveKind::Nickel {
            capacity: Charge(40e-3 * 3600.0).into(),
            cells: 2,
            charge_resistance: Ohms(10e3),
            charge_drop: Volts(0.3),
            efficiency: Percent(66.0).into(),
            monthly_loss: Percent(20.0).into(),
            initial: Percent(initial),
        }
    }

    #[test]
    fn a_lithium_cell_gives_its_charge_as_its_voltage_falls() {
        // Down to 2.0 V it gives all of its charge: 220 mAh at a constant 1.4 µA.
        let constant = RtcLoad::Constant(Amps(1.4e-6));
        let mut parts = ReserveParts { kind: lithium(0.0, 0.0), load: constant, ..ReserveParts::none() };
        parts.minimum = Volts(2.0);
        let whole = Reserve::new(parts, Instant::ZERO);
        assert!((hours(&whole) / (220e-3 / 1.4e-6) - 1.0).abs() < 1e-9);
        // Down to 2.3 V: half of the last twentieth is left (the curve goes from 2.0 to 2.6 V on it).
        let mut parts = whole.parts().clone();
        parts.minimum = Volts(2.3);
        let reserve = Reserve::new(parts.clone(), Instant::ZERO);
        assert!((hours(&reserve) / (0.975 * 220e-3 / 1.4e-6) - 1.0).abs() < 1e-9);
        // 100 kΩ in series (a cell at its end) cost 140 mV: 2.44 V is 0.0367 of the charge.
        parts.kind = lithium(0.0, 100e3);
        let weak = Reserve::new(parts, Instant::ZERO);
        assert!((weak.voltage(Instant::ZERO).0 - 2.86).abs() < 1e-9);
        assert!((hours(&weak) / ((1.0 - 0.05 * 0.44 / 0.6) * 220e-3 / 1.4e-6) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn by_voltage_each_stretch_of_a_lithium_cell_is_a_logarithm() {
        let reserve = of_kind(lithium(0.0, 0.0), RtcLoad::ByVoltage);
        let at_half = Span::from_secs_f64({
            // From 3.0 to 2.93 V over the first half of the charge: t = ΔQ·ln(I₁/I₂)/(I₁ − I₂).
            let (from, to) = (RtcLoad::ByVoltage.at(Volts(3.0)).0, RtcLoad::ByVoltage.at(Volts(2.93)).0);
            396.0 * (from / to).ln() / (from - to)
        });
        assert!((reserve.voltage(Instant::ZERO + at_half).0 - 2.93).abs() < 1e-9);
    }

    #[test]
    fn nickel_cells_lose_a_share_of_what_they_have_and_charge_with_a_loss() {
        let month = Instant::ZERO + Span::secs(30 * 86_400);
        let charge = |reserve: &Reserve, at| match &reserve.store {
            Store::Bent(cell) => cell.charge(at) / 144.0,
            other => panic!("not a cell: {other:?}"),
        };
        // No clock on it: after thirty days 80 %, after sixty 64 %.
        let idle = of_kind(nickel(100.0), RtcLoad::Constant(Amps::ZERO));
        assert!((charge(&idle, month) - 0.8).abs() < 1e-9);
        assert!((charge(&idle, Instant(2 * month.0)) - 0.64).abs() < 1e-9);
        // Charging from 3.3 V: 2.5 V at half its charge, (3.3 − 0.3 − 2.5)/10 kΩ = 50 µA, two thirds of it stored.
        let mut charging = of_kind(nickel(50.0), RtcLoad::ByVoltage);
        charging.set_vdd_present(Instant::ZERO, Some(Volts(3.3)));
        let hour = Instant::ZERO + HOUR;
        let lost = 0.5 * -(0.8f64.ln()) / (30.0 * 24.0);
        let expected = 0.5 + 0.66 * 50e-6 / 40e-3 - lost;
        assert!(((charge(&charging, hour) - 0.5) / (expected - 0.5) - 1.0).abs() < 0.01);
        // And after years it is as full as charging and self-discharge let it be, never fuller.
        let late = Instant::ZERO + Span::secs(4 * 365 * 86_400);
        assert!(charge(&charging, late) > 0.5 && charge(&charging, late) <= 1.0);
        charging.set_vdd_present(late, None);
        assert!(
            charging.next_exhausted().is_some_and(|at| at > late + Span::secs(30 * 86_400)),
            "{:?}",
            charging.next_exhausted()
        );
    }

    #[test]
    fn a_supercap_leaks_by_its_charge_and_settles_over_days() {
        let with = |ohms: Option<f64>, settling: f64| {
            let kind = ReserveKind::Supercap {
                capacitance: Farads(0.1).into(),
                charge_resistance: Ohms(10.0),
                charge_drop: Volts::ZERO,
                leakage: Amps::ZERO.into(),
                leakage_resistance: ohms.map(|ohms| Ohms(ohms).into()),
                settling: Amps(settling).into(),
                initial: Volts(3.3),
            };
            of_kind(kind, RtcLoad::Constant(Amps::ZERO))
        };
        // A resistance alone: t = R·C·ln(3.3/1.8).
        assert!((hours(&with(Some(1e6), 0.0)) / (1e5 * (3.3f64 / 1.8).ln() / 3600.0) - 1.0).abs() < 1e-9);
        // The take-up alone, 10 µA at one hour, charged for one hour: ∫ 10 µA·1 h/t dt from 1 to 8 hours is
        // 36 mC·ln 8, on stairs that begin 64 minutes after the charge did.
        let mut settling = with(None, 10e-6);
        settling.set_vdd_present(Instant::ZERO, Some(Volts(3.3)));
        let off = Instant::ZERO + Span::secs(64 * 60);
        settling.set_vdd_present(off, None);
        let at = Instant::ZERO + Span::secs(8 * 64 * 60);
        let lost = 0.1 * (3.3 - settling.voltage(at).0);
        assert!((lost / (36e-3 * 8f64.ln()) - 1.0).abs() < 0.01, "{lost}");
        let mut looked = settling.clone();
        for minute in 65..512 {
            looked.advance(Instant::ZERO + Span::secs(minute * 60));
        }
        assert_eq!(looked.voltage(at), settling.voltage(at));
        assert_eq!(looked.next_exhausted(), settling.next_exhausted());
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
