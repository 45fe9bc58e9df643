//! The console of gan-app over UART 0 and over the chip's own USB port, on the ESP32-C3.
#![no_std]
#![no_main]

use common::Console;
use common::port::Port;
use common::static_cell::StaticCell;
use esp::board::{self, Board, Ports};
use esp_hal::interrupt::Priority;
use esp_hal::timer::systimer::SystemTimer;
use esp_hal::uart::{self, Uart};
use esp_hal::usb::usb_serial_jtag::UsbSerialJtag;
use esp_rtos::embassy::InterruptExecutor;

common::fatal!(board::emergency);

// This is the description of the program, by which the boot loader and espflash know it.
esp_bootloader_esp_idf::esp_app_desc!();

#[esp_hal::main]
fn main() -> ! {
    /// Runs the ports' task, in an interrupt that software makes.
    static EXECUTOR: StaticCell<InterruptExecutor<1>> = StaticCell::new();
    common::prepare_stack();
    let chip = board::start();
    let feed = board::watchdog(chip.RTC_TIMER);
    esp_rtos::start(SystemTimer::new(chip.SYSTIMER).alarm0, chip.FROM_CPU_INTR0);

    let Ok(uart) = Uart::new(chip.UART0, uart::Config::default()) else {
        panic!("the UART cannot have this speed")
    };
    let ports = Ports {
        uart: uart.with_tx(chip.GPIO21).with_rx(chip.GPIO20),
        usb: UsbSerialJtag::new(chip.USB_DEVICE),
    };
    let Ok(task) = board::run(ports) else { panic!("the ports' task runs already") };
    let executor = EXECUTOR.init(InterruptExecutor::new(chip.FROM_CPU_INTR1));
    executor.start(Priority::Priority1).spawn(task);

    // An SSD1306: data on GPIO4, clock on GPIO5.
    #[cfg(feature = "oled")]
    let display = {
        use esp_hal::i2c::master::{Config, I2c};
        use esp_hal::time::Rate;
        let bus = I2c::new(chip.I2C0, Config::default().with_frequency(Rate::from_khz(400)));
        bus.ok()
            .and_then(|bus| common::display::oled(bus.with_sda(chip.GPIO4).with_scl(chip.GPIO5)))
    };
    // An ST7789: clock on GPIO6, data on GPIO7, CS on GPIO10, D/C on GPIO3.
    #[cfg(all(feature = "st7789", not(feature = "oled")))]
    let display = {
        use esp_hal::gpio::{Level, Output, OutputConfig};
        use esp_hal::spi::master::{Config, Spi};
        use esp_hal::time::Rate;
        let config = OutputConfig::default();
        let select = Output::new(chip.GPIO10, Level::High, config);
        let command = Output::new(chip.GPIO3, Level::Low, config);
        Spi::new(chip.SPI2, Config::default().with_frequency(Rate::from_mhz(40)))
            .ok()
            .map(|port| port.with_sck(chip.GPIO6).with_mosi(chip.GPIO7))
            .and_then(|port| common::display::st7789(port, select, command))
    };
    #[cfg(not(any(feature = "oled", feature = "st7789")))]
    let display = None::<gan_app::NoDisplay>;
    esp::run(Console::<Board, _, _>::new(Port::UsbAndUart, display, feed))
}
