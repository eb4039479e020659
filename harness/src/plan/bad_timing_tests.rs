//! What can be wrong with measurements, relay timing, windows between places, and what a rig cannot tell: place, words,
//! advice.

use super::bad_input_tests::{GOOD, check, plan_text, step};
use super::build::cases;
use super::{Plan, Target};
use crate::scenario::error::Source;
use crate::scenario::find::Found;
use brownout_rigs::profile::Profile;
use brownout_rigs::rig::Rig;
use brownout_rigs::uncertainty::Uncertainty;
use brownout_trace::event::ShotFigure;
use brownout_trace::{Percent, Ppm, Span};

/// These steps have one fault, at the last place that reads like `at`.
fn bad(steps: &str, at: &str, message: &str, help: &str) {
    let column = 3 + steps.rfind(at).unwrap_or_else(|| panic!("no {at} in {steps}"));
    step(steps, &format!("5:{column}"), message, help);
}

/// The same of a measurement with these keys.
fn measure(keys: &str, at: &str, message: &str, help: &str) {
    bad(&format!("{{ measure = {{ {keys} }} }}"), at, message, help);
}

/// The whole table of a measurement.
const WHOLE: &str = "{ name";
const CLOCK: &str = r#"name = "n", clock = "error", unit = "ms""#;
const BETWEEN: &str = r#"name = "n", unit = "ms", max = "1s""#;

#[test]
fn measurements() {
    measure(r#"clock = "error", unit = "ms", max = "1s""#, "{ clock", "`measure` needs `name`", "\"restart\"");
    measure(r#"name = "1 n", clock = "error", unit = "ms", max = "1s""#, "\"1 n", "cannot be a name", "");
    measure(r#"name = "n", unit = "ms", max = "1s""#, WHOLE, "has no quantity", "`clock = \"error\"`");
    measure(r#"name = "n", clok = "error", unit = "ms", max = "1s""#, "clok", "has no key `clok`", "mean `clock`?");
    measure(
        r#"name = "n", clock = "eror", unit = "ms", max = "1s""#,
        "\"eror",
        "not a figure of the clock",
        "`error`?",
    );
    measure(&format!(r#"{CLOCK}, max = "1s", shot = "width""#), WHOLE, "exactly one quantity", "`clock = \"error\"`");
    measure(r#"name = "n", relay = "K1", unit = "ms", max = "1s""#, WHOLE, "needs `bounce`", "\"longest\"");
    measure(r#"name = "n", bounce = "longest", unit = "ms", max = "1s""#, WHOLE, "needs `relay`", "\"K1\"");
    let k2 = r#"name = "n", relay = "K2", bounce = "longest", unit = "ms", max = "1s""#;
    measure(k2, "\"K2", "no relay `K2`", "`K1`?");
    measure(r#"name = "n", shot = "widht", unit = "ms", max = "1s""#, "\"widht", "not a figure of a shot", "`width`?");
    measure(
        r#"name = "n", shot = "width", unit = "ms", max = "1s""#,
        "\"width",
        "no shot comes before this step",
        "`cut`",
    );
    for point in ["{ relay = \"K1\", becomes = \"closed\" }", "{ console = \"OK*\" }", "{ due = \"Mon 08:00:00\" }"] {
        let same = format!("{BETWEEN}, within = \"1s\", from = {point}, to = {point}");
        measure(&same, point, "both ends are the same point", "measure between two");
    }
    bad("{ measure = 3 }", "3", "`measure`, a table of", "");
    let twice = format!("{{ measure = {{ {CLOCK}, max = \"1s\" }} }}");
    bad(&format!("{twice}, {twice}"), "\"n\"", "`n` is measured twice", "a name of its own");
}

#[test]
fn units_and_limits() {
    let depth = |limit: &str| {
        format!(r#"{{ cut = "1s" }}, {{ measure = {{ name = "n", shot = "depth", unit = "V", max = "{limit}" }} }}"#)
    };
    let clock = |more: &str| format!("{CLOCK}, {more}");
    measure(r#"name = "n", clock = "error", max = "1s""#, WHOLE, "`measure` needs `unit`", "`unit = \"ms\"`");
    let volts = r#"name = "n", clock = "error", unit = "V", max = "1s""#;
    measure(volts, "\"V\"", "not a unit of the error of a clock", "`ms`");
    measure(&clock(r#"max = "1V""#), "\"1V", "`V` is not a unit", "`\"500ms\"`");
    measure(&clock("max = 1"), "1", "`1` has no unit", "in quotes");
    bad(&depth("5ms"), "\"5ms", "`ms` is not a unit", "`\"4.8V\"`");
    measure(CLOCK, WHOLE, "this measurement has no limit", "`report = true`");
    measure(&clock(r#"min = "2s", max = "1s""#), "\"2s", "nothing lies between 2s and 1s", "the least");
    measure(&clock(r#"max = "1s", min = "1s""#), "\"1s", "nothing lies between 1s and 1s", "");
    measure(&clock(r#"max = "1s", report = true"#), "true", "only reports has limits", "leave `report` out");
    measure(&clock(r#"report = "yes""#), "\"yes", "`true` or `false`", "");
    measure(&clock(r#"max = "1s", marginal = "60%""#), "\"60%", "this is no margin", "told of as marginal");
    measure(&clock(r#"max = "1s", marginal = "0%""#), "\"0%", "this is no margin", "");
    measure(&clock(r#"max = "1s", marginal = "10ms""#), "\"10ms", "`ms` is not a unit", "`\"10%\"`");
    measure(&clock(r#"report = true, marginal = "10%""#), "\"10%", "`marginal` without a limit", "");
    measure(&clock(r#"max = "1s", within = "1s""#), "within", "`within` does not go with the error of a clock", "");
    measure(&clock(r#"max = "1s", since = "x""#), "since", "`since` does not go with the error of a clock", "");
    for steps in [depth("500mV"), format!("{{ measure = {{ {} }} }}", clock(r#"min = "-2s", max = "1s""#))] {
        assert!(plan_text(&GOOD.replace(r#"{ wait   = "1s" }"#, &steps)).is_ok(), "{steps}");
    }
}

#[test]
fn points() {
    let k1 = r#"{ relay = "K1", becomes = "closed" }"#;
    measure(&format!("{BETWEEN}, from = {k1}"), WHOLE, "`measure` needs `to`", "becomes");
    measure(&format!("{BETWEEN}, to = {k1}"), WHOLE, "`measure` needs `from`", "{ shot = \"end\" }");
    let from = |point: &str| format!("{BETWEEN}, to = {k1}, from = {point}");
    measure(&from("{ mark = \"x\" }"), "\"x", "no mark `x` is set", "");
    measure(&from("{ shot = \"end\" }"), "\"end", "no shot comes before", "");
    measure(&from("{ shot = \"middle\" }"), "\"middle", "not an end of a shot", "`begin`");
    measure(&from("{ }"), "{ }", "exactly one of `mark`", "becomes");
    measure(&from("{ mark = \"x\", console = \"y\" }"), "{ mark", "exactly one of `mark`", "becomes");
    measure(&from("\"x\""), "\"x", "a point in time, a table", "");
    measure(&from("{ relya = \"K1\" }"), "relya", "has no key `relya`", "did you mean `relay`?");
    measure(&from("{ relay = \"K1\" }"), "{ relay", "needs `becomes`", "\"closed\"");
    measure(&from("{ console = \"a\", becomes = \"open\" }"), "becomes", "`becomes` does not go with `console`", "");
    let marks = r#"{ mark = "a" }, { wait = "1s" }, { mark = "b" }"#;
    let two = format!(
        r#"{marks}, {{ measure = {{ {BETWEEN}, from = {{ mark = "a" }}, to = {{ mark = "b" }}, since = "a" }} }}"#
    );
    bad(&two, "since", "`since` does not go with", "between two fixed points");
    let due = |when: &str| format!("{}, within = \"10s\"", from(&format!("{{ due = \"{when}\" }}")));
    measure(&due("Mon 09:00:00"), "\"Mon", "comes only after this measurement", "`until`");
    measure(&due("Mon 25:00"), "\"Mon", "is not a clock setting", "");
    let good = format!("{{ measure = {{ {} }} }}", due("Mon 08:00:00"));
    let planned = plan_text(&GOOD.replace(r#"{ wait   = "1s" }"#, &good)).unwrap();
    assert_eq!(planned[0].takes, Span::secs(10), "the window is taken whole");
    assert_eq!(planned[0].steps[0].text, "measure n at most 1000ms: from Mon 08:00:00 to K1 closed within 10s");
    let unset = GOOD.replace("clock    = \"Mon 07:59:55\"\n", "").replace(r#"{ wait   = "1s" }"#, &good);
    check(
        &unset,
        &format!("5:{}", 3 + good.rfind("\"Mon").unwrap()),
        "`due` needs a clock that was set",
        "`set-clock`",
    );
}

#[test]
fn a_scenario_that_only_reports_cannot_fail() {
    let report = format!("{{ measure = {{ {CLOCK}, report = true }} }}");
    let text = GOOD.replace(r#"{ expect = { relay = "K1", is = "closed" } }"#, &report);
    check(&text, "4:1", "no step expects anything", "");
    let limited = report.replace("report = true", "max = \"1s\"");
    assert!(plan_text(&GOOD.replace(r#"{ expect = { relay = "K1", is = "closed" } }"#, &limited)).is_ok());
}

#[test]
fn relay_timing() {
    let k1 = |keys: &str| format!("{{ expect = {{ relay = \"K1\", {keys} }} }}");
    bad(&k1(r#"pulse = "1s""#), "{ relay", "`pulse` needs `tolerance`", "\"20ms\"");
    bad(&k1(r#"pulse = "1s", tolerance = "1s""#), "\"1s", "may be off by 1s", "shorter than the pulse");
    bad(&k1(r#"pulse = 1, tolerance = "2ms""#), "1,", "`1` has no unit", "");
    bad(&k1(r#"bounce = "0s""#), "\"0s", "a duration of nothing", "");
    bad(&k1(r#"bounce = "1V""#), "\"1V", "`V` is not a unit", "");
    bad(&k1(r#"chatter = "often""#), "\"often", "`often` is not how often", "`never`");
    bad(
        &k1(r#"operate = "30ms", tolerance = "1ms""#),
        "tolerance",
        "`tolerance` does not go with `operate`",
        "`before`",
    );
    bad(&k1(r#"operate = "30ms", within = "1s""#), "within", "`within` does not go with `operate`", "looks back");
    bad(&k1(r#"operate = "30ms", release = "1s""#), "{ relay", "exactly one predicate", "");
    bad(&k1(r#"opreate = "30ms""#), "opreate", "has no key `opreate`", "did you mean `operate`?");
    let schedule = |keys: &str| format!("{{ expect = {{ schedule = {{ {keys} }} }} }}");
    bad(&schedule(r#"error = "0s""#), "\"0s", "a duration of nothing", "");
    bad(&schedule(r#"drift = "0ppm""#), "\"0ppm", "no clock is exact", "");
    bad(&schedule(r#"drift = "5""#), "\"5", "`5` has no unit", "`\"20ppm\"`");
    bad(&schedule(r#"error = "1s", drift = "5ppm""#), "drift", "one limit at a time", "");
    let unset = GOOD.replace("clock    = \"Mon 07:59:55\"\n", "");
    check(&unset.replace(r#"is = "closed""#, r#"operate = "30ms""#), "6:40", "needs a clock that was set", "");
}

#[test]
fn windows_between_places() {
    let edges = |window: &str| format!("{{ expect = {{ relay = \"K1\", edges = 1, {window} }} }}");
    let cut = r#"{ cut = "1s" }"#;
    bad(&edges(r#"since = "shot""#), "\"shot", "no shot comes before this step", "`cut`, `dip`");
    bad(
        &format!(r#"{{ mark = "on" }}, {}"#, edges(r#"since = "onn""#)),
        "\"onn",
        "no mark `onn`",
        "did you mean `on`?",
    );
    bad(&format!("{cut}, {}", edges(r#"since = "restord""#)), "\"restord", "no mark `restord`", "`restored`?");
    for (since, before) in [("restored", "shot"), ("shot", "shot"), ("b", "a"), ("b", "shot"), ("b", "b")] {
        let window = edges(&format!(r#"since = "{since}", before = "{before}""#));
        let steps = format!(r#"{{ mark = "a" }}, {cut}, {{ mark = "b" }}, {window}"#);
        let says = format!("nothing lies between `{since}` and `{before}`");
        bad(&steps, &format!("\"{before}"), &says, "`since` comes first");
    }
    for (since, before) in [("a", "b"), ("a", "shot"), ("shot", "restored"), ("restored", "b")] {
        let window = edges(&format!(r#"since = "{since}", before = "{before}""#));
        let steps = format!(r#"{{ mark = "a" }}, {cut}, {{ mark = "b" }}, {window}"#);
        assert!(plan_text(&GOOD.replace(r#"{ wait   = "1s" }"#, &steps)).is_ok(), "{since} {before}");
    }
    bad(r#"{ mark = "shot" }"#, "\"shot", "no mark can be called `shot`", "the last shot");
    bad(r#"{ mark = "restored" }"#, "\"restored", "no mark can be called `restored`", "");
}

#[test]
fn required_figures() {
    let cut = |keys: &str| format!(r#"{{ cut = {{ for = "1s", {keys} }} }}"#);
    bad(&cut(r#"measured = "width""#), "\"width", "a list of figures", "");
    bad(&cut("measured = []"), "[]", "no figure is required here", "take `measured` out");
    bad(&cut(r#"measured = ["width", "widht"]"#), "\"widht", "`widht` is not a figure of a shot", "`width`?");
    bad(&cut(r#"measured = ["width", "width"]"#), "\"width", "`width` stands twice", "");
    bad(&cut(r#"measured = ["slew"]"#), "\"slew", "a jump has no slew", "`edges = \"1ms\"`");
    let ramp = r#"{ power = { ramp = { to = "9V", over = "1s", measured = ["depth"] } } }"#;
    bad(ramp, "{ to", "goes on by itself is not measured", "the step `ramp`");
    let sloped = cut(r#"impedance = "low", edges = "1ms", measured = ["slew", "depth"]"#);
    let planned = plan_text(&GOOD.replace(r#"{ wait   = "1s" }"#, &sloped)).unwrap();
    assert_eq!(planned[0].steps[0].text, "cut for 1s, low impedance, edges of 1ms, measured depth and slew");
}

/// The notes on these steps for a rig that may be wrong by 100 µs, 20 ppm and 1 %, and measures no depth.
fn notes(steps: &str) -> Vec<String> {
    let profile = Profile::shipped("weekly").unwrap().unwrap();
    let mut rig = Rig::shipped().unwrap();
    rig.uncertainty = Uncertainty { time: Span::micros(100), clock: Ppm(20.0), voltage: Percent(1.0) };
    rig.measures.retain(|figure| *figure != ShotFigure::Depth);
    let text = GOOD.replace(r#"{ wait   = "1s" }"#, steps);
    let file = Found { path: "x.toml".into(), name: "x".to_owned(), root: ".".into() };
    let target = Target { profile: &profile, highest: None, rig: Some(&rig) };
    let cases = cases(&file, &Source::new("x.toml", text), target).unwrap_or_else(|faults| panic!("{faults:?}"));
    Plan { cases }.notes().iter().map(|note| note.line()).collect()
}

#[test]
fn limits_tighter_than_the_rig_can_judge() {
    let expect = |what: &str| format!("{{ expect = {{ {what} }} }}");
    let k1 = |what: &str| expect(&format!("relay = \"K1\", {what}"));
    let wrong_by = "is tighter than four times what the rig `virtual-12v` may be wrong by,";
    for (steps, place, says) in [
        (k1(r#"is = "open", within = "700us""#), "{ relay", format!("a limit of 700us {wrong_by} 201us over 700us")),
        (expect(r#"console = "OK", within = "500us""#), "{ console", format!("a limit of 500us {wrong_by} 201us over 500us")),
        // 200 us and 20 ppm of an hour.
        (
            format!(r#"{{ wait = "1h" }}, {}"#, expect(r#"clock = { within = "280ms" }"#)),
            "{ clock",
            format!("a limit of 280ms {wrong_by} 72.2ms over 1h"),
        ),
        (k1(r#"pulse = "1s", tolerance = "800us""#), "{ relay", format!("a limit of 800us {wrong_by} 220us over 1s")),
        (k1(r#"bounce = "800us""#), "{ relay", format!("a limit of 800us {wrong_by} 201us over 800us")),
        (
            format!(r#"{{ wait = "1h" }}, {}"#, k1(r#"operate = "30ms""#)),
            "{ relay",
            format!("a limit of 30ms {wrong_by} 72.2ms over 1h"),
        ),
        (
            format!(r#"{{ wait = "1d" }}, {}"#, expect(r#"schedule = { drift = "20ppm" }"#)),
            "{ schedule",
            format!("a limit of 20ppm {wrong_by} 20.1ppm over 1d"),
        ),
        (
            format!(r#"{{ wait = "1d" }}, {}"#, expect(r#"schedule = { error = "50ms" }"#)),
            "{ schedule",
            format!("a limit of 50ms {wrong_by} 1.73s over 1d"),
        ),
        (
            format!("{{ measure = {{ {CLOCK}, min = \"-200us\", max = \"200us\" }} }}"),
            "{ name",
            format!("a band of 400us {wrong_by} 200us over 0s"),
        ),
        (
            r#"{ dip = { to = "40%", for = "1s", edges = "1ms" } }, { measure = { name = "n", shot = "slew", unit = "V/s", min = "100V/s", max = "103V/s" } }"#.to_owned(),
            "{ name",
            format!("a band of 3V/s {wrong_by} 1.03V/s"),
        ),
        (
            r#"{ dip = { to = "40%", for = "1s", measured = ["depth"] } }"#.to_owned(),
            "{ dip",
            "the rig `virtual-12v` does not measure the depth of a shot".to_owned(),
        ),
        (
            r#"{ cut = "1s" }, { measure = { name = "n", shot = "depth", unit = "V", report = true } }"#.to_owned(),
            "{ name",
            "the rig `virtual-12v` does not measure the depth of a shot".to_owned(),
        ),
    ] {
        let column = 3 + steps.rfind(place).unwrap();
        assert_eq!(notes(&steps), [format!("x.toml:5:{column}: {says}")], "{steps}");
    }
    for steps in [
        k1(r#"is = "open", within = "900us""#),
        k1(r#"pulse = "1s", tolerance = "900us""#),
        k1(r#"operate = "30ms""#),
        format!("{{ measure = {{ {CLOCK}, report = true }} }}"),
        r#"{ cut = { for = "1s", measured = ["width"] } }"#.to_owned(),
    ] {
        assert_eq!(notes(&steps), Vec::<String>::new(), "{steps}");
    }
}
