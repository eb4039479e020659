//! The safe state, from anywhere: by another process than the one that holds the rig, after a kill, at boot.

use super::clock::Mono;
use super::console;
use super::look::bench_supply;
use super::presence;
use super::realtime::sleep_until;
use crate::bench::RigFault;
use crate::rig::pi::PiWires;
use crate::rig::pi::named::outputs;
use brownout_trace::Span;
use rppal::gpio::Gpio;
use std::io::Write;

/// A line that was driven is looked at for so long: a sound one follows at once.
const FOLLOWS: Span = Span::millis(80);
const GLANCE: Span = Span::millis(1);

/// A rig whose every output is inactive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MadeSafe {
    /// Why its bench supply could not be told to switch its own output off: somebody has its port. Who holds the rig tells
    /// it.
    pub untold: Option<RigFault>,
}

/// Drives every output of the rig inactive, whoever drives them now, and tells a bench supply to switch its own output off.
/// As often as one likes, in a few milliseconds. The lines stay driven when this process ends.
///
/// # Errors
/// No Pi or no permission; a line that does not follow, or a bench supply that cannot be told: all others are safe then.
pub fn make_safe(wires: &PiWires) -> Result<MadeSafe, RigFault> {
    let gpio = Gpio::new().map_err(|error| presence::no_pi(&error))?;
    let mut trouble = Vec::new();
    let mut pins = Vec::new();
    for named in outputs(wires) {
        let (line, high) = (named.output.line, named.output.active.high_for(false));
        // Past the kernel, and without asking it: a line that somebody holds is the reason for being here.
        match gpio.get(line.number()) {
            Ok(pin) => {
                let mut pin = if high { pin.into_output_high() } else { pin.into_output_low() };
                pin.set_reset_on_drop(false);
                pins.push((named, pin));
            }
            Err(error) => trouble.push(presence::no_line(line, &named.what, &error)),
        }
    }
    let until = Mono::now() + FOLLOWS;
    for (named, pin) in &pins {
        let (line, high) = (named.output.line, named.output.active.high_for(false));
        while pin.is_set_high() != high && Mono::now() < until {
            sleep_until(Mono::now() + GLANCE);
        }
        if pin.is_set_high() != high {
            let level = if high { "low" } else { "high" };
            trouble.push(RigFault {
                what: format!("{line} ({}) stays {level}: it is not safe", named.what),
                hint: "take the rig off its source; then look what drives the line".to_owned(),
            });
        }
    }
    let mut made = MadeSafe::default();
    if let Some((supply, dialect)) = bench_supply(wires) {
        match console::open_unless_busy(&supply.port, supply.baud, "the bench supply") {
            Ok(Ok(mut port)) => {
                let told = port.write_all(&dialect.output(false)).and_then(|()| port.flush());
                trouble.extend(told.err().map(|error| RigFault {
                    what: format!("the bench supply cannot be told to switch off: {error}"),
                    hint: "its switch is open; switch it off by hand".to_owned(),
                }));
            }
            Ok(Err(busy)) => made.untold = Some(busy),
            Err(fault) => trouble.push(fault),
        }
    }
    match trouble.into_iter().reduce(|one, other| RigFault { what: format!("{one}; {}", other.what), ..other }) {
        None => Ok(made),
        Some(fault) => Err(fault),
    }
}

/// What this machine is, if it is a Pi.
pub fn model() -> Option<String> {
    let pi = rppal::system::DeviceInfo::new().ok()?;
    Some(pi.model().to_string())
}
