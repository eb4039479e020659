//! How a board obeys its programmes: the switches of DOMAIN.md, "What such a timer does". Makers differ in every
//! one of them and no manual says.

use brownout_trace::{Days, Span};
use serde::{Deserialize, Serialize};

macro_rules! switch {
    ($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $value:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$value_doc])* $value),+ }
    };
}

switch!(
    /// What moves the contact in AUTO.
    Schedule {
        /// The programmed instants: between two of them the contact stays as it is, however it came there.
        Event,
        /// The time of day: at every instant the contact is what the programmes say of that instant.
        Window,
    }
);
switch!(
    /// Where the contact goes in AUTO when the board has started.
    PowerUp {
        /// Where it was when power failed.
        Last,
        /// Open.
        Off,
        /// Closed.
        On,
        /// Where the programmes say it should be by now.
        Evaluate,
    }
);
switch!(
    /// What becomes of events that fell into an outage.
    Missed {
        /// Nothing: they are lost.
        Skip,
        /// The last of them takes effect when the board has started, after what `power-up` does.
        CatchUp,
    }
);
switch!(
    /// How programmes combine whose times overlap.
    Overlap {
        /// Closed while any of them says so: an off inside another programme's time does nothing.
        Or,
        /// Every event acts; the last one stands.
        LastEvent,
        /// An event does nothing inside the time of a programme with a lower number; of two at one instant the
        /// lower number acts.
        Priority,
    }
);
switch!(
    /// What an on and an off at one instant do: of one programme whose times are equal, and, where every event
    /// acts (`overlap = "last-event"`), of two programmes that meet.
    Equal {
        /// Declared nothing: a programme with equal times never acts; two programmes that meet leave the contact
        /// undefined until the next event.
        None,
        /// The off acts; a programme with equal times lasts no time.
        OffWins,
        /// The on acts; a programme with equal times lasts until the same time of the next day.
        OnWins,
    }
);
switch!(
    /// What a factory reset takes away.
    Reset {
        /// Programmes, mode and clock.
        Wipe,
        /// Mode and clock.
        KeepPrograms,
        /// The clock.
        ClockOnly,
    }
);
switch!(
    /// What AUTO does with the contact when the clock is set or the programmes change.
    Adjust {
        /// Leaves it until the next event.
        Keep,
        /// Moves it to where the programmes now say it should be.
        Evaluate,
    }
);

/// The `[schedule]` table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Switches {
    /// What moves the contact in AUTO.
    pub schedule: Schedule,
    /// Where the contact goes when the board has started.
    pub power_up: PowerUp,
    /// What becomes of events that fell into an outage.
    pub missed: Missed,
    /// How overlapping programmes combine.
    pub overlap: Overlap,
    /// What an on and an off at one instant do.
    pub equal: Equal,
    /// What a factory reset takes away.
    pub reset: Reset,
    /// What AUTO does when programmes change.
    pub edit: Adjust,
    /// What AUTO does when the clock is set.
    pub clock_set: Adjust,
    /// The grid of programmed times, and how far from its instant the board may act.
    pub resolution: Span,
    /// How many on/off pairs it holds.
    pub slots: u32,
    /// The groups of days a programme can have; empty means any.
    #[serde(default)]
    pub groups: Vec<Days>,
}
