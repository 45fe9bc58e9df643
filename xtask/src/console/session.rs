//! A conversation with the application in an emulator, whose standard input and output are the
//! serial port.

use std::process::{Child, Stdio};

pub use gan_serial::Session;

use crate::boards;
use crate::prelude::*;
use crate::qemu::KillOnDrop;

/// Starts the firmware in QEMU and waits for its first prompt. Returns what it said until then.
pub fn open(board: &Board, firmware: &Path, arguments: &[&str]) -> Result<(Session, Vec<u8>)> {
    start(emulator(board, firmware, arguments)?)
}

/// Returns the command that runs the firmware in QEMU.
pub fn emulator(board: &Board, firmware: &Path, arguments: &[&str]) -> Result<Command> {
    let arguments = [&["-monitor", "none"], arguments].concat();
    let mut qemu = boards::emulator(board, &arguments, "stdio")?;
    qemu.arg(firmware);
    Ok(qemu)
}

/// Starts any emulator whose standard input and output are the serial port, and waits for the first
/// prompt. Returns what it said until then.
pub fn start(emulator: Command) -> Result<(Session, Vec<u8>)> {
    let mut session = attach(emulator)?;
    let greeting = session.greeting()?;
    Ok((session, greeting))
}

/// Starts an emulator whose firmware may have no prompt. It ends with the conversation.
pub fn attach(emulator: Command) -> Result<Session> {
    attach_with(emulator, |_| ()).map(|(session, ())| session)
}

/// The same, and returns what `look` returns of the emulator's process.
pub fn attach_with<T>(
    mut emulator: Command,
    look: impl FnOnce(&Child) -> T,
) -> Result<(Session, T)> {
    let mut process = KillOnDrop::start(emulator.stdin(Stdio::piped()).stdout(Stdio::piped()))?;
    let seen = look(&process.0);
    let to = process.0.stdin.take().context("no way to write to the emulator")?;
    let from = process.0.stdout.take().context("no way to read from the emulator")?;
    Ok((Session::new(from, to, process), seen))
}
