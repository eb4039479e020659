//! The shipped scenarios, with what was approved for the virtual board.

use crate::desk::Desk;

#[test]
fn a_board_is_flashed_and_a_cut_judged_as_on_the_virtual_one() {
    let desk = Desk::new(&["power"]);
    let ran = desk.cases("power/short-outage", &["power/short-outage@cut=100ms"]);
    ran.says(0, &["flashed weekly by probe-rs and verified it"]);
    assert!(ran.stdout.contains("1 case: 1 passed"), "{}", ran.stdout);
}
