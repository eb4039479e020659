//! The debug probe, through probe-rs.

use super::presence::denied;
use crate::bench::RigFault;
use crate::rig::pi::ProbePort;
use probe_rs::probe::Probe;
use probe_rs::probe::list::Lister;
use probe_rs::probe::{DebugProbeInfo, DebugProbeSelector};
use std::error::Error;
use std::io;

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
        if is_denied(&error) {
            return silent(selector, &error);
        }
        let seen = lister.list_all();
        let hint = match seen.is_empty() {
            true => "no debug probe is plugged in".to_owned(),
            false => format!("seen: {}", names(&seen)),
        };
        RigFault { hint, ..silent(selector, &error) }
    })
}

fn silent(name: &str, error: &(dyn Error + 'static)) -> RigFault {
    if is_denied(error) {
        let RigFault { what, hint } = denied(&format!("the debug probe {name}"), "plugdev");
        return RigFault { what, hint: format!("{hint}; the system needs probe-rs's udev rules, too") };
    }
    let why: Vec<String> = causes(error).map(ToString::to_string).collect();
    let why = why.join(": ");
    RigFault { what: format!("the debug probe {name} cannot be opened: {why}"), hint: "unplug it once".to_owned() }
}

/// An error and its causes, outermost first.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'e (dyn Error + 'static)| (*error).source())
}

/// Whether the system refused the user: by its kind, or in the words of a driver that keeps only those.
fn is_denied(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|cause| {
        let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        let said = cause.to_string().to_lowercase();
        kind == Some(io::ErrorKind::PermissionDenied)
            || said.contains("permission denied")
            || said.contains("access denied")
    })
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

    #[derive(Debug, thiserror::Error)]
    #[error("the probe could not be created")]
    struct Outer(#[source] Box<dyn Error + Send + Sync>);

    #[test]
    fn who_may_not_use_a_probe_is_told_the_group() {
        let [by_kind, by_word]: [Box<dyn Error + Send + Sync>; 2] =
            [Box::new(io::Error::from_raw_os_error(13)), "Access denied (insufficient permissions)".into()];
        for cause in [by_kind, by_word] {
            let fault = silent("ST-Link V2", &Outer(cause));
            assert_eq!(fault.what, "no permission for the debug probe ST-Link V2");
            assert!(fault.hint.contains("in the group `plugdev`") && fault.hint.contains("udev rules"), "{fault}");
        }
        let busy = silent("ST-Link V2", &Outer(Box::new(io::Error::from_raw_os_error(16))));
        let says = "the debug probe ST-Link V2 cannot be opened: the probe could not be created: ";
        assert!(busy.what.starts_with(says) && busy.hint == "unplug it once", "{busy}");
    }
}
