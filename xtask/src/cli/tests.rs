//! The command line and what the documentation says of it.

use super::*;

/// Returns all lines in the documentation that begin so, as a shell would hand them over but for
/// what stands between quotes.
fn documented(start: &str) -> Vec<String> {
    let pages = ["README.md", "CONTRIBUTING.md"].map(|name| root().join(name));
    let docs = fs::read_dir(root().join("docs")).unwrap();
    let docs = docs.map(|entry| entry.unwrap().path());
    let is_page = |path: &PathBuf| path.extension().is_some_and(|found| found == "md");
    let mut lines = Vec::new();
    for page in pages.into_iter().chain(docs.filter(is_page)) {
        let text = fs::read_to_string(page).unwrap().replace("\\\n", " ");
        let begins = |line: &&str| line.starts_with(start) && !line.contains('`');
        lines.extend(text.lines().filter(begins).map(str::to_owned));
    }
    lines
}

#[test]
fn documented_tasks_exist() {
    let lines = documented("cargo xtask ");
    assert!(lines.len() > 10, "{lines:?}");
    for line in lines {
        let line = line.split(" #").next().unwrap_or_default();
        let quoted = line.split('"').enumerate();
        let words = quoted.flat_map(|(part, text)| match part % 2 {
            0 => text.split_whitespace().map(str::to_owned).collect::<Vec<_>>(),
            _ => vec![text.to_owned()],
        });
        let parsed = Cli::try_parse_from(words.skip(1));
        assert!(parsed.is_ok(), "{line}: {}", parsed.err().unwrap());
    }
}

#[test]
fn a_board_without_a_name_is_answered_with_the_boards() {
    for task in ["console", "firmware", "flash", "parity", "count"] {
        let arguments = ["xtask", task, "--board"];
        let Err(error) = Cli::try_parse_from(arguments) else { panic!("{task} takes it") };
        assert!(error.to_string().contains("there are mps2-an385, "), "{error}");
    }
}
