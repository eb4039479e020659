//! Whether a rig and the board on it fit each other: where wiring and profile say different things it is neither the
//! board's failure nor trouble that a second run would cure.

use crate::rigged::VIRTUAL_CHIP;
use crate::scenario::suggest::did_you_mean;
use brownout_rigs::profile::Profile;
use brownout_rigs::rig::pi::PiWires;
use brownout_rigs::rig::{Rig, Stand};

/// What does not fit, and behind which key of the rig file.
pub struct Contradiction {
    /// From the top of the file.
    pub key: String,
    /// In words, with what to do.
    pub why: String,
}

impl Contradiction {
    fn new(key: impl Into<String>, why: impl Into<String>) -> Option<Self> {
        Some(Self { key: key.into(), why: why.into() })
    }
}

/// The first contradiction, if there is one.
pub fn contradiction(rig: &Rig, profile: &Profile) -> Option<Contradiction> {
    let stand = match rig.stand {
        Stand::Virtual(_) => "virtual",
        Stand::Pi(_) => "pi",
    };
    let nominal = rig.stand.nominal();
    if (nominal.0 - profile.supply.0).abs() > 1e-9 {
        let why = format!("the rig's supply is {nominal}, the profile's {}", profile.supply);
        return Contradiction::new(format!("{stand}.supply.nominal"), why);
    }
    let wired = rig.stand.relays();
    if let Some(relay) = profile.relays.iter().find(|relay| !wired.contains(relay)) {
        let wired: Vec<String> = wired.iter().map(ToString::to_string).collect();
        let wired = if wired.is_empty() { "none".to_owned() } else { wired.join(", ") };
        let add = format!("add a `[[{stand}.relays]]` with `name = \"{relay}\"`, or name one so");
        return Contradiction::new(
            format!("{stand}.relays"),
            format!("the profile has a relay {relay}, the rig has {wired}; {add}"),
        );
    }
    match &rig.stand {
        Stand::Virtual(wiring) => on_virtual(wiring.console.baud, profile),
        Stand::Pi(wires) => on_pi(wires, profile),
    }
}

fn on_virtual(baud: u32, profile: &Profile) -> Option<Contradiction> {
    if let Some(console) = profile.console.as_ref().filter(|console| console.baud != baud) {
        let why = format!("the rig's console runs at {baud} bits/s, the profile's at {}", console.baud);
        return Contradiction::new("virtual.console.baud", why);
    }
    let chip = profile.chip.as_deref().unwrap_or(VIRTUAL_CHIP);
    let why = || format!("the virtual board's chip is an {VIRTUAL_CHIP}, the profile's `{chip}`");
    if chip == VIRTUAL_CHIP { None } else { Contradiction::new("board", why()) }
}

/// Each wire of a Pi leads to something that the board has.
fn on_pi(wires: &PiWires, profile: &Profile) -> Option<Contradiction> {
    let relays: Vec<&str> = profile.relays.iter().map(|relay| relay.0.as_str()).collect();
    if let Some(n) = wires.relays.iter().position(|relay| !profile.relays.contains(&relay.name)) {
        let name = &wires.relays[n].name;
        let why = format!("the board has no relay {name}; {}", did_you_mean(&name.0, &relays));
        return Contradiction::new(format!("pi.relays.{n}.name"), why);
    }
    let buttons: Vec<&str> = profile.buttons.iter().map(String::as_str).collect();
    if let Some(n) = wires.buttons.iter().position(|button| !profile.buttons.contains(&button.name)) {
        let name = &wires.buttons[n].name;
        let why = format!("the board has no button {name}; {}", did_you_mean(name, &buttons));
        return Contradiction::new(format!("pi.buttons.{n}.name"), why);
    }
    if profile.console.is_some() && wires.console.is_none() {
        let why = "the board is spoken to by its console, and the rig has none: add `console = { port = … }` under `[pi]`, or \
                   name a profile that says `without = [\"console\"]`";
        return Contradiction::new("board", why);
    }
    None
}
