//! The rig file (`rigs/*.toml`): one bench wired to one board.

use brownout_trace::Volts;
use brownout_virtual::wiring::Wiring;
use serde::Deserialize;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A rig as its file describes it.
#[derive(Debug, Clone)]
pub struct Rig {
    /// Its name, unique among the rigs.
    pub name: String,
    /// One line for people.
    pub description: String,
    /// The profile of the board on it.
    pub board: String,
    /// The most that its supply gives; `None` if that is no matter.
    pub highest: Option<Volts>,
    /// The virtual board that it stands on.
    pub wiring: Arc<Wiring>,
    /// The file's text, for hashing and for showing faults.
    pub text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RigFile {
    name: String,
    #[serde(default)]
    description: String,
    bench: BenchKind,
    board: String,
    highest: Option<Volts>,
    #[serde(rename = "virtual")]
    wiring: Wiring,
}

/// What a rig stands on.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum BenchKind {
    /// The virtual board, in virtual time.
    Virtual,
}

/// Why a rig file can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RigError {
    /// The file.
    pub path: PathBuf,
    /// Line and column, both from 1, where known.
    pub place: Option<(usize, usize)>,
    /// In words.
    pub why: String,
    /// The nearest known word for an unknown one.
    pub nearest: Option<String>,
}

impl fmt::Display for RigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.why)?;
        match &self.nearest {
            Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for RigError {}

/// Far more than any rig has to say.
const LARGEST: u64 = 1 << 20;

/// The rigs that come with the command: name and text.
pub const SHIPPED: &[(&str, &str)] = &[("virtual-12v", include_str!("../virtual-12v.toml"))];

/// The firmware that comes with the command: name and ELF.
pub const SHIPPED_FIRMWARE: (&str, &[u8]) = ("weekly", include_bytes!("../virtual/firmware/elf/weekly.elf"));

impl Rig {
    /// The rig that `brownout run` uses when none is named.
    pub fn shipped() -> Result<Self, RigError> {
        let (name, text) = SHIPPED[0];
        Self::parse(text, Path::new(&format!("{name}.toml")))
    }

    /// Reads a rig file. A bare name that is no file may be a shipped rig.
    pub fn load(path: &Path) -> Result<Self, RigError> {
        let large = std::fs::metadata(path).is_ok_and(|file| file.len() > LARGEST);
        if large {
            let why = format!("is larger than {} MiB: no rig file", LARGEST >> 20);
            return Err(RigError { path: path.to_owned(), place: None, why, nearest: None });
        }
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                let shipped = SHIPPED.iter().find(|(name, _)| path == Path::new(name));
                let Some((_, text)) = shipped else {
                    let why = format!("cannot be read ({error})");
                    let nearest = SHIPPED
                        .iter()
                        .map(|(name, _)| (*name).to_owned())
                        .find(|name| strsim::jaro(name, &path.to_string_lossy()) > 0.8);
                    return Err(RigError { path: path.to_owned(), place: None, why, nearest });
                };
                (*text).to_owned()
            }
        };
        Self::parse(&text, path)
    }

    /// Reads a rig from text; `path` is for messages.
    pub fn parse(text: &str, path: &Path) -> Result<Self, RigError> {
        let file: RigFile = toml::from_str(text).map_err(|error| {
            let why = error.message().to_owned();
            let nearest = crate::profile::error::nearest(&why);
            RigError { path: path.to_owned(), place: error.span().map(|span| place(text, span.start)), why, nearest }
        })?;
        let BenchKind::Virtual = file.bench;
        let fault = |why: String| RigError { path: path.to_owned(), place: None, why, nearest: None };
        file.wiring.check().map_err(|error| fault(error.to_string()))?;
        Ok(Self {
            name: file.name,
            description: file.description,
            board: file.board,
            highest: file.highest,
            wiring: Arc::new(file.wiring),
            text: text.to_owned(),
        })
    }
}

/// Line and column, both from 1, of a byte.
fn place(text: &str, byte: usize) -> (usize, usize) {
    let before = &text[..byte.min(text.len())];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}
