//! Rules for the text of the repository's files that no formatter keeps.

#[cfg(test)]
mod build_scripts;

use crate::boards;
use crate::prelude::*;

/// Columns that a line may have. A column is a character, not a byte.
const COLUMNS: usize = 100;
/// Lines that a file of Rust may have.
const LINES: usize = 300;
/// What the files are called whose lines are measured, beside [`SCRIPT`].
const EXTENSIONS: [&str; 9] = ["rs", "toml", "py", "sh", "md", "h", "cjs", "js", "html"];
/// A script without an extension.
const SCRIPT: &str = ".ci/run";
/// How a row of a table begins, in Markdown and in comments.
const TABLE_ROWS: [&str; 4] = ["|", "//! |", "/// |", "# |"];

/// Checks all files that Git knows and prints one line for each fault. Returns whether there was
/// something to check: without a Git repository there is no list of files.
pub fn check() -> Result<bool> {
    let Some(names) = shell::tracked() else { return Ok(false) };
    let (mut files, mut faults) = (0, Vec::new());
    for name in names.iter().filter(|name| is_measured(name)) {
        let text = shell::text(root().join(name))?;
        faults.extend(long_lines(name, &text));
        faults.extend(long_file(name, &text));
        files += 1;
    }
    shell::none(faults, |count| format!("{count} lines or files are too long"))?;
    println!("columns and lengths: {files} files checked");
    Ok(true)
}

fn extension(name: &str) -> Option<&str> {
    Path::new(name).extension()?.to_str()
}

fn is_measured(name: &str) -> bool {
    name == SCRIPT || extension(name).is_some_and(|found| EXTENSIONS.contains(&found))
}

/// `FILE:LINE: N columns` for each line of more than [`COLUMNS`], except those that cannot be
/// broken:
///
/// * rows of tables, which begin with `|`, alone or in a comment ([`TABLE_ROWS`]);
/// * lines with a URL, which has `://` in it;
/// * lines of a `text` block in Markdown: it shows what a program prints.
///
/// `Cargo.lock`, which cargo writes, is no TOML file by its name, so it is not looked at.
fn long_lines(name: &str, text: &str) -> Vec<String> {
    let is_markdown = extension(name) == Some("md");
    let mut block = None;
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let start = line.trim_start();
        if let Some(language) = start.strip_prefix("```").filter(|_| is_markdown) {
            // The same three characters open a block and close it.
            block = if block.is_some() { None } else { Some(language) };
        }
        let columns = line.chars().count();
        if columns > COLUMNS
            && !TABLE_ROWS.iter().any(|row| start.starts_with(row))
            && !line.contains("://")
            && block != Some("text")
        {
            found.push(format!("{name}:{}: {columns} columns (at most {COLUMNS})", index + 1));
        }
    }
    found
}

/// `FILE: N lines` for a file of Rust of more than [`LINES`].
fn long_file(name: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (extension(name) == Some("rs") && lines > LINES)
        .then(|| format!("{name}: {lines} lines (at most {LINES})"))
}

/// Checks that the sources of firmware, which are no members of the workspace, are as rustfmt
/// writes them.
pub fn firmware_format() -> Result<()> {
    let folders = boards::folders();
    folders.iter().try_for_each(|at| shell::cargo(at).words("fmt --check").run())?;
    // Cargo does not see the modules whose paths the build script writes.
    let modules = shell::files(&boards::firmware_folder().join("src/board"))?;
    tool("rustfmt", "--check --edition 2024").args(modules).run()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// docs/dependencies.md has a row for each.
    #[test]
    fn dependencies_have_a_line_each() {
        let read = |name: &str| fs::read_to_string(root().join(name)).unwrap();
        let (page, manifest) = (read("docs/dependencies.md"), read("Cargo.toml"));
        let manifest: toml::Table = toml::from_str(&manifest).unwrap();
        let all = manifest["workspace"]["dependencies"].as_table().unwrap();
        let others: Vec<_> = all.iter().filter(|(_, from)| from.get("path").is_none()).collect();
        assert!(others.len() > 40);
        for (name, _) in others {
            assert!(page.contains(&format!("| `{name}` | ")), "{name} has no row");
        }
    }

    #[test]
    fn columns_are_characters() {
        assert!(long_lines("a.rs", &"ü".repeat(100)).is_empty());
        let text = format!("fn short() {{}}\n{}\n", "ü".repeat(101));
        assert_eq!(long_lines("a.rs", &text), ["a.rs:2: 101 columns (at most 100)"]);
    }

    #[test]
    fn tables_and_addresses_may_be_longer() {
        let long = "x".repeat(120);
        for line in [
            format!("| {long} |"),
            format!("    /// | {long} |"),
            format!("//! | {long} |"),
            format!("# | {long} |"),
            format!("See https://example.org/{long}."),
        ] {
            assert!(long_lines("a.md", &line).is_empty(), "{line}");
        }
        for line in [format!("/// {long} |"), format!("a | {long}"), format!("https:{long}")] {
            assert_eq!(long_lines("a.md", &line).len(), 1, "{line}");
        }
    }

    #[test]
    fn what_a_program_prints_may_be_longer_in_markdown() {
        let long = "x".repeat(101);
        let text = format!("```text\n{long}\n```\n{long}\n```sh\n{long}\n```\n");
        let expected = ["a.md:4: 101 columns (at most 100)", "a.md:6: 101 columns (at most 100)"];
        assert_eq!(long_lines("a.md", &text), expected);
        assert_eq!(long_lines("a.py", &text).len(), 3);
    }

    #[test]
    fn files_of_rust_have_at_most_300_lines() {
        assert_eq!(long_file("a.rs", &"\n".repeat(300)), None);
        let fault = long_file("a/b.rs", &"\n".repeat(301));
        assert_eq!(fault.as_deref(), Some("a/b.rs: 301 lines (at most 300)"));
        assert_eq!(long_file("a.md", &"\n".repeat(301)), None);
    }

    #[test]
    fn sources_are_measured_and_data_is_not() {
        for name in ["a/b.rs", "Cargo.toml", "a.py", "a.sh", "README.md", ".ci/run"] {
            assert!(is_measured(name), "{name}");
        }
        for name in ["Cargo.lock", "models/a.gan", "rs", "a/run"] {
            assert!(!is_measured(name), "{name}");
        }
    }
}
