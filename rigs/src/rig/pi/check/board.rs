//! Senses of relays, and buttons.

use super::Flaw;
use crate::rig::pi::line::{Active, Pull};
use crate::rig::pi::wires::{PiWires, SenseKind};

pub(super) fn check(wires: &PiWires) -> Result<(), Flaw> {
    once("relay", "pi.relays", wires.relays.iter().map(|relay| relay.name.0.as_str()))?;
    once("button", "pi.buttons", wires.buttons.iter().map(|button| button.name.as_str()))?;
    for (n, relay) in wires.relays.iter().enumerate() {
        let (name, input, key) = (&relay.name, relay.input, format!("pi.relays.{n}.input"));
        if relay.by != SenseKind::Contact {
            continue;
        }
        if input.active == Active::High {
            let why = format!(
                "relay {name}'s contact is between the line and ground: closed, it is low; write `active = \"low\"`"
            );
            return Err(Flaw::new(format!("{key}.active"), why));
        }
        if input.pull == Pull::Down {
            let why = format!(
                "relay {name}'s contact is between the line and ground: pulled down it would always read closed; write `pull \
                 = \"up\"`"
            );
            return Err(Flaw::new(format!("{key}.pull"), why));
        }
    }
    Ok(())
}

/// Every name once.
fn once<'a>(what: &str, key: &str, names: impl Iterator<Item = &'a str>) -> Result<(), Flaw> {
    let mut known: Vec<&str> = Vec::new();
    for (n, name) in names.enumerate() {
        let why = match name {
            "" => format!("a {what} without a name: write the one it has in the board's profile"),
            name if known.contains(&name) => format!("{what} {name} is there twice: each has one place in the file"),
            _ => {
                known.push(name);
                continue;
            }
        };
        return Err(Flaw::new(format!("{key}.{n}.name"), why));
    }
    Ok(())
}
