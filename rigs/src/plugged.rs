//! What is plugged into this machine.

use probe_rs::probe::list::Lister;
use std::fs;

/// Where udev keeps serial adapters by a name that lasts.
const SERIAL: &str = "/dev/serial/by-id";

/// Debug probes that probe-rs sees, as a rig file selects them, with their names.
pub fn probes() -> Vec<String> {
    let seen = Lister::new().list_all();
    let name = |probe: &probe_rs::probe::DebugProbeInfo| {
        let serial = probe.serial_number.as_deref().map_or(String::new(), |serial| format!(":{serial}"));
        format!("{:04x}:{:04x}{serial} ({})", probe.vendor_id, probe.product_id, probe.identifier)
    };
    let mut names: Vec<String> = seen.iter().map(name).collect();
    names.sort();
    names
}

/// Serial adapters, as a rig file names them.
pub fn serial_ports() -> Vec<String> {
    let entries = fs::read_dir(SERIAL).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.path().display().to_string()).collect();
    names.sort();
    names
}
