//! Lines that follow the mains: the zero-cross input, and optocouplers on switched mains.

use brownout_rigs::rig::pi::Input;
use brownout_trace::{Hertz, Instant};
use brownout_virtual::supply::Mains;

/// A line that is active for a part of each half-cycle.
#[derive(Debug, Clone)]
pub struct Pulses {
    /// The line.
    pub input: Input,
    mains: Mains,
    /// From the zero, in degrees.
    from: u16,
    to: u16,
}

impl Pulses {
    /// A zero-cross detector: active at each zero, for 9° (0.5 ms at 50 Hz).
    pub fn zero_cross(input: Input, frequency: Hertz) -> Self {
        Self { input, mains: Mains::new(frequency), from: 0, to: 9 }
    }

    /// An optocoupler on switched mains: active from 36° to 144° of each half-cycle, where its diode conducts.
    pub fn optocoupler(input: Input, frequency: Hertz) -> Self {
        Self { input, mains: Mains::new(frequency), from: 36, to: 144 }
    }

    /// The next edge after `at`.
    pub fn next_edge(&self, at: Instant) -> Instant {
        let after = Instant(at.0 + 1);
        let angles = [self.from, self.to, self.from + 180, self.to + 180];
        angles.into_iter().map(|angle| self.mains.next_angle(after, angle)).min().unwrap_or(Instant::NEVER)
    }

    /// Whether it is active, given the mains is there.
    pub fn is_active(&self, at: Instant) -> bool {
        // The next beginning comes after the next end exactly while it is active.
        let after = Instant(at.0 + 1);
        let next = |angle: u16| self.mains.next_angle(after, angle).min(self.mains.next_angle(after, angle + 180));
        next(self.to) < next(self.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brownout_rigs::rig::pi::{Active, Pull};

    #[test]
    fn pulses_come_twice_a_period() {
        let input = Input { line: "GPIO5".parse().unwrap(), active: Active::High, pull: Pull::None };
        let opto = Pulses::optocoupler(input, Hertz(50.0));
        let mut at = Instant::ZERO;
        let edges: Vec<(i64, bool)> = (0..4)
            .map(|_| {
                at = opto.next_edge(at);
                (at.0 / 1_000, opto.is_active(at))
            })
            .collect();
        assert_eq!(edges, [(2_000, true), (8_000, false), (12_000, true), (18_000, false)]);
        let zero = Pulses::zero_cross(input, Hertz(50.0));
        assert_eq!((zero.next_edge(Instant::ZERO), zero.is_active(Instant::ZERO)), (Instant(500_000), true));
        assert_eq!(zero.next_edge(Instant(500_000)), Instant(10_000_000));
    }
}
