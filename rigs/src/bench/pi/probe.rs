//! The debug probe, through probe-rs.

use crate::bench::RigFault;
use crate::rig::pi::ProbePort;
use probe_rs::probe::Probe;
use probe_rs::probe::list::Lister;
use probe_rs::probe::{DebugProbeInfo, DebugProbeSelector};
use std::error::Error;

/// Opens the probe that the rig file names, or the only one there is.
///
/// # Errors
/// None, several, or one that does not answer; those seen are named.
pub fn open(port: &ProbePort) -> Result<Probe, RigFault> {
    let lister = Lister::new();
    let Some(selector) = &port.selector else {
        let seen = lister.list_all();
        return match &seen[..] {
            [one] => one.open().map_err(|error| silent(&one.identifier, &error)),
            [] => Err(RigFault {
                what: "no debug probe is plugged in".to_owned(),
                hint: "plug it in; what `lsusb` shows but probe-rs does not see needs its udev rules".to_owned(),
            }),
            several => Err(RigFault {
                what: format!("there are {} debug probes: {}", several.len(), names(several)),
                hint: "name one of them with `probe = { selector = \"…\" }`".to_owned(),
            }),
        };
    };
    let parsed: DebugProbeSelector = selector.parse().map_err(|error| RigFault {
        what: format!("`{selector}` selects no debug probe: {error}"),
        hint: "write VID:PID or VID:PID:SERIAL in hexadecimal, as `probe-rs list` shows it".to_owned(),
    })?;
    lister.open(parsed).map_err(|error| {
        let seen = lister.list_all();
        let hint = match seen.is_empty() {
            true => "no debug probe is plugged in".to_owned(),
            false => format!("seen: {}", names(&seen)),
        };
        RigFault { hint, ..silent(selector, &error) }
    })
}

fn silent(name: &str, error: &dyn Error) -> RigFault {
    let mut why = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        why.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    RigFault { what: format!("the debug probe {name} cannot be opened: {why}"), hint: "unplug it once".to_owned() }
}

fn names(probes: &[DebugProbeInfo]) -> String {
    let name = |probe: &DebugProbeInfo| {
        let serial = probe.serial_number.as_deref().map_or(String::new(), |serial| format!(":{serial}"));
        format!("{} ({:04x}:{:04x}{serial})", probe.identifier, probe.vendor_id, probe.product_id)
    };
    probes.iter().map(name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_that_is_not_there_is_said_with_what_was_looked_for() {
        let named = |selector: &str| open(&ProbePort { selector: Some(selector.to_owned()) }).unwrap_err();
        let nowhere = named("20b7:9db1:unix:/nowhere/probe");
        assert!(
            nowhere.what.starts_with("the debug probe 20b7:9db1:unix:/nowhere/probe cannot be opened"),
            "{nowhere}"
        );
        assert!(named("nonsense").what.starts_with("`nonsense` selects no debug probe"));
    }
}
