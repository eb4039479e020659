//! Whether the board has what the scenario mentions: relays, slots, groups, resolution, a supply that high.

use super::Target;
use crate::scenario::error::{Fault, Source};
use crate::scenario::file::Choice;
use crate::scenario::mention::Mention;
use crate::scenario::span::Spanned;
use crate::scenario::step::{ProgramStep, Programme, ResetStep, Step};
use crate::scenario::suggest::{did_you_mean, list};
use brownout_rigs::firmware::Firmware;
use brownout_rigs::profile::switches::Reset;
use brownout_rigs::profile::{Command, Profile};
use brownout_trace::{Span, TimeOfDay};

/// Every fault, in the order of steps.
pub(super) fn faults(source: &Source, choice: &Choice, target: Target<'_>) -> Vec<Fault> {
    let arranged = choice.arranged.iter().map(|mention| (source, mention));
    let in_steps = choice.steps.iter().flat_map(|read| read.mentions.iter().map(|mention| (&read.source, mention)));
    let mut faults: Vec<Fault> =
        arranged.chain(in_steps).filter_map(|(source, mention)| fault(source, mention, target)).collect();
    faults.extend(slots(source, choice, target.profile));
    faults
}

fn fault(source: &Source, mention: &Spanned<Mention>, target: Target<'_>) -> Option<Fault> {
    let profile = target.profile;
    let fault = |message: String| Fault::new(source, mention.span.clone(), message);
    match &mention.value {
        Mention::Relay(relay) if !profile.relays.contains(relay) => {
            let names: Vec<&str> = profile.relays.iter().map(|relay| relay.0.as_str()).collect();
            Some(
                fault(format!("`{}` has no relay `{relay}`", profile.name))
                    .label("unknown relay")
                    .help(did_you_mean(&relay.0, &names)),
            )
        }
        Mention::Button(button) if !profile.buttons.contains(button) => {
            let names: Vec<&str> = profile.buttons.iter().map(String::as_str).collect();
            let help = match names.as_slice() {
                [] => "its profile has no `buttons`".to_owned(),
                names => did_you_mean(button, names),
            };
            Some(fault(format!("`{}` has no button `{button}`", profile.name)).label("unknown button").help(help))
        }
        Mention::Programme(programme) => unheld(programme, profile).map(|(message, help)| {
            fault(format!("`{}` cannot hold this programme: {message}", profile.name))
                .label(programme.to_string())
                .help(help)
        }),
        Mention::Slot(slot) if *slot > profile.schedule.slots => Some(
            fault(format!("`{}` has no slot {slot}", profile.name))
                .label(format!("it has {} slots", profile.schedule.slots)),
        ),
        Mention::Voltage(voltage) => {
            let (volts, highest) = (voltage.on(profile.supply), target.highest?);
            (volts.0 > highest.0).then(|| {
                fault(format!("the rig cannot supply {volts}"))
                    .label(format!("at most {highest}"))
                    .help(format!("percentages are of the nominal {}", profile.supply))
            })
        }
        Mention::Firmware(file) => Firmware::load(file).err().map(|error| {
            let name = file.display();
            fault(format!("`{name}` {}", error.why())).label("no firmware for the board").help(error.help())
        }),
        Mention::Reset(ResetStep::Factory)
            if profile.console.is_some() && profile.way(&Command::FactoryReset).is_none() =>
        {
            Some(
                fault(format!("`{}` has no command to restore its defaults", profile.name))
                    .label("by the console")
                    .help("its profile has no `factory-reset` under `[console.commands]`; `press` the buttons for it"),
            )
        }
        Mention::Reset(ResetStep::Software) if profile.console.is_some() && profile.way(&Command::Reset).is_none() => {
            Some(
                fault(format!("`{}` has no command to reset itself", profile.name))
                    .label("by software")
                    .help("its profile has no `reset` under `[console.commands]`; write `reset = \"pin\"`"),
            )
        }
        _ => None,
    }
}

/// Why the board's schedule cannot express this programme, and what it can.
fn unheld(programme: &Programme, profile: &Profile) -> Option<(String, String)> {
    let schedule = &profile.schedule;
    if !schedule.groups.is_empty() && !schedule.groups.contains(&programme.days) {
        let groups: Vec<String> = schedule.groups.iter().map(ToString::to_string).collect();
        let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
        return Some((
            format!("it has no group of days `{}`", programme.days),
            format!("its groups are {}", list(&groups, "and")),
        ));
    }
    let off_grid = |time: TimeOfDay| Span::secs(i64::from(time.0)).0 % schedule.resolution.0.max(1) != 0;
    let time = [programme.on, programme.off].into_iter().find(|time| off_grid(*time))?;
    Some((
        format!("its resolution is {}", schedule.resolution),
        format!("`{time}` is not a whole number of {} from midnight", schedule.resolution),
    ))
}

/// Counts programmes along the steps, where the start is known: after arranging, exactly the arranged ones are held.
fn slots(source: &Source, choice: &Choice, profile: &Profile) -> Option<Fault> {
    let slots = profile.schedule.slots as usize;
    let mut held = choice.board.as_ref()?.programs.len();
    let full = |source: &Source, span: std::ops::Range<usize>, held: usize| {
        Fault::new(source, span, format!("`{}` holds {slots} programmes, this would be number {held}", profile.name))
            .label("one too many")
            .help("to see what the board says then, send the line with `console`")
    };
    if held > slots {
        let programmes = choice.arranged.iter().filter(|mention| matches!(mention.value, Mention::Programme(_)));
        let place = programmes.map(|mention| mention.span.clone()).nth(slots);
        return Some(full(source, place.unwrap_or(0..0), slots + 1));
    }
    for read in &choice.steps {
        match &read.step.value {
            Step::Program(ProgramStep::Add(_)) if held == slots => {
                return Some(full(&read.source, read.step.span.clone(), held + 1));
            }
            Step::Program(ProgramStep::Add(_)) => held += 1,
            Step::Program(ProgramStep::Delete(_)) => held = held.saturating_sub(1),
            Step::Program(ProgramStep::Clear) => held = 0,
            Step::Reset(ResetStep::Factory) if profile.schedule.reset == Reset::Wipe => held = 0,
            // Whatever the line or the button did, nothing is known from here on.
            Step::Console(_) | Step::Press(_) => return None,
            _ => {}
        }
    }
    None
}
