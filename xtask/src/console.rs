//! The application on QEMU: for people to talk to, to run a script, and to see that every board
//! does what its console says.

mod asleep;
mod check;
pub mod display;
mod faults;
mod hang;
mod latents;
mod numbers;
pub mod pico;
pub mod port;
mod screen;
mod script;
mod session;
mod transforms;

use std::io::{Write, stdout};

pub use check::check;
use screen::Monitor;
use script::Sent;
use session::Session;

use crate::boards;
use crate::firmware::Input;
use crate::hardware::Wanted;
use crate::prelude::*;
use crate::room;
use crate::setup;

/// With these an instruction takes a nanosecond of the board's time, so that `bench` counts
/// instructions.
const ICOUNT: &[&str] = &["-icount", "shift=0"];
/// The end of the line by which the board says that it waits for a model.
const SEND: &str = " bytes now\r\n";

/// Talks to the application on a board: what the terminal types, or the commands in `script`, one
/// after the other between semicolons. What the display shows at the end of a script goes to
/// `screen`, a PNG file.
pub fn run(
    wanted: &Wanted,
    script: Option<&str>,
    screen: Option<&Path>,
    icount: bool,
) -> Result<()> {
    let board = wanted.on.board;
    ensure!(
        screen.is_none() || board.name == display::BOARD,
        "--screen: {} has no display in QEMU; {} has one",
        board.name,
        display::BOARD
    );
    let (model, key) = (wanted.model()?, wanted.digits()?);
    let script = script.map(script::read).transpose()?;
    let toolchain = setup::firmware(&[board])?;
    let elf = room::build(toolchain, board, wanted.input(&model, key.as_deref()))?.0;
    let mut arguments = if icount { ICOUNT.to_vec() } else { Vec::new() };
    let Some(script) = script else {
        eprintln!("Ctrl-A X ends QEMU");
        return boards::emulator(board, &arguments, "mon:stdio")?.arg(elf).run();
    };
    let monitor = Monitor::new()?;
    let options = monitor.arguments();
    if screen.is_some() {
        arguments.extend(options.each_ref().map(String::as_str));
    }
    let (mut session, greeting) = session::open(board, &elf, &arguments)?;
    stdout().write_all(&greeting)?;
    play(&mut session, script)?;
    // QEMU runs in this folder too, so it finds the file by the same path.
    screen.map_or(Ok(()), |file| monitor.dump(file, "png"))
}

/// Sends the commands of a script, with their files, and prints the answers.
fn play(session: &mut Session, script: Vec<(&str, Option<Sent>)>) -> Result<()> {
    let mut out = stdout().lock();
    for (line, sent) in script {
        write!(out, "\r\n> {line}\r\n")?;
        match sent {
            Some(Sent::Model(model)) => {
                write!(out, "{}", session.load(&model, |_| ())?.trim_end())?;
            }
            Some(Sent::Image(image)) => out.write_all(&session.image(&image)?)?,
            None => out.write_all(&session.ask(line)?)?,
        }
    }
    Ok(writeln!(out)?)
}

/// Returns the image that the board has drawn, as a file. Its answer ends before the line end that
/// belongs to the prompt.
fn raw(session: &mut Session) -> Result<Vec<u8>> {
    Ok([&session.ask("raw")?[..], b"\r\n"].concat())
}

/// Sends a model, and returns the board's answer.
fn send(session: &mut Session, blob: &[u8]) -> Result<Vec<u8>> {
    session.send_after(&format!("load {}", blob.len()), SEND, blob)
}

/// Builds the application if the model fits.
fn build(toolchain: Toolchain, board: &Board, model: &Path, load: usize) -> Result<PathBuf> {
    Ok(room::build(toolchain, board, Input { load, ..Input::model(model) })?.0)
}

/// Returns the answer to the last of these lines.
pub fn answers(board: &Board, firmware: &Path, asked: &[&str]) -> Result<String> {
    let (mut session, _) = session::open(board, firmware, &[])?;
    let mut answer = Vec::new();
    for line in asked {
        answer = session.ask(line)?;
    }
    Ok(lines(&answer)?.join("\n"))
}

/// Returns the lines of an answer.
fn lines(answer: &[u8]) -> Result<Vec<String>> {
    let text = str::from_utf8(answer).context("an answer that is no text")?;
    ensure!(!text.is_empty(), "no answer");
    Ok(text.trim_end().split("\r\n").map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_of_no_display_is_refused() {
        let board = boards::select_one("microbit").unwrap();
        let error =
            run(&Wanted::new(board, None), Some("7"), Some(Path::new("x.png")), false).unwrap_err();
        assert!(error.to_string().contains("lm3s6965evb has one"), "{error}");
    }
}
