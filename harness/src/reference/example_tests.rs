//! Every example is a scenario that plans for the shipped rig and passes on it, and shows its word.

use super::page::{self, SHARED};
use super::scenario::{COMPLAINTS, PREDICATES, STEPS};
use crate::plan::{Target, plan_paths};
use crate::rigged::Rigged;
use crate::scenario::covers;
use brownout_rigs::firmware::Firmware;
use brownout_rigs::profile::Profile;
use brownout_rigs::rig::{Rig, SHIPPED_FIRMWARE};
use brownout_trace::Verdict;
use std::fs;

#[test]
fn every_example_passes_on_the_shipped_rig() {
    let folder = tempfile::tempdir().unwrap();
    let (name, elf) = SHIPPED_FIRMWARE;
    fs::write(folder.path().join("next.elf"), elf).unwrap();
    fs::write(folder.path().join("restart.steps.toml"), SHARED).unwrap();
    let words = STEPS.iter().map(|word| ("step", word)).chain(PREDICATES.iter().map(|word| ("expect", word)));
    let mut count = 0;
    for (kind, word) in words {
        let file = format!("{kind}-{}.toml", word.word.replace(' ', "-"));
        fs::write(folder.path().join(file), page::example(word)).unwrap();
        let shows =
            |part: &str| word.example.contains(&format!("{part} = ")) || word.example.contains(&format!("{part}  "));
        assert!(word.word.split(' ').all(shows) || word.example.contains("expect = \"schedule\""), "{}", word.word);
        count += 1;
    }
    let (rig, profile) = (Rig::shipped().unwrap(), Profile::shipped("weekly").unwrap().unwrap());
    let target = Target { profile: &profile, highest: None, rig: Some(&rig) };
    let plan = plan_paths(&[folder.path().to_path_buf()], target)
        .unwrap_or_else(|faults| panic!("{:#?}", faults.0.iter().map(|fault| fault.line()).collect::<Vec<_>>()));
    assert_eq!(plan.cases.len(), count);
    let firmware = Firmware::from_bytes(name, elf.to_vec()).unwrap();
    let rigged = Rigged::flash(rig.clone(), profile.clone(), &firmware).unwrap();
    for case in &plan.cases {
        assert_eq!(case.skip, None, "{}", case.id);
        let outcome = rigged.run(case, 1, &mut |_| ());
        let told: Vec<_> = outcome.judgements.iter().map(|one| (&one.expectation, &one.observed)).collect();
        assert_eq!(outcome.verdict, Verdict::Passed, "{}: {told:?} {:?}", case.id, outcome.stopped);
    }
}

#[test]
fn every_complaint_has_its_words() {
    let listed: Vec<&str> = COMPLAINTS.iter().map(|(id, _)| *id).collect();
    assert_eq!(listed, covers::COMPLAINTS);
}
