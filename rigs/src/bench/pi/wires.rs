//! Every line of a rig file, with what is wired to it.

use crate::rig::pi::{Input, Line, Output, PiWires, named};

/// The lines that are driven, what feeds the board first: in this order they are made safe.
pub fn outputs(wires: &PiWires) -> Vec<(Output, String)> {
    named::outputs(wires).into_iter().map(|named| (named.output, named.what)).collect()
}

/// The lines that are listened to.
pub fn inputs(wires: &PiWires) -> Vec<(Input, String)> {
    named::inputs(wires)
}

/// The guard's contact.
pub const INTERLOCK: &str = "the interlock";
/// The emergency stop.
pub const E_STOP: &str = "the emergency stop";

/// What is wired to a line, in words.
pub fn name(wires: &PiWires, line: Line) -> String {
    let input = inputs(wires).into_iter().find(|(input, _)| input.line == line).map(|(_, what)| what);
    input.unwrap_or_else(|| "a line".to_owned())
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
        let lines = |lines: Vec<(Line, String)>| {
            lines.into_iter().map(|(line, what)| format!("{line} {what}")).collect::<Vec<_>>()
        };
        let driven = lines(outputs(wires).into_iter().map(|(output, what)| (output.line, what)).collect());
        let expected = [
            "GPIO17 the supply's switch",
            "GPIO18 the crowbar",
            "GPIO22 the watchdog",
            "GPIO25 the reset line",
            "GPIO6 the button SET",
            "GPIO12 the button MODE",
        ];
        assert_eq!(driven, expected);
        let heard = lines(inputs(wires).into_iter().map(|(input, what)| (input.line, what)).collect());
        let expected = [
            "GPIO27 the supply's sense",
            "GPIO23 the interlock",
            "GPIO24 the emergency stop",
            "GPIO5 the contact of K1",
        ];
        assert_eq!(heard, expected);
        assert_eq!(name(wires, "GPIO5".parse().unwrap()), "the contact of K1");
    }
}
