//! The board profile.

use super::kind::Kind::{Any, Choice, Count, Flag, Form, List, Text, Words};
use super::kind::{DAYS, DIGITS, ENTRY, Kind, PPM, SPAN, Table, VOLTS, may, needed};

/// The file. With `base` every key of the base is there already, so that nothing but the name has to be.
pub static FILE: Table = Table {
    name: "board",
    keys: &[
        needed("name", Text, "unique among the profiles; it stands in snapshots' file names"),
        may("base", Text, "the profile this one is a variant of: `<base>.toml` beside this file, or a shipped one"),
        may("without", List(&Text, 0), "what of the base this board has not: `console`, `console.commands.reset`"),
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
        may("macros", Kind::Table(&MACROS), "how it is set by its buttons"),
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
        may("prompt", Text, "what shows that it listens: dropped wherever a line begins with it"),
        may("echo", Flag, "whether it sends back every line it was sent"),
        may("unsolicited", Text, "what a line that answers nothing begins with"),
        may("boot", Text, "the line that tells that the board has started"),
        may("date", Text, "how `{date}` is written, such as `{year}-{month}-{day}`"),
        may(
            "time",
            Text,
            "how `{time}`, `{on}` and `{off}` are written, such as `{hour}:{minute}` or `{hour12}:{minute} {half}`",
        ),
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
        may("lines", List(&Text, 0), "lines before it that each come once, in this order, and tell of one thing"),
        may("item", Text, "the lines before it, any number of them, each of one thing more"),
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

static MACROS: Table = Table {
    name: "macros",
    keys: &[
        may("tap", Form(&SPAN), "how long a button is down where a key says nothing else; 100 ms if not said"),
        may("gap", Form(&SPAN), "from a release to the next press; 100 ms if not said"),
        may("prefer", Words(&["macros", "console"]), "which of the two is used for a command that both have"),
        may("modes", Kind::Table(&CODES), "what `{mode}` and `{was}` are entered as"),
        may("groups", Any(&Form(&DIGITS)), "what `{days}` is entered as: a code for each of the schedule's groups"),
        may("weekdays", List(&Form(&DIGITS), 7), "what `{weekday}` is entered as: seven codes, Monday's first"),
        may("first-slot", Count(0, u32::MAX), "the board's number for its first slot; 1 if not said"),
        may("slot-digits", Count(1, 9), "how many digits `{slot}` has; 2 if not said"),
        may("commands", Kind::Table(&KEYPAD), "what the buttons can do; a command left out, they cannot"),
    ],
};
static CODES: Table = Table {
    name: "codes",
    keys: &[
        may("auto", Form(&DIGITS), "the programmes switch"),
        may("on", Form(&DIGITS), "permanently on"),
        may("off", Form(&DIGITS), "permanently off"),
    ],
};
const ENTERS: Kind = Kind::Table(&MACRO);
static KEYPAD: Table = Table {
    name: "keypad",
    keys: &[
        may(
            "set-clock",
            ENTERS,
            "sets the clock: `{year}`, `{year2}`, `{month}`, `{day}`, `{weekday}`, `{hour}`, `{minute}`, `{second}`",
        ),
        may(
            "add-program",
            ENTERS,
            "adds a programme: `{days}`, `{on-hour}`, `{on-minute}`, `{on-second}`, `{off-hour}`, `{off-minute}`, \
             `{off-second}`, `{slot}`",
        ),
        may("delete-program", ENTERS, "deletes one: `{slot}`"),
        may("clear-programs", ENTERS, "deletes all"),
        may("set-mode", ENTERS, "selects a mode: `{mode}`, `{was}`"),
        may("factory-reset", ENTERS, "restores the defaults"),
        may("reset", ENTERS, "restarts the microcontroller"),
    ],
};
static MACRO: Table = Table {
    name: "macro",
    keys: &[
        may("keys", List(&Kind::Table(&KEY), 1), "what is pressed, in order"),
        may("acts-after", Form(&SPAN), "from the last release to what it does"),
        may("done-after", Form(&SPAN), "from the last release until the board is through with it, saving included"),
    ],
};
static KEY: Table = Table {
    name: "key",
    keys: &[
        may("press", Text, "a button; this, or one of the next four"),
        may("chord", List(&Text, 2), "buttons pressed and released together"),
        may("wait", Form(&SPAN), "nothing is pressed"),
        may("digits", Form(&ENTRY), "digits entered one by one"),
        may("number", Form(&ENTRY), "a number entered as a whole"),
        may("hold", Form(&SPAN), "how long `press` or `chord` is down; a tap if not said"),
        may("times", Count(1, 10_000), "how often `press` is pressed; once if not said"),
        may("step", Text, "the button that counts `digits` or `number` up"),
        may("next", Text, "the button that ends a digit, or the number"),
        may("from", Form(&ENTRY), "where counting begins; 0 if not said"),
        may("of", Count(2, u32::MAX), "how many values there are: after the last comes 0; 10 for a digit"),
        may("repeat", Kind::Table(&REPEAT), "counts on while `step` is held"),
        may("shows", Kind::Table(&SHOWS), "what shows that it worked"),
    ],
};
static REPEAT: Table = Table {
    name: "repeat",
    keys: &[
        needed("after", Form(&SPAN), "from the press to the second count"),
        needed("every", Form(&SPAN), "from each count to the next"),
    ],
};
static SHOWS: Table = Table {
    name: "shows",
    keys: &[
        may("relay", Text, "whose contact; with `becomes`"),
        may(
            "becomes",
            Words(&["closed", "open", "as-mode"]),
            "where it comes: `as-mode` is the mode that was selected",
        ),
        may("line", Text, "a line that the board says"),
        needed("within", Form(&SPAN), "by when, from the press on"),
    ],
};
