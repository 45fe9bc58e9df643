//! The serial ports and the LED. One task drives them, and an executor runs it in an interrupt
//! while `main` computes.

use core::sync::atomic::Ordering;

use common::port::{INPUT, TO_UART, TO_USB, USB_OPEN, blink, receive, send};
use embassy_futures::join::{join, join5};
use embassy_futures::select::select;
use embassy_rp::Peri;
use embassy_rp::bind_interrupts;
use embassy_rp::gpio::{Level, Output};
use embassy_rp::peripherals::{PIN_0, PIN_1, PIN_25, UART0, USB};
use embassy_rp::uart::{self, BufferedUart, UartTx};
use embassy_rp::usb::{self, Driver};
use embassy_usb::class::cdc_acm::{CdcAcmClass, ControlChanged, Receiver, Sender, State};
use embassy_usb::driver::EndpointError;
use embassy_usb::{Builder, Config};

/// The number of bytes of a USB packet.
const PACKET: usize = 64;
/// What is typed for a terminal that opens the USB port, so that it says what runs here.
const FIRST_COMMAND: &[u8] = b"info\r";

bind_interrupts!(struct Interrupts {
    USBCTRL_IRQ => usb::InterruptHandler<USB>;
    UART0_IRQ => uart::BufferedInterruptHandler<UART0>;
});

/// The peripherals that the task drives.
pub struct Pins {
    /// The USB port.
    pub usb: Peri<'static, USB>,
    /// The UART.
    pub uart: Peri<'static, UART0>,
    /// The UART's output, GP0.
    pub tx: Peri<'static, PIN_0>,
    /// The UART's input, GP1.
    pub rx: Peri<'static, PIN_1>,
    /// The LED on the board.
    pub led: Peri<'static, PIN_25>,
}

/// Moves bytes between the ports and the pipes, and blinks, for ever.
#[embassy_executor::task]
pub async fn run(pins: Pins) {
    // These are the numbers that pid.codes gives for tests. A product needs numbers of its own.
    let mut config = Config::new(0x1209, 0x0001);
    config.manufacturer = Some("gan-embedded");
    config.product = Some("Digits");
    let (mut descriptors, mut bos, mut control) = ([0; 256], [0; 256], [0; 64]);
    let mut state = State::new();
    let driver = Driver::new(pins.usb, Interrupts);
    let mut usb = Builder::new(driver, config, &mut descriptors, &mut bos, &mut [], &mut control);
    let serial = CdcAcmClass::new(&mut usb, &mut state, PACKET as u16);
    let (to_host, from_host, lines) = serial.split_with_control();

    let (mut sending, mut receiving) = ([0; 64], [0; 64]);
    // The default is 115,200 baud, 8 bits, no parity, one stop bit.
    let uart = BufferedUart::new(
        pins.uart,
        pins.tx,
        pins.rx,
        Interrupts,
        &mut sending,
        &mut receiving,
        uart::Config::default(),
    );
    let (to_wire, from_wire) = uart.split();

    let others = join5(
        usb_output(to_host, lines),
        usb_input(from_host),
        send(to_wire, &TO_UART),
        receive(from_wire),
        blink(Output::new(pins.led, Level::High)),
    );
    join(usb.build().run(), others).await;
}

/// Sends while a terminal has the port open: a terminal sets DTR when it opens it, and clears it
/// when it closes it.
async fn usb_output<'d>(mut port: Sender<'d, Driver<'d, USB>>, lines: ControlChanged<'d>) {
    loop {
        port.wait_connection().await;
        while !lines.dtr() {
            lines.control_changed().await;
        }
        // Nobody reads any more what is left for an earlier terminal.
        TO_USB.clear();
        USB_OPEN.store(true, Ordering::Release);
        INPUT.write_all(FIRST_COMMAND).await;
        let closed = async {
            while lines.dtr() {
                lines.control_changed().await;
            }
        };
        // An error says that the board was unplugged. A terminal that was closed reads nothing, so
        // sending would not end by itself.
        let _ = select(usb_send(&mut port), closed).await;
        USB_OPEN.store(false, Ordering::Release);
    }
}

/// Sends what comes, until the board is unplugged.
async fn usb_send<'d>(port: &mut Sender<'d, Driver<'d, USB>>) -> Result<(), EndpointError> {
    let mut packet = [0; PACKET];
    loop {
        let count = TO_USB.read(&mut packet).await;
        port.write_packet(&packet[..count]).await?;
        if count == PACKET && TO_USB.is_empty() {
            // A full packet says that more follows. An empty one says that it was the last.
            port.write_packet(&[]).await?;
        }
    }
}

async fn usb_input<'d>(mut port: Receiver<'d, Driver<'d, USB>>) {
    let mut packet = [0; PACKET];
    loop {
        port.wait_connection().await;
        while let Ok(count) = port.read_packet(&mut packet).await {
            INPUT.write_all(&packet[..count]).await;
        }
    }
}

/// Sets the UART up anew, whatever state it is in, and returns what sends bytes over it: to be used
/// where nothing else runs any more.
pub fn emergency() -> impl FnMut(&[u8]) {
    // SAFETY: interrupts are off, and what used these before never runs again.
    let (port, tx) = unsafe { (UART0::steal(), PIN_0::steal()) };
    let mut uart = UartTx::new_blocking(port, tx, uart::Config::default());
    move |bytes| {
        // This port has no errors of sending.
        let _ = uart.blocking_write(bytes);
        let _ = uart.blocking_flush();
    }
}
