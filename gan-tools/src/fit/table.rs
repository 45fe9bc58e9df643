//! Reading the two committed tables: the part of TOML that `cargo xtask` writes into them, which is
//! lists of tables of numbers and words, one a line. A whole TOML parser would make a seventh of
//! this crate's build.

use anyhow::{Context, Result, bail, ensure};
use std::str::FromStr;

/// A table of a list: names and values, as they are written.
#[derive(Debug, Default)]
pub(super) struct Row<'t>(Vec<(&'t str, &'t str)>);

/// The tables `[[kind]]`.
pub(super) fn rows<'t>(text: &'t str, kind: &str) -> Result<Vec<Row<'t>>> {
    let header = format!("[[{kind}]]");
    let mut rows: Vec<Row<'_>> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line == header {
            rows.push(Row::default());
        } else if let Some((name, value)) = line.split_once(" = ") {
            // What comes before the first table is about the file.
            if let Some(row) = rows.last_mut() {
                row.0.push((name, value));
            }
        } else if !line.is_empty() && !line.starts_with('#') {
            bail!("line {}: `{line}` (expected `{header}` or `name = value`)", index + 1);
        }
    }
    Ok(rows)
}

impl Row<'_> {
    /// Takes a number.
    pub fn number<N: FromStr>(&mut self, name: &str) -> Result<N> {
        self.optional(name)?.with_context(|| format!("{name} is missing"))
    }

    /// Takes a number, if there is one of this name.
    pub fn optional<N: FromStr>(&mut self, name: &str) -> Result<Option<N>> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let number = value.parse().ok();
        Ok(Some(number.with_context(|| format!("{name}: `{value}` (expected a number)"))?))
    }

    /// Takes a word.
    pub fn word(&mut self, name: &str) -> Result<String> {
        let value = self.take(name).with_context(|| format!("{name} is missing"))?;
        let word = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        let word = word.filter(|word| !word.contains(['"', '\\']));
        Ok(word.with_context(|| format!("{name}: `{value}` (expected a word in quotes)"))?.into())
    }

    /// Refuses what nobody has taken.
    pub fn end(self) -> Result<()> {
        let names: Vec<_> = self.0.iter().map(|&(name, _)| name).collect();
        ensure!(names.is_empty(), "unknown: {}", names.join(", "));
        Ok(())
    }

    fn take(&mut self, name: &str) -> Option<&str> {
        let index = self.0.iter().position(|&(there, _)| there == name)?;
        Some(self.0.swap_remove(index).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_understood_is_refused() {
        let text = "# about\nfile = \"x\"\n[[board]]\nname = \"a b\"\nram = 3\nfast = 0.5\n";
        let mut rows = rows(text, "board").unwrap();
        let mut row = rows.remove(0);
        assert!(rows.is_empty());
        assert_eq!(row.word("name").unwrap(), "a b");
        assert_eq!(row.number::<f64>("fast").unwrap(), 0.5);
        assert_eq!(row.optional::<u32>("megahertz").unwrap(), None);
        assert!(row.number::<u64>("flash").unwrap_err().to_string().contains("flash is missing"));
        assert_eq!(row.end().unwrap_err().to_string(), "unknown: ram");

        for (value, of_number) in
            [("1.5", true), ("\"one\"", true), ("name", false), ("'a'", false)]
        {
            let text = format!("[[board]]\nfield = {value}\n");
            let row = &mut super::rows(&text, "board").unwrap()[0];
            let error =
                if of_number { row.number::<u64>("field").err() } else { row.word("field").err() };
            assert!(error.unwrap().to_string().contains(value));
        }
        assert!(super::rows("[[board]]\n[other]\n", "board").is_err());
    }
}
