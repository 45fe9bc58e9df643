//! Clock, watchdogs, timer and serial ports of Espressif's ESP32-C3 (Technical Reference Manual
//! 1.3, chapters 6, 10, 12, 26 and 30).
//!
//! Espressif's boot loader, which `espflash` writes in front of the firmware, has set up the flash
//! and its cache, runs the core from the phase-locked loop at 80 MHz and UART 0 from the crystal at
//! 115,200 baud, and has started a watchdog.

use super::bus::soon;
use super::{Clock, Mmio, Serial};

/// A block of the chip.
const fn block(base: usize) -> Mmio {
    // SAFETY: the bases below are those of the manual's table 3-3, and nothing here starts DMA.
    unsafe { Mmio::new(base) }
}

const UART_0: Mmio = block(0x6000_0000);
const RTC: Mmio = block(0x6000_8000);
const TIMER_GROUP_0: Mmio = block(0x6001_F000);
const SYSTEM_TIMER: Mmio = block(0x6002_3000);
const USB: Mmio = block(0x6004_3000);
const SYSTEM: Mmio = block(0x600C_0000);

/// Stops all three watchdogs: the boot loader's, the one of timer group 0, and the "super" one,
/// which can only be told to feed itself.
pub fn stop_watchdogs() {
    const KEY: u32 = 0x50D8_3AA1;
    const SUPER_KEY: u32 = 0x8F1D_312A;
    const FEED_ITSELF: u32 = 1 << 31;
    /// Off, and with the bit by which the timer group's watchdog takes a configuration.
    const TAKE_OFF: u32 = 1 << 22;
    for (registers, configuration, protection, off) in
        [(RTC, 0x90, 0xA8, 0), (TIMER_GROUP_0, 0x48, 0x64, TAKE_OFF)]
    {
        registers.write(protection, KEY);
        registers.write(configuration, off);
        registers.write(protection, 0);
    }
    RTC.write(0xB0, SUPER_KEY);
    RTC.modify(0xAC, 0, FEED_ITSELF);
    RTC.write(0xB0, 0);
}

/// The core at 160 MHz: a third of the phase-locked loop's 480 MHz.
pub fn start_clocks() {
    const CPU: usize = 0x08;
    const PERIOD: u32 = 3;
    const LOOP_480_MHZ: u32 = 1 << 2;
    const MHZ_160: u32 = 1;
    const CLOCK: usize = 0x58;
    const SOURCE: u32 = 3 << 10;
    const LOOP: u32 = 1 << 10;

    SYSTEM.modify(CPU, PERIOD, LOOP_480_MHZ | MHZ_160);
    SYSTEM.modify(CLOCK, SOURCE, LOOP);
}

/// The system timer, which counts 16 MHz in 52 bits.
#[derive(Debug)]
pub struct SystemTimer(());

impl SystemTimer {
    /// The timer, which runs from reset on.
    pub fn new() -> Self {
        Self(())
    }
}

impl Default for SystemTimer {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemTimer {
    const TICKS_PER_SECOND: u32 = 16_000_000;

    fn ticks(&mut self) -> u64 {
        const OPERATION: usize = 0x04;
        const UPDATE: u32 = 1 << 30;
        const VALID: u32 = 1 << 29;
        const HIGH: usize = 0x40;
        const LOW: usize = 0x44;

        SYSTEM_TIMER.write(OPERATION, UPDATE);
        SYSTEM_TIMER.wait(OPERATION, VALID);
        u64::from(SYSTEM_TIMER.read(HIGH)) << 32 | u64::from(SYSTEM_TIMER.read(LOW))
    }
}

/// Both ports that a board may have: UART 0, which a board with a USB bridge connects, and the
/// chip's own USB port.
#[derive(Debug)]
pub struct Ports {
    /// Whether the host takes what the USB port sends. Without one, nobody waits for it.
    listened: bool,
    /// Whether the USB port was given bytes that it was not told to send.
    pending: bool,
}

mod uart {
    pub const FIFO: usize = 0x00;
    pub const STATUS: usize = 0x1C;
    pub const RECEIVED: u32 = 0x3FF;
    pub const WAITING: u32 = 0x3FF << 16;
    pub const CAPACITY: u32 = 127 << 16;
}

mod usb {
    pub const FIFO: usize = 0x00;
    pub const STATUS: usize = 0x04;
    /// Sends what was written; a packet that is full sends itself.
    pub const DONE: u32 = 1;
    pub const ROOM: u32 = 1 << 1;
    pub const RECEIVED: u32 = 1 << 2;
}

impl Ports {
    /// As the boot loader has left them.
    pub fn new() -> Self {
        Self { listened: true, pending: false }
    }
}

impl Ports {
    /// Has the USB port send what it was given: packets of one byte would take a millisecond each.
    pub fn flush(&mut self) {
        if core::mem::take(&mut self.pending) {
            USB.write(usb::STATUS, usb::DONE);
        }
    }
}

impl Default for Ports {
    fn default() -> Self {
        Self::new()
    }
}

impl Serial for Ports {
    fn read(&mut self) -> Option<u8> {
        if UART_0.read(uart::STATUS) & uart::RECEIVED != 0 {
            return Some(UART_0.read(uart::FIFO) as u8);
        }
        // Whoever looks for input has said all.
        self.flush();
        (USB.read(usb::STATUS) & usb::RECEIVED != 0).then(|| USB.read(usb::FIFO) as u8)
    }

    fn write(&mut self, byte: u8) {
        while UART_0.read(uart::STATUS) & uart::WAITING >= uart::CAPACITY {}
        UART_0.write(uart::FIFO, byte.into());
        let room = || USB.read(usb::STATUS) & usb::ROOM != 0;
        self.listened = if self.listened { soon(room).is_ok() } else { room() };
        if self.listened {
            USB.write(usb::FIFO, byte.into());
            self.pending = true;
        }
    }
}
