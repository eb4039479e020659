//! Instruments on the bus, through their published drivers over rppal.

use super::talk::{Host, Outcome, PI, feed, listen, next, output, until, wait, with_stage};
use brownout_fake_pi::Flash;
use brownout_rigs::parts::meter::MeterParts;
use brownout_rigs::rig::Rig;
use embedded_hal::delay::DelayNs;
use embedded_hal::i2c::{ErrorType, I2c, Operation};
use rppal::gpio::{Gpio, Trigger};
use rppal::i2c::I2c as Port;
use std::path::Path;
use std::time::Duration;

/// As the Pi's bench has it: rppal's own transaction has a stop between write and read.
struct Bus(Port);

impl ErrorType for Bus {
    type Error = rppal::i2c::Error;
}

impl I2c for Bus {
    fn transaction(&mut self, address: u8, operations: &mut [Operation<'_>]) -> Result<(), rppal::i2c::Error> {
        self.0.set_slave_address(address.into())?;
        if let [Operation::Write(out), Operation::Read(into)] = operations {
            return self.0.write_read(out, into);
        }
        for operation in operations {
            match operation {
                Operation::Write(out) => self.0.write(out)?,
                Operation::Read(into) => self.0.read(into)?,
            };
        }
        Ok(())
    }
}

impl DelayNs for Bus {
    fn delay_ns(&mut self, ns: u32) {
        std::thread::sleep(Duration::from_nanos(ns.into()));
    }
}

fn parts() -> MeterParts {
    Rig::parse(PI, Path::new("pi.toml")).unwrap().meter.unwrap()
}

pub fn meter() -> Outcome {
    let host = Host::of(PI, "virtual-12v-metered", Flash::Blank);
    let mut guest = host.guest("a meter over i2c", &[]);
    guest.said("read")?;
    host.fake.silence_instrument(0x40, true);
    guest.go_on();
    guest.said("silent")?;
    host.fake.silence_instrument(0x40, false);
    guest.go_on();
    guest.ends()
}

pub fn meter_inside() {
    assert!(Port::with_bus(3).is_err(), "there is one bus");
    let mut bus = Bus(Port::with_bus(1).unwrap());
    let volts = |bus: &mut Bus| parts().sample(bus).map(|volts| volts.0).map_err(|fault| fault.what);
    let off = volts(&mut bus).unwrap();
    assert!(off.abs() < 0.1, "{off} V while it is off");
    let gpio = Gpio::new().unwrap();
    let (mut switch, watchdog) = (output(&gpio, 17), output(&gpio, 22));
    feed(watchdog);
    switch.set_high();
    // At first it is the inrush into the board's capacitor that it sees.
    assert!(until(|| (11.5..12.1).contains(&volts(&mut bus).unwrap())));
    wait("read");
    let fault = volts(&mut bus).unwrap_err();
    assert!(fault.contains("0x40 does not answer") && fault.contains("121"), "{fault}: EREMOTEIO");
    wait("silent");
    volts(&mut bus).unwrap();
}

pub fn dac() -> Outcome {
    let stage = r#"{ dac = { chip = "mcp4728", address = 0x60, channel = "B", full-scale = "16.38V", enable = { line = "GPIO17", active = "high" } } }"#;
    let host = Host::of(&with_stage(stage), "virtual-12v", Flash::Blank);
    host.plays("a dac steers the supply")
}

pub fn dac_inside() {
    // 4 mV a step. The comparator is at 10.8 V: code 2700.
    let mut port = Port::with_bus(1).unwrap();
    port.set_slave_address(0x60).unwrap();
    let gpio = Gpio::new().unwrap();
    let mut sense = listen(&gpio, 27);
    let (mut enable, watchdog) = (output(&gpio, 17), output(&gpio, 22));
    feed(watchdog);
    // Multi-write (DS22187, figure 5-8), channel B, internal reference.
    let mut set = |code: u16| {
        let [high, low] = code.to_be_bytes();
        assert_eq!(port.write(&[0b0100_0010, 0x80 | high, low]).unwrap(), 3);
    };
    set(3_000);
    enable.set_high();
    let rose = next(&mut sense, Trigger::RisingEdge);
    set(2_600);
    let fell = next(&mut sense, Trigger::FallingEdge);
    assert!(rose.timestamp < fell.timestamp);
    set(2_650);
    set(2_701);
    next(&mut sense, Trigger::RisingEdge);
}
