//! The rig's lines on the Pi's header, through rppal.
//!
//! What a line drives is forced when it is opened, never trusted: a program that was killed leaves its lines as they were.
//! rppal's own way of leaving them (`reset_on_drop`) goes back to what was before, which may be just that; it is off, and
//! the safe state is set here, whenever these lines are dropped. After an `abort()` or a kill nobody is left to do so: that
//! is what the watchdog is for.

use super::presence;
use super::wires;
use crate::bench::RigFault;
use crate::bench::outside::Seal;
use crate::rig::pi::{Active, Input, Line, Output, PiWires, Pull};
use rppal::gpio::{Gpio, InputPin, OutputPin, Trigger};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A line that is driven.
#[derive(Debug)]
struct Driver {
    pin: Mutex<OutputPin>,
    /// The level of its safe state.
    safe: bool,
}

impl Driver {
    fn pin(&self) -> MutexGuard<'_, OutputPin> {
        self.pin.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The lines, opened.
#[derive(Debug)]
pub struct Lines {
    /// In the order in which they are made safe.
    order: Vec<Output>,
    outputs: BTreeMap<Line, Driver>,
    /// No output becomes active any more.
    sealed: AtomicBool,
    inputs: Vec<InputPin>,
    /// The last to go: rppal closes the kernel's side of the inputs with it.
    gpio: Gpio,
}

impl Lines {
    /// Opens every line; the driven ones are in their safe state from here on.
    ///
    /// # Errors
    /// No Pi, no permission, or a line that another program has.
    pub fn open(wires: &PiWires) -> Result<Self, RigFault> {
        let gpio = Gpio::new().map_err(|error| presence::no_pi(&error))?;
        let mut lines = Self {
            order: Vec::new(),
            outputs: BTreeMap::new(),
            sealed: AtomicBool::new(false),
            inputs: Vec::new(),
            gpio,
        };
        // The feeding ones first. If a later line cannot be had, those before it are dropped, and so safe.
        for (output, what) in wires::outputs(wires) {
            let pin = driven(&lines.gpio, output).map_err(|error| presence::no_line(output.line, &what, &error))?;
            lines.order.push(output);
            let safe = output.active.high_for(false);
            lines.outputs.insert(output.line, Driver { pin: Mutex::new(pin), safe });
        }
        for (input, what) in wires::inputs(wires) {
            let pin = heard(&lines.gpio, input).map_err(|error| presence::no_line(input.line, &what, &error))?;
            lines.inputs.push(pin);
        }
        Ok(lines)
    }

    /// Drives a line; one that the rig does not drive is left alone.
    pub fn set(&self, line: Line, high: bool) {
        if let Some(driver) = self.outputs.get(&line) {
            let mut pin = driver.pin();
            // Under the lock: whoever seals writes after whoever came before, and is seen by whoever comes later.
            let sealed = self.sealed.load(Ordering::Acquire);
            pin.write(if sealed { driver.safe } else { high }.into());
        }
    }

    /// Has an output do what it is named for, or not.
    pub fn activate(&self, output: Output, on: bool) {
        self.set(output.line, output.active.high_for(on));
    }

    /// The safe state: every output inactive. As often as one likes.
    pub fn make_safe(&self) {
        for output in &self.order {
            self.activate(*output, false);
        }
    }

    /// Whether a line is high, now.
    pub fn is_high(&self, line: Line) -> bool {
        self.inputs.iter().any(|pin| pin.pin() == line.number() && pin.is_high())
    }

    /// The level of any line of the rig as it is on its pin, driven or not.
    pub fn level(&self, line: Line) -> bool {
        match self.outputs.get(&line) {
            Some(driver) => driver.pin().is_set_high(),
            None => self.is_high(line),
        }
    }

    /// Whether an input tells what it is named for, now.
    pub fn is_active(&self, input: Input) -> bool {
        self.is_high(input.line) == input.active.high_for(true)
    }

    /// What the kernel stamps the edges of.
    pub fn inputs(&self) -> Vec<&InputPin> {
        self.inputs.iter().collect()
    }

    /// The Pi's lines.
    pub fn gpio(&self) -> &Gpio {
        &self.gpio
    }
}

impl Seal for Lines {
    fn seal(&self) {
        self.sealed.store(true, Ordering::Release);
        self.make_safe();
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.make_safe();
        for pin in &mut self.inputs {
            // Closing it is all that can be tried.
            let _ = pin.clear_interrupt();
        }
    }
}

/// A line to be driven, at its safe level. rppal drives past the kernel, which therefore is asked for the line first: an
/// input for a moment, with the pull that holds it safe.
fn driven(gpio: &Gpio, output: Output) -> rppal::gpio::Result<OutputPin> {
    let pin = gpio.get(output.line.number())?;
    let mut asked = match output.active {
        Active::High => pin.into_input_pulldown(),
        Active::Low => pin.into_input_pullup(),
    };
    asked.set_reset_on_drop(false);
    asked.set_interrupt(Trigger::Both, None)?;
    asked.clear_interrupt()?;
    drop(asked);
    let pin = gpio.get(output.line.number())?;
    let mut pin = match output.active.high_for(false) {
        true => pin.into_output_high(),
        false => pin.into_output_low(),
    };
    pin.set_reset_on_drop(false);
    Ok(pin)
}

/// A line to be listened to, its edges stamped by the kernel from now on.
fn heard(gpio: &Gpio, input: Input) -> rppal::gpio::Result<InputPin> {
    let pin = gpio.get(input.line.number())?;
    let mut pin = match input.pull {
        Pull::None => pin.into_input(),
        Pull::Up => pin.into_input_pullup(),
        Pull::Down => pin.into_input_pulldown(),
    };
    pin.set_reset_on_drop(false);
    // Busy is told here; rppal's way with a callback would report success and lose every edge.
    pin.set_interrupt(Trigger::Both, None)?;
    Ok(pin)
}
