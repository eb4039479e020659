//! Rig files that cannot be: refused with their reason before anything is flashed, never blamed on the board.

use crate::support::Place;

const SHIPPED: &str = include_str!("../../../rigs/virtual-12v.toml");

#[test]
fn an_impossible_rig_is_refused_with_its_reason() {
    let here = Place::passing();
    let rigs: [(&str, &str, &[&str]); 12] = [
        (r#"name   = "K1""#, r#"name   = "K9""#, &["relay K1", "the rig has K9"]),
        (r#"nominal           = "12V""#, r#"nominal           = "9V""#, &["the rig's supply is 9V, the profile's 12V"]),
        ("baud = 115200", "baud = 9600", &["9600 bits/s", "115200"]),
        ("baud = 115200", "baud = 0", &["`console.baud` is 0"]),
        (r#"error = "5ppm""#, r#"error = "-1000000ppm""#, &["`clocks.lse.error` is", "between -10000ppm and 10000ppm"]),
        (r#"error = "5ppm""#, r#"error = "99999999999999999999ppm""#, &["`clocks.lse.error` is"]),
        (r#"hsi = "8MHz""#, r#"hsi = "0Hz""#, &["`clocks.hsi` is 0Hz", "between 1MHz and 16MHz"]),
        ("sleep-share = 0.4", "sleep-share = nan", &["`loads.sleep-share` is NaN"]),
        (r#"capacitor         = "470uF""#, r#"capacitor         = "0F""#, &["`capacitor` must be more than zero"]),
        (r#"capacitor         = "470uF""#, r#"capacitor         = "9F""#, &["did not bring the chip out of reset"]),
        (r#"pin    = "PB0""#, r#"pin    = "PA9""#, &["PA9 is wired twice"]),
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
