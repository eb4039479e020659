//! Random instructions, executed by our core and by armagnac: registers, flags, IT state and RAM must agree, and so must the refusal to
//! execute. armagnac is independent of us, so an error has to be made twice to go unseen.
//!
//! Every encoding of the manual ([`encodings`]) takes its turn, from RAM and from flash, alone and in straight runs with IT blocks; a
//! test counts them. What the two need not agree on is in [`exclusions`], each with its reason. What armagnac cannot do at all
//! (exceptions, sleep, priorities, stopping exactly) is compared with ourselves in [`stops`], and tested by the exception firmware.

mod encodings;
mod exclusions;
mod pair;
mod stops;

use std::collections::BTreeMap;

use brownout_virtual::core::operation;
use pair::{AT_LEAST, Compared, Pair};

/// How often what was compared.
#[derive(Default)]
struct Count {
    encodings: BTreeMap<&'static str, u32>,
    operations: BTreeMap<String, u32>,
    instructions: u32,
}

/// Compares until each encoding was drawn `rounds` times alone, and as many straight runs; fails on any difference.
fn lockstep(seed: u64, rounds: u32) -> Count {
    pair::keep_quiet();
    let mut pair = Pair::new(seed);
    let mut count = Count::default();
    let mut differences = Vec::new();
    let mut note = |compared: Result<Vec<Compared>, String>| match compared {
        Ok(compared) => {
            for one in compared {
                *count.encodings.entry(one.name).or_default() += 1;
                *count.operations.entry(operation(one.first, one.second)).or_default() += 1;
                count.instructions += 1;
            }
        }
        Err(difference) => differences.push(difference),
    };
    let encodings = encodings::all();
    for _ in 0..rounds {
        for encoding in &encodings {
            note(pair.compare(encoding));
        }
        for _ in 0..encodings.len() / 4 {
            note(pair.compare_run(&encodings));
        }
    }
    let shown = differences[..differences.len().min(20)].join("\n");
    assert!(differences.is_empty(), "{} differences:\n{shown}", differences.len());
    count
}

#[test]
fn agrees_with_armagnac_on_every_encoding() {
    let count = lockstep(0xB0A2D, 500);
    eprintln!("{} instructions compared", count.instructions);
    let missing: Vec<(&str, u32)> = encodings::all()
        .iter()
        .map(|encoding| encoding.name)
        .filter(|name| !exclusions::ENCODINGS.iter().any(|(excluded, _)| excluded == name))
        .map(|name| (name, count.encodings.get(name).copied().unwrap_or(0)))
        .filter(|(_, compared)| *compared < AT_LEAST)
        .collect();
    assert!(missing.is_empty(), "compared less than {AT_LEAST} times: {missing:?}");
    for (name, reason) in exclusions::ENCODINGS {
        let compared = count.encodings.get(name).copied().unwrap_or(0);
        assert_eq!(compared, 0, "{name} is excluded ({reason}) and was compared after all");
    }

    // What the decoder can give at all, from a sweep that knows no table.
    let mut known: BTreeMap<String, (u16, u16)> = BTreeMap::new();
    let seconds: Vec<u16> =
        (0..=u16::MAX).step_by(0x10).chain((0..=u16::MAX).step_by(0x111)).chain([0x8F2F, 0x8F6F]).collect();
    for first in 0..=u16::MAX {
        let seconds = if first < 0xE800 { &[0][..] } else { &seconds[..] };
        // The registers of the first half-word do not choose the operation.
        if first < 0xE800 || matches!(first & 15, 1 | 13 | 15) {
            for second in seconds {
                known.entry(operation(first, *second)).or_insert((first, *second));
            }
        }
    }
    known.retain(|operation, _| !exclusions::OPERATIONS.iter().any(|(excluded, _)| excluded == operation));
    let missing: Vec<String> = known
        .iter()
        .filter(|(operation, _)| count.operations.get(*operation).copied().unwrap_or(0) < AT_LEAST / 4)
        .map(|(operation, (first, second))| format!("{operation}, as in {first:04x} {second:04x}"))
        .collect();
    assert!(missing.is_empty(), "the decoder knows, and too few were compared: {missing:?}");
}

#[test]
#[ignore = "long: millions of instructions"]
fn agrees_with_armagnac_on_millions() {
    let mut instructions = 0;
    for seed in 1..=8 {
        instructions += lockstep(seed, 4_000).instructions;
    }
    eprintln!("{instructions} instructions compared");
    assert!(instructions > 5_000_000, "only {instructions}");
}
