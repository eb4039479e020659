//! `brownout rig safe`: every output of a rig inactive. Takes no lock and asks nobody: the run that holds the rig is
//! left word, and turns inconclusive.

use crate::cli::exit::Exit;
use crate::cli::output::Output;
use brownout_rigs::bench::pi::make_safe;
use brownout_rigs::lock::{State, leave_word, look};
use brownout_rigs::rig::{Rig, Stand};
use std::path::PathBuf;

/// Which rigs.
#[derive(clap::Args, Debug)]
pub struct Options {
    /// A rig file or the name of a shipped rig, more than once for several. None is chosen by itself: the safe level of one
    /// rig's line may energise another
    #[arg(long = "rig", value_name = "FILE", env = "BROWNOUT_RIG", value_delimiter = ':', required = true)]
    rigs: Vec<PathBuf>,
}

/// De-energises them all, whatever happens with one of them.
pub fn safe(options: &Options, output: &mut Output) -> Exit {
    let one = |path: &PathBuf| match Rig::load(path) {
        Ok(rig) => de_energised(&rig, output),
        Err(error) => {
            output.error(&error.to_string());
            Exit::Usage
        }
    };
    // All of them, and then the gravest.
    let ends: Vec<Exit> = options.rigs.iter().map(one).collect();
    ends.into_iter().max().unwrap_or(Exit::Fine)
}

fn de_energised(rig: &Rig, output: &mut Output) -> Exit {
    let name = &rig.name;
    let wires = match &rig.stand {
        Stand::Virtual(_) => {
            output.data(&format!("{name}: virtual, nothing is energised"));
            return Exit::Fine;
        }
        Stand::Pi(wires) => wires,
    };
    let made = make_safe(wires);
    let is_held = rig.lock_file().is_some_and(|path| look(&path) != State::Free);
    if let Some(path) = rig.lock_file()
        && let Err(error) = leave_word(&path)
    {
        output.talk(&format!(
            "cannot leave word in {}: {error}; the run that holds the rig has to see it",
            path.display()
        ));
    }
    // Who holds the rig has the port of its supply, too, and switches it off when it finds the word.
    let made = made.and_then(|made| match made.untold {
        Some(busy) if !is_held => Err(busy),
        Some(busy) => {
            output.talk(&format!("{}: the run that holds the rig is left to switch its output off", busy.what));
            Ok(())
        }
        None => Ok(()),
    });
    match made {
        Ok(()) => {
            output.data(&format!("{name}: safe, every output is inactive"));
            Exit::Fine
        }
        Err(fault) => {
            output.error(&format!("the rig `{name}`: {fault}"));
            Exit::RigTrouble
        }
    }
}
