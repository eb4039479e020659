//! What feeds and what drains a capacitor, as one falling, piecewise straight function of its voltage.

/// A source behind a resistance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Feed {
    /// Open-circuit voltage behind the resistance (a diode's drop already taken off), volts.
    pub emf: f64,
    /// Total resistance, ohms; more than zero.
    pub ohms: f64,
    /// A diode lets current in only.
    pub rectified: bool,
}

impl Feed {
    /// What flows into a capacitor at this voltage, amperes; negative is out of it.
    pub fn amps(&self, volts: f64) -> f64 {
        let amps = (self.emf - volts) / self.ohms;
        if self.rectified { amps.max(0.0) } else { amps }
    }

    /// Whether current flows just on this side of a voltage.
    fn conducts(&self, volts: f64, side: Side) -> bool {
        !self.rectified || volts < self.emf || (volts <= self.emf && side == Side::Below)
    }
}

/// A load that draws `amps + siemens·(V − above)` while V is higher than `above`, and nothing below it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Sink {
    /// Volts; zero or more.
    pub above: f64,
    /// Amperes as soon as it draws.
    pub amps: f64,
    /// Amperes per volt beyond `above`; negative only to bend another sink, never the sum.
    pub siemens: f64,
}

/// Which side of a voltage is meant, where a current starts exactly there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Below,
    Above,
}

/// Everything on one capacitor. An unused sink is all zeros.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Network {
    /// Farads; more than zero.
    pub farads: f64,
    pub feed: Option<Feed>,
    pub sinks: [Sink; 4],
}

impl Network {
    /// The current that charges the capacitor, in amperes, just on this side of a voltage.
    ///
    /// Computed from the parts, not from a and b, so that it is exactly zero where nothing flows. Just below 0 V it is
    /// without bound: nothing can drain an empty capacitor.
    pub fn net(&self, volts: f64, side: Side) -> f64 {
        if volts <= 0.0 && side == Side::Below {
            return f64::INFINITY;
        }
        let fed = self.feed.map_or(0.0, |feed| feed.amps(volts));
        let drawn: f64 = self.drawing(volts, side).map(|sink| sink.amps + sink.siemens * (volts - sink.above)).sum();
        fed - drawn
    }

    /// b of dV/dt = a − b·V just on this side of a voltage, per second.
    pub fn rate(&self, volts: f64, side: Side) -> f64 {
        let fed = match &self.feed {
            Some(feed) if feed.conducts(volts, side) => 1.0 / feed.ohms,
            _ => 0.0,
        };
        let drawn: f64 = self.drawing(volts, side).map(|sink| sink.siemens).sum();
        ((fed + drawn) / self.farads).max(0.0)
    }

    /// Whether the voltage stays at this one: it is driven up from below and down from above.
    pub fn holds(&self, volts: f64) -> bool {
        self.net(volts, Side::Below) >= 0.0 && self.net(volts, Side::Above) <= 0.0
    }

    /// The next voltage, on this side, at which the straight piece ends. Downwards there is always 0 V.
    pub fn corner(&self, volts: f64, side: Side) -> Option<f64> {
        let diode = self.feed.filter(|feed| feed.rectified).map(|feed| feed.emf);
        let corners =
            (self.sinks.iter().map(|sink| sink.above)).chain(diode).chain([0.0]).filter(|corner| *corner >= 0.0);
        match side {
            Side::Above => corners.filter(|corner| *corner > volts).min_by(f64::total_cmp),
            Side::Below => corners.filter(|corner| *corner < volts).max_by(f64::total_cmp),
        }
    }

    fn drawing(&self, volts: f64, side: Side) -> impl Iterator<Item = &Sink> {
        self.sinks.iter().filter(move |sink| volts > sink.above || (volts >= sink.above && side == Side::Above))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(emf: f64) -> Network {
        Network {
            farads: 1e-3,
            feed: Some(Feed { emf, ohms: 10.0, rectified: true }),
            sinks: [
                Sink { above: 0.0, amps: 0.001, siemens: 0.01 },
                Sink { above: 1.2, amps: 0.05, siemens: 0.0 },
                Sink::default(),
                Sink::default(),
            ],
        }
    }

    #[test]
    fn currents_add_up_on_each_side_of_a_corner() {
        let network = network(12.0);
        assert!((network.net(1.2, Side::Below) - (1.08 - 0.001 - 0.012)).abs() < 1e-12);
        assert!((network.net(1.2, Side::Above) - (1.08 - 0.001 - 0.012 - 0.05)).abs() < 1e-12);
        assert!((network.net(12.0, Side::Above) + (0.001 + 0.12 + 0.05)).abs() < 1e-12);
        assert!((network.rate(12.0, Side::Below) - 110.0).abs() < 1e-9);
        assert!((network.rate(12.0, Side::Above) - 10.0).abs() < 1e-9);
    }

    #[test]
    fn corners_lie_between_zero_and_the_diode() {
        let network = network(12.0);
        assert_eq!(network.corner(0.0, Side::Above), Some(1.2));
        assert_eq!(network.corner(1.2, Side::Above), Some(12.0));
        assert_eq!(network.corner(12.0, Side::Above), None);
        assert_eq!(network.corner(1.2, Side::Below), Some(0.0));
        assert_eq!(network.corner(0.0, Side::Below), None);
    }

    #[test]
    fn a_load_that_the_source_cannot_carry_holds_the_voltage_where_it_starts() {
        // 30 mA can flow in at 1.2 V; the load above 1.2 V asks for 50 mA.
        let weak = network(1.5);
        assert!(weak.holds(1.2) && !weak.holds(1.3));
        assert!(!network(12.0).holds(1.2));
    }

    #[test]
    fn an_empty_capacitor_stays_empty_until_something_feeds_it() {
        let unfed = Network { feed: None, ..network(0.0) };
        assert!(unfed.holds(0.0) && network(0.0).holds(0.0) && !network(12.0).holds(0.0));
    }
}
