//! The host's side of the firmware's console: a conversation with the application of a board, over
//! a serial port or over the two streams of an emulator.
//!
//! The console echoes each line that it takes, answers, and ends each answer with a prompt, so that
//! a host knows when an answer is complete.

mod give;
mod port;

use std::any::Any;
use std::io::{ErrorKind, Read, Write};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

pub use port::{open, usb_ports};

/// How long an answer may take unless [`Session::set_limit`] says otherwise: far more than any
/// command takes, on a busy machine as well.
const LIMIT: Duration = Duration::from_secs(60);
/// What the console writes when it is done with a line.
const PROMPT: &[u8] = b"\r\n> ";

/// A conversation with the console of a board.
pub struct Session {
    output: Box<dyn Write + Send>,
    input: Receiver<Vec<u8>>,
    /// All that the board has written since the last answer was taken.
    heard: Vec<u8>,
    limit: Duration,
    /// Lives as long as the conversation: the process of an emulator, for example.
    _owner: Box<dyn Any + Send>,
    /// What the thread that reads looks at now and then, so that it ends with the conversation.
    alive: Arc<()>,
    /// That thread, if the conversation ends only when the thread has closed its port.
    reader: Option<JoinHandle<()>>,
}

impl Session {
    /// Begins a conversation over two streams. `owner` is dropped at its end.
    pub fn new(
        from: impl Read + Send + 'static,
        to: impl Write + Send + 'static,
        owner: impl Any + Send,
    ) -> Self {
        let mut session = Self::with_reader(from, to, owner);
        session.reader = None;
        session
    }

    /// The same, and the end of the conversation waits until `from` is closed. It must answer each
    /// call within a time limit.
    fn with_reader(
        mut from: impl Read + Send + 'static,
        to: impl Write + Send + 'static,
        owner: impl Any + Send,
    ) -> Self {
        let (sender, input) = mpsc::channel();
        let alive = Arc::new(());
        let watched = Arc::downgrade(&alive);
        let reader = thread::spawn(move || {
            let mut bytes = [0; 4096];
            loop {
                match from.read(&mut bytes) {
                    Ok(len @ 1..) if sender.send(bytes[..len].to_vec()).is_ok() => {}
                    // A serial port on which nothing came for a while.
                    Err(error) if error.kind() == ErrorKind::TimedOut => {
                        if watched.strong_count() == 0 {
                            break;
                        }
                    }
                    _ => break,
                }
            }
        });
        Self {
            output: Box::new(to),
            input,
            heard: Vec::new(),
            limit: LIMIT,
            _owner: Box::new(owner),
            alive,
            reader: Some(reader),
        }
    }

    /// Changes how long [`Self::until`] waits.
    pub fn set_limit(&mut self, limit: Duration) {
        self.limit = limit;
    }

    /// Waits for the prompt that the application writes after its greeting. Returns the greeting.
    ///
    /// # Errors
    ///
    /// As [`Self::until`].
    pub fn greeting(&mut self) -> Result<Vec<u8>> {
        self.until(PROMPT)
    }

    /// Sends a line and returns the answer: all from after the line's echo up to the next prompt.
    ///
    /// # Errors
    ///
    /// The board takes no bytes, or does not answer in time.
    pub fn ask(&mut self, line: &str) -> Result<Vec<u8>> {
        self.begin(line)?;
        let answer = self.until(PROMPT)?;
        Ok(answer.strip_prefix(b"\r\n").unwrap_or(&answer).to_vec())
    }

    /// Sends a line that is followed by bytes, once the board has announced with `announced` that
    /// it takes them. Returns the answer.
    ///
    /// # Errors
    ///
    /// As [`Self::ask`].
    pub fn send_after(&mut self, line: &str, announced: &str, bytes: &[u8]) -> Result<Vec<u8>> {
        self.send(format!("{line}\r").as_bytes())?;
        self.until(announced.as_bytes())?;
        self.send(bytes)?;
        self.until(PROMPT)
    }

    /// Sends bytes.
    ///
    /// # Errors
    ///
    /// The board takes no bytes.
    pub fn send(&mut self, bytes: &[u8]) -> Result<()> {
        self.output
            .write_all(bytes)
            .and_then(|()| self.output.flush())
            .context("the board takes no bytes")
    }

    /// Waits for `end`, and returns all that came before it.
    ///
    /// # Errors
    ///
    /// It does not come within the time limit, or the connection ends. The error has what came
    /// instead.
    pub fn until(&mut self, end: &[u8]) -> Result<Vec<u8>> {
        self.until_one_of(&[end]).map(|(said, _)| said)
    }

    /// Waits for whichever of these comes first. Returns what came before it, and its index.
    fn until_one_of(&mut self, ends: &[&[u8]]) -> Result<(Vec<u8>, usize)> {
        let start = Instant::now();
        let longest = ends.iter().map(|end| end.len()).max().unwrap_or(0);
        // What comes byte by byte is not searched from its beginning each time.
        let mut from = 0;
        loop {
            let found = ends.iter().enumerate().filter_map(|(index, end)| {
                let mut windows = self.heard.get(from..)?.windows(end.len());
                Some((from + windows.position(|window| window == *end)?, index))
            });
            if let Some((at, index)) = found.min() {
                let rest = self.heard.split_off(at + ends[index].len());
                let mut said = std::mem::replace(&mut self.heard, rest);
                said.truncate(at);
                return Ok((said, index));
            }
            let left = self.limit.saturating_sub(start.elapsed());
            match self.input.recv_timeout(left) {
                Ok(bytes) => {
                    from = (self.heard.len() + 1).saturating_sub(longest);
                    self.heard.extend(bytes);
                }
                Err(error) => {
                    let said = String::from_utf8_lossy(&self.heard);
                    let end = String::from_utf8_lossy(ends[ends.len() - 1]);
                    let why = match error {
                        RecvTimeoutError::Timeout => format!("within {:?}", self.limit),
                        RecvTimeoutError::Disconnected => "before the connection ended".into(),
                    };
                    bail!("the board did not write {end:?} {why}, only {said:?}");
                }
            }
        }
    }

    /// Sends a line and waits for its echo.
    fn begin(&mut self, line: &str) -> Result<()> {
        self.send(format!("{line}\r").as_bytes())?;
        self.until(format!("{line}\r\n").as_bytes())?;
        // An answer of no lines has the prompt right away.
        self.heard.splice(..0, *b"\r\n");
        Ok(())
    }

    /// Forgets all that has come until nothing comes for so long.
    fn drain(&mut self, silence: Duration) {
        while self.input.recv_timeout(silence).is_ok() {}
        self.heard.clear();
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.alive = Arc::new(());
        if let Some(reader) = self.reader.take() {
            // It cannot panic, and there would be nobody to tell.
            let _ = reader.join();
        }
    }
}

/// The code in README.md is compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
