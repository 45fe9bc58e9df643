//! The I2C controller by Synopsys (RP2040 Datasheet, section 4.3).

use super::Mmio;
use super::bus::{Bus, NoAnswer, soon};

const CONTROL: usize = 0x00;
const TARGET: usize = 0x04;
const DATA: usize = 0x10;
const HIGH_COUNT: usize = 0x1C;
const LOW_COUNT: usize = 0x20;
const EVENTS: usize = 0x34;
const CLEAR_ABORT: usize = 0x54;
const CLEAR_STOP: usize = 0x60;
const ENABLE: usize = 0x6C;
const STATUS: usize = 0x70;
const SPIKE: usize = 0xA0;
const HOLD: usize = 0x7C;

/// Master, fast mode, restarts, and not also a slave.
const MASTER_FAST: u32 = 1 | 2 << 1 | 1 << 5 | 1 << 6;
/// With the last byte: a stop condition after it.
const STOP: u32 = 1 << 9;
const ABORTED: u32 = 1 << 6;
const STOPPED: u32 = 1 << 9;
const NOT_FULL: u32 = 1 << 1;

/// The controller as a bus's only master.
#[derive(Debug)]
pub struct DwI2c(Mmio);

impl DwI2c {
    /// Switches the controller at `registers` on, from a clock of `hertz`.
    pub fn new(registers: Mmio, hertz: u32) -> Self {
        // The clock is low for three fifths of its period: the standard's 1.3 and 0.6 microseconds
        // at least. Spikes up to 50 ns do not count, and the data stays for 300 ns after the
        // clock's fall.
        let period = hertz / 400_000;
        let low = period * 3 / 5;
        registers.write(ENABLE, 0);
        registers.write(CONTROL, MASTER_FAST);
        registers.write(LOW_COUNT, low);
        registers.write(HIGH_COUNT, period - low);
        registers.write(SPIKE, low / 16);
        registers.write(HOLD, hertz / 1_000_000 * 3 / 10 + 1);
        Self(registers)
    }
}

impl Bus for DwI2c {
    fn send(&mut self, address: u8, bytes: impl Iterator<Item = u8>) -> Result<(), NoAnswer> {
        let registers = self.0;
        // The address is taken only while the controller is off; that also empties what an abort
        // has left.
        registers.write(ENABLE, 0);
        registers.write(TARGET, address.into());
        registers.write(ENABLE, 1);
        let mut bytes = bytes.peekable();
        while let Some(byte) = bytes.next() {
            soon(|| registers.read(STATUS) & NOT_FULL != 0)?;
            let last = if bytes.peek().is_none() { STOP } else { 0 };
            registers.write(DATA, u32::from(byte) | last);
            if registers.read(EVENTS) & ABORTED != 0 {
                break;
            }
        }
        // After an abort the controller stops by itself.
        let stopped = soon(|| registers.read(EVENTS) & STOPPED != 0);
        let aborted = registers.read(EVENTS) & ABORTED != 0;
        registers.read(CLEAR_STOP);
        registers.read(CLEAR_ABORT);
        if aborted { Err(NoAnswer) } else { stopped }
    }
}
