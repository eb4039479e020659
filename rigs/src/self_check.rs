//! A rig looks at itself: `brownout rig check`.
//!
//! * [`mod@quiet`]: with nothing energised. Every line is read back, guards and contacts are looked at, ports and bus answer.
//! * [`mod@lively`]: with the board on its supply. The meter is compared, the console and the probe reach the board, shots are
//!   played and measured.
//!
//! Both are lists of checks over a trait, [`Quiet`] or [`Lively`], which a bench implements and tests fake. What is found is
//! a [`Report`]; of a whole one a calibration is made ([`crate::calibration`]).

pub mod lively;
pub mod quiet;
mod report;

pub use lively::{Lively, lively};
pub use quiet::{Quiet, quiet};
pub use report::{Finding, Grade, Report};
