//! The page of line registers that this side shares with the child.

// Memory that two processes share is made by a raw call.
#![allow(unsafe_code)]

use crate::registers::{PAGE, Registers};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::ptr::null_mut;
use std::sync::atomic::AtomicU32;

/// Makes the file, all lines inputs at 0 V, and maps it for as long as the process lives: 4 KiB for each fake Pi.
pub fn make(path: &Path) -> io::Result<Registers<'static>> {
    let file = File::options().read(true).write(true).create(true).truncate(true).open(path)?;
    file.set_len(PAGE as u64)?;
    // Safety: a new mapping of a whole file, never unmapped. Everybody who has it uses atomic operations on whole words.
    unsafe {
        let page =
            libc::mmap(null_mut(), PAGE, libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED, file.as_raw_fd(), 0);
        if page == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(Registers::new(&*page.cast::<[AtomicU32; PAGE / 4]>()))
    }
}
