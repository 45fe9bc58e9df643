//! The Pico's programs in rp2040js, an emulator of the RP2040 that Node.js runs. They are run where
//! npm is, and reported as skipped where it is not.

use gan_core::image::glyph;

use super::check::{commands, conversation};
use super::{Session, lines, session};
use crate::blob::Maker;
use crate::boards;
use crate::firmware::{self, Display, Input};
use crate::prelude::*;
use crate::uf2;

/// The emulator. Its script, `boards/rp/emulate.mjs`, mends what this version does otherwise than
/// the chip.
pub const VERSION: &str = "rp2040js@1.4.1";
/// The digits that are asked of the program `digit`.
const KEYS: &str = "7310";

/// Has the same conversation as with the boards in QEMU, over the UART and over USB serial, and
/// compares the images with the host's. The clock is checked by the emulator's script. No display
/// is connected, which firmware that looks for an SSD1306 has to notice and that for an ST7789
/// cannot: both are asked for one image. Then the example `digit`.
pub fn check(toolchain: Toolchain, emulator: &Path) -> Result<()> {
    let board = boards::select_one("pico")?;
    let model = vectors::default_model()?;
    let blob = Blob::read(&model)?;
    let run = |program: &str, input: Input<'_>, port: Option<&str>| -> Result<Command> {
        let elf = fs::read(firmware::build(toolchain, board, program, input)?)?;
        let file = shell::scratch("")?.join(format!("pico-{program}.uf2"));
        fs::write(&file, uf2::of_elf(&elf, board.uf2.context("pico: no uf2")?)?)?;
        let mut node = Command::new("node");
        node.arg(boards::folder(board).join("emulate.mjs")).arg(emulator).arg(file).args(port);
        Ok(node)
    };
    let displays = Display::ALL.map(Some);
    for display in [None].into_iter().chain(displays) {
        let node = run("digits", Input { display, ..Input::model(&model) }, Some("uart"))?;
        let (mut session, greeting) = session::start(node)?;
        if display.is_none() {
            conversation(&mut session, &greeting, board, &blob)?;
        } else {
            // The emulator takes half a minute for all of it.
            let drawn = lines(&session.ask("3")?)?;
            let is_there = drawn.iter().any(|line| line.starts_with("label 3, seed 0, "));
            ensure!(is_there, "the answer to 3: {drawn:?}");
        }
        let display = match display {
            None => "",
            Some(Display::Oled) => ", looking for an SSD1306,",
            Some(Display::St7789) => ", drawing on an ST7789,",
        };
        println!("console pico{display} over the UART in {VERSION}: as expected");
    }
    let node = run("digits", Input::model(&model), None)?;
    over_usb(&mut session::attach(node)?, board, &blob).context("USB serial")?;
    println!("console pico over USB serial in {VERSION}: as expected");
    let mut again = session::attach(run("digits", Input::model(&model), Some("again"))?)?;
    for time in ["first", "second"] {
        again
            .until(format!("model   {}", blob.stem()).as_bytes())
            .with_context(|| format!("the USB port opened the {time} time"))?;
    }
    digit(run("digit", Input::model(&model), None)?, &blob).context("digit")?;
    println!("digit pico over USB serial in {VERSION}: as expected");
    session::attach(run("digits", Input::model(&model), Some("led"))?)?
        .until(b"on\noff\non\noff\n")
        .context("the LED does not blink")?;
    // Both happen while the UART is still sending the greeting.
    for (fault, told) in [
        ("panic", ["panic at ", "src/fatal.rs:", ": planted\r\n"]),
        ("overflow", ["hard fault: ", "the stack has overflowed", "\r\n"]),
    ] {
        let node =
            run("digits", Input { planted: Some(fault), ..Input::model(&model) }, Some("uart"))?;
        let mut session = session::attach(node)?;
        session.until(format!("\r\n{}: ", board.name).as_bytes())?;
        for part in told {
            session
                .until(part.as_bytes())
                .with_context(|| format!("a planted fault, {fault}, is not told"))?;
        }
    }
    let node =
        run("digits", Input { planted: Some("hang"), ..Input::model(&model) }, Some("hang"))?;
    let (mut session, _) = session::start(node)?;
    session.until(b"reset by the watchdog").context("the watchdog does not end a planted hang")?;
    println!(
        "console pico in {VERSION}: tells a panic and a stack that has overflowed, and its \
         watchdog ends a hang"
    );
    Ok(())
}

/// A terminal that opens the port sees what runs, perhaps after the rest of an image that was being
/// drawn, and can type.
fn over_usb(session: &mut Session, board: &Board, blob: &Blob) -> Result<()> {
    session
        .until(format!("model   {}", blob.stem()).as_bytes())
        .context("what runs is not said to a terminal that opens it")?;
    session.until(b"\r\n> ")?;
    commands(session, board, blob).map(|_| ())
}

/// Checks that each key is answered by its digit: the seed's next image, line by line.
fn digit(node: Command, blob: &Blob) -> Result<()> {
    let (mut maker, mut sampler) = (Maker::new(blob)?, gan_core::LatentSampler::new(0));
    let mut session = session::attach(node)?;
    for key in KEYS.chars() {
        let label = key.to_digit(10).and_then(|label| u16::try_from(label).ok());
        let pixels = maker.next(&mut sampler, label)?;
        let line = |line: &[u8]| line.iter().map(|&ink| glyph(ink)).collect::<String>() + "\r\n";
        let picture: String = pixels.chunks(maker.generator.line_len()).map(line).collect();
        session.send(key.to_string().as_bytes())?;
        let before = session.until(picture.as_bytes())?;
        ensure!(before.is_empty(), "before the digit {key}: {}", String::from_utf8_lossy(&before));
    }
    Ok(())
}
