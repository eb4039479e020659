//! The other shipped rigs and the variants in their comments, each with a case that passes and a disturbance of its own kind.

use crate::desk::{Desk, Test, case, timed};
use crate::scenarios::{judged_on, passes_on};
use crate::support::Place;
use brownout_trace::Volts;
use brownout_trace::event::{Level, ShotReport};

pub const TESTS: &[Test] = &[
    ("a_dac_passes", || drop(judged_on(dac, PASSING))),
    ("a_dac_dips", || dipped(&judged_on(dac, &dip("40%", "100ms")), 2.0)),
    ("a_dac_s_slope_is_measured", a_dac_s_slope_is_measured),
    ("a_short_cut_of_mains_is_skipped", a_short_cut_of_mains_is_skipped),
    ("diode_isolated_rails_pass", || drop(judged_on(isolated, PASSING))),
    ("diode_isolated_rails_dip", || dipped(&judged_on(isolated, &dip("70%", "100ms")), 3.5)),
    ("breaking_rails_dip", || dipped(&judged_on(breaking, &dip("40%", "100ms")), 2.0)),
    ("scpi_passes", || drop(passes_on(scpi, "memory/hard-reset", "@how=pin"))),
    ("scpi_dips", || {
        let shots = passes_on(scpi, "power/dips-iec-61000-4-29", "@clock=Mon 12:00:00@to=70%@width=1s");
        dipped(&shots, 8.4);
    }),
    ("korad_passes", || drop(passes_on(korad, "memory/hard-reset", "@how=pin"))),
    ("korad_cuts", || drop(passes_on(korad, "power/short-outage", "@cut=1s"))),
    ("mains_passes", || drop(judged_on(mains, PASSING))),
    ("mains_cuts", || drop(judged_on(mains, LONG_CUT))),
    ("mains_turns_on_at_the_crest", || drop(judged_on(crest, LONG_CUT))),
    ("mains_dips_to_a_tap", || drop(judged_on(tapped, &dip("70%", "5s")))),
];

const PI_5V: &str = include_str!("../../../rigs/pi-5v.toml");
/// The rig with a bench supply.
pub const PI_PSU: &str = include_str!("../../../rigs/pi-psu.toml");
/// The mains rig.
pub const PI_MAINS: &str = include_str!("../../../rigs/pi-mains.toml");

const PASSING: &str =
    "{ wait = \"4s\" },\n{ expect = { relay = \"K1\", is = \"closed\" } },\n{ expect = \"schedule\" },\n";
const CUT: &str = "{ wait = \"4s\" },\n{ cut = { for = \"1s\", impedance = \"high\" } },\n\
                   { expect = { relay = \"K1\", is = \"closed\", within = \"3s\" } },\n\
                   { expect = { programs = \"kept\" } },\n{ expect = \"schedule\" },\n";
const LONG_CUT: &str = "{ wait = \"4s\" },\n{ cut = { for = \"5s\", impedance = \"high\" } },\n\
                        { expect = { relay = \"K1\", is = \"closed\", within = \"3s\" } },\n\
                        { expect = { programs = \"kept\" } },\n{ expect = \"schedule\" },\n";

/// 3.5 V in 1.4 s, down to what the amplifier still gives.
fn a_dac_s_slope_is_measured() {
    let slope = "{ wait = \"4s\" },\n{ ramp = { to = \"1.5V\", over = \"1400ms\", measured = [\"slew\"] } },\n\
                 { wait = \"3s\" },\n{ power = \"on\" },\n{ wait = \"3s\" },\n{ expect = { programs = \"kept\" } },\n";
    for shot in judged_on(dac, slope) {
        let slew = shot.slew.measured().unwrap().0;
        assert!((2.0..3.0).contains(&slew), "{shot:?}");
    }
}

/// An SSR lets go at a zero: the plan says so, and nothing is energised for it.
fn a_short_cut_of_mains_is_skipped() {
    let desk = mains(case(&LONG_CUT.replace("5s", "100ms")));
    let says = "the rig `pi-mains` may make a shot 10ms longer or shorter than asked, and one of 100ms may be 1ms off: ask \
                for 1s or more";
    desk.on(&["check", "--rig", "pi.toml"]).prints(0, &[says]);
    let ran = desk.run("scenarios", "weekly", "");
    ran.says(ran.status, &[says]);
    assert!(!desk.fake.was_fed() && desk.recorded().is_empty(), "{ran:#?}");
}

fn dip(to: &str, width: &str) -> String {
    CUT.replace(
        "cut = { for = \"1s\", impedance = \"high\" }",
        &format!("dip = {{ to = \"{to}\", for = \"{width}\" }}"),
    )
}

fn dac(here: Place) -> Desk {
    Desk::of(&timed(PI_5V, "5ms"), "virtual-5v", here)
}

/// The DAC's rig with one of the stages in its comments.
fn rails(change: &str, here: Place) -> Desk {
    let line = PI_5V.lines().find(|line| line.starts_with("# stage") && line.contains(change)).unwrap();
    let text = PI_5V.replace("stage   = { dac", "# stage = { dac").replace(line, &line[2..]).replace(", \"slew\"", "");
    Desk::of(&timed(&text.replace("\"6V\"", "\"5V\""), "5ms"), "virtual-5v", here)
}

fn isolated(here: Place) -> Desk {
    rails("diode-isolated", here)
}

fn breaking(here: Place) -> Desk {
    rails("break-before-make", here)
}

fn scpi(here: Place) -> Desk {
    Desk::of(&timed(PI_PSU, "5ms"), "virtual-12v", here)
}

fn korad(here: Place) -> Desk {
    let (scpi, rest) = PI_PSU.split_once("[pi.supply.stage.scpi]").unwrap();
    let (_, rest) = rest.split_once("instead of the table above:\n").unwrap();
    let (korad, rest) = rest.split_once("\n\n").unwrap();
    Desk::of(&timed(&format!("{scpi}{}\n\n{rest}", korad.replace("# ", "")), "5ms"), "virtual-12v", here)
}

fn mains(here: Place) -> Desk {
    Desk::of(PI_MAINS, "virtual-220v", here)
}

fn crest(here: Place) -> Desk {
    Desk::of(&PI_MAINS.replace("# turn-on", "turn-on"), "virtual-220v", here)
}

fn tapped(here: Place) -> Desk {
    Desk::of(&PI_MAINS.replace("# tap", "tap"), "virtual-220v", here)
}

/// It went there, by the meter where that came to three readings.
fn dipped(shots: &[ShotReport], volts: f64) {
    for shot in shots {
        let Level::Volts(Volts(asked)) = shot.level else { panic!("{shot:?}") };
        assert!((asked - volts).abs() < 1e-6 && shot.start.measured().is_some(), "{shot:?}");
        assert!(shot.depth.measured().is_none_or(|depth| (depth.0 - volts).abs() < volts * 0.05), "{shot:?}");
    }
}
