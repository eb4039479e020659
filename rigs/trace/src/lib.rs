//! The words every floor of Brownout shares: units, time, events, verdicts.
//!
//! Principles of this crate:
//!
//! * **A type per unit.** A voltage is [`Volts`], a length of time is a [`Span`], a point in time an
//!   [`Instant`]; no bare number crosses a floor.
//! * **Time is integer nanoseconds.** Instant 0 is step 0 of a case; arranging happens before it, at
//!   negative instants. The board's own calendar is [`Civil`] time: no zones, no leap seconds.
//! * **A trace is a list of [`Event`]s in order.** Every floor below the judge only adds to it.
//! * **Next to no dependencies**, so that the reports drag in neither a probe nor a GPIO library.

pub mod amount;
mod as_text;
pub mod calendar;
pub mod event;
pub mod measurement;
pub mod quantity;
pub mod time;
pub mod units;
pub mod verdict;

pub use amount::{Amount, Kind, Unit};
pub use calendar::{Civil, Days, TimeOfDay, WeekTime, Weekday};
pub use event::{Event, RelayName, ResetCause, What};
pub use measurement::{Margin, Measurement, Standing};
pub use quantity::QuantityError;
pub use time::{Instant, Span};
pub use units::{Amps, Angle, Celsius, Farads, Hertz, Ohms, Percent, Ppm, Slew, Volts};
pub use verdict::{Criterion, Verdict};
