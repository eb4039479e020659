//! From levels to strokes: the one place where crowbar and switches meet.

use super::can::Feed;
use super::score::{Score, set};
use super::stage::{Stage, of};
use super::thin::thin;
use crate::bench::RigFault;
use crate::rig::pi::SupplyWires;
use crate::shot::Stroke;
use brownout_trace::Instant;
use brownout_trace::event::Level;

/// What makes the terminals, which stand at `standing`, follow `levels`: in order, the instants never decreasing, none
/// before the first level's. Where one stroke's wait is not fulfilled what comes after it must not be played.
///
/// # Errors
/// A level that the supply cannot give. Nothing of the list is to be played then.
pub fn strokes(
    wires: &SupplyWires,
    standing: Level,
    levels: &[(Instant, Level)],
) -> Result<Vec<(Instant, Stroke)>, RigFault> {
    let Some((first, _)) = levels.first() else { return Ok(Vec::new()) };
    let mut stage = of(wires);
    let levels = match stage.tread() {
        Ok(tread) => &thin(standing, levels, tread),
        Err(_) => levels,
    };
    let feed = |stage: &dyn Stage, before: Feed, level: Level| {
        Feed::of(wires, stage, before, level).map_err(|why| RigFault {
            what: format!("the supply cannot go to {level}: the rig {why}"),
            hint: "`brownout check` with this rig says so beforehand".to_owned(),
        })
    };
    let mut stands = feed(&*stage, Feed::Nothing, standing)?;
    let mut score = Score::new(*first);
    stage.begin(standing);
    for (at, level) in levels {
        let next = feed(&*stage, stands, *level)?;
        change(&mut *stage, stands, next, *at, &mut score);
        stands = next;
    }
    stage.end(&mut score);
    Ok(score.finish())
}

fn change(stage: &mut dyn Stage, from: Feed, to: Feed, at: Instant, score: &mut Score) {
    match (from, to) {
        (Feed::Short(_), Feed::Short(_)) => {}
        (Feed::Short(bar), Feed::Nothing) => {
            score.at(at);
            bar.release(at, score);
            stage.change(None, None, at, score);
        }
        (Feed::Short(bar), Feed::Volts(volts)) => {
            bar.release(at, score);
            stage.change(None, Some(volts), at, score);
        }
        (Feed::Nothing | Feed::Volts(_), to) => {
            stage.change(from.volts(), to.volts(), at, score);
            if let Feed::Short(bar) = to {
                bar.fire(score);
            }
        }
    }
}

/// To open terminals from anything at all, with what stands before the switches set up: where a run begins, and where
/// `standing` is [`Level::Open`].
pub fn ready(wires: &SupplyWires) -> Vec<Stroke> {
    let (fast, slow) = crowbar_off(wires, of(wires).ready());
    let release = wires.crowbar.map(|crowbar| Stroke::Rest(crowbar.release));
    fast.into_iter().chain(release).chain(slow).collect()
}

/// To the safe state: every output inactive. Good from any state, and as often as one likes; what is fast comes first.
pub fn safe(wires: &SupplyWires) -> Vec<Stroke> {
    let (fast, slow) = crowbar_off(wires, of(wires).safe());
    fast.into_iter().chain(slow).collect()
}

/// The lines first, the crowbar's after the switches'; then what is slow.
fn crowbar_off(wires: &SupplyWires, mut strokes: Vec<Stroke>) -> (Vec<Stroke>, Vec<Stroke>) {
    let lines = strokes.iter().position(|stroke| !matches!(stroke, Stroke::Set { .. })).unwrap_or(strokes.len());
    let slow = strokes.split_off(lines);
    strokes.extend(wires.crowbar.map(|crowbar| set(crowbar.output, false)));
    (strokes, slow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rig::pi::{Active, Crowbar, Input, Output, PowerStage, Pull};
    use brownout_trace::{Amps, Span, Volts};

    fn output(line: &str) -> Output {
        Output { line: line.parse().unwrap(), active: Active::High }
    }

    fn wires() -> SupplyWires {
        SupplyWires {
            nominal: Volts(12.0),
            stage: PowerStage::HighSide(output("GPIO17")),
            sense: Some(Input { line: "GPIO27".parse().unwrap(), active: Active::High, pull: Pull::None }),
            crowbar: Some(Crowbar {
                output: output("GPIO18"),
                limit: Amps(5.0),
                release: Span::millis(1),
                sense: None,
            }),
        }
    }

    const NOMINAL: Level = Level::Volts(Volts(12.0));
    const SHORT: Level = Level::Volts(Volts(0.0));

    fn written(wires: &SupplyWires, standing: Level, levels: &[(i64, Level)]) -> Vec<String> {
        let levels: Vec<_> = levels.iter().map(|(micros, level)| (Instant(micros * 1000), *level)).collect();
        let strokes = strokes(wires, standing, &levels).unwrap();
        strokes.iter().map(|(at, stroke)| format!("{}us {}", at.0 / 1000, words(stroke))).collect()
    }

    fn words(stroke: &Stroke) -> String {
        match stroke {
            Stroke::Set { line, high } => format!("{line} {}", if *high { "high" } else { "low" }),
            Stroke::AwaitInactive { input, .. } => format!("until {} inactive", input.line),
            Stroke::Rest(span) => format!("rest {span}"),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn an_interruption_opens_the_switch_and_closes_it() {
        let strokes = written(&wires(), NOMINAL, &[(0, Level::Open), (10_000, NOMINAL)]);
        assert_eq!(strokes, ["0us GPIO17 low", "10000us GPIO17 high"]);
    }

    #[test]
    fn at_low_impedance_the_crowbar_waits_for_the_fall_and_is_gone_before_the_rise() {
        let strokes = written(&wires(), NOMINAL, &[(0, SHORT), (10_000, NOMINAL)]);
        let expected = [
            "0us GPIO17 low",
            "0us until GPIO27 inactive",
            "0us GPIO18 high",
            "9000us GPIO18 low",
            "9000us rest 1ms",
            "10000us GPIO17 high",
        ];
        assert_eq!(strokes, expected);
        // No room before the rise: it comes late.
        let strokes = written(&wires(), SHORT, &[(500, NOMINAL)]);
        assert_eq!(strokes, ["500us GPIO18 low", "500us rest 1ms", "1500us GPIO17 high"]);
    }

    #[test]
    fn without_a_sense_there_is_no_crowbar() {
        let blind = SupplyWires { sense: None, ..wires() };
        let fault = strokes(&blind, NOMINAL, &[(Instant(0), SHORT)]).unwrap_err();
        assert!(fault.what.contains("has no `sense`: a crowbar fires only after"), "{fault}");
        assert_eq!(super::super::can(&blind, Level::Open), Ok(()));
        let none = SupplyWires { crowbar: None, ..wires() };
        assert!(super::super::can(&none, SHORT).unwrap_err().contains("has no crowbar"));
    }

    #[test]
    fn safe_is_all_outputs_inactive() {
        let lines: Vec<String> = safe(&wires()).iter().map(words).collect();
        assert_eq!(lines, ["GPIO17 low", "GPIO18 low"]);
    }
}
