//! A physical rig is held by one process at a time: by a kernel lock on a file named for it, freed when the process
//! ends, be it by a kill. A virtual rig needs none, since every run makes its own, unless its file says `lock`.
//!
//! The lock is per machine, since a rig is wired to one. All users of the machine share the folder and its files: a
//! file is made writable for all, and one that is only readable can still be locked.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Where Debian and its kin keep the locks of devices; emptied at boot.
pub const FOLDER: &str = "/run/lock";

/// A rig, held. Dropping it frees the rig.
#[derive(Debug)]
pub struct RigLock {
    /// The kernel's lock lives as long as it is open.
    file: File,
    /// What was in it when the rig was taken; more is a word left by [`leave_word`].
    length: u64,
    /// The lock's file.
    pub path: PathBuf,
}

/// Who holds a rig.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Holder {
    /// The process.
    pub process: u32,
    /// Its user, if the environment says.
    pub user: Option<String>,
    /// Its machine, if the system says: a lock's file can stand on a shared disk.
    pub host: Option<String>,
    /// What for, in words: the command line for instance.
    pub what: String,
    /// Seconds since 1970-01-01 UTC.
    pub since: u64,
}

impl Holder {
    /// This process, from now on.
    pub fn this(what: &str) -> Self {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let user = std::env::var("SUDO_USER").or_else(|_| std::env::var("USER")).ok();
        let host = fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|name| name.trim().to_owned());
        Self { process: std::process::id(), user, host, what: what.to_owned(), since }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {}", self.process)?;
        if let Some(user) = &self.user {
            write!(f, " of {user}")?;
        }
        if let Some(host) = &self.host {
            write!(f, " on {host}")?;
        }
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |now| now.as_secs());
        write!(f, " for {} s: {}", now.saturating_sub(self.since), self.what)
    }
}

/// Why a rig cannot be had. The rig's trouble: exit status 75.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error(
        "the rig `{rig}` is held by {}; wait for it to end, or name another rig",
        holder.as_ref().map_or("another process".to_owned(), ToString::to_string)
    )]
    Held {
        /// The rig.
        rig: String,
        /// Who, if it said so.
        holder: Option<Holder>,
    },
    /// The lock's file cannot be opened or locked.
    #[error("cannot {action} {path}")]
    Io {
        /// `open`, `lock` or `look at`.
        action: &'static str,
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl RigLock {
    /// Takes the rig `rig` by the file at `path`, as [`place`] gives it, without waiting.
    ///
    /// # Errors
    /// [`LockError::Held`] with who holds it; else what the system said.
    pub fn take(path: &Path, rig: &str, holder: &Holder) -> Result<Self, LockError> {
        let path = path.to_owned();
        let failed = |action| {
            let path = path.clone();
            move |source| LockError::Io { action, path, source }
        };
        let (mut file, may_write) = open(&path).map_err(failed("open"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let said = file.read_to_string(&mut text).ok().and_then(|_| toml::from_str(&text).ok());
                return Err(LockError::Held { rig: rig.to_owned(), holder: said });
            }
            Err(TryLockError::Error(error)) => return Err(failed("lock")(error)),
        }
        if may_write {
            // The rig is ours, whether or not others can read it there.
            let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(text(holder).as_bytes()));
        }
        let length = file.metadata().map_err(failed("look at"))?.len();
        Ok(Self { file, length, path })
    }

    /// Whether somebody de-energised the rig since it was taken, and left word of it.
    pub fn is_made_safe(&self) -> bool {
        self.file.metadata().is_ok_and(|now| now.len() > self.length)
    }
}

/// Leaves word for the holder of a lock, if there is one, that its rig was de-energised behind its back.
///
/// # Errors
/// What the system said: then the holder has to see it by the rig itself.
pub fn leave_word(path: &Path) -> io::Result<()> {
    if look(path) == State::Free {
        return Ok(());
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |now| now.as_secs());
    OpenOptions::new().append(true).open(path)?.write_all(format!("# made safe at {now}\n").as_bytes())
}

/// Whether a rig is had by somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// By nobody.
    Free,
    /// By this one, if it said so.
    Held(Option<Holder>),
}

/// Looks at a lock without touching it: a lock taken to look could turn a run away. The kernel's list of locks tells; where it
/// cannot be read the rig counts as free, and taking it will tell.
pub fn look(path: &Path) -> State {
    use std::os::unix::fs::MetadataExt;
    let Ok(file) = fs::metadata(path) else { return State::Free };
    let device = file.dev();
    // As the kernel prints it: major and minor in hexadecimal, then the inode.
    let (major, minor) = ((device >> 8) & 0xfff, (device & 0xff) | ((device >> 12) & 0xfff_ff00));
    let place = format!("{major:02x}:{minor:02x}:{}", file.ino());
    let locks = fs::read_to_string("/proc/locks").unwrap_or_default();
    let is_held = locks.lines().any(|line| line.contains("FLOCK") && line.split(' ').any(|word| word == place));
    match is_held {
        true => State::Held(fs::read_to_string(path).ok().and_then(|text| toml::from_str(&text).ok())),
        false => State::Free,
    }
}

/// The file of a lock by its name, in [`FOLDER`]; an absolute path is the file itself.
pub fn place(name: &str) -> PathBuf {
    if name.starts_with('/') { name.into() } else { in_folder(Path::new(FOLDER), name) }
}

fn in_folder(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("brownout-{}.lock", file_name(name)))
}

/// Opens the file, made if need be; and whether it can be written.
fn open(path: &Path) -> io::Result<(File, bool)> {
    // First without making it: in a sticky folder the kernel refuses to "make" a file that another user owns.
    match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => return Ok((file, true)),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Ok((File::open(path)?, false)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    share(path);
    Ok((file, true))
}

/// For all users of the machine.
fn share(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    // Where it fails others lock it as they can read it.
    let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o666));
}

fn text(holder: &Holder) -> String {
    let user = holder.user.as_ref().map_or(String::new(), |user| format!("user = {}\n", quoted(user)));
    let host = holder.host.as_ref().map_or(String::new(), |host| format!("host = {}\n", quoted(host)));
    format!("process = {}\n{user}{host}what = {}\nsince = {}\n", holder.process, quoted(&holder.what), holder.since)
}

/// A TOML string on one line.
fn quoted(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A rig's name as part of a file name: what is not a letter, digit, point or dash is written as `_` and its code.
fn file_name(rig: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    rig.chars().map(|c| if plain(c) { c.to_string() } else { format!("_{:x}", u32::from(c)) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("brownout-lock-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn the_second_is_told_who_holds_it() {
        let folder = folder("held");
        let (user, host) = (Some("ann \"a\\b\"".to_owned()), Some("rack-3".to_owned()));
        let me = Holder { user, host, ..Holder::this("brownout run\n--seed 1") };
        let held = RigLock::take(&in_folder(&folder, "pi/1"), "pi/1", &me).unwrap();
        assert_eq!(held.path, folder.join("brownout-pi_2f1.lock"));
        let refused = RigLock::take(&in_folder(&folder, "pi/1"), "pi/1", &Holder::this("x")).unwrap_err();
        let LockError::Held { holder: Some(holder), .. } = &refused else { panic!("{refused:?}") };
        assert_eq!((holder.process, &holder.user, holder.since), (me.process, &me.user, me.since));
        let text = refused.to_string();
        let expected = format!("the rig `pi/1` is held by process {} of ann \"a\\b\" on rack-3 for ", me.process);
        assert!(text.starts_with(&expected) && text.contains(" s: brownout run --seed 1; wait"), "{text}");
        // Another rig is another lock.
        RigLock::take(&in_folder(&folder, "pi_1"), "pi_1", &me).unwrap();
        drop(held);
        RigLock::take(&in_folder(&folder, "pi/1"), "pi/1", &me).unwrap();
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_look_tells_who_holds_it_and_takes_nothing() {
        let folder = folder("look");
        let path = folder.join("brownout-pi.lock");
        assert_eq!(look(&path), State::Free);
        let me = Holder::this("a run");
        let held = RigLock::take(&path, "pi", &me).unwrap();
        assert_eq!(look(&path), State::Held(Some(me)));
        drop(held);
        assert_eq!(look(&path), State::Free, "its file stays");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn word_is_left_for_a_holder_only() {
        let folder = folder("word");
        let path = folder.join("brownout-pi.lock");
        leave_word(&path).unwrap();
        assert!(!path.exists(), "nobody is there to read it");
        let me = Holder::this("a run");
        let held = RigLock::take(&path, "pi", &me).unwrap();
        assert!(!held.is_made_safe());
        leave_word(&path).unwrap();
        leave_word(&path).unwrap();
        assert!(held.is_made_safe());
        assert_eq!(look(&path), State::Held(Some(me.clone())));
        drop(held);
        leave_word(&path).unwrap();
        let next = RigLock::take(&path, "pi", &me).unwrap();
        assert!(!next.is_made_safe(), "it was another holder's");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_dead_holder_s_file_and_nonsense_in_it_hold_nothing() {
        let folder = folder("dead");
        let path = folder.join("brownout-pi.lock");
        fs::write(&path, "process = 1\nwhat = \"gone\"\nsince = 0\n").unwrap();
        let held = RigLock::take(&path, "pi", &Holder::this("now")).unwrap();
        assert!(fs::read_to_string(&path).unwrap().contains("what = \"now\""));
        fs::write(&path, "\u{0}nonsense").unwrap();
        let refused = RigLock::take(&path, "pi", &Holder::this("x")).unwrap_err().to_string();
        assert!(refused.contains("held by another process;"), "{refused}");
        drop(held);
        let error = RigLock::take(&folder.join("nowhere/x"), "pi", &Holder::this("x")).unwrap_err().to_string();
        assert!(error.starts_with("cannot open"), "{error}");
        fs::remove_dir_all(&folder).unwrap();
    }
}
