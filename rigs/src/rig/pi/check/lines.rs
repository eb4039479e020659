//! Lines of the header: each has one use, and some are taken by the Pi itself.

use super::Flaw;
use crate::rig::pi::line::{Active, Input, Line, Output};
use crate::rig::pi::supply::PowerStage;
use crate::rig::pi::wires::PiWires;
use std::path::Path;

/// One use of a line.
struct Use {
    key: String,
    /// What hangs on it.
    what: String,
    line: Line,
    /// The level that does something, on an output.
    drives: Option<Active>,
}

/// GPIO2 and GPIO3 have resistors of 1.8 kΩ to 3.3 V on the Pi itself.
const PULLED_UP: [u8; 2] = [2, 3];

pub(super) fn check(wires: &PiWires, has_meter: bool) -> Result<(), Flaw> {
    let uses = uses(wires);
    let taken = taken(wires, has_meter);
    for (n, one) in uses.iter().enumerate() {
        let Use { key, what, line, drives } = one;
        let instead = || instead(&uses, &taken);
        if let Some(other) = uses[..n].iter().find(|other| other.line == *line) {
            let why = format!("{line} is wired twice: to {} and to {what}; {}", other.what, instead());
            return Err(Flaw::new(key, why));
        }
        if let Some((_, owner)) = taken.iter().find(|(number, _)| *number == line.number()) {
            let why = format!("{line}, for {what}, belongs to {owner}; {}", instead());
            return Err(Flaw::new(key, why));
        }
        if *drives == Some(Active::High) && PULLED_UP.contains(&line.number()) {
            let why =
                format!("{line} is pulled up on the Pi, so that {what} would be active while it boots; {}", instead());
            return Err(Flaw::new(key, why));
        }
    }
    Ok(())
}

/// A line that is free; those without a fixed pull, without a bus and low at power-up first.
fn instead(uses: &[Use], taken: &[(u8, String)]) -> String {
    let usual = [16, 20, 21, 26, 19, 13, 12, 25, 24, 23, 22, 27, 18, 17, 6, 5, 4];
    let is_free = |number: &u8| {
        uses.iter().all(|one| one.line.number() != *number) && taken.iter().all(|(owned, _)| owned != number)
    };
    match usual.into_iter().find(is_free) {
        Some(number) => format!("take a free line, such as GPIO{number}"),
        None => "no line is free: leave something out".to_owned(),
    }
}

/// What the Pi needs itself for the buses and ports that the rig uses.
fn taken(wires: &PiWires, has_meter: bool) -> Vec<(u8, String)> {
    let mut taken = Vec::new();
    if has_meter || matches!(wires.supply.stage, PowerStage::Dac(_)) {
        // As the overlays of these buses have them, unless told otherwise (rppal 0.22, "I2C buses").
        let pins: &[u8] = match wires.i2c {
            1 => &[2, 3],
            3 => &[4, 5],
            4 => &[8, 9],
            5 => &[12, 13],
            6 => &[22, 23],
            _ => &[],
        };
        let bus = format!("I2C{}, which the meter or the DAC is on", wires.i2c);
        taken.extend(pins.iter().map(|pin| (*pin, bus.clone())));
    }
    let console = wires.console.as_ref().map(|console| ("the console", &console.port));
    let supply = match &wires.supply.stage {
        PowerStage::Scpi(bench) | PowerStage::Korad(bench) => Some(("the bench supply", &bench.port)),
        _ => None,
    };
    let header = ["/dev/serial0", "/dev/ttyAMA0", "/dev/ttyS0"].map(Path::new);
    if let Some((what, port)) = console.into_iter().chain(supply).find(|(_, port)| header.contains(&port.as_path())) {
        let uart = format!("the UART, {}, which {what} is on", port.display());
        taken.extend([14, 15].map(|pin| (pin, uart.clone())));
    }
    taken
}

fn output(uses: &mut Vec<Use>, key: impl Into<String>, what: impl Into<String>, output: &Output) {
    let (key, what) = (format!("{}.line", key.into()), what.into());
    uses.push(Use { key, what, line: output.line, drives: Some(output.active) });
}

fn input(uses: &mut Vec<Use>, key: impl Into<String>, what: impl Into<String>, input: &Input) {
    let (key, what) = (format!("{}.line", key.into()), what.into());
    uses.push(Use { key, what, line: input.line, drives: None });
}

/// Every use, power first.
fn uses(wires: &PiWires) -> Vec<Use> {
    let mut all = Vec::new();
    let uses = &mut all;
    let stage = "pi.supply.stage";
    match &wires.supply.stage {
        PowerStage::HighSide(switch) => output(uses, format!("{stage}.high-side"), "the high-side switch", switch),
        PowerStage::Rails(rails) => {
            output(uses, format!("{stage}.rails.nominal"), "the nominal rail's switch", &rails.nominal);
            output(uses, format!("{stage}.rails.other"), "the other rail's switch", &rails.other);
        }
        PowerStage::Dac(dac) => {
            output(uses, format!("{stage}.dac.enable"), "the switch behind the DAC's amplifier", &dac.enable);
        }
        PowerStage::Scpi(bench) => {
            output(uses, format!("{stage}.scpi.enable"), "the switch behind the bench supply", &bench.enable);
        }
        PowerStage::Korad(bench) => {
            output(uses, format!("{stage}.korad.enable"), "the switch behind the bench supply", &bench.enable);
        }
        PowerStage::Mains(mains) => {
            output(uses, format!("{stage}.mains.ssr"), "the SSR", &mains.ssr);
            input(uses, format!("{stage}.mains.zero-cross"), "the zero-cross input", &mains.zero_cross);
            if let Some(tap) = &mains.tap {
                output(uses, format!("{stage}.mains.tap.ssr"), "the tap's SSR", &tap.ssr);
            }
        }
    }
    if let Some(sense) = &wires.supply.sense {
        input(uses, "pi.supply.sense", "the sense at the terminals", sense);
    }
    if let Some(crowbar) = &wires.supply.crowbar {
        output(uses, "pi.supply.crowbar.output", "the crowbar", &crowbar.output);
        if let Some(sense) = &crowbar.sense {
            input(uses, "pi.supply.crowbar.sense", "the crowbar's own sense", sense);
        }
    }
    output(uses, "pi.watchdog.output", "the watchdog", &wires.watchdog.output);
    if let Some(interlock) = &wires.interlock {
        input(uses, "pi.interlock", "the interlock", interlock);
    }
    if let Some(stop) = &wires.e_stop {
        input(uses, "pi.e-stop", "the e-stop", stop);
    }
    if let Some(reset) = &wires.reset {
        output(uses, "pi.reset", "the board's reset", reset);
    }
    if let Some(flashing) = &wires.flashing {
        output(uses, "pi.flashing", "the low-voltage supply for flashing", flashing);
    }
    for (n, relay) in wires.relays.iter().enumerate() {
        input(uses, format!("pi.relays.{n}.input"), format!("relay {}", relay.name), &relay.input);
    }
    for (n, button) in wires.buttons.iter().enumerate() {
        output(uses, format!("pi.buttons.{n}.output"), format!("button {}", button.name), &button.output);
    }
    all
}
