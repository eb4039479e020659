//! Walking events and orders together, with every state the board may be in.
//!
//! From the beginning of a window on its event *may* have acted: the states after it are added. At the end it *has*:
//! the states before it are dropped. Between two such instants nothing changes, and the states are looked at once.

use super::forecast::{Expect, ExpectedEdge, Forecast, Stretch};
use super::orders::{Effect, Plan};
use super::why::Why;
use super::world::World;
use brownout_rigs::programme::Mode;
use brownout_trace::Instant;
use std::collections::BTreeSet;

const EARLIEST: Instant = Instant(i64::MIN);

/// Walks the plan up to `until`.
pub fn sweep(plan: &Plan, until: Instant) -> Forecast {
    let mut writer = Writer::new(plan);
    let anything = [false, true].map(|closed| World { orders: 0, event: 0, closed, stopped: false, missed: false });
    let mut worlds = BTreeSet::from(anything);
    let mut free = plan.free.as_slice();
    let mut now = plan.start;
    while now < until {
        settle(plan, &mut worlds, now);
        while free.first().is_some_and(|(_, to, _)| *to <= now) {
            free = &free[1..];
        }
        let inside = free.first().filter(|(from, ..)| *from <= now);
        writer.add(now, &worlds, inside.map(|(.., why)| *why));
        let mut next = until;
        let mut consider = |at: Instant| {
            if at > now {
                next = next.min(at);
            }
        };
        for world in &worlds {
            let windows = [world.next_event(plan), world.next_order(plan)];
            for (from, to) in windows.into_iter().flatten() {
                consider(from);
                consider(to);
            }
        }
        if let Some((from, to, _)) = free.first() {
            consider(*from);
            consider(*to);
        }
        now = next;
    }
    writer.finish(until)
}

/// Adds what may have happened by `now`, then drops those to which something must have happened.
fn settle(plan: &Plan, worlds: &mut BTreeSet<World>, now: Instant) {
    let mut fresh: Vec<World> = worlds.iter().copied().collect();
    while let Some(world) = fresh.pop() {
        let may = |window: Option<(Instant, Instant)>| window.is_some_and(|(from, _)| from <= now);
        let mut add = |next: World| {
            if worlds.insert(next) {
                fresh.push(next);
            }
        };
        if may(world.next_event(plan)) {
            world.after_event(plan, &mut add);
        }
        if may(world.next_order(plan)) {
            world.after_order(plan, &mut add);
        }
    }
    let must = |window: Option<(Instant, Instant)>| window.is_some_and(|(_, to)| to <= now);
    worlds.retain(|world| !must(world.next_event(plan)) && !must(world.next_order(plan)));
}

/// What is remembered of the moment before the states came apart.
#[derive(Debug, Clone)]
struct Together {
    worlds: BTreeSet<World>,
    closed: bool,
}

/// Turns the states into stretches and edges.
struct Writer<'p> {
    plan: &'p Plan,
    stretches: Vec<Stretch>,
    edges: Vec<ExpectedEdge>,
    /// The last moment at which all states agreed; `None` before the first.
    together: Option<Together>,
    /// Where in `stretches` the states came apart, while they are.
    apart_from: Option<usize>,
    /// Nothing but events of one chain since they came apart.
    only_events: bool,
    /// All states since they came apart, as long as they are two at most.
    seen: Vec<World>,
}

impl<'p> Writer<'p> {
    fn new(plan: &'p Plan) -> Self {
        let before = Stretch { from: EARLIEST, expect: Expect::Either, free: true, why: Why::Before };
        Self {
            plan,
            stretches: vec![before],
            edges: Vec::new(),
            together: None,
            apart_from: Some(0),
            only_events: false,
            seen: Vec::new(),
        }
    }

    /// The states from `from` on; `free`: why the contact is free whatever they are.
    fn add(&mut self, from: Instant, worlds: &BTreeSet<World>, free: Option<Why>) {
        let loose = free.or_else(|| self.unknown(worlds));
        let closed = worlds.iter().any(|world| world.closed);
        let open = worlds.iter().any(|world| !world.closed);
        if closed && open || loose.is_some() {
            let index = self.stretches.len();
            if self.apart_from.is_none() {
                self.apart_from = Some(index);
                let before = self.together.iter().flat_map(|together| &together.worlds);
                self.seen = before.copied().take(3).collect();
                self.only_events = self.together.as_ref().is_some_and(|t| self.is_one_run(&t.worlds));
            }
            self.look_at(worlds, loose.is_some());
            let why = loose.unwrap_or_else(|| self.what_next(worlds));
            self.push(from, Expect::Either, loose.is_some(), why);
            return;
        }
        if let Some(start) = self.apart_from.take() {
            self.look_at(worlds, false);
            self.close(start, worlds, closed);
        }
        let expect = if closed { Expect::Closed } else { Expect::Open };
        let why = worlds.first().map_or(Why::Before, |world| self.reason(world));
        self.push(from, expect, false, why);
        self.together = Some(Together { worlds: worlds.clone(), closed });
    }

    fn push(&mut self, from: Instant, expect: Expect, free: bool, why: Why) {
        // Inside one window after another the first reason stands; definite stretches change with their reason.
        let same = |last: &Stretch| {
            last.expect == expect && last.free == free && (last.why == why || !free && expect == Expect::Either)
        };
        if !self.stretches.last().is_some_and(same) {
            self.stretches.push(Stretch { from, expect, free, why });
        }
    }

    /// Keeps account of what kind of disagreement this is.
    fn look_at(&mut self, worlds: &BTreeSet<World>, loose: bool) {
        let orders = self.seen.first().map(|world| world.orders);
        self.only_events &= !loose && worlds.iter().all(|world| Some(world.orders) == orders);
        if loose {
            // Three are too many for one order: the disagreement is free.
            self.seen.extend(worlds.first().map(|world| [*world; 3]).into_iter().flatten());
            return;
        }
        for world in worlds {
            if self.seen.len() < 3 && !self.seen.contains(world) {
                self.seen.push(*world);
            }
        }
    }

    /// The states agree again: either the edges between are known, or the time between was free.
    fn close(&mut self, start: usize, worlds: &BTreeSet<World>, closed: bool) {
        let before = self.together.clone();
        let known = before.and_then(|before| {
            let (first, last) = (before.worlds.first()?, worlds.first()?);
            if self.only_events {
                self.events_between(first, last, before.closed, closed)
            } else {
                self.one_order(first, last)
            }
        });
        match known {
            Some(edges) => self.edges.extend(edges),
            None => self.stretches[start..].iter_mut().for_each(|stretch| {
                stretch.free = true;
                if stretch.expect == Expect::Either && !is_loose(stretch.why) {
                    stretch.why = Why::Undecided;
                }
            }),
        }
    }

    /// The edges that the events between two states of one chain make; `None` if they cannot be told.
    fn events_between(&self, first: &World, last: &World, was: bool, closed: bool) -> Option<Vec<ExpectedEdge>> {
        let mut at = *first;
        let mut edges = Vec::new();
        let mut contact = was;
        while at.event < last.event {
            let chain = self.plan.contexts[at.orders].chain.as_ref()?;
            let (from, to) = chain.window(at.event)?;
            let why = Why::Event(chain.event(at.event)?);
            at = only(|add| at.after_event(self.plan, add))?;
            if at.closed != contact {
                contact = at.closed;
                edges.push(ExpectedEdge { from, to, closed: contact, why });
            }
        }
        (contact == closed).then_some(edges)
    }

    /// The one edge that an order makes if nothing but it is in play.
    fn one_order(&self, first: &World, last: &World) -> Option<Vec<ExpectedEdge>> {
        let alone = self.seen.len() == 2 && last.orders == first.orders + 1;
        let order = self.plan.orders.get(first.orders).filter(|_| alone)?;
        let edge =
            ExpectedEdge { from: order.from, to: order.to, closed: last.closed, why: self.order_why(first.orders) };
        Some(if first.closed == last.closed { Vec::new() } else { vec![edge] })
    }

    /// Whether all states lie on the way of the first through its chain.
    fn is_one_run(&self, worlds: &BTreeSet<World>) -> bool {
        let Some(mut at) = worlds.first().copied() else {
            return false;
        };
        worlds.iter().skip(1).all(|world| {
            while at.orders == world.orders && at.event < world.event {
                match only(|add| at.after_event(self.plan, add)) {
                    Some(next) => at = next,
                    None => return false,
                }
            }
            at == *world
        })
    }

    fn unknown(&self, worlds: &BTreeSet<World>) -> Option<Why> {
        worlds.iter().find(|world| world.is_free(self.plan)).map(|world| {
            let unknown = self.plan.contexts[world.orders].unknown();
            unknown.unwrap_or(Why::Unpowered)
        })
    }

    /// What the states disagree about: the next thing for the one that is behind.
    fn what_next(&self, worlds: &BTreeSet<World>) -> Why {
        let (Some(first), Some(last)) = (worlds.first(), worlds.last()) else {
            return Why::Undecided;
        };
        if first.orders != last.orders {
            return self.order_why(first.orders);
        }
        let chain = self.plan.contexts[first.orders].chain.as_ref();
        match chain.and_then(|chain| chain.event(first.event)) {
            Some(event) if first.event != last.event => Why::Event(event),
            _ => Why::Undecided,
        }
    }

    fn order_why(&self, index: usize) -> Why {
        match self.plan.orders[index].effect {
            Effect::Die { .. } => Why::Unpowered,
            Effect::Start => Why::Starting,
            Effect::Mode => self.plan.contexts[index + 1].mode.map_or(Why::ModeUnknown, Why::Mode),
            Effect::Adjust(_, why) => why,
            Effect::Factory => Why::FactoryReset,
        }
    }

    /// Why a state's contact is what it is.
    fn reason(&self, world: &World) -> Why {
        let context = &self.plan.contexts[world.orders];
        match context.mode {
            None => Why::ModeUnknown,
            Some(mode @ (Mode::On | Mode::Off)) => Why::Mode(mode),
            Some(Mode::Auto) => {
                let event = context.chain.as_ref().and_then(|chain| chain.event(world.event - 1));
                match event {
                    Some(event) if (event.kind == super::week::Kind::On) == world.closed => Why::Event(event),
                    None if !world.closed => Why::NoProgrammes,
                    _ => Why::Kept,
                }
            }
        }
    }

    fn finish(mut self, until: Instant) -> Forecast {
        // Windows that are still open ask for nothing.
        if let Some(start) = self.apart_from {
            self.stretches[start..].iter_mut().for_each(|stretch| stretch.free = true);
        }
        Forecast { stretches: self.stretches, edges: self.edges, until }
    }
}

fn is_loose(why: Why) -> bool {
    !matches!(why, Why::Event(_) | Why::Mode(_) | Why::ClockSet | Why::Edited)
}

/// The only state that `step` gives; `None` if there are more.
fn only(step: impl FnOnce(&mut dyn FnMut(World))) -> Option<World> {
    let mut given = None;
    let mut more = false;
    step(&mut |world| {
        more |= given.is_some();
        given = Some(world);
    });
    given.filter(|_| !more)
}

#[cfg(test)]
mod tests {
    use super::super::{Action, History, forecast};
    use brownout_rigs::profile::Profile;
    use brownout_rigs::programme::{Mode, Programme};
    use brownout_trace::{Days, Instant, Span, TimeOfDay};

    /// The supply is heard of for the first time in the middle of an event's window, so the board may have been starting
    /// just then: the edge may come late, or have been there before.
    #[test]
    fn an_event_inside_a_free_time_asks_for_no_edge() {
        let profile = Profile::shipped("weekly").unwrap().unwrap();
        let at = |millis| Instant::ZERO + Span::millis(millis);
        let day = Programme { days: Days::ALL, on: TimeOfDay(8 * 3_600), off: TimeOfDay(18 * 3_600), relay: None };
        let mut history = History::new();
        history.push(at(-30_000), Action::Programs(vec![day]));
        history.push(at(-20_000), Action::Mode(Mode::Auto));
        history.push(at(-10_000), Action::ClockSet("Mon 07:59:40".parse().unwrap()));
        let forecast = |history: &History| forecast(&profile, &profile.relays[0], history, at(60_000)).unwrap();
        assert_eq!(forecast(&history).edges().len(), 1);
        history.push(at(9_500), Action::PowerRestored);
        let forecast = forecast(&history);
        assert_eq!(forecast.edges(), []);
        assert_eq!(forecast.check(&[(at(12_400), true)], false), []);
        assert_eq!(forecast.check(&[], false).len(), 1, "closed it must be in the end");
    }

    #[test]
    fn years_cost_what_their_events_cost() {
        let profile = Profile::shipped("weekly").unwrap().unwrap();
        let hourly = |hour: u32| Programme {
            days: Days::ALL,
            on: TimeOfDay(hour * 3_600),
            off: TimeOfDay(hour * 3_600 + 60),
            relay: None,
        };
        let mut history = History::new();
        history.push(Instant(-3), Action::Programs((0..17).map(hourly).collect()));
        history.push(Instant(-2), Action::Mode(Mode::Auto));
        history.push(Instant(-1), Action::ClockSet("Mon 07:59:55".parse().unwrap()));
        let days = 5 * 365;
        let until = Instant::ZERO + Span::secs(days * 86_400);
        let forecast = forecast(&profile, &profile.relays[0], &history, until).unwrap();
        // 20 ppm over five years are 53 minutes: in the end one programme's window reaches the next one's.
        let edges = forecast.edges().len() as i64;
        assert!((days * 34 - 40..=days * 34).contains(&edges), "{edges}");
        assert!(forecast.stretches().len() as i64 <= 2 * edges + 10, "{}", forecast.stretches().len());
    }
}
