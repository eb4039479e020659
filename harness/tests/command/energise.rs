//! A mains rig is energised by nobody who did not say so.

use crate::support::{Place, Ran};

const REFUSED: &str = "switches mains";

#[test]
fn a_mains_rig_is_refused_unless_told() {
    let here = Place::passing();
    let refused = here.run(&["run", "--rig", "pi-mains", "--record", "records"]);
    assert_eq!((refused.status, refused.stdout.as_str()), (2, ""));
    insta::assert_snapshot!("mains", refused.stderr);
    assert!(!here.path("records").exists(), "nothing was begun");
    // Neither is another rig of the same run.
    let both = here.run(&["run", "--rig", "virtual-220v", "--rig", "pi-mains"]);
    assert_eq!((both.status, both.stdout.as_str()), (2, ""));
    both.says(2, &[REFUSED]);
}

#[test]
fn looking_at_it_takes_no_word() {
    let here = Place::passing();
    let checked = here.run(&["check", "--rig", "pi-mains"]);
    checked.prints(0, &["1 scenario with 1 case for weekly-220v on pi-mains: no faults"]);
    here.run(&["run", "--rig", "pi-mains", "--", "--list"]).prints(0, &["power/noon: test"]);
}

#[test]
fn who_says_so_is_not_asked_again() {
    let here = Place::passing();
    let told = here.run(&["run", "--rig", "pi-mains", "--energise"]);
    let mut command = here.command(&["run", "--rig", "pi-mains"]);
    let by_environment = Ran::of(command.env("BROWNOUT_ENERGISE", "1").output().unwrap());
    for ran in [told, by_environment] {
        // It goes on to what is next: there is no Pi here.
        assert!(ran.status != 0 && !ran.stderr.contains(REFUSED), "{ran:#?}");
    }
    let mut command = here.command(&["run", "--rig", "pi-mains"]);
    Ran::of(command.env("BROWNOUT_ENERGISE", "no").output().unwrap()).says(2, &[REFUSED]);
}
