//! Why the Pi, or a line of it, cannot be had: said so that one knows what to do.

use crate::bench::RigFault;
use rppal::gpio::Error;
use std::io;

/// Without a Pi there is nothing to stand on.
pub fn no_pi(error: &Error) -> RigFault {
    match error {
        Error::PermissionDenied(path) => denied(path, "gpio"),
        Error::Io(error) if error.kind() == io::ErrorKind::PermissionDenied => denied("/dev/gpiomem", "gpio"),
        _ => RigFault {
            what: "this machine is no Raspberry Pi: looked for a Pi's revision in /proc/cpuinfo, for /dev/gpiomem \
                   (/dev/gpiomem0 on a Pi 5) and for /dev/gpiochip0"
                .to_owned(),
            hint: "run it on the Pi, or take a virtual rig: --rig virtual-12v".to_owned(),
        },
    }
}

/// The user lacks a group.
pub fn denied(path: &str, group: &str) -> RigFault {
    RigFault {
        what: format!("no permission for {path}"),
        hint: format!("the user has to be in the group `{group}`: `sudo usermod -aG {group} $USER`, then log in anew"),
    }
}

/// A line cannot be had; `what` is wired to it.
pub fn no_line(line: impl std::fmt::Display, what: &str, error: &Error) -> RigFault {
    match error {
        Error::PermissionDenied(path) => denied(path, "gpio"),
        Error::PinUsed(_) => busy(line, what),
        Error::Io(error) if error.kind() == io::ErrorKind::ResourceBusy => busy(line, what),
        other => RigFault {
            what: format!("{line} ({what}) cannot be opened: {other}"),
            hint: "`gpioinfo` tells what the kernel knows of the line".to_owned(),
        },
    }
}

fn busy(line: impl std::fmt::Display, what: &str) -> RigFault {
    RigFault {
        what: format!("{line} ({what}) is busy: another program or a driver has it"),
        hint: "`gpioinfo` tells which: end it, or free the line in /boot/firmware/config.txt".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_apart() {
        let absent = no_pi(&Error::UnknownModel);
        assert!(
            absent.what.contains("/dev/gpiomem (/dev/gpiomem0 on a Pi 5)") && absent.hint.contains("virtual-12v"),
            "{absent}"
        );
        let denied = no_pi(&Error::PermissionDenied("/dev/gpiochip0".to_owned()));
        assert!(denied.what.ends_with("/dev/gpiochip0") && denied.hint.contains("`gpio`"), "{denied}");
        let busy = no_line("GPIO5", "the contact of K1", &Error::Io(io::Error::from_raw_os_error(16)));
        assert!(busy.what.starts_with("GPIO5 (the contact of K1) is busy"), "{busy}");
        assert!(no_line("GPIO5", "x", &Error::PinUsed(5)).what.contains("is busy"));
    }
}
