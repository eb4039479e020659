//! DMA1: seven channels (RM0008, section 13).
//!
//! A transfer is an event of its own: the channel that goes first among those asked is chosen, and its datum has
//! moved [`CYCLES`] later.

use super::peripheral::{Moment, Peripheral, Written};
use super::register::Register;
use crate::core::bus::Width;

/// RM0008, 13.4.7.
pub const REGISTERS: &[Register] = &[
    Register::new("ISR", 0x00, 0x0fff_ffff),
    Register::new("IFCR", 0x04, 0x0fff_ffff),
    Register::new("CCR1", 0x08, 0x7fff),
    Register::new("CNDTR1", 0x0c, 0xffff),
    Register::new("CPAR1", 0x10, u32::MAX),
    Register::new("CMAR1", 0x14, u32::MAX),
    Register::new("CCR2", 0x1c, 0x7fff),
    Register::new("CNDTR2", 0x20, 0xffff),
    Register::new("CPAR2", 0x24, u32::MAX),
    Register::new("CMAR2", 0x28, u32::MAX),
    Register::new("CCR3", 0x30, 0x7fff),
    Register::new("CNDTR3", 0x34, 0xffff),
    Register::new("CPAR3", 0x38, u32::MAX),
    Register::new("CMAR3", 0x3c, u32::MAX),
    Register::new("CCR4", 0x44, 0x7fff),
    Register::new("CNDTR4", 0x48, 0xffff),
    Register::new("CPAR4", 0x4c, u32::MAX),
    Register::new("CMAR4", 0x50, u32::MAX),
    Register::new("CCR5", 0x58, 0x7fff),
    Register::new("CNDTR5", 0x5c, 0xffff),
    Register::new("CPAR5", 0x60, u32::MAX),
    Register::new("CMAR5", 0x64, u32::MAX),
    Register::new("CCR6", 0x6c, 0x7fff),
    Register::new("CNDTR6", 0x70, 0xffff),
    Register::new("CPAR6", 0x74, u32::MAX),
    Register::new("CMAR6", 0x78, u32::MAX),
    Register::new("CCR7", 0x80, 0x7fff),
    Register::new("CNDTR7", 0x84, 0xffff),
    Register::new("CPAR7", 0x88, u32::MAX),
    Register::new("CMAR7", 0x8c, u32::MAX),
];
/// One NVIC position a channel.
pub const IRQS: &[u8] = &[11, 12, 13, 14, 15, 16, 17];

/// HCLK cycles from the choice of a channel to its datum's arrival: arbitration, a read and a write over the bridges.
/// The manual gives no figure; AN2548 counts five to nine.
pub const CYCLES: u64 = 6;

const CHANNELS: usize = 7;
const EN: u32 = 1;
const DIR: u32 = 1 << 4;
const CIRC: u32 = 1 << 5;
const PINC: u32 = 1 << 6;
const MINC: u32 = 1 << 7;
const MEM2MEM: u32 = 1 << 14;
const TCIF: u32 = 1 << 1;
const HTIF: u32 = 1 << 2;
const TEIF: u32 = 1 << 3;

#[derive(Debug, Clone, Default)]
struct Channel {
    ccr: u32,
    left: u32,
    /// What `left` was when the channel was enabled.
    whole: u32,
    peripheral: u32,
    memory: u32,
    /// TCIF, HTIF and TEIF in their places.
    flags: u32,
}

/// One datum to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// The channel, from 0.
    pub channel: usize,
    /// Where it comes from, and how wide it is there.
    pub from: (u32, Width),
    /// Where it goes, and how wide it is there.
    pub to: (u32, Width),
    /// How many are left after it.
    pub left: u32,
    /// A peripheral asked for it.
    pub requested: bool,
}

/// The controller.
#[derive(Debug, Clone, Default)]
pub struct Dma {
    channels: [Channel; CHANNELS],
    /// The channels that are asked for, a bit each.
    asked: u8,
    /// The channel at work and the cycle at which its datum has moved.
    at_work: Option<(usize, u64)>,
}

fn width(bits: u32) -> Width {
    match bits & 3 {
        0 => Width::Byte,
        1 => Width::Half,
        _ => Width::Word,
    }
}

impl Channel {
    fn is_ready(&self) -> bool {
        self.ccr & EN != 0 && self.left > 0
    }

    fn transfer(&self, channel: usize) -> Transfer {
        let done = self.whole - self.left;
        let place = |base: u32, width: Width, increments: u32| {
            (if increments != 0 { base.wrapping_add(done * width.bytes()) } else { base }, width)
        };
        let peripheral = place(self.peripheral, width(self.ccr >> 8), self.ccr & PINC);
        let memory = place(self.memory, width(self.ccr >> 10), self.ccr & MINC);
        let (from, to) = if self.ccr & DIR != 0 { (memory, peripheral) } else { (peripheral, memory) };
        Transfer { channel, from, to, left: self.left - 1, requested: self.ccr & MEM2MEM == 0 }
    }
}

impl Dma {
    /// Whether any channel is enabled.
    pub fn is_enabled(&self) -> bool {
        self.channels.iter().any(Channel::is_ready)
    }

    /// The channels that the peripherals ask for, a bit each.
    pub fn ask(&mut self, channels: u8, cycle: u64) {
        self.asked = channels;
        self.choose(cycle);
    }

    fn wants(&self, n: usize) -> bool {
        let channel = &self.channels[n];
        channel.is_ready() && (self.asked >> n & 1 == 1 || channel.ccr & MEM2MEM != 0)
    }

    /// Highest priority level first, then the lowest number (RM0008, 13.3.2).
    fn choose(&mut self, cycle: u64) {
        if self.at_work.is_none() {
            let first = (0..CHANNELS)
                .filter(|n| self.wants(*n))
                .max_by_key(|n| (self.channels[*n].ccr >> 12 & 3, usize::MAX - n));
            self.at_work = first.map(|n| (n, cycle + CYCLES));
        }
    }

    /// The datum that is due at `cycle`. It has to be moved, and [`Dma::moved`] told.
    pub fn due(&mut self, cycle: u64) -> Option<Transfer> {
        let (n, _) = self.at_work.take_if(|(_, due)| *due <= cycle)?;
        if self.wants(n) {
            return Some(self.channels[n].transfer(n));
        }
        self.choose(cycle);
        None
    }

    /// The flash was busy: the same again a little later.
    pub fn postpone(&mut self, transfer: Transfer, cycle: u64) {
        self.at_work = Some((transfer.channel, cycle + CYCLES));
    }

    /// A datum has moved, or the bus refused.
    pub fn moved(&mut self, transfer: Transfer, moved: bool) {
        let channel = &mut self.channels[transfer.channel];
        if !moved {
            channel.flags |= TEIF;
            channel.ccr &= !EN;
            return;
        }
        channel.left -= 1;
        if channel.whole - channel.left == channel.whole / 2 {
            channel.flags |= HTIF;
        }
        if channel.left == 0 {
            channel.flags |= TCIF;
            if channel.ccr & CIRC != 0 {
                channel.left = channel.whole;
            }
        }
    }
}

impl Peripheral for Dma {
    fn read(&mut self, offset: u32, _: &Moment) -> u32 {
        if offset < 8 {
            let flags = |channel: &Channel| channel.flags | u32::from(channel.flags != 0);
            let word = self.channels.iter().rev().fold(0, |word, channel| word << 4 | flags(channel));
            // IFCR is write-only.
            return if offset == 0 { word } else { 0 };
        }
        let channel = &self.channels[(offset as usize - 8) / 20];
        match (offset - 8) % 20 {
            0 => channel.ccr,
            4 => channel.left,
            8 => channel.peripheral,
            _ => channel.memory,
        }
    }

    fn write(&mut self, offset: u32, value: u32, now: &Moment) -> Written {
        if offset < 8 {
            if offset == 4 {
                for (n, channel) in self.channels.iter_mut().enumerate() {
                    let clear = value >> (4 * n) & 15;
                    channel.flags &= if clear & 1 != 0 { 0 } else { !clear };
                }
            }
            return Ok(());
        }
        let n = (offset as usize - 8) / 20;
        let channel = &mut self.channels[n];
        let enabled = channel.ccr & EN != 0;
        match (offset - 8) % 20 {
            0 => {
                channel.ccr = value & 0x7fff;
                if !enabled && value & EN != 0 {
                    channel.whole = channel.left;
                }
                if value & MEM2MEM != 0 && value & CIRC != 0 {
                    return Err("MEM2MEM together with CIRC, which the chip does not do");
                }
            }
            // While the channel is enabled these are read-only (RM0008, 13.4.4).
            _ if enabled => {}
            4 => channel.left = value & 0xffff,
            8 => channel.peripheral = value,
            _ => channel.memory = value,
        }
        self.choose(now.cycle);
        Ok(())
    }

    fn reset(&mut self, _: &Moment) {
        *self = Self::default();
    }

    fn next_cycle(&self) -> Option<u64> {
        self.at_work.map(|(_, due)| due)
    }

    fn lines(&self) -> u16 {
        self.channels.iter().enumerate().fold(0, |lines, (n, channel)| {
            // TCIE, HTIE and TEIE have the places of their flags.
            lines | u16::from(channel.flags & channel.ccr & (TCIF | HTIF | TEIF) != 0) << n
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TCIE: u32 = TCIF;

    fn with(channels: &[(usize, u32, u32)]) -> (Dma, Moment) {
        let (mut dma, now) = (Dma::default(), Moment::zero());
        for (n, count, ccr) in channels {
            let base = 8 + 20 * *n as u32;
            for (offset, value) in [(4, *count), (8, 0x4001_3804), (12, 0x2000_0000), (0, *ccr)] {
                dma.write(base + offset, value, &now).unwrap();
            }
        }
        (dma, now)
    }

    /// Serves what is due until nothing is asked for any more, or `limit` times; the addresses in order.
    fn serve(dma: &mut Dma, limit: usize) -> Vec<(u32, u32)> {
        let mut moved = Vec::new();
        while moved.len() < limit
            && let Some(cycle) = dma.next_cycle()
            && let Some(transfer) = dma.due(cycle)
        {
            moved.push((transfer.from.0, transfer.to.0));
            dma.moved(transfer, true);
            dma.ask(dma.asked, cycle);
        }
        moved
    }

    #[test]
    fn memory_goes_to_a_peripheral_with_half_and_complete_flags() {
        let (mut dma, now) = with(&[(3, 4, EN | DIR | MINC | TCIE)]);
        assert_eq!(dma.next_cycle(), None, "nobody asks");
        dma.ask(1 << 3, 10);
        assert_eq!(dma.next_cycle(), Some(10 + CYCLES));
        assert_eq!(serve(&mut dma, 2), [(0x2000_0000, 0x4001_3804), (0x2000_0001, 0x4001_3804)]);
        assert_eq!((dma.read(0, &now), dma.lines()), ((HTIF | 1) << 12, 0));
        assert_eq!(serve(&mut dma, 9).len(), 2);
        assert_eq!((dma.read(0, &now), dma.lines()), ((HTIF | TCIF | 1) << 12, 1 << 3));
        assert_eq!(dma.read(8 + 20 * 3 + 4, &now), 0, "CNDTR");
        dma.write(4, 1 << 12, &now).unwrap();
        assert_eq!((dma.read(0, &now), dma.lines()), (0, 0));
    }

    #[test]
    fn priorities_go_before_numbers_and_numbers_before_nothing() {
        let (mut dma, _) = with(&[(0, 1, EN | MEM2MEM | DIR), (4, 1, EN | 2 << 12), (6, 1, EN | 2 << 12)]);
        // Channel 1 is at work already; the others wait for it.
        dma.ask(1 << 4 | 1 << 6, 0);
        let mut order = Vec::new();
        while let Some(transfer) = dma.next_cycle().and_then(|cycle| dma.due(cycle)) {
            order.push(transfer.channel);
            dma.moved(transfer, true);
            dma.ask(dma.asked, 0);
        }
        assert_eq!(order, [0, 4, 6]);
    }

    #[test]
    fn a_ring_starts_over_and_an_error_stops() {
        let (mut dma, now) = with(&[(4, 2, EN | MINC | CIRC)]);
        dma.ask(1 << 4, 0);
        let memory: Vec<u32> = serve(&mut dma, 5).into_iter().map(|(_, to)| to).collect();
        assert_eq!(memory, [0x2000_0000, 0x2000_0001, 0x2000_0000, 0x2000_0001, 0x2000_0000]);
        let cycle = dma.next_cycle().unwrap();
        let transfer = dma.due(cycle).unwrap();
        dma.moved(transfer, false);
        assert_eq!(dma.read(0, &now) >> 16 & TEIF, TEIF);
        dma.ask(1 << 4, cycle);
        assert_eq!(dma.next_cycle(), None);
    }

    #[test]
    fn widths_are_each_sides_own() {
        let (mut dma, _) = with(&[(1, 2, EN | DIR | MINC | PINC | 1 << 8 | 2 << 10)]);
        dma.ask(2, 0);
        let first = dma.due(CYCLES).unwrap();
        assert_eq!((first.from.1, first.to.1), (Width::Word, Width::Half));
        dma.moved(first, true);
        dma.ask(2, CYCLES);
        let second = dma.due(2 * CYCLES).unwrap();
        assert_eq!((second.from.0, second.to.0), (0x2000_0004, 0x4001_3806));
    }
}
