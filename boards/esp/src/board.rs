//! The name of the board, and the wires between the pins of its chip and its parts.

use common::console::PATIENCE;
use common::port::{TO_UART, receive, send, send_if_read};
use embassy_futures::join::join5;
use embassy_time::Timer;
use esp_hal::Blocking;
use esp_hal::clock::CpuClock;
use esp_hal::peripherals::{GPIO21, Peripherals, RTC_TIMER, UART0};
use esp_hal::rtc_cntl::{Rtc, RwdtStage};
use esp_hal::time::Duration;
use esp_hal::uart::{self, Uart, UartTx};
use esp_hal::usb::usb_serial_jtag::UsbSerialJtag;

/// A board with an ESP32-C3, by whose name the console greets.
pub struct Board;

common::names!(Board);

/// Switches the chip on, at 160 MHz.
pub fn start() -> Peripherals {
    esp_hal::init(esp_hal::Config::default().with_cpu_clock(CpuClock::max()))
}

/// Starts the watchdog of the chip's slow clock, and returns what feeds it.
pub fn watchdog(timer: RTC_TIMER<'static>) -> impl FnMut() {
    let mut watchdog = Rtc::new(timer).rwdt;
    watchdog.set_timeout(RwdtStage::Stage0, Duration::from_micros(PATIENCE.as_micros()));
    watchdog.enable();
    move || watchdog.feed()
}

/// The peripherals that the task of the ports drives.
pub struct Ports {
    /// UART 0, which most boards connect to a USB bridge: 115,200 baud, 8 bits, no parity, one stop
    /// bit.
    pub uart: Uart<'static, Blocking>,
    /// The chip's own USB port.
    pub usb: UsbSerialJtag<'static, Blocking>,
}

/// Moves bytes between the ports and the pipes, for ever. The ports become asynchronous here, where
/// their interrupts are to come.
#[embassy_executor::task]
pub async fn run(ports: Ports) {
    let (from_wire, to_wire) = ports.uart.into_async().split();
    let (from_host, to_host) = ports.usb.into_async().split();
    // Boards have no LED in common. This wakes `main`, which draws a new image each second while
    // nobody types.
    let tick = async {
        loop {
            Timer::after_millis(500).await;
        }
    };
    let inputs = (receive(from_wire), receive(from_host));
    join5(inputs.0, inputs.1, send(to_wire, &TO_UART), send_if_read(to_host), tick).await;
}

/// Sets the UART up anew, whatever state it is in, and returns what sends bytes over it: to be used
/// where nothing else runs any more. The chip's USB port would wait for ever if no host read it.
pub fn emergency() -> impl FnMut(&[u8]) {
    // SAFETY: interrupts are off, and what used these before never runs again.
    let (port, tx) = unsafe { (UART0::steal(), GPIO21::steal()) };
    let mut uart = UartTx::new(port, uart::Config::default()).ok().map(|uart| uart.with_tx(tx));
    move |bytes| {
        if let Some(uart) = &mut uart {
            let _ = uart.write(bytes);
            let _ = uart.flush();
        }
    }
}
