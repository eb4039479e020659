//! A firmware as given: an ELF that is checked against the chip before anything is energised.

use brownout_virtual::mcu::{chip, flash};
use object::read::elf::{ElfFile32, FileHeader, ProgramHeader};
use object::{Architecture, Endianness, Object, elf};
use sha2::{Digest, Sha256};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A checked ELF.
#[derive(Debug, Clone)]
pub struct Firmware {
    name: String,
    bytes: Arc<[u8]>,
    sha256: [u8; 32],
}

/// Why a file is no firmware for the board. Says what, why, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirmwareError {
    path: PathBuf,
    why: String,
    help: &'static str,
}

impl FirmwareError {
    /// What is wrong with the file; a fragment that follows its name.
    pub fn why(&self) -> &str {
        &self.why
    }

    /// What to do.
    pub fn help(&self) -> &'static str {
        self.help
    }
}

impl fmt::Display for FirmwareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.path.display(), self.why, self.help)
    }
}

impl std::error::Error for FirmwareError {}

/// Larger than any ELF with full debug information for a 64 KiB chip has cause to be.
const LARGEST: u64 = 64 << 20;

impl Firmware {
    /// Reads and checks a file.
    pub fn load(path: &Path) -> Result<Self, FirmwareError> {
        let error = |why: String, help| FirmwareError { path: path.to_owned(), why, help };
        let readable = "name an ELF file that can be read";
        let size = std::fs::metadata(path).map_err(|e| error(format!("cannot be read ({e})"), readable))?.len();
        if size > LARGEST {
            let why = format!("is {} MiB, more than any firmware for this chip", size >> 20);
            return Err(error(why, "name the ELF that the linker wrote"));
        }
        let bytes = std::fs::read(path).map_err(|e| error(format!("cannot be read ({e})"), readable))?;
        let name = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        Self::from_bytes(&name, bytes).map_err(|(why, help)| error(why, help))
    }

    /// Checks an ELF that is in memory already.
    pub fn from_bytes(name: &str, bytes: Vec<u8>) -> Result<Self, (String, &'static str)> {
        check(&bytes)?;
        let sha256 = Sha256::digest(&bytes).into();
        Ok(Self { name: name.to_owned(), bytes: bytes.into(), sha256 })
    }

    /// The file's name without its ending.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The ELF.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its SHA-256.
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }
}

fn check(bytes: &[u8]) -> Result<(), (String, &'static str)> {
    const BUILD: &str = "build it for the STM32F103C8 and name the ELF that the linker wrote";
    if !bytes.starts_with(b"\x7fELF") {
        return Err(("is not an ELF file".to_owned(), BUILD));
    }
    let file = match object::File::parse(bytes) {
        Ok(file) => file,
        Err(error) => return Err((format!("is a damaged ELF file ({error})"), "build or copy it again")),
    };
    if file.architecture() != Architecture::Arm || file.is_64() || !file.is_little_endian() {
        return Err((format!("is for another machine ({:?}), not a little-endian ARM", file.architecture()), BUILD));
    }
    let elf = ElfFile32::<Endianness>::parse(bytes)
        .map_err(|error| (format!("is a damaged ELF file ({error})"), "build or copy it again"))?;
    let endian = elf.endian();
    if elf.elf_header().e_type(endian) != elf::ET_EXEC {
        return Err(("is not linked: it has no load addresses".to_owned(), "name the ELF that the linker wrote"));
    }
    let mut image = 0u64;
    for segment in elf.elf_program_headers() {
        if segment.p_type(endian) != elf::PT_LOAD || segment.p_filesz(endian) == 0 {
            continue;
        }
        let (offset, length) = (u64::from(segment.p_offset(endian)), u64::from(segment.p_filesz(endian)));
        if offset + length > bytes.len() as u64 {
            let why = format!("is truncated: a segment ends at byte {} of {}", offset + length, bytes.len());
            return Err((why, "build or copy it again"));
        }
        let start = u64::from(segment.p_paddr(endian));
        let (base, size) = (u64::from(flash::BASE), (chip::PAGES * flash::PAGE) as u64);
        if start < base || start >= base + (16 << 20) {
            let why = format!("is for another chip: it loads at {start:#010x}, where an STM32F103C8 has no flash");
            return Err((why, BUILD));
        }
        image = image.max(start + length - base);
        if image > size {
            let why =
                format!("is too large: it needs {} KiB of flash, the chip has {}", image.div_ceil(1024), size / 1024);
            return Err((why, "make it smaller; section sizes are in the linker's map"));
        }
    }
    if image == 0 {
        return Err(("has nothing to load".to_owned(), "name the ELF that the linker wrote"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &[u8] = include_bytes!("../virtual/firmware/elf/weekly.elf");

    fn why(bytes: &[u8]) -> String {
        Firmware::from_bytes("x", bytes.to_vec()).unwrap_err().0
    }

    #[test]
    fn refuses_what_is_no_firmware_and_says_why() {
        assert!(Firmware::from_bytes("weekly", SOUND.to_vec()).is_ok());
        assert_eq!(why(b"not at all"), "is not an ELF file");
        assert!(why(&SOUND[..40]).starts_with("is a damaged ELF file"));
        // Past the program headers and the section names, the file still parses; its segments do not fit.
        let truncated = why(&SOUND[..SOUND.len() / 2]);
        assert!(truncated.contains("truncated") || truncated.contains("damaged"), "{truncated}");
        let mut other = SOUND.to_vec();
        other[18] = 62;
        assert!(why(&other).starts_with("is for another machine"));
    }

    #[test]
    fn refuses_segments_that_do_not_fit_the_flash() {
        let headers = u32::from_le_bytes(SOUND[28..32].try_into().unwrap()) as usize;
        let mut moved = SOUND.to_vec();
        moved[headers + 12..headers + 16].copy_from_slice(&0x1000u32.to_le_bytes());
        assert!(why(&moved).contains("another chip: it loads at 0x00001000"));
        moved[headers + 12..headers + 16].copy_from_slice(&0x0800_fff0u32.to_le_bytes());
        assert!(why(&moved).starts_with("is too large"), "{}", why(&moved));
    }
}
