//! Whether a model fits a board, and how long an image takes there.
//!
//! Both from what was measured and committed: `fit/boards.toml`, memories and the linked
//! application's size without a model (`cargo xtask size --update` writes it), and
//! `fit/speeds.toml`, instructions of a layer, fitted to the counts in docs/performance.md (`cargo
//! xtask count --update`).

mod table;

use crate::blob_file::BlobFile;
use anyhow::{Context, Result, bail};
use gan_core::memory::Rooms;
use gan_core::{Element, Generator, Packing};
use table::Row;

/// Memories and sizes of each board.
const BOARDS: &str = include_str!("fit/boards.toml");
/// What layers cost on each kernel.
const SPEEDS: &str = include_str!("fit/speeds.toml");

/// A board.
#[derive(Debug, Clone)]
pub struct Board {
    /// Its name, as `cargo xtask firmware --board` takes it.
    pub name: String,
    /// What computes.
    pub core: String,
    /// gan-core's kernel for it.
    pub kernel: String,
    /// The core's clock; none if there is no such board but in QEMU.
    pub megahertz: Option<u32>,
    /// Bytes of flash that firmware may use.
    pub flash: u64,
    /// Bytes of RAM besides the stack.
    pub ram: u64,
    /// Bytes of the application without a model.
    pub code: u64,
    /// Bytes more for a model with float layers.
    pub float: u64,
    /// Bytes more for a model with layers of half bytes.
    pub int4: u64,
    /// Bytes of the application's own statics.
    pub statics: u64,
}

/// Instructions of a layer, for one kernel and type of weights: `mac` for each multiply-accumulate,
/// `row` for each output, and `layer`. Outputs and inputs are counted as the packing has them, in
/// whole groups and blocks.
#[derive(Debug, Clone)]
pub struct Speed {
    /// The kernel.
    pub kernel: String,
    /// `i8` or `i4`.
    pub element: String,
    /// The core that it was counted on.
    pub core: String,
    /// Instructions for each multiply-accumulate.
    pub mac: f64,
    /// Instructions for each output.
    pub row: f64,
    /// Instructions for the layer.
    pub layer: f64,
    /// Cycles for each instruction on that core, by the costs in its manual; none for a core whose
    /// manual has no such costs.
    pub cycles: Option<f64>,
}

/// Every board.
///
/// # Errors
///
/// None, unless the committed table is damaged.
pub fn boards() -> Result<Vec<Board>> {
    table(BOARDS, "board", |row| {
        Ok(Board {
            name: row.word("name")?,
            core: row.word("core")?,
            kernel: row.word("kernel")?,
            megahertz: row.optional("megahertz")?,
            flash: row.number("flash")?,
            ram: row.number("ram")?,
            code: row.number("code")?,
            float: row.number("float")?,
            int4: row.number("int4")?,
            statics: row.number("statics")?,
        })
    })
    .context("fit/boards.toml")
}

/// Every kernel's speed.
///
/// # Errors
///
/// None, unless the committed table is damaged.
pub fn speeds() -> Result<Vec<Speed>> {
    table(SPEEDS, "speed", |row| {
        Ok(Speed {
            kernel: row.word("kernel")?,
            element: row.word("element")?,
            core: row.word("core")?,
            mac: row.number("mac")?,
            row: row.number("row")?,
            layer: row.number("layer")?,
            cycles: row.optional("cycles")?,
        })
    })
    .context("fit/speeds.toml")
}

fn table<T>(text: &str, kind: &str, read: fn(&mut Row<'_>) -> Result<T>) -> Result<Vec<T>> {
    let rows = table::rows(text, kind)?.into_iter().enumerate().map(|(index, mut row)| {
        let value = read(&mut row).and_then(|value| row.end().map(|()| value));
        value.with_context(|| format!("[[{kind}]] number {index}"))
    });
    rows.collect()
}

/// What a model takes of a board.
#[derive(Debug, Clone)]
pub struct Fit {
    /// The board.
    pub board: Board,
    /// Bytes of flash: the application and the model, packed for the board's kernel.
    pub flash: u64,
    /// Bytes of RAM: the application's statics and the model's buffers.
    pub ram: u64,
    /// Instructions of an image, if its kinds of layers were counted for this kernel.
    pub instructions: Option<u64>,
    /// Milliseconds of an image: the instructions by the cycles that the core's manual gives them,
    /// or one each.
    pub milliseconds: Option<f64>,
}

impl Fit {
    /// A model on a board.
    ///
    /// # Errors
    ///
    /// A kernel that this gan-core does not know.
    pub fn new(board: &Board, generator: &Generator<'_>, speeds: &[Speed]) -> Result<Self> {
        let Some(packing) = Packing::of_kernel(&board.kernel) else {
            bail!("{}: kernel {:?}", board.name, board.kernel)
        };
        let packed = BlobFile::from(generator.packed(packing)?);
        let packed = packed.decode()?;
        let has = |wanted: &str| {
            generator.header().layers.iter().any(|spec| spec.element.name() == wanted)
        };
        let extra =
            if has("f32") { board.float } else { 0 } + if has("i4") { board.int4 } else { 0 };
        let layers = packed.header().layers.iter().map(|spec| {
            let speed = speeds.iter().find(|speed| {
                speed.kernel == board.kernel && speed.element == spec.element.name()
            })?;
            // Whole blocks and groups, as the kernel runs them.
            let outputs = usize::from(spec.outputs).next_multiple_of(spec.packing.group()) as f64;
            let inputs = spec.padded_inputs() as f64;
            // A layer that its kernel cannot run, in rows, is slower than what was counted.
            let counted = !(spec.element == Element::I8
                && spec.packing == Packing::Rows
                && packing != Packing::Rows);
            let cycles = speed.cycles.filter(|_| is_core(&board.core, &speed.core)).unwrap_or(1.0);
            let instructions = speed.layer + outputs * (speed.row + inputs * speed.mac);
            counted.then_some((instructions, instructions * cycles))
        });
        let work = layers.collect::<Option<Vec<_>>>();
        let sum = |part: fn(&(f64, f64)) -> f64| {
            work.as_ref().map(|layers| layers.iter().map(part).sum::<f64>())
        };
        let (instructions, cycles) = (sum(|layer| layer.0), sum(|layer| layer.1));
        Ok(Self {
            board: board.clone(),
            flash: board.code + extra + packed.encoded_len() as u64,
            ram: board.statics + Rooms::of(&packed, false).bytes() as u64,
            instructions: instructions.map(|instructions| instructions.round() as u64),
            milliseconds: cycles
                .zip(board.megahertz)
                .map(|(cycles, megahertz)| cycles / f64::from(megahertz) / 1000.0),
        })
    }

    /// Whether there is room for it.
    pub fn fits(&self) -> bool {
        self.flash <= self.board.flash && self.ram <= self.board.ram
    }
}

/// Whether a board's core is `core`, or one like it: a Cortex-M4F is a Cortex-M4, and a Cortex-M33
/// is no Cortex-M3.
fn is_core(board: &str, core: &str) -> bool {
    board
        .strip_prefix(core)
        .is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use toml::{Table, Value};

    /// The tables as a whole TOML parser reads them.
    fn parsed(text: &str, kind: &str) -> Vec<Table> {
        let mut file: Table = toml::from_str(text).unwrap();
        let rows: Vec<Value> = file.remove(kind).unwrap().try_into().unwrap();
        rows.into_iter().map(|row| row.try_into().unwrap()).collect()
    }

    #[test]
    fn the_tables_are_read_as_any_parser_reads_them() {
        let whole = |row: &Table, name: &str| row[name].as_integer().unwrap() as u64;
        let rows = parsed(BOARDS, "board");
        let boards = boards().unwrap();
        assert_eq!(boards.len(), rows.len());
        assert!(boards.len() > 10);
        for (board, row) in boards.iter().zip(&rows) {
            for (word, name) in
                [(&board.name, "name"), (&board.core, "core"), (&board.kernel, "kernel")]
            {
                assert_eq!(Some(word.as_str()), row[name].as_str());
            }
            let megahertz = row.get("megahertz").map(|_| whole(row, "megahertz") as u32);
            assert_eq!(board.megahertz, megahertz);
            let sizes =
                [board.flash, board.ram, board.code, board.float, board.int4, board.statics];
            let names = ["flash", "ram", "code", "float", "int4", "statics"];
            assert_eq!(sizes, names.map(|name| whole(row, name)), "{}", board.name);
        }
        let rows = parsed(SPEEDS, "speed");
        let speeds = speeds().unwrap();
        assert_eq!(speeds.len(), rows.len());
        assert!(speeds.len() > 5);
        for (speed, row) in speeds.iter().zip(&rows) {
            for (word, name) in
                [(&speed.kernel, "kernel"), (&speed.element, "element"), (&speed.core, "core")]
            {
                assert_eq!(Some(word.as_str()), row[name].as_str());
            }
            let real = |name: &str| row.get(name).map(|value| value.as_float().unwrap());
            assert_eq!(
                [Some(speed.mac), Some(speed.row), Some(speed.layer), speed.cycles],
                ["mac", "row", "layer", "cycles"].map(real)
            );
        }
    }
}
