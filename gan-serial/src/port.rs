//! Serial ports.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::{PROMPT, Session};

/// The speed of every board's UART. A port over USB takes any.
const BAUD: u32 = 115_200;
/// How long one read or write may wait. A reader tries again; a writer gives up.
const WAIT: Duration = Duration::from_secs(5);
/// How long a board may take to answer an empty line with its prompt.
const FIRST_ANSWER: Duration = Duration::from_secs(3);
/// How often it is asked for it: a model that is being drawn may take a while.
const ATTEMPTS: u32 = 3;

/// Opens a serial port, as `/dev/ttyACM0` or `COM3`, behind which a board runs the console, and
/// waits for its prompt.
///
/// # Errors
///
/// Names the port: it cannot be opened, or nothing on it writes a prompt.
pub fn open(name: &str) -> Result<Session> {
    let builder = serialport::new(name, BAUD).timeout(WAIT).dtr_on_open(true);
    let port = builder.open().with_context(|| format!("{name}: cannot be opened"))?;
    let reader = port.try_clone().with_context(|| format!("{name}: cannot be read"))?;
    let mut session = Session::new(reader, port, ());
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
