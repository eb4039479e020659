//! The rig file (`rigs/*.toml`): one bench wired to one board.

pub mod pi;

use crate::calibration;
use crate::lock;
use crate::parts::meter::MeterParts;
use crate::place::{line_column, of_path, of_words, text_at};
use crate::uncertainty::Uncertainty;
use brownout_trace::event::ShotFigure;
use brownout_trace::{RelayName, Volts};
use brownout_virtual::supply::worst_inrush;
use brownout_virtual::wiring::Wiring;
use pi::PiWires;
use pi::check::Head;
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
    /// What measures the supply at the board's terminals, if a part does.
    pub meter: Option<MeterParts>,
    /// By how much it may be wrong.
    pub uncertainty: Uncertainty,
    /// The figures of a shot that it measures back.
    pub measures: Vec<ShotFigure>,
    /// What it stands on, and how that is wired to the board.
    pub stand: Stand,
    /// `lock`: the name of the lock that a run holds, or the path of its file, if the file says one.
    pub lock: Option<String>,
    /// The most that its supply gives; `None` if that is no matter.
    pub highest: Option<Volts>,
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
    meter: Option<MeterParts>,
    uncertainty: Option<Uncertainty>,
    /// All that its bench can, unless the file says otherwise.
    measures: Option<Vec<ShotFigure>>,
    lock: Option<String>,
    highest: Option<Volts>,
    #[serde(rename = "virtual")]
    wiring: Option<Wiring>,
    pi: Option<PiWires>,
}

/// What a rig stands on, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BenchKind {
    /// The virtual board, in virtual time.
    Virtual,
    /// A Raspberry Pi, in wall-clock time.
    Pi,
}

/// What a rig stands on, and how that is wired to the board.
#[derive(Debug, Clone)]
pub enum Stand {
    /// The virtual board.
    Virtual(Arc<Wiring>),
    /// A Raspberry Pi.
    Pi(Arc<PiWires>),
}

impl Stand {
    /// The virtual board's wiring; `None` on a physical rig.
    pub fn wiring(&self) -> Option<&Arc<Wiring>> {
        match self {
            Self::Virtual(wiring) => Some(wiring),
            Self::Pi(_) => None,
        }
    }

    /// The Pi's wires; `None` on a virtual rig.
    pub fn pi(&self) -> Option<&Arc<PiWires>> {
        match self {
            Self::Pi(wires) => Some(wires),
            Self::Virtual(_) => None,
        }
    }

    /// What the board gets when the supply is on.
    pub fn nominal(&self) -> Volts {
        match self {
            Self::Virtual(wiring) => wiring.supply.nominal,
            Self::Pi(wires) => wires.supply.nominal,
        }
    }

    /// Whether there is a wire to this button.
    pub fn presses(&self, button: &str) -> bool {
        match self {
            Self::Virtual(wiring) => wiring.buttons.iter().any(|wires| wires.name == button),
            Self::Pi(wires) => wires.buttons.iter().any(|wires| wires.name == button),
        }
    }

    /// The relays whose contacts it sees.
    pub fn relays(&self) -> Vec<&RelayName> {
        match self {
            Self::Virtual(wiring) => wiring.relays.iter().map(|wires| &wires.name).collect(),
            Self::Pi(wires) => wires.relays.iter().map(|wires| &wires.name).collect(),
        }
    }

    /// What flows at the worst instant of switching on, in words; nothing is known of a physical rig's board.
    pub fn inrush(&self) -> Option<String> {
        let wiring = self.wiring()?;
        let (surge, angle) = worst_inrush(&wiring.supply, wiring.supply.nominal);
        let at = if wiring.supply.frequency.is_some() { format!(" at {angle} of the mains") } else { String::new() };
        Some(format!("{:.1} A at most, switched on{at}, capacitors empty; {:.3} A²s", surge.peak.0, surge.i2t))
    }

    /// Whether it switches mains, which takes a word of its own (DESIGN.md, rule 7).
    pub fn is_mains(&self) -> bool {
        self.pi().is_some_and(|wires| wires.is_mains())
    }

    /// The figures of a shot that it measures where its file does not say; with a meter, or without.
    fn measures(&self, has_meter: bool) -> Vec<ShotFigure> {
        match self {
            Self::Virtual(_) => ShotFigure::ALL.map(|(_, figure)| figure).into(),
            Self::Pi(wires) => wires.measures(has_meter),
        }
    }

    /// By how much it may be wrong where its file does not say.
    fn usual_uncertainty(&self) -> Uncertainty {
        match self {
            Self::Virtual(_) => Uncertainty::EXACT,
            Self::Pi(_) => Uncertainty::USUAL_PI,
        }
    }

    /// Whether there is one of it, so that only one run at a time can have it.
    pub fn needs_lock(&self) -> bool {
        matches!(self, Self::Pi(_))
    }
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

impl RigError {
    /// What is wrong behind a key of a rig file: `pi.relays.0.input`.
    fn at(text: &str, path: &Path, key: &str, why: String) -> Self {
        Self { path: path.to_owned(), place: Some(of_path(text, key)), why, nearest: None }
    }
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
pub const SHIPPED: &[(&str, &str)] = &[
    ("virtual-12v", include_str!("../virtual-12v.toml")),
    ("virtual-12v-metered", include_str!("../virtual-12v-metered.toml")),
    ("virtual-12v-buttons", include_str!("../virtual-12v-buttons.toml")),
    ("virtual-12v-lot", include_str!("../virtual-12v-lot.toml")),
    ("virtual-5v", include_str!("../virtual-5v.toml")),
    ("virtual-110v", include_str!("../virtual-110v.toml")),
    ("virtual-110v-transformer", include_str!("../virtual-110v-transformer.toml")),
    ("virtual-110v-switching", include_str!("../virtual-110v-switching.toml")),
    ("virtual-220v", include_str!("../virtual-220v.toml")),
    ("virtual-220v-dropper", include_str!("../virtual-220v-dropper.toml")),
    ("virtual-220v-switching", include_str!("../virtual-220v-switching.toml")),
    ("pi-5v", include_str!("../pi-5v.toml")),
    ("pi-12v", include_str!("../pi-12v.toml")),
    ("pi-psu", include_str!("../pi-psu.toml")),
    ("pi-mains", include_str!("../pi-mains.toml")),
];

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

    /// What is wrong behind a key of its file, `pi.relays.0.name`, found by somebody who knows more than the file says.
    pub fn fault(&self, path: &Path, key: &str, why: String) -> RigError {
        RigError::at(&self.text, path, key, why)
    }

    /// The file of the lock that a run holds as long as it uses the rig. A physical rig has one by its own name unless its
    /// file says another; a virtual one only if its file asks for it: to keep two runs apart that share something else.
    pub fn lock_file(&self) -> Option<PathBuf> {
        let own = self.stand.needs_lock().then_some(&self.name);
        self.lock.as_ref().or(own).map(|name| lock::place(name))
    }

    /// The file of what `rig check` found; a virtual rig has none.
    pub fn calibration_file(&self) -> Option<PathBuf> {
        let wires = self.stand.pi()?;
        Some(wires.calibration.clone().unwrap_or_else(|| calibration::usual_place(&self.name)))
    }

    /// Reads a rig from text; `path` is for messages.
    pub fn parse(text: &str, path: &Path) -> Result<Self, RigError> {
        let file: RigFile = toml::from_str(text).map_err(|error| {
            let why = error.message().to_owned();
            let nearest = crate::profile::error::nearest(&why);
            RigError {
                path: path.to_owned(),
                place: Some(line_column(text, error.span().map_or(0, |span| span.start))),
                why,
                nearest,
            }
        })?;
        let at = |under: &str, why: String| {
            let place = Some(of_words(text, under, &why));
            RigError { path: path.to_owned(), place, why, nearest: None }
        };
        let stand = match (file.bench, file.wiring, file.pi) {
            (BenchKind::Virtual, Some(wiring), None) => {
                wiring.check().map_err(|error| at("virtual", error.to_string()))?;
                Stand::Virtual(Arc::new(wiring))
            }
            (BenchKind::Pi, None, Some(wires)) => {
                let head = Head {
                    name: &file.name,
                    meter: file.meter.as_ref(),
                    measures: file.measures.as_deref(),
                    uncertainty: file.uncertainty.as_ref(),
                    highest: file.highest,
                    nominal: &text_at(text, "pi.supply.nominal"),
                };
                wires.check(&head).map_err(|flaw| RigError::at(text, path, &flaw.key, flaw.why))?;
                Stand::Pi(Arc::new(wires))
            }
            (BenchKind::Virtual, None, _) => {
                return Err(at("bench", "`bench = \"virtual\"` needs a table `[virtual]`: the board".to_owned()));
            }
            (BenchKind::Pi, _, None) => {
                return Err(at("bench", "`bench = \"pi\"` needs a table `[pi]`: what is wired to it".to_owned()));
            }
            (BenchKind::Virtual, Some(_), Some(_)) => {
                return Err(at("pi", "a rig stands on one bench: `bench = \"virtual\"` has no `[pi]`".to_owned()));
            }
            (BenchKind::Pi, Some(_), Some(_)) => {
                return Err(at("virtual", "a rig stands on one bench: `bench = \"pi\"` has no `[virtual]`".to_owned()));
            }
        };
        if let Some(meter) = &file.meter {
            let address = meter.address;
            let there = stand
                .wiring()
                .is_none_or(|wiring| wiring.instruments.iter().any(|instrument| instrument.address == address));
            let missing = || format!("the meter's address is {address:#04x}, where `[[virtual.instruments]]` has none");
            there.then_some(()).ok_or_else(missing).and_then(|()| meter.check()).map_err(|why| at("meter", why))?;
        }
        if let Some(lock) = file.lock.as_deref().filter(|lock| lock.trim().is_empty() || lock.ends_with('/')) {
            let why =
                format!("`lock = \"{lock}\"` names nothing: write a name, such as \"rack-3\", or the path of a file");
            return Err(at("lock", why));
        }
        let measures = file.measures.unwrap_or_else(|| stand.measures(file.meter.is_some()));
        Ok(Self {
            name: file.name,
            description: file.description,
            board: file.board,
            meter: file.meter,
            uncertainty: file.uncertainty.unwrap_or_else(|| stand.usual_uncertainty()),
            measures,
            stand,
            lock: file.lock,
            highest: file.highest,
            text: text.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use brownout_trace::{Percent, Ppm, Span};

    fn with(lines: &str) -> Result<Rig, String> {
        let text = SHIPPED[0].1.replace("[virtual.clocks]", &format!("{lines}\n[virtual.clocks]"));
        Rig::parse(&text, Path::new("rig.toml")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_rig_says_how_wrong_it_may_be() {
        let exact = Rig::shipped().unwrap();
        assert_eq!((exact.uncertainty, exact.measures.len()), (Uncertainty::EXACT, 4));
        let rig = with("[uncertainty]\ntime = \"100us\"\nclock = \"20ppm\"\nvoltage = \"0.1%\"").unwrap();
        let expected = Uncertainty { time: Span::micros(100), clock: Ppm(20.0), voltage: Percent(0.1) };
        assert_eq!(rig.uncertainty, expected);
        assert_eq!(with("measures = [\"width\"]").unwrap().measures, [ShotFigure::Width]);
    }

    #[test]
    fn what_is_no_uncertainty_is_shown_at_its_place() {
        let (above, _) = SHIPPED[0].1.split_once("[virtual.clocks]").unwrap();
        let first = above.lines().count() + 1;
        for (lines, line, says) in [
            ("[uncertainty]\ntime = \"100\"", first + 1, "8: `100` has no unit"),
            ("[uncertainty]\ntime = \"1h\"", first + 1, "8: `1h` is no uncertainty of a rig: at most `1s`"),
            ("[uncertainty]\nclock = \"-20ppm\"", first + 1, "9: `-20ppm` is no uncertainty of a rig: from `0ppm`"),
            ("[uncertainty]\nvoltage = \"200%\"", first + 1, "11: `200%` is no uncertainty of a rig"),
            ("[uncertainty]\nvolts = \"1%\"", first + 1, "1: unknown field `volts`"),
            ("measures = [\"widht\"]", first, "13: unknown variant `widht`"),
        ] {
            let error = with(lines).unwrap_err();
            assert!(error.starts_with(&format!("rig.toml:{line}:{says}")), "{error}");
        }
        assert!(with("measures = [\"widht\"]").unwrap_err().ends_with("did you mean `width`?"));
    }

    fn in_head(line: &str) -> Result<Rig, RigError> {
        Rig::parse(&SHIPPED[0].1.replace("\nboard ", &format!("\n{line}\nboard ")), Path::new("rig.toml"))
    }

    #[test]
    fn a_virtual_rig_knows_its_inrush() {
        let stand = |name| Rig::load(Path::new(name)).unwrap().stand.inrush();
        // (12 V − 0.7 V) / 0.5 Ω, and 470 µF · 11.3² / (2 · 0.5 Ω).
        let direct = "22.6 A at most, switched on, capacitors empty; 0.060 A²s";
        assert_eq!(stand("virtual-12v").as_deref(), Some(direct));
        // √2 · 220 V less the bridge, through the surge resistor of 47 Ω and the source's 0.5 Ω.
        let dropper = stand("virtual-220v-dropper").unwrap();
        assert!(dropper.starts_with("6.5 A at most, switched on at 90deg of the mains"), "{dropper}");
        assert_eq!(stand("pi-12v"), None);
    }

    #[test]
    fn a_virtual_rig_is_locked_only_where_its_file_asks_for_it() {
        let lock = |line: &str| in_head(line).unwrap().lock_file();
        assert_eq!(lock(""), None);
        assert_eq!(lock("lock = \"rack 3\""), Some(PathBuf::from("/run/lock/brownout-rack_203.lock")));
        assert_eq!(lock("lock = \"/srv/rack.lock\""), Some(PathBuf::from("/srv/rack.lock")));
        for nothing in ["lock = \"\"", "lock = \" \"", "lock = \"/srv/\""] {
            let why = in_head(nothing).unwrap_err().why;
            assert!(why.contains("names nothing"), "{why}");
        }
    }
}
