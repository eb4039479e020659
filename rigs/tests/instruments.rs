//! Instruments on the virtual bus, read by the drivers that a rig uses: what they say of a dip is what was there.

mod common;

use brownout_rigs::bench::Bench;
use brownout_rigs::bench::virtual_board::VirtualBench;
use brownout_rigs::rig::Rig;
use brownout_rigs::self_check::Lively;
use brownout_trace::event::{Event, Figure, Level, What};
use brownout_trace::{Instant, Span, Volts};
use common::{flashed, run, weekly};
use std::path::Path;

const INA226: [&str; 2] = [r#"{ ina226 = { shunt = "20mohm" } }"#, "0x40"];
const INA219: [&str; 2] = [r#"{ ina219 = { shunt = "100mohm" } }"#, "0x41"];
const ADS1115: [&str; 2] = [r#"{ ads1115 = { divider = "10%" } }"#, "0x48"];

/// The shipped rig with a meter; `errors` are the part's own, `calibration` what the rig takes off.
fn metered(meter: [&str; 2], errors: &str, calibration: &str) -> Rig {
    let (shipped, [chip, address]) = (Rig::shipped().unwrap().text, meter);
    let text = format!(
        "{shipped}\n[[virtual.instruments]]\nchip = {chip}\naddress = {address}\n{errors}\n\
         [meter]\nchip = {chip}\naddress = {address}\n{calibration}\n"
    );
    Rig::parse(&text, Path::new("metered.toml")).unwrap()
}

fn bench(rig: &Rig, seed: u64) -> VirtualBench {
    let (_, flashed) = flashed(&weekly());
    let mut bench = VirtualBench::new(rig, &flashed, seed, Instant(0)).unwrap();
    bench.play(&[(Instant(0), Level::Volts(Volts(12.0)))]).unwrap();
    run(&mut bench, Span::secs(5));
    bench
}

/// A dip to 8.4 V: what was measured of its depth, and what happened meanwhile.
fn dip(bench: &mut VirtualBench, width: Span) -> (Figure<Volts>, Vec<Event>) {
    let (level, start) = (Level::Volts(Volts(8.4)), bench.now() + Span::millis(1));
    bench.play(&[(start, level), (start + width, Level::Volts(Volts(12.0)))]).unwrap();
    let events = run(bench, width + Span::millis(10));
    (bench.measure_shot(level, start, width, Span::ZERO).unwrap().depth, events)
}

fn depth(figure: Figure<Volts>) -> f64 {
    match figure {
        Figure::Measured(volts) => volts.0,
        Figure::Unmeasured => panic!("the depth was not measured"),
    }
}

#[test]
fn a_meter_with_a_shunt_reads_the_current_through_it() {
    // Half a step is 62.5 uA over 20 mohm, 50 uA over 100 mohm; the board's own current moves meanwhile.
    for (meter, step) in [(INA226, 125e-6), (INA219, 100e-6)] {
        let mut bench = bench(&metered(meter, "", ""), 1);
        let flows = bench.board().supply_current().0;
        let read = bench.current().unwrap().unwrap().0;
        assert!(flows > 2e-3 && (read - flows).abs() < step + 0.05 * flows, "{meter:?}: {read} A of {flows} A");
        // The voltage is read as before.
        assert!((depth(dip(&mut bench, Span::millis(10)).0) - 8.4).abs() < 0.01);
    }
    assert_eq!(bench(&metered(ADS1115, "", ""), 1).current().unwrap(), None);
}

#[test]
fn each_meter_measures_a_dip_through_its_driver() {
    for (meter, step) in [(INA226, 1.25e-3), (INA219, 4e-3), (ADS1115, 1.25e-3)] {
        let mut bench = bench(&metered(meter, "", ""), 1);
        for millis in [10, 100, 1_000] {
            let measured = depth(dip(&mut bench, Span::millis(millis)).0);
            assert!((measured - 8.4).abs() < 2.0 * step + 1e-3, "{meter:?}: {measured} V over {millis} ms");
        }
    }
}

#[test]
fn a_dip_too_short_for_three_conversions_is_unmeasured() {
    for (meter, millis) in [(INA226, 1), (INA219, 2), (ADS1115, 5)] {
        let mut bench = bench(&metered(meter, "", ""), 1);
        assert_eq!(dip(&mut bench, Span::millis(millis)).0, Figure::Unmeasured, "{meter:?}");
    }
}

#[test]
fn a_meter_is_wrong_by_its_errors_less_its_calibration() {
    let errors = "gain = \"5%\"\noffset = \"100mV\"";
    let read = |calibration: &str| depth(dip(&mut bench(&metered(INA226, errors, calibration), 1), Span::millis(50)).0);
    assert!((read("") - (8.4 * 1.05 + 0.1)).abs() < 5e-3);
    assert!((read("calibration = { gain = \"5%\", offset = \"100mV\" }") - 8.4).abs() < 5e-3);
    let low = metered(INA226, "gain = \"-5%\"", "calibration = { gain = \"-2%\" }");
    assert!((depth(dip(&mut bench(&low, 1), Span::millis(50)).0) - 8.4 * 0.95 / 0.98).abs() < 5e-3);
}

#[test]
fn noise_is_the_seed_s_and_averages_out() {
    let rig = metered(INA226, "noise = \"50mV\"", "");
    let read = |seed| depth(dip(&mut bench(&rig, seed), Span::millis(50)).0);
    let (first, again, other) = (read(1), read(1), read(2));
    assert!((first - again).abs() < f64::EPSILON);
    assert!((first - other).abs() > 1e-4);
    // Sixteen samples of 50 mV: 12.5 mV, five times that as a bound.
    assert!((first - 8.4).abs() < 0.0625, "{first}");
}

#[test]
fn looking_changes_nothing_for_the_board() {
    let shipped = bench(&Rig::shipped().unwrap(), 1);
    let plain = dip(&mut shipped.clone(), Span::millis(100)).1;
    let looked = dip(&mut bench(&metered(INA226, "", ""), 1), Span::millis(100)).1;
    let words = |events: &[Event]| -> Vec<String> { events.iter().map(|event| format!("{:?}", event.what)).collect() };
    assert_eq!(words(&plain), words(&looked));
    assert!(plain.iter().any(|event| matches!(event.what, What::Supply { .. })));
}

#[test]
fn a_meter_that_is_gone_is_a_rig_fault() {
    let mut bench = bench(&metered(INA226, "", ""), 1);
    bench.desk().unplug(0x40, true);
    let start = bench.now() + Span::millis(1);
    let levels = [(start, Level::Volts(Volts(8.4))), (start + Span::millis(10), Level::Volts(Volts(12.0)))];
    bench.play(&levels).unwrap();
    let mut events = Vec::new();
    let until = start + Span::millis(20);
    let fault = loop {
        match bench.advance(until, &mut events) {
            Ok(()) => assert!(bench.now() < until, "nobody noticed"),
            Err(fault) => break fault.to_string(),
        }
    };
    assert!(fault.starts_with("the meter at 0x40 does not answer (NotAcknowledged(Address))"), "{fault}");
}

#[test]
fn another_chip_at_the_meter_s_address_is_a_rig_fault() {
    let text = metered(ADS1115, "", "").text.replacen(ADS1115[0], "{ pcf8574 = {} }", 1);
    let mut bench = bench(&Rig::parse(&text, Path::new("metered.toml")).unwrap(), 1);
    let start = bench.now() + Span::millis(1);
    bench.play(&[(start, Level::Open), (start + Span::millis(50), Level::Volts(Volts(12.0)))]).unwrap();
    let mut events = Vec::new();
    let fault = (0..100).find_map(|_| bench.advance(start + Span::millis(60), &mut events).err());
    assert!(fault.is_some_and(|fault| fault.what.contains("never ends a conversion")));
}

#[test]
fn a_rig_file_with_a_meter_that_cannot_be_is_refused() {
    let sound = metered(INA226, "", "").text;
    let chips = [INA226[0], INA219[0], ADS1115[0]];
    for (from, to, words) in [
        (
            "[meter]\nchip = { ina226 = { shunt = \"20mohm\" } }\naddress = 0x40",
            "[meter]\nchip = { ina226 = { shunt = \
          \"20mohm\" } }\naddress = 0x41",
            "the meter's address is 0x41, where `[[virtual.instruments]]` has none",
        ),
        ("address = 0x40", "address = 0x03", "the instrument at 0x03: address 0x03 is reserved"),
        ("address = 0x40\n\n", "address = 0x40\ngain = \"80%\"\n", "`gain` is 80%; it must be between -50% and 50%"),
        (chips[0], "{ ina226 = { shunt = \"0ohm\" } }", "`shunt` is 0ohm; it must be between 0.1mohm and 100ohm"),
        (chips[0], "{ ina227 = { shunt = \"1ohm\" } }", "unknown variant `ina227`"),
    ] {
        assert!(sound.contains(from), "{from}");
        let error = Rig::parse(&sound.replacen(from, to, 1), Path::new("r.toml")).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
    let twice = format!("{sound}\n[[virtual.instruments]]\nchip = {{ pcf8574 = {{}} }}\naddress = 0x40\n");
    let error = Rig::parse(&twice, Path::new("r.toml")).unwrap_err().to_string();
    assert!(error.contains("another one has the same address"), "{error}");
}
