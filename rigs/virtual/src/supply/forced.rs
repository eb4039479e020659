//! The closed form of a capacitor under a half-wave: dV/dt = s − γ·(V − V₀) + β·sin(ωτ).

/// Below this product of rate and time 1 − e^(−x) is x, in doubles.
const STRAIGHT: f64 = 1e-30;

/// A voltage from `begin` on, τ in seconds since its half-cycle began:
///
/// ```text
/// V(τ) = V₀ + s·(1 − e^(−γt))/γ + β·[γ·sin ωτ − ω·cos ωτ − e^(−γt)·(γ·sin ωτ₀ − ω·cos ωτ₀)]/(γ² + ω²),  t = τ − τ₀
/// ```
///
/// the solution of the linear equation by variation of constants (any text on first-order equations). Without drive
/// (β = 0) it is [`super::curve::Curve`], with γ = 0 an integral; both limits keep their digits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Forced {
    /// τ₀, seconds.
    pub begin: f64,
    /// V₀.
    pub from: f64,
    /// s: the slope at V₀ without the drive, volts a second.
    pub slope: f64,
    /// γ, per second; zero or more.
    pub rate: f64,
    /// β, volts a second.
    pub drive: f64,
    /// ω, per second.
    pub omega: f64,
}

impl Forced {
    /// A voltage that stays.
    pub fn constant(begin: f64, from: f64) -> Self {
        Self { begin, from, slope: 0.0, rate: 0.0, drive: 0.0, omega: 1.0 }
    }

    /// V(τ).
    pub fn at(&self, tau: f64) -> f64 {
        let t = (tau - self.begin).max(0.0);
        // 1 − e^(−γt)
        let lost = if self.rate * t < STRAIGHT { self.rate * t } else { -libm::expm1(-self.rate * t) };
        let gain = if self.rate < STRAIGHT { t } else { lost / self.rate };
        let free = self.from + self.slope * gain;
        if self.drive == 0.0 {
            return free;
        }
        let phase = |tau: f64| {
            let (sin, cos) = libm::sincos(self.omega * tau);
            self.rate * sin - self.omega * cos
        };
        let wave = phase(tau) - (1.0 - lost) * phase(self.begin);
        free + self.drive * wave / (self.rate * self.rate + self.omega * self.omega)
    }

    /// dV/dt at τ, where the voltage is `volts`.
    pub fn slope(&self, tau: f64, volts: f64) -> f64 {
        let wave = if self.drive == 0.0 { 0.0 } else { self.drive * libm::sin(self.omega * tau) };
        self.slope - self.rate * (volts - self.from) + wave
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Against a fourth-order Runge-Kutta integration of the equation itself.
        #[test]
        fn solves_its_equation(
            begin in 0.0..8e-3f64, from in 0.0..30.0f64, slope in -500.0..500.0f64, rate in 0.0..2e3f64,
            drive in 0.0..2e4f64, sixty: bool, length in 1e-5..8e-3f64,
        ) {
            let omega = 2.0 * std::f64::consts::PI * if sixty { 60.0 } else { 50.0 };
            let forced = Forced { begin, from, slope, rate, drive, omega };
            let (mut volts, steps) = (from, 400);
            let h = length / f64::from(steps);
            for step in 0..steps {
                let tau = begin + h * f64::from(step);
                let k1 = forced.slope(tau, volts);
                let k2 = forced.slope(tau + h / 2.0, volts + h / 2.0 * k1);
                let k3 = forced.slope(tau + h / 2.0, volts + h / 2.0 * k2);
                let k4 = forced.slope(tau + h, volts + h * k3);
                volts += h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4);
            }
            prop_assert!((forced.at(begin + length) - volts).abs() < 1e-7, "{} {}", forced.at(begin + length), volts);
        }
    }
}
