//! A conversation with the application's console, over the serial port that QEMU connects to its
//! standard input and output.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::boards::Board;
use crate::qemu::KillOnDrop;

/// Far more than any command takes, on a busy machine as well.
const LIMIT: Duration = Duration::from_secs(60);
/// What the console writes when it is done with a line.
const PROMPT: &[u8] = b"\r\n> ";

/// The conversation. QEMU ends with it.
pub struct Session {
    _qemu: KillOnDrop,
    input: ChildStdin,
    output: Receiver<Vec<u8>>,
    /// All that the board said since the last answer was taken.
    heard: Vec<u8>,
}

impl Session {
    /// Starts the firmware and waits for its first prompt. Returns what it said until then.
    pub fn open(board: &Board, firmware: &Path, arguments: &[&str]) -> Result<(Self, Vec<u8>)> {
        let (program, emulator) = board.emulator("stdio")?;
        let mut qemu = Command::new(program);
        qemu.args(["-monitor", "none"]).args(arguments).args(emulator).arg(firmware);
        Self::start(qemu)
    }

    /// The same with any emulator whose standard input and output are the serial port.
    pub fn start(emulator: Command) -> Result<(Self, Vec<u8>)> {
        let mut session = Self::attach(emulator)?;
        let greeting = session.until(PROMPT)?;
        Ok((session, greeting))
    }

    /// Starts an emulator whose firmware may have no prompt.
    pub fn attach(mut emulator: Command) -> Result<Self> {
        let program = emulator.get_program().to_string_lossy().into_owned();
        emulator.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut qemu = KillOnDrop(
            emulator
                .spawn()
                .with_context(|| format!("cannot run {program}; try `cargo xtask setup`"))?,
        );
        let input = qemu.0.stdin.take().context("no way to write to QEMU")?;
        let mut from = qemu.0.stdout.take().context("no way to read from QEMU")?;
        let (sender, output) = mpsc::channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(len @ 1..) = from.read(&mut bytes) {
                if sender.send(bytes[..len].to_vec()).is_err() {
                    break;
                }
            }
        });
        Ok(Self { _qemu: qemu, input, output, heard: Vec::new() })
    }

    /// Sends a line and returns the answer: all from after the line's echo up to the next prompt.
    pub fn ask(&mut self, line: &str) -> Result<Vec<u8>> {
        self.send(format!("{line}\r").as_bytes())?;
        self.until(format!("{line}\r\n").as_bytes())?;
        // An answer of no lines has the prompt right away.
        self.heard.splice(..0, *b"\r\n");
        let answer = self.until(PROMPT)?;
        Ok(answer.strip_prefix(b"\r\n").unwrap_or(&answer).to_vec())
    }

    /// Sends a line that is followed by bytes, once the board has announced that it takes them with
    /// `announced`.
    pub fn send_after(&mut self, line: &str, announced: &str, bytes: &[u8]) -> Result<Vec<u8>> {
        self.send(format!("{line}\r").as_bytes())?;
        self.until(announced.as_bytes())?;
        self.send(bytes)?;
        self.until(PROMPT)
    }

    /// Sends bytes.
    pub fn send(&mut self, bytes: &[u8]) -> Result<()> {
        self.input
            .write_all(bytes)
            .and_then(|()| self.input.flush())
            .context("QEMU does not listen")
    }

    /// All up to and without `end`.
    pub fn until(&mut self, end: &[u8]) -> Result<Vec<u8>> {
        let start = Instant::now();
        loop {
            if let Some(at) = self.heard.windows(end.len()).position(|window| window == end) {
                let rest = self.heard.split_off(at + end.len());
                let mut said = std::mem::replace(&mut self.heard, rest);
                said.truncate(at);
                return Ok(said);
            }
            let left = LIMIT.saturating_sub(start.elapsed());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.heard.extend(bytes),
                Err(error) => {
                    let said = String::from_utf8_lossy(&self.heard);
                    let why = if error == RecvTimeoutError::Timeout {
                        "within the time limit"
                    } else {
                        "before QEMU ended"
                    };
                    bail!("no {:?} {why}, only: {said}", String::from_utf8_lossy(end));
                }
            }
        }
    }
}
