//! What a week of a sleeping board costs its supply: one wake a second, two changes of load each.
#![allow(clippy::print_stdout, reason = "a measurement is for people to read")]

use brownout_trace::event::{Crossing, Level};
use brownout_trace::{Amps, Instant, Span, Volts};
use brownout_virtual::supply::{Node, Supply, SupplyParts};

#[test]
#[ignore = "a measurement: run it alone, with --nocapture"]
fn a_week_of_wakes_costs_little_on_every_supply() {
    for (name, text) in [
        ("12 V DC", include_str!("../../virtual-12v.toml")),
        ("transformer", include_str!("../../virtual-220v.toml")),
        ("dropper", include_str!("../../virtual-220v-dropper.toml")),
        ("switching", include_str!("../../virtual-220v-switching.toml")),
    ] {
        let file: toml::Table = text.parse().unwrap();
        let parts: SupplyParts = file["virtual"]["supply"].clone().try_into().unwrap();
        let mut supply = Supply::new(parts.clone(), Instant::ZERO);
        supply.set_level(Instant::ZERO, Level::Volts(parts.nominal));
        let started = std::time::Instant::now();
        for second in 1..=604_800i64 {
            for (after, amps) in [(0, 5.5e-3), (300, 2.2e-3)] {
                let at = Instant(second * 1_000_000_000 + after * 1000);
                supply.advance(at);
                supply.set_load(at, Amps(amps));
                for volts in [1.88, 2.0, 2.9] {
                    assert_eq!(supply.next_crossing(Node::Vdd, Volts(volts), Crossing::Falling), None);
                }
                assert_eq!(supply.next_switching(), None);
            }
        }
        println!(
            "{name}: {:.2} s for a week, {} at its end",
            started.elapsed().as_secs_f64(),
            supply.bulk(Instant::ZERO + Span::secs(604_801))
        );
    }
}
