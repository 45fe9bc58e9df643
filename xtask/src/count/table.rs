//! The table of counts in docs/performance.md: written, and compared with.

use super::Record;
use crate::prelude::*;
use crate::tables;

/// The page that the table is in.
pub const PAGE: &str = "docs/performance.md";
/// The name in the lines of the page between which the table lies.
const NAME: &str = "counts";
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
    /// The names of the board, the kernel and the model.
    names: [String; 3],
    macs: u64,
    instructions: u64,
    cycles: Option<u64>,
}

impl Table {
    /// Makes the table of what was counted.
    pub fn new(compiler: String, records: &[Record]) -> Self {
        let row = |record: &Record| Row {
            names: [record.board.to_owned(), record.kernel.clone(), record.model.clone()],
            macs: record.macs,
            instructions: record.instructions,
            cycles: record.estimated_cycles,
        };
        Self { compiler, rows: records.iter().map(row).collect() }
    }

    /// Reads the table in the page.
    pub fn read() -> Result<Self> {
        let text = shell::text(root().join(PAGE))?;
        tables::split(&text, NAME).and_then(|(_, table, _)| parse(table)).context(PAGE)
    }

    /// Writes the table into the page.
    pub fn write(&self) -> Result<()> {
        tables::write(&root().join(PAGE), NAME, &self.text())
    }

    fn text(&self) -> String {
        let mut text = format!("{COMPILER}{}.\n\n{HEADER}", self.compiler);
        for Row { names, macs, instructions, cycles } in &self.rows {
            let per_mac = *instructions as f64 / *macs as f64;
            let cycles = cycles.map(|cycles| cycles.to_string()).unwrap_or_default();
            let names = names.join(" | ");
            text += &format!("| {names} | {macs} | {instructions} | {per_mac:.3} | {cycles} |\n");
        }
        text
    }

    /// Returns what is worse in `now` than here, or cannot be compared, one line each. `all`: `now`
    /// has every row there should be.
    pub fn regressions(&self, now: &Self, all: bool) -> Vec<String> {
        let mut lines = Vec::new();
        for row in &now.rows {
            let name = row.names.join(" ");
            let Some(old) = self.rows.iter().find(|old| old.names == row.names) else {
                lines.push(format!("{name}: not in the table"));
                continue;
            };
            if old.macs != row.macs {
                lines.push(format!("{name}: {} MAC, in the table {}", row.macs, old.macs));
            }
            let cycles = old.cycles.zip(row.cycles);
            for (what, counts) in [
                ("instructions", Some((old.instructions, row.instructions))),
                ("estimated cycles", cycles),
            ] {
                let Some((old, new)) = counts else { continue };
                if 100 * new > (100 + TOLERANCE) * old {
                    let more = 100.0 * (new as f64 / old as f64 - 1.0);
                    lines.push(format!(
                        "{name}: {new} {what}, {more:.1} % more than the {old} in the table"
                    ));
                }
            }
        }
        let is_gone = |old: &&Row| all && now.rows.iter().all(|row| row.names != old.names);
        let gone = self.rows.iter().filter(is_gone).map(|old| old.names.join(" "));
        lines.extend(gone.map(|name| format!("{name}: in the table, but was not counted")));
        lines
    }
}

fn parse(text: &str) -> Result<Table> {
    let parts = text.split_once(HEADER);
    let (head, rows) = parts.with_context(|| format!("the table does not begin with\n{HEADER}"))?;
    let compiler = head.trim().strip_prefix(COMPILER).and_then(|rest| rest.strip_suffix('.'));
    let compiler = compiler.with_context(|| format!("no `{COMPILER}VERSION.` before the table"))?;
    let rows = rows.lines().filter(|line| !line.is_empty());
    let rows = rows.map(|line| row(line).with_context(|| format!("`{line}`")));
    Ok(Table { compiler: compiler.into(), rows: rows.collect::<Result<_>>()? })
}

fn row(line: &str) -> Result<Row> {
    let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
    let &[board, kernel, model, macs, instructions, _, cycles] = cells.as_slice() else {
        bail!("{} cells, expected 7", cells.len())
    };
    let names = [board, kernel, model].map(str::to_owned);
    ensure!(names.iter().all(|name| !name.is_empty()), "an empty cell");
    let number = |text: &str, column: &str| {
        text.parse::<u64>().with_context(|| format!("{column}: `{text}` is no number"))
    };
    Ok(Row {
        names,
        macs: number(macs, "MAC")?,
        instructions: number(instructions, "instructions")?,
        cycles: match cycles {
            "" => None,
            _ => Some(number(cycles, "estimated cycles")?),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[(&str, &str, u64, Option<u64>)]) -> Table {
        let row = |&(board, kernel, instructions, cycles): &(&str, &str, u64, Option<u64>)| Row {
            names: [board, kernel, "A"].map(str::to_owned),
            macs: 100,
            instructions,
            cycles,
        };
        Table { compiler: "rustc 1.0.0".into(), rows: rows.iter().map(row).collect() }
    }

    #[test]
    fn reads_what_it_writes() {
        let table = table(&[("one", "scalar", 1000, Some(2000)), ("two", "scalar", 999, None)]);
        assert_eq!(parse(&table.text()).unwrap(), table);
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
        let [one, two] = [("one", "scalar", 1000, Some(2000)), ("two", "scalar", 1000, None)];
        let old = table(&[one, two]);
        type Rows<'a> = &'a [(&'a str, &'a str, u64, Option<u64>)];
        let told = |rows: Rows<'_>, all| old.regressions(&table(rows), all);
        let better =
            told(&[("one", "scalar", 1020, Some(2040)), ("two", "scalar", 10, None)], true);
        assert!(better.is_empty());
        assert_eq!(told(&[("one", "scalar", 1021, Some(2041))], false).len(), 2);
        assert_eq!(told(&[("one", "scalar", 1000, Some(2041))], false).len(), 1);
        assert_eq!(told(&[one], true), ["two scalar A: in the table, but was not counted"]);
        assert_eq!(told(&[("six", "scalar", 1, None)], false), ["six scalar A: not in the table"]);
        assert_eq!(told(&[("two", "fast", 500, None)], false), ["two fast A: not in the table"]);
    }
}
