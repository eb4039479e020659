//! The rig file.

use super::kind::Kind::{Choice, Count, Either, Figure, Form, List, Number, Text, Words};
use super::kind::{
    AMPS, CELSIUS, CHARGE, FARADS, HERTZ, Key, Kind, OHMS, PERCENT, PIN, PPM, SPAN, Table, VOLTS, may, needed,
};
use super::pi::PI;

pub(super) const ACTIVE: Kind = Words(&["high", "low"]);

/// The file.
pub static FILE: Table = Table {
    name: "rig",
    keys: &[
        needed("name", Text, "unique among the rigs"),
        may("description", Text, "one line for people"),
        needed("bench", Words(&["virtual", "pi"]), "what the rig stands on"),
        needed(
            "board",
            Text,
            "the profile of the board on it: `boards/<name>.toml` beside this file, or a shipped one",
        ),
        may("meter", Kind::Table(&METER), "what measures the supply at the board's terminals"),
        may(
            "uncertainty",
            Kind::Table(&UNCERTAINTY),
            "by how much the rig may be wrong, either way; if not said, a virtual rig is exact, and a Pi has 100 us, 50 ppm, 1 %",
        ),
        may(
            "measures",
            List(&Words(&["start", "width", "depth", "slew"]), 0),
            "the figures of a shot that it measures back; all that its parts can if not said",
        ),
        may("lock", Text, "the name of the lock that a run holds, or the path of its file"),
        may("highest", Form(&VOLTS), "the most that its supply gives: a scenario that asks for more does not plan"),
        may("virtual", Kind::Table(&VIRTUAL), "the virtual board, with `bench = \"virtual\"`"),
        may("pi", Kind::Table(&PI), "what is wired to a Raspberry Pi, with `bench = \"pi\"`"),
    ],
};

const SHUNT: Kind =
    Kind::Table(&Table { name: "shunted", keys: &[needed("shunt", Form(&OHMS), "in the supply's positive lead")] });
const DIVIDER: Kind = Kind::Table(&Table {
    name: "divided",
    keys: &[needed("divider", Form(&PERCENT), "the share of the terminals' voltage that reaches AIN0")],
});
const NOTHING: Kind = Kind::Table(&Table { name: "nothing", keys: &[] });
static METER: Table = Table {
    name: "meter",
    keys: &[
        needed(
            "chip",
            Choice(&[("ina226", Some(SHUNT)), ("ina219", Some(SHUNT)), ("ads1115", Some(DIVIDER))]),
            "which chip",
        ),
        needed(
            "address",
            Count(0x40, 0x4f),
            "on the bus, 7 bits; on a virtual rig an instrument of `[[virtual.instruments]]` has it",
        ),
        may("calibration", Kind::Table(&CALIBRATION), "what it was found to read wrong: taken off each reading"),
    ],
};
static CALIBRATION: Table = Table {
    name: "calibration",
    keys: &[
        may("gain", Form(&PERCENT), "by how much it reads too high"),
        may("offset", Form(&VOLTS), "what it reads at 0 V"),
    ],
};
static UNCERTAINTY: Table = Table {
    name: "uncertainty",
    keys: &[
        may("time", Form(&SPAN), "of one timestamp"),
        may("clock", Form(&PPM), "of the rig's own clock"),
        may("voltage", Form(&PERCENT), "of a voltage, as a share of the nominal supply"),
    ],
};
static VIRTUAL: Table = Table {
    name: "virtual",
    keys: &[
        may("clocks", Kind::Table(&CLOCKS), "crystals and oscillators"),
        needed("supply", Kind::Table(&SUPPLY), "from the supply terminals to VDD"),
        needed("reserve", Kind::Table(&RESERVE), "what keeps the clock on VBAT"),
        may("loads", Kind::Table(&LOADS), "what the chip draws"),
        may("console", Kind::Table(&CONSOLE), "a host's serial port on two pins"),
        may("relays", List(&Kind::Table(&RELAY), 0), "relays, in the order of the profile"),
        may("buttons", List(&Kind::Table(&BUTTON), 0), "buttons"),
        may("instruments", List(&Kind::Table(&INSTRUMENT), 0), "what the rig measures with"),
        may("chip", Kind::Table(&CHIP), "where the chip resets itself, and for how long"),
        may("temperature", Form(&CELSIUS), "of the air round the board; 25 C if not said"),
        may("age", Kind::Table(&AGE), "how old its parts are; new if not said"),
        may("faults", List(&FAULT, 0), "defects that it has from the start"),
        may("links", List(&Kind::Table(&LINK), 0), "wires from one pin to another"),
        may("senses", List(&Kind::Table(&SENSE), 0), "dividers from a supply voltage to a pin with an ADC channel"),
        may("eeproms", List(&Kind::Table(&EEPROM), 0), "memories of type 24C02 on an I2C bus"),
    ],
};
static CLOCKS: Table = Table {
    name: "clocks",
    keys: &[
        may("hsi", Figure(&HERTZ), "the internal oscillator; 8 MHz if not said"),
        may("hse", Form(&HERTZ), "a crystal on OSC_IN; none if not said"),
        may("lsi", Figure(&HERTZ), "the internal low-speed oscillator; 40 kHz if not said"),
        may("lse", Kind::Table(&LSE), "the 32.768 kHz crystal"),
    ],
};
static CHIP: Table = Table {
    name: "chip",
    keys: &[
        may("power-down", Figure(&VOLTS), "VDD below it stops the chip, 40 mV above it lets it go; 1.88 V if not said"),
        may("reset-delay", Figure(&SPAN), "from there to the first instruction; 2.5 ms if not said"),
    ],
};
static LSE: Table = Table {
    name: "lse",
    keys: &[
        may("error", Form(&PPM), "how far off it is at 25 C"),
        may("tolerance", Form(&PPM), "how far another specimen's error may be from that, either way"),
        may(
            "start",
            Either(&[Form(&SPAN), Words(&["never"])]),
            "from switching it on to a stable signal; `never`: there is none",
        ),
    ],
};
static SUPPLY: Table = Table {
    name: "supply",
    keys: &[
        needed("nominal", Form(&VOLTS), "what the board is made for; the RMS value in `Vac` on AC"),
        may("frequency", Form(&HERTZ), "of the mains, 16 to 400 Hz; on AC only"),
        needed("source-resistance", Form(&OHMS), "of the bench supply and its wires"),
        may("series", SERIES, "between the terminals and the capacitor; this or `front-end`"),
        may("front-end", FRONT_END, "the same for a board on AC; this or `series`"),
        needed("capacitor", Figure(&FARADS), "the bulk capacitor"),
        needed("leakage", Figure(&AMPS), "what always hangs on it"),
        needed("regulator", Kind::Table(&REGULATOR), "between the capacitor and VDD"),
    ],
};
const SERIES: Kind = Choice(&[("diode", Some(Form(&VOLTS))), ("resistor", Some(Form(&OHMS))), ("none", None)]);
const FRONT_END: Kind = Choice(&[
    ("dc", Some(SERIES)),
    ("transformer", Some(Kind::Table(&TRANSFORMER))),
    ("dropper", Some(Kind::Table(&DROPPER))),
    ("switching", Some(Kind::Table(&SWITCHING))),
]);
const BRIDGE: Key = may("drop", Form(&VOLTS), "of two diodes in series; 1.4 V if not said");
static TRANSFORMER: Table = Table {
    name: "transformer",
    keys: &[
        needed("ratio", Number, "turns of the primary to one of the secondary"),
        needed("resistance", Figure(&OHMS), "of both windings, as seen at the secondary"),
        BRIDGE,
    ],
};
static DROPPER: Table = Table {
    name: "dropper",
    keys: &[
        needed("capacitor", Figure(&FARADS), "in series with the mains"),
        needed("bleeder", Figure(&OHMS), "across it"),
        needed("surge", Figure(&OHMS), "in series with it"),
        needed("zener", Figure(&VOLTS), "across the bulk capacitor"),
        BRIDGE,
    ],
};
static SWITCHING: Table = Table {
    name: "switching",
    keys: &[
        needed("bulk", Figure(&FARADS), "the capacitor at the mains' peak"),
        needed("efficiency", Figure(&PERCENT), "from that capacitor to the output, at any load"),
        needed("output", Figure(&VOLTS), "onto the board's own bulk capacitor"),
        may("output-resistance", Form(&OHMS), "the output falls by this for each ampere; 0.1 ohm if not said"),
        needed("start", Figure(&VOLTS), "the mains capacitor's voltage at which it starts"),
        needed("stop", Figure(&VOLTS), "and at which it gives up"),
        needed("surge", Figure(&OHMS), "in the mains wire, as it is while running"),
        BRIDGE,
    ],
};
static REGULATOR: Table = Table {
    name: "regulator",
    keys: &[
        needed("output", Figure(&VOLTS), "regulated"),
        needed("dropout", Figure(&VOLTS), "input less output, below which it only follows"),
        needed("quiescent", Figure(&AMPS), "current of its own"),
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
                ("nickel", Some(Kind::Table(&NICKEL))),
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
        needed("capacity", Figure(&CHARGE), "when new"),
        needed("voltage", Form(&VOLTS), "when full"),
        may("self-discharge", Figure(&AMPS), "always flows"),
        may("resistance", Figure(&OHMS), "its own; none if not said"),
        may("curve", Words(&["flat", "lithium"]), "how its voltage falls as it is used up; `flat` if not said"),
    ],
};
static NICKEL: Table = Table {
    name: "nickel",
    keys: &[
        needed("capacity", Figure(&CHARGE), "of each cell when full"),
        needed("cells", Count(1, u32::MAX), "in series, 1.2 V each"),
        needed("charge-resistance", Form(&OHMS), "in series with the diode"),
        may("charge-drop", Form(&VOLTS), "of the diode; none if not said"),
        may("efficiency", Figure(&PERCENT), "of what flows in, this is stored; 66 % if not said"),
        may("monthly-loss", Figure(&PERCENT), "of the charge left, lost in thirty days at 20 C; 20 % if not said"),
        may("initial", Form(&PERCENT), "of its charge, at first; all if not said"),
    ],
};
static SUPERCAP: Table = Table {
    name: "supercap",
    keys: &[
        needed("capacitance", Figure(&FARADS), "of the capacitor"),
        needed("charge-resistance", Form(&OHMS), "in series with the diode"),
        may("charge-drop", Form(&VOLTS), "of the diode; none if not said"),
        may("leakage", Figure(&AMPS), "a constant current"),
        may("leakage-resistance", Figure(&OHMS), "leakage that falls with the voltage"),
        may("settling", Figure(&AMPS), "what it still takes up one hour after the charge began: it falls as 1/t"),
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
        may("stop", Form(&AMPS), "in Stop mode"),
        may("standby", Form(&AMPS), "in Standby"),
    ],
};
static CONSOLE: Table = Table {
    name: "console-wires",
    keys: &[
        may("baud", Count(300, 4_500_000), "bits a second on the host's side; 115200 if not said"),
        may("parity", Words(&["none", "even", "odd"]), "beside eight data bits and one stop bit; `none` if not said"),
        may("tx", Form(&PIN), "the pin that the board sends on: a TX of USART1 to 3; PA9 if not said"),
        may("rx", Form(&PIN), "the pin that it listens on: the RX that goes with it; PA10 if not said"),
    ],
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
const COIL_VOLTAGE: Kind = Either(&[Figure(&VOLTS), Figure(&PERCENT)]);
static PARTS: Table = Table {
    name: "relay-parts",
    keys: &[
        needed("nominal", Form(&VOLTS), "coil voltage"),
        needed("coil", Figure(&OHMS), "coil resistance"),
        may("pick-up", COIL_VOLTAGE, "at or above it the armature pulls in; 75 % if not said"),
        may("drop-out", COIL_VOLTAGE, "below it the armature lets go; 10 % if not said"),
        may("operate", Figure(&SPAN), "from pick-up to the first closing; 10 ms if not said"),
        may("release", Figure(&SPAN), "from drop-out to the opening; 10 ms if not said"),
        may("bounce", Figure(&SPAN), "from the first closing to the last, at most; 2 ms if not said"),
        may("contact", Either(&[Words(&["normally-open"])]), "at rest"),
    ],
};
static BUTTON: Table = Table {
    name: "button",
    keys: &[
        needed("name", Text, "its name in the profile"),
        needed("pin", Form(&PIN), "the pin it acts on"),
        needed("active", ACTIVE, "the level when pressed"),
        may("bounce", Form(&SPAN), "how long its contact may take to come to rest; not at all if not said"),
    ],
};
static INSTRUMENT: Table = Table {
    name: "instrument",
    keys: &[
        needed(
            "chip",
            Choice(&[
                ("ina226", Some(SHUNT)),
                ("ina219", Some(SHUNT)),
                ("ads1115", Some(DIVIDER)),
                ("mcp4728", Some(NOTHING)),
                ("pcf8574", Some(NOTHING)),
            ]),
            "which chip",
        ),
        needed("address", Count(0x08, 0x77), "on the bus, 7 bits"),
        may("gain", Form(&PERCENT), "by how much it reads too high"),
        may("offset", Form(&VOLTS), "what it reads at 0 V"),
        may("noise", Form(&VOLTS), "of one conversion, RMS"),
    ],
};
static AGE: Table = Table {
    name: "age",
    keys: &[
        needed("service", Figure(&SPAN), "powered"),
        may("temperature", Figure(&CELSIUS), "of the parts in service; 40 C if not said"),
        may("operations", Count(0, u32::MAX), "of each relay"),
    ],
};
const FAULT: Kind = Choice(&[
    ("capacitor-loss", Some(Kind::Table(&LOSS))),
    ("dead-reserve", Some(NOTHING)),
    ("contact", Some(Kind::Table(&CONTACT))),
    ("noisy-button", Some(Kind::Table(&NOISY))),
    ("stopped-crystal", Some(Kind::Table(&CRYSTAL))),
]);
static LOSS: Table = Table {
    name: "capacitor-loss",
    keys: &[
        needed("of", Words(&["supply", "reserve", "dropper", "mains"]), "which capacitor, by its place"),
        needed("loss", Form(&PERCENT), "the share that is gone; less than all"),
    ],
};
static CONTACT: Table = Table {
    name: "contact",
    keys: &[
        needed("relay", Text, "whose"),
        needed("defect", Words(&["sound", "stuck-open", "welded"]), "what is wrong with it"),
        may("closing", Count(1, u32::MAX), "the closing with which it comes, counted from 1; at once if not said"),
    ],
};
static NOISY: Table = Table {
    name: "noisy-button",
    keys: &[
        needed("button", Text, "which"),
        needed("bounce", Form(&SPAN), "for this long at most, up to 1 s"),
        may("spikes", Form(&SPAN), "it closes by itself so often, on average; never if not said"),
    ],
};
static CRYSTAL: Table = Table {
    name: "stopped-crystal",
    keys: &[may("at", Form(&SPAN), "when it stops, from step 0 on; it never starts if not said")],
};
static LINK: Table = Table {
    name: "link",
    keys: &[needed("from", Form(&PIN), "the pin that drives"), needed("to", Form(&PIN), "the pin that listens")],
};
static SENSE: Table = Table {
    name: "sense",
    keys: &[
        needed("pin", Form(&PIN), "PA0 to PA7, PB0 or PB1"),
        needed("of", Words(&["terminals", "bulk", "vbat"]), "what is measured"),
        needed("upper", Form(&OHMS), "from there to the pin"),
        needed("lower", Form(&OHMS), "from the pin to ground"),
    ],
};
static EEPROM: Table = Table {
    name: "eeprom",
    keys: &[
        needed("scl", Form(&PIN), "the clock"),
        needed("sda", Form(&PIN), "the data"),
        needed("address", Count(80, 87), "7 bits, by its address pins"),
    ],
};
