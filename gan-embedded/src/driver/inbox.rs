//! A serial port that receives by its interrupt, so that nothing that is typed while an image is
//! drawn is lost, and that lets the core sleep while nothing comes.

use core::cell::RefCell;

use critical_section::Mutex;
use heapless::Deque;

use super::Uart;
use super::interrupt::{Irq, sleep_unless};

/// The bytes that wait to be read at most: three lines of the longest that the console takes.
pub const CAPACITY: usize = 256;

/// Bytes that were received, in the order in which they came.
static RECEIVED: Mutex<RefCell<Deque<u8, CAPACITY>>> = Mutex::new(RefCell::new(Deque::new()));

/// Hands the received bytes to `with`. Nothing borrows them twice: interrupts are masked, and
/// `with` calls nothing that comes back here.
fn received<T>(with: impl FnOnce(&mut Deque<u8, CAPACITY>) -> T) -> Option<T> {
    critical_section::with(|token| {
        RECEIVED.borrow(token).try_borrow_mut().ok().map(|mut bytes| with(&mut bytes))
    })
}

fn is_empty() -> bool {
    received(|bytes| bytes.is_empty()).unwrap_or(true)
}

/// Takes all bytes that have come out of a UART's registers, if the exception of this number is the
/// UART's interrupt. Returns whether it is. Bytes for which there is no room are lost.
pub fn answer<U: Uart>(exception: i16, irq: Irq, uart: impl FnOnce() -> U) -> bool {
    let is_mine = irq.is(exception);
    if is_mine {
        let mut uart = uart();
        while uart.is_ready() {
            let byte = uart.take();
            received(|bytes| bytes.push_back(byte).ok());
        }
    }
    is_mine
}

/// A UART whose interrupt calls [`answer`]. There can be one.
#[derive(Debug)]
pub struct Inbox<U>(U);

impl<U: Uart> Inbox<U> {
    /// Has the interrupt come whenever the UART has received a byte.
    pub fn new(mut uart: U, irq: Irq) -> Self {
        uart.listen();
        irq.enable();
        Self(uart)
    }
}

impl<U: Uart> Uart for Inbox<U> {
    fn is_ready(&self) -> bool {
        !is_empty()
    }

    fn take(&mut self) -> u8 {
        received(Deque::pop_front).flatten().unwrap_or_default()
    }

    fn put(&mut self, byte: u8) {
        self.0.put(byte);
    }

    fn sleep(&self) {
        sleep_unless(|| !is_empty());
    }
}
