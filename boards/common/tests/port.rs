//! The serial port of the console, its pipes and the tasks at their other ends. One test: the pipes
//! are statics.

use std::collections::VecDeque;
use std::future::pending;
use std::sync::atomic::Ordering;
use std::time::Instant;

use common::port::{INPUT, Port, TO_UART, TO_USB, USB_OPEN, receive, send, send_if_read};
use embassy_futures::block_on;
use embassy_futures::select::select;
use embassy_time::Timer;
use embedded_io::{Read, ReadReady, Write};
use embedded_io_async::ErrorKind;

/// A port that gives these pieces, an error for each that is empty, and then nothing.
struct Wire(VecDeque<&'static [u8]>);

impl embedded_io_async::ErrorType for Wire {
    type Error = ErrorKind;
}

impl embedded_io_async::Read for Wire {
    async fn read(&mut self, bytes: &mut [u8]) -> Result<usize, ErrorKind> {
        match self.0.pop_front() {
            None => pending().await,
            Some([]) => Err(ErrorKind::InvalidData),
            Some(piece) => {
                bytes[..piece.len()].copy_from_slice(piece);
                Ok(piece.len())
            }
        }
    }
}

/// A port that takes three bytes at a time.
struct Paper<'p>(&'p mut Vec<u8>);

impl embedded_io_async::ErrorType for Paper<'_> {
    type Error = ErrorKind;
}

impl embedded_io_async::Write for Paper<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        let taken = bytes.len().min(3);
        self.0.extend(&bytes[..taken]);
        Ok(taken)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

/// What is in a pipe.
fn taken(pipe: &common::port::Bytes) -> Vec<u8> {
    let mut bytes = [0; 4096];
    let count = pipe.try_read(&mut bytes).unwrap_or(0);
    bytes[..count].to_vec()
}

fn for_a_moment(task: impl Future) {
    block_on(select(task, Timer::after_millis(20)));
}

#[test]
fn the_console_speaks_over_the_port_that_is_open() {
    // What comes is kept in order; a damaged byte is passed over.
    let mut port = Port::Uart;
    assert!(!port.read_ready().unwrap());
    for_a_moment(receive(Wire([&b"see"[..], b"", b"d 7\r"].into())));
    let mut bytes = [0; 16];
    assert!(port.read_ready().unwrap());
    let count = port.read(&mut bytes).unwrap();
    assert_eq!(&bytes[..count], b"seed 7\r");
    assert!(INPUT.is_empty() && !port.read_ready().unwrap());

    // While nobody reads USB, the UART has it all; else it is as the board wants it.
    for (port, usb_open, usb, uart) in [
        (Port::Uart, true, "", "text"),
        (Port::UsbOrUart, false, "", "text"),
        (Port::UsbOrUart, true, "text", ""),
        (Port::UsbAndUart, false, "", "text"),
        (Port::UsbAndUart, true, "text", "text"),
    ] {
        USB_OPEN.store(usb_open, Ordering::Release);
        let mut port = port;
        assert_eq!(port.write(b"text").unwrap(), 4);
        let sent = (taken(&TO_USB), taken(&TO_UART));
        assert_eq!(sent, (usb.into(), uart.into()), "{port:?}, {usb_open}");
    }

    // The tasks send all of it.
    let mut paper = Vec::new();
    port.write(b"0123456789").unwrap();
    for_a_moment(send(Paper(&mut paper), &TO_UART));
    assert_eq!(paper, b"0123456789");

    // A terminal that takes nothing is waited for once, and then no longer.
    let mut port = Port::UsbOrUart;
    USB_OPEN.store(true, Ordering::Release);
    let start = Instant::now();
    port.write(&[b'x'; 2000]).unwrap();
    let waited = start.elapsed().as_millis();
    assert!((1000..3000).contains(&waited), "{waited} ms");
    port.write(b"after").unwrap();
    assert_eq!(taken(&TO_UART), b"after");

    // When the host takes what waits, the port is open again.
    paper = Vec::new();
    assert!(!USB_OPEN.load(Ordering::Acquire));
    for_a_moment(send_if_read(Paper(&mut paper)));
    assert_eq!(paper, [b'x'; 1024]);
    assert!(USB_OPEN.load(Ordering::Acquire));
}
