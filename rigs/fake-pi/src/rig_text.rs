//! The Pi's rig file as the child is to read it: the same, with its ports, its probe and its files in the fake Pi's folder.

use brownout_rigs::rig::Rig;
use brownout_rigs::rig::pi::{PiWires, PowerStage};
use std::path::Path;

/// What a rig file is told to use.
#[derive(Debug)]
pub struct Places<'p> {
    /// The console's terminal.
    pub console: &'p Path,
    /// The bench supply's terminal.
    pub supply: &'p Path,
    /// probe-rs's selector.
    pub probe: &'p str,
    /// For lock and calibration.
    pub folder: &'p Path,
}

/// The text, rewritten.
pub fn rewritten(pi: &Rig, wires: &PiWires, places: &Places<'_>) -> String {
    let mut text = pi.text.clone();
    if let Some(console) = &wires.console {
        text = replaced(&text, &console.port, places.console);
    }
    if let PowerStage::Scpi(supply) | PowerStage::Korad(supply) = &wires.supply.stage {
        text = replaced(&text, &supply.port, places.supply);
    }
    let kept = wires.calibration.as_deref().map(|path| (path, places.folder.join("calibration.toml")));
    if let Some((path, place)) = &kept {
        text = replaced(&text, path, place);
    }
    let mut lines: Vec<String> = Vec::new();
    if pi.lock.is_none() {
        lines.push(format!("lock = {}", quoted(&places.folder.join("rig.lock"))));
    }
    for line in text.lines() {
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        match (key.trim(), value.trim()) {
            // A table of one line is all that a probe's is.
            ("probe", value) if value.starts_with('{') => {
                lines.push(format!("probe = {{ selector = {:?} }}", places.probe));
            }
            ("selector", _) => {}
            ("[pi.probe]", _) => {
                lines.push(line.to_owned());
                lines.push(format!("selector = {:?}", places.probe));
            }
            ("[pi]", _) => {
                lines.push(line.to_owned());
                if kept.is_none() {
                    lines.push(format!("calibration = {}", quoted(&places.folder.join("calibration.toml"))));
                }
            }
            _ => lines.push(line.to_owned()),
        }
    }
    lines.join("\n") + "\n"
}

fn replaced(text: &str, path: &Path, by: &Path) -> String {
    text.replace(&quoted(path), &quoted(by))
}

fn quoted(path: &Path) -> String {
    // Rust's escapes of what a path may hold are TOML's.
    format!("{:?}", path.display().to_string())
}
