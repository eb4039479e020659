//! TIM1 to TIM4: counting, comparing, capturing (RM0008, sections 14 and 15).
//!
//! Nothing is stepped: counter and prescaler are functions of the cycle, and all that passed since the timer was last
//! looked at is worked out at once (`counter`). A timer is an event only where somebody waits: an interrupt or DMA
//! request that is enabled, a trigger that another peripheral listens to, a pin that the board watches.

mod counter;
mod registers;
#[cfg(test)]
mod tests;

pub use registers::{ADVANCED, GENERAL};

use super::peripheral::Moment;
use counter::Counter;

/// CR1.
const CEN: u32 = 1;
const UDIS: u32 = 1 << 1;
const URS: u32 = 1 << 2;
const OPM: u32 = 1 << 3;
const DIR: u32 = 1 << 4;
const ARPE: u32 = 1 << 7;
/// SR, and DIER's interrupt enables in the same places.
const UIF: u32 = 1;
const TIF: u32 = 1 << 6;
/// DIER.
const UDE: u32 = 1 << 8;
const TDE: u32 = 1 << 14;
/// BDTR.
const MOE: u32 = 1 << 15;

/// The interrupt lines, in the order of the block's table.
const LINE_UPDATE: u16 = 1 << 1;
const LINE_TRIGGER: u16 = 1 << 2;
const LINE_COMPARE: u16 = 1 << 3;
/// The DMA request of an update; those of the channels follow; the trigger's is the last.
const REQUEST_UPDATE: u8 = 1;
const REQUEST_TRIGGER: u8 = 1 << 5;

/// What a timer tells other peripherals: bit 0 is TRGO, bits 1 to 4 are compare matches.
pub const TRGO: u8 = 1;

/// What a slave does with its trigger (SMCR.SMS).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slave {
    None,
    Reset,
    Gated,
    Trigger,
    Clock,
}

/// One timer.
#[derive(Debug, Clone)]
pub struct Timer {
    /// TIM1: its outputs need MOE, and it has a repetition counter.
    advanced: bool,
    cr1: u32,
    cr2: u32,
    smcr: u32,
    dier: u32,
    status: u32,
    ccmr: [u32; 2],
    ccer: u32,
    bdtr: u32,
    /// PSC, ARR and RCR as written; the counter has those in force.
    psc: u32,
    arr: u32,
    rcr: u32,
    /// CCR1 to CCR4 as written or captured, and those in force.
    ccr: [u32; 4],
    compare: [u32; 4],
    counter: Counter,
    /// OCxREF of the modes that remember, a bit each.
    reference: u8,
    /// The levels of TI1 to TI4.
    inputs: u8,
    /// Edges still to pass before the next capture.
    skip: [u8; 4],
    frozen: bool,
    requests: u8,
    triggers: u8,
    /// The triggers that somebody listens to.
    listened: u8,
    /// The channels of which the pin is watched.
    watched: u8,
}

impl Timer {
    /// A timer after reset.
    pub fn new(advanced: bool) -> Self {
        Self {
            advanced,
            cr1: 0,
            cr2: 0,
            smcr: 0,
            dier: 0,
            status: 0,
            ccmr: [0; 2],
            ccer: 0,
            bdtr: 0,
            psc: 0,
            arr: 0xffff,
            rcr: 0,
            ccr: [0; 4],
            compare: [0; 4],
            counter: Counter::default(),
            reference: 0,
            inputs: 0,
            skip: [0; 4],
            frozen: false,
            requests: 0,
            triggers: 0,
            listened: 0,
            watched: 0,
        }
    }

    fn slave(&self) -> Slave {
        match self.smcr & 7 {
            4 => Slave::Reset,
            5 => Slave::Gated,
            6 => Slave::Trigger,
            7 => Slave::Clock,
            _ => Slave::None,
        }
    }

    /// Whether the counter counts its own clock.
    fn runs(&self) -> bool {
        self.cr1 & CEN != 0
            && !self.frozen
            && match self.slave() {
                Slave::Clock => false,
                Slave::Gated => self.gate(),
                _ => true,
            }
    }

    fn gate(&self) -> bool {
        let (input, polarity) = if self.smcr >> 4 & 7 == 6 { (1, 5) } else { (0, 1) };
        (self.inputs >> input & 1 == 1) != (self.ccer >> polarity & 1 == 1)
    }

    /// The eight bits of CCMR that are a channel's.
    fn mode(&self, channel: usize) -> u32 {
        self.ccmr[channel / 2] >> (channel % 2 * 8) & 0xff
    }

    fn is_output(&self, channel: usize) -> bool {
        self.mode(channel) & 3 == 0
    }

    /// OCxM.
    fn output_mode(&self, channel: usize) -> u32 {
        self.mode(channel) >> 4 & 7
    }

    /// Whether the channel's CCxE is set.
    pub fn is_enabled(&self, channel: usize) -> bool {
        self.ccer >> (4 * channel) & 1 == 1
    }

    /// OCxREF as the counter stands.
    fn reference(&self, channel: usize) -> bool {
        let (count, compare) = (self.counter.value(), self.compare[channel]);
        // In centre-aligned mode the counter's way down counts as downcounting (RM0008, 14.4.7).
        let active = if self.counter.is_falling() { count <= compare } else { count < compare };
        match self.output_mode(channel) {
            4 => false,
            5 => true,
            6 => active,
            7 => !active,
            _ => self.reference >> channel & 1 == 1,
        }
    }

    /// What a channel drives its pin with; `None` if it is no output.
    pub fn output(&self, channel: usize) -> Option<bool> {
        let on = self.is_output(channel) && self.is_enabled(channel) && (!self.advanced || self.bdtr & MOE != 0);
        on.then(|| self.reference(channel) != (self.ccer >> (4 * channel + 1) & 1 == 1))
    }

    /// Whether any channel drives its pin.
    pub fn has_outputs(&self) -> bool {
        (0..4).any(|channel| self.output(channel).is_some())
    }

    /// Whether it takes anything from its input pins.
    pub fn has_inputs(&self) -> bool {
        (0..4).any(|channel| !self.is_output(channel)) || self.smcr & 7 != 0 && self.smcr >> 4 & 7 >= 4
    }

    /// Works out what happened up to now. Whoever looks at a timer asks this first.
    pub fn advance(&mut self, now: &Moment) {
        let ticks = self.counter.elapsed(now.tick(), now.divider);
        if self.runs() {
            self.count(ticks);
        }
    }

    /// Which triggers and which channels' pins somebody waits for.
    pub fn set_listeners(&mut self, triggers: u8, channels: u8) {
        (self.listened, self.watched) = (triggers, channels);
    }

    /// Whether another timer's TRGO is its trigger, and which: its ITR number.
    pub fn internal_trigger(&self) -> Option<usize> {
        let source = (self.smcr >> 4 & 7) as usize;
        (self.smcr & 7 != 0 && source < 4).then_some(source)
    }

    /// The triggers since the last call.
    pub fn take_triggers(&mut self) -> u8 {
        std::mem::take(&mut self.triggers)
    }

    fn request(&mut self, enable: u32, request: u8) {
        if self.dier & enable != 0 {
            self.requests |= request;
        }
    }

    /// An update event, by overflow (`forced` false) or by UG and the like.
    fn update(&mut self, forced: bool) {
        if self.cr1 & UDIS != 0 {
            return;
        }
        self.counter.take_over(self.psc, self.arr);
        self.counter.set_repetitions(self.rcr);
        self.compare = self.ccr_in_force(true);
        if !(forced && self.cr1 & URS != 0) {
            self.status |= UIF;
            self.request(UDE, REQUEST_UPDATE);
        }
        if self.cr2 >> 4 & 7 == 2 {
            self.triggers |= TRGO;
        }
        if self.cr1 & OPM != 0 && !forced {
            self.cr1 &= !CEN;
        }
    }

    /// CCRx take effect at once, or with an update where OCxPE says so. What a channel captured compares with nothing.
    fn ccr_in_force(&self, update: bool) -> [u32; 4] {
        std::array::from_fn(|channel| {
            let preloaded = self.is_output(channel) && self.mode(channel) & 8 != 0;
            if update || !preloaded { self.ccr[channel] } else { self.compare[channel] }
        })
    }

    /// The counter came to a channel's compare value.
    fn matched(&mut self, channel: usize) {
        if !self.is_output(channel) {
            return;
        }
        // CMS chooses on which way of a centre-aligned count the flag rises.
        let counts = match self.cr1 >> 5 & 3 {
            1 => self.counter.is_falling(),
            2 => !self.counter.is_falling(),
            _ => true,
        };
        if counts {
            self.raise(channel);
        }
        let bit = 1 << channel;
        match self.output_mode(channel) {
            1 => self.reference |= bit,
            2 => self.reference &= !bit,
            3 => self.reference ^= bit,
            _ => {}
        }
    }

    /// CCxIF, with what hangs on it.
    fn raise(&mut self, channel: usize) {
        if channel == 0 && self.cr2 >> 4 & 7 == 3 && self.status & 2 == 0 {
            self.triggers |= TRGO;
        }
        self.status |= 2 << channel;
        self.request(1 << (9 + channel), 2 << channel);
        self.triggers |= 2 << channel;
    }

    /// The counter's value goes into CCRx.
    fn capture(&mut self, channel: usize) {
        if !self.is_enabled(channel) {
            return;
        }
        let divided = self.mode(channel) >> 2 & 3;
        if self.skip[channel] > 0 {
            self.skip[channel] -= 1;
            return;
        }
        self.skip[channel] = (1 << divided) - 1;
        if self.status >> (1 + channel) & 1 == 1 {
            self.status |= 1 << (9 + channel);
        }
        self.ccr[channel] = self.counter.value();
        self.raise(channel);
    }

    /// The level of TI1 to TI4 (`input` 0 to 3), from its pin.
    pub fn set_input(&mut self, input: usize, high: bool, now: &Moment) {
        if (self.inputs >> input & 1 == 1) == high {
            return;
        }
        self.advance(now);
        self.inputs ^= 1 << input;
        let is_edge = |timer: &Self, channel: usize| (timer.ccer >> (4 * channel + 1) & 1 == 0) == high;
        let source = self.smcr >> 4 & 7;
        let triggers = source == 4 && input == 0
            || source == 5 && input == 0 && is_edge(self, 0)
            || source == 6 && input == 1 && is_edge(self, 1);
        // A capture sees the counter before the trigger that goes with it resets it: so PWM input works.
        for channel in 0..4 {
            let selected = match self.mode(channel) & 3 {
                1 => input == channel,
                2 => input == channel ^ 1,
                _ => false,
            };
            if selected && is_edge(self, channel) {
                self.capture(channel);
            }
        }
        if triggers && self.smcr & 7 != 0 {
            self.trigger();
        }
    }

    /// The trigger of a slave: from another timer, or from an input.
    pub fn trigger(&mut self) {
        match self.slave() {
            Slave::None => return,
            Slave::Reset => self.reinitialise(),
            Slave::Gated => {}
            Slave::Trigger => self.cr1 |= CEN,
            Slave::Clock => {
                if self.cr1 & CEN != 0 && !self.frozen {
                    self.count(1);
                }
            }
        }
        self.status |= TIF;
        self.request(TDE, REQUEST_TRIGGER);
    }

    /// UG, or a slave's reset: the counter and the prescaler start over.
    fn reinitialise(&mut self) {
        self.update(true);
        self.counter.restart(self.is_down());
    }

    fn is_down(&self) -> bool {
        self.cr1 >> 5 & 3 == 0 && self.cr1 & DIR != 0
    }

    /// The ticks until anything happens that somebody waits for.
    fn next_tick(&self) -> Option<u64> {
        if !self.runs() {
            return None;
        }
        let trgo = self.listened & TRGO != 0;
        let master = self.cr2 >> 4 & 7;
        let mut wanted = Counter::wanting(
            self.dier & UIF != 0 && self.status & UIF == 0
                || self.dier & UDE != 0
                || trgo && matches!(master, 2 | 4..=7)
                || self.watched != 0
                || self.cr1 & OPM != 0,
        );
        for channel in (0..4).filter(|channel| self.is_output(*channel)) {
            let flag = 2 << channel;
            let waits = self.dier & flag != 0 && self.status & flag == 0
                || self.dier >> (9 + channel) & 1 == 1
                || u32::from(self.listened) & flag != 0
                || self.watched >> channel & 1 == 1
                || trgo && (master == 3 && channel == 0 || master == 4 + channel as u32);
            if waits {
                wanted.compare(self.compare[channel]);
            }
        }
        self.counter.ticks_to(&wanted)
    }
}
