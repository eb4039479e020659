//! The `[pi]` of a rig file.

use super::kind::Kind::{Choice, Count, Form, List, Text, Words};
use super::kind::{AMPS, HERTZ, Kind, LINE, SPAN, Table, VOLTS, may, needed};
use super::rig::ACTIVE;

/// What is wired to a Raspberry Pi.
pub static PI: Table = Table {
    name: "pi",
    keys: &[
        may("i2c", Count(1, 255), "number of the I2C bus that meter and DAC are on; 1 if not said"),
        needed("supply", Kind::Table(&SUPPLY), "what the board is fed by"),
        needed("watchdog", Kind::Table(&WATCHDOG), "the retriggerable watchdog in the power path"),
        may("interlock", INPUT, "the guard's contact, read back: active while the guard is closed; needed on mains"),
        may("e-stop", INPUT, "the latching stop, read back: active while it is not pressed; needed on mains"),
        may("console", Kind::Table(&CONSOLE), "the board's serial port"),
        may("probe", Kind::Table(&PROBE), "the debug probe"),
        may("reset", OUTPUT, "to the board's reset pin, through an open drain or an optocoupler"),
        may("relays", List(&Kind::Table(&RELAY), 0), "what tells the contacts of the board's relays"),
        may("buttons", List(&Kind::Table(&BUTTON), 0), "optocouplers across the board's buttons"),
        may("flashing", OUTPUT, "the switch of the low-voltage supply that the board is flashed on; needed on mains"),
        may("isolation", Kind::Table(&ISOLATION), "what stands between each wire and the board; needed on mains"),
        may("calibration", Text, "the file of what `rig check` found; `/var/lib/brownout/<rig>.toml` if not said"),
    ],
};
const OUTPUT: Kind = Kind::Table(&Table {
    name: "output",
    keys: &[
        needed("line", Form(&LINE), "by Broadcom's number"),
        needed("active", ACTIVE, "the level at which it does what it is named for; the other one is safe"),
    ],
});
const INPUT: Kind = Kind::Table(&Table {
    name: "input",
    keys: &[
        needed("line", Form(&LINE), "by Broadcom's number"),
        needed("active", ACTIVE, "the level at which it tells what it is named for"),
        may("pull", Words(&["none", "up", "down"]), "the Pi's own resistor, about 50 kohm; none if not said"),
    ],
});
static SUPPLY: Table = Table {
    name: "pi-supply",
    keys: &[
        needed("nominal", Form(&VOLTS), "what the board gets when the supply is on; the RMS value in `Vac` on mains"),
        needed("stage", STAGE, "how levels are made"),
        may("sense", INPUT, "a comparator at the terminals, a little below nominal: it tells both edges of a shot"),
        may("crowbar", Kind::Table(&CROWBAR), "shorts the terminals: an interruption at low source impedance; DC only"),
    ],
};
const STAGE: Kind = Choice(&[
    ("high-side", Some(OUTPUT)),
    ("rails", Some(Kind::Table(&RAILS))),
    ("dac", Some(Kind::Table(&DAC))),
    ("scpi", Some(BENCH)),
    ("korad", Some(BENCH)),
    ("mains", Some(Kind::Table(&MAINS))),
]);
static RAILS: Table = Table {
    name: "rails",
    keys: &[
        needed("nominal", OUTPUT, "the switch of the nominal rail"),
        needed("other", OUTPUT, "the switch of the other rail"),
        needed("volts", Form(&VOLTS), "the other rail's voltage"),
        needed(
            "change",
            Choice(&[("break-before-make", Some(Form(&SPAN))), ("diode-isolated", Some(Form(&SPAN)))]),
            "one off for so long before the other comes on; or both on for so long, each with a diode of its own",
        ),
    ],
};
static DAC: Table = Table {
    name: "dac",
    keys: &[
        needed("chip", Words(&["mcp4728"]), "which chip"),
        needed("address", Count(0x60, 0x67), "on the bus, 7 bits; 96 as it is sold"),
        needed("channel", Words(&["A", "B", "C", "D"]), "which of its outputs"),
        needed("full-scale", Form(&VOLTS), "what the power stage gives at the DAC's highest code"),
        may("lowest", Form(&VOLTS), "the lowest voltage that it gives under the board's load; 0V if not said"),
        needed("enable", OUTPUT, "the switch behind the power stage"),
    ],
};
const BENCH: Kind = Kind::Table(&Table {
    name: "bench-supply",
    keys: &[
        needed("port", Text, "best by `/dev/serial/by-id/`"),
        may("baud", Count(1_200, 230_400), "bits a second, 8N1; 9600 if not said"),
        needed("limit", Form(&AMPS), "the current limit it is set to"),
        needed("settling", Form(&SPAN), "from a command to the voltage it asks for"),
        needed("enable", OUTPUT, "the switch behind it"),
    ],
});
static MAINS: Table = Table {
    name: "mains",
    keys: &[
        needed("ssr", OUTPUT, "to the SSR or triac with random turn-on"),
        needed("zero-cross", INPUT, "a pulse at each zero of the mains"),
        needed("frequency", Form(&HERTZ), "50 or 60 Hz"),
        may("turn-on", Form(&SPAN), "from a zero to turning on: the angle; at whatever angle if not said"),
        may("tap", Kind::Table(&TAP), "a second SSR from a transformer's tap: a residual voltage; break-before-make"),
    ],
};
static TAP: Table =
    Table { name: "tap", keys: &[needed("ssr", OUTPUT, "its SSR"), needed("volts", Form(&VOLTS), "its voltage, RMS")] };
static CROWBAR: Table = Table {
    name: "crowbar",
    keys: &[
        needed("output", OUTPUT, "to its gate"),
        needed("limit", Form(&AMPS), "what limits its current"),
        may("release", Form(&SPAN), "from the end of its gate's drive to its end; 100 us if not said"),
        may(
            "sense",
            INPUT,
            "a comparator of its own below every voltage of the stage; needed unless that is `high-side`",
        ),
    ],
};
static WATCHDOG: Table = Table {
    name: "watchdog",
    keys: &[
        needed("output", OUTPUT, "each change of level triggers it anew"),
        needed("period", Form(&SPAN), "the power path opens so long after the last change; 50 ms to 2 s"),
    ],
};
static CONSOLE: Table = Table {
    name: "console-port",
    keys: &[needed("port", Text, "best by `/dev/serial/by-id/`; its speed is the profile's")],
};
static PROBE: Table = Table {
    name: "probe",
    keys: &[may("selector", Text, "`VID:PID` or `VID:PID:SERIAL`; the only probe if not said")],
};
static RELAY: Table = Table {
    name: "relay-sense",
    keys: &[
        needed("name", Text, "its name in the profile"),
        needed("input", INPUT, "active while the contact is closed"),
        needed(
            "by",
            Words(&["contact", "optocoupler", "mains-optocoupler"]),
            "a voltage-free contact between line and ground, an optocoupler on DC, or one on the switched mains",
        ),
    ],
};
static BUTTON: Table = Table {
    name: "button-output",
    keys: &[needed("name", Text, "its name in the profile"), needed("output", OUTPUT, "active: pressed")],
};
const INSULATION: Kind = Words(&["none", "basic", "reinforced"]);
static ISOLATION: Table = Table {
    name: "isolation",
    keys: &[
        may("console", INSULATION, "of the console; `none` if not said, as all of them"),
        may("probe", INSULATION, "of the probe"),
        may("meter", INSULATION, "of the meter"),
        may("sense", INSULATION, "of the comparator at the terminals and of the zero-cross input"),
        may("relays", INSULATION, "of the relay senses"),
        may("buttons", INSULATION, "of the buttons"),
        may("reset", INSULATION, "of the reset line"),
    ],
};
