//! Defects of a board's parts, to be injected: in the rig file from the start, or by a call at an instant.

use crate::relay::ContactFault;
use crate::wiring::{Wiring, WiringError};
use brownout_trace::{Percent, RelayName, Span};
use serde::Deserialize;

/// One defect.
///
/// ```toml
/// [[virtual.faults]]
/// capacitor-loss = { of = "supply", loss = "60%" }     # or of = "reserve", "dropper", "mains"
/// [[virtual.faults]]
/// dead-reserve = {}                                    # an empty cell, a supercap with no solder
/// [[virtual.faults]]
/// contact = { relay = "K1", defect = "welded", closing = 1000 }   # or "stuck-open"; from the start without `closing`
/// [[virtual.faults]]
/// noisy-button = { button = "SET", bounce = "15ms", spikes = "20s" }   # bounces only, without `spikes`
/// [[virtual.faults]]
/// stopped-crystal = { at = "10s" }                     # never starts without `at`
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// A capacitor that has lost part of what it had.
    CapacitorLoss {
        /// Which.
        of: Capacitor,
        /// The share that is gone; less than all.
        loss: Percent,
    },
    /// A reserve that holds nothing and takes no charge.
    DeadReserve {},
    /// A contact that no longer follows its armature.
    Contact {
        /// The relay.
        relay: RelayName,
        /// What is wrong with it.
        defect: ContactFault,
        /// The closing with which it comes, counted from 1; absent: at once.
        #[serde(default)]
        closing: Option<u32>,
    },
    /// A button that bounces whenever it is pressed or released, and may close by itself.
    NoisyButton {
        /// Its name.
        button: String,
        /// For this long at most; a spike of itself likewise.
        bounce: Span,
        /// A spike comes so often, on average, while nobody presses; absent: none.
        #[serde(default)]
        spikes: Option<Span>,
    },
    /// A 32 kHz crystal that does not start, or stops.
    StoppedCrystal {
        /// When it stops, on the bench's clock: step 0 of a case is 0s. Absent: it never starts; injected, it stops now.
        #[serde(default)]
        at: Option<Span>,
    },
}

/// A capacitor by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capacitor {
    /// The bulk capacitor, `supply.capacitor`.
    Supply,
    /// The supercap behind VBAT.
    Reserve,
    /// In series with the mains.
    Dropper,
    /// At the mains' peak.
    Mains,
}

impl Fault {
    /// Whether this wiring has the part, and the figure is possible.
    pub fn check(&self, wiring: &Wiring) -> Result<(), WiringError> {
        let wrong = |why: String| Err(WiringError::Part(format!("`faults`: {why}")));
        match self {
            Self::CapacitorLoss { of, loss } => {
                if !(0.0..100.0).contains(&loss.0) {
                    return wrong(format!("`capacitor-loss.loss` is {loss}; it must be from 0% to less than 100%"));
                }
                if !of.is_in(wiring) {
                    return wrong(format!("this board has no capacitor `{}`", of.name()));
                }
            }
            Self::Contact { relay, closing, .. } => {
                if wiring.relays.iter().all(|wires| wires.name != *relay) {
                    return wrong(format!("`contact.relay` is {relay}, but the rig wires no relay of that name"));
                }
                if *closing == Some(0) {
                    return wrong(
                        "`contact.closing` counts from 1; leave it out for a defect from the start".to_owned(),
                    );
                }
            }
            Self::NoisyButton { button, bounce, spikes } => {
                if wiring.buttons.iter().all(|wires| wires.name != *button) {
                    return wrong(format!(
                        "`noisy-button.button` is `{button}`, but the rig wires no button of that name"
                    ));
                }
                if *bounce <= Span::ZERO || *bounce > Span::secs(1) {
                    return wrong(format!(
                        "`noisy-button.bounce` is {bounce}; it must be more than zero and at most 1s"
                    ));
                }
                if let Some(spikes) = spikes.filter(|spikes| spikes.0 < bounce.0 * 10) {
                    return wrong(format!(
                        "`noisy-button.spikes` is {spikes}; it must be at least ten times `bounce`, {bounce}"
                    ));
                }
            }
            Self::DeadReserve {} | Self::StoppedCrystal { .. } => {}
        }
        Ok(())
    }
}

impl Capacitor {
    /// As the file writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Supply => "supply",
            Self::Reserve => "reserve",
            Self::Dropper => "dropper",
            Self::Mains => "mains",
        }
    }

    fn is_in(self, wiring: &Wiring) -> bool {
        let mut there = false;
        wiring.clone().figures(&mut |path, _, _| there |= path == self.path());
        there
    }

    /// Its figure's path in the rig file.
    pub fn path(self) -> &'static str {
        match self {
            Self::Supply => "supply.capacitor",
            Self::Reserve => "reserve.capacitance",
            Self::Dropper => "supply.front-end.dropper.capacitor",
            Self::Mains => "supply.front-end.switching.bulk",
        }
    }
}
