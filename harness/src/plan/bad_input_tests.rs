//! Every kind of bad input with the message it gets: place, words, advice.

use super::build::cases;
use super::{Case, Target};
use crate::scenario::error::{Faults, Source};
use crate::scenario::find::Found;
use brownout_rigs::profile::Profile;
use brownout_trace::Volts;

/// The file that each row below changes in one place.
pub(super) const GOOD: &str = r#"title  = "A title"
why    = "A reason"
covers = ["power-outage"]
steps  = [
  { wait   = "1s" },
  { expect = { relay = "K1", is = "closed" } },
]

[board]
clock    = "Mon 07:59:55"
programs = [{ days = "Mon-Fri", on = "08:00:00", off = "18:00:00" }]
"#;

/// Plans a text as the file `x.toml`, for the reference board on a rig of at most 15 V.
pub(crate) fn plan_text(text: &str) -> Result<Vec<Case>, Faults> {
    let profile = Profile::shipped("weekly").unwrap().unwrap();
    let target = Target { profile: &profile, highest: Some(Volts(15.0)), rig: None };
    let file = Found { path: "x.toml".into(), name: "x".to_owned(), root: ".".into() };
    cases(&file, &Source::new("x.toml", text), target)
}

/// Every fault as `line:column message | help`.
fn told(text: &str) -> Vec<String> {
    let Err(Faults(faults)) = plan_text(text) else { return Vec::new() };
    let told = faults.iter().map(|fault| {
        let (line, column) = fault.place();
        format!("{line}:{column} {} | {}", fault.message(), fault.advice().unwrap_or("-"))
    });
    told.collect()
}

/// Replaces the first step; then the fault must be the only one and begin and end so.
pub(super) fn step(step: &str, place: &str, message: &str, help: &str) {
    check(&GOOD.replace(r#"{ wait   = "1s" }"#, step), place, message, help);
}

pub(super) fn check(text: &str, place: &str, message: &str, help: &str) {
    let told = told(text);
    let [one] = told.as_slice() else { panic!("{text}\nexpected one fault, got {told:#?}") };
    assert!(
        one.starts_with(&format!("{place} ")) && one.contains(message) && one.contains(help),
        "{text}\nexpected {place} {message} | {help}\ngot      {one}"
    );
}

#[test]
fn the_good_file_is_good() {
    assert_eq!(told(GOOD), Vec::<String>::new());
}

#[test]
fn unknown_words() {
    step(r#"{ wiat = "1s" }"#, "5:5", "`wiat` is not a step", "did you mean `wait`?");
    step(r#"{ sleep = "1s" }"#, "5:5", "`sleep` is not a step", "did you mean `wait`?");
    step(r#"{ repaet = "1s" }"#, "5:5", "`repaet` is not a step", "did you mean `repeat`?");
    step(r#"{ incldue = "1s" }"#, "5:5", "`incldue` is not a step", "did you mean `include`?");
    step(r#"{ perss = "SET" }"#, "5:5", "`perss` is not a step", "did you mean `press`?");
    step(r#"{ zzz = "1s" }"#, "5:5", "`zzz` is not a step", "known are `power`, `cut`");
    step(r#"{ cut = { for = "1s", impedence = "low" } }"#, "5:25", "`cut` has no key `impedence`", "`impedance`?");
    step(r#"{ cut = { for = "1s", impedance = "hihg" } }"#, "5:37", "`hihg` is not an impedance", "`high`?");
    step(r#"{ mode = "automatic" }"#, "5:12", "`automatic` is not a mode", "`auto`, `on` and `off`");
    step(r#"{ expect = "shedule" }"#, "5:14", "`shedule` is not an expectation", "`\"schedule\"`");
    step(r#"{ expect = { rely = "K1", is = "open" } }"#, "5:14", "has no subject", "did you mean `relay`?");
    step(r#"{ expect = { relay = "K1", iss = "open" } }"#, "5:30", "has no key `iss`", "did you mean `is`?");
    check(&GOOD.replace("title", "titel"), "1:1", "a scenario", "");
    check(&GOOD.replace("clock ", "clok "), "10:1", "`[board]` has no key `clok`", "did you mean `clock`?");
    check(&GOOD.replace("power-outage", "power-outrage"), "3:11", "neither a known complaint", "`power-outage`?");
}

#[test]
fn quantities() {
    step(r#"{ wait = "2" }"#, "5:12", "`2` has no unit", "write it like `\"2s\"`");
    step(r#"{ wait = 2 }"#, "5:12", "`2` has no unit", "in quotes with its unit");
    step(r#"{ wait = 2.5 }"#, "5:12", "`2.5` has no unit", "in quotes with its unit");
    step(r#"{ wait = "2V" }"#, "5:12", "`V` is not a unit of this value", "");
    step(r#"{ wait = "2 sec" }"#, "5:12", "`sec` is not a unit", "");
    step(r#"{ wait = "-2s" }"#, "5:12", "`-2s` is negative", "");
    step(r#"{ wait = "soon" }"#, "5:12", "`soon` is not a number with a unit", "");
    step(r#"{ wait = "999999999d" }"#, "5:12", "too large", "");
    step(r#"{ wait = true }"#, "5:12", "not a true/false value", "");
    step(r#"{ cut = "0s" }"#, "5:11", "a duration of nothing", "");
    step(r#"{ cut = 100 }"#, "5:11", "`100` has no unit", "");
    step(r#"{ dip = { to = "40", for = "1s" } }"#, "5:18", "`40` has no unit", "`\"40%\"`");
    step(r#"{ dip = { to = "40ms", for = "1s" } }"#, "5:18", "`ms` is not a unit", "`\"40%\"`");
    step(r#"{ dip = { to = "-40%", for = "1s" } }"#, "5:18", "negative", "");
    step(r#"{ dip = { to = "-4V", for = "1s" } }"#, "5:18", "no bench supplies this", "");
    step(r#"{ dip = { to = "4000%", for = "1s" } }"#, "5:18", "no bench supplies this", "");
    step(r#"{ dip = { to = "150%", for = "1s" } }"#, "5:18", "the rig cannot supply 18V", "nominal 12V");
    step(r#"{ dip = { to = "40%" } }"#, "5:11", "`dip` needs `for`", "add `for = \"300ms\"`");
    step(r#"{ power = "9V" }"#, "5:13", "neither `on` nor `off`", "{ to = \"9V\" }");
    step(r#"{ program = { delete = "2" } }"#, "5:26", "a slot, a whole number, belongs here", "");
    step(r#"{ program = { delete = -1 } }"#, "5:26", "`-1` cannot be a slot", "");
}

#[test]
fn supplies() {
    step(r#"{ ramp = { to = "0V" } }"#, "5:12", "`ramp` needs `over`", "\"10s\"");
    step(r#"{ ramp = { over = "1s" } }"#, "5:12", "`ramp` needs `to`", "\"0V\"");
    step(r#"{ ramp = { to = "0V", over = "0s" } }"#, "5:32", "a duration of nothing", "");
    step(r#"{ ramp = { to = "0V", over = "1s", step = "0V" } }"#, "5:45", "stairs without height", "");
    step(r#"{ ramp = { form = "9V", to = "0V", over = "1s" } }"#, "5:14", "has no key `form`", "did you mean `from`?");
    step(r#"{ ramp = { from = "20V", to = "0V", over = "1s" } }"#, "5:21", "the rig cannot supply 20V", "");
    step(r#"{ power = { ramp = { to = "130%", over = "1s" } } }"#, "5:29", "the rig cannot supply 15.6V", "");
    step(r#"{ power = { to = "9V", ramp = { to = "9V", over = "1s" } } }"#, "5:13", "one thing at a time", "inside it");
    step(r#"{ cut = { for = "1s", angle = "400deg" } }"#, "5:33", "`400deg` is no angle of a cycle", "`40deg` is the");
    step(r#"{ cut = { for = "1s", angle = "90" } }"#, "5:33", "`90` has no unit", "`\"90deg\"`");
    step(
        r#"{ dip = { to = "0%", for = "1s", angel = "90deg" } }"#,
        "5:36",
        "has no key `angel`",
        "did you mean `angle`?",
    );
    step(
        r#"{ cut = { for = "1s", angle = "0deg", repeat = { times = 2, every = "1.01s" } } }"#,
        "5:50",
        "every 1.01s is too often",
        "",
    );
    step(r#"{ power = { to = "9V", bounce = "2s" } }"#, "5:35", "no contact bounces for 2s", "`cut` or several");
    step(r#"{ power = { bounce = "2ms" } }"#, "5:13", "`power` needs `to`", "");
    step(
        r#"{ power = { bounce = "2ms", ramp = { to = "9V", over = "1s" } } }"#,
        "5:24",
        "a ramp has no contact that bounces",
        "`to` in its place",
    );
    check(&GOOD.replace("steps", "supply = \"12\"\nsteps"), "4:10", "`12` has no unit", "`\"220Vac\"`");
    check(&GOOD.replace("steps", "supply = []\nsteps"), "4:10", "`supply` is empty", "take it out");
    step(r#"{ cut = { for = "1s", edges = "1ms" } }"#, "5:33", "has no edges of its own", "`impedance = \"low\"`");
    step(r#"{ dip = { to = "0V", for = "1ms", edges = "2ms" } }"#, "5:45", "edges of 2ms do not fit into 1ms", "");
    step(r#"{ cut = { for = "1s", repeat = 3 } }"#, "5:34", "`repeat`, a table of `times` and `every`", "");
    step(r#"{ cut = { for = "1s", repeat = { times = 3 } } }"#, "5:34", "`repeat` needs `every`", "");
    step(r#"{ cut = { for = "1s", repeat = { times = 0, every = "2s" } } }"#, "5:44", "`0` cannot be a number of", "");
    step(r#"{ cut = { for = "1s", repeat = { times = 2, every = "1s" } } }"#, "5:34", "every 1s is too often", "");
    step(
        r#"{ cut = { for = "1s", repeat = { times = 99999, every = "2s" } } }"#,
        "5:44",
        "99999 times are too many",
        "",
    );
    step(r#"{ ramp = { to = "0V", over = "1s" } }, { cut = "1s" }"#, "5:42", "no supply to disturb", "");
}

#[test]
fn buttons() {
    step(r#"{ press = "STE" }"#, "5:13", "`weekly` has no button `STE`", "did you mean `SET`?");
    step(r#"{ press = 3 }"#, "5:13", "`press`, a table of", "");
    step(r#"{ press = {} }"#, "5:13", "`press` needs `button`", "add `button = \"SET\"`");
    step(r#"{ press = { button = "SET", chord = ["SET", "MODE"] } }"#, "5:13", "either one `button` or a `chord`", "");
    step(r#"{ press = { chord = "SET" } }"#, "5:23", "a list of buttons", "");
    step(r#"{ press = { chord = ["SET"] } }"#, "5:23", "two buttons or more", "");
    step(r#"{ press = { chord = ["SET", "SET"] } }"#, "5:31", "`SET` stands twice", "");
    step(r#"{ press = { chord = ["SET", "X"] } }"#, "5:31", "has no button `X`", "");
    step(r#"{ press = { button = "SET", for = "0s" } }"#, "5:37", "a duration of nothing", "");
    step(r#"{ press = { button = "SET", times = 2 } }"#, "5:13", "needs `every`", "");
    step(r#"{ press = { button = "SET", every = "1s" } }"#, "5:13", "needs `times`", "");
    step(r#"{ press = { button = "SET", times = 2, every = "100ms" } }"#, "5:50", "every 100ms is too often", "");
    step(r#"{ press = { buton = "SET" } }"#, "5:15", "has no key `buton`", "did you mean `button`?");
}

#[test]
fn what_the_rig_lacks_is_skipped() {
    use brownout_rigs::rig::{Rig, Stand};
    let profile = Profile::shipped("weekly").unwrap().unwrap();
    let rig = |buttons: bool| {
        let mut rig = Rig::shipped().unwrap();
        if !buttons {
            let Stand::Virtual(wiring) = &mut rig.stand else { unreachable!("the shipped rig is virtual") };
            std::sync::Arc::make_mut(wiring).buttons.clear();
        }
        rig
    };
    let file = Found { path: "x.toml".into(), name: "x".to_owned(), root: ".".into() };
    let text = GOOD.replace(r#"wait   = "1s""#, r#"press = "SET""#);
    for (buttons, skip) in [(true, None), (false, Some("the rig `virtual-12v` has no wire to the button `SET`"))] {
        let rig = rig(buttons);
        let target = Target { profile: &profile, highest: None, rig: Some(&rig) };
        let cases = cases(&file, &Source::new("x.toml", text.clone()), target).unwrap();
        assert_eq!(cases[0].skip.as_deref(), skip);
    }
}

#[test]
fn shapes() {
    step(r#"{ }"#, "5:3", "a step without a word", "");
    step(r#""wait""#, "5:3", "a step, such as", "");
    step(r#"{ cut = "1s", impedance = "low" }"#, "5:3", "a step is one word", "{ cut = { … } }");
    step(r#"{ wait = "1s", mark = "x" }"#, "5:3", "a step is one word", "one table per step");
    step(r#"{ program = { add = {}, delete = 1 } }"#, "5:15", "one thing at a time", "");
    step(r#"{ console = "A\nB" }"#, "5:15", "more than one line", "");
    step(r#"{ mark = "1 x" }"#, "5:12", "cannot be a name", "");
    step(r#"{ expect = { relay = "K1" } }"#, "5:14", "no predicate", "`stays`");
    step(r#"{ expect = { is = "open" } }"#, "5:14", "has no subject", "say which relay");
    step(r#"{ expect = { relay = "K1", is = "open", stays = "open" } }"#, "5:14", "exactly one predicate", "");
    step(r#"{ expect = { relay = "K1", programs = "kept" } }"#, "5:14", "exactly one subject", "");
    step(r#"{ expect = { relay = "K1", stays = "open" } }"#, "5:14", "`stays` needs `for`", "");
    step(
        r#"{ expect = { relay = "K1", is = "open", for = "1s" } }"#,
        "5:43",
        "`for` does not go with `is`",
        "`within`",
    );
    step(r#"{ expect = { relay = "K1", edges = "2" } }"#, "5:38", "a whole number", "");
    step(r#"{ expect = { console = "OK" } }"#, "5:14", "needs `within`", "");
    step(r#"{ expect = { clock = "2s" } }"#, "5:24", "a table of `within`", "");
    step(r#"{ expect = { clock = { within = "2s", ovr = "1d" } } }"#, "5:41", "no key `ovr`", "did you mean `over`?");
    step(r#"{ expect = { programs = "kept", over = 3 } }"#, "5:42", "", "");
    step(r#"{ expect = { programs = "kept", over = "0s" } }"#, "5:42", "", "");
    step(r#"{ expect = { programs = "kept", for = "1d" } }"#, "5:35", "no key `for`", "");
    let unquoted = GOOD.replace(r#""08:00:00""#, "08:00:00");
    check(&unquoted, "11:38", "not a TOML date or time", "put it in quotes");
    check(&GOOD.replace("Mon 07:59:55", "Monday 8"), "10:12", "`Monday 8` is not a clock setting", "");
    check(&GOOD.replace("Mon-Fri", "Mon..Fri"), "11:22", "`Mon..Fri` is not a group of days", "");
    check(&GOOD.replace("covers = [\"power-outage\"]", "covers = []"), "3:10", "`covers` is empty", "`power-outage`");
}

#[test]
fn keys_below_a_table() {
    let (top, board) = GOOD.split_once("[board]").unwrap();
    let (head, steps) = top.split_once("steps").unwrap();
    let low = format!("{head}[board]{board}\nsteps{steps}");
    check(&low, "8:1", "`steps` stands below `[board]`", "move `steps` above the first `[…]` line");
    let low = format!("{head}[matrix]\nsteps{steps}[board]{board}");
    check(&low, "5:1", "`steps` stands below `[matrix]`", "move `steps` above");
    assert_eq!(told("").len(), 4, "title, why, covers, steps");
}

#[test]
fn the_matrix() {
    let with = |matrix: &str, step: &str| format!("{}\n[matrix]\n{matrix}\n", GOOD.replace(r#""1s""#, step));
    let good = with(r#"t = ["1s", "2s"]"#, r#""{t}""#);
    assert_eq!(told(&good), Vec::<String>::new());
    let ids: Vec<String> = plan_text(&good).unwrap().iter().map(|case| case.id.to_string()).collect();
    assert_eq!(ids, ["x@t=1s", "x@t=2s"]);
}

#[test]
fn matrix_faults() {
    let with = |matrix: &str, value: &str| format!("{}\n[matrix]\n{matrix}\n", GOOD.replace(r#""1s""#, value));
    check(&GOOD.replace(r#""1s""#, r#""{t}""#), "5:14", "the matrix has no `t`", "there is no `[matrix]`");
    check(&with(r#"t = ["1s"]"#, r#""1s""#), "14:1", "`t` is never used", r#""{t}""#);
    check(&with(r#"t = ["1s", "2"]"#, r#""{t}""#), "14:12", "`2` has no unit", "");
    check(&with(r#"t = ["1s", "1s"]"#, r#""{t}""#), "14:12", "`1s` stands twice", "");
    check(&with("t = []", r#""{t}""#), "14:5", "`t` has no values", "");
    check(&with(r#"t = "1s""#, r#""{t}""#), "14:5", "a list of values for `t`", "");
    check(&with("t = [1.5]", r#""{t}""#), "14:6", "cannot be a matrix value", "in quotes");
    check(&with(r#"t = ["{u}"]"#, r#""{t}""#), "14:6", "not a number with a unit", "");
    check(&with(r#"t = ["1s"]"#, r#""{t}s""#), "5:14", "only where it is the whole value", "");
    let many: Vec<String> = (1..=200).map(|n| format!("\"{n}s\"")).collect();
    let many = format!("t = [{0}]\nu = [{0}]", many.join(","));
    check(&with(&many, r#""{t}" }, { wait = "{u}""#), "13:1", "this matrix makes 40000 cases", "split the scenario");
}

#[test]
fn repetition() {
    step(r#"{ repeat = { times = 2 } }"#, "5:14", "`repeat` needs `steps`", "");
    step(r#"{ repeat = { steps = [{ wait = "1s" }] } }"#, "5:14", "`repeat` needs `times`", "add `times = 3`");
    step(r#"{ repeat = { times = 2, steps = [] } }"#, "5:35", "this list of steps is empty", "");
    step(r#"{ repeat = { times = 2, steps = { wait = "1s" } } }"#, "5:35", "a list of steps belongs here", "");
    step(r#"{ repeat = { times = 0, steps = [{ wait = "1s" }] } }"#, "5:24", "`0` cannot be a number of times", "");
    step(r#"{ repeat = { times = 20000, steps = [{ wait = "1s" }] } }"#, "5:24", "20000 times are too many", "");
    step(r#"{ repeat = { times = 2, steps = [{ wiat = "1s" }] } }"#, "5:38", "`wiat` is not a step", "`wait`?");
    step(r#"{ repeat = { times = 2, step = [{ wait = "1s" }] } }"#, "5:27", "has no key `step`", "`steps`?");
    let much = r#"{ repeat = { times = 9000, steps = [{ repeat = { times = 9, steps = [{ wait = "1s" }] } }] } }"#;
    step(much, "5:3", "9000 times 9 steps are too many", "");
    let deep = (0..20)
        .fold(r#"{ wait = "1s" }"#.to_owned(), |inner, _| format!("{{ repeat = {{ times = 1, steps = [{inner}] }} }}"));
    step(&deep, "5:399", "too deep in each other", "");
    step(
        r#"{ repeat = { times = 2, steps = [{ until = "Mon 08:00:00" }, { wait = "1s" }] } }"#,
        "5:46",
        "already past",
        "",
    );
}

#[test]
fn the_background() {
    let during = |front: &str, back: &str| format!("{{ during = {{ steps = [{front}], meanwhile = [{back}] }} }}");
    let wait = r#"{ wait = "1s" }"#;
    let cut = r#"{ cut = "1s" }"#;
    step(&during(wait, r#"{ expect = "schedule" }"#), "5:56", "cannot stand in the background", "`cut`, `dip`");
    step(&during(wait, r#"{ mode = "on" }"#), "5:56", "cannot stand in the background", "");
    step(&during(wait, r#"{ mark = "m" }"#), "5:56", "cannot stand in the background", "");
    step(&during(wait, r#"{ reset = "supply" }"#), "5:56", "cannot stand in the background", "");
    step(&during(cut, cut), "5:25", "the supply is disturbed from two sides", "only one of the two");
    step(&during(&during(wait, cut), cut), "5:25", "a `during` inside another", "");
    step(&during(wait, ""), "5:55", "this list of steps is empty", "");
    step(r#"{ during = { steps = [{ wait = "1s" }] } }"#, "5:14", "`during` needs `meanwhile`", "");
    step(
        r#"{ during = { steps = [{ wait = "1s" }], while = [] } }"#,
        "5:43",
        "has no key `while`",
        "did you mean `meanwhile`?",
    );
    step(r#"{ reset = "factroy" }"#, "5:13", "`factroy` is not a way to reset", "did you mean `factory`?");
    step(r#"{ power = "off" }, { reset = "supply" }"#, "5:22", "no supply to disturb", "");
    step(r#"{ reset = "factory" }, { until = "Mon 09:00:00" }"#, "5:36", "`until` needs a clock", "`set-clock` step");
    let takes = |step: &str| plan_text(&GOOD.replace(r#"{ wait   = "1s" }"#, step)).unwrap()[0].takes.to_string();
    assert_eq!(takes(&during(wait, cut)), "1s");
    assert_eq!(takes(&during(wait, r#"{ cut = "1s" }, { wait = "5s" }"#)), "6s");
    assert_eq!(takes(&during(r#"{ wait = "9s" }"#, cut)), "9s");
}

#[test]
fn what_is_included() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let told = |step: &str| {
        let name = folder.path().join("x.toml").display().to_string();
        let text = GOOD.replace(r#"{ wait   = "1s" }"#, step);
        let file = Found { path: name.clone().into(), name: "x".to_owned(), root: folder.path().into() };
        let profile = Profile::shipped("weekly").unwrap().unwrap();
        match cases(&file, &Source::new(name, text), Target { profile: &profile, highest: None, rig: None }) {
            Ok(cases) => cases[0].steps.iter().map(|step| step.text.clone()).collect(),
            Err(Faults(faults)) => faults
                .iter()
                .map(|fault| fault.line().replace(&format!("{}/", folder.path().display()), ""))
                .collect::<Vec<_>>(),
        }
    };
    let include = |name: &str| format!(r#"{{ include = "{name}" }}"#);
    write("good.steps.toml", "steps = [{ mark = \"a\" }, { wait = \"1s\" }]");
    let rest = "expect K1 is closed";
    assert_eq!(told(&include("good.steps.toml")), ["mark a", "wait 1s", rest]);
    let twice = r#"{ repeat = { times = 2, steps = [{ include = "good.steps.toml" }] } }"#;
    assert_eq!(told(twice), ["mark a", "wait 1s", "mark a", "wait 1s", rest]);
    let missing = told(&include("none.steps.toml"));
    assert!(missing[0].starts_with("x.toml:5:15: `none.steps.toml` cannot be read"), "{missing:?}");
    write(
        "bad.steps.toml",
        "steps = [\n  { wait = \"1\" },\n  { expect = { relay = \"K7\", is = \"open\" } },\n]\nwhy = \"?\"\n",
    );
    let bad = told(&include("bad.steps.toml"));
    assert!(bad[0].starts_with("bad.steps.toml:2:12: `1` has no unit"), "{bad:?}");
    assert!(bad[1].starts_with("bad.steps.toml:5:1: a shared list of steps has no key `why`"), "{bad:?}");
    write("k7.steps.toml", "steps = [\n  { expect = { relay = \"K7\", is = \"open\" } },\n]\n");
    assert_eq!(told(&include("k7.steps.toml")), ["k7.steps.toml:2:24: `weekly` has no relay `K7`"]);
    write("toml.steps.toml", "steps = [\n  { wait = 1s },\n]\n");
    assert_eq!(told(&include("toml.steps.toml")), ["toml.steps.toml:2:12: not TOML: `1s` must stand in quotes"]);
    write("a.steps.toml", "steps = [{ wait = \"1s\" },\n  { include = \"b.steps.toml\" }]");
    write("b.steps.toml", "steps = [{ include = \"a.steps.toml\" }]");
    let cycle = "b.steps.toml:1:22: `a.steps.toml` includes itself: a.steps.toml:2:15, then b.steps.toml:1:22";
    assert_eq!(told(&include("a.steps.toml")), [cycle]);
    let itself = told(&include("x.toml"));
    assert_eq!(itself, ["x.toml:5:15: `x.toml` includes itself: x.toml:5:15"]);
    assert!(told(r#"{ include = 3 }"#)[0].starts_with("x.toml:5:15: the name of a file"));
}

#[test]
fn the_matrix_reaches_into_what_is_included() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("w.steps.toml"), "steps = [{ wait = \"{t}\" }]").unwrap();
    let plan = |values: &str| {
        let name = folder.path().join("x.toml").display().to_string();
        let text = GOOD.replace(r#"{ wait   = "1s" }"#, r#"{ include = "w.steps.toml" }"#);
        let text = format!("{text}[matrix]\nt = [{values}]\n");
        let file = Found { path: name.clone().into(), name: "x".to_owned(), root: folder.path().into() };
        let profile = Profile::shipped("weekly").unwrap().unwrap();
        cases(&file, &Source::new(name, text), Target { profile: &profile, highest: None, rig: None })
    };
    let good = plan(r#""1s", "2s""#).unwrap();
    assert_eq!(good.iter().map(|case| case.takes.to_string()).collect::<Vec<_>>(), ["1s", "2s"]);
    for (values, message) in [(r#""1s", "2""#, "`2` has no unit"), (r#""1s", { a = "b" }"#, "`t` is a table")] {
        let Faults(faults) = plan(values).unwrap_err();
        assert!(faults[0].message().starts_with(message), "{faults:?}");
        assert_eq!((faults[0].place(), faults[0].file().ends_with("w.steps.toml")), ((1, 19), true));
    }
}

#[test]
fn not_toml() {
    check(&format!("{GOOD}mode = \"on\"\nmode = \"off\"\n"), "13:1", "duplicate key", "a key stands once");
    check(&GOOD.replace(r#""1s""#, "1s"), "5:14", "not TOML: `1s` must stand in quotes", "");
    check(&GOOD.replace(r#"{ wait   = "1s" }"#, "{ wait = \"1s\",\n }"), "5:17", "TOML 1.1", "on one line");
    check(&GOOD.replace(r#"{ wait   = "1s" }"#, "{ wait = \"1s\", }"), "5:16", "a comma before `}`", "");
    check(&GOOD.replace("A title", r"A \x41"), "1:13", r"the escape `\x` is TOML 1.1", "");
}

#[test]
fn what_the_board_lacks() {
    step(r#"{ expect = { relay = "K2", is = "open" } }"#, "5:24", "`weekly` has no relay `K2`", "`K1`?");
    step(r#"{ program = { delete = 18 } }"#, "5:26", "has no slot 18", "");
    let group = GOOD.replace("Mon-Fri", "Mon,Sun");
    check(&group, "11:13", "cannot hold this programme: it has no group of days `Mon,Sun`", "`Mon-Fri`");
    let one = r#"{ days = "Mon-Fri", on = "08:00:00", off = "18:00:00" }"#;
    let full = GOOD.replace(one, &vec![one; 18].join(", "));
    check(&full, "11:982", "holds 17 programmes, this would be number 18", "");
    let full = GOOD.replace(one, &vec![one; 17].join(", "));
    let added = full.replace(r#"wait   = "1s""#, &format!("program = {{ add = {one} }}"));
    check(&added, "5:3", "holds 17 programmes, this would be number 18", "with `console`");
}

#[test]
fn the_order_of_steps() {
    step(
        r#"{ expect = { relay = "K1", edges = 1, since = "x" } }"#,
        "5:49",
        "no mark `x` is set before",
        "{ mark = \"x\" }",
    );
    step(r#"{ mark = "a" }, { mark = "a" }"#, "5:28", "the mark `a` is set twice", "");
    step(
        r#"{ wait = "10s" }, { until = "Mon 08:00:00" }"#,
        "5:31",
        "`Mon 08:00:00` is already past",
        "`2024-01-08 08:00:00`",
    );
    step(r#"{ until = "2024-01-01 07:00:00" }"#, "5:13", "already past", "");
    step(r#"{ until = "Mon 25:00" }"#, "5:13", "is not a clock setting", "");
    step(r#"{ power = "off" }, { cut = "1s" }"#, "5:22", "no supply to disturb", "{ power = \"on\" }");
    step(r#"{ wait = "99999d" }"#, "6:3", "longer than a hundred years", "");
    let unset = GOOD.replace("clock    = \"Mon 07:59:55\"\n", "");
    check(
        &unset.replace(r#"wait   = "1s""#, r#"until = "Mon 08:00:00""#),
        "5:13",
        "`until` needs a clock",
        "`set-clock` step",
    );
    check(&unset.replace(r#"{ relay = "K1", is = "closed" }"#, "\"schedule\""), "6:14", "needs a clock", "");
}

#[test]
fn all_faults_of_a_file_are_told() {
    let text =
        GOOD.replace("A reason", "").replace(r#""1s""#, "1").replace("closed", "shut").replace("Mon 07:59:55", "7:59");
    let places: Vec<String> = told(&text).iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(places, ["2:10", "5:14", "6:35", "10:12"]);
}

#[test]
fn a_test_that_expects_nothing_is_no_test() {
    let text = GOOD.replace(r#"{ expect = { relay = "K1", is = "closed" } },"#, "");
    check(&text, "4:1", "no step expects anything", "schedule");
}

#[test]
fn firmwares() {
    step(r#"{ flash = 3 }"#, "5:13", "`again`, or an ELF file", "");
    step(r#"{ flash = "nowhere.elf" }"#, "5:13", "`nowhere.elf` cannot be read", "name an ELF file");
    step(r#"{ flash = "Cargo.toml" }"#, "5:13", "`Cargo.toml` is not an ELF file", "build it for the STM32F103C8");
    let profile = Profile { chip: None, ..Profile::shipped("weekly").unwrap().unwrap() };
    let file = Found { path: "x.toml".into(), name: "x".to_owned(), root: ".".into() };
    let text = GOOD.replace(r#"{ wait   = "1s" }"#, r#"{ flash = "again" }"#);
    let target = Target { profile: &profile, highest: None, rig: None };
    let cases = cases(&file, &Source::new("x.toml", text), target).unwrap();
    assert_eq!(cases[0].skip.as_deref(), Some("`weekly` names no chip: no probe can flash it"));
    step(
        r#"{ during = { steps = [{ flash = "again" }], meanwhile = [{ cut = "1s" }] } }"#,
        "5:25",
        "nothing can go on beside `flash`",
        "`power = { ramp = { to = \"0V\", over = … } }`",
    );
}

#[test]
fn operators() {
    step(r#"{ operator = [{ cut = "1s" }] }"#, "5:17", "nothing that an operator does", "`power`, `press`, `reset`");
    step(r#"{ operator = [{ expect = "schedule" }] }"#, "5:17", "nothing that an operator does", "");
    step(r#"{ operator = [] }"#, "5:16", "this list of steps is empty", "");
    step(r#"{ operator = "press" }"#, "5:16", "a list of steps", "");
    step(r#"{ operator = [{ operator = [{ press = "SET" }] }] }"#, "5:17", "nothing that an operator does", "");
    let inside = r#"{ during = { steps = [{ operator = [{ press = "SET" }] }], meanwhile = [{ wait = "1s" }] } }"#;
    step(inside, "5:25", "an operator's help inside a `during`", "after the `during`");
}

#[test]
fn modes_resets_and_faults() {
    step(r#"{ expect = { mode = "of" } }"#, "5:23", "`of` is not a mode", "did you mean");
    step(r#"{ expect = { mode = "on", since = "x" } }"#, "5:29", "has no key `since`", "");
    step(r#"{ expect = { resets = "1" } }"#, "5:25", "a number of resets, a whole number,", "");
    step(r#"{ expect = { resets = -1 } }"#, "5:25", "`-1` cannot be a number of resets", "");
    step(r#"{ expect = { resets = 1, since = "x" } }"#, "5:36", "no mark `x` is set", "");
    step(r#"{ expect = { faults = "some" } }"#, "5:25", "`some` is not what can be expected of faults", "`none`");
    step(r#"{ expect = { fault = "none" } }"#, "5:14", "has no subject", "did you mean `faults`?");
    let profile = {
        let mut profile = Profile::shipped("weekly").unwrap().unwrap();
        let commands = &mut profile.console.as_mut().unwrap().commands;
        (commands.read_mode, commands.status) = (None, None);
        profile
    };
    let file = Found { path: "x.toml".into(), name: "x".to_owned(), root: ".".into() };
    let text = GOOD.replace(r#"{ wait   = "1s" }"#, r#"{ expect = { mode = "auto" } }"#);
    let target = Target { profile: &profile, highest: None, rig: None };
    let cases = cases(&file, &Source::new("x.toml", text), target).unwrap();
    assert_eq!(cases[0].skip.as_deref(), Some("`weekly` has no command that tells its mode"));
}
