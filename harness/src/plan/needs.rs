//! What a case needs of a board or a rig that not every one has. Lacking it is no fault of the file: the case is skipped.

use super::Target;
use crate::scenario::expectation::Expectation;
use crate::scenario::file::Choice;
use crate::scenario::step::{ResetStep, Step};
use brownout_rigs::profile::{Command, Profile};
use brownout_rigs::rig::Rig;

/// Why this board, or this rig, cannot do this case, if it cannot.
pub(super) fn unmet(choice: &Choice, target: Target<'_>) -> Option<String> {
    silent(choice, target.profile)
        .or_else(|| unflashed(choice, target.profile))
        .or_else(|| without_mode(choice, target.profile))
        .or_else(|| unpressed(choice, target.rig?))
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

/// A button that the rig has no wire to.
fn unpressed(choice: &Choice, rig: &Rig) -> Option<String> {
    let pressed = choice.steps.iter().filter_map(|read| match &read.step.value {
        Step::Press(press) => Some(press),
        _ => None,
    });
    let wired = |button: &&String| rig.wiring.buttons.iter().any(|wires| wires.name == **button);
    let button = pressed.flat_map(|press| &press.buttons).find(|button| !wired(button))?;
    Some(format!("the rig `{}` has no wire to the button `{button}`", rig.name))
}

/// Something that must be said to a board without a console.
fn silent(choice: &Choice, profile: &Profile) -> Option<String> {
    if profile.console.is_some() {
        return None;
    }
    if choice.board.is_some() {
        return Some(format!("cannot be arranged: `{}` has no console", profile.name));
    }
    let speaks = |step: &&Step| {
        matches!(step, Step::SetClock(_) | Step::Program(_) | Step::Mode(_) | Step::Console(_))
            || matches!(step, Step::Reset(ResetStep::Software | ResetStep::Factory))
            || matches!(step, Step::Expect(expectation) if matches!(
                expectation.value,
                Expectation::Console { .. } | Expectation::Clock { .. } | Expectation::ProgramsKept | Expectation::Mode(_)
            ))
    };
    let step = choice.steps.iter().map(|read| &read.step.value).find(speaks)?;
    Some(format!("`{}` has no console for `{}`", profile.name, step.text(profile.supply)))
}
