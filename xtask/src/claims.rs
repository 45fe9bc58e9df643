//! The table of docs/reliability.md. `docs/reliability.jsonl` owns its rows: what is claimed, the
//! command that tests it, the figure that it gave and when. `cargo xtask tables` writes the table,
//! and `cargo xtask fuzz --record` the figures of the fuzz targets.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::prelude::*;

/// Where the rows are.
const FILE: &str = "docs/reliability.jsonl";

/// A row, which is a line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claim {
    claim: String,
    test: String,
    figure: String,
    /// As `2026-11-30`.
    date: String,
}

fn read() -> Result<Vec<Claim>> {
    let text = shell::text(root().join(FILE))?;
    let parse = |(at, line): (usize, &str)| {
        serde_json::from_str(line).with_context(|| format!("{FILE}, line {}", at + 1))
    };
    text.lines().enumerate().map(parse).collect()
}

/// Returns the table, a row for each claim.
pub fn table() -> Result<String> {
    let mut table = String::from("| claim | test | figure | date |\n|---|---|---|---|\n");
    for Claim { claim, test, figure, date } in read()? {
        ensure!(is_date(&date), "{FILE}: {claim}: date: {date:?} (expected 2026-11-30, say)");
        ensure!(!test.is_empty(), "{FILE}: {claim}: no test");
        let _ = writeln!(table, "| {claim} | {test} | {figure} | {date} |");
    }
    Ok(table)
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    parts.iter().map(|part| part.len()).eq([4, 2, 2]) && parts.iter().all(digits)
}

/// Keeps what a test, which is named as in its row, has given today.
pub fn record(test: &str, figure: &str) -> Result<()> {
    let mut claims = read()?;
    let claim = claims.iter_mut().find(|claim| claim.test == test);
    let claim = claim.with_context(|| format!("{FILE}: no row of {test}"))?;
    (claim.figure, claim.date) = (figure.into(), shell::today()?);
    println!("| {} | {test} | {figure} | {} |", claim.claim, claim.date);
    let lines: Result<String> =
        claims.iter().map(|claim| Ok(serde_json::to_string(claim)? + "\n")).collect();
    shell::write(&root().join(FILE), lines?.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_complete_and_dates_are_dates() {
        let table = table().unwrap();
        assert!(table.lines().count() > 30);
        assert!(table.lines().all(|line| line.matches(" | ").count() == 3 || line.contains("---")));
        assert!(is_date("2026-11-30"));
        for wrong in ["not run", "2026-11-3", "30-11-2026", "2026-1a-30", ""] {
            assert!(!is_date(wrong), "{wrong}");
        }
    }
}
