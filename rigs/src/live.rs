//! A virtual board lived with in wall-clock time: its console on a pseudo-terminal, its debug port on a socket, its supply
//! and buttons in somebody's hand.
//!
//! This is the only room where the wall's clock drives a board. One [`Live`] is turned again and again: each turn brings
//! the board up to now ([`clock`]), carries bytes between it and its terminal ([`console`]); a debugger reaches it from a
//! thread of its own ([`probe_socket`]), between two turns. Both ends are files in one folder, named for the board:
//! `<name>.console`, a link to the terminal, and `<name>.probe`, the socket.

pub mod clock;
pub mod console;
pub mod probe_socket;

use crate::flashing::Flashed;
use crate::rig::Rig;
use brownout_trace::event::{Event, Level};
use brownout_trace::{Instant, Span};
use brownout_virtual::board::Board;
use brownout_virtual::probe::SharedBoard;
use clock::Clock;
use console::Console;
use probe_socket::ProbeSocket;
use std::io;
use std::path::{Path, PathBuf};

/// A debugger waits for at most so much bench time at a turn.
const SLICE: Span = Span::millis(5);

/// Why a board cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Somebody serves a board of this name there already.
    #[error("`{path}` is in use: another `brownout serve` answers there; stop it, or name another folder with --dir")]
    InUse {
        /// The socket.
        path: PathBuf,
    },
    /// Something else stands where the socket or the link would.
    #[error("`{path}` is in the way: it is no {what} of an earlier `brownout serve`; move it, or name another folder")]
    InTheWay {
        /// What stands there.
        path: PathBuf,
        /// What it would have to be.
        what: &'static str,
    },
    /// The system refused.
    #[error("cannot {doing}")]
    Io {
        /// What was tried.
        doing: String,
        /// What it said.
        source: io::Error,
    },
    /// The rig file describes no possible board.
    #[error("{0}")]
    Wiring(String),
}

fn io_error(doing: impl Into<String>) -> impl FnOnce(io::Error) -> ServeError {
    let doing = doing.into();
    move |source| ServeError::Io { doing, source }
}

/// One board, lived with.
#[derive(Debug)]
pub struct Live {
    name: String,
    board: SharedBoard,
    clock: Clock,
    console: Console,
    socket: ProbeSocket,
    nominal: Level,
    /// What stands at the supply terminals outside cuts and dips.
    standing: Level,
    /// Buttons that are held, and until when.
    held: Vec<(Instant, String)>,
}

impl Live {
    /// A board with its supply off, reachable in `folder` from now on.
    pub fn new(name: &str, rig: &Rig, flashed: &Flashed, seed: u64, folder: &Path) -> Result<Self, ServeError> {
        let wiring = rig
            .stand
            .wiring()
            .ok_or_else(|| ServeError::Wiring(format!("the rig `{}` has no virtual board", rig.name)))?;
        let made = Board::new(wiring.clone(), flashed.symbols.clone(), flashed.image.clone(), seed, Instant::ZERO);
        let mut board = made.map_err(|error| ServeError::Wiring(error.to_string()))?;
        board.tap();
        let board = SharedBoard::new(board);
        let socket = ProbeSocket::open(&folder.join(format!("{name}.probe")), board.clone())?;
        let console = Console::open(&folder.join(format!("{name}.console")))?;
        let nominal = Level::Volts(wiring.supply.nominal);
        Ok(Self {
            name: name.to_owned(),
            board,
            clock: Clock::start(),
            console,
            socket,
            nominal,
            standing: Level::Open,
            held: Vec::new(),
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The link to the console's terminal.
    pub fn console(&self) -> &Path {
        self.console.path()
    }

    /// The socket of the debug port.
    pub fn socket(&self) -> &Path {
        self.socket.path()
    }

    /// The level that `power on` gives.
    pub fn nominal(&self) -> Level {
        self.nominal
    }

    /// The board, to look at.
    pub fn board(&self) -> &SharedBoard {
        &self.board
    }

    /// Brings the board up to now; gives what happened, and how much time was let go because the machine did not keep
    /// up (or slept).
    pub fn turn(&mut self) -> Result<(Vec<Event>, Option<Span>), ServeError> {
        let typed = self.console.typed()?;
        let late = self.clock.forgive(self.board.lock().now());
        let due = self.clock.due();
        let mut events = Vec::new();
        if !typed.is_empty() {
            self.board.lock().send_bytes(&typed);
        }
        loop {
            // Locked anew for each slice: a debugger gets its turn.
            let mut board = self.board.lock();
            let release = self.held.iter().map(|(until, _)| *until).min().unwrap_or(Instant::NEVER);
            let until = due.min(board.now() + SLICE).min(release.max(board.now()));
            while board.now() < until {
                board.advance(until, &mut events);
            }
            let now = board.now();
            for (_, button) in self.held.extract_if(.., |(until, _)| *until <= now) {
                board.press(&button, false);
            }
            let said = board.take_tapped();
            drop(board);
            self.console.say(&said)?;
            if now >= due {
                return Ok((events, late));
            }
        }
    }

    /// Puts a level on the supply terminals, to stay.
    pub fn power(&mut self, level: Level) {
        self.standing = level;
        self.play(&[(Span::ZERO, level)]);
    }

    /// Puts another level on the supply terminals for so long, then the one that stood there: that of before, if one is
    /// disturbed already.
    pub fn disturb(&mut self, level: Level, width: Span) {
        self.play(&[(Span::ZERO, level), (width, self.standing)]);
    }

    /// Plays levels at the supply terminals, each after so long from now.
    fn play(&mut self, levels: &[(Span, Level)]) {
        let mut board = self.board.lock();
        let now = board.now();
        let levels: Vec<_> = levels.iter().map(|(after, level)| (now + *after, *level)).collect();
        // What was still to come is replaced: a hand on the switch overrules.
        board.replace_levels(&levels);
    }

    /// Presses buttons for so long. The first that the board has not is given back, and none is pressed then.
    pub fn press<'b>(&mut self, buttons: &[&'b str], hold: Span) -> Result<(), &'b str> {
        let mut board = self.board.lock();
        if let Some(unknown) = buttons.iter().find(|button| board.pressed(button).is_none()) {
            return Err(unknown);
        }
        let until = board.now() + hold;
        for button in buttons {
            board.press(button, true);
            self.held.push((until, (*button).to_owned()));
        }
        Ok(())
    }

    /// Pulls the reset pin and lets go of it.
    pub fn reset(&mut self) {
        let mut board = self.board.lock();
        board.set_reset_pin(true);
        board.set_reset_pin(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::firmware::Firmware;
    use crate::rig::SHIPPED_FIRMWARE;
    use brownout_trace::Volts;
    use brownout_virtual::mcu::chip::PAGES;
    use brownout_virtual::mcu::flash::Image;
    use std::sync::Arc;

    /// A board without a firmware.
    fn live(folder: &Path) -> Live {
        let (name, elf) = SHIPPED_FIRMWARE;
        let firmware = Firmware::from_bytes(name, elf.to_vec()).unwrap();
        let (image, chip) = (Image::erased(PAGES), "STM32F103C8".into());
        let flashed = Flashed { image, symbols: Arc::default(), chip, firmware };
        Live::new("board", &Rig::shipped().unwrap(), &flashed, 1, folder).unwrap()
    }

    /// Lets bench time pass, whatever the wall's clock says; gives the level then.
    fn after(live: &Live, span: Span) -> Level {
        let mut board = live.board().lock();
        let until = board.now() + span;
        while board.now() < until {
            board.advance(until, &mut Vec::new());
        }
        board.level()
    }

    #[test]
    fn a_second_dip_ends_where_the_first_began() {
        let folder = tempfile::tempdir().unwrap();
        let mut live = live(folder.path());
        let (full, dip) = (live.nominal(), Level::Volts(Volts(9.0)));
        live.power(full);
        assert_eq!(after(&live, Span::millis(5)), full);
        live.disturb(Level::Open, Span::millis(10));
        assert_eq!(after(&live, Span::millis(5)), Level::Open);
        live.disturb(dip, Span::millis(10));
        assert_eq!(after(&live, Span::millis(5)), dip);
        assert_eq!(after(&live, Span::millis(6)), full);
        // What is put there to stay overrules, and is what a later one returns to.
        live.disturb(Level::Open, Span::millis(10));
        live.power(dip);
        assert_eq!(after(&live, Span::millis(20)), dip);
        live.disturb(Level::Open, Span::millis(10));
        assert_eq!(after(&live, Span::millis(11)), dip);
    }

    #[test]
    fn a_chord_with_an_unknown_button_presses_none() {
        let folder = tempfile::tempdir().unwrap();
        let mut live = live(folder.path());
        assert_eq!(live.press(&["SET", "FOO"], Span::millis(60)), Err("FOO"));
        assert_eq!(live.board().lock().pressed("SET"), Some(false));
        assert!(live.held.is_empty());
        assert_eq!(live.press(&["SET"], Span::millis(60)), Ok(()));
        assert_eq!(live.board().lock().pressed("SET"), Some(true));
    }
}
