//! The Pico's firmware in rp2040js, an emulator of the RP2040 that Node.js runs. Not QEMU's work,
//! so it is done where npm is, and said aloud where not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::check::conversation;
use super::session::Session;
use crate::blob::Blob;
use crate::firmware::{self, Input};
use crate::setup::Toolchain;
use crate::{boards, shell, uf2, vectors};

/// Another one may lack what this one has, or find fault with what it does not.
const VERSION: &str = "rp2040js@1.4.1";

/// The folder with the emulator, downloaded if it has to be.
pub fn install() -> Result<PathBuf> {
    let folder = vectors::scratch()?.join(VERSION);
    if !folder.join("node_modules/rp2040js").exists() {
        fs::create_dir_all(&folder)?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"])
            .arg(&folder)
            .arg(VERSION);
        shell::capture(&mut npm)?;
    }
    Ok(folder)
}

/// The same conversation as with the boards in QEMU: the images are the host's. The clock is
/// checked by the emulator's script. No display is connected, and firmware that looks for one has
/// to notice.
pub fn check(toolchain: Toolchain, emulator: &Path) -> Result<()> {
    let board = boards::all().into_iter().find(|board| board.name == "pico").context("no pico")?;
    let model = vectors::default_model()?;
    for oled in [false, true] {
        let elf = fs::read(firmware::build(
            toolchain,
            board,
            "digits",
            Input { oled, ..Input::model(&model) },
        )?)?;
        let file = vectors::scratch()?.join("pico.uf2");
        fs::write(&file, uf2::of_elf(&elf, board.uf2.context("pico: no uf2")?)?)?;
        let mut node = Command::new("node");
        node.arg(boards::firmware_folder().join("emulate/pico.mjs")).arg(emulator).arg(file);
        let (mut session, greeting) = Session::start(node)?;
        conversation(&mut session, &greeting, board, &Blob::read(&model)?)?;
        println!(
            "console pico{} in {VERSION}: as expected",
            if oled { ", looking for a display," } else { "" }
        );
    }
    Ok(())
}
