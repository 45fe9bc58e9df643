//! Runs firmware on QEMU, with a time limit. It reads the exit code and leaves no process behind.

use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;

use crate::boards;
use crate::prelude::*;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The firmware ended it with this code.
    Exit(i32),
    /// QEMU died of a signal, as it does when a core locks up.
    Signal,
    /// Time was up and QEMU was killed.
    Timeout,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exit(code) => write!(f, "exit code {code}"),
            Self::Signal => f.write_str("QEMU ended by a signal"),
            Self::Timeout => f.write_str("no end within the time limit"),
        }
    }
}

/// A run that has ended.
#[derive(Debug)]
pub struct Run {
    /// How the run ended.
    pub end: End,
    /// The lines that the firmware and QEMU wrote, in the order they came.
    pub lines: Vec<String>,
    /// How long the run took.
    pub elapsed: Duration,
}

/// Runs `firmware` on `board` for at most `limit`.
pub fn run(board: &Board, firmware: &Path, limit: Duration) -> Result<Run> {
    run_with(&[], board, firmware, limit)
}

/// [`run`] with more arguments for QEMU.
pub fn run_with(
    arguments: &[&str],
    board: &Board,
    firmware: &Path,
    limit: Duration,
) -> Result<Run> {
    let arguments = [&["-monitor", "none"], arguments].concat();
    let mut qemu = boards::emulator(board, &arguments, "null")?;
    qemu.arg(firmware);
    run_command(qemu, limit)
}

/// Runs any program in this way.
pub fn run_command(mut command: Command, limit: Duration) -> Result<Run> {
    let start = Instant::now();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut qemu = KillOnDrop::start(&mut command)?;

    // The firmware's panics come on standard error.
    let (sender, receiver) = mpsc::channel();
    forward(qemu.0.stdout.take(), sender.clone());
    forward(qemu.0.stderr.take(), sender);

    let mut lines = Vec::new();
    let end = loop {
        let left = limit.saturating_sub(start.elapsed());
        // Asked first, because a queue that is never empty would never time out.
        if left.is_zero() {
            break End::Timeout;
        }
        match receiver.recv_timeout(left) {
            Ok(line) => lines.push(line),
            Err(RecvTimeoutError::Timeout) => break End::Timeout,
            Err(RecvTimeoutError::Disconnected) => break wait(&mut qemu.0, left)?,
        }
    };
    Ok(Run { end, lines, elapsed: start.elapsed() })
}

/// A child that does not outlive its owner, however the owner ends.
pub struct KillOnDrop(pub Child);

impl KillOnDrop {
    /// Starts a program.
    pub fn start(command: &mut Command) -> Result<Self> {
        let started = command.spawn();
        let name = || command.get_program().display().to_string();
        started.map(Self).with_context(|| format!("cannot run {}; try `cargo xtask setup`", name()))
    }
}

impl Drop for KillOnDrop {
    fn drop(&mut self) {
        // Fails only when the child has ended by itself, which is just as well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Sends every line of `from`; the thread ends with it.
fn forward(from: Option<impl Read + Send + 'static>, to: Sender<String>) {
    let Some(from) = from else { return };
    thread::spawn(move || {
        for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
            if to.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                break;
            }
        }
    });
}

/// Waits for a child that has closed its output already, so that it takes a moment at most.
fn wait(child: &mut Child, limit: Duration) -> Result<End> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.code().map_or(End::Signal, End::Exit));
        }
        if start.elapsed() >= limit {
            return Ok(End::Timeout);
        }
        thread::sleep(Duration::from_millis(5));
    }
}
