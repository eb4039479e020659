//! One state the board may be in, and what becomes of it.

use super::orders::{Effect, Plan};
use super::week::Kind;
use brownout_rigs::profile::switches::{Adjust, Missed, PowerUp, Schedule};
use brownout_rigs::programme::Mode;
use brownout_trace::Instant;

/// One state the board may be in. Ordered by how far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct World {
    /// How many of the orders have happened.
    pub orders: usize,
    /// The next event of the chain; past ones have happened, or were missed.
    pub event: i64,
    /// The contact; while the board is stopped, the last that it knew.
    pub closed: bool,
    /// Stopped: without supply or in reset.
    pub stopped: bool,
    /// An event has fallen into the stop.
    pub missed: bool,
}

impl World {
    /// When the next event may come, and by when it has; `None` where there is none.
    pub fn next_event(&self, plan: &Plan) -> Option<(Instant, Instant)> {
        let chain = plan.contexts[self.orders].chain.as_ref()?;
        chain.window(self.event)
    }

    /// When the next order may come, and by when it has; `None` where there is none.
    pub fn next_order(&self, plan: &Plan) -> Option<(Instant, Instant)> {
        let order = plan.orders.get(self.orders)?;
        Some((order.from, order.to))
    }

    /// Whether nothing can be said of the contact.
    pub fn is_free(&self, plan: &Plan) -> bool {
        self.stopped || plan.contexts[self.orders].unknown().is_some()
    }

    /// After its next event.
    pub fn after_event(&self, plan: &Plan, add: &mut dyn FnMut(Self)) {
        let context = &plan.contexts[self.orders];
        let next = Self { event: self.event + 1, missed: self.stopped, ..*self };
        let acts = !self.stopped && context.mode == Some(Mode::Auto);
        match context.chain.as_ref().and_then(|chain| chain.event(self.event)) {
            Some(event) if acts => next.moved(event.kind, add),
            _ => add(next),
        }
    }

    /// After its next order.
    pub fn after_order(&self, plan: &Plan, add: &mut dyn FnMut(Self)) {
        let order = &plan.orders[self.orders];
        let next = Self { orders: self.orders + 1, ..*self };
        let (before, after) = (&plan.contexts[self.orders], &plan.contexts[next.orders]);
        if before.epoch == after.epoch {
            return next.ordered(order.effect, plan, add);
        }
        // The board looks anew for its next event: near one, nobody knows which side of it.
        let (first, last) = match &after.chain {
            Some(chain) => chain.next(order.from, order.to),
            None => (0, 0),
        };
        for event in first..=last {
            Self { event, ..next }.ordered(order.effect, plan, add);
        }
    }

    /// What an order does once the board goes by the new context.
    fn ordered(self, effect: Effect, plan: &Plan, add: &mut dyn FnMut(Self)) {
        let context = &plan.contexts[self.orders];
        match effect {
            Effect::Die { certain } => {
                add(Self { missed: self.stopped && self.missed, stopped: true, ..self });
                if !certain && !self.stopped {
                    add(self);
                }
            }
            Effect::Start if self.stopped => {
                if plan.is_cut_short(self.orders - 1) {
                    add(self);
                }
                self.started(plan, add);
            }
            // Stopped boards do not answer; what is ordered while stopped counts when the board has started.
            _ if self.stopped => add(self),
            _ if context.mode == Some(Mode::On) => self.moved(Kind::On, add),
            _ if context.mode == Some(Mode::Off) => self.moved(Kind::Off, add),
            _ if context.unknown().is_some() => self.moved(Kind::Undefined, add),
            Effect::Adjust(Adjust::Evaluate, _) => self.evaluated(plan, add),
            _ if plan.schedule == Schedule::Window => self.evaluated(plan, add),
            Effect::Adjust(Adjust::Keep, _) | Effect::Mode | Effect::Factory => add(self),
            // It lived through.
            Effect::Start => add(self),
        }
    }

    /// A stopped board has started (DOMAIN.md: `power-up`, then `missed`). The mode outlives the stop.
    fn started(self, plan: &Plan, add: &mut dyn FnMut(Self)) {
        let context = &plan.contexts[self.orders];
        let missed = self.missed && plan.missed == Missed::CatchUp;
        let started = Self { stopped: false, missed: false, ..self };
        match context.mode {
            Some(Mode::On) => started.moved(Kind::On, add),
            Some(Mode::Off) => started.moved(Kind::Off, add),
            _ if context.unknown().is_some() => started.moved(Kind::Undefined, add),
            _ if missed => started.evaluated(plan, add),
            _ => match plan.power_up {
                PowerUp::Last => add(started),
                PowerUp::Off => started.moved(Kind::Off, add),
                PowerUp::On => started.moved(Kind::On, add),
                PowerUp::Evaluate => started.evaluated(plan, add),
            },
        }
    }

    fn evaluated(self, plan: &Plan, add: &mut dyn FnMut(Self)) {
        let chain = plan.contexts[self.orders].chain.as_ref();
        let level = chain.map_or(Kind::Undefined, |chain| chain.level(self.event));
        self.moved(level, add);
    }

    fn moved(self, kind: Kind, add: &mut dyn FnMut(Self)) {
        if kind != Kind::Off {
            add(Self { closed: true, ..self });
        }
        if kind != Kind::On {
            add(Self { closed: false, ..self });
        }
    }
}
