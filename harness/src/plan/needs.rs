//! What a case needs of a board or a rig that not every one has. Lacking it is no fault of the file: the case is skipped.

use super::Target;
use crate::arrange::{commands, scripts, unarrangeable};
use crate::scenario::expectation::Expectation;
use crate::scenario::file::Choice;
use crate::scenario::step::measure::{Point, Quantity};
use crate::scenario::step::{ProgramStep, ResetStep, Step};
use crate::scenario::suggest::list;
use brownout_rigs::profile::{Command, Profile, Way};
use brownout_rigs::programme::Mode;
use brownout_rigs::rig::Rig;
use brownout_trace::Volts;

/// Why this board, or this rig, cannot do this case, if it cannot.
pub(super) fn unmet(choice: &Choice, target: Target<'_>) -> Option<String> {
    silent(choice, target.profile)
        .or_else(|| unflashed(choice, target.profile))
        .or_else(|| without_mode(choice, target.profile))
        .or_else(|| unpressed(choice, target.profile, target.rig?))
}

/// A board on another supply than those that the scenario's figures are for; none named: any will do.
pub(super) fn unfit(supplies: &[Volts], profile: &Profile) -> Option<String> {
    // As written in two files: a figure of a part would be compared otherwise.
    let is_ours = |volts: &Volts| (volts.0 - profile.supply.0).abs() < 1e-9;
    if supplies.is_empty() || supplies.iter().any(is_ours) {
        return None;
    }
    let names: Vec<String> = supplies.iter().map(ToString::to_string).collect();
    let names = list(&names.iter().map(String::as_str).collect::<Vec<_>>(), "or");
    Some(format!("its figures are for a supply of {names}; `{}` has {}", profile.name, profile.supply))
}

/// A board that no probe can flash.
fn unflashed(choice: &Choice, profile: &Profile) -> Option<String> {
    let flashes = choice.steps.iter().any(|read| matches!(read.step.value, Step::Flash(_)));
    (flashes && profile.chip.is_none()).then(|| format!("`{}` names no chip: no probe can flash it", profile.name))
}

/// A board that does not tell its mode.
fn without_mode(choice: &Choice, profile: &Profile) -> Option<String> {
    let asks =
        |step: &Step| matches!(step, Step::Expect(expectation) if matches!(expectation.value, Expectation::Mode(_)));
    let asked = choice.steps.iter().any(|read| asks(&read.step.value));
    let console = profile.console.as_ref()?;
    let tells = [Command::ReadMode, Command::Status].iter().any(|command| console.tells_mode(command));
    (asked && !tells).then(|| format!("`{}` has no command that tells its mode", profile.name))
}

/// A button that the rig has no wire to, pressed by the scenario or by a macro.
fn unpressed(choice: &Choice, profile: &Profile, rig: &Rig) -> Option<String> {
    let steps = || choice.steps.iter().map(|read| &read.step.value);
    let pressed = steps().filter_map(|step| match step {
        Step::Press(press) => Some(press.buttons.clone()),
        _ => None,
    });
    let told = choice.board.iter().flat_map(|board| commands(board, profile)).chain(steps().filter_map(command));
    let keyed = told.flat_map(|command| scripts(profile, &command)).flat_map(|script| script.strokes);
    let mut buttons = pressed.chain(keyed.map(|stroke| stroke.buttons)).flatten();
    let button = buttons.find(|button| !rig.stand.presses(button))?;
    Some(format!("the rig `{}` has no wire to the button `{button}`", rig.name))
}

/// Something that the board can neither be told nor be made to do by its buttons.
fn silent(choice: &Choice, profile: &Profile) -> Option<String> {
    if let Some(why) = choice.board.as_ref().and_then(|board| unarrangeable(board, profile)) {
        return Some(why);
    }
    let entered = choice.steps.iter().filter_map(|read| command(&read.step.value)).find_map(|command| {
        let Some(Way::Macros(macros)) = profile.way(&command) else { return None };
        macros
            .script(&command, Some(Mode::Auto))
            .err()
            .map(|why| format!("`{}` cannot be given this by its buttons: {why}", profile.name))
    });
    if entered.is_some() {
        return entered;
    }
    let cannot = |step: &&Step| match step {
        Step::Console(_) => profile.console.is_none(),
        Step::Expect(expectation) => {
            matches!(expectation.value, Expectation::Console { .. } | Expectation::Mode(_)) && profile.console.is_none()
        }
        Step::Measure(measure) => listens(&measure.value.quantity) && profile.console.is_none(),
        // A console without the command is a fault of the file, as it always was: see `board_check`.
        step => profile.console.is_none() && command(step).is_some_and(|command| profile.way(&command).is_none()),
    };
    let step = choice.steps.iter().map(|read| &read.step.value).find(cannot)?;
    let pressed = profile.macros.is_some() && command(step).is_some();
    let what = if pressed { "no console, and no macro," } else { "no console" };
    Some(format!("`{}` has {what} for `{}`", profile.name, step.text(profile.supply)))
}

/// Whether a figure cannot be had without a console.
fn listens(quantity: &Quantity) -> bool {
    match quantity {
        Quantity::ClockError => true,
        Quantity::Between { from, to } => [from, to].iter().any(|point| matches!(point, Point::Line(_))),
        Quantity::Shot(_) | Quantity::Bounce(_) => false,
    }
}

/// What a step tells the board, if it tells it something.
pub(super) fn command(step: &Step) -> Option<Command> {
    Some(match step {
        Step::SetClock(civil) => Command::SetClock(*civil),
        Step::Mode(mode) => Command::SetMode(*mode),
        Step::Program(ProgramStep::Add(programme)) => Command::AddProgram(programme.clone()),
        Step::Program(ProgramStep::Delete(slot)) => Command::DeleteProgram(*slot),
        Step::Program(ProgramStep::Clear) => Command::ClearPrograms,
        Step::Reset(ResetStep::Factory) => Command::FactoryReset,
        Step::Reset(ResetStep::Software) => Command::Reset,
        _ => return None,
    })
}
