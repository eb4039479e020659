//! What a case needs of a board that not every board has. Lacking it is no fault of the file: the case is skipped.

use crate::scenario::expectation::Expectation;
use crate::scenario::file::Choice;
use crate::scenario::step::Step;
use brownout_rigs::profile::Profile;

/// Why this board cannot do this case, if it cannot.
pub(super) fn unmet(choice: &Choice, profile: &Profile) -> Option<String> {
    if profile.console.is_some() {
        return None;
    }
    if choice.board.is_some() {
        return Some(format!("cannot be arranged: `{}` has no console", profile.name));
    }
    let speaks = |step: &&Step| {
        matches!(step, Step::SetClock(_) | Step::Program(_) | Step::Mode(_) | Step::Console(_))
            || matches!(step, Step::Expect(expectation) if matches!(
                expectation.value,
                Expectation::Console { .. } | Expectation::Clock { .. } | Expectation::ProgramsKept
            ))
    };
    let step = choice.steps.iter().map(|read| &read.step.value).find(speaks)?;
    Some(format!("`{}` has no console for `{}`", profile.name, step.text(profile.supply)))
}
