//! What `rig check` sees of a Pi: its lines with nothing energised, and the bench itself.

use super::bus::SharedBus;
use super::clock::{Clock, Mono};
use super::console;
use super::lines::Lines;
use super::pi_bench::PiBench;
use super::probe;
use super::realtime::sleep_until;
use crate::bench::RigFault;
use crate::bench::outside::Outside;
use crate::parts::meter::MeterParts;
use crate::parts::supply::{Dialect, identify};
use crate::profile::Profile;
use crate::rig::Rig;
use crate::rig::pi::{BenchSupply, Line, PiWires, PowerStage};
use crate::self_check::{Lively, Quiet};
use brownout_trace::{Amps, Instant, Span, Volts};
use probe_rs::Permissions;
use std::sync::Arc;
use std::time::Duration;

/// A bench supply that says nothing more for so long has said all.
const SILENCE: Duration = Duration::from_millis(300);
/// Whether to give up is looked at so often.
const MOMENT: Span = Span::millis(50);

/// The lines of a rig, its outputs inactive.
#[derive(Debug)]
pub struct PiLook {
    wires: Arc<PiWires>,
    meter: Option<MeterParts>,
    baud: Option<u32>,
    lines: Arc<Lines>,
}

impl PiLook {
    /// Opens every line; the outputs are in their safe state from here on.
    ///
    /// # Errors
    /// It stands on no Pi, there is no Pi, no permission, a line that another program has; or it is to give up.
    pub fn open(rig: &Rig, profile: &Profile, outside: &Outside) -> Result<Self, RigFault> {
        let none = || RigFault { what: format!("the rig `{}` stands on no Pi", rig.name), hint: String::new() };
        let wires = Arc::clone(rig.stand.pi().ok_or_else(none)?);
        let lines = Arc::new(Lines::open(&wires)?);
        outside.driven().add(&lines);
        // A board that ran until now has stopped, and its contacts have opened.
        let stopped = Mono::now() + profile.power.off_within;
        while Mono::now() < stopped {
            outside.asked()?;
            sleep_until(stopped.min(Mono::now() + MOMENT));
        }
        let baud = profile.console.as_ref().map(|console| console.baud);
        Ok(Self { wires, meter: rig.meter, baud, lines })
    }
}

impl Quiet for PiLook {
    fn drive(&mut self, line: Line, high: bool) {
        self.lines.set(line, high);
    }

    fn is_high(&mut self, line: Line) -> bool {
        self.lines.level(line)
    }

    fn pause(&mut self, span: Span) {
        sleep_until(Mono::now() + span);
    }

    fn meter(&mut self) -> Result<Option<Volts>, RigFault> {
        let Some(meter) = self.meter else { return Ok(None) };
        let bus = SharedBus::open(self.wires.i2c)?;
        meter.sample(&mut bus.timed(Clock::new(Instant::ZERO, Mono::now()))).map(Some)
    }

    fn console(&mut self) -> Result<Option<String>, RigFault> {
        let Some((port, baud)) = self.wires.console.as_ref().zip(self.baud) else { return Ok(None) };
        console::open(&port.port, baud, "the console")?;
        Ok(Some(port.port.display().to_string()))
    }

    fn probe(&mut self) -> Result<Option<String>, RigFault> {
        self.wires.probe.as_ref().map(|port| probe::open(port).map(|probe| probe.get_name())).transpose()
    }

    fn bench_supply(&mut self) -> Result<Option<String>, RigFault> {
        let Some((supply, dialect)) = bench_supply(&self.wires) else { return Ok(None) };
        let mut port = console::open(&supply.port, supply.baud, "the bench supply")?;
        port.set_timeout(SILENCE).map_err(|error| RigFault {
            what: format!("the bench supply's port cannot be set up: {error}"),
            hint: String::new(),
        })?;
        identify(&mut *port, dialect).map(Some)
    }
}

/// The bench supply of a rig that has one.
pub fn bench_supply(wires: &PiWires) -> Option<(&BenchSupply, Dialect)> {
    match &wires.supply.stage {
        PowerStage::Scpi(supply) => Some((supply, Dialect::Scpi)),
        PowerStage::Korad(supply) => Some((supply, Dialect::Korad)),
        _ => None,
    }
}

impl Lively for PiBench {
    fn meter(&mut self) -> Result<Option<Volts>, RigFault> {
        let Some((meter, bus)) = self.rig.meter.zip(self.bus.as_ref()) else { return Ok(None) };
        meter.sample(&mut bus.timed(self.clock)).map(Some)
    }

    fn current(&mut self) -> Result<Option<Amps>, RigFault> {
        let Some((meter, bus)) = self.rig.meter.zip(self.bus.as_ref()) else { return Ok(None) };
        meter.current(&mut bus.timed(self.clock))
    }

    fn attach(&mut self) -> Result<Option<String>, RigFault> {
        let Some((port, chip)) = self.rig.wires.probe.as_ref().zip(self.rig.chip.clone()) else { return Ok(None) };
        let probe = probe::open(port)?;
        probe.attach(chip.as_str(), Permissions::new()).map_err(|error| RigFault {
            what: format!("the debug probe does not reach the {chip}: {error}"),
            hint: "check the probe's wires, and that the board has its supply".to_owned(),
        })?;
        Ok(Some(chip))
    }
}
