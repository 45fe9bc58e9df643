//! Checks that boards make of an image that is sent to them what the golden vectors say.

use gan_tests::vectors::Images;

use super::{build, raw, session};
use crate::prelude::*;

/// A board with a Cortex-M0, the smallest one, and one with RV32.
pub const BOARDS: &[&str] = &["microbit", "stm32vldiscovery", "riscv32"];

/// A model of each kind, which of its golden images is made, and by which commands.
const MADE: [(&str, usize, &[&str]); 4] = [
    // Nothing is missing, or everything.
    ("v3-mask", 0, &["damage 0 0 0 0", "restore"]),
    ("v3-mask", 1, &["damage 0 0 4 3", "restore"]),
    ("v3-image", 0, &["enlarge"]),
    // The first one's seed is 0, and its label too.
    ("v3-latent-image", 0, &["style 0"]),
];

/// Sends images to a board, and compares what it makes of them.
pub fn check(toolchain: Toolchain, board: &Board) -> Result<()> {
    for (name, index, commands) in MADE {
        let made = one(toolchain, board, name, index, commands);
        made.with_context(|| format!("{name}: {}", commands.join("; ")))?;
    }
    Ok(())
}

fn one(
    toolchain: Toolchain,
    board: &Board,
    name: &str,
    index: usize,
    commands: &[&str],
) -> Result<()> {
    let path = vectors::folder().join(format!("{name}.gan"));
    let blob = Blob::read(&path)?;
    let (crc, shape) = (blob.decode()?.crc(), blob.decode()?.image());
    let images = shell::read(vectors::images_of(&blob)?)?;
    let images = Images::read(&images, crc).map_err(|error| anyhow!("{error}"))?;
    let item = images.iter().nth(index).context("too few golden images")?;
    let elf = build(toolchain, board, &path, 0)?;
    let (mut session, _) = session::open(board, &elf, &[])?;
    session.image(item.image)?;
    for command in commands {
        session.ask(command)?;
    }
    let magic = if shape.channels == 3 { "P6" } else { "P5" };
    let head = format!("{magic}\n{} {}\n255\n", shape.width, shape.height);
    let expected = [head.as_bytes(), item.pixels, b"\r\n"].concat();
    let found = raw(&mut session)?;
    ensure!(found == expected, "expected {expected:?}, got {found:?}");
    Ok(())
}
