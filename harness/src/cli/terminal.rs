//! A terminal, key by key, and how wide it is.
//!
//! By `rustix`, which asking for the width brought along already: the three calls that are needed are the kernel's own, and
//! a whole crate for terminals would bring windows, mice and an event loop for five letters.

use crate::runner::watch::Stop;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::stdio::{stderr, stdin, stdout};
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use std::io;
use std::os::fd::BorrowedFd;

/// How often a wait for a key looks whether the process is asked to end.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };
/// The bytes of one key come at once; what comes later is another.
const AT_ONCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A character.
    Char(char),
    /// The end of a line.
    Enter,
    /// Takes the last character back.
    Backspace,
    /// Ctrl-C, Ctrl-D, a signal, or nobody there any more.
    Quit,
    /// Any other: an arrow, Escape.
    Other,
}

/// Where keys come from.
pub trait Keys {
    /// The next key; waits for it.
    fn key(&mut self) -> Key;

    /// How wide it is now, if it says: a person may draw it wider to see more.
    fn columns(&self) -> Option<usize>;
}

/// Standard input, byte by byte as it comes and without echo, until dropped.
pub struct Terminal {
    before: Termios,
    stop: Stop,
}

impl Terminal {
    /// Takes the terminal over. Ctrl-C becomes a key; `stop` ends a wait all the same.
    ///
    /// # Errors
    /// What the system said, if standard input is no terminal for instance.
    pub fn take(stop: &Stop) -> io::Result<Self> {
        let before = tcgetattr(stdin())?;
        let mut raw = before.clone();
        raw.local_modes -= LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG | LocalModes::IEXTEN;
        raw.special_codes[SpecialCodeIndex::VMIN] = 1;
        raw.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(stdin(), OptionalActions::Now, &raw)?;
        Ok(Self { before, stop: stop.clone() })
    }

    /// The next byte; `None` if nobody is there any more, if the process is to end, or if only what comes `at_once`
    /// counts and nothing did.
    fn byte(&self, at_once: bool) -> Option<u8> {
        loop {
            let input = stdin();
            let mut ready = [PollFd::new(&input, PollFlags::IN)];
            match poll(&mut ready, Some(if at_once { &AT_ONCE } else { &LOOK })) {
                Ok(0) if at_once => return None,
                Ok(0) | Err(Errno::INTR) => {}
                Ok(_) => {
                    let mut byte = [0];
                    return rustix::io::read(input, &mut byte).ok().filter(|count| *count == 1).map(|_| byte[0]);
                }
                Err(_) => return None,
            }
            self.stop.why().map_or(Some(()), |_| None)?;
        }
    }
}

impl Keys for Terminal {
    fn key(&mut self) -> Key {
        decode(|at_once| self.byte(at_once))
    }

    fn columns(&self) -> Option<usize> {
        width(stdout())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = tcsetattr(stdin(), OptionalActions::Now, &self.before);
    }
}

/// A key from its bytes. An arrow is three of them, the last a letter: it must not count as that letter.
fn decode(mut next: impl FnMut(bool) -> Option<u8>) -> Key {
    match next(false) {
        None | Some(3 | 4) => Key::Quit,
        Some(b'\r' | b'\n') => Key::Enter,
        Some(8 | 0x7f) => Key::Backspace,
        Some(0x1b) => {
            if matches!(next(true), Some(b'[' | b'O')) {
                while next(true).is_some_and(|byte| !(0x40..=0x7e).contains(&byte)) {}
            }
            Key::Other
        }
        Some(byte) if byte < 0x20 => Key::Other,
        Some(byte) if byte < 0x80 => Key::Char(char::from(byte)),
        Some(lead) => {
            let more = match lead {
                0xc0..0xe0 => 1,
                0xe0..0xf0 => 2,
                _ => 3,
            };
            let mut bytes = vec![lead];
            bytes.extend((0..more).map_while(|_| next(true)));
            str::from_utf8(&bytes).ok().and_then(|text| text.chars().next()).map_or(Key::Other, Key::Char)
        }
    }
}

/// How many columns stderr has; `None` if it is no terminal.
pub fn talk_width() -> Option<usize> {
    width(stderr())
}

fn width(of: BorrowedFd<'_>) -> Option<usize> {
    tcgetwinsize(of).ok().map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(bytes: &[u8]) -> Vec<Key> {
        let mut bytes = bytes.iter().copied().peekable();
        let mut keys = Vec::new();
        while bytes.peek().is_some() {
            keys.push(decode(|_| bytes.next()));
        }
        keys
    }

    #[test]
    fn an_arrow_is_no_letter() {
        // Up is ESC [ A, and `A` accepts all; F1 is ESC O P, Ctrl-right ESC [ 1 ; 5 C.
        assert_eq!(
            keys(b"\x1b[Aa\x1bOP\x1b[1;5Cr"),
            [Key::Other, Key::Char('a'), Key::Other, Key::Other, Key::Char('r')]
        );
        assert_eq!(keys(b"\x1b"), [Key::Other]);
    }

    #[test]
    fn what_keyboards_send() {
        let expected = [Key::Char('ü'), Key::Char('€'), Key::Enter, Key::Enter, Key::Backspace, Key::Other, Key::Quit];
        assert_eq!(keys("ü€\r\n\u{7f}\t\u{3}".as_bytes()), expected);
        assert_eq!(keys(b"\xff\xc3"), [Key::Other]);
        assert_eq!(decode(|_| None), Key::Quit);
    }
}
