//! What the boards with an nRF52833 or nRF52840 have in common.

use gan_app::Board;

use crate::driver::nrf51::Uart;
use crate::driver::nrf52::{HERTZ, Pin, pin, start_clocks};
use crate::driver::systick::SysTick;
use crate::driver::{Mmio, Serial, Wired};

/// A board whose debugger's serial port is on the pins `TX` and `RX`, and whose display may be on
/// `DATA` and `CLOCK`.
pub struct Nrf52<const TX: u32, const RX: u32, const DATA: u32, const CLOCK: u32>;

impl<const TX: u32, const RX: u32, const DATA: u32, const CLOCK: u32> Nrf52<TX, RX, DATA, CLOCK> {
    fn serial() -> Uart {
        pin(TX, Pin::High);
        pin(RX, Pin::PulledUp);
        // SAFETY: UART0, which is the nRF51's.
        Uart::new(unsafe { Mmio::new(0x4000_2000) }, TX, RX)
    }

    /// Switches it on.
    pub fn start() -> impl Board {
        start_clocks();
        // SAFETY: called once, by `main`, and nobody else uses the core's timer.
        let core = unsafe { cortex_m::Peripherals::steal() };
        let board = Wired::new(Self::serial(), SysTick::<HERTZ>::new(core.SYST));
        #[cfg(feature = "oled")]
        let board = {
            use crate::driver::{nrf52::Twi, oled};
            // SAFETY: TWI0.
            board.with_display(oled::connect(Twi::new(
                unsafe { Mmio::new(0x4000_3000) },
                DATA,
                CLOCK,
            )))
        };
        board
    }

    /// Sends bytes, whatever happened before.
    pub fn emergency(bytes: &[u8]) {
        let mut serial = Self::serial();
        bytes.iter().for_each(|&byte| serial.write(byte));
        serial.flush();
    }
}
