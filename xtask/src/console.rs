//! The application on QEMU: for people to talk to, to run a script, and to see that every board
//! does what its console says.

mod check;
pub mod display;
mod latents;
mod numbers;
pub mod pico;
mod screen;
mod session;

use std::fs;
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

pub use check::check;
use screen::Monitor;
use session::Session;

use crate::boards::Board;
use crate::firmware::Input;
use crate::room;
use crate::setup::{self, Toolchain};
use crate::{shell, vectors};

/// With these an instruction takes a nanosecond of the board's time, so that `bench` counts
/// instructions.
const ICOUNT: &[&str] = &["-icount", "shift=0"];
/// How the board says that it waits for a model.
const SEND: &str = " bytes now\r\n";

/// Talks to the application on a board: what the terminal types, or the commands in `script`, one
/// after the other between semicolons. What the display shows at the end of a script goes to
/// `screen`, a PNG file.
pub fn run(
    board: &Board,
    model: Option<&Path>,
    script: Option<&str>,
    screen: Option<&Path>,
    load: usize,
    icount: bool,
) -> Result<()> {
    let toolchain = setup::run()?;
    let model = match model {
        Some(path) => path.canonicalize().with_context(|| path.display().to_string())?,
        None => vectors::default_model()?,
    };
    let elf = build(toolchain, board, &model, load)?;
    let mut arguments = if icount { ICOUNT.to_vec() } else { Vec::new() };
    let Some(script) = script else {
        eprintln!("Ctrl-A X ends QEMU");
        let (program, emulator) = board.emulator("mon:stdio")?;
        return shell::run(Command::new(program).args(arguments).args(emulator).arg(elf));
    };
    let monitor = Monitor::new();
    let options = monitor.arguments();
    if screen.is_some() {
        arguments.extend(options.each_ref().map(String::as_str));
    }
    let (mut session, greeting) = Session::open(board, &elf, &arguments)?;
    let mut out = stdout().lock();
    out.write_all(&greeting)?;
    for line in script.split(';').map(str::trim) {
        write!(out, "\r\n> {line}\r\n")?;
        let answer = match line.strip_prefix("load ").filter(|file| file.parse::<u32>().is_err()) {
            Some(file) => send(&mut session, &fs::read(file).with_context(|| file.to_owned())?)?,
            None => session.ask(line)?,
        };
        out.write_all(&answer)?;
    }
    writeln!(out)?;
    // QEMU runs in this folder too.
    screen.map_or(Ok(()), |file| monitor.dump(file, "png"))
}

/// Sends a model; the board's answer.
fn send(session: &mut Session, blob: &[u8]) -> Result<Vec<u8>> {
    session.send_after(&format!("load {}", blob.len()), SEND, blob)
}

/// Builds the application if the model fits.
fn build(toolchain: Toolchain, board: &Board, model: &Path, load: usize) -> Result<PathBuf> {
    Ok(room::build(toolchain, board, Input { load, ..Input::model(model) })?.0)
}

/// The answer to the last of these lines.
pub fn answers(board: &Board, firmware: &Path, asked: &[&str]) -> Result<String> {
    let (mut session, _) = Session::open(board, firmware, &[])?;
    let mut answer = Vec::new();
    for line in asked {
        answer = session.ask(line)?;
    }
    Ok(lines(&answer)?.join("\n"))
}

/// The lines of an answer.
fn lines(answer: &[u8]) -> Result<Vec<String>> {
    let text = str::from_utf8(answer).context("an answer that is no text")?;
    ensure!(!text.is_empty(), "no answer");
    Ok(text.trim_end().split("\r\n").map(str::to_owned).collect())
}
