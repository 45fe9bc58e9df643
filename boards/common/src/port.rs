//! The serial port of the console: pipes, which tasks fill and empty.

use core::convert::Infallible;
use core::sync::atomic::{AtomicBool, Ordering};

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::pipe::Pipe;
use embassy_time::{Duration, Instant, Timer};
use embedded_hal::digital::OutputPin;

use crate::console::sleep_unless;

/// A pipe: bytes wait in it, in the order in which they came.
pub type Bytes = Pipe<CriticalSectionRawMutex, 1024>;

/// Bytes that were received, by whichever port.
pub static INPUT: Bytes = Bytes::new();
/// Bytes that the UART has to send.
pub static TO_UART: Bytes = Bytes::new();
/// Bytes that the USB port has to send.
pub static TO_USB: Bytes = Bytes::new();
/// Whether somebody reads what the USB port sends.
pub static USB_OPEN: AtomicBool = AtomicBool::new(false);

/// A USB port that has taken no byte for so long is taken for closed: a program that opened it and
/// does not read must not stop the board.
const PATIENCE: Duration = Duration::from_millis(1000);
/// Bytes that a task moves at a time.
const PIECE: usize = 64;
/// Milliseconds between two changes of the LED.
const BLINK: u64 = 500;

/// Puts into [`INPUT`] what comes over a port, for ever.
pub async fn receive(mut port: impl embedded_io_async::Read) -> ! {
    let mut bytes = [0; PIECE];
    loop {
        // An error means that a byte was damaged or lost. The line that it belongs to is refused,
        // or is a wrong command.
        if let Ok(count) = port.read(&mut bytes).await {
            INPUT.write_all(bytes.get(..count).unwrap_or_default()).await;
        }
    }
}

/// Sends over a port what comes out of a pipe, for ever.
pub async fn send(mut port: impl embedded_io_async::Write, pipe: &Bytes) -> ! {
    let mut bytes = [0; PIECE];
    loop {
        let count = pipe.read(&mut bytes).await;
        // Ports of this kind have no errors of sending.
        let _ = port.write_all(bytes.get(..count).unwrap_or_default()).await;
        if pipe.is_empty() {
            let _ = port.flush().await;
        }
    }
}

/// Sends over a USB port that does not say whether a terminal has opened it, for ever. The port
/// counts as open from the first byte on that the host takes.
pub async fn send_if_read(mut port: impl embedded_io_async::Write) -> ! {
    USB_OPEN.store(true, Ordering::Release);
    let mut bytes = [0; PIECE];
    loop {
        let count = TO_USB.read(&mut bytes).await;
        let sent = port.write_all(bytes.get(..count).unwrap_or_default()).await;
        if sent.is_ok() && port.flush().await.is_ok() {
            USB_OPEN.store(true, Ordering::Release);
        }
    }
}

/// Shows by an LED that the firmware is alive. The timer's interrupt also wakes `main`, which draws
/// a new image each second while nobody types.
pub async fn blink(mut led: impl OutputPin) -> ! {
    loop {
        let _ = led.set_high();
        Timer::after_millis(BLINK).await;
        let _ = led.set_low();
        Timer::after_millis(BLINK).await;
    }
}

/// The serial port of the console. The pipes are its only state, so that all values of this type
/// are the same port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// Sends over the UART only.
    Uart,
    /// Sends over the USB port while it is open, else over the UART.
    UsbOrUart,
    /// Sends over the UART, and over the USB port while it is open.
    UsbAndUart,
}

impl embedded_io::ErrorType for Port {
    type Error = Infallible;
}

impl embedded_io::ReadReady for Port {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        Ok(!INPUT.is_empty())
    }
}

impl embedded_io::Read for Port {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize, Infallible> {
        loop {
            match INPUT.try_read(bytes) {
                Ok(count) => return Ok(count),
                Err(_) => sleep_unless(|| !INPUT.is_empty()),
            }
        }
    }
}

impl embedded_io::Write for Port {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        let is_open = || USB_OPEN.load(Ordering::Acquire);
        let to_usb = *self != Self::Uart && is_open();
        if to_usb && !put(&TO_USB, bytes, is_open) {
            USB_OPEN.store(false, Ordering::Release);
        }
        if !to_usb || *self == Self::UsbAndUart {
            put(&TO_UART, bytes, || true);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Puts bytes into a pipe, as long as the port is `open`, and waits for room. Returns whether the
/// port has taken them in time.
fn put(pipe: &Bytes, mut bytes: &[u8], open: impl Fn() -> bool) -> bool {
    let mut moved = Instant::now();
    while !bytes.is_empty() && open() {
        match pipe.try_write(bytes) {
            Ok(count) => {
                bytes = bytes.get(count..).unwrap_or_default();
                moved = Instant::now();
            }
            Err(_) if moved.elapsed() > PATIENCE => return false,
            // The interrupt in which the port takes bytes wakes this, and if it takes none, that of
            // the LED's timer.
            Err(_) => sleep_unless(|| !pipe.is_full()),
        }
    }
    true
}
