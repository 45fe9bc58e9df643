//! Clock, pins, timer and UART of Nordic's nRF51 (nRF51 Series Reference Manual 3.0, chapters 13,
//! 14, 18 and 29).

use super::interrupt::Irq;
use super::{Clock, Mmio, Uart};

/// The interrupt of UART0.
pub const UART0: Irq = Irq(2);
/// The interrupt of TIMER0.
pub const TIMER0: Irq = Irq(8);

/// Starts the crystal of 16 MHz, which is accurate enough for a UART, and waits until the chip runs
/// from it. The internal oscillator, which runs after a reset, may be off by 5 %.
pub fn start_crystal() {
    const TASKS_HFCLKSTART: usize = 0x000;
    const EVENTS_HFCLKSTARTED: usize = 0x100;
    // SAFETY: this is CLOCK, whose registers control the oscillators.
    let clock = unsafe { Mmio::new(0x4000_0000) };
    clock.write(TASKS_HFCLKSTART, 1);
    clock.wait(EVENTS_HFCLKSTARTED, 1);
}

/// Makes `tx` an output that is high, as an idle line is, and `rx` an input that is pulled up.
fn connect(tx: u32, rx: u32) {
    const OUTSET: usize = 0x508;
    const PIN_CNF: usize = 0x700;
    /// DIR is output, and INPUT is disconnected.
    const OUTPUT: u32 = 1 | 1 << 1;
    /// PULL is up.
    const PULLED_UP: u32 = 3 << 2;
    // SAFETY: this is GPIO, whose registers set up the pins.
    let port = unsafe { Mmio::new(0x5000_0000) };
    port.write(OUTSET, 1 << tx);
    for (pin, configuration) in [(tx, OUTPUT), (rx, PULLED_UP)] {
        port.write(PIN_CNF + 4 * pin as usize, configuration);
    }
}

/// A UART of the nRF51.
#[derive(Debug)]
pub struct Nrf51Uart {
    registers: Mmio,
    /// Whether a byte was ever sent. Only then will EVENTS_TXDRDY say that it has left.
    sending: bool,
}

mod uart {
    pub const TASKS_STARTRX: usize = 0x000;
    pub const TASKS_STARTTX: usize = 0x008;
    pub const EVENTS_RXDRDY: usize = 0x108;
    pub const EVENTS_TXDRDY: usize = 0x11C;
    pub const INTENSET: usize = 0x304;
    pub const ENABLE: usize = 0x500;
    pub const PSELTXD: usize = 0x50C;
    pub const PSELRXD: usize = 0x514;
    pub const RXD: usize = 0x518;
    pub const TXD: usize = 0x51C;
    pub const BAUDRATE: usize = 0x524;

    pub const RXDRDY: u32 = 1 << 2;
    pub const ENABLE_ENABLED: u32 = 4;
    pub const BAUDRATE_115200: u32 = 0x01D7_E000;
}

impl Nrf51Uart {
    /// Returns the UART at `registers`, as it is.
    pub const fn new(registers: Mmio) -> Self {
        Self { registers, sending: false }
    }

    /// Switches the UART on, at 115,200 baud.
    pub fn switch_on(self, pin_tx: u32, pin_rx: u32) -> Self {
        let registers = self.registers;
        connect(pin_tx, pin_rx);
        registers.write(uart::PSELTXD, pin_tx);
        registers.write(uart::PSELRXD, pin_rx);
        registers.write(uart::BAUDRATE, uart::BAUDRATE_115200);
        registers.write(uart::ENABLE, uart::ENABLE_ENABLED);
        registers.write(uart::TASKS_STARTTX, 1);
        registers.write(uart::TASKS_STARTRX, 1);
        self
    }

    /// Waits until everything is sent.
    pub fn flush(&mut self) {
        while self.sending && self.registers.read(uart::EVENTS_TXDRDY) == 0 {}
    }
}

impl Uart for Nrf51Uart {
    fn is_ready(&self) -> bool {
        self.registers.read(uart::EVENTS_RXDRDY) != 0
    }

    fn take(&mut self) -> u8 {
        // The event is cleared before the byte is taken: the next byte may be ready right after.
        self.registers.write(uart::EVENTS_RXDRDY, 0);
        self.registers.read(uart::RXD) as u8
    }

    fn put(&mut self, byte: u8) {
        self.flush();
        self.registers.write(uart::EVENTS_TXDRDY, 0);
        self.registers.write(uart::TXD, byte.into());
        self.sending = true;
    }

    fn listen(&mut self) {
        self.registers.write(uart::INTENSET, uart::RXDRDY);
    }
}

/// A timer that counts microseconds.
#[derive(Debug)]
pub struct Timer {
    registers: Mmio,
    /// The count of 32 bits that was read last, and how often it had wrapped.
    last: u32,
    wraps: u32,
}

mod timer {
    pub const TASKS_START: usize = 0x000;
    pub const TASKS_CAPTURE0: usize = 0x040;
    pub const EVENTS_COMPARE1: usize = 0x144;
    pub const INTENSET: usize = 0x304;
    pub const BITMODE: usize = 0x508;
    pub const PRESCALER: usize = 0x510;
    pub const CC0: usize = 0x540;
    pub const CC1: usize = 0x544;

    pub const COMPARE1: u32 = 1 << 17;
    pub const BITMODE_32: u32 = 3;
    /// The counter ticks at 16 MHz / 2^4.
    pub const PRESCALER_16: u32 = 4;

    /// Microseconds from one interrupt to the next, a sixteenth of a second: they wake the core.
    pub const PERIOD: u32 = 62_500;
}

impl Timer {
    /// Starts the timer at `registers`, which has to be TIMER0: the others have 16 bits. From now
    /// on its interrupt has to call [`wake_again`].
    pub fn new(registers: Mmio) -> Self {
        registers.write(timer::BITMODE, timer::BITMODE_32);
        registers.write(timer::PRESCALER, timer::PRESCALER_16);
        registers.write(timer::CC1, timer::PERIOD);
        registers.write(timer::INTENSET, timer::COMPARE1);
        registers.write(timer::TASKS_START, 1);
        TIMER0.enable();
        Self { registers, last: 0, wraps: 0 }
    }
}

/// Ends the interrupt of the timer at `registers`, and has the next one come in a sixteenth of a
/// second.
pub fn wake_again(registers: Mmio) {
    registers.write(timer::EVENTS_COMPARE1, 0);
    registers.write(timer::CC1, registers.read(timer::CC1).wrapping_add(timer::PERIOD));
}

impl Clock for Timer {
    const TICKS_PER_SECOND: u32 = 1_000_000;

    /// The count is right as long as it is read at least every 71 minutes.
    fn ticks(&mut self) -> u64 {
        self.registers.write(timer::TASKS_CAPTURE0, 1);
        let now = self.registers.read(timer::CC0);
        if now < self.last {
            self.wraps = self.wraps.wrapping_add(1);
        }
        self.last = now;
        u64::from(self.wraps) << 32 | u64::from(now)
    }
}
