//! The fake Pi from both sides: a trial is a host that starts this very executable again as its guest, with the library
//! preloaded, and breaks things while it runs.
//!
//! Nothing here asserts how long anything took. An edge carries the model's own instant and a store the program's, so that
//! the span between them is the model's, exactly, on however busy a machine.

mod guest {
    //! Both sides, by theme.
    pub mod buses;
    pub mod faults;
    pub mod lines;
    pub mod mains;
    pub mod panics;
    pub mod polite;
    pub mod ports;
    pub mod supplies;
    pub mod talk;
}

use guest::{buses, faults, lines, mains, panics, polite, ports, supplies, talk};
use libtest_mimic::{Arguments, Trial};
use talk::ROLE;

/// A theme: its name, its host's side, its guest's.
type Theme = (&'static str, fn() -> talk::Outcome, fn());

const THEMES: &[Theme] = &[
    ("a line acts and is sensed", lines::acts, lines::acts_inside),
    ("the watchdog opens the path", lines::watchdog, lines::watchdog_inside),
    ("5000 edges a second without a gap", lines::many_edges, lines::many_edges_inside),
    ("who finds no edge has missed none", lines::prompt, lines::prompt_inside),
    ("buttons, reset and relay", lines::board, lines::board_inside),
    ("lines outlive who drove them", lines::killed, lines::killed_inside),
    ("a meter over i2c", buses::meter, buses::meter_inside),
    ("a dac steers the supply", buses::dac, buses::dac_inside),
    ("console by serialport", ports::console, ports::console_inside),
    ("probe-rs attaches and flashes", ports::probe, ports::probe_inside),
    ("a bench supply by scpi", supplies::scpi, supplies::scpi_inside),
    ("a bench supply of the korad kind", supplies::korad, supplies::korad_inside),
    ("two rails and a crowbar", supplies::rails, supplies::rails_inside),
    ("mains", mains::mains, mains::mains_inside),
    ("edges are lost and a line is busy", faults::edges, faults::edges_inside),
    ("a late shot", faults::late, faults::late_inside),
    ("guard and emergency stop", faults::guards, faults::guards_inside),
    ("a stuck relay sense, a dead board", faults::stuck, faults::stuck_inside),
    ("no permission", faults::denied, faults::denied_inside),
    ("a panic leaves the rig safe", panics::panics, panics::panics_inside),
    ("without the variable nothing changes", polite::silent, polite::silent_inside),
    ("a program's own faults stay its own", polite::crash, polite::crash_inside),
    ("stores of many threads", polite::threads, polite::threads_inside),
    ("the rig file for the child", polite::rig_file, polite::nothing),
];

fn main() {
    if let Ok(role) = std::env::var(ROLE) {
        let theme = THEMES.iter().find(|(name, ..)| *name == role);
        theme.map(|(_, _, inside)| inside()).expect("a known role");
        return;
    }
    let arguments = Arguments::from_args();
    let trials = THEMES.iter().map(|(name, host, _)| Trial::test(*name, *host)).collect();
    libtest_mimic::run(&arguments, trials).exit();
}
