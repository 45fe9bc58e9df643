//! The console of gan-app over USB serial and over UART 0, on the Pico and the Pico 2.
#![no_std]
#![no_main]

use common::Console;
use common::port::Port;
use cortex_m_rt::entry;
use embassy_executor::InterruptExecutor;
use embassy_rp::interrupt;
use embassy_rp::interrupt::{InterruptExt, Priority};
use rp::board::{self, Pico};
use rp::ports::{self, Pins};

common::fatal!(ports::emergency);

/// Runs the ports' task, in an interrupt that no peripheral of the chip uses.
static EXECUTOR: InterruptExecutor = InterruptExecutor::new();

// SAFETY: only the interrupt controller calls it.
#[interrupt]
unsafe fn SWI_IRQ_1() {
    // SAFETY: this is the interrupt that the executor was started with, and it comes only after.
    unsafe { EXECUTOR.on_interrupt() }
}

#[entry]
fn main() -> ! {
    common::prepare_stack();
    let chip = embassy_rp::init(Default::default());
    #[cfg(feature = "pico2")]
    rp::flash::quicken();
    let feed = board::watchdog(chip.WATCHDOG);
    interrupt::SWI_IRQ_1.set_priority(Priority::P3);
    let pins =
        Pins { usb: chip.USB, uart: chip.UART0, tx: chip.PIN_0, rx: chip.PIN_1, led: chip.PIN_25 };
    let Ok(task) = ports::run(pins) else { panic!("the ports' task runs already") };
    EXECUTOR.start(interrupt::SWI_IRQ_1).spawn(task);

    #[cfg(feature = "oled")]
    let display = {
        use embassy_rp::i2c::{Config, I2c};
        let mut config = Config::default();
        config.frequency = 400_000;
        common::display::oled(I2c::new_blocking(chip.I2C0, chip.PIN_5, chip.PIN_4, config))
    };
    #[cfg(all(feature = "st7789", not(feature = "oled")))]
    let display = {
        use embassy_rp::gpio::{Level, Output};
        use embassy_rp::spi::{Config, Spi};
        let mut config = Config::default();
        config.frequency = 32_000_000;
        let port = Spi::new_blocking_txonly(chip.SPI0, chip.PIN_18, chip.PIN_19, config);
        let (select, data) = (chip.PIN_17, chip.PIN_16);
        common::display::st7789(
            port,
            Output::new(select, Level::High),
            Output::new(data, Level::Low),
        )
    };
    #[cfg(not(any(feature = "oled", feature = "st7789")))]
    let display = None::<gan_app::NoDisplay>;
    rp::run(Console::<Pico, _, _>::new(Port::UsbOrUart, display, feed))
}
