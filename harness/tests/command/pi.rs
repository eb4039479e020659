//! A Pi rig where there is no Pi: the rig's trouble, said before anything of a case is begun.

use crate::support::Place;
use std::path::Path;

const SHIPPED: &str = include_str!("../../../rigs/pi-12v.toml");

#[test]
fn without_a_pi_it_is_said_what_was_looked_for() {
    // On a Pi it would energise what is wired to it.
    if ["/dev/gpiomem", "/dev/gpiomem0"].iter().any(|path| Path::new(path).exists()) {
        return;
    }
    let here = Place::passing();
    let lock = here.path("rig.lock").display().to_string();
    here.write("pi.toml", SHIPPED.replace("\nboard ", &format!("\nlock = \"{lock}\"\nboard ")));
    let ran = here.run(&["run", "--uncalibrated", "--rig", "pi.toml", "--record", "records"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (75, ""));
    insta::assert_snapshot!("no_pi", ran.stderr);
    assert!(!here.path("records").exists(), "nothing was run");
    // A look at the plan needs none, and knows that a case takes its time.
    let checked = here.run(&["check", "--rig", "pi.toml"]);
    checked.prints(0, &["at least 1s of bench time, about 1", "s of wall time"]);
}

/// A sense that is not there would tell of an open contact for ever.
#[test]
fn a_rig_that_sees_no_relay_is_no_rig_for_a_board_that_has_one() {
    let here = Place::passing();
    let (before, rest) = SHIPPED.split_once("[[pi.relays]]").unwrap();
    let (_, after) = rest.split_once("[[pi.buttons]]").unwrap();
    here.write("pi.toml", format!("{before}[[pi.buttons]]{after}"));
    let says = ["the profile has a relay K1, the rig has none", "add a `[[pi.relays]]` with `name = \"K1\"`"];
    here.run(&["check", "--rig", "pi.toml"]).says(2, &says);
    here.run(&["run", "--uncalibrated", "--rig", "pi.toml"]).says(2, &says);
}
