//! Supplies for tests.

use crate::rig::pi::SupplyWires;
use std::collections::HashMap;

/// Supplies of every kind by name, as a rig file writes them.
pub const SUPPLIES: [(&str, &str); 10] = [
    (
        "switch",
        r#"nominal = "12V", stage = { high-side = SW1 }, sense = SENSE, crowbar = { output = BAR, limit = "5A", release = "1ms" }"#,
    ),
    ("plain", r#"nominal = "12V", stage = { high-side = SW1 }"#),
    (
        "broken",
        r#"nominal = "12V", stage = { rails = { nominal = SW1, other = SW2, volts = "4.8V", change = { break-before-make = "2ms" } } },
           crowbar = { output = BAR, limit = "5A", sense = SENSE, release = "3ms" }"#,
    ),
    (
        "isolated",
        r#"nominal = "12V", stage = { rails = { nominal = SW1, other = SW2, volts = "14V", change = { diode-isolated = "1ms" } } },
           crowbar = { output = BAR, limit = "5A", sense = SENSE }"#,
    ),
    ("dac", r#"nominal = "12V", stage = { dac = DAC }"#),
    ("barred", r#"nominal = "12V", stage = { dac = DAC }, crowbar = { output = BAR, limit = "5A", sense = SENSE }"#),
    ("scpi", r#"nominal = "12V", stage = { scpi = PSU }, crowbar = { output = BAR, limit = "5A", sense = SENSE }"#),
    ("korad", r#"nominal = "12V", stage = { korad = PSU }"#),
    ("mains", r#"nominal = "230Vac", stage = { mains = { ssr = SW1, zero-cross = ZERO, frequency = "50Hz" } }"#),
    (
        "tapped",
        r#"nominal = "230Vac", stage = { mains = { ssr = SW1, zero-cross = ZERO, frequency = "50Hz", turn-on = "5ms",
           tap = { ssr = SW2, volts = "92Vac" } } }"#,
    ),
];

/// A supply of this text.
pub fn wires(text: &str) -> SupplyWires {
    let words = [
        ("DAC", r#"{ chip = "mcp4728", address = 0x60, channel = "A", full-scale = "15V", enable = SW1 }"#),
        ("PSU", r#"{ port = "/dev/ttyUSB0", limit = "1A", settling = "200ms", enable = SW1 }"#),
        ("SW1", r#"{ line = "GPIO17", active = "high" }"#),
        ("SW2", r#"{ line = "GPIO16", active = "low" }"#),
        ("BAR", r#"{ line = "GPIO18", active = "low" }"#),
        ("SENSE", r#"{ line = "GPIO27", active = "high" }"#),
        ("ZERO", r#"{ line = "GPIO26", active = "high" }"#),
    ];
    let text = words.iter().fold(text.replace('\n', " "), |text, (word, is)| text.replace(word, is));
    let table: HashMap<String, SupplyWires> = toml::from_str(&format!("supply = {{ {text} }}")).unwrap();
    table.into_values().next().unwrap()
}

/// One of [`SUPPLIES`].
pub fn supply(name: &str) -> SupplyWires {
    let (_, text) = SUPPLIES.iter().find(|(known, _)| *known == name).unwrap();
    wires(text)
}
