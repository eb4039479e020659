//! SPI1 and SPI2 as masters (RM0008, section 25): whole frames, timed by the bus clock and BR.

use super::peripheral::{Moment, Peripheral, Written};
use super::register::Register;

/// RM0008, 25.5.10. Loud: one-wire modes, CRC, I²S; being a slave is refused when SPE is set.
pub const REGISTERS: &[Register] = &[
    Register::new("CR1", 0x00, 0x0bff)
        .loud(0xf400)
        .note("told when SPE is set: being a slave (MSTR 0), NSS as an input (SSM and SSOE 0)"),
    Register::new("CR2", 0x04, 0xe7),
    Register::new("SR", 0x08, 0xff).reset(2),
    Register::new("DR", 0x0c, 0xffff),
    Register::new("CRCPR", 0x10, 0xffff).reset(7).note("kept; CRCEN is refused"),
    Register::new("RXCRCR", 0x14, 0xffff).note("0, since CRCEN is refused"),
    Register::new("TXCRCR", 0x18, 0xffff).note("0, since CRCEN is refused"),
    Register::new("I2SCFGR", 0x1c, 0).loud(0xfff),
    Register::new("I2SPR", 0x20, 0).loud(0x3ff).reset(2),
];

const CPOL: u32 = 1 << 1;
const MSTR: u32 = 1 << 2;
const SPE: u32 = 1 << 6;
const LSBFIRST: u32 = 1 << 7;
const SSI: u32 = 1 << 8;
const SSM: u32 = 1 << 9;
const DFF: u32 = 1 << 11;
/// CR2.
const RXDMAEN: u32 = 1;
const TXDMAEN: u32 = 1 << 1;
const SSOE: u32 = 1 << 2;
const ERRIE: u32 = 1 << 5;
const RXNEIE: u32 = 1 << 6;
const TXEIE: u32 = 1 << 7;
/// SR.
const RXNE: u32 = 1;
const TXE: u32 = 1 << 1;
const MODF: u32 = 1 << 5;
const OVR: u32 = 1 << 6;
const BSY: u32 = 1 << 7;

/// The requests to DMA, in the order of the block's table.
const REQUEST_RX: u8 = 1;
const REQUEST_TX: u8 = 2;

/// One frame, as it is on the wire: the first bit is the highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exchange {
    /// What goes out on MOSI.
    pub out: u16,
    /// 8 or 16.
    pub bits: u8,
}

/// One SPI.
#[derive(Debug, Clone)]
pub struct Spi {
    cr1: u32,
    cr2: u32,
    status: u32,
    received: u16,
    holding: Option<u16>,
    shifting: Option<(u16, u64)>,
    finished: Option<Exchange>,
    dr_read: bool,
    /// SR was read or written while MODF was up.
    fault_seen: bool,
    polynomial: u16,
}

impl Default for Spi {
    fn default() -> Self {
        Self {
            polynomial: 7,
            cr1: 0,
            cr2: 0,
            status: TXE,
            received: 0,
            holding: None,
            shifting: None,
            finished: None,
            dr_read: false,
            fault_seen: false,
        }
    }
}

impl Spi {
    fn bits(&self) -> u8 {
        if self.cr1 & DFF != 0 { 16 } else { 8 }
    }

    fn is_master(&self) -> bool {
        self.cr1 & (SPE | MSTR) == SPE | MSTR
    }

    /// The idle level of the clock, while it drives its pins; NSS with it, where it does (low while enabled).
    pub fn drives(&self) -> Option<(bool, Option<bool>)> {
        (self.cr1 & MSTR != 0).then(|| {
            let nss = self.cr1 & SSM == 0 && self.cr2 & SSOE != 0;
            (self.cr1 & CPOL != 0, nss.then_some(self.cr1 & SPE == 0))
        })
    }

    fn wire_order(&self, data: u16) -> u16 {
        match (self.cr1 & LSBFIRST != 0, self.bits()) {
            (false, 8) => data & 0xff,
            (false, _) => data,
            (true, 8) => u16::from((data as u8).reverse_bits()),
            (true, _) => data.reverse_bits(),
        }
    }

    fn load(&mut self, from: u64, now: &Moment) {
        if self.shifting.is_none()
            && let Some(data) = self.holding.take()
        {
            let ticks = u64::from(self.bits()) << ((self.cr1 >> 3 & 7) + 1);
            self.shifting = Some((data, from + ticks * u64::from(now.divider)));
            self.status |= TXE;
        }
    }

    /// The frame that has ended since this was last asked; what came in has to be told: [`Spi::receive`].
    pub fn take_finished(&mut self) -> Option<Exchange> {
        self.finished.take()
    }

    /// What MISO gave during the frame that has ended.
    pub fn receive(&mut self, wire: u16) {
        if self.status & RXNE != 0 {
            // The new frame is lost (RM0008, 25.3.10).
            self.status |= OVR;
            return;
        }
        self.received = self.wire_order(wire);
        self.status |= RXNE;
    }
}

impl Peripheral for Spi {
    fn read(&mut self, offset: u32, _: &Moment) -> u32 {
        match offset {
            0x00 => self.cr1,
            0x04 => self.cr2,
            0x08 => {
                // OVR clears by reading DR, then SR (RM0008, 25.3.10).
                let status = self.status;
                self.fault_seen = status & MODF != 0;
                if std::mem::take(&mut self.dr_read) {
                    self.status &= !OVR;
                }
                status | if self.shifting.is_some() { BSY } else { 0 }
            }
            0x0c => {
                self.status &= !RXNE;
                self.dr_read = self.status & OVR != 0;
                u32::from(self.received)
            }
            0x10 => u32::from(self.polynomial),
            // I2SPR as after a reset.
            0x20 => 2,
            _ => 0,
        }
    }

    fn reading_acts(&self, offset: u32) -> bool {
        matches!(offset, 0x08 | 0x0c)
    }

    fn write(&mut self, offset: u32, value: u32, now: &Moment) -> Written {
        match offset {
            0x00 => {
                // MODF clears by a write of CR1 after an access to SR; until then the chip takes neither SPE nor MSTR
                // (RM0008, 25.3.10).
                if std::mem::take(&mut self.fault_seen) {
                    self.status &= !MODF;
                }
                let value = if self.status & MODF != 0 { value & !(SPE | MSTR) } else { value };
                self.cr1 = value & 0x0bff;
                if value & SPE == 0 {
                    (self.holding, self.shifting) = (None, None);
                    self.status |= TXE;
                    return Ok(());
                }
                if value & MSTR == 0 {
                    return Err("slave mode is not modelled");
                }
                if value & SSM != 0 && value & SSI == 0 {
                    // NSS is low: another master, it seems (RM0008, 25.3.10).
                    self.status |= MODF;
                    self.cr1 &= !(SPE | MSTR);
                } else if value & SSM == 0 && self.cr2 & SSOE == 0 {
                    return Err("NSS as an input is not modelled: set SSM and SSI, or SSOE");
                }
            }
            0x04 => self.cr2 = value & 0xe7,
            0x08 => self.fault_seen = self.status & MODF != 0,
            0x10 => self.polynomial = value as u16,
            0x0c if self.is_master() => {
                self.holding = Some(value as u16);
                self.status &= !TXE;
                self.load(now.cycle, now);
            }
            _ => {}
        }
        Ok(())
    }

    fn reset(&mut self, _: &Moment) {
        *self = Self::default();
    }

    fn next_cycle(&self) -> Option<u64> {
        self.shifting.map(|(_, end)| end)
    }

    fn settle(&mut self, now: &Moment) {
        if let Some((data, end)) = self.shifting
            && end <= now.cycle
        {
            self.shifting = None;
            self.finished = Some(Exchange { out: self.wire_order(data), bits: self.bits() });
            self.load(end, now);
        }
    }

    fn lines(&self) -> u16 {
        let (enables, status) = (self.cr2, self.status);
        u16::from(
            enables & TXEIE != 0 && status & TXE != 0
                || enables & RXNEIE != 0 && status & RXNE != 0
                || enables & ERRIE != 0 && status & (OVR | MODF) != 0,
        )
    }

    fn requests(&self) -> u8 {
        let rx = self.cr2 & RXDMAEN != 0 && self.status & RXNE != 0;
        let tx = self.cr2 & TXDMAEN != 0 && self.is_master() && self.status & TXE != 0;
        (if rx { REQUEST_RX } else { 0 }) | if tx { REQUEST_TX } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn master(further: u32) -> (Spi, Moment) {
        let (mut spi, now) = (Spi::default(), Moment::zero());
        spi.write(0x00, SPE | MSTR | SSM | SSI | further, &now).unwrap();
        (spi, now)
    }

    /// Lets the frame in flight end and answers it with what it said.
    fn echo(spi: &mut Spi) -> u64 {
        let end = spi.next_cycle().unwrap();
        spi.settle(&Moment::zero().cycle(end));
        let exchange = spi.take_finished().unwrap();
        spi.receive(exchange.out);
        end
    }

    #[test]
    fn frames_follow_each_other_at_the_rate_of_br() {
        // PCLK/16: 128 cycles for eight bits.
        let (mut spi, now) = master(3 << 3);
        spi.write(0x0c, 0x9f, &now).unwrap();
        assert_eq!(spi.read(0x08, &now), TXE | BSY, "the shift register took it at once");
        spi.write(0x0c, 0x55, &now).unwrap();
        assert_eq!(spi.read(0x08, &now), BSY);
        assert_eq!(echo(&mut spi), 128);
        assert_eq!(spi.read(0x08, &now), BSY | TXE | RXNE);
        assert_eq!(spi.read(0x0c, &now), 0x9f);
        assert_eq!(echo(&mut spi), 256);
        assert_eq!((spi.read(0x08, &now), spi.read(0x0c, &now)), (TXE | RXNE, 0x55));
    }

    #[test]
    fn sixteen_bits_and_the_lowest_first() {
        let (mut spi, now) = master(DFF | LSBFIRST);
        spi.write(0x0c, 0x8001, &now).unwrap();
        assert_eq!(spi.next_cycle(), Some(32));
        spi.settle(&now.cycle(32));
        assert_eq!(spi.take_finished(), Some(Exchange { out: 0x8001, bits: 16 }));
        spi.receive(0x4000);
        assert_eq!(spi.read(0x0c, &now), 0x0002);
    }

    #[test]
    fn an_overrun_loses_the_new_frame_and_clears_by_dr_then_sr() {
        let (mut spi, now) = master(0);
        spi.receive(1);
        spi.receive(2);
        assert_eq!(spi.read(0x08, &now), TXE | RXNE | OVR);
        assert_eq!(spi.read(0x0c, &now), 1);
        assert_eq!(spi.read(0x08, &now) & OVR, OVR);
        assert_eq!(spi.read(0x08, &now), TXE);
    }

    #[test]
    fn a_low_nss_is_a_mode_fault_and_a_slave_is_refused() {
        let (mut spi, now) = (Spi::default(), Moment::zero());
        spi.write(0x00, SPE | MSTR | SSM, &now).unwrap();
        assert_eq!((spi.read(0x08, &now) & MODF, spi.read(0x00, &now) & (SPE | MSTR)), (MODF, 0));
        assert!(spi.write(0x00, SPE | SSM, &now).is_err());
        spi.write(0x04, SSOE, &now).unwrap();
        spi.write(0x00, MSTR, &now).unwrap();
        assert_eq!(spi.drives(), Some((false, Some(true))));
        spi.write(0x00, MSTR | SPE | CPOL, &now).unwrap();
        assert_eq!(spi.drives(), Some((true, Some(false))));
    }

    #[test]
    fn a_mode_fault_clears_by_sr_then_any_cr1() {
        let (mut spi, now) = (Spi::default(), Moment::zero());
        spi.write(0x04, ERRIE, &now).unwrap();
        spi.write(0x00, SPE | MSTR | SSM, &now).unwrap();
        assert_eq!(spi.lines(), 1);
        spi.write(0x00, SSM | SSI, &now).unwrap();
        spi.write(0x00, SPE | MSTR | SSM | SSI, &now).unwrap();
        assert_eq!((spi.lines(), spi.read(0x00, &now) & (SPE | MSTR)), (1, 0), "SR was not read");
        assert_eq!(spi.read(0x08, &now) & MODF, MODF);
        spi.write(0x00, SPE | MSTR | SSM | SSI, &now).unwrap();
        assert_eq!((spi.lines(), spi.read(0x00, &now) & (SPE | MSTR)), (0, SPE | MSTR));
        assert_eq!(spi.read(0x08, &now) & MODF, 0);
    }

    #[test]
    fn dma_and_interrupts_follow_the_flags() {
        let (mut spi, now) = master(0);
        spi.write(0x04, TXDMAEN | RXDMAEN | RXNEIE, &now).unwrap();
        assert_eq!((spi.requests(), spi.lines()), (REQUEST_TX, 0));
        spi.receive(1);
        assert_eq!((spi.requests(), spi.lines()), (REQUEST_TX | REQUEST_RX, 1));
    }
}
