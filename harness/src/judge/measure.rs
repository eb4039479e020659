//! `measure`: the figure, and how it stands to its limits.

use super::contact::{bursts_in, in_words};
use super::relay::Settled;
use super::{Finding, View, Window, clock as board_clock, rounded};
use crate::execute::{Reply, Seen};
use crate::outcome::Figure;
use crate::scenario::expectation::Contact;
use crate::scenario::step::measure::{Measure, Point, Quantity};
use brownout_trace::event::What;
use brownout_trace::{Amount, Instant, Margin, Measurement, Span, Standing};

/// What was measured.
struct Found {
    figure: Amount,
    look_at: Instant,
    detail: String,
    /// The time between what it was measured by, where that is not the figure itself.
    apart: Option<Span>,
}

/// The figure of a measurement whose window is over and has settled. What did not occur is the board's failure; what the
/// rig did not measure is not.
pub fn judge(view: &View<'_>, measure: &Measure, window: Window, seen: Seen) -> Finding {
    let found = match &measure.quantity {
        Quantity::Between { from, to } => between(view, from, to, window, seen),
        Quantity::Shot(figure) => {
            let shot = view.ledger.shots[..seen.shots].last();
            let measured = shot.and_then(|shot| shot.figure(*figure));
            let missing =
                || Box::new(Finding::inconclusive(format!("the {figure} of the shot was not measured"), window.to));
            let detail =
                || shot.map_or_else(String::new, |shot| format!("a shot to {} for {}", shot.level, shot.width));
            let look_at = view.ledger.shot_times[..seen.shots].last().map_or(window.to, |(from, _)| *from);
            measured.ok_or_else(missing).map(|figure| Found { figure, look_at, detail: detail(), apart: None })
        }
        Quantity::Bounce(relay) => {
            let bursts = bursts_in(view, relay, window);
            let worst = bursts.iter().max_by_key(|burst| burst.length());
            let missing = || Box::new(Finding::new(false, format!("{relay} never moved"), window.to));
            worst.ok_or_else(missing).map(|worst| Found {
                figure: Amount::Time(worst.length()),
                look_at: worst.begin,
                detail: in_words(relay, worst),
                apart: None,
            })
        }
        // Asked, not seen.
        Quantity::ClockError => Err(Box::new(Finding::inconclusive("the board was not asked", window.to))),
    };
    found.map_or_else(|finding| *finding, |found| weigh(view, measure, found))
}

/// The error of the board's clock, from its answer.
pub fn clock(view: &View<'_>, measure: &Measure, reply: &Reply) -> Finding {
    match board_clock::deviation(view, reply) {
        Ok((deviation, detail)) => {
            let apart = view.ledger.clock.map(|clock| reply.got - clock.set_at);
            weigh(view, measure, Found { figure: Amount::Time(deviation), look_at: reply.got, detail, apart })
        }
        Err(finding) => *finding,
    }
}

fn between(view: &View<'_>, from: &Point, to: &Point, window: Window, seen: Seen) -> Result<Found, Box<Finding>> {
    let began = point(view, from, window.since, window, seen)?;
    // A board may be too early for what is due: the second point is looked for in the whole window then.
    let since = if matches!(from, Point::Due(_)) { window.since.min(began) } else { began };
    let ended = point(view, to, since, window, seen)?;
    let is_due = matches!(from, Point::Due(_)) || matches!(to, Point::Due(_));
    let set_at = seen.clock.filter(|_| is_due).map(|clock| clock.set_at);
    Ok(Found {
        figure: Amount::Time(ended - began),
        look_at: ended,
        detail: format!("{from} at {began}, {to} at {ended}"),
        apart: set_at.map(|set_at| began.max(ended) - set_at),
    })
}

/// When a point was passed: an event is the first one from `since` on.
fn point(view: &View<'_>, point: &Point, since: Instant, window: Window, seen: Seen) -> Result<Instant, Box<Finding>> {
    let span = since..=window.to;
    let looked = || format!("looked for from {since} to {}", window.to);
    match point {
        Point::Place(place) => view
            .ledger
            .when(place, seen)
            .ok_or_else(|| Box::new(Finding::inconclusive(format!("{point} was not passed"), window.to))),
        Point::Due(moment) => {
            let unset = || Box::new(Finding::inconclusive("the clock was never set", window.to));
            seen.clock.map(|clock| moment.when(clock)).ok_or_else(unset)
        }
        Point::Becomes(relay, contact) => {
            let settled = Settled::of(view, relay);
            let wanted = *contact == Contact::Closed;
            let change = settled.changes.iter().find(|(at, closed)| *closed == wanted && span.contains(at));
            change.map(|(at, _)| *at).ok_or_else(|| {
                let observed = match settled.closed(since) == wanted {
                    true => format!("{relay} was {contact} from the beginning and did not become so"),
                    false => format!("{relay} did not become {contact}"),
                };
                let detail = format!("{}; {}", looked(), settled.history(relay, window.to));
                Box::new(Finding::new(false, observed, window.to).detail(detail))
            })
        }
        Point::Line(pattern) => {
            let mut lines = view.events.iter().filter_map(|event| match &event.what {
                What::Received { line } if !line.is_empty() && span.contains(&event.at) => Some((event.at, line)),
                _ => None,
            });
            let missing = || Box::new(Finding::new(false, format!("no line `{pattern}`"), window.to).detail(looked()));
            lines.find(|(_, line)| pattern.matches(line)).map(|(at, _)| at).ok_or_else(missing)
        }
    }
}

/// Weighs a figure against its limits.
fn weigh(view: &View<'_>, measure: &Measure, found: Found) -> Finding {
    let Found { figure, look_at, detail, apart } = found;
    let from_min = measure.min.map(|min| Margin { left: figure.less(min), of: min });
    let from_max = measure.max.map(|max| Margin { left: max.less(figure), of: max });
    let margins = from_min.into_iter().chain(from_max);
    let margin = margins.clone().min_by(|one, other| one.left.size().total_cmp(&other.left.size()));
    let share = measure.marginal.map_or(0.0, |share| share.0 / 100.0);
    let is_near = |margin: Margin| margin.left.size() < share * margin.of.size().abs();
    let standing = match margin {
        None => Standing::Reported,
        Some(margin) if margin.left.size() < 0.0 => Standing::Outside,
        Some(_) if margins.clone().any(is_near) => Standing::Marginal,
        Some(_) => Standing::Inside,
    };
    let apart = apart.map_or(figure, Amount::Time);
    let measurement = Measurement {
        name: measure.name.clone(),
        value: figure,
        unit: measure.unit,
        uncertainty: view.uncertainty.of(apart, view.nominal),
        min: measure.min,
        max: measure.max,
        standing,
    };
    let shown = figure.in_unit(measure.unit);
    let detail = match standing {
        Standing::Marginal => format!("{shown}, marginal: {detail}"),
        _ => format!("{shown}: {detail}"),
    };
    // A figure without a limit would change the snapshot with every board.
    let text = told(measure, figure);
    let observed = if standing == Standing::Reported { "measured".to_owned() } else { text.clone() };
    let inside = standing != Standing::Outside;
    let kept = (standing != Standing::Reported).then_some(Figure { text, inside });
    let measurement = Some(measurement);
    Finding { figure: kept, margin, measurement, ..Finding::new(inside, observed, look_at) }.detail(detail)
}

/// The figure with as many digits as its limits are worth, in its unit.
fn told(measure: &Measure, figure: Amount) -> String {
    let limits = measure.min.into_iter().chain(measure.max).map(|limit| limit.size().abs());
    let largest = limits.fold(0.0, f64::max);
    let rounded = match figure {
        Amount::Time(span) => Amount::Time(rounded(span, Span(largest as i64))),
        other => {
            // Three digits of the limit.
            let mut step = 1.0;
            while largest / step >= 1000.0 {
                step *= 10.0;
            }
            while largest > 0.0 && largest / step < 100.0 {
                step /= 10.0;
            }
            Amount::of_size(other.kind(), (other.size() / step).round() * step)
        }
    };
    rounded.in_unit(measure.unit)
}
