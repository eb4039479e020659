//! The board profile.

use super::kind::Kind::{Any, Choice, Count, Flag, Form, List, Text, Words};
use super::kind::{DAYS, Kind, PPM, SPAN, Table, VOLTS, may, needed};

/// The file. With `base` every key of the base is there already, so that nothing but the name has to be.
pub static FILE: Table = Table {
    name: "board",
    keys: &[
        needed("name", Text, "unique among the profiles; it stands in snapshots' file names"),
        may("base", Text, "the profile this one is a variant of: `<base>.toml` beside this file, or a shipped one"),
        may("description", Text, "one line for people"),
        may("chip", Text, "as probe-rs names it; without it the board cannot be flashed"),
        may("supply", Form(&VOLTS), "nominal; percentages in scenarios are of this"),
        may("relays", List(&Text, 0), "relays by name"),
        may("buttons", List(&Text, 0), "buttons by name"),
        may("schedule", Kind::Table(&SCHEDULE), "how it obeys its programmes"),
        may("clock", Kind::Table(&CLOCK), "how well its clock runs, and for how long unpowered"),
        may("power", Kind::Table(&POWER), "what it promises about its supply coming and going"),
        may("relay", Kind::Table(&RELAY), "how fast its contacts follow"),
        may("console", Kind::Table(&CONSOLE), "how it is spoken to; without it, only by buttons or not at all"),
    ],
};

/// Keys that a profile without `base` needs besides those that every profile does.
pub static WITHOUT_BASE: [&str; 6] = ["description", "supply", "relays", "schedule", "clock", "power"];

const ADJUST: Kind = Words(&["keep", "evaluate"]);
static SCHEDULE: Table = Table {
    name: "schedule",
    keys: &[
        may(
            "schedule",
            Words(&["event", "window"]),
            "what moves the contact in AUTO: programmed instants, or the time of day",
        ),
        may("power-up", Words(&["last", "off", "on", "evaluate"]), "where the contact goes when the board has started"),
        may("missed", Words(&["skip", "catch-up"]), "what becomes of events that fell into an outage"),
        may("overlap", Words(&["or", "last-event", "priority"]), "how overlapping programmes combine"),
        may("equal", Words(&["none", "off-wins", "on-wins"]), "what an on and an off at one instant do"),
        may("reset", Words(&["wipe", "keep-programs", "clock-only"]), "what a factory reset takes away"),
        may("edit", ADJUST, "what AUTO does when programmes change"),
        may("clock-set", ADJUST, "what AUTO does when the clock is set"),
        may("resolution", Form(&SPAN), "the grid of programmed times"),
        may("slots", Count(0, u32::MAX), "how many on/off pairs it holds"),
        may("groups", List(&Form(&DAYS), 0), "the groups of days that a programme can have; any if none"),
    ],
};
static CLOCK: Table = Table {
    name: "clock",
    keys: &[
        may("deviation", Form(&PPM), "the largest, either way; or `per-day`"),
        may("per-day", Form(&SPAN), "the same as makers print it"),
        may("set-phase", Form(&SPAN), "how far its second may be from the instant it was set at"),
        may("reserve", Form(&SPAN), "how long it runs on unpowered; an outage loses it if not said"),
    ],
};
static POWER: Table = Table {
    name: "power",
    keys: &[
        may("boot", Form(&SPAN), "from the supply restored to the schedule evaluated"),
        may("cold-boot", Form(&SPAN), "the same after an outage that lost the clock"),
        may("recovery", Form(&SPAN), "from the end of a disturbance to correct again, unaided (criterion B)"),
        may("hold-up", Form(&SPAN), "an outage up to this long leaves no trace"),
        may("off-within", Form(&SPAN), "an outage this long has surely stopped the board; 30 s if not said"),
    ],
};
static RELAY: Table = Table {
    name: "relay",
    keys: &[
        may("operate", Form(&SPAN), "the longest time to close; 10 ms if not said"),
        may("release", Form(&SPAN), "the longest time to open; 10 ms if not said"),
        may("bounce", Form(&SPAN), "the longest bounce; 10 ms if not said"),
    ],
};
static CONSOLE: Table = Table {
    name: "console",
    keys: &[
        may("baud", Count(1, u32::MAX), "bits a second, 8N1"),
        may("line-end", Text, "what ends a line that is sent; `\\n` if not said"),
        may("ack-timeout", Form(&SPAN), "how long an answer may take"),
        may("ack", Text, "the answer to a command that has none of its own"),
        may("error", Text, "the answer to a command that was refused"),
        may("unsolicited", Text, "what a line that answers nothing begins with"),
        may("boot", Text, "the line that tells that the board has started"),
        may("date", Text, "how `{date}` is written"),
        may("time", Text, "how `{time}`, `{on}` and `{off}` are written"),
        may("days", DAY_CODE, "how `{days}` is written"),
        may("weekdays", DAY_CODE, "how `{weekday}` is written; as `days` if not said"),
        may("modes", Kind::Table(&MODES), "the words of `{mode}`"),
        may("clock", Kind::Table(&VALIDITY), "the words of `{validity}`"),
        may("contact", Kind::Table(&CONTACT), "the words of `{relay}`"),
        may("resets", Any(&Text), "the words of `{reset}`, one for each cause"),
        may("commands", Kind::Table(&COMMANDS), "what it understands; a command left out, it does not have"),
    ],
};
const WEEKDAY: Kind = Words(&["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]);
const DAY_CODE: Kind = Choice(&[
    (
        "symbols",
        Some(Kind::Table(&Table {
            name: "symbols",
            keys: &[
                needed("each", List(&Text, 7), "seven symbols, Monday's first"),
                may("separator", Text, "what stands between two of them"),
            ],
        })),
    ),
    (
        "mask",
        Some(Kind::Table(&Table {
            name: "mask",
            keys: &[needed("first", WEEKDAY, "the day of bit 0"), may("hexadecimal", Flag, "two digits; else decimal")],
        })),
    ),
    (
        "flags",
        Some(Kind::Table(&Table {
            name: "flags",
            keys: &[
                needed("first", WEEKDAY, "the day that comes first"),
                needed("set", Text, "in the set; one character"),
                needed("clear", Text, "not in the set; one character"),
            ],
        })),
    ),
]);
static MODES: Table = Table {
    name: "modes",
    keys: &[
        may("auto", Text, "the programmes switch"),
        may("on", Text, "permanently on"),
        may("off", Text, "permanently off"),
    ],
};
static VALIDITY: Table =
    Table { name: "validity", keys: &[may("valid", Text, "set, and supplied since"), may("lost", Text, "not")] };
static CONTACT: Table = Table { name: "contact", keys: &[may("closed", Text, "closed"), may("open", Text, "open")] };
static TALK: Table = Table {
    name: "talk",
    keys: &[
        may("send", Text, "the line that is sent"),
        may("reply", Text, "the line that ends the answer; the console's `ack` if not said"),
        may("item", Text, "the lines before it, any number of them"),
        may("timeout", Form(&SPAN), "how long the answer may take; the console's `ack-timeout` if not said"),
    ],
};
const SAYS: Kind = Kind::Table(&TALK);
static COMMANDS: Table = Table {
    name: "commands",
    keys: &[
        may("set-clock", SAYS, "sets the clock: `{date}`, `{time}`, `{weekday}`"),
        may("read-clock", SAYS, "reads the clock"),
        may("add-program", SAYS, "adds a programme: `{days}`, `{on}`, `{off}`, `{slot}`"),
        may("delete-program", SAYS, "deletes one: `{slot}`"),
        may("clear-programs", SAYS, "deletes all"),
        may("list-programs", SAYS, "lists them"),
        may("set-mode", SAYS, "selects a mode: `{mode}`"),
        may("read-mode", SAYS, "reads the mode"),
        may("status", SAYS, "reads whatever the board tells of itself"),
        may("factory-reset", SAYS, "restores the defaults"),
        may("reset", SAYS, "restarts the microcontroller"),
        may("version", SAYS, "reads the firmware's version"),
    ],
};
