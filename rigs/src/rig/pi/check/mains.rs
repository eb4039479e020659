//! What mains asks for (DESIGN.md, rule 7). Boards without a transformer have their logic at mains potential: each wire to
//! such a board is a wire to mains.

use super::Flaw;
use crate::rig::pi::wires::{Isolation, PiWires, SenseKind};

const STAGE: &str = "pi.supply.stage.mains";

pub(super) fn check(wires: &PiWires, has_meter: bool) -> Result<(), Flaw> {
    if !wires.is_mains() {
        return without(wires);
    }
    if wires.interlock.is_none() {
        return Err(Flaw::new(STAGE, guard("interlock", "the contact of the closed guard")));
    }
    if wires.e_stop.is_none() {
        return Err(Flaw::new(STAGE, guard("e-stop", "a latching stop button")));
    }
    if wires.probe.is_some() && wires.flashing.is_none() {
        let why = "a board is never flashed on mains: add `flashing = { line = …, active = … }`, the switch of a low-voltage \
                   supply, or leave the probe out";
        return Err(Flaw::new("pi.probe", why));
    }
    isolated(wires, has_meter)?;
    let bare = wires.relays.iter().position(|relay| relay.by == SenseKind::Contact);
    if let Some(n) = bare {
        let why = format!(
            "`by = \"contact\"` joins relay {} to the Pi without anything between: on a mains rig write \
             `mains-optocoupler`, or `optocoupler` with a supply of its own",
            wires.relays[n].name
        );
        return Err(Flaw::new(format!("pi.relays.{n}.by"), why));
    }
    Ok(())
}

fn guard(key: &str, what: &str) -> String {
    format!(
        "a mains rig energises only with {what} in the power path, read back: add `{key} = {{ line = …, active = \"low\", \
         pull = \"up\" }}` under `[pi]`"
    )
}

/// A DC rig has no mains to look at.
fn without(wires: &PiWires) -> Result<(), Flaw> {
    match wires.relays.iter().position(|relay| relay.by == SenseKind::MainsOptocoupler) {
        None => Ok(()),
        Some(n) => {
            let why = format!(
                "relay {} switches no mains on a DC rig: let it switch a low voltage, and write `optocoupler` or `contact`",
                wires.relays[n].name
            );
            Err(Flaw::new(format!("pi.relays.{n}.by"), why))
        }
    }
}

/// Reinforced isolation of every wire that there is.
fn isolated(wires: &PiWires, has_meter: bool) -> Result<(), Flaw> {
    let isolation = &wires.isolation;
    let all = [
        ("console", wires.console.is_some(), isolation.console),
        ("probe", wires.probe.is_some(), isolation.probe),
        ("meter", has_meter, isolation.meter),
        // The zero-cross input is always there.
        ("sense", true, isolation.sense),
        ("relays", !wires.relays.is_empty(), isolation.relays),
        ("buttons", !wires.buttons.is_empty(), isolation.buttons),
        ("reset", wires.reset.is_some(), isolation.reset),
    ];
    let weak = all.into_iter().filter(|(_, is_there, isolation)| *is_there && *isolation != Isolation::Reinforced);
    let weak: Vec<&str> = weak.map(|(name, ..)| name).collect();
    let Some(first) = weak.first() else { return Ok(()) };
    let keys: Vec<String> = weak.iter().map(|name| format!("`{name} = \"reinforced\"`")).collect();
    let why = format!(
        "the board may be at mains potential, and not every wire to it is declared safe: {} under `[pi.isolation]`, once the \
         parts are",
        keys.join(", ")
    );
    Err(Flaw::new(format!("pi.isolation.{first}"), why))
}
