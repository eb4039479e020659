//! The prescaler and the counter of a timer, in closed form (RM0008, 15.3.1 and 15.3.2).

use super::Timer;

/// How the counter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Way {
    /// 0 to ARR, then 0.
    #[default]
    Up,
    /// ARR to 0, then ARR.
    Down,
    /// 0 to ARR and back.
    Centre,
}

/// Prescaler and counter with the settings in force.
#[derive(Debug, Clone)]
pub(super) struct Counter {
    /// The tick of its clock at which the rest was true.
    tick: u64,
    /// HCLK cycles in a tick.
    divider: u32,
    /// Ticks since the counter last moved.
    phase: u32,
    psc: u32,
    arr: u32,
    count: u32,
    way: Way,
    /// On the way down of a centre-aligned count, or counting down.
    falling: bool,
    /// Overflows still to pass before the next update.
    repetitions: u32,
}

impl Default for Counter {
    fn default() -> Self {
        Self {
            tick: 0,
            divider: 1,
            phase: 0,
            psc: 0,
            arr: 0xffff,
            count: 0,
            way: Way::Up,
            falling: false,
            repetitions: 0,
        }
    }
}

/// What somebody waits for.
pub(super) struct Wanted {
    overflow: bool,
    compares: [Option<u32>; 4],
}

impl Wanted {
    /// The counter coming to a value.
    pub fn compare(&mut self, value: u32) {
        if let Some(free) = self.compares.iter_mut().find(|free| free.is_none()) {
            *free = Some(value);
        }
    }
}

impl Counter {
    /// Nothing but overflows, if those.
    pub fn wanting(overflow: bool) -> Wanted {
        Wanted { overflow, compares: [None; 4] }
    }

    pub fn value(&self) -> u32 {
        self.count
    }

    pub fn set_value(&mut self, value: u32) {
        self.count = value & 0xffff;
    }

    pub fn is_falling(&self) -> bool {
        self.falling
    }

    pub fn set_repetitions(&mut self, repetitions: u32) {
        self.repetitions = repetitions;
    }

    /// Puts a new prescaler and period in force.
    pub fn take_over(&mut self, psc: u32, arr: u32) {
        (self.psc, self.arr) = (psc, arr);
    }

    /// ARR without preload.
    pub fn set_arr(&mut self, arr: u32) {
        self.arr = arr;
    }

    pub fn set_way(&mut self, way: Way) {
        if way != self.way {
            self.way = way;
            self.falling = way == Way::Down;
        }
    }

    /// The counter and the prescaler start over.
    pub fn restart(&mut self, down: bool) {
        self.phase = 0;
        self.count = if down { self.arr } else { 0 };
        self.falling = down;
    }

    /// The ticks since this was last asked. `tick` is now, in ticks of `divider` cycles.
    pub fn elapsed(&mut self, tick: u64, divider: u32) -> u64 {
        if divider != self.divider {
            (self.tick, self.divider) = (tick, divider);
        }
        let elapsed = tick.saturating_sub(self.tick);
        self.tick = self.tick.max(tick);
        elapsed
    }

    /// The clock's divider changed at tick `tick` of the new one.
    pub fn reclock(&mut self, tick: u64, divider: u32) {
        (self.tick, self.divider) = (tick, divider);
    }

    /// Counter steps until the overflow: a wrap, or a turn of a centre-aligned count.
    fn steps_to_overflow(&self) -> u64 {
        u64::from(match (self.way, self.falling) {
            (Way::Down, _) => self.count + 1,
            (Way::Centre, true) => self.count,
            // Above the period it counts on to the end of its 16 bits (RM0008, 15.3.2: the match is one of equality).
            (_, _) if self.count > self.arr => 0x1_0000 - self.count,
            (Way::Up, _) => self.arr - self.count + 1,
            (Way::Centre, false) => self.arr - self.count,
        })
        .max(1)
    }

    /// Counter steps until it comes to a value, if that is before the overflow.
    fn steps_to(&self, value: u32) -> Option<u64> {
        let steps = if self.falling { self.count.checked_sub(value) } else { value.checked_sub(self.count) };
        let steps = u64::from(steps?);
        (steps > 0 && steps < self.steps_to_overflow()).then_some(steps)
    }

    fn ticks(&self, steps: u64) -> u64 {
        (steps * u64::from(self.psc + 1)).saturating_sub(u64::from(self.phase)).max(1)
    }

    /// The HCLK cycle of the first of what is wanted.
    pub fn ticks_to(&self, wanted: &Wanted) -> Option<u64> {
        if self.arr == 0 {
            return None;
        }
        let overflow = self.steps_to_overflow();
        let compares = wanted.compares.iter().flatten().copied();
        // What does not come before the overflow is looked for again after it.
        let first = compares.map(|value| self.steps_to(value).unwrap_or(overflow)).min();
        let steps = match (first, wanted.overflow) {
            (Some(first), _) => first.min(overflow),
            (None, true) => overflow,
            (None, false) => return None,
        };
        Some((self.tick + self.ticks(steps)) * u64::from(self.divider))
    }
}

impl Timer {
    /// Lets `ticks` ticks pass, with every update and match on the way.
    pub(super) fn count(&mut self, mut ticks: u64) {
        // With a period of 0 the counter is blocked (RM0008, 15.3.1).
        while ticks > 0 && self.counter.arr != 0 {
            let to_overflow = self.counter.ticks(self.counter.steps_to_overflow());
            if ticks < to_overflow {
                let per_step = u64::from(self.counter.psc + 1);
                let total = ticks + u64::from(self.counter.phase);
                self.counter.phase = (total % per_step) as u32;
                self.pass(total / per_step);
                return;
            }
            ticks -= to_overflow;
            self.pass(self.counter.steps_to_overflow() - 1);
            self.counter.phase = 0;
            self.overflow();
            if self.cr1 & super::CEN == 0 {
                return;
            }
            ticks -= self.skip_periods(ticks);
        }
    }

    /// `steps` steps without an overflow.
    fn pass(&mut self, steps: u64) {
        let from = self.counter.count;
        let moved = steps as u32;
        self.counter.count =
            if self.counter.falling { from.saturating_sub(moved) } else { from.wrapping_add(moved) & 0xffff };
        let to = self.counter.count;
        for channel in 0..4 {
            let compare = self.compare[channel];
            let met =
                if self.counter.falling { (to..from).contains(&compare) } else { compare > from && compare <= to };
            if met {
                self.matched(channel);
            }
        }
    }

    /// The step that wraps or turns the counter.
    fn overflow(&mut self) {
        let arr_before = self.counter.arr;
        let ran_out = self.counter.way != Way::Down && !self.counter.falling && self.counter.count > arr_before;
        let beyond = self.compare.map(|compare| compare > arr_before);
        let was_falling = self.counter.falling;
        // A counter that was set above its period wraps without an update.
        if !ran_out {
            if self.counter.repetitions > 0 {
                self.counter.repetitions -= 1;
            } else {
                self.update(false);
            }
        }
        match self.counter.way {
            Way::Up => self.counter.count = 0,
            Way::Down => self.counter.count = self.counter.arr,
            Way::Centre => {
                self.counter.falling = !was_falling && !ran_out;
                self.counter.count = if self.counter.falling { self.counter.arr } else { 0 };
            }
        }
        for (channel, beyond) in beyond.into_iter().enumerate() {
            // A compare value above the period matches with the overflow (RM0008, 15.4.5).
            if self.compare[channel] == self.counter.count || beyond && !was_falling && !ran_out {
                self.matched(channel);
            }
        }
    }

    /// After an overflow, with every setting in force: passes over whole periods, all alike, and gives their ticks. The
    /// last is left, so that all is as it would be.
    fn skip_periods(&mut self, ticks: u64) -> u64 {
        // Without updates nothing waits to be put in force.
        let steady = self.cr1 & super::UDIS != 0
            || self.counter.psc == self.psc
                && self.counter.arr == self.arr
                && self.compare == self.ccr_in_force(true)
                && self.counter.repetitions == self.rcr;
        let counter = &self.counter;
        let one = match counter.way {
            Way::Centre => 2 * u64::from(counter.arr),
            Way::Up | Way::Down => u64::from(counter.arr) + 1,
        } * u64::from(counter.psc + 1);
        // With repetitions an update comes every so many periods; a centre-aligned one has two overflows.
        let period = one * u64::from(self.rcr + 1);
        // The period may have come to be 0 with this very overflow: then the counter is blocked.
        let periods = ticks.checked_div(period).unwrap_or(0).saturating_sub(1);
        if !steady || periods == 0 {
            return 0;
        }
        // One period more shows what each does; an odd number of toggles is left over only if the rest is odd.
        let (centre, arr) = (counter.way == Way::Centre, counter.arr);
        for channel in 0..4 {
            let twice = centre && (1..arr).contains(&self.compare[channel]);
            let toggles = self.is_output(channel) && self.output_mode(channel) == 3;
            if toggles && !twice && periods * u64::from(self.rcr + 1) % 2 == 1 {
                self.reference ^= 1 << channel;
            }
        }
        periods * period
    }
}
