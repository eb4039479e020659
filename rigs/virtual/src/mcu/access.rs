//! The core's way, and the DMA's, to memories and registers.

use super::chip::{Chip, Complaint, FLASH_SIZE, RAM_BASE};
use super::map::{self, BLOCKS, Gate, Unit};
use super::{flash, option_bytes, register};
use crate::core::bus::{Bus, BusError, Width};

/// Flash size in KiB and unique identity (RM0008, section 30).
fn system_memory(address: u32) -> Option<u32> {
    match address {
        0x1fff_f7e0 => Some(0xffff_0000 | (FLASH_SIZE / 1024)),
        0x1fff_f7e8 => Some(0x066b_ff48),
        0x1fff_f7ec => Some(0x5557_5287),
        0x1fff_f7f0 => Some(0x8714_2452),
        _ => None,
    }
}

/// The offset into flash of an address in it or in its alias at 0.
#[inline(always)]
fn flash_offset(address: u32) -> Option<usize> {
    let offset = if address < FLASH_SIZE { address } else { address.wrapping_sub(flash::BASE) };
    (offset < FLASH_SIZE).then_some(offset as usize)
}

impl Chip {
    fn read_device(&mut self, address: u32) -> Result<u32, BusError> {
        let Some(place) = map::locate(address) else {
            let options = self.flash.stored_options();
            return system_memory(address).or_else(|| options.word(address)).ok_or(BusError::Fault);
        };
        let block = &BLOCKS[place];
        let offset = address - block.base;
        if !self.is_clocked(block.gate) {
            return Ok(0);
        }
        let register = register::find(block.registers, offset).filter(|register| !register.is_absent());
        let (Some(unit), Some(_)) = (block.unit, register) else {
            self.complain(Complaint { address, write: false, bits: 0, why: "" });
            return Ok(0);
        };
        if matches!(unit, Unit::Gpio(_)) && self.has_moving_outputs() {
            self.route_pins();
        }
        let now = self.moment(place);
        let peripheral = self.peripheral(unit);
        let value = peripheral.read(offset, &now);
        if peripheral.reading_acts(offset) {
            self.attention = true;
            self.collect_requests();
        }
        Ok(value)
    }

    fn write_device(&mut self, address: u32, value: u32) -> Result<(), BusError> {
        self.attention = true;
        let Some(place) = map::locate(address) else { return Err(BusError::Fault) };
        let block = &BLOCKS[place];
        let offset = address - block.base;
        if !self.is_clocked(block.gate) {
            return Ok(());
        }
        let (Some(unit), Some(register)) = (block.unit, register::find(block.registers, offset)) else {
            self.complain(Complaint { address, write: true, bits: 0, why: "" });
            return Ok(());
        };
        let beyond = register.beyond(value);
        if beyond != 0 {
            let bits = if register.is_absent() { 0 } else { beyond };
            self.complain(Complaint { address, write: true, bits, why: "" });
        }
        if register.is_absent() {
            return Ok(());
        }
        self.live.add(place);
        let now = self.moment(place);
        if let Err(why) = self.peripheral(unit).write(offset, value, &now) {
            self.complain(Complaint { address, write: true, bits: 0, why });
        }
        self.after_write(unit, offset, value);
        Ok(())
    }

    /// What a write leads to outside the peripheral itself.
    fn after_write(&mut self, unit: Unit, offset: u32, value: u32) {
        match unit {
            Unit::Rcc => {
                match offset {
                    0x0c => self.reset_peripherals(|gate| matches!(gate, Gate::Apb2(bit) if value >> bit & 1 == 1)),
                    0x10 => self.reset_peripherals(|gate| matches!(gate, Gate::Apb1(bit) if value >> bit & 1 == 1)),
                    0x20 if self.units.rcc.backup_is_reset() => {
                        (self.units.rtc, self.units.backup) = Default::default();
                    }
                    _ => {}
                }
                self.follow_clocks();
                self.connect_rtc();
            }
            Unit::Flash => self.follow_clocks(),
            Unit::Bkp => self.connect_rtc(),
            Unit::Iwdg if self.units.iwdg.is_running() => self.units.rcc.force_lsi(self.at),
            Unit::Afio | Unit::Exti | Unit::Tim(_) | Unit::Gpio(_) => {
                // What is watched depends on configurations only.
                if !matches!((unit, offset), (Unit::Gpio(_), 8..)) {
                    self.update_listeners();
                }
                if self.carry_triggers() {
                    self.live.add(map::place(unit));
                }
                self.route_pins();
            }
            Unit::Usart(_) | Unit::Spi(_) | Unit::I2c(_) => self.route_pins(),
            Unit::Adc(_) => self.update_listeners(),
            _ => {}
        }
        self.collect_requests();
    }
}

impl Bus for Chip {
    #[inline]
    fn read(&mut self, addr: u32, width: Width) -> Result<u32, BusError> {
        let bytes = width.bytes() as usize;
        let offset = addr.wrapping_sub(RAM_BASE) as usize;
        if let Some(slice) = self.ram.get(offset..offset.wrapping_add(bytes)) {
            return Ok(little_endian(slice));
        }
        if let Some(offset) = flash_offset(addr) {
            if self.flash.is_busy() {
                return Err(BusError::Stall);
            }
            return self.flash.peek(offset, bytes).ok_or(BusError::Fault);
        }
        let word = self.read_device(addr & !3)?;
        Ok(word >> (8 * (addr & 3)) & width.mask())
    }

    #[inline]
    fn write(&mut self, addr: u32, value: u32, width: Width) -> Result<(), BusError> {
        let bytes = width.bytes() as usize;
        let offset = addr.wrapping_sub(RAM_BASE) as usize;
        if let Some(slice) = self.ram.get_mut(offset..offset.wrapping_add(bytes)) {
            slice.copy_from_slice(&value.to_le_bytes()[..bytes]);
            return Ok(());
        }
        if let Some(offset) = flash_offset(addr) {
            if self.flash.is_busy() {
                return Err(BusError::Stall);
            }
            self.attention = true;
            let address = flash::BASE + offset as u32;
            return self.flash.program(address, value, bytes, self.at, self.vdd_starved).map_err(|_| BusError::Fault);
        }
        if addr.wrapping_sub(option_bytes::BASE) < option_bytes::SIZE {
            if self.flash.is_busy() {
                return Err(BusError::Stall);
            }
            self.attention = true;
            let (at, starved) = (self.at, self.vdd_starved);
            return self.flash.program_option(addr, value, bytes, at, starved).map_err(|_| BusError::Fault);
        }
        // APB registers take a byte or half-word as the whole word it is mirrored into (RM0008, 2.2); the lanes
        // that firmware writes are the ones that count.
        self.write_device(addr & !3, value << (8 * (addr & 3)))
    }

    #[inline]
    fn fetch(&mut self, addr: u32) -> Result<u16, BusError> {
        self.read(addr, Width::Half).map(|half| half as u16)
    }

    fn set_cycles(&mut self, cycles: u64) {
        self.cycle = cycles;
        self.at = self.hclk.instant(cycles);
    }

    #[inline]
    fn take_attention(&mut self) -> bool {
        std::mem::take(&mut self.attention)
    }
}

#[inline(always)]
fn little_endian(bytes: &[u8]) -> u32 {
    match *bytes {
        [a] => u32::from(a),
        [a, b] => u32::from(u16::from_le_bytes([a, b])),
        [a, b, c, d] => u32::from_le_bytes([a, b, c, d]),
        _ => 0,
    }
}
