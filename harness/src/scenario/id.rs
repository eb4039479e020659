//! The name of a case: one for libtest, JUnit, records, replay and the seed.

use std::fmt;

/// A case's id: the scenario's path below its root without `.toml`, then `@key=value` for each matrix key in file order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseId {
    /// `power/short-outage`; the separator is `/` on every platform.
    pub scenario: String,
    /// The choice from the matrix, in file order, as `(key, value)`.
    pub choice: Vec<(String, String)>,
}
