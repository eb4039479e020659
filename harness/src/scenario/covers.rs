//! What `covers` may name: the complaints of DOMAIN.md's first table, and standards.

use super::suggest::nearest;

/// The complaints of users, as DOMAIN.md names them.
pub const COMPLAINTS: [&str; 23] = [
    "power-outage",
    "unclean-shutdown",
    "backup-capacitor",
    "power-on-memory",
    "voltage-fluctuation",
    "multi-voltage",
    "surge-and-stabilisation",
    "hard-reset",
    "factory-reset",
    "manual-mode",
    "local-schedule",
    "weekly-program",
    "firmware-update",
    "error-500",
    "error-502",
    "error-503",
    "reconnect-loop",
    "sync-loss",
    "component-ageing",
    "troubleshooting",
    "weak-link",
    "wrong-adapter",
    "choosing",
];

/// How the names of standards begin.
const STANDARDS: [&str; 5] = ["IEC ", "ISO ", "SEMI ", "ITIC", "LV "];

/// Advice if `name` is neither a complaint nor a standard.
pub(super) fn advice(name: &str) -> Option<String> {
    let known = COMPLAINTS.contains(&name) || STANDARDS.iter().any(|start| name.starts_with(start));
    (!known).then(|| match nearest(name, &COMPLAINTS) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("known are {}; a standard begins with `IEC `, for instance", list()),
    })
}

/// Every complaint, for messages.
pub(super) fn list() -> String {
    super::suggest::list(&COMPLAINTS, "and")
}
