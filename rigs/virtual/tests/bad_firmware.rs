//! Firmware that misbehaves: the board says what, where, with which registers, and goes on.

mod flashed;
#[path = "semihosting/mod.rs"]
#[allow(dead_code, reason = "shared with other targets, each of which uses a part of it")]
mod semihosting;

use std::path::Path;

use brownout_trace::event::{Crash, What};
use brownout_trace::{ResetCause, Span};

/// The ELF, and what the first complaint about it has to contain.
const CASES: [(&str, &[&str]); 11] = [
    (
        "beyond-ram",
        &["in write_outside_memory+", "called from misbehave+", "PRECISERR", "accessing 0x20005000", "; r0 "],
    ),
    ("jump-nowhere", &["in no function", "called from call+", "IBUSERR", "at 0x60000000"]),
    ("jump-device", &["in no function", "called from call+", "IACCVIOL", "at 0x40010800"]),
    ("jump-null", &["called from call+", "INVSTATE", "at 0x00000000"]),
    ("sleep-for-ever", &["in sleep_for_ever+", "sleeps for ever", "no interrupt is enabled", "sp 0x2000"]),
    ("watchdog", &["in never_feed_the_watchdog+", "watchdog was not fed in time", "r0 "]),
    ("stack-overflow", &["in recurse", "accessing 0x1fff", "sp 0x1fff"]),
    ("lockup", &["in write_outside_memory+", "accessing 0xa0000000"]),
    ("unknown-register", &["read of", "in touch_an_unknown_register+", "not modelled"]),
    ("erased-flash", &["called from call+", "UNDEFINSTR", "at 0x08008000"]),
    ("write-flash", &["in write_outside_memory+", "PRECISERR", "accessing 0x08000100"]),
];

#[test]
fn the_board_says_what_a_firmware_did_wrong() {
    let mut wrong: Vec<String> = Vec::new();
    for (name, parts) in CASES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("firmware/qualification/elf/bad-{name}.elf"));
        let elf = std::fs::read(path).unwrap();
        let mut board = flashed::board(&semihosting::image(&elf), &elf);
        let events = flashed::advance(&mut board, Span::secs(2));
        let said: Vec<&str> = events
            .iter()
            .filter_map(|event| match &event.what {
                What::Fault { text, .. } | What::Unmodelled { text } => Some(text.as_str()),
                _ => None,
            })
            .collect();
        let first = said.first().copied().unwrap_or("nothing");
        let missing = parts.iter().filter(|part| !first.contains(**part)).map(|part| format!("`{part}`"));
        wrong.extend(missing.map(|part| format!("{name}: {part} is not in the first of\n    {}", said.join("\n    "))));
        let locked_up = said.last().is_some_and(|last| last.contains("locked up"));
        let bitten = events.iter().any(|event| matches!(event.what, What::Reset { cause: ResetCause::Watchdog }));
        let crash = match name {
            "watchdog" => Crash::WatchdogReset,
            // The other has nothing more to do.
            "sleep-for-ever" | "unknown-register" => Crash::CoreAsleep,
            _ => Crash::CoreFault,
        };
        if let Some(other) = events.iter().find_map(|event| match event.what {
            What::Fault { crash: told, .. } if told != crash => Some(told),
            _ => None,
        }) {
            wrong.push(format!("{name}: a {crash} is told as {other}"));
        }
        if locked_up != (name == "lockup") || bitten != (name == "watchdog") || said.len() > 100 {
            wrong.push(format!("{name}: said {} times\n    {}", said.len(), said.join("\n    ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
