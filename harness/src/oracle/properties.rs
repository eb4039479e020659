//! The oracle against the plain board of [`super::model`], on random programmes and random treatment, for every
//! combination of switches that does not contradict itself.
//!
//! *Calm*: everything the harness does keeps 20 s from every event, so the board has one right contact at each instant,
//! and the oracle must say exactly that, no wider. *Wild*: everything falls together within two minutes, the board's
//! clock phase, its order of doing things and its starting times are random, and the oracle must never say the opposite.

use super::model::Board;
use super::{Action, Expect, Forecast, History, forecast};
use brownout_rigs::profile::Profile;
use brownout_rigs::profile::switches::{Adjust, Equal, Missed, Overlap, PowerUp, Reset, Schedule};
use brownout_rigs::programme::{Mode, Programme};
use brownout_trace::{Civil, Days, Instant, Ppm, Span, TimeOfDay};
use proptest::prelude::*;
use proptest::sample::select;

const MINUTE: i64 = 60_000;
/// Monday 07:30:00, in milliseconds of civil time.
const START: i64 = (19_723 * 86_400 + 7 * 3_600 + 1_800) * 1_000;
const RESERVE: i64 = 30 * MINUTE;

/// The reference board with easy figures and switches from all that make sense.
fn profiles() -> impl Strategy<Value = Profile> {
    let switches = (
        select(vec![Schedule::Event, Schedule::Window]),
        select(vec![PowerUp::Last, PowerUp::Off, PowerUp::On, PowerUp::Evaluate]),
        select(vec![Missed::Skip, Missed::CatchUp]),
        select(vec![Overlap::Or, Overlap::LastEvent, Overlap::Priority]),
        select(vec![Equal::None, Equal::OffWins, Equal::OnWins]),
        select(vec![Reset::Wipe, Reset::KeepPrograms, Reset::ClockOnly]),
        select(vec![Adjust::Keep, Adjust::Evaluate]),
        select(vec![Adjust::Keep, Adjust::Evaluate]),
    );
    let profile = |(schedule, power_up, missed, overlap, equal, reset, edit, clock_set)| {
        let mut profile = Profile::shipped("weekly").unwrap().unwrap();
        let switches = &mut profile.schedule;
        (switches.schedule, switches.power_up, switches.missed) = (schedule, power_up, missed);
        (switches.overlap, switches.equal, switches.reset) = (overlap, equal, reset);
        (switches.edit, switches.clock_set) = (edit, clock_set);
        profile.clock.deviation = Some(Ppm(0.0));
        profile.clock.set_phase = Span::ZERO;
        profile.clock.reserve = Some(Span::millis(RESERVE));
        (profile.relay.operate, profile.relay.release) = (Span::ZERO, Span::ZERO);
        profile.power.boot = Span::secs(1);
        profile.power.cold_boot = None;
        profile.power.off_within = Span::ZERO;
        profile
    };
    switches.prop_map(profile).prop_filter("contradicts itself", |profile| profile.validate().is_ok())
}

/// The same, with hold-up declared or not, and outages that the board may live through.
fn wild_profiles() -> impl Strategy<Value = Profile> {
    let power = select(vec![(None, 0), (None, 5), (Some(2), 5), (Some(3), 3)]);
    (profiles(), power).prop_map(|(mut profile, (hold_up, off_within))| {
        profile.power.hold_up = hold_up.map(Span::secs);
        profile.power.off_within = Span::secs(off_within);
        profile
    })
}

/// Programmes on multiples of `grid` seconds, `0..count` of them after 07:30.
fn programmes(grid: u32, count: u32) -> impl Strategy<Value = Vec<Programme>> {
    let time = move || (0..count).prop_map(move |n| TimeOfDay(27_000 + n * grid));
    let days = prop_oneof![Just(Days(127)), Just(Days(1)), Just(Days(66)), (1u8..128).prop_map(Days)];
    let one = (days, time(), time()).prop_map(|(days, on, off)| Programme { days, on, off, relay: None });
    proptest::collection::vec(one, 0..5)
}

/// What the harness does, before it has a time.
#[derive(Debug, Clone)]
enum Deed {
    Mode(Mode),
    Programmes(Vec<Programme>),
    /// By so many milliseconds from what the clock would show that was never set.
    Clock(i64),
    /// For so many milliseconds.
    Outage(i64),
    Reset,
    Factory,
}

fn deeds(
    programmes: impl Strategy<Value = Vec<Programme>> + 'static,
    clock: impl Strategy<Value = i64> + 'static,
    outage: impl Strategy<Value = i64> + 'static,
) -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => select(Mode::ALL.to_vec()).prop_map(Deed::Mode),
        2 => programmes.prop_map(Deed::Programmes),
        3 => clock.prop_map(Deed::Clock),
        4 => outage.prop_map(Deed::Outage),
        2 => Just(Deed::Reset),
        1 => Just(Deed::Factory),
    ]
}

/// What happens to the board, at milliseconds.
#[derive(Debug, Clone)]
enum Event {
    Do(Action),
    Stop,
    Start { clock_lost: bool },
}

/// Milliseconds on the grid of tenths of a second that the wild board is looked at on.
fn tenths(least: i64, most: i64) -> impl Strategy<Value = i64> + use<> {
    (least..=most).prop_map(|n| n * 100)
}

fn ms(millis: i64) -> Instant {
    Instant::ZERO + Span::millis(millis)
}

/// The history as the harness keeps it, and what the board sees of it and when.
struct Treatment {
    history: History,
    board: Vec<(i64, Event)>,
    /// The longest outage that the board surely lives through, and the shortest that it surely does not.
    lives: (i64, i64),
}

impl Treatment {
    fn new(programmes: &[Programme], profile: &Profile) -> Self {
        let power = &profile.power;
        let hold_up = power.hold_up.map_or(-1, |span| span.0 / 1_000_000);
        let lives = (hold_up, power.off_within.0 / 1_000_000);
        let mut treatment = Self { history: History::new(), board: Vec::new(), lives };
        treatment.act(-30_000, 0, Action::FactoryReset);
        treatment.act(-25_000, 0, Action::Programs(programmes.to_vec()));
        treatment.act(-20_000, 0, Action::ClockSet(Civil((START - 20_000) * 1_000_000)));
        treatment.act(-15_000, 0, Action::Mode(Mode::Off));
        treatment.act(-10_000, 0, Action::Mode(Mode::Auto));
        treatment
    }

    fn act(&mut self, at: i64, late: i64, action: Action) {
        self.history.push(ms(at), action.clone());
        self.board.push((at + late, Event::Do(action)));
    }

    /// One deed at `at`; the board is late by `late`. Returns when the next may follow.
    fn deed(&mut self, at: i64, late: i64, deed: &Deed) -> i64 {
        match deed {
            Deed::Mode(mode) => self.act(at, late, Action::Mode(*mode)),
            Deed::Programmes(list) => self.act(at, late, Action::Programs(list.clone())),
            Deed::Clock(shift) => {
                let civil = Civil((START + at + shift) * 1_000_000);
                self.act(at, late, Action::ClockSet(civil));
            }
            Deed::Factory => self.act(at, late, Action::FactoryReset),
            Deed::Reset => {
                self.history.push(ms(at), Action::Reset);
                self.board.push((at, Event::Stop));
                self.board.push((at + late, Event::Start { clock_lost: false }));
            }
            Deed::Outage(length) => {
                self.history.push(ms(at), Action::PowerLost);
                self.history.push(ms(at + length), Action::PowerRestored);
                self.outage(at, *length, late);
                return at + length;
            }
        }
        at
    }

    /// What an outage does to the board: anything its profile leaves open, by `late`.
    fn outage(&mut self, at: i64, length: i64, late: i64) {
        let (hold_up, off_within) = self.lives;
        if length <= hold_up || length < off_within && late % 200 == 0 {
            return;
        }
        let hold_up = hold_up.max(0);
        let dies = at + hold_up + (length.min(off_within) - hold_up).max(0) * late / 1_000 / 100 * 100;
        let starting = matches!(self.board.last(), Some((start, Event::Start { .. })) if *start > dies);
        let never_started = if starting { self.board.pop() } else { None };
        let mut clock_lost = length > RESERVE;
        match never_started {
            Some((_, Event::Start { clock_lost: lost })) => clock_lost |= lost,
            _ => self.board.push((dies, Event::Stop)),
        }
        self.board.push((at + length + late, Event::Start { clock_lost }));
    }
}

/// Does to the board what is due. `phase` shifts its clock by milliseconds.
fn happen(board: &mut Board, at: i64, event: &Event, phase: i64) {
    board.tick(at);
    match event {
        Event::Do(Action::Mode(mode)) => board.set_mode(*mode),
        Event::Do(Action::Programs(list)) => board.set_programmes(list),
        Event::Do(Action::FactoryReset) => board.factory_reset(),
        Event::Stop => board.stop(),
        Event::Start { clock_lost } => board.start(*clock_lost),
        Event::Do(action) => panic!("{action} needs its time, {phase}"),
    }
}

/// Edges as a bench would report them, from contacts sampled every `step`.
fn edges(samples: &[(i64, bool)]) -> (Vec<(Instant, bool)>, bool) {
    let initial = samples.first().is_some_and(|(_, closed)| *closed);
    let mut last = initial;
    let mut edges = Vec::new();
    for (at, closed) in samples {
        if *closed != last {
            edges.push((ms(*at), *closed));
            last = *closed;
        }
    }
    (edges, initial)
}

fn predict(profile: &Profile, history: &History, until: i64) -> Forecast {
    forecast(profile, &profile.relays[0], history, ms(until)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn calm_boards_have_one_right_contact(
        profile in profiles(),
        first in programmes(60, 90),
        plan in proptest::collection::vec(
            (1i64..40, 20i64..40, deeds(programmes(60, 90), (-3_000i64..3_000).prop_map(|n| n * MINUTE), (1i64..50).prop_map(|n| n * MINUTE))),
            0..8,
        ),
        drop in any::<prop::sample::Index>(),
    ) {
        let mut treatment = Treatment::new(&first, &profile);
        let mut minute = 0;
        for (gap, second, deed) in &plan {
            minute += gap;
            minute = treatment.deed(minute * MINUTE + second * 1_000, 0, deed) / MINUTE;
        }
        let until = (minute + 26 * 60) * MINUTE;
        let forecast = predict(&profile, &treatment.history, until);

        let mut board = Board::new(&profile.schedule);
        let mut due = treatment.board.iter().peekable();
        let mut samples = Vec::new();
        let mut quiet_since = i64::MIN;
        for second in -60..until / 1_000 {
            let now = second * 1_000;
            while let Some((at, event)) = due.next_if(|(at, _)| *at <= now) {
                quiet_since = at + 1_500;
                match event {
                    Event::Do(Action::ClockSet(civil)) => {
                        board.tick(*at);
                        board.set_clock(*at, civil.0 / 1_000_000 - at);
                    }
                    event => happen(&mut board, *at, event, 0),
                }
            }
            board.tick(now);
            // Half a second later nothing new has happened, and no window begins or ends.
            let (at, said) = (ms(now + 500), forecast.at(ms(now + 500)));
            let contact = board.contact.filter(|_| board.is_running());
            samples.push((now, board.is_running() && board.contact.unwrap_or(second % 7 < 3)));
            if second < 0 {
                continue;
            }
            let near = now + 500 < quiet_since || board.has_event(now) || board.has_event(now + 1_000);
            match contact {
                Some(closed) if near => prop_assert!(said.allows(closed), "{at}: {said}, but {closed}"),
                Some(closed) => {
                    let right = if closed { Expect::Closed } else { Expect::Open };
                    prop_assert_eq!(said, right, "{}: {}", at, forecast.why_at(at));
                }
                None => prop_assert_eq!(said, Expect::Either, "{}", at),
            }
        }
        let (mut actual, initial) = edges(&samples);
        prop_assert_eq!(forecast.check(&actual, initial), []);

        // An edge that is expected and does not come is found.
        let expected: Vec<_> = forecast.edges().iter().filter(|edge| edge.from > Instant::ZERO).collect();
        if !expected.is_empty() {
            let gone = drop.get(&expected);
            let found = actual.iter().position(|(at, closed)| *at >= gone.from && *at <= gone.to && *closed == gone.closed);
            let found = found.expect("every expected edge came");
            actual.drain(found..(found + 2).min(actual.len()));
            let mismatches = forecast.check(&actual, initial);
            prop_assert!(mismatches.iter().any(|m| m.at == gone.to && m.expected == gone.closed), "{mismatches:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn wild_boards_are_never_called_wrong(
        profile in wild_profiles(),
        first in programmes(1, 90),
        plan in proptest::collection::vec(
            (
                tenths(0, 150), tenths(0, 10), tenths(-10, 10),
                deeds(programmes(1, 90), tenths(-600, 600), tenths(0, 200)),
            ),
            0..10,
        ),
        phase in tenths(-10, 10),
    ) {
        let mut treatment = Treatment::new(&first, &profile);
        let (mut now, mut ready) = (0, 0);
        for (gap, late, _, deed) in &plan {
            // A board that is still starting is not spoken to; its supply may fail all the same.
            let outage = matches!(deed, Deed::Outage(_));
            let at = if outage { now + gap } else { ready.max(now + gap) };
            now = treatment.deed(at, *late, deed);
            if outage || matches!(deed, Deed::Reset) {
                ready = now + late;
            }
        }
        let until = now + 90_000;
        let forecast = predict(&profile, &treatment.history, until);

        // The board does things in order, each as late as it likes.
        let mut last = i64::MIN;
        for (at, _) in &mut treatment.board {
            last = last.max(*at);
            *at = last;
        }
        let mut phases = std::iter::once(&phase).chain(plan.iter().map(|(_, _, phase, _)| phase)).cycle();
        let mut board = Board::new(&profile.schedule);
        let mut due = treatment.board.iter().peekable();
        let mut samples = Vec::new();
        for now in (-60_000..until).step_by(100) {
            while let Some((at, event)) = due.next_if(|(at, _)| *at <= now) {
                match event {
                    Event::Do(Action::ClockSet(civil)) => {
                        let phase = phases.next().unwrap();
                        board.tick(*at);
                        // As said when the clock was sent, not when the board came round to it.
                        let sent = treatment.history.entries().iter().rfind(|entry| entry.to <= ms(*at) && entry.action == Action::ClockSet(*civil));
                        let sent = sent.map_or(*at, |entry| entry.to.0 / 1_000_000);
                        board.set_clock(*at, civil.0 / 1_000_000 - sent - phase);
                    }
                    event => happen(&mut board, *at, event, 0),
                }
            }
            board.tick(now);
            let contact = board.is_running() && board.contact.unwrap_or(now % 700 < 300);
            samples.push((now, contact));
            if now >= 0 && board.is_running() {
                let said = forecast.at(ms(now));
                prop_assert!(said.allows(contact), "{}: {} ({}), but {contact}", ms(now), said, forecast.why_at(ms(now)));
            }
        }
        let (actual, initial) = edges(&samples);
        prop_assert_eq!(forecast.check(&actual, initial), []);
    }
}
