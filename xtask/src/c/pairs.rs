//! gan-c/qemu/pairs.c, a program that prints digests of many images, on the host and in QEMU.

use super::program::{self, Core};
use super::{build, export, scratch};
use crate::boards;
use crate::prelude::*;

const PROGRAM: &str = "gan-c/qemu/pairs.c";
/// 100,000 images of digits8 take a Cortex-M0 of QEMU's ten seconds.
const LIMIT: Duration = Duration::from_secs(1200);

/// Returns what the program prints on the host about this many images of a model, and about the
/// first of them.
pub fn on_host(model: &Path, counts: [u32; 2]) -> Result<String> {
    let library = build(Toolchain::Rustup, None)?;
    let folder = folder("host", model, "any", counts)?;
    Ok(program::on_host(PROGRAM, &folder, &library)?.join("\n"))
}

/// Returns the same of a core in QEMU.
pub fn in_qemu(
    toolchain: Toolchain,
    core: &Core,
    model: &Path,
    counts: [u32; 2],
) -> Result<String> {
    let library = build(toolchain, Some(core.target))?;
    let folder = folder(core.target, model, core.name, counts)?;
    Ok(program::in_qemu(core, PROGRAM, &folder, &library, LIMIT)?.join("\n"))
}

/// Returns the cores that it runs on, with the board of QEMU's.
pub fn cores() -> Result<Vec<(&'static Core, &'static Board)>> {
    let boards = program::CORES.iter().map(|core| Ok((core, boards::select_one(core.board)?)));
    boards.collect()
}

/// Writes the model's source and `pairs.h` into a folder.
fn folder(place: &str, model: &Path, core: &str, [first, count]: [u32; 2]) -> Result<PathBuf> {
    let folder = scratch(&format!("pairs-{place}"))?;
    export(&model.to_string_lossy(), core, &folder)?;
    let counts = format!("#define PAIRS_FIRST {first}u\n#define PAIRS_COUNT {count}u\n");
    fs::write(folder.join("pairs.h"), counts)?;
    Ok(folder)
}
