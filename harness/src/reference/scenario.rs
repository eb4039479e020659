//! The scenario language: every step and every predicate, with its keys and a runnable example.

use super::kind::Kind::{Choice, Count, Either, Expectation, Flag, Form, List, Steps, Text, Words};
use super::kind::{DAYS, DEGREES, Key, Kind, LEVEL, MOMENT, NAME, PERCENT, PPM, SPAN, TIME, Table, VOLTS, may, needed};

/// A step, or a predicate.
#[derive(Debug)]
pub struct Word {
    /// As written; a predicate of a relay as `relay is`.
    pub word: &'static str,
    /// What stands behind it; of a predicate the whole table.
    pub kind: Kind,
    /// What it does, or demands.
    pub says: &'static str,
    /// What it means in time.
    pub time: &'static str,
    /// Steps that pass on the reference board, as they stand inside `steps = [ … ]`.
    pub example: &'static str,
}

const MODES: Kind = Words(&["auto", "on", "off"]);
const CONTACTS: Kind = Words(&["closed", "open"]);
const CAUSES: Kind = Words(&["power-on", "pin", "software", "watchdog", "window-watchdog", "low-power", "fault"]);
const MOST_TIMES: u32 = 10_000;

static PROGRAMME: Table = Table {
    name: "programme",
    keys: &[
        needed("days", Form(&DAYS), "the days it begins on"),
        needed("on", Form(&TIME), "when it closes the contact"),
        needed("off", Form(&TIME), "when it opens it; before `on`: on the next day"),
        may("relay", Text, "which relay; the first if none"),
    ],
};
static REPEATED: Table = Table {
    name: "repeated",
    keys: &[
        needed("times", Count(1, MOST_TIMES), "how often in all"),
        needed("every", Form(&SPAN), "from the beginning of one to that of the next"),
    ],
};
const FIGURES: Kind = Words(&["start", "width", "depth", "slew"]);
const MEASURED: Key =
    may("measured", List(&FIGURES, 1), "the figures that must have been measured back, else inconclusive");
const ANGLE: Key = may(
    "angle",
    Form(&DEGREES),
    "where on the sine each begins, 0 to below 360 degrees; it is waited for, up to a cycle. A rig on DC, or one that cannot, skips",
);
static POINT: Table = Table {
    name: "point",
    keys: &[
        may("mark", Form(&NAME), "a mark"),
        may("shot", Words(&["begin", "end"]), "an end of the last shot, as measured"),
        may("due", Form(&MOMENT), "an instant on the nominal clock"),
        may("relay", Text, "a change of this relay's contact, at its first edge; with `becomes`"),
        may("becomes", CONTACTS, "which change"),
        may("console", Text, "the end of a line; `*` stands for any text"),
    ],
};
static MEASURE: Table = Table {
    name: "measure",
    keys: &[
        needed("name", Form(&NAME), "its name; unique in the scenario"),
        may("from", Kind::Table(&POINT), "a time from this point; with `to`"),
        may("to", Kind::Table(&POINT), "to this one; an event counts from the first point on"),
        may("clock", Words(&["error"]), "how far the board's clock is ahead of the nominal one"),
        may("shot", FIGURES, "a figure of the last shot, as measured back"),
        may("relay", Text, "which relay; with `bounce`"),
        may("bounce", Words(&["longest"]), "its longest burst of raw edges"),
        needed("unit", Text, "the unit that it is printed in: `ms` or `s`, `V`, `V/ms`"),
        may("min", Text, "the least that passes, with its unit"),
        may("max", Text, "the most that passes, with its unit"),
        may("marginal", Form(&PERCENT), "so near a limit, as a share of it, the figure passes and is told of"),
        may("report", Flag, "`true` where there is no limit"),
        may("within", Form(&SPAN), "how far it looks forward; without it the step looks back"),
        may("since", Form(&NAME), "from where it looks back; from step 0 if none"),
    ],
};
static CUT: Table = Table {
    name: "cut",
    keys: &[
        needed("for", Form(&SPAN), "how wide"),
        may("impedance", Words(&["high", "low"]), "`high` (unplugged) unless written; `low` is a short to ground"),
        may("edges", Form(&SPAN), "how long fall and rise take; at low impedance only"),
        may("repeat", Kind::Table(&REPEATED), "more than one"),
        ANGLE,
        MEASURED,
    ],
};
static DIP: Table = Table {
    name: "dip",
    keys: &[
        needed("to", LEVEL, "the residual voltage; a percentage is of the nominal supply"),
        needed("for", Form(&SPAN), "how wide at half depth"),
        may("edges", Form(&SPAN), "how long fall and rise take"),
        may("repeat", Kind::Table(&REPEATED), "more than one"),
        ANGLE,
        MEASURED,
    ],
};
static RAMP: Table = Table {
    name: "ramp",
    keys: &[
        needed("to", LEVEL, "where it ends"),
        needed("over", Form(&SPAN), "how long it takes"),
        may("from", LEVEL, "where it begins, by a jump; what stands there if none"),
        may(
            "step",
            LEVEL,
            "the height of a stair; if none 10 mV, or a 1200th of the nominal supply where that is more",
        ),
        MEASURED,
    ],
};
static POWER: Table = Table {
    name: "power",
    keys: &[
        may("to", LEVEL, "another voltage, to stay"),
        may(
            "bounce",
            Form(&SPAN),
            "with `to`: for how long at most the contact bounces that puts it there, 1 s at most",
        ),
        may("ramp", Kind::Table(&RAMP), "the same as the step `ramp`, without waiting for its end"),
    ],
};
static PRESS: Table = Table {
    name: "press",
    keys: &[
        may("button", Text, "one button; or `chord`"),
        may("chord", List(&Text, 2), "buttons pressed and released together"),
        may("for", Form(&SPAN), "how long it is held; 100 ms if not said"),
        may("times", Count(1, MOST_TIMES), "how often; with `every`"),
        may("every", Form(&SPAN), "from the beginning of one to that of the next"),
    ],
};
static PROGRAM: Table = Table {
    name: "program",
    keys: &[
        may("add", Kind::Table(&PROGRAMME), "adds a programme to the first free slot"),
        may("delete", Count(0, u32::MAX), "deletes the one in this slot; the arranged ones count from 1"),
    ],
};
static CONSOLE: Table =
    Table { name: "console", keys: &[needed("send", Text, "the line, without its end; the same as the line alone")] };
static DURING: Table = Table {
    name: "during",
    keys: &[
        needed("steps", Steps, "what goes on in the foreground"),
        needed("meanwhile", Steps, "what happens beside it: `power`, `cut`, `dip`, `ramp`, `press`, `wait`, `until`"),
    ],
};
static REPEAT: Table = Table {
    name: "repeat",
    keys: &[needed("times", Count(1, MOST_TIMES), "how often"), needed("steps", Steps, "what")],
};

/// Every step, in the order of the reference.
pub static STEPS: &[Word] = &[
    Word {
        word: "power",
        kind: Either(&[Words(&["off", "on"]), Kind::Table(&POWER)]),
        says: "The supply, to stay so: disconnected, at its nominal voltage, at another, or on its way to another. A rig whose \
               contacts do not bounce on command skips what asks for it.",
        time: "Returns at once; a ramp goes on under the next steps.",
        example: r#"{ power  = "off" },
{ wait   = "5s" },
{ power  = "on" },
{ wait   = "1s" },
{ power  = { to = "10V" } },
{ power  = { ramp = { to = "100%", over = "1s" } } },
{ wait   = "2s" },
{ power  = "off" },
{ wait   = "5s" },
{ power  = { to = "100%", bounce = "5ms" } },
{ wait   = "1s" },
{ expect = { relay = "K1", is = "closed" } },"#,
    },
    Word {
        word: "cut",
        kind: Either(&[Form(&SPAN), Kind::Table(&CUT)]),
        says: "An interruption of the supply, measured back; one that came out otherwise spoils the attempt.",
        time: "Returns when the supply is restored for the last time.",
        example: r#"{ cut    = "100ms" },
{ cut    = { for = "1s", impedance = "low", repeat = { times = 2, every = "10s" } } },
{ expect = { relay = "K1", is = "closed", within = "1s" } },"#,
    },
    Word {
        word: "dip",
        kind: Kind::Table(&DIP),
        says: "A dip to a residual voltage (IEC 61000-4-29; with `angle` IEC 61000-4-11), measured back.",
        time: "Returns when the supply is restored for the last time.",
        example: r#"{ dip    = { to = "70%", for = "300ms", edges = "1ms" } },
{ expect = { relay = "K1", is = "closed" } },"#,
    },
    Word {
        word: "ramp",
        kind: Kind::Table(&RAMP),
        says: "A slow way to another voltage, in stairs of 0.1 ms at least; the supply stays there.",
        time: "Returns when it is there.",
        example: r#"{ ramp   = { to = "0V", over = "2s" } },
{ ramp   = { from = "0V", to = "100%", over = "2s" } },
{ expect = { relay = "K1", is = "closed", within = "1s" } },"#,
    },
    Word {
        word: "press",
        kind: Either(&[Text, Kind::Table(&PRESS)]),
        says: "A button by its name in the profile: a tap, a hold, a chord, or taps in a row.",
        time: "Returns when the last is released.",
        example: r#"{ press  = "MODE" },
{ wait   = "1s" },
{ expect = { mode = "on" } },
{ press  = { button = "MODE", times = 2, every = "1s", for = "200ms" } },
{ wait   = "500ms" },
{ press  = { chord = ["SET", "MODE"], for = "2s" } },
{ wait   = "1s" },
{ expect = { mode = "auto" } },"#,
    },
    Word {
        word: "set-clock",
        kind: Form(&MOMENT),
        says: "Sets the board's clock through its console, and with it the nominal clock.",
        time: "Returns when acknowledged.",
        example: r#"{ set-clock = "Sat 12:00:00" },
{ expect    = { relay = "K1", is = "open", within = "1s" } },"#,
    },
    Word {
        word: "program",
        kind: Either(&[Words(&["clear"]), Kind::Table(&PROGRAM)]),
        says: "Changes the board's programmes through its console.",
        time: "Returns when acknowledged.",
        example: r#"{ program = { add = { days = "Mon", on = "20:00:00", off = "21:00:00" } } },
{ program = { delete = 1 } },
{ expect  = { programs = "kept" } },
{ program = "clear" },
{ expect  = { programs = "kept" } },"#,
    },
    Word {
        word: "mode",
        kind: MODES,
        says: "Selects AUTO, ON or OFF through the console.",
        time: "Returns when acknowledged.",
        example: r#"{ mode   = "off" },
{ expect = { relay = "K1", is = "open", within = "100ms" } },
{ mode   = "auto" },
{ expect = "schedule" },"#,
    },
    Word {
        word: "console",
        kind: Either(&[Text, Kind::Table(&CONSOLE)]),
        says: "Sends a line as it stands. What it makes the board do is the scenario's affair, not the oracle's.",
        time: "Returns at once, without waiting for an answer.",
        example: r#"{ console = "STATUS" },
{ expect  = { console = "OK relay=on *", within = "500ms" } },"#,
    },
    Word {
        word: "reset",
        kind: Words(&["pin", "software", "supply", "factory"]),
        says: "Resets the board: by its pin, by the console's command, by 30 s without supply, or to its defaults by the \
               console.",
        time: "`pin` and `software` return at once, `supply` when it is back, `factory` when acknowledged.",
        example: r#"{ reset  = "pin" },
{ expect = { relay = "K1", is = "closed", within = "1s" } },
{ reset  = "factory" },
{ expect = { relay = "K1", is = "open", within = "1s" } },"#,
    },
    Word {
        word: "flash",
        kind: Text,
        says: "Writes a firmware through the rig's probe and resets the chip: an ELF, counted from the folder of the \
               file, or `again`, the firmware under test. Only the pages that it needs are erased, so that settings are \
               kept. A supply that goes away meanwhile leaves the chip with part of it, until it is flashed again. A \
               board whose profile names no `chip` skips the case.",
        time: "Returns when the chip was reset. It takes what the chip's flash algorithm takes, some 0.7 s for 10 KB; \
               nothing else goes on meanwhile but what the supply was told before.",
        example: r#"{ flash  = "next.elf" },
{ flash  = "again" },
{ expect = { relay = "K1", is = "closed", within = "1s" } },
{ expect = { programs = "kept" } },"#,
    },
    Word {
        word: "wait",
        kind: Form(&SPAN),
        says: "Lets time pass.",
        time: "Takes exactly so long.",
        example: r#"{ wait   = "2s" },
{ expect = { relay = "K1", is = "closed" } },"#,
    },
    Word {
        word: "until",
        kind: Form(&MOMENT),
        says: "Lets time pass until the nominal clock (the last value set, and bench time since) reads so.",
        time: "A point of the week is the first one since the clock was set. One that is past is a fault of the file.",
        example: r#"{ until  = "Mon 18:00:01" },
{ expect = { relay = "K1", is = "open" } },"#,
    },
    Word {
        word: "mark",
        kind: Form(&NAME),
        says: "A place that `since` looks back to. In a `repeat` it moves on with each round.",
        time: "Takes no time.",
        example: r#"{ cut    = "1s" },
{ wait   = "1s" },
{ mark   = "settled" },
{ wait   = "5s" },
{ expect = { relay = "K1", never = "open", since = "settled" } },"#,
    },
    Word {
        word: "during",
        kind: Kind::Table(&DURING),
        says: "Two lists of steps at once: at one instant the background comes first.",
        time: "Both begin together; it is over when both are.",
        example: r#"{ during = { meanwhile = [{ wait = "1s" }, { cut = "20ms" }], steps = [{ mode = "auto" }, { wait = "3s" }] } },
{ expect = "schedule" },"#,
    },
    Word {
        word: "operator",
        kind: Steps,
        says: "What a person does to help the board: `power`, `press`, `reset`, `mode`, `set-clock`, `console`, `wait`. It \
               is always done. If the contact was still wrong when it began and was right within the profile's `recovery` \
               of its end, the criterion is C; a supply that is taken away here is no disturbance.",
        time: "Takes what its steps take.",
        example: r#"{ cut      = "1s" },
{ wait     = "5s" },
{ operator = [{ reset = "supply" }] },
{ expect   = { relay = "K1", is = "closed", within = "1s" } },"#,
    },
    Word {
        word: "repeat",
        kind: Kind::Table(&REPEAT),
        says: "The same steps again and again.",
        time: "Takes what its steps take.",
        example: r#"{ repeat = { times = 3, steps = [{ cut = "1s" }, { wait = "5s" }] } },
{ expect = { relay = "K1", is = "closed" } },"#,
    },
    Word {
        word: "include",
        kind: Text,
        says: "The steps of another file, `<name>.steps.toml`, which holds `steps = [ … ]` and nothing else. Its path is \
               counted from the folder of the file that names it.",
        time: "Takes what its steps take.",
        example: r#"{ include = "restart.steps.toml" },
{ expect  = { relay = "K1", is = "closed" } },"#,
    },
    Word {
        word: "measure",
        kind: Kind::Table(&MEASURE),
        says: "One figure with a name: `from` and `to`, or `clock`, or `shot`, or `relay` with `bounce`. Inside its limits it \
               passes; a limit tighter than four times the rig's own uncertainty is inconclusive. It is in the summary, the \
               snapshot, the record and the report.",
        time: "Takes `within` whole; without it no time, but for the question to the clock.",
        example: r#"{ cut     = "1s" },
{ measure = { name = "restart", from = { shot = "end" }, to = { relay = "K1", becomes = "closed" }, within = "2s", unit = "ms", max = "500ms", marginal = "10%" } },
{ measure = { name = "width", shot = "width", unit = "ms", report = true } },"#,
    },
    Word {
        word: "expect",
        kind: Expectation,
        says: "Demands something of the board: one of the predicates below. One that fails does not end the case.",
        time: "`within` and `for` look forward and take their whole window; what looks back takes no time.",
        example: r#"{ expect = { relay = "K1", is = "closed" } },"#,
    },
];

const RELAY: Key = needed("relay", Text, "which relay of the profile");
const SINCE: Key = may(
    "since",
    Form(&NAME),
    "from this mark, or from `shot` or `restored`, the ends of the last shot; else from step 0",
);
const OVER: Key =
    may("over", Form(&SPAN), "how far the contacts of a board that cannot be asked are looked at; taken whole");
const BEFORE: Key = may("before", Form(&NAME), "up to this place; up to now if none");

/// Every predicate, in the order of the reference.
pub static PREDICATES: &[Word] = &[
    Word {
        word: "relay is",
        kind: Kind::Table(&Table {
            name: "relay-is",
            keys: &[
                RELAY,
                needed("is", CONTACTS, "the debounced contact"),
                may("within", Form(&SPAN), "the window; none judges the instant"),
            ],
        }),
        says: "The contact is so now; with `within`, so at the window's end, having got there inside it.",
        time: "Takes the window whole, whatever the board does.",
        example: r#"{ expect = { relay = "K1", is = "closed" } },
{ cut    = "1s" },
{ expect = { relay = "K1", is = "closed", within = "1s" } },"#,
    },
    Word {
        word: "relay stays",
        kind: Kind::Table(&Table {
            name: "relay-stays",
            keys: &[
                RELAY,
                needed("stays", CONTACTS, "the debounced contact"),
                needed("for", Form(&SPAN), "the window"),
            ],
        }),
        says: "So from now on, without a break.",
        time: "Takes the window whole.",
        example: r#"{ expect = { relay = "K1", stays = "closed", for = "5s" } },"#,
    },
    Word {
        word: "relay edges",
        kind: Kind::Table(&Table {
            name: "relay-edges",
            keys: &[RELAY, needed("edges", Count(0, u32::MAX), "how many changes, both ways counted"), SINCE, BEFORE],
        }),
        says: "The debounced contact changed so often.",
        time: "Looks back.",
        example: r#"{ cut    = "1s" },
{ wait   = "1s" },
{ expect = { relay = "K1", edges = 2 } },"#,
    },
    Word {
        word: "relay never",
        kind: Kind::Table(&Table {
            name: "relay-never",
            keys: &[RELAY, needed("never", CONTACTS, "the forbidden state"), SINCE, BEFORE],
        }),
        says: "The debounced contact was never so.",
        time: "Looks back.",
        example: r#"{ cut    = "10ms" },
{ wait   = "1s" },
{ expect = { relay = "K1", never = "open" } },"#,
    },
    Word {
        word: "relay pulse",
        kind: Kind::Table(&Table {
            name: "relay-pulse",
            keys: &[
                RELAY,
                needed("pulse", Form(&SPAN), "how long"),
                needed("tolerance", Form(&SPAN), "more or less"),
                SINCE,
                BEFORE,
            ],
        }),
        says: "The debounced contact closed exactly once, for so long.",
        time: "Looks back.",
        example: r#"{ mode    = "off" },
{ wait    = "1s" },
{ mark    = "dark" },
{ mode    = "on" },
{ wait    = "1s" },
{ mode    = "off" },
{ wait    = "1s" },
{ expect  = { relay = "K1", pulse = "1s", tolerance = "200ms", since = "dark" } },"#,
    },
    Word {
        word: "relay bounce",
        kind: Kind::Table(&Table {
            name: "relay-bounce",
            keys: &[RELAY, needed("bounce", Form(&SPAN), "the longest burst of raw edges"), SINCE, BEFORE],
        }),
        says: "No change of the contact bounced for longer.",
        time: "Looks back.",
        example: r#"{ cut    = "1s" },
{ wait   = "1s" },
{ expect = { relay = "K1", bounce = "10ms" } },"#,
    },
    Word {
        word: "relay chatter",
        kind: Kind::Table(&Table {
            name: "relay-chatter",
            keys: &[
                RELAY,
                needed("chatter", Words(&["never"]), "no burst that goes on for longer than a bounce"),
                SINCE,
                BEFORE,
            ],
        }),
        says: "The contact never chattered: no burst of raw edges went on for longer than the profile's bounce.",
        time: "Looks back.",
        example: r#"{ cut    = "1s" },
{ wait   = "1s" },
{ expect = { relay = "K1", chatter = "never" } },"#,
    },
    Word {
        word: "relay operate",
        kind: Kind::Table(&Table {
            name: "relay-operate",
            keys: &[RELAY, needed("operate", Form(&SPAN), "the latest"), SINCE, BEFORE],
        }),
        says: "The contact's first raw edge to closed came so soon after each programmed instant; with `since`, after that \
               place.",
        time: "Looks back.",
        example: r#"{ set-clock = "Tue 07:59:55" },
{ wait      = "10s" },
{ expect    = { relay = "K1", operate = "50ms" } },"#,
    },
    Word {
        word: "relay release",
        kind: Kind::Table(&Table {
            name: "relay-release",
            keys: &[RELAY, needed("release", Form(&SPAN), "the latest"), SINCE, BEFORE],
        }),
        says: "The same with the first raw edge to open.",
        time: "Looks back.",
        example: r#"{ set-clock = "Mon 17:59:55" },
{ wait      = "10s" },
{ expect    = { relay = "K1", release = "50ms" } },"#,
    },
    Word {
        word: "console",
        kind: Kind::Table(&Table {
            name: "console-line",
            keys: &[
                needed(
                    "console",
                    Text,
                    "the whole line; `*` stands for any text, `?` for one character, `\\` before one means it",
                ),
                needed("within", Form(&SPAN), "the window"),
            ],
        }),
        says: "A line that matches comes from the board.",
        time: "The window opens now and is taken whole.",
        example: r#"{ console = "CLOCK" },
{ expect  = { console = "OK * Mon valid", within = "500ms" } },"#,
    },
    Word {
        word: "clock",
        kind: Kind::Table(&Table {
            name: "clock-right",
            keys: &[needed(
                "clock",
                Kind::Table(&Table {
                    name: "clock-limit",
                    keys: &[needed("within", Form(&SPAN), "the largest deviation, either way"), OVER],
                }),
                "the board's clock",
            )],
        }),
        says: "The board, asked now, reads what the nominal clock does; what its reading of whole seconds leaves open is \
               given to it. A clock that the board calls lost fails. A board that cannot be asked is judged by its contacts, where `over` says \
               how far to look.",
        time: "Takes the exchange, and `over` whole.",
        example: r#"{ cut    = "1s" },
{ expect = { clock = { within = "1s" } } },"#,
    },
    Word {
        word: "programs",
        kind: Kind::Table(&Table {
            name: "programs-kept",
            keys: &[needed("programs", Words(&["kept"]), "none lost, none changed, none too many"), OVER],
        }),
        says: "The board, asked now, lists exactly the programmes it was last given. One that cannot be asked is judged by its \
               contacts, where `over` says how far to look: every edge that these programmes make, and no other.",
        time: "Takes the exchange, and `over` whole.",
        example: r#"{ reset  = "supply" },
{ expect = { programs = "kept" } },"#,
    },
    Word {
        word: "mode",
        kind: Kind::Table(&Table { name: "mode-is", keys: &[needed("mode", MODES, "the mode")] }),
        says: "The board, asked now, names this mode.",
        time: "Takes the exchange.",
        example: r#"{ mode   = "on" },
{ cut    = "1s" },
{ expect = { mode = "on" } },"#,
    },
    Word {
        word: "reset",
        kind: Kind::Table(&Table { name: "reset-cause", keys: &[needed("reset", CAUSES, "the cause")] }),
        says: "Why the board was reset last: by its own word if it has one, else as the bench saw it.",
        time: "Takes the exchange, where the board is asked.",
        example: r#"{ cut    = "1s" },
{ expect = { reset = "power-on" } },"#,
    },
    Word {
        word: "resets",
        kind: Kind::Table(&Table {
            name: "resets-count",
            keys: &[needed("resets", Count(0, u32::MAX), "how many"), SINCE, BEFORE],
        }),
        says: "The board was reset so often: as the bench sees it, else by the boot lines on its console. What a probe does \
               while it flashes does not count, the start after it does.",
        time: "Looks back; a board that is starting is given the time its profile asks for.",
        example: r#"{ mark   = "before" },
{ cut    = "10ms" },
{ cut    = "1s" },
{ wait   = "1s" },
{ expect = { resets = 1, since = "before" } },"#,
    },
    Word {
        word: "faults",
        kind: Kind::Table(&Table {
            name: "no-faults",
            keys: &[needed("faults", Words(&["none"]), "no crash"), SINCE, BEFORE],
        }),
        says: "No crash: no fault and no lockup of the core that the bench sees, no reset by a watchdog or after a fault, \
               seen or told in a boot line.",
        time: "Looks back; a board that is starting is given the time its profile asks for.",
        example: r#"{ console = "PROG ADD 99 x" },
{ wait    = "1s" },
{ expect  = { faults = "none" } },"#,
    },
    Word {
        word: "schedule",
        kind: Either(&[
            Words(&["schedule"]),
            Kind::Table(&Table {
                name: "schedule-kept",
                keys: &[needed(
                    "schedule",
                    Kind::Table(&Table {
                        name: "schedule-limits",
                        keys: &[
                            SINCE,
                            BEFORE,
                            may("error", Form(&SPAN), "the farthest that an edge may be from its nominal instant"),
                            may("drift", Form(&PPM), "the same as a share of the time since the clock was set"),
                        ],
                    }),
                    "the schedule oracle",
                )],
            }),
        ]),
        says: "The schedule oracle: at each instant the contact was where profile and programmes say, every programmed edge \
               in its window, in number and order.",
        time: "Looks back.",
        example: r#"{ until  = "Mon 18:00:05" },
{ expect = "schedule" },
{ mark   = "evening" },
{ wait   = "1h" },
{ expect = { schedule = { since = "evening" } } },"#,
    },
];

static START: Table =
    Table { name: "start", keys: &[needed("off", Form(&SPAN), "unpowered for so long already when step 0 begins")] };

/// `[board]`.
pub static BOARD: Table = Table {
    name: "arrangement",
    keys: &[
        may("clock", Form(&MOMENT), "what the clock reads at step 0"),
        may("programs", List(&Kind::Table(&PROGRAMME), 0), "the programmes, in order"),
        may("mode", MODES, "the mode; AUTO if none"),
        may("start", Kind::Table(&START), "how step 0 finds the board; powered if not said"),
    ],
};

/// The file.
pub static FILE: Table = Table {
    name: "scenario",
    keys: &[
        needed("title", Text, "one line: what is tested"),
        needed("why", Text, "the complaint or the rule behind it"),
        needed("covers", List(&COVERS, 1), "complaints and standards"),
        may(
            "supply",
            Either(&[Form(&VOLTS), List(&Form(&VOLTS), 1)]),
            "the nominal supplies that its figures are for; a board on another skips it",
        ),
        may("trace-snapshot", Flag, "whether every event is compared with what was approved, on a virtual bench"),
        needed("steps", Steps, "what to do and what to expect"),
        may("board", Kind::Table(&BOARD), "arranged through the profile before step 0"),
        may("matrix", Kind::Any(&List(&VALUE, 1)), "one case for each choice; `\"{name}\"` stands for its value"),
    ],
};

static COVERS: Kind = Either(&[Words(&crate::scenario::covers::COMPLAINTS), Form(&STANDARD)]);
static STANDARD: super::kind::Form = super::kind::Form {
    name: "standard",
    example: "IEC 61000-4-29",
    units: &[],
    pattern: "^(IEC |ISO |SEMI |ITIC|LV )",
};
/// What the matrix puts in a place is checked there.
static VALUE: Kind = Choice(&[]);

/// Which predicate shows what a complaint asks for, on a board without a network; none where one is needed.
pub static COMPLAINTS: &[(&str, &str)] = &[
    ("power-outage", "`cut`, then `relay is … within`, `programs`, `clock`, `mode`, `schedule`"),
    ("unclean-shutdown", "`during` with a `cut` inside a save, or `reset = \"pin\"`; then `programs`, `faults`"),
    ("backup-capacitor", "`cut` with `relay never` (hold-up), `start = { off = … }` with `clock` (reserve)"),
    ("power-on-memory", "`cut`, then `relay is`, `mode`, `programs`"),
    ("voltage-fluctuation", "`dip`, `ramp`, `power = { to = … }`; then `resets`, `schedule`"),
    ("multi-voltage", "the same scenarios on another rig: percentages are of its nominal supply"),
    ("surge-and-stabilisation", "`cut` with `repeat`, `ramp`; then `resets`, `relay is … within`"),
    ("hard-reset", "`reset = \"pin\"`, `reset = \"supply\"`; then `reset`, `programs`"),
    ("factory-reset", "`press` a chord, or `reset = \"factory\"`; then `programs`, `console`"),
    ("manual-mode", "`press`; then `mode`, `relay is`, `programs`"),
    ("local-schedule", "`schedule`; the network's part needs one"),
    ("weekly-program", "`schedule`"),
    ("firmware-update", "`flash`, also under a `power = { ramp = … }`; then `programs`, `mode`, `faults`"),
    ("error-500", "`console` with hostile lines; then `faults`, `resets`, `reset`, `console`"),
    ("error-502", ""),
    ("error-503", ""),
    ("reconnect-loop", ""),
    ("sync-loss", ""),
    ("component-ageing", "a rig file with aged parts; any predicate"),
    ("troubleshooting", "`operator`, and the criterion of the case"),
    ("weak-link", ""),
    ("wrong-adapter", "`power = { to = … }`, `ramp`; then `faults`, `resets`, `relay`"),
    ("choosing", "any: verdicts and criteria side by side"),
];
