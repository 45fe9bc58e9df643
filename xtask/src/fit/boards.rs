//! Writes and checks `boards.toml` of gan-tools: the memories of each board, and the size of the
//! linked application without a model.

use gan_core::memory::Rooms;
use gan_core::{Element, OutputKind};
use serde::{Deserialize, Serialize};

use super::{is_right, read, write};
use crate::boards;
use crate::firmware::{self, Input, Needs};
use crate::prelude::*;
use crate::sections;

const FILE: &str = "boards.toml";

/// Bytes that the linker may lose between sections of another length.
const ALIGNED: u64 = 32;

/// A smaller size is no mistake, but the table should not stay behind for long.
const STALE_PERCENT: u64 = 2;

/// The contents of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// The version of the compiler that linked the application.
    compiler: String,
    board: Vec<Row>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    core: String,
    kernel: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    megahertz: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flash_megahertz: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flash_wires: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flash_fetch: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flash_overhead: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flash_cache: Option<u64>,
    flash: u64,
    ram: u64,
    code: u64,
    float: u64,
    int4: u64,
    statics: u64,
}

/// Links the application for these boards and writes their rows of the table. The others stay, if
/// the same compiler linked them.
pub fn update(toolchain: Toolchain, some: &[&Board]) -> Result<()> {
    let (old, mut now) = (read::<Table>(FILE)?, measure(toolchain, some)?);
    ensure!(
        some.len() == boards::all().len() || old.compiler == now.compiler,
        "the table is of {}, this is {}: --update without --board",
        old.compiler,
        now.compiler
    );
    let kept = |row: &Row| now.board.iter().all(|new| new.name != row.name);
    let kept: Vec<_> = old.board.into_iter().filter(kept).collect();
    now.board.extend(kept);
    let place = |row: &Row| boards::all().iter().position(|board| board.name == row.name);
    now.board.retain(|row| place(row).is_some() || boards::is_skipped(&row.name));
    now.board.sort_by_key(|row| place(row).unwrap_or(usize::MAX));
    write(FILE, "size", &now)
}

/// Returns the flash and the RAM, besides the stack, that the application takes of a board with
/// this model of bytes and images, by the table: each is the most of many models.
pub fn taken(board: &Board, blob: &Blob) -> Result<(u64, u64)> {
    let table = read::<Table>(FILE)?;
    let row = table.board.iter().find(|row| row.name == board.name);
    let row = row.with_context(|| format!("{}: not in {FILE}", board.name))?;
    let packed = blob.pack_for(board)?;
    let buffers = Rooms::of(&packed.decode()?, false).bytes() as u64;
    Ok((row.code + packed.bytes().len() as u64, row.statics + buffers))
}

/// Links the application for each board and compares.
pub fn check(toolchain: Toolchain) -> Result<()> {
    let (old, now) = (read::<Table>(FILE)?, measure(toolchain, &boards::all())?);
    let mut wrong = Vec::new();
    for row in &now.board {
        match old.board.iter().find(|old| old.name == row.name) {
            Some(old) if is_covered(old, row) => {}
            Some(old) => wrong.push(format!("{}: {row:?}\n  in the table: {old:?}", row.name)),
            None => wrong.push(format!("{}: not in the table", row.name)),
        }
    }
    wrong.extend(
        old.board
            .iter()
            .filter(|old| now.board.iter().all(|row| row.name != old.name))
            .filter(|old| !boards::is_skipped(&old.name))
            .map(|old| format!("{}: no such board", old.name)),
    );
    if is_right("size", FILE, &wrong, [&old.compiler, &now.compiler])? {
        println!("size: {} boards as in gan-tools/src/fit/{FILE}", now.board.len());
    }
    Ok(())
}

/// Returns whether what the table says of a board is still true: all that is measured now fits in
/// it, and not with much to spare.
fn is_covered(old: &Row, now: &Row) -> bool {
    let sizes = |row: &Row| [row.code, row.code + row.float, row.code + row.int4, row.statics];
    let close = |(old, now): (u64, u64)| now <= old && 100 * now >= (100 - STALE_PERCENT) * old;
    let board = |row: &Row| Row { code: 0, float: 0, int4: 0, statics: 0, ..row.clone() };
    board(old) == board(now) && sizes(old).into_iter().zip(sizes(now)).all(close)
}

fn measure(toolchain: Toolchain, some: &[&Board]) -> Result<Table> {
    let row = |board| row(toolchain, board).with_context(|| board.name.clone());
    Ok(Table { compiler: toolchain.version()?, board: boards::by_package(some, row)? })
}

fn row(toolchain: Toolchain, board: &Board) -> Result<Row> {
    let synthetic = |stem: &str| vectors::folder().join(format!("{stem}.gan"));
    // Returns the bytes of code and of statics besides those of the model.
    let of = |model: &Path| -> Result<(u64, u64)> {
        let blob = Blob::read(model)?;
        let size =
            sections::of(&firmware::build(toolchain, board, "digits", Input::model(model))?)?;
        let packed = blob.pack_for(board)?;
        let buffers = Rooms::of(&packed.decode()?, false).bytes() as u64;
        Ok((size.flash() - packed.bytes().len() as u64, size.ram().saturating_sub(buffers)))
    };
    // What a model does not use is not linked, and the linker aligns. So the row is the largest of
    // many models. The synthetic ones have what others have not.
    let mut paths: Vec<_> = ["v1-wide-range", "v1-float", "v2-int4"].map(synthetic).into();
    // A HAL takes long to link, and rounding its size up covers what other models align.
    let ours = board.package.is_none();
    if ours {
        paths.extend(gan_tests::make::models(&root())?);
    } else {
        paths.push(vectors::default_model()?);
    }
    let rounded = |bytes: u64| if ours { bytes } else { bytes.next_multiple_of(ALIGNED) };
    let (mut bytes, mut float, mut int4, mut statics) = (0, 0, 0, 0);
    for path in paths {
        let blob = Blob::read(&path)?;
        // gan-tools/src/fit.rs has what models of images and of numbers take besides.
        let is_plain = blob.kind()? == (false, OutputKind::Image);
        let needed = Needs::of(board, &blob)?.blob;
        if !is_plain || firmware::misfit(board, needed, 0).is_some() {
            continue;
        }
        let (code, besides) = of(&path)?;
        let has = |wanted: fn(&Element) -> bool| -> Result<bool> {
            Ok(blob.decode()?.header().layers.iter().any(|spec| wanted(&spec.element)))
        };
        let largest = if has(|element| matches!(element, Element::F32))? {
            &mut float
        } else if has(|element| matches!(element, Element::I4 { .. }))? {
            &mut int4
        } else {
            &mut bytes
        };
        *largest = code.max(*largest);
        statics = statics.max(besides);
    }
    Ok(Row {
        name: board.name.clone(),
        core: board.core.clone(),
        kernel: board.kernel.clone(),
        megahertz: board.megahertz,
        flash_megahertz: board.serial_flash.map(|flash| flash.megahertz),
        flash_wires: board.serial_flash.map(|flash| flash.wires),
        flash_fetch: board.serial_flash.map(|flash| flash.fetch),
        flash_overhead: board.serial_flash.map(|flash| flash.overhead),
        flash_cache: board.serial_flash.map(|flash| flash.cache),
        flash: board.flash.length,
        ram: board.ram.length,
        code: rounded(bytes),
        float: rounded(float.saturating_sub(bytes)),
        int4: rounded(int4.saturating_sub(bytes)),
        statics: rounded(statics),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_the_table_no_longer_covers() {
        let row =
            |code, float, statics, flash| Row { flash, code, float, statics, ..Row::default() };
        let old = row(10_000, 2_000, 100, 1 << 20);
        assert!(is_covered(&old, &row(9_800, 2_200, 98, 1 << 20)));
        for now in [
            row(10_001, 1_000, 100, 1 << 20),
            row(10_000, 2_001, 100, 1 << 20),
            row(10_000, 2_000, 101, 1 << 20),
            row(9_799, 2_200, 100, 1 << 20),
            row(10_000, 2_000, 100, 1 << 19),
        ] {
            assert!(!is_covered(&old, &now), "{now:?}");
        }
    }
}
