//! The tables in README.md, docs/ and models/ that are generated: of boards from boards.toml and
//! from the sizes that `gan fit` has, of models from the records of `cargo xtask soak`, and of what
//! is claimed.

use std::fmt::Write;

use crate::prelude::*;
use crate::sections::grouped;
use crate::{claims, fit, soak};

/// A page, the name in the two lines between which its table lies, and what makes the table.
type Table = (&'static str, &'static str, fn() -> Result<String>);

const TABLES: [Table; 8] = [
    ("README.md", "boards", || Ok(boards())),
    ("README.md", "models", soak::table),
    ("models/README.md", "models", soak::table),
    ("docs/firmware.md", "memories", || Ok(memories())),
    ("docs/firmware.md", "hals", hals),
    ("docs/adding-a-board.md", "hardware", || Ok(hardware())),
    ("docs/numbers.md", "sizes", sizes),
    ("docs/reliability.md", "claims", claims::table),
];

/// The boards and models of docs/numbers.md.
const SIZES: [(&str, &str); 6] = [
    ("microbit", "digits8"),
    ("microbit", "mnist-small"),
    ("mps2-an386", "digits8"),
    ("mps2-an386", "mnist-large"),
    ("pico", "mnist-large"),
    ("riscv32imc", "digits8"),
];

/// Writes the tables, or compares them.
pub fn run(check: bool) -> Result<()> {
    for (page, name, table) in TABLES {
        let path = root().join(page);
        if check {
            let text = shell::text(&path)?;
            let is_same = text == replaced(&text, name, &table()?).context(page)?;
            ensure!(
                is_same,
                "{page}: the table {name} is not as its data; `cargo xtask tables` writes it"
            );
        } else {
            write(&path, name, &table()?)?;
        }
    }
    Ok(())
}

/// Returns the page with another table of this name.
fn replaced(text: &str, name: &str, table: &str) -> Result<String> {
    let (before, _, after) = split(text, name)?;
    Ok(format!("{before}\n\n{table}\n{after}"))
}

/// Returns a page up to its table of this name, the table, and what is behind it.
pub fn split<'t>(text: &'t str, name: &str) -> Result<(&'t str, &'t str, &'t str)> {
    let [begin, end] = ["begin", "end"].map(|what| format!("<!-- {name}: {what} -->"));
    let from = text.find(&begin).with_context(|| format!("no line {begin}"))? + begin.len();
    let to = from + text[from..].find(&end).with_context(|| format!("no line {end}"))?;
    Ok((&text[..from], &text[from..to], &text[to..]))
}

/// Writes a page with another table of this name.
pub fn write(page: &Path, name: &str, table: &str) -> Result<()> {
    let new = replaced(&shell::text(page)?, name, table).with_context(|| relative(page))?;
    shell::write(page, new.as_bytes())
}

fn boards() -> String {
    let mut table =
        String::from("| board | core | flash | RAM | tested how |\n|---|---|---|---|---|\n");
    for Board { name, core, megahertz, flash, ram, stack, tried, .. } in gan_boards::all() {
        let clock = megahertz.map(|clock| format!(", {clock} MHz")).unwrap_or_default();
        let [flash, ram] = [flash.length, ram.length + stack.length].map(kilobytes);
        let _ = writeln!(table, "| `{name}` | {core}{clock} | {flash} | {ram} | {tried} |");
    }
    table
}

fn memories() -> String {
    let mut table =
        String::from("| board | flash | RAM for statics | stack |\n|---|---|---|---|\n");
    for board in gan_boards::all() {
        let [flash, ram, stack] =
            [board.flash, board.ram, board.stack].map(|region| grouped(region.length));
        let _ = writeln!(table, "| `{}` | {flash} | {ram} | {stack} |", board.name);
    }
    table
}

fn hals() -> Result<String> {
    let mut table = String::from("| board | flash | left | RAM | left |\n|---|---|---|---|---|\n");
    let blob = Blob::read(&vectors::default_model()?)?;
    for board in gan_boards::all().iter().filter(|board| board.package.is_some()) {
        let (flash, ram) = fit::boards::taken(board, &blob)?;
        let left = [board.flash.length - flash, board.ram.length - ram];
        let [flash, flash_left, ram, ram_left] = [flash, left[0], ram, left[1]].map(grouped);
        let name = &board.name;
        let _ = writeln!(table, "| `{name}` | {flash} | {flash_left} | {ram} | {ram_left} |");
    }
    Ok(table)
}

fn sizes() -> Result<String> {
    let mut table = String::from("| board | core | model | flash | RAM |\n|---|---|---|---|---|\n");
    for (name, model) in SIZES {
        let board = gan_boards::all().iter().find(|board| board.name == name);
        let board = board.with_context(|| format!("no board {name}"))?;
        let blob = Blob::read(&root().join(format!("models/{model}.gan")))?;
        let (flash, ram) = fit::boards::taken(board, &blob)?;
        let ([flash, ram], core) = ([flash, ram].map(grouped), &board.core);
        let _ = writeln!(table, "| `{name}` | {core} | `{model}` | {flash} | {ram} |");
    }
    Ok(table)
}

fn hardware() -> String {
    let mut table = String::from(
        "| board | serial port, 115,200 baud | `--display oled`: data, clock | `--display st7789`: \
         clock, data, CS, D/C | put on it by |\n|---|---|---|---|---|\n",
    );
    for board in gan_boards::all().iter().filter(|board| board.qemu.is_none()) {
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let by = match (&board.espflash, &board.uf2) {
            (Some(_), _) => "espflash",
            (None, Some(_)) => "the UF2 file, or probe-rs",
            (None, None) => "probe-rs",
        };
        let [serial, oled, st7789] = [&board.serial, &board.oled, &board.st7789].map(text);
        let _ = writeln!(table, "| `{}` | {serial} | {oled} | {st7789} | {by} |", board.name);
    }
    table
}

fn kilobytes(bytes: u64) -> String {
    match bytes >> 10 {
        mega if mega >= 1024 && mega % 1024 == 0 => format!("{} MB", mega / 1024),
        kilo => format!("{} KB", grouped(kilo)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pins of displays are those that the packages connect.
    #[test]
    fn pins_are_those_of_the_code() {
        for board in gan_boards::all().iter().filter(|board| board.oled.is_some()) {
            let source = root().join(board.package.as_ref().unwrap()).join("src");
            let files = ["board.rs", "bin/console.rs"].map(|file| shell::text(source.join(file)));
            let code = files.map(Result::unwrap).concat();
            for list in [&board.oled, &board.st7789] {
                let pins = list.as_deref().unwrap().split(':').next().unwrap();
                for pin in pins.split(", ") {
                    let name =
                        pin.replace('.', "_").replace("GP", "PIN_").replace("PIN_IO", "GPIO");
                    let has = |end| code.contains(&format!("chip.{name}{end}"));
                    assert!([")", ",", "."].into_iter().any(has), "{}: {pin}", board.name);
                }
            }
        }
    }

    #[test]
    fn only_what_lies_between_the_lines_is_replaced() {
        let page = "a\n<!-- x: begin -->\n\nold\n\n<!-- x: end -->\nb\n";
        let new = replaced(page, "x", "| new |\n").unwrap();
        assert_eq!(new, "a\n<!-- x: begin -->\n\n| new |\n\n<!-- x: end -->\nb\n");
        assert_eq!(replaced(&new, "x", "| new |\n").unwrap(), new);
        assert!(replaced(page, "y", "").is_err());
        assert_eq!((kilobytes(264 << 10), kilobytes(4 << 20)), ("264 KB".into(), "4 MB".into()));
    }
}
