//! Every line of a rig file, with what is wired to it.

use super::line::{Input, Output};
use super::supply::PowerStage;
use super::wires::PiWires;

/// A line that is driven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedOutput {
    /// The line.
    pub output: Output,
    /// What it drives, in words.
    pub what: String,
    /// Whether it may bring a voltage to the board, or short one.
    pub energises: bool,
}

/// The lines that are driven, what feeds the board first: in this order they are made safe.
pub fn outputs(wires: &PiWires) -> Vec<NamedOutput> {
    let supply = &wires.supply;
    let mut outputs = Vec::new();
    let mut add = |output: Output, what: &str, energises: bool| {
        outputs.push(NamedOutput { output, what: what.to_owned(), energises });
    };
    match &supply.stage {
        PowerStage::HighSide(switch) => add(*switch, "the supply's switch", true),
        PowerStage::Rails(rails) => {
            add(rails.nominal, "the switch of the nominal rail", true);
            add(rails.other, "the switch of the other rail", true);
        }
        PowerStage::Dac(stage) => add(stage.enable, "the switch behind the power stage", true),
        PowerStage::Scpi(stage) | PowerStage::Korad(stage) => {
            add(stage.enable, "the switch behind the bench supply", true);
        }
        PowerStage::Mains(stage) => {
            add(stage.ssr, "the solid-state relay", true);
            if let Some(tap) = stage.tap {
                add(tap.ssr, "the solid-state relay of the tap", true);
            }
        }
    }
    if let Some(flashing) = wires.flashing {
        add(flashing, "the switch of the flashing supply", true);
    }
    if let Some(crowbar) = supply.crowbar {
        add(crowbar.output, "the crowbar", true);
    }
    add(wires.watchdog.output, "the watchdog", true);
    if let Some(reset) = wires.reset {
        add(reset, "the reset line", false);
    }
    for button in &wires.buttons {
        add(button.output, &format!("the button {}", button.name), false);
    }
    outputs
}

/// The lines that are listened to, with what they tell.
pub fn inputs(wires: &PiWires) -> Vec<(Input, String)> {
    let supply = &wires.supply;
    let one = |input: Option<Input>, what: &str| input.map(|input| (input, what.to_owned()));
    let zero_cross = match &supply.stage {
        PowerStage::Mains(stage) => Some(stage.zero_cross),
        _ => None,
    };
    // The supply's own may serve the crowbar too.
    let crowbar = supply.crowbar.and_then(|crowbar| crowbar.sense).filter(|sense| supply.sense != Some(*sense));
    let single = [
        one(supply.sense, "the supply's sense"),
        one(crowbar, "the crowbar's sense"),
        one(wires.interlock, "the interlock"),
        one(wires.e_stop, "the emergency stop"),
        one(zero_cross, "the mains' zero"),
    ];
    let relays = wires.relays.iter().map(|relay| (relay.input, format!("the contact of {}", relay.name)));
    single.into_iter().flatten().chain(relays).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::Rig;
    use std::path::Path;

    #[test]
    fn the_switch_comes_first_and_nothing_is_forgotten() {
        let rig = Rig::load(Path::new("pi-12v.toml")).unwrap();
        let wires = rig.stand.pi().unwrap();
        let driven: Vec<String> = outputs(wires)
            .into_iter()
            .map(|named| format!("{} {}{}", named.output.line, named.what, if named.energises { "!" } else { "" }))
            .collect();
        let expected = [
            "GPIO17 the supply's switch!",
            "GPIO18 the crowbar!",
            "GPIO22 the watchdog!",
            "GPIO25 the reset line",
            "GPIO6 the button SET",
            "GPIO12 the button MODE",
        ];
        assert_eq!(driven, expected);
        let heard: Vec<String> =
            inputs(wires).into_iter().map(|(input, what)| format!("{} {what}", input.line)).collect();
        let expected = [
            "GPIO27 the supply's sense",
            "GPIO23 the interlock",
            "GPIO24 the emergency stop",
            "GPIO5 the contact of K1",
        ];
        assert_eq!(heard, expected);
    }
}
