//! The schedule oracle: what a board's contact must be at every instant, from its profile, its programmes and what
//! was done to it.
//!
//! Rules: DESIGN.md, rule 5, and DOMAIN.md, "What such a timer does". The way there:
//!
//! 1. [`week`]: programmes and switches become the list of instants of a week at which something happens.
//! 2. [`chain`]: on a clock that was set, that week repeats for ever; each event has a window in bench time,
//!    ± (resolution + set phase + ppm·t + relay delay).
//! 3. [`orders`]: the [`History`] becomes a second list of things with windows: modes, clocks, edits, dying, booting.
//! 4. [`sweep`]: both lists are walked in time, keeping **every** state the board may be in ([`world`]). Where all agree,
//!    the contact is closed or open; where not, either. Where only events of one chain are in play, or one order alone,
//!    their edges are *expected*: they must come in that number and order.
//! 5. [`check`] lays observed edges over the [`Forecast`].
//!
//! Keeping all possible states at once is what makes *either* neither too wide nor too narrow: an event at the instant
//! of a cut may have acted or not, and the two boards that come of it are followed until an event makes them one again.
//! Nothing steps seconds: the cost is that of the events, in time and in memory.

pub mod chain;
pub mod check;
pub mod forecast;
pub mod history;
pub mod orders;
pub mod sweep;
pub mod week;
pub mod why;
pub mod world;

#[cfg(test)]
mod model;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tables;

pub use check::Mismatch;
pub use forecast::{Expect, ExpectedEdge, Forecast, Stretch};
pub use history::{Action, History, OracleError};
pub use why::Why;

use brownout_rigs::profile::Profile;
use brownout_trace::{Instant, RelayName};

/// What `relay` must do until `until`, if the board is what its profile says. Follows the board from the first entry
/// of the history on; before that, anything goes.
pub fn forecast(
    profile: &Profile,
    relay: &RelayName,
    history: &History,
    until: Instant,
) -> Result<Forecast, OracleError> {
    profile.validate().map_err(OracleError::Profile)?;
    let plan = orders::plan(profile, relay, history)?;
    Ok(sweep::sweep(&plan, until))
}
