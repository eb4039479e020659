//! From scenario files to a plan, or to every fault in them.

use super::{About, Case, Plan, PlannedStep, Target, able, board_check, doubt, needs, order_check};
use crate::arrange;
use crate::scenario::error::{Fault, Faults, Source};
use crate::scenario::file::{Choice, MOST_FAULTS, parse, same};
use crate::scenario::find::{Found, find};
use crate::scenario::id::CaseId;
use crate::scenario::load::load;
use brownout_trace::Instant;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

/// Plans every scenario under `paths`.
pub fn plan_paths(paths: &[PathBuf], target: Target<'_>) -> Result<Plan, Faults> {
    plan(&find(paths)?, target)
}

/// Plans these scenarios. All faults of all files are found before any is returned.
pub fn plan(found: &[Found], target: Target<'_>) -> Result<Plan, Faults> {
    let mut plan = Plan::default();
    let mut faults = Vec::new();
    for file in found {
        match load(&file.path).and_then(|source| cases(file, &source, target)) {
            Ok(cases) => plan.cases.extend(cases),
            Err(more) => faults.extend(more.0),
        }
    }
    faults.extend(twice(&plan));
    match faults.is_empty() {
        true => Ok(plan),
        false => Err(Faults(faults)),
    }
}

/// The cases of one file with this text.
pub(super) fn cases(file: &Found, source: &Source, target: Target<'_>) -> Result<Vec<Case>, Faults> {
    let scenario = parse(source)?;
    let about = Arc::new(About {
        path: file.path.clone(),
        root: file.root.clone(),
        title: scenario.title,
        why: scenario.why,
        covers: scenario.covers,
        trace_snapshot: scenario.trace_snapshot,
        source: source.clone(),
        included: scenario.included,
    });
    let mut cases = Vec::with_capacity(scenario.cases.len());
    let mut faults: Vec<Fault> = Vec::new();
    let mut seen = HashSet::new();
    let unfit = needs::unfit(&scenario.supply, target.profile);
    for choice in scenario.cases {
        // What was not written for this board need not be right for it.
        let found = if unfit.is_some() { Vec::new() } else { board_check::faults(source, &choice, target) };
        let (order, timeline) = order_check::faults(source, &choice, target.profile);
        // A fault outside the matrix shows in every case: keep it once.
        let new = found.into_iter().chain(order).filter(|fault| seen.insert(same(fault)));
        faults.extend(new);
        let case = resolve(file, &about, choice, target, &timeline);
        cases.push(Case { skip: unfit.clone().or(case.skip), ..case });
    }
    faults.sort_by_key(|fault| (fault.file() != &*source.name, fault.file().to_owned(), fault.span().start));
    faults.truncate(MOST_FAULTS);
    match faults.is_empty() {
        true => Ok(cases),
        false => Err(Faults(faults)),
    }
}

fn resolve(
    file: &Found,
    about: &Arc<About>,
    choice: Choice,
    target: Target<'_>,
    timeline: &order_check::Timeline,
) -> Case {
    let nominal = target.profile.supply;
    let unable = able::unable(&choice, target);
    let skip = needs::unmet(&choice, target).or_else(|| unable.iter().flatten().next().cloned());
    let judging = doubt::Judging { target, nominal };
    let steps = choice.steps.into_iter().zip(unable).zip(timeline.starts.iter().zip(&timeline.ages));
    let mut case = Case {
        id: CaseId { scenario: file.name.clone(), choice: choice.choice },
        about: Arc::clone(about),
        board: choice.board,
        steps: steps
            .map(|((read, unable), (earliest, age))| PlannedStep {
                unable,
                doubt: judging.doubt(&read.step.value, *age),
                text: read.step.text(nominal),
                span: read.step.span,
                source: read.source,
                step: read.step.value.resolve(nominal),
                earliest: *earliest,
            })
            .collect(),
        nominal,
        takes: timeline.takes,
        arranging: None,
        uncertainty: judging.uncertainty(),
        skip,
    };
    if target.rig.is_some_and(|rig| rig.stand.pi().is_some()) {
        let begins = arrange::start_instant(&case, target.profile);
        case.arranging = Some(Instant::ZERO - begins + target.profile.power.off_within);
    }
    case
}

/// Cases whose ids or file names meet. Compared without case: some file systems know none.
fn twice(plan: &Plan) -> Vec<Fault> {
    let mut first: HashMap<String, &Case> = HashMap::new();
    let mut faults = Vec::new();
    let mut told = HashSet::new();
    for case in &plan.cases {
        let name = format!("{}/{}", case.id.folder(), case.id.file_stem()).to_lowercase();
        let Some(other) = first.get(&name) else {
            first.insert(name, case);
            continue;
        };
        if !told.insert((&case.about.path, &other.about.path)) {
            continue;
        }
        let message = match case.id.to_string() == other.id.to_string() {
            true => format!("two cases have the id `{}`", case.id),
            false => format!("`{}` and `{}` meet in one file name", other.id, case.id),
        };
        let fault = Fault::new(&case.about.source, 0..0, message)
            .label(format!("the other is in `{}`", other.about.path.display()))
            .help("ids name records and snapshots: rename one file, or write the matrix value differently");
        faults.push(fault);
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use brownout_rigs::profile::Profile;

    const TEXT: &str = "title = \"t\"\nwhy = \"w\"\ncovers = [\"choosing\"]\nsteps = [{ console = \"A\" }, \
        { expect = { relay = \"K1\", is = \"open\" } }]\n";

    fn planned(files: &[(&str, &str)], profile: &Profile) -> Result<Plan, Faults> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        plan_paths(&[folder.path().to_path_buf()], Target { profile, highest: None, rig: None })
    }

    fn weekly() -> Profile {
        Profile::shipped("weekly").unwrap().unwrap()
    }

    #[test]
    fn ids_and_file_names_do_not_meet() {
        let matrix = |values: &str| format!("{}[matrix]\nt = [{values}]\n", TEXT.replace("\"A\"", "\"{t}\""));
        for (files, message) in [
            ([("a@t=x.toml", TEXT.to_owned()), ("a.toml", matrix("\"x\""))], "two cases have the id `a@t=x`"),
            ([("b.toml", TEXT.to_owned()), ("a.toml", matrix("\"x y\", \"x/y\""))], "`a@t=x y` and `a@t=x/y` meet"),
            ([("A.toml", TEXT.to_owned()), ("a.toml", TEXT.to_owned())], "`A` and `a` meet in one file name"),
        ] {
            let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
            let Faults(faults) = planned(&files, &weekly()).unwrap_err();
            assert_eq!(faults.len(), 1);
            assert!(faults[0].message().starts_with(message), "{}", faults[0]);
        }
    }

    #[test]
    fn a_board_without_console_skips_what_needs_one() {
        let mut profile = weekly();
        profile.console = None;
        let plan = planned(&[("a.toml", TEXT)], &profile).unwrap();
        assert_eq!(plan.cases[0].skip.as_deref(), Some("`weekly` has no console for `console A`"));
        let arranged = format!("{TEXT}[board]\nmode = \"off\"\n");
        let plan = planned(&[("a.toml", &arranged)], &profile).unwrap();
        assert_eq!(
            plan.cases[0].skip.as_deref(),
            Some("cannot be arranged: `weekly` has no console, and no macros for its buttons")
        );
    }

    #[test]
    fn faults_of_all_files_are_told() {
        let Faults(faults) = planned(&[("a.toml", ""), ("b.toml", "x")], &weekly()).unwrap_err();
        let files: HashSet<&str> = faults.iter().map(|fault| fault.file().rsplit('/').next().unwrap()).collect();
        assert_eq!(files, HashSet::from(["a.toml", "b.toml"]));
    }
}
