//! Serial ports.

use std::time::Duration;
use std::{io, thread};

use anyhow::{Context, Result};
use serialport::{ErrorKind, SerialPortType};

use crate::{PROMPT, Session};

/// The speed of every board's UART. A port over USB takes any.
const BAUD: u32 = 115_200;
/// How long a write may wait for a board that takes nothing.
const WAIT: Duration = Duration::from_secs(5);
/// How long one read waits before it is repeated.
const LISTEN: Duration = Duration::from_millis(50);
/// How long a board may take to answer an empty line with its prompt.
const FIRST_ANSWER: Duration = Duration::from_secs(3);
/// How often it is asked for it: a model that is being drawn may take a while.
const ATTEMPTS: u32 = 3;

/// The serial ports of this machine that USB has, as `/dev/ttyACM0` or `COM3`: what a board brings,
/// on its own or by its debugger.
///
/// # Errors
///
/// The system does not say which ports there are.
pub fn usb_ports() -> Result<Vec<String>> {
    let mut ports = serialport::available_ports().context("the serial ports cannot be listed")?;
    // macOS has each port twice, as a terminal that waits for a modem and as one that does not.
    let is_waiting = |name: &str| cfg!(target_os = "macos") && name.starts_with("/dev/tty.");
    ports.retain(|port| {
        matches!(port.port_type, SerialPortType::UsbPort(_)) && !is_waiting(&port.port_name)
    });
    Ok(ports.into_iter().map(|port| port.port_name).collect())
}

/// Opens a serial port, as `/dev/ttyACM0` or `COM3`, behind which a board runs the console, and
/// waits for its prompt.
///
/// # Errors
///
/// Names the port: it cannot be opened, or nothing on it writes a prompt.
pub fn open(name: &str) -> Result<Session> {
    let builder = serialport::new(name, BAUD).timeout(WAIT).dtr_on_open(true);
    let mut port = builder.clone().open();
    for _ in 1..ATTEMPTS {
        // A program that has just ended may hold it for a moment.
        if matches!(&port, Err(error) if error.kind() != ErrorKind::Io(io::ErrorKind::NotFound)) {
            thread::sleep(LISTEN * 4);
            port = builder.clone().open();
        }
    }
    let port = port.with_context(|| format!("{name}: cannot be opened"))?;
    let mut reader = port.try_clone().with_context(|| format!("{name}: cannot be read"))?;
    reader.set_timeout(LISTEN).with_context(|| name.to_owned())?;
    let mut session = Session::with_reader(reader, port, ());
    session.set_limit(FIRST_ANSWER);
    for attempt in 1.. {
        // An empty line ends whatever was typed before, and the answer to it is the prompt.
        session.send(b"\r").with_context(|| name.to_owned())?;
        match session.until(PROMPT) {
            Ok(_) => break,
            Err(_) if attempt < ATTEMPTS => {}
            Err(error) => {
                return Err(error).with_context(|| {
                    format!(
                        "{name}: no prompt; does the board run the console (`cargo xtask run`)?"
                    )
                });
            }
        }
    }
    session.drain(Duration::from_millis(200));
    session.set_limit(crate::LIMIT);
    Ok(session)
}
