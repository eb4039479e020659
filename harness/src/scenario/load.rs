//! Getting a file's text: refused by size before it is read, and never anything but UTF-8.

use super::error::{Fault, Faults, Source};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The largest scenario file, in bytes. The longest useful one is a few kilobytes.
pub const LARGEST: u64 = 1 << 20;

/// The text of a scenario file.
pub fn load(path: &Path) -> Result<Source, Faults> {
    let name = path.display().to_string();
    let empty = Source::new(name.as_str(), "");
    let refuse = |message: String, help: &str| Faults(vec![Fault::new(&empty, 0..0, message).help(help)]);
    let unreadable = |error: std::io::Error| refuse(format!("`{name}` cannot be read: {error}"), "is it there?");
    let meta = std::fs::metadata(path).map_err(unreadable)?;
    if !meta.is_file() {
        let help = "a scenario is a file `<theme>/<name>.toml`";
        return Err(refuse(format!("`{name}` is not a file"), help));
    }
    if meta.len() > LARGEST {
        let message = format!("`{name}` is too large for a scenario: {} bytes", meta.len());
        return Err(refuse(message, "at most 1 MiB; is it a record?"));
    }
    let mut bytes = Vec::new();
    File::open(path)
        // It may have grown since; then its end is missing and the TOML parser says so.
        .and_then(|file| file.take(LARGEST).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    text(&name, bytes)
}

fn text(name: &str, bytes: Vec<u8>) -> Result<Source, Faults> {
    String::from_utf8(bytes).map(|text| Source::new(name, text)).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let byte = error.as_bytes()[at];
        // Shown with replacement characters: up to the fault the bytes are the same.
        let shown = Source::new(name, String::from_utf8_lossy(error.as_bytes()));
        let message = format!("not UTF-8: byte 0x{byte:02x} at offset {at}");
        let fault = Fault::new(&shown, at..at + 3, message);
        Faults(vec![fault.label("not UTF-8").help("save the file as UTF-8")])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_no_text() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.toml");
        std::fs::write(&path, b"title = \"a\"\nwhy = \"\xff\"\n").unwrap();
        let Faults(faults) = load(&path).unwrap_err();
        let fault = &faults[0];
        assert_eq!(fault.message(), "not UTF-8: byte 0xff at offset 19");
        assert_eq!(fault.place(), (2, 8));
        // Sparse: nothing of the 100 MB is written, nor may any of it be read.
        File::create(&path).unwrap().set_len(100_000_000).unwrap();
        let Faults(faults) = load(&path).unwrap_err();
        let fault = &faults[0];
        assert!(fault.message().ends_with("too large for a scenario: 100000000 bytes"), "{fault}");
        assert!(load(folder.path()).unwrap_err().0[0].message().ends_with("is not a file"));
        assert!(load(&folder.path().join("y.toml")).unwrap_err().0[0].message().contains("cannot be read"));
    }
}
