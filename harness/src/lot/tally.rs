//! What became of a lot: its yield, what broke, each measurement's statistics, and which part decides.

use super::statistics::{Correlation, Cpk, Limits, Summary, capability, rank_correlation};
use super::trying::Tried;
use crate::plan::Case;
use crate::runner::End;
use crate::scenario::id::CaseId;
use brownout_rigs::lot::{Lot, Spread};
use brownout_trace::{Amount, Measurement, Unit};

/// A lot, judged.
#[derive(Debug, Clone)]
pub struct Tally {
    /// How many boards there are.
    pub boards: u32,
    /// How many passed every case.
    pub passed: usize,
    /// Those that failed one, by number.
    pub failed: Vec<u32>,
    /// Those that failed none, but could not be judged in every case.
    pub unjudged: Vec<u32>,
    /// What broke first on a board that failed; what is most frequent first.
    pub broken: Vec<Broken>,
    /// Why boards could not be judged, likewise.
    pub trouble: Vec<Broken>,
    /// Each measurement of each case, in the order of the plan.
    pub figures: Vec<Figure>,
    /// What tells failed boards from passed ones.
    pub decider: Option<Decider>,
}

/// Something that went wrong on some of the boards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// In which case.
    pub case: CaseId,
    /// In a line.
    pub what: String,
    /// On how many boards.
    pub boards: usize,
}

/// One measurement over the lot.
#[derive(Debug, Clone)]
pub struct Figure {
    /// In which case.
    pub case: CaseId,
    /// Its name in there.
    pub name: String,
    /// The unit to print it in.
    pub unit: Unit,
    /// The least that passes.
    pub min: Option<Amount>,
    /// The most that passes.
    pub max: Option<Amount>,
    /// Its statistics, as [`Amount::size`] counts.
    pub summary: Summary,
    /// How far its limits are away.
    pub capability: Option<Cpk>,
    /// The part that it depends on most.
    pub decider: Option<Decider>,
}

/// The part with which something goes along more than with any other, and more than by chance.
#[derive(Debug, Clone, PartialEq)]
pub struct Decider {
    /// Its path in the rig file's `[virtual]`.
    pub part: String,
    /// How closely, and which way.
    pub correlation: Correlation,
}

impl Decider {
    /// Of values on some boards, counted from 0; the first part by path, if several are equally close.
    fn of(figures: &[Spread], boards: &[usize], values: &[f64]) -> Option<Self> {
        let mut best: Option<(&str, Correlation)> = None;
        for figure in figures {
            let parts: Vec<f64> = boards.iter().map(|board| figure.values[*board]).collect();
            let Some(rho) = rank_correlation(&parts, values) else { continue };
            if best.is_none_or(|(_, most)| rho.0.abs() > most.0.abs()) {
                best = Some((&figure.part, rho));
            }
        }
        let threshold = Correlation::threshold(boards.len());
        let (part, correlation) = best.filter(|(_, rho)| rho.reaches(threshold))?;
        Some(Self { part: part.to_owned(), correlation })
    }
}

impl Tally {
    /// Of every case on every board, as [`Line::run`](super::trying::Line::run) gives them.
    pub fn of(lot: &Lot, cases: &[&Case], tried: &[Tried]) -> Self {
        let ids: Vec<&CaseId> = cases.iter().map(|case| &case.id).collect();
        Self::sum(lot.figures(), &ids, tried)
    }

    fn sum(parts: &[Spread], cases: &[&CaseId], tried: &[Tried]) -> Self {
        let mut tally = Self {
            boards: 0,
            passed: 0,
            failed: Vec::new(),
            unjudged: Vec::new(),
            broken: Vec::new(),
            trouble: Vec::new(),
            figures: Vec::new(),
            decider: None,
        };
        let boards: Vec<&[Tried]> = tried.chunks(cases.len().max(1)).collect();
        let (mut judged, mut outcomes) = (Vec::new(), Vec::new());
        for (index, (board, number)) in boards.iter().zip(1..).enumerate() {
            tally.boards = number;
            let first = |is_it: fn(End) -> bool| cases.iter().zip(*board).find(|(_, tried)| is_it(tried.end));
            if let Some((case, tried)) = first(|end| end == End::Failed) {
                tally.failed.push(number);
                count(&mut tally.broken, case, tried);
            } else if let Some((case, tried)) = first(|end| end != End::Passed) {
                tally.unjudged.push(number);
                count(&mut tally.trouble, case, tried);
                continue;
            } else {
                tally.passed += 1;
            }
            judged.push(index);
            outcomes.push(if tally.failed.last() == Some(&number) { 1.0 } else { 0.0 });
        }
        for kinds in [&mut tally.broken, &mut tally.trouble] {
            kinds.sort_by_key(|broken| std::cmp::Reverse(broken.boards));
        }
        tally.decider = Decider::of(parts, &judged, &outcomes);
        for (place, case) in cases.iter().enumerate() {
            let column: Vec<&Tried> = boards.iter().filter_map(|board| board.get(place)).collect();
            tally.figures.extend(figures(parts, case, &column));
        }
        tally
    }
}

fn count(kinds: &mut Vec<Broken>, case: &CaseId, tried: &Tried) {
    let what = tried.why.clone().unwrap_or_default();
    match kinds.iter_mut().find(|kind| kind.case == *case && kind.what == what) {
        Some(kind) => kind.boards += 1,
        None => kinds.push(Broken { case: case.clone(), what, boards: 1 }),
    }
}

/// The figures of one case, which every board went through.
fn figures(parts: &[Spread], case: &CaseId, column: &[&Tried]) -> Vec<Figure> {
    let mut found: Vec<(&Measurement, Vec<usize>, Vec<f64>)> = Vec::new();
    for (board, tried) in column.iter().enumerate() {
        for one in &tried.measurements {
            let place = found.iter().position(|(first, ..)| first.name == one.name).unwrap_or_else(|| {
                found.push((one, Vec::new(), Vec::new()));
                found.len() - 1
            });
            let (_, boards, values) = &mut found[place];
            boards.push(board);
            values.push(one.value.size());
        }
    }
    let figure = |(first, boards, values): (&Measurement, Vec<usize>, Vec<f64>)| {
        let summary = Summary::of(&values)?;
        Some(Figure {
            case: case.clone(),
            name: first.name.clone(),
            unit: first.unit,
            min: first.min,
            max: first.max,
            summary,
            capability: capability(&summary, Limits::of(first.min, first.max)),
            decider: Decider::of(parts, &boards, &values),
        })
    };
    found.into_iter().filter_map(figure).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use brownout_trace::{Span, Standing};

    fn case(name: &str) -> CaseId {
        CaseId { scenario: name.into(), choice: Vec::new() }
    }

    fn tried(end: End, why: &str, millis: Option<i64>) -> Tried {
        let measurement = |millis| Measurement {
            name: "restart".to_owned(),
            value: Amount::Time(Span::millis(millis)),
            unit: Unit::MILLISECONDS,
            uncertainty: Amount::Time(Span::ZERO),
            min: None,
            max: Some(Amount::Time(Span::millis(30))),
            standing: Standing::Inside,
        };
        Tried {
            end,
            why: (!why.is_empty()).then(|| why.to_owned()),
            measurements: millis.map(measurement).into_iter().collect(),
            virtual_time: Span::ZERO,
        }
    }

    /// Twenty boards and one case: the restart follows `slow`, boards 16 to 20 fail.
    fn lot() -> (Vec<Spread>, Vec<Tried>) {
        let spread = |part: &str, value: fn(i64) -> i64| Spread {
            part: part.to_owned(),
            values: (1..=20).map(|board| value(board) as f64).collect(),
        };
        let parts = vec![spread("idle", |board| board * 7 % 20), spread("slow", |board| -board * board)];
        let one = |board| match board {
            16.. => tried(End::Failed, "line 9: restart", Some(board + 14)),
            _ => tried(End::Passed, "", Some(board + 14)),
        };
        (parts, (1..=20).map(one).collect())
    }

    #[test]
    fn the_part_that_decides_is_found() {
        let (parts, tried) = lot();
        let tally = Tally::sum(&parts, &[&case("power/restart")], &tried);
        assert_eq!((tally.boards, tally.passed, tally.failed), (20, 15, vec![16, 17, 18, 19, 20]));
        assert_eq!((tally.broken[0].boards, tally.broken.len(), tally.unjudged.len()), (5, 1, 0));
        let figure = &tally.figures[0];
        assert_eq!((figure.summary.count, figure.summary.mean), (20, 24.5e6));
        let slow = figure.decider.as_ref().unwrap();
        assert_eq!((slow.part.as_str(), slow.correlation), ("slow", Correlation(-1.0)));
        assert_eq!(tally.decider.unwrap().part, "slow");
        assert_eq!(Tally::sum(&parts[..1], &[&case("power/restart")], &tried).figures[0].decider, None);
    }

    #[test]
    fn who_cannot_be_judged_neither_passes_nor_fails() {
        let (parts, mut all) = lot();
        all[2] = tried(End::Inconclusive, "a rig fault", None);
        all[4] = tried(End::NotRun, "stopped by SIGINT", None);
        all[18] = tried(End::Bug, "bug in brownout", None);
        let tally = Tally::sum(&parts, &[&case("power/restart")], &all);
        assert_eq!((tally.passed, tally.failed.len(), tally.unjudged), (13, 4, vec![3, 5, 19]));
        assert_eq!((tally.trouble.len(), tally.figures[0].summary.count), (3, 17));
    }

    #[test]
    fn of_whom_nothing_was_observed_nothing_is_known() {
        let case = case("power/restart");
        let unseen = || tried(End::Skipped, "not observable: `t` shows nothing", None);
        let all = [tried(End::Passed, "", None), unseen(), unseen()];
        let tally = Tally::sum(&[], &[&case], &all);
        assert_eq!((tally.passed, tally.failed.len(), tally.unjudged), (1, 0, vec![2, 3]));
        let trouble = Broken { case, what: "not observable: `t` shows nothing".to_owned(), boards: 2 };
        assert_eq!(tally.trouble, [trouble]);
    }

    #[test]
    fn what_broke_first_is_counted_by_board() {
        let cases = [case("power/a"), case("power/b")];
        let passed = || tried(End::Passed, "", None);
        let failed = |why: &str| tried(End::Failed, why, None);
        let all = [passed(), failed("x"), failed("y"), failed("x"), failed("z"), failed("x"), passed(), failed("x")];
        let tally = Tally::sum(&[], &cases.each_ref(), &all);
        let told: Vec<String> =
            tally.broken.iter().map(|it| format!("{} {} {}", it.boards, it.case, it.what)).collect();
        assert_eq!(told, ["2 power/b x", "1 power/a y", "1 power/a z"]);
        assert_eq!((tally.passed, tally.failed), (0, vec![1, 2, 3, 4]));
    }
}
