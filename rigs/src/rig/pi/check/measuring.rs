//! What the rig says that it measures against the parts that do.

use super::{Flaw, Head};
use crate::parts::meter::{MeterChip, MeterParts};
use crate::rig::pi::supply::{PowerStage, SupplyWires};
use crate::rig::pi::wires::PiWires;
use brownout_trace::event::ShotFigure;
use brownout_trace::{Span, Volts};

pub(super) fn check(wires: &PiWires, head: &Head<'_>) -> Result<(), Flaw> {
    if let Some(meter) = head.meter {
        range(meter, &wires.supply)?;
    }
    let possible = wires.measures(head.meter.is_some());
    let impossible = head.measures.iter().flat_map(|said| said.iter()).enumerate();
    if let Some((n, figure)) = impossible.into_iter().find(|(_, figure)| !possible.contains(figure)) {
        let part = match figure {
            ShotFigure::Start | ShotFigure::Width => "a comparator at the terminals: `sense` under `[pi.supply]`",
            ShotFigure::Depth | ShotFigure::Slew => "a `[meter]`",
        };
        let why = format!("`{figure}` is measured by {part}; add it, or take `{figure}` out");
        return Err(Flaw::new(format!("measures.{n}"), why));
    }
    let Some(uncertainty) = head.uncertainty else { return Ok(()) };
    if uncertainty.time == Span::ZERO {
        let why = "no rig in wall-clock time is exact: say how far a timestamp may be off, such as `time = \"100us\"`";
        return Err(Flaw::new("uncertainty.time", why));
    }
    if uncertainty.clock.0 <= 0.0 {
        let why = "no crystal is exact: say how far the Pi's may be off, such as `clock = \"50ppm\"`";
        return Err(Flaw::new("uncertainty.clock", why));
    }
    Ok(())
}

impl PiWires {
    /// The figures of a shot that its parts measure; with a meter, or without.
    pub(crate) fn measures(&self, has_meter: bool) -> Vec<ShotFigure> {
        let measured = |figure: &ShotFigure| match figure {
            ShotFigure::Start | ShotFigure::Width => self.supply.sense.is_some(),
            ShotFigure::Depth | ShotFigure::Slew => has_meter,
        };
        ShotFigure::ALL.into_iter().map(|(_, figure)| figure).filter(measured).collect()
    }
}

/// Whether the meter can read what the supply gives, and its shunt can be.
fn range(meter: &MeterParts, supply: &SupplyWires) -> Result<(), Flaw> {
    let (name, most) = match meter.chip {
        // SBOS547, SBOS448: the bus voltage's full range of use; SBAS444: full scale 2.048 V behind the divider.
        MeterChip::Ina226 { .. } => ("an INA226", Volts(36.0)),
        MeterChip::Ina219 { .. } => ("an INA219", Volts(26.0)),
        MeterChip::Ads1115 { divider } => ("an ADS1115 behind this divider", Volts(2.048 / (divider.0 / 100.0))),
    };
    let gives = match &supply.stage {
        PowerStage::Dac(dac) => dac.full_scale,
        PowerStage::Rails(rails) if rails.volts > supply.nominal => rails.volts,
        _ => supply.nominal,
    };
    // `most` is infinite or no number where the divider is nothing: `MeterParts::check` tells that.
    if gives > most {
        let why = format!("{name} reads up to {most}, and the supply gives {gives}: take another meter, or a divider");
        return Err(Flaw::new("meter.chip", why));
    }
    let (word, shunt) = match meter.chip {
        MeterChip::Ina226 { shunt } => ("ina226", shunt),
        MeterChip::Ina219 { shunt } => ("ina219", shunt),
        MeterChip::Ads1115 { .. } => return Ok(()),
    };
    if (1e-4..=100.0).contains(&shunt.0) {
        return Ok(());
    }
    let why = format!("`shunt` is {shunt}; it must be from 0.1mohm to 100ohm");
    Err(Flaw::new(format!("meter.chip.{word}.shunt"), why))
}
