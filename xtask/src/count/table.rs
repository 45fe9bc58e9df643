//! The table of counts in docs/performance.md: written, and compared with.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};

use super::Record;
use crate::shell;

/// The lines between which the page's table is generated.
const BEGIN: &str = "<!-- `cargo xtask count --update` writes from here -->";
const END: &str = "<!-- to here -->";
const HEADER: &str = "\
| board | kernel | model | MAC | instructions | per MAC | estimated cycles |
|---|---|---|---|---|---|---|
";
/// The words before the compiler's version.
const COMPILER: &str = "Compiled by ";

/// By how many percent a count may rise. The same compiler gives the same counts, so this is for
/// changes of the code that are not worth a line in the table.
const TOLERANCE: u64 = 2;

/// The generated part of the page.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// The version of the compiler that built the firmware.
    pub compiler: String,
    rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    board: String,
    kernel: String,
    model: String,
    macs: u64,
    instructions: u64,
    cycles: Option<u64>,
}

impl Row {
    fn key(&self) -> (&str, &str, &str) {
        (&self.board, &self.kernel, &self.model)
    }
}

impl From<&Record> for Row {
    fn from(record: &Record) -> Self {
        let Record { board, kernel, model, macs, instructions, estimated_cycles, .. } = record;
        let (board, kernel, model) = (board.to_string(), kernel.clone(), model.clone());
        Self {
            board,
            kernel,
            model,
            macs: *macs,
            instructions: *instructions,
            cycles: *estimated_cycles,
        }
    }
}

fn path() -> PathBuf {
    shell::root().join("docs").join("performance.md")
}

impl Table {
    /// Makes the table of what was counted.
    pub fn new(compiler: String, records: &[Record]) -> Self {
        Self { compiler, rows: records.iter().map(Row::from).collect() }
    }

    /// Reads the table in the page.
    pub fn read() -> Result<Self> {
        let text = fs::read_to_string(path()).with_context(|| shell::relative(&path()))?;
        split(&text)
            .and_then(|(_, table, _)| parse(table))
            .with_context(|| shell::relative(&path()))
    }

    /// Writes the table into the page.
    pub fn write(&self) -> Result<()> {
        let text = fs::read_to_string(path()).with_context(|| shell::relative(&path()))?;
        let (before, _, after) = split(&text).with_context(|| shell::relative(&path()))?;
        shell::write(&path(), format!("{before}{}{after}", self.text()).as_bytes())
    }

    fn text(&self) -> String {
        let mut text = format!("\n{COMPILER}{}.\n\n{HEADER}", self.compiler);
        for Row { board, kernel, model, macs, instructions, cycles } in &self.rows {
            let per_mac = *instructions as f64 / *macs as f64;
            let cycles = cycles.map(|cycles| cycles.to_string()).unwrap_or_default();
            text += &format!(
                "| {board} | {kernel} | {model} | {macs} | {instructions} | {per_mac:.3} \
                 | {cycles} |\n"
            );
        }
        text + "\n"
    }

    /// What is worse in `now` than here, or cannot be compared, one line each. `all`: `now` has
    /// every row there should be.
    pub fn regressions(&self, now: &Self, all: bool) -> Vec<String> {
        let mut lines = Vec::new();
        for row in &now.rows {
            let name = format!("{} {} {}", row.board, row.kernel, row.model);
            let Some(old) = self.rows.iter().find(|old| old.key() == row.key()) else {
                lines.push(format!("{name}: not in the table"));
                continue;
            };
            if old.macs != row.macs {
                lines.push(format!("{name}: {} MAC, in the table {}", row.macs, old.macs));
            }
            let cycles =
                old.cycles.zip(row.cycles).map(|(old, new)| ("estimated cycles", old, new));
            for (what, old, new) in
                [Some(("instructions", old.instructions, row.instructions)), cycles]
                    .into_iter()
                    .flatten()
            {
                if 100 * new > (100 + TOLERANCE) * old {
                    let change = new as f64 / old as f64 - 1.0;
                    lines.push(format!(
                        "{name}: {new} {what}, {:.1} % more than the {old} in the table",
                        100.0 * change
                    ));
                }
            }
        }
        let gone =
            self.rows.iter().filter(|old| all && now.rows.iter().all(|row| row.key() != old.key()));
        lines.extend(gone.map(|old| {
            format!("{} {} {}: in the table, but was not counted", old.board, old.kernel, old.model)
        }));
        lines
    }
}

/// What is before the generated part, the part, and what is behind it.
fn split(text: &str) -> Result<(&str, &str, &str)> {
    let begin = text.find(BEGIN).with_context(|| format!("no line {BEGIN}"))? + BEGIN.len() + 1;
    let end = begin
        + text
            .get(begin..)
            .and_then(|rest| rest.find(END))
            .with_context(|| format!("no line {END}"))?;
    Ok((&text[..begin], &text[begin..end], &text[end..]))
}

fn parse(text: &str) -> Result<Table> {
    let Some((head, rows)) = text.split_once(HEADER) else {
        bail!("the table does not begin with\n{HEADER}")
    };
    let compiler = head.trim().strip_prefix(COMPILER).and_then(|rest| rest.strip_suffix('.'));
    let compiler =
        compiler.with_context(|| format!("no `{COMPILER}VERSION.` before the table"))?.into();
    let rows = rows
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| row(line).with_context(|| format!("`{line}`")));
    Ok(Table { compiler, rows: rows.collect::<Result<_>>()? })
}

fn row(line: &str) -> Result<Row> {
    let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
    let &[board, kernel, model, macs, instructions, _, cycles] = cells.as_slice() else {
        bail!("{} cells, expected 7", cells.len())
    };
    ensure!(!board.is_empty() && !kernel.is_empty() && !model.is_empty(), "an empty cell");
    let number = |text: &str, column: &str| {
        text.parse::<u64>().with_context(|| format!("{column}: `{text}` is no number"))
    };
    Ok(Row {
        board: board.into(),
        kernel: kernel.into(),
        model: model.into(),
        macs: number(macs, "MAC")?,
        instructions: number(instructions, "instructions")?,
        cycles: if cycles.is_empty() { None } else { Some(number(cycles, "estimated cycles")?) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[(&str, &str, u64, Option<u64>)]) -> Table {
        let rows = rows.iter().map(|&(board, kernel, instructions, cycles)| Row {
            board: board.into(),
            kernel: kernel.into(),
            model: "A".into(),
            macs: 100,
            instructions,
            cycles,
        });
        Table { compiler: "rustc 1.0.0".into(), rows: rows.collect() }
    }

    #[test]
    fn reads_what_it_writes() {
        let table = table(&[("one", "scalar", 1000, Some(2000)), ("two", "scalar", 999, None)]);
        assert_eq!(parse(&table.text()).unwrap(), table);
        let page = format!("before\n{BEGIN}\nold\n{END}\nafter");
        assert_eq!(
            split(&page).unwrap(),
            (&*format!("before\n{BEGIN}\n"), "old\n", &*format!("{END}\nafter"))
        );
        for (from, to) in [
            ("| 1000 |", "| 1e3 |"),
            ("| one |", "| |"),
            ("| 999 |", "| 999 | 1 |"),
            ("| MAC |", "| mac |"),
            (COMPILER, ""),
        ] {
            let text = table.text();
            assert!(text.contains(from) && parse(&text.replacen(from, to, 1)).is_err(), "{from}");
        }
    }

    #[test]
    fn tells_what_is_worse() {
        let old = table(&[("one", "scalar", 1000, Some(2000)), ("two", "scalar", 1000, None)]);
        let told = |rows, all| old.regressions(&table(rows), all);
        assert!(
            told(&[("one", "scalar", 1020, Some(2040)), ("two", "scalar", 10, None)], true)
                .is_empty()
        );
        assert_eq!(told(&[("one", "scalar", 1021, Some(2041))], false).len(), 2);
        assert_eq!(told(&[("one", "scalar", 1000, Some(2041))], false).len(), 1);
        assert_eq!(
            told(&[("one", "scalar", 1000, Some(2000))], true),
            ["two scalar A: in the table, but was not counted"]
        );
        assert_eq!(told(&[("six", "scalar", 1, None)], false), ["six scalar A: not in the table"]);
        assert_eq!(told(&[("two", "fast", 500, None)], false), ["two fast A: not in the table"]);
    }
}
