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
    fn a_line_is_named_by_what_is_wired_to_it() {
        let rig = Rig::load(Path::new("pi-12v.toml")).unwrap();
        let named = |line: &str| name(rig.stand.pi().unwrap(), line.parse().unwrap());
        assert_eq!((named("GPIO5").as_str(), named("GPIO2").as_str()), ("the contact of K1", "a line"));
    }
}
