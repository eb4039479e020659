//! What a value can be.

use brownout_trace::{Amps, Angle, Celsius, Farads, Hertz, Ohms, Percent, Ppm, Span, Volts};

/// What stands behind a key.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Any text.
    Text,
    /// A text of a form.
    Form(&'static Form),
    /// A part's figure: a quantity of this form, alone or with a tolerance.
    Figure(&'static Form),
    /// One of these words.
    Words(&'static [&'static str]),
    /// A whole number, from the least to the most.
    Count(u32, u32),
    /// A number with a point.
    Number,
    /// `true` or `false`.
    Flag,
    /// A list of at least so many.
    List(&'static Kind, usize),
    /// A table with these keys and no others.
    Table(&'static Table),
    /// A table with any keys, each of this kind.
    Any(&'static Kind),
    /// A list of steps.
    Steps,
    /// An expectation.
    Expectation,
    /// One of several.
    Either(&'static [Kind]),
    /// A word, or a table of one key: `"none"`, `{ diode = "700mV" }`.
    Choice(&'static [(&'static str, Option<Kind>)]),
}

/// A text of a form, checked by its reader; editors check the pattern.
#[derive(Debug)]
pub struct Form {
    /// Its name in a schema and in the reference.
    pub name: &'static str,
    /// Written like this.
    pub example: &'static str,
    /// Its units, if it is a number with one.
    pub units: &'static [&'static str],
    /// A regular expression, if it has no units.
    pub pattern: &'static str,
}

/// A strict table.
#[derive(Debug)]
pub struct Table {
    /// Its name in a schema.
    pub name: &'static str,
    /// Its keys, in the order they are written.
    pub keys: &'static [Key],
}

/// A key of a table.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// As written.
    pub name: &'static str,
    /// Whether it has to be there.
    pub needed: bool,
    /// What stands behind it.
    pub kind: Kind,
    /// What it means, in a line.
    pub says: &'static str,
}

/// A key that has to be there.
pub const fn needed(name: &'static str, kind: Kind, says: &'static str) -> Key {
    Key { name, needed: true, kind, says }
}

/// A key that may be there.
pub const fn may(name: &'static str, kind: Kind, says: &'static str) -> Key {
    Key { name, needed: false, kind, says }
}

impl Form {
    const fn quantity(name: &'static str, example: &'static str, units: &'static [&'static str]) -> Self {
        Self { name, example, units, pattern: "" }
    }

    const fn text(name: &'static str, example: &'static str, pattern: &'static str) -> Self {
        Self { name, example, units: &[], pattern }
    }

    /// The regular expression that its texts match.
    pub fn regex(&self) -> String {
        match self.units {
            [] => self.pattern.to_owned(),
            units => format!(r"^\s*-?\d+(\.\d+)?\s*({})\s*$", units.join("|")),
        }
    }

    /// The regular expression of a tolerance of it: a share, or in its own unit.
    pub fn tolerance_regex(&self) -> String {
        format!(r"^\s*{}\s*$", self.tolerance())
    }

    /// The regular expression of a part's figure.
    pub fn figure_regex(&self) -> String {
        let units = self.units.join("|");
        format!(r"^\s*-?\d+(\.\d+)?\s*({units})\s*((±|\+-)\s*{}\s*)?$", self.tolerance())
    }

    fn tolerance(&self) -> String {
        format!(r"\d+(\.\d+)?\s*({}|%)", self.units.join("|"))
    }
}

/// A length of time.
pub static SPAN: Form = Form::quantity("duration", "500ms", Span::UNITS);
/// A voltage.
pub static VOLTS: Form = Form::quantity("voltage", "12V", Volts::UNITS);
/// A share.
pub static PERCENT: Form = Form::quantity("percentage", "40%", Percent::UNITS);
/// A place on the mains' sine.
pub static DEGREES: Form = Form::quantity("angle", "90deg", Angle::UNITS);
/// A current.
pub static AMPS: Form = Form::quantity("current", "5mA", Amps::UNITS);
/// A resistance.
pub static OHMS: Form = Form::quantity("resistance", "400ohm", Ohms::UNITS);
/// A capacitance.
pub static FARADS: Form = Form::quantity("capacitance", "470uF", Farads::UNITS);
/// A frequency.
pub static HERTZ: Form = Form::quantity("frequency", "8MHz", Hertz::UNITS);
/// A relative deviation.
pub static PPM: Form = Form::quantity("deviation", "20ppm", Ppm::UNITS);
/// A temperature.
pub static CELSIUS: Form = Form::quantity("temperature", "25C", Celsius::UNITS);
/// A cell's charge.
pub static CHARGE: Form = Form::quantity("charge", "220mAh", &["Ah", "mAh", "uAh", "µAh", "nAh"]);
/// A clock setting, or a moment.
pub static MOMENT: Form =
    Form::text("moment", "Mon 07:59:55", r"^((Mon|Tue|Wed|Thu|Fri|Sat|Sun)|\d{4}-\d{2}-\d{2}) +\d{2}:\d{2}(:\d{2})?$");
/// A time of day.
pub static TIME: Form = Form::text("time", "08:00:00", r"^\d{2}:\d{2}(:\d{2})?$");
/// A group of days.
pub static DAYS: Form = Form::text(
    "days",
    "Mon-Fri",
    r"^(daily|(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(-(Mon|Tue|Wed|Thu|Fri|Sat|Sun))?( *, *(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(-(Mon|Tue|Wed|Thu|Fri|Sat|Sun))?)*)$",
);
/// The name of a mark.
pub static NAME: Form = Form::text("name", "before", r"^[A-Za-z][A-Za-z0-9_-]*$");
/// A pin of the chip.
pub static PIN: Form = Form::text("pin", "PB0", r"^P[A-D]([0-9]|1[0-5])$");
/// A line of a Pi's header.
pub static LINE: Form = Form::text("line", "GPIO17", r"^GPIO([2-9]|1[0-9]|2[0-7])$");

/// What a keypad's code is.
pub static DIGITS: Form = Form::text("digits", "01", r"^[0-9]{1,9}$");
/// What a macro enters.
pub static ENTRY: Form = Form::text("entry", "1{hour}{minute}", r"^([0-9]|\{[a-z0-9-]+\})+$");

/// A part's figure as a table.
pub static FIGURE: Table = Table {
    name: "figure",
    keys: &[
        needed("nominal", Kind::Text, "what it is"),
        needed("tolerance", Kind::Text, "how far another specimen's may be from it, either way"),
        may(
            "distribution",
            Kind::Words(&["truncated", "normal", "uniform"]),
            "how specimens lie between the limits: normal and cut off there, if not said",
        ),
    ],
};

/// A voltage, or a share of the nominal one.
pub static LEVEL: Kind = Kind::Either(&[Kind::Form(&VOLTS), Kind::Form(&PERCENT)]);
