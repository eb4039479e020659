//! Rig files that cannot be: refused with their reason before anything is flashed, never blamed on the board.

use crate::support::{Place, Ran};

const SHIPPED: &str = include_str!("../../../rigs/virtual-12v.toml");

#[test]
fn an_impossible_rig_is_refused_with_its_reason() {
    let here = Place::passing();
    let rigs: [(&str, &str, &[&str]); 19] = [
        (r#"name   = "K1""#, r#"name   = "K9""#, &["relay K1", "the rig has K9"]),
        (r#"nominal           = "12V""#, r#"nominal           = "9V""#, &["the rig's supply is 9V, the profile's 12V"]),
        ("baud = 115200", "baud = 9600", &["9600 bits/s", "115200"]),
        ("baud = 115200", "baud = 0", &["`console.baud` is 0"]),
        (r#"error = "5ppm""#, r#"error = "-1000000ppm""#, &["`clocks.lse.error` is", "between -10000ppm and 10000ppm"]),
        (r#"error = "5ppm""#, r#"error = "99999999999999999999ppm""#, &["`clocks.lse.error` is"]),
        (r#"hsi = "8MHz""#, r#"hsi = "0Hz""#, &["`clocks.hsi` is 0Hz", "between 1MHz and 16MHz"]),
        ("sleep-share = 0.4", "sleep-share = nan", &["`loads.sleep-share` is NaN"]),
        (r#"capacitor         = "470uF""#, r#"capacitor         = "0F""#, &["`capacitor` must be more than zero"]),
        (
            r#"capacitor         = "470uF""#,
            r#"capacitor         = "9F""#,
            &["did not bring the chip out of reset", "VDD stands at"],
        ),
        (
            r#"source-resistance = "500mohm""#,
            r#"source-resistance = "900ohm""#,
            &[
                "VDD fell below 1.88V at +1.",
                "flashing needs 2V",
                "the supply, 3.68V at the terminals",
                "`[virtual.supply]`",
                "LockedUp",
            ],
        ),
        (
            r#"capacitor         = "470uF""#,
            r#"capacitor         = "-470uF""#,
            &["rig.toml:19:21", "`-470uF` is negative"],
        ),
        (
            r#"dropout = "1.1V""#,
            r#"dropout = "13V""#,
            &["never reaches its output: 12V less the diode's 700mV and the dropout of 13V is below 3.3V"],
        ),
        (
            r#"output = "3.3V""#,
            r#"output = "5V""#,
            &["`supply.regulator.output` is 5V", "does not survive more than 4V"],
        ),
        (r#"pin    = "PB0""#, r#"pin    = "PA9""#, &["PA9 is wired twice: to the console and to relay K1"]),
        (r#"pin    = "PB0""#, r#"pin    = "PC14""#, &["PC14 is wired twice: to the 32 kHz crystal"]),
        (r#"pin    = "PB0""#, r#"pin    = "PC3""#, &["relay K1 is wired to PC3", "does not bring out"]),
        (
            r#"pin    = "PB0""#,
            r#"pin    = "PB16""#,
            &["`PB16` is not a pin of the chip", "port A to D and number 0 to 15"],
        ),
        (r#"pin    = "PB0""#, r#"pins   = "PB0""#, &["unknown field `pins`", "did you mean `pin`?"]),
    ];
    for (sound, broken, words) in rigs {
        assert!(SHIPPED.contains(sound), "{sound}");
        here.write("rig.toml", SHIPPED.replace(sound, broken));
        let ran = here.run(&["run", "--rig", "rig.toml", "--record", "records"]);
        ran.says(2, words);
        assert_eq!(ran.stdout, "", "{broken}");
    }
    assert!(!here.path("records").exists(), "nothing was run");
}

#[test]
fn a_pi_is_wired_to_what_the_board_has() {
    let here = Place::passing();
    let sound = include_str!("../../../rigs/pi-12v.toml");
    here.write("rig.toml", sound);
    here.run(&["check", "--rig", "rig.toml"]).prints(0, &["no faults"]);
    let faults: [(&str, &str, &[&str]); 6] = [
        (
            "name  = \"K1\"",
            "name  = \"K2\"",
            &[
                "rig.toml:34:1: ",
                "the profile has a relay K1, the rig has K2; add a `[[pi.relays]]` with `name = \"K1\"`",
            ],
        ),
        ("[[pi.buttons]]\nname   = \"SET\"", "[[pi.buttons]]\nname   = \"SETT\"", &["rig.toml:40:10: ", "`SET`"]),
        ("nominal = \"12V\"", "nominal = \"9V\"", &["rig.toml:29:11: ", "the rig's supply is 9V, the profile's 12V"]),
        ("console   =", "# ", &["rig.toml:7:15: ", "its console, and the rig has none: add `console = { port"]),
        ("\"weekly\"", "\"weekly-5v\"", &["rig.toml:29:11: ", "the profile's 5V"]),
        (
            "GPIO5",
            "GPIO22",
            &["rig.toml:36:18: GPIO22 is wired twice: to the watchdog and to relay K1; take a free line"],
        ),
    ];
    for (from, to, words) in faults {
        assert!(sound.contains(from), "{from}");
        here.write("rig.toml", sound.replacen(from, to, 1));
        for command in ["check", "run"] {
            here.run(&[command, "--rig", "rig.toml"]).says(2, words);
        }
    }
}

#[test]
fn a_meter_out_of_calibration_is_the_rig_s_trouble() {
    let metered = include_str!("../../../rigs/virtual-12v-metered.toml");
    let here = Place::passing();
    here.write(
        "scenarios/dip.toml",
        "title = \"A dip\"\nwhy = \"w\"\ncovers = [\"voltage-fluctuation\"]\nsteps = [\n  \
         { dip = { to = \"70%\", for = \"50ms\" } },\n  { expect = { relay = \"K1\", is = \"open\" } },\n]\n\
         [board]\nclock = \"Mon 12:00:00\"\n",
    );
    here.write("sound.toml", metered);
    let run = |rig| here.run(&["run", "scenarios/dip.toml", "--rig", rig]);
    run("sound.toml").says(1, &["1 snapshot pending"]);
    let off = metered.replacen(r#"gain = "0.2%", offset"#, r#"gain = "12%", offset"#, 1);
    assert_ne!(off, metered);
    here.write("off.toml", off);
    let ran = run("off.toml");
    ran.says(75, &[]);
    assert!(ran.stdout.contains("a shot to 8.4V came out at 7."), "{}", ran.stdout);
    assert!(ran.stdout.contains("1 inconclusive"), "{}", ran.stdout);
}

/// A rig with one more fault, and what a firmware made of it.
fn faulty(fault: &str, firmware: &str, steps: &str) -> Ran {
    let here = Place::new();
    here.write("rig.toml", format!("{SHIPPED}\n[[virtual.faults]]\n{fault}\n"));
    let board =
        "[board]\nclock = \"Mon 12:00:00\"\nprograms = [{ days = \"daily\", on = \"08:00:00\", off = \"18:00:00\" }]\n";
    let head = "title = \"t\"\nwhy = \"w\"\ncovers = [\"component-ageing\"]\n";
    here.scenario("faulty", &format!("{head}steps = [\n{steps}]\n{board}"));
    let elf = format!("{}/../rigs/virtual/firmware/elf/{firmware}.elf", env!("CARGO_MANIFEST_DIR"));
    here.run(&["run", "--rig", "rig.toml", "--firmware", &elf])
}

#[test]
fn a_welded_contact_and_a_lost_capacitor_fail_a_shipped_scenario_each() {
    for (fault, scenario, says) in [
        (
            "contact = { relay = \"K1\", defect = \"welded\" }",
            "schedule/midnight",
            "K1 is open within 1s; observed: closed",
        ),
        (
            "capacitor-loss = { of = \"supply\", loss = \"80%\" }",
            "power/inside-hold-up",
            "K1 is never open since before; observed: open",
        ),
    ] {
        let here = Place::shipped(&["schedule", "power"]);
        let file = format!("scenarios/{scenario}.toml");
        here.run(&["run", &file]).prints(0, &[&format!("passed        {scenario}")]);
        here.write("rig.toml", format!("{SHIPPED}\n[[virtual.faults]]\n{fault}\n"));
        here.run(&["run", "--rig", "rig.toml", &file]).prints(1, &[&format!("failed        {scenario}"), says]);
    }
}

/// The watchdog is fed by the clock's seconds only: a crystal that stops ends in a reset, and the clock is known to be lost.
#[test]
fn a_crystal_that_stops_is_found_out_by_the_watchdog() {
    let steps = "{ until = \"Mon 12:00:09\" },\n{ expect = { relay = \"K1\", is = \"closed\" } },\n{ wait = \"20s\" },\n\
                 { expect = { relay = \"K1\", is = \"open\" } },\n{ expect = { reset = \"watchdog\" } },\n\
                 { console = \"CLOCK\" },\n{ expect = { console = \"OK * lost\", within = \"500ms\" } },\n";
    let ran = faulty("stopped-crystal = { at = \"10s\" }", "weekly", steps);
    assert!(ran.stdout.contains("new           power/faulty"), "{ran:#?}");
    let ran = faulty("dead-reserve = {}", "weekly", steps);
    ran.prints(1, &["failed        power/faulty", "K1 is open; observed: closed"]);
}

#[test]
fn a_key_that_closes_by_itself_deceives_only_a_firmware_that_does_not_debounce() {
    let steps =
        "{ wait = \"10min\" },\n{ expect = { mode = \"auto\" } },\n{ expect = { relay = \"K1\", edges = 0 } },\n";
    let noisy = "noisy-button = { button = \"MODE\", bounce = \"15ms\", spikes = \"20s\" }";
    let ran = faulty(noisy, "weekly", steps);
    assert!(ran.stdout.contains("new           power/faulty"), "{ran:#?}");
    faulty(noisy, "weekly-bounce", steps).prints(1, &["failed        power/faulty", "K1 has 0 edges"]);
}
