//! A board's console on a pseudo-terminal, for any terminal program.
//!
//! The far end stays open here, so that a terminal program may come and go. One that has it for itself alone and dies
//! without a word leaves that behind in a far end that stays open; who may not overrule it finds the port busy for ever. So
//! it is taken back once nobody holds the lock that goes with it.
//!
//! No child inherits the near end: with a copy of it elsewhere the far end would never be hung up.

use super::{ServeError, io_error};
use rustix::io::ioctl_fionbio;
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, ioctl_tiocnxcl, tcgetattr, tcsetattr};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// Both ends, and the link that names the far one.
#[derive(Debug)]
pub struct Console {
    near: File,
    far: File,
    link: PathBuf,
    turns: u32,
}

/// Once in so many looks it is seen whether who had the far end alone is gone.
const SELDOM: u32 = 64;

impl Console {
    /// A new terminal, found by this link; a link that an earlier one left behind is replaced.
    pub fn open(link: &Path) -> Result<Self, ServeError> {
        let (near, far, target) = pair().map_err(io_error("make a pseudo-terminal"))?;
        match fs::symlink_metadata(link) {
            Ok(there) if there.file_type().is_symlink() => {
                fs::remove_file(link).map_err(io_error(format!("replace `{}`", link.display())))?;
            }
            Ok(_) => return Err(ServeError::InTheWay { path: link.to_owned(), what: "link" }),
            Err(_) => {}
        }
        symlink(target, link).map_err(io_error(format!("make `{}`", link.display())))?;
        Ok(Self { near, far, link: link.to_owned(), turns: 0 })
    }

    /// The link.
    pub fn path(&self) -> &Path {
        &self.link
    }

    /// What was typed since the last call.
    pub fn typed(&mut self) -> Result<Vec<u8>, ServeError> {
        self.turns = self.turns.wrapping_add(1);
        if self.turns.is_multiple_of(SELDOM) {
            self.free();
        }
        let mut bytes = vec![0; 4_096];
        match self.near.read(&mut bytes) {
            Ok(length) => bytes.truncate(length),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => bytes.clear(),
            Err(error) => return Err(io_error("read from the console's terminal")(error)),
        }
        Ok(bytes)
    }

    /// Nobody has the far end alone any more, unless somebody holds its lock.
    fn free(&self) {
        if self.far.try_lock_shared().is_ok() {
            // Neither can fail on a terminal that is open; if it does, the next who opens it will say so.
            let _ = ioctl_tiocnxcl(&self.far);
            let _ = self.far.unlock();
        }
    }

    /// What the board says. Where nobody reads it is dropped, as on a wire that leads nowhere.
    pub fn say(&mut self, bytes: &[u8]) -> Result<(), ServeError> {
        match self.near.write_all(bytes) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(io_error("write to the console's terminal")(error)),
        }
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        // It may be gone already; nothing is lost then.
        let _ = fs::remove_file(&self.link);
    }
}

/// Near and far end, without any processing between them, and the name of the far one.
fn pair() -> io::Result<(File, File, PathBuf)> {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let near = openpt(flags)?;
    grantpt(&near)?;
    unlockpt(&near)?;
    let far = ioctl_tiocgptpeer(&near, flags)?;
    let mut settings = tcgetattr(&far)?;
    settings.make_raw();
    tcsetattr(&far, OptionalActions::Now, &settings)?;
    ioctl_fionbio(&near, true)?;
    let name = ptsname(&near, Vec::new())?;
    Ok((near.into(), far.into(), OsStr::from_bytes(name.as_bytes()).into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::termios::ioctl_tiocexcl;

    #[test]
    fn bytes_go_both_ways_as_they_are() {
        let folder = std::env::temp_dir().join(format!("brownout-console-{}", std::process::id()));
        let mut console = Console::open(&folder).unwrap();
        let mut far = File::options().read(true).write(true).open(console.path()).unwrap();
        console.say(b"a\n\x03").unwrap();
        let mut bytes = [0; 3];
        far.read_exact(&mut bytes).unwrap();
        assert_eq!(&bytes, b"a\n\x03");
        assert_eq!(console.typed().unwrap(), b"");
        far.write_all(b"b\r\n").unwrap();
        assert_eq!(console.typed().unwrap(), b"b\r\n");
        // Nobody reads: no wait, and no fault.
        (0..100).for_each(|_| console.say(&[b'x'; 4_096]).unwrap());
    }

    #[test]
    fn a_port_is_taken_back_from_who_died_and_from_nobody_else() {
        let folder = std::env::temp_dir().join(format!("brownout-console-held-{}", std::process::id()));
        let mut console = Console::open(&folder).unwrap();
        let holder = File::options().read(true).write(true).open(console.path()).unwrap();
        holder.lock().unwrap();
        ioctl_tiocexcl(&holder).unwrap();
        (0..2 * SELDOM).for_each(|_| drop(console.typed().unwrap()));
        // Its lock is its own all along, and nobody's once it is gone.
        assert!(console.far.try_lock_shared().is_err());
        drop(holder);
        (0..2 * SELDOM).for_each(|_| drop(console.typed().unwrap()));
        File::options().read(true).write(true).open(console.path()).unwrap();
    }
}
