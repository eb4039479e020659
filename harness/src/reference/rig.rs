//! The rig file.

use super::kind::Kind::{Choice, Count, Either, Form, List, Number, Text, Words};
use super::kind::{AMPS, CHARGE, FARADS, HERTZ, Kind, LEVEL, OHMS, PIN, PPM, SPAN, Table, VOLTS, may, needed};

const ACTIVE: Kind = Words(&["high", "low"]);

/// The file.
pub static FILE: Table = Table {
    name: "rig",
    keys: &[
        needed("name", Text, "unique among the rigs"),
        may("description", Text, "one line for people"),
        needed("bench", Words(&["virtual"]), "what the rig stands on"),
        needed(
            "board",
            Text,
            "the profile of the board on it: `boards/<name>.toml` beside this file, or a shipped one",
        ),
        may("highest", Form(&VOLTS), "the most that its supply gives: a scenario that asks for more does not plan"),
        needed("virtual", Kind::Table(&VIRTUAL), "the virtual board"),
    ],
};

static VIRTUAL: Table = Table {
    name: "virtual",
    keys: &[
        may("clocks", Kind::Table(&CLOCKS), "crystals and oscillators"),
        needed("supply", Kind::Table(&SUPPLY), "from the supply terminals to VDD"),
        needed("reserve", Kind::Table(&RESERVE), "what keeps the clock on VBAT"),
        may("loads", Kind::Table(&LOADS), "what the chip draws"),
        may("console", Kind::Table(&CONSOLE), "USART1 on PA9 and PA10"),
        may("relays", List(&Kind::Table(&RELAY), 0), "relays, in the order of the profile"),
        may("buttons", List(&Kind::Table(&BUTTON), 0), "buttons"),
    ],
};
static CLOCKS: Table = Table {
    name: "clocks",
    keys: &[
        may("hsi", Form(&HERTZ), "the internal oscillator; 8 MHz if not said"),
        may("hse", Form(&HERTZ), "a crystal on OSC_IN; none if not said"),
        may("lsi", Form(&HERTZ), "the internal low-speed oscillator; 40 kHz if not said"),
        may("lse", Kind::Table(&LSE), "the 32.768 kHz crystal"),
    ],
};
static LSE: Table = Table {
    name: "lse",
    keys: &[
        may("error", Form(&PPM), "how far off it is"),
        may("start", Form(&SPAN), "from switching it on to a stable signal"),
    ],
};
static SUPPLY: Table = Table {
    name: "supply",
    keys: &[
        needed("nominal", Form(&VOLTS), "what the board is made for"),
        needed("source-resistance", Form(&OHMS), "of the bench supply and its wires"),
        needed(
            "series",
            Choice(&[("diode", Some(Form(&VOLTS))), ("resistor", Some(Form(&OHMS))), ("none", None)]),
            "between the terminals and the capacitor",
        ),
        needed("capacitor", Form(&FARADS), "the bulk capacitor, as it is"),
        needed("leakage", Form(&AMPS), "what always hangs on it"),
        needed("regulator", Kind::Table(&REGULATOR), "between the capacitor and VDD"),
    ],
};
static REGULATOR: Table = Table {
    name: "regulator",
    keys: &[
        needed("output", Form(&VOLTS), "regulated"),
        needed("dropout", Form(&VOLTS), "input less output, below which it only follows"),
        needed("quiescent", Form(&AMPS), "current of its own"),
    ],
};
static RESERVE: Table = Table {
    name: "reserve",
    keys: &[
        needed(
            "kind",
            Choice(&[
                ("none", None),
                ("coin-cell", Some(Kind::Table(&CELL))),
                ("supercap", Some(Kind::Table(&SUPERCAP))),
            ]),
            "what stores the energy",
        ),
        may(
            "load",
            Choice(&[("by-voltage", None), ("constant", Some(Form(&AMPS)))]),
            "what the clock draws; by the data sheet if not said",
        ),
        may("minimum", Form(&VOLTS), "below it the clock stops and forgets; 1.8 V if not said"),
    ],
};
static CELL: Table = Table {
    name: "coin-cell",
    keys: &[
        needed("capacity", Form(&CHARGE), "when new"),
        needed("voltage", Form(&VOLTS), "flat over its life"),
        may("self-discharge", Form(&AMPS), "always flows"),
    ],
};
static SUPERCAP: Table = Table {
    name: "supercap",
    keys: &[
        needed("capacitance", Form(&FARADS), "as it is: aged, at its tolerance"),
        needed("charge-resistance", Form(&OHMS), "in series with the diode"),
        may("charge-drop", Form(&VOLTS), "of the diode; none if not said"),
        may("leakage", Form(&AMPS), "a constant current"),
        may("initial", Form(&VOLTS), "its voltage at first"),
    ],
};
static LOADS: Table = Table {
    name: "loads",
    keys: &[
        may("run-base", Form(&AMPS), "running, whatever the clock"),
        may("run-per-megahertz", Form(&AMPS), "and for each megahertz"),
        may("sleep-share", Number, "asleep, as a share of the running current, 0 to 1"),
        may("reset", Form(&AMPS), "held in reset"),
    ],
};
static CONSOLE: Table = Table {
    name: "console-wires",
    keys: &[may("baud", Count(300, 4_500_000), "bits a second on the host's side; 115200 if not said")],
};
static RELAY: Table = Table {
    name: "relay",
    keys: &[
        needed("name", Text, "its name in the profile"),
        needed("pin", Form(&PIN), "to the coil driver"),
        needed("active", ACTIVE, "the level that energises the coil"),
        needed("parts", Kind::Table(&PARTS), "the relay itself"),
    ],
};
static PARTS: Table = Table {
    name: "relay-parts",
    keys: &[
        needed("nominal", Form(&VOLTS), "coil voltage"),
        needed("coil", Form(&OHMS), "coil resistance"),
        may("pick-up", LEVEL, "at or above it the armature pulls in; 75 % if not said"),
        may("drop-out", LEVEL, "below it the armature lets go; 10 % if not said"),
        may("operate", Form(&SPAN), "from pick-up to the first closing; 10 ms if not said"),
        may("release", Form(&SPAN), "from drop-out to the opening; 10 ms if not said"),
        may("bounce", Form(&SPAN), "from the first closing to the last, at most; 2 ms if not said"),
        may("contact", Either(&[Words(&["normally-open"])]), "at rest"),
    ],
};
static BUTTON: Table = Table {
    name: "button",
    keys: &[
        needed("name", Text, "its name in the profile"),
        needed("pin", Form(&PIN), "the pin it acts on"),
        needed("active", ACTIVE, "the level when pressed"),
    ],
};
