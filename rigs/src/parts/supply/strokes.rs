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
