//! The history as the oracle walks it: orders with windows, what the board knows after each, and the times in which
//! its contact is free.

use super::chain::{Chain, Margin, Setting};
use super::history::{Action, Entry, History, OracleError};
use super::week::Week;
use super::why::Why;
use brownout_rigs::profile::Profile;
use brownout_rigs::profile::switches::{Adjust, Missed, PowerUp, Reset, Schedule};
use brownout_rigs::programme::{Mode, Programme};
use brownout_trace::{Instant, RelayName, Span};
use std::sync::Arc;

/// Something that happens to the board once, between two instants, in the order of the list.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// Not before.
    pub from: Instant,
    /// Not after; past this it has happened.
    pub to: Instant,
    /// What happens.
    pub effect: Effect,
}

/// What an order does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The board stops; or may live through, if not certain.
    Die {
        /// The outage is longer than any board of this profile lives through.
        certain: bool,
    },
    /// A stopped board starts; or stays stopped, if power fails again before it surely has.
    Start,
    /// The mode changes.
    Mode,
    /// The clock is set, or programmes change.
    Adjust(Adjust, Why),
    /// The defaults are restored.
    Factory,
}

/// What the board goes by after some of the orders.
#[derive(Debug, Clone)]
pub struct Context {
    /// Its mode, where known.
    pub mode: Option<Mode>,
    week: Option<Arc<Week>>,
    setting: Option<Setting>,
    /// Its programmes on its clock, where both are known.
    pub chain: Option<Chain>,
    /// Counts the chains: two contexts with one number have one chain.
    pub epoch: u32,
}

impl Context {
    /// Why nothing can be said of the contact; `None` where something can.
    pub fn unknown(&self) -> Option<Why> {
        match self.mode {
            None => Some(Why::ModeUnknown),
            Some(Mode::On | Mode::Off) => None,
            Some(Mode::Auto) if self.week.is_none() => Some(Why::ProgrammesUnknown),
            Some(Mode::Auto) if self.setting.is_none() => Some(Why::ClockUnknown),
            Some(Mode::Auto) => None,
        }
    }
}

/// The history, ready to be walked.
#[derive(Debug)]
pub struct Plan {
    /// The orders, in order.
    pub orders: Vec<Order>,
    /// What the board goes by before each order, and after the last.
    pub contexts: Vec<Context>,
    /// Times in which the contact is free, ordered and apart.
    pub free: Vec<(Instant, Instant, Why)>,
    /// When the first entry was made.
    pub start: Instant,
    /// What moves the contact.
    pub schedule: Schedule,
    /// Where it goes after power-up.
    pub power_up: PowerUp,
    /// What becomes of missed events.
    pub missed: Missed,
}

impl Plan {
    /// Whether the board may be stopped again before order `start`, a start, has surely happened: what it missed is then
    /// still to be made up for.
    pub fn is_cut_short(&self, start: usize) -> bool {
        let by = self.orders[start].to;
        let next = self.orders.get(start + 1);
        next.is_some_and(|next| matches!(next.effect, Effect::Die { .. }) && next.from < by)
    }
}

/// Reads the history into a plan for one relay.
pub fn plan(profile: &Profile, relay: &RelayName, history: &History) -> Result<Plan, OracleError> {
    if !profile.relays.contains(relay) {
        return Err(OracleError::NoRelay { relay: relay.clone() });
    }
    let switches = &profile.schedule;
    let mut builder = Builder {
        profile,
        relay,
        response: switches.resolution + profile.relay.delay(),
        lost: None,
        ready: Instant(i64::MIN),
        seen_power: false,
        answered: Instant(i64::MIN),
        plan: Plan {
            orders: Vec::new(),
            contexts: vec![Context { mode: None, week: None, setting: None, chain: None, epoch: 0 }],
            free: Vec::new(),
            start: history.entries().iter().map(|entry| entry.from).min().unwrap_or(Instant::NEVER),
            schedule: switches.schedule,
            power_up: switches.power_up,
            missed: switches.missed,
        },
    };
    for entry in history.entries() {
        builder.entry(entry)?;
    }
    if let Some(lost) = builder.lost {
        builder.outage(lost, None);
    }
    let mut plan = builder.plan;
    plan.free = merged(plan.free);
    Ok(plan)
}

struct Builder<'p> {
    profile: &'p Profile,
    relay: &'p RelayName,
    response: Span,
    /// Since when the supply is away, and by when it surely was.
    lost: Option<(Instant, Instant)>,
    /// Until when the board may be starting.
    ready: Instant,
    seen_power: bool,
    /// The last instant at which it answered.
    answered: Instant,
    plan: Plan,
}

impl Builder<'_> {
    fn entry(&mut self, entry: &Entry) -> Result<(), OracleError> {
        let Entry { from, to, action } = entry;
        let (from, to) = (*from, *to);
        let power = &self.profile.power;
        match (action, self.lost) {
            (Action::PowerLost, Some(_)) => return Err(twice(entry)),
            (Action::PowerLost, None) => self.lost = Some((from, to)),
            (Action::PowerRestored, Some(lost)) => {
                self.lost = None;
                self.outage(lost, Some((from, to)));
            }
            (Action::PowerRestored, None) if self.seen_power => return Err(twice(entry)),
            (Action::PowerRestored, None) => {
                let ready = to + power.cold_boot() + self.profile.relay.delay();
                self.plan.free.push((from, ready, Why::Starting));
                self.ready = ready;
            }
            // Held up by its capacitors, a board may answer for a while.
            (action, Some((_, gone))) if from > gone + power.off_within => {
                return Err(OracleError::Unpowered { at: to, action: action.to_string() });
            }
            (action, lost) => {
                if let Some((lost, _)) = lost {
                    self.plan.free.push((lost, to, Why::Unpowered));
                }
                self.answered = to;
                self.command(from, to, action);
            }
        }
        self.seen_power |= matches!(action, Action::PowerLost | Action::PowerRestored);
        Ok(())
    }

    fn command(&mut self, from: Instant, to: Instant, action: &Action) {
        let switches = &self.profile.schedule;
        let acted = to + self.response;
        let boot = to + self.profile.power.boot + self.profile.relay.delay();
        let mut next = self.last().clone();
        let effect = match action {
            Action::ClockSet(value) => {
                let value = *value;
                next.setting = Some(Setting { from, to, value });
                Effect::Adjust(switches.clock_set, Why::ClockSet)
            }
            Action::Programs(list) => {
                next.week = Some(Arc::new(self.week(list)));
                Effect::Adjust(switches.edit, Why::Edited)
            }
            Action::ProgramsUnknown => {
                next.week = None;
                Effect::Adjust(switches.edit, Why::Edited)
            }
            Action::Mode(mode) => {
                next.mode = Some(*mode);
                Effect::Mode
            }
            Action::FactoryReset => {
                next.setting = None;
                if switches.reset != Reset::ClockOnly {
                    next.mode = Some(Mode::Auto);
                }
                if switches.reset == Reset::Wipe {
                    next.week = Some(Arc::default());
                }
                self.plan.free.push((from, boot, Why::FactoryReset));
                self.ready = self.ready.max(boot);
                Effect::Factory
            }
            Action::Reset => {
                self.order(from, to, Effect::Die { certain: true }, None);
                self.plan.free.push((from, boot, Why::Starting));
                self.ready = self.ready.max(boot);
                let effect = Effect::Start;
                self.order(to, boot, effect, None);
                return;
            }
            Action::PowerLost | Action::PowerRestored => return,
        };
        let same_chain = effect == Effect::Mode;
        self.order(from, acted, effect, Some((next, same_chain)));
    }

    /// The supply began to go at the first instant of `lost` and was gone by the second; so it came back, or did not yet.
    fn outage(&mut self, (lost, gone): (Instant, Instant), back: Option<(Instant, Instant)>) {
        let power = &self.profile.power;
        // Capacitors that were not charged yet promise nothing.
        let charged = lost >= self.ready;
        let hold_up = power.hold_up.filter(|_| charged).unwrap_or(Span::ZERO);
        let length = back.map(|(_, back)| back - lost);
        if power.hold_up.is_some() && charged && length.is_some_and(|length| length <= hold_up) {
            return;
        }
        // It answered, so it was alive.
        let dead_from = (lost + hold_up).max(self.answered);
        let dead_by = (gone + power.off_within).min(back.map_or(Instant::NEVER, |(back, _)| back)).max(dead_from);
        let certain = back.is_none_or(|(rising, _)| rising - gone >= power.off_within);
        self.order(dead_from, dead_by, Effect::Die { certain }, None);
        let Some((rising, back)) = back else {
            self.plan.free.push((dead_from, Instant::NEVER, Why::Unpowered));
            return;
        };
        let reserve = self.profile.clock.reserve.unwrap_or(Span::ZERO);
        let clock_lost = back - lost > reserve;
        let boot = if clock_lost { power.cold_boot() } else { power.boot };
        let ready = back + boot + self.profile.relay.delay();
        self.plan.free.push((dead_from, back, Why::Unpowered));
        self.plan.free.push((back, ready, Why::Starting));
        self.ready = self.ready.max(ready);
        let mut next = self.last().clone();
        if clock_lost {
            next.setting = None;
        }
        let effect = Effect::Start;
        self.order(rising, ready, effect, Some((next, !clock_lost)));
    }

    fn last(&self) -> &Context {
        &self.plan.contexts[self.plan.contexts.len() - 1]
    }

    /// The week of this relay's programmes; a programme without a relay means the first.
    fn week(&self, list: &[Programme]) -> Week {
        let first = &self.profile.relays[0];
        let ours = (1u16..).zip(list).filter(|(_, programme)| programme.relay.as_ref().unwrap_or(first) == self.relay);
        Week::new(ours, &self.profile.schedule)
    }

    fn order(&mut self, from: Instant, to: Instant, effect: Effect, next: Option<(Context, bool)>) {
        let (mut next, same_chain) = next.unwrap_or_else(|| (self.last().clone(), true));
        if !same_chain {
            next.epoch += 1;
            next.chain = match (&next.week, next.setting) {
                (Some(week), Some(setting)) => Some(Chain::new(Arc::clone(week), setting, Margin::of(self.profile))),
                _ => None,
            };
        }
        self.plan.orders.push(Order { from, to, effect });
        self.plan.contexts.push(next);
    }
}

fn twice(entry: &Entry) -> OracleError {
    OracleError::Twice { at: entry.to, action: entry.action.to_string() }
}

/// Ordered and apart; where two overlap the earlier one's reason stands for as long as it lasts.
fn merged(mut free: Vec<(Instant, Instant, Why)>) -> Vec<(Instant, Instant, Why)> {
    free.sort_by_key(|(from, to, _)| (*from, *to));
    let mut apart: Vec<(Instant, Instant, Why)> = Vec::with_capacity(free.len());
    for (from, to, why) in free {
        let from = apart.last().map_or(from, |(_, last, _)| from.max(*last));
        if to > from {
            apart.push((from, to, why));
        }
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(entries: &[(i64, Action)]) -> String {
        let profile = Profile::shipped("weekly").unwrap().unwrap();
        let mut history = History::new();
        for (seconds, action) in entries {
            history.push(Instant::ZERO + Span::secs(*seconds), action.clone());
        }
        plan(&profile, &profile.relays[0], &history).unwrap_err().to_string()
    }

    #[test]
    fn a_history_that_cannot_be_is_refused() {
        assert_eq!(
            refusal(&[(1, Action::PowerLost), (5, Action::Mode(Mode::On))]),
            "at +5s: mode ON, but the board has no supply"
        );
        assert_eq!(refusal(&[(1, Action::PowerLost), (2, Action::PowerLost)]), "at +2s: power lost twice in a row");
        let profile = Profile::shipped("weekly").unwrap().unwrap();
        let unknown = plan(&profile, &RelayName("K2".into()), &History::new()).unwrap_err();
        assert_eq!(unknown.to_string(), "the profile declares no relay `K2`");
    }
}
