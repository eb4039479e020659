//! The figures of a wiring that spread and age, each with its path in the rig file.

use super::Wiring;
use crate::spread::ageing::Law;
use crate::spread::{Distribution, Figure, Visit};
use crate::supply::{FrontEnd, ReserveKind};
use brownout_trace::Ppm;

impl Wiring {
    /// Visits every figure that can spread or age, with its path in the rig file.
    pub fn figures(&mut self, visit: &mut Visit<'_>) {
        let lse = &mut self.clocks.lse;
        let mut error = Figure::within(lse.error, lse.tolerance, Distribution::Truncated);
        if lse.tolerance == Ppm(0.0) {
            error = lse.error.into();
        }
        visit("clocks.hsi", Law::Lasting, &mut self.clocks.hsi);
        visit("clocks.lsi", Law::Lasting, &mut self.clocks.lsi);
        visit("chip.power-down", Law::Lasting, &mut self.chip.power_down);
        visit("chip.reset-delay", Law::Lasting, &mut self.chip.reset_delay);
        let lse = &mut self.clocks.lse;
        visit("clocks.lse.error", Law::Crystal, &mut error);
        if *error != lse.error {
            (lse.error, lse.tolerance) = (*error, Ppm(0.0));
        }
        let supply = &mut self.supply;
        match &mut supply.front_end {
            FrontEnd::Dc(_) => {}
            FrontEnd::Transformer(parts) => {
                visit("supply.front-end.transformer.resistance", Law::Lasting, &mut parts.resistance);
            }
            FrontEnd::Dropper(parts) => {
                visit("supply.front-end.dropper.capacitor", Law::Film, &mut parts.capacitor);
                visit("supply.front-end.dropper.bleeder", Law::Lasting, &mut parts.bleeder);
                visit("supply.front-end.dropper.surge", Law::Lasting, &mut parts.surge);
                visit("supply.front-end.dropper.zener", Law::Lasting, &mut parts.zener);
            }
            FrontEnd::Switching(parts) => {
                visit("supply.front-end.switching.bulk", Law::Electrolytic, &mut parts.bulk);
                visit("supply.front-end.switching.efficiency", Law::Lasting, &mut parts.efficiency);
                visit("supply.front-end.switching.output", Law::Lasting, &mut parts.output);
                visit("supply.front-end.switching.start", Law::Lasting, &mut parts.start);
                visit("supply.front-end.switching.stop", Law::Lasting, &mut parts.stop);
                visit("supply.front-end.switching.surge", Law::Lasting, &mut parts.surge);
            }
        }
        visit("supply.capacitor", Law::Electrolytic, &mut supply.capacitor);
        visit("supply.leakage", Law::Lasting, &mut supply.leakage);
        visit("supply.regulator.output", Law::Lasting, &mut supply.regulator.output);
        visit("supply.regulator.dropout", Law::Lasting, &mut supply.regulator.dropout);
        visit("supply.regulator.quiescent", Law::Lasting, &mut supply.regulator.quiescent);
        match &mut self.reserve.kind {
            ReserveKind::None => {}
            ReserveKind::CoinCell { capacity, self_discharge, resistance, .. } => {
                visit("reserve.capacity", Law::LithiumCell, capacity);
                visit("reserve.self-discharge", Law::Lasting, self_discharge);
                visit("reserve.resistance", Law::Lasting, resistance);
            }
            ReserveKind::Nickel { capacity, efficiency, monthly_loss, .. } => {
                visit("reserve.capacity", Law::NickelCell, capacity);
                visit("reserve.efficiency", Law::Lasting, efficiency);
                visit("reserve.monthly-loss", Law::Lasting, monthly_loss);
            }
            ReserveKind::Supercap { capacitance, leakage, leakage_resistance, settling, .. } => {
                visit("reserve.capacitance", Law::Supercap, capacitance);
                visit("reserve.leakage", Law::Lasting, leakage);
                if let Some(ohms) = leakage_resistance {
                    visit("reserve.leakage-resistance", Law::Lasting, ohms);
                }
                visit("reserve.settling", Law::Lasting, settling);
            }
        }
        for relay in &mut self.relays {
            let path = |figure: &str| format!("relays.{}.{figure}", relay.name);
            let (coil, operate, release, bounce) = (path("coil"), path("operate"), path("release"), path("bounce"));
            visit(&coil, Law::Lasting, &mut relay.parts.coil);
            visit(&path("pick-up"), Law::Lasting, relay.parts.pick_up.figure());
            visit(&path("drop-out"), Law::Lasting, relay.parts.drop_out.figure());
            visit(&operate, Law::Lasting, &mut relay.parts.operate);
            visit(&release, Law::Lasting, &mut relay.parts.release);
            visit(&bounce, Law::Bounce, &mut relay.parts.bounce);
        }
        if let Some(age) = &mut self.age {
            visit("age.service", Law::Lasting, &mut age.service);
            visit("age.temperature", Law::Lasting, &mut age.temperature);
        }
    }
}
