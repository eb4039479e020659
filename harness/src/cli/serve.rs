//! `brownout serve`: virtual boards in wall-clock time, each with its console on a pseudo-terminal and its debug port on a
//! socket; the supply, dips and buttons from a prompt.

mod order;

use super::bench::{RigFiles, Trouble, firmware};
use super::exit::Exit;
use super::output::Output;
use crate::rigged::Rigged;
use crate::runner::log::with_causes;
use crate::runner::seed;
use crate::runner::watch::Stop;
use crate::show::words::{contact, event};
use brownout_rigs::live::Live;
use brownout_trace::event::{Event, Level, What};
use brownout_trace::{Instant, Volts};
use order::{HELP, Order};
use std::collections::HashMap;
use std::io::BufRead;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;
use std::time::Duration;

/// Between two turns. Far below what a person or a debugger notices, far above what a turn costs.
const PAUSE: Duration = Duration::from_millis(2);

/// What to serve.
#[derive(clap::Args, Debug)]
pub struct Options {
    /// A rig file or the name of a shipped rig, once for each board; the virtual one if there is none
    #[arg(long = "rig", value_name = "FILE", env = "BROWNOUT_RIG", value_delimiter = ':')]
    rigs: Vec<PathBuf>,
    /// The firmware to flash; the shipped one if there is none
    #[arg(long, value_name = "ELF", env = "BROWNOUT_FIRMWARE")]
    firmware: Option<PathBuf>,
    /// Where the links to consoles and the debug sockets are made
    #[arg(long, value_name = "DIR", env = "BROWNOUT_DIR", default_value = ".")]
    dir: PathBuf,
    /// Where all randomness comes from
    #[arg(long, value_name = "N", env = "BROWNOUT_SEED", default_value_t = seed::USUAL)]
    seed: u64,
}

/// Serves until `quit`, SIGINT or SIGTERM.
pub fn serve(options: &Options, output: &mut Output, stop: &Stop) -> Exit {
    let mut boards = match boards(options) {
        Ok(boards) => boards,
        Err((exit, why)) => {
            output.error(&why);
            return exit;
        }
    };
    for board in &boards {
        output.data(&format!("{}: console {}", board.name(), board.console().display()));
        output.data(&format!("{}: probe 20b7:9db1:unix:{}", board.name(), board.socket().display()));
    }
    output.talk("`help` says what can be typed here; each board is switched on by `power on`");
    match live(&mut boards, output, stop) {
        Ok(()) => Exit::Fine,
        Err(why) => {
            output.error(&why);
            Exit::RigTrouble
        }
    }
}

fn boards(options: &Options) -> Result<Vec<Live>, (Exit, String)> {
    let usage = |why: String| (Exit::Usage, why);
    let named: Vec<Option<&PathBuf>> = match options.rigs.is_empty() {
        true => vec![None],
        false => options.rigs.iter().map(Some).collect(),
    };
    let mut counts: HashMap<String, u32> = HashMap::new();
    let mut boards = Vec::new();
    for rig in named {
        let files = RigFiles::load(rig.map(PathBuf::as_path)).map_err(usage)?;
        let firmware = firmware(options.firmware.as_deref()).map_err(|trouble| match trouble {
            Trouble::File(why) => (Exit::Usage, why),
            Trouble::Rig(why) => (Exit::RigTrouble, why),
        })?;
        let count = counts.entry(files.rig.name.clone()).or_default();
        *count += 1;
        let name = if *count == 1 { files.rig.name.clone() } else { format!("{}-{count}", files.rig.name) };
        let rigged = Rigged::flash(files.rig, files.profile, &firmware)
            .map_err(|error| (Exit::RigTrouble, format!("{name}: {}", with_causes(&error))))?;
        let seed = options.seed.wrapping_add(boards.len() as u64);
        let board = rigged.live(&name, seed, &options.dir);
        boards.push(board.map_err(|error| (Exit::RigTrouble, with_causes(&error)))?);
    }
    Ok(boards)
}

fn live(boards: &mut [Live], output: &mut Output, stop: &Stop) -> Result<(), String> {
    let typed = typed();
    let mut listening = true;
    loop {
        for board in boards.iter_mut() {
            let (events, late) = board.turn().map_err(|error| with_causes(&error))?;
            for event in events.iter().filter(|event| tells(&event.what)) {
                output.data(&line(board.name(), event));
            }
            if let Some(late) = late {
                let words = format!(
                    "{}: {} of wall time are let go: the machine slept, or is too slow",
                    board.name(),
                    late.in_words()
                );
                output.talk(&words);
            }
        }
        while listening {
            match typed.try_recv() {
                Ok(line) if matches!(line.trim(), "quit" | "exit") => return Ok(()),
                Ok(line) => {
                    if let Err(why) = obey(boards, &line, output) {
                        output.error(&why);
                    }
                }
                Err(TryRecvError::Empty) => break,
                // Nobody types any more: the boards live on until a signal.
                Err(TryRecvError::Disconnected) => listening = false,
            }
        }
        if let Some(why) = stop.why() {
            output.talk(&why);
            return Ok(());
        }
        thread::sleep(PAUSE);
    }
}

/// The lines of stdin. The thread waits for the next one and dies with the process.
fn typed() -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

/// What a person wants to see: not the console, which is on its terminal, nor what they did themselves.
fn tells(what: &What) -> bool {
    !matches!(
        what,
        What::Received { .. } | What::Sent { .. } | What::Coil { .. } | What::Button { .. } | What::Erase { .. }
    )
}

fn line(name: &str, happened: &Event) -> String {
    let millis = (happened.at - Instant::ZERO).0 / 1_000_000;
    format!("{name} +{}.{:03}s {}", millis / 1_000, millis % 1_000, event(&happened.what))
}

/// Does what was typed: `[BOARD:] ORDER`.
fn obey(boards: &mut [Live], line: &str, output: &mut Output) -> Result<(), String> {
    let (name, words) = match line.split_once(':') {
        Some((name, words)) => (Some(name.trim()), words),
        None => (None, line),
    };
    let names: Vec<String> = boards.iter().map(|board| board.name().to_owned()).collect();
    let board = match name {
        None => boards.first_mut(),
        Some(name) => boards.iter_mut().find(|board| board.name() == name),
    };
    let board =
        board.ok_or_else(|| format!("no board `{}`; there are {}", name.unwrap_or_default(), names.join(", ")))?;
    let nominal = board.nominal();
    match words.parse::<Order>()? {
        Order::Nothing => {}
        Order::Help => output.data(HELP),
        Order::Power(level) => board.power(level.resolve(nominal)),
        Order::Disturb { level, width } => board.disturb(level.resolve(nominal), width),
        Order::Press { buttons, hold } => {
            let buttons: Vec<&str> = buttons.iter().map(String::as_str).collect();
            board.press(&buttons, hold).map_err(|button| format!("the rig has no wire to a button `{button}`"))?;
        }
        Order::Reset => board.reset(),
        Order::Status => output.data(&status(board)),
    }
    Ok(())
}

fn status(live: &Live) -> String {
    let board = live.board().lock();
    let relays: Vec<String> = board.relays().map(|(name, closed)| format!(", {name} {}", contact(closed))).collect();
    let chip = match (board.is_powered(), board.is_halted()) {
        (false, _) => "off",
        (true, true) => "halted by a debugger",
        (true, false) => "on",
    };
    let rounded = |Volts(volts): Volts| Volts((volts * 1e3).round() / 1e3);
    format!(
        "{} +{}: supply {}, terminals {}, logic {}, chip {chip}{}",
        live.name(),
        (board.now() - Instant::ZERO).in_words(),
        board.level(),
        rounded(board.terminals()),
        rounded(board.vdd()),
        relays.concat()
    )
}

impl order::Wanted {
    fn resolve(self, nominal: Level) -> Level {
        match (self, nominal) {
            (Self::Off, _) => Level::Open,
            (Self::Volts(volts), _) => Level::Volts(volts),
            (Self::Share(share), Level::Volts(nominal)) => Level::Volts(share.of(nominal)),
            (Self::Share(_) | Self::Nominal, nominal) => nominal,
        }
    }
}
