//! The three committed tables: boards, and what layers and starts cost on each kernel.

use super::SerialFlash;
use super::table::{self, Row};
use anyhow::{Context, Result, bail};

/// Memories and sizes of each board.
const BOARDS: &str = include_str!("boards.toml");
/// What layers cost on each kernel.
const SPEEDS: &str = include_str!("speeds.toml");
/// What a start costs on each kernel.
const STARTS: &str = include_str!("starts.toml");

/// A board.
#[derive(Debug, Clone)]
pub struct Board {
    /// Its name, as `cargo xtask firmware --board` takes it.
    pub name: String,
    /// Name of the processor core.
    pub core: String,
    /// gan-core's kernel for it.
    pub kernel: String,
    /// The core's clock; none if there is no such board but in QEMU.
    pub megahertz: Option<u32>,
    /// How it reads its flash, if that is a serial one.
    pub serial_flash: Option<SerialFlash>,
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

/// Instructions of a start, for one kernel: before the first image a device compares the CRC of its
/// model, and of a model that comes from elsewhere `decode` looks at every number too.
#[derive(Debug, Clone)]
pub struct Start {
    /// The kernel.
    pub kernel: String,
    /// The core that it was counted on.
    pub core: String,
    /// Instructions of the CRC for each byte of the packed blob.
    pub byte: f64,
    /// Instructions of `decode` for each weight, besides the CRC.
    pub weight: f64,
    /// Cycles for each instruction on that core, as in [`Speed`].
    pub cycles: Option<f64>,
}

/// What computing costs on each kernel.
#[derive(Debug, Clone)]
pub struct Costs {
    /// Of layers.
    pub speeds: Vec<Speed>,
    /// Of a start.
    pub starts: Vec<Start>,
}

impl Costs {
    /// All that was counted.
    ///
    /// # Errors
    ///
    /// None, unless a committed table is damaged.
    pub fn committed() -> Result<Self> {
        Ok(Self { speeds: speeds()?, starts: starts()? })
    }
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
            serial_flash: serial_flash(row)?,
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

/// The five fields of a serial flash, if the board has one.
fn serial_flash(row: &mut Row<'_>) -> Result<Option<SerialFlash>> {
    let Some(megahertz) = row.optional("flash_megahertz")? else { return Ok(None) };
    Ok(Some(SerialFlash {
        megahertz,
        wires: row.number("flash_wires")?,
        fetch: row.number("flash_fetch")?,
        overhead: row.number("flash_overhead")?,
        cache: row.number("flash_cache")?,
    }))
}

/// The board of this name.
///
/// # Errors
///
/// There is none; the error names those that there are.
pub fn board(name: &str) -> Result<Board> {
    let boards = boards()?;
    match boards.iter().find(|board| board.name == name) {
        Some(board) => Ok(board.clone()),
        None => {
            let names: Vec<_> = boards.iter().map(|board| &*board.name).collect();
            bail!("--board {name}: no such board; there are {}", names.join(", "))
        }
    }
}

fn speeds() -> Result<Vec<Speed>> {
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

fn starts() -> Result<Vec<Start>> {
    table(STARTS, "start", |row| {
        Ok(Start {
            kernel: row.word("kernel")?,
            core: row.word("core")?,
            byte: row.number("byte")?,
            weight: row.number("weight")?,
            cycles: row.optional("cycles")?,
        })
    })
    .context("fit/starts.toml")
}

fn table<T>(text: &str, kind: &str, read: fn(&mut Row<'_>) -> Result<T>) -> Result<Vec<T>> {
    let rows = table::rows(text, kind)?.into_iter().enumerate().map(|(index, mut row)| {
        let value = read(&mut row).and_then(|value| row.end().map(|()| value));
        value.with_context(|| format!("[[{kind}]] number {index}"))
    });
    rows.collect()
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
        assert_eq!(boards.iter().filter(|board| board.serial_flash.is_some()).count(), 3);
        for (board, row) in boards.iter().zip(&rows) {
            for (word, name) in
                [(&board.name, "name"), (&board.core, "core"), (&board.kernel, "kernel")]
            {
                assert_eq!(Some(word.as_str()), row[name].as_str());
            }
            let megahertz = row.get("megahertz").map(|_| whole(row, "megahertz") as u32);
            assert_eq!(board.megahertz, megahertz);
            let serial = row.get("flash_megahertz").map(|megahertz| SerialFlash {
                megahertz: megahertz.as_float().unwrap(),
                wires: whole(row, "flash_wires"),
                fetch: whole(row, "flash_fetch"),
                overhead: whole(row, "flash_overhead"),
                cache: whole(row, "flash_cache"),
            });
            assert_eq!(board.serial_flash, serial);
            let sizes =
                [board.flash, board.ram, board.code, board.float, board.int4, board.statics];
            let names = ["flash", "ram", "code", "float", "int4", "statics"];
            assert_eq!(sizes, names.map(|name| whole(row, name)), "{}", board.name);
        }
        let rows = parsed(STARTS, "start");
        let starts = starts().unwrap();
        assert_eq!(starts.len(), rows.len());
        assert!(starts.len() > 3);
        for (start, row) in starts.iter().zip(&rows) {
            for (word, name) in [(&start.kernel, "kernel"), (&start.core, "core")] {
                assert_eq!(Some(word.as_str()), row[name].as_str());
            }
            let real = |name: &str| row.get(name).map(|value| value.as_float().unwrap());
            assert_eq!(
                [Some(start.byte), Some(start.weight), start.cycles],
                ["byte", "weight", "cycles"].map(real)
            );
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
