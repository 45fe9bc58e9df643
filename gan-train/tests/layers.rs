//! The library's modules lie in layers: each uses only modules that come before it in [`ORDER`], so
//! there is no circle. The library prints nothing and knows nothing of the command line.
//!
//! The sources are read as text. Tests within them may use what they like.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// The top-level modules, lowest first.
const ORDER: [&str; 17] = [
    "config", "random", "ranks", "files", "data", "task", "nn", "loss", "penalty", "optim",
    "train", "judge", "export", "invert", "explore", "report", "sweep",
];

/// What only the command line may use.
const COMMAND_LINE: [&str; 4] = ["print!(", "println!(", "clap::", "gan_tools::progress"];

/// The uses of one top-level module by another.
#[derive(Debug, PartialEq, Eq)]
struct Arrow {
    from: String,
    to: String,
    file: String,
    line: usize,
}

impl fmt::Display for Arrow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to, file, line } = self;
        write!(f, "src/{file}:{line}: `{from}` uses `{to}`")
    }
}

/// The library's source files, by their path from `src`, and what is in them.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut files) = (vec![root.clone()], Vec::<PathBuf>::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { &mut folders } else { &mut files }.push(path);
        }
    }
    files.sort();
    let name = |path: &Path| path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
    files
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| (name(path), fs::read_to_string(path).unwrap()))
        .filter(|(file, _)| is_library(file))
        .collect()
}

/// Whether a file is compiled into the library, and not only into its tests.
fn is_library(file: &str) -> bool {
    let program = ["main.rs", "lib.rs", "cli.rs"].contains(&file);
    let tests = file.ends_with("/tests.rs") || file.contains("/tests/");
    !program && !tests && !file.starts_with("cli/")
}

/// The source without comments and without the tests at its end; lines stay where they are.
fn code(source: &str) -> String {
    let begins = |&(at, attribute): &(usize, &str)| {
        let declared = source[at + attribute.len()..].lines().next().unwrap_or_default();
        declared.ends_with('{')
    };
    let tests = source.match_indices("#[cfg(test)]\nmod ").find(begins);
    let end = tests.map_or(source.len(), |(at, _)| at);
    let line = |line: &str| line.split("//").next().unwrap_or_default().to_owned() + "\n";
    source[..end].lines().map(line).collect()
}

/// The modules that `file` belongs to, outermost first: `nn/network.rs` to `nn` and `network`.
fn modules(file: &str) -> Vec<&str> {
    file.trim_end_matches(".rs").split('/').collect()
}

/// All names that come directly after `crate::`, or after so many `super::` as lead there.
fn arrows(file: &str, source: &str) -> Vec<Arrow> {
    let (code, modules) = (code(source), modules(file));
    let from_root = ["super::"].repeat(modules.len()).concat();
    let mut found = Vec::new();
    for prefix in ["crate::", &from_root] {
        for (at, _) in code.match_indices(prefix) {
            // `gan_crate::`, or one `super::` too many for `super::super::` to begin here.
            let before = code[..at].chars().next_back().unwrap_or(' ');
            if before.is_alphanumeric() || "_:".contains(before) {
                continue;
            }
            let rest = &code[at + prefix.len()..];
            for name in first_names(rest) {
                let line = code[..at].matches('\n').count() + 1;
                let (from, to) = (modules[0].to_owned(), name.to_owned());
                if from != to {
                    found.push(Arrow { from, to, file: file.to_owned(), line });
                }
            }
        }
    }
    found
}

/// The name that a path begins with, or all of them if it begins with a group in braces.
fn first_names(path: &str) -> Vec<&str> {
    let Some(group) = path.strip_prefix('{') else { return name(path).into_iter().collect() };
    let (mut depth, mut names, mut start) = (0, Vec::new(), 0);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.extend(name(group[start..at].trim()));
                start = at + 1;
                if character == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names
}

/// The identifier at the beginning of a text.
fn name(text: &str) -> Option<&str> {
    let end = text.find(|character: char| !character.is_alphanumeric() && character != '_');
    Some(&text[..end.unwrap_or(text.len())]).filter(|name| !name.is_empty())
}

/// What is wrong with an arrow, if something is.
fn fault(arrow: &Arrow) -> Option<String> {
    let place = |module: &str| ORDER.iter().position(|name| *name == module);
    let (Some(from), Some(to)) = (place(&arrow.from), place(&arrow.to)) else {
        return Some(format!("{arrow}, and one of them is not in ORDER of tests/layers.rs"));
    };
    (to >= from).then(|| {
        format!(
            "{arrow}, which is above it: pass what it needs as an argument or a trait, or move it"
        )
    })
}

#[test]
fn modules_use_only_those_below_them() {
    let sources = sources();
    assert!(sources.len() > 50, "the sources were not found: {} files", sources.len());
    for module in ORDER {
        let is_there = sources.iter().any(|(file, _)| modules(file)[0] == module);
        assert!(is_there, "ORDER of tests/layers.rs names `{module}`, which is not in src");
    }
    let arrows: Vec<Arrow> =
        sources.iter().flat_map(|(file, source)| arrows(file, source)).collect();
    // Where nothing is found, nothing can be wrong.
    for (from, to) in [("train", "nn"), ("report", "export"), ("data", "random")] {
        assert!(arrows.iter().any(|arrow| arrow.from == from && arrow.to == to), "{from}, {to}");
    }
    let faults: Vec<String> = arrows.iter().filter_map(fault).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_library_leaves_the_command_line_to_the_program() {
    let mut faults = Vec::new();
    for (file, source) in sources() {
        for (index, line) in code(&source).lines().enumerate() {
            for word in COMMAND_LINE.iter().filter(|word| line.contains(**word)) {
                faults.push(format!("src/{file}:{}: {word} belongs into cli/", index + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn arrows_are_found_in_every_way_of_writing_them() {
    let source = "\
// crate::report is only spoken of.
use crate::config::Config;
use crate::{
    data::{Split, idx::Images},
    nn,
};
use super::super::judge::Judge;
use super::layer::Layer;
#[cfg(test)]
mod more_tests;
fn f() -> crate::random::Purpose { pub(crate) gan_crate::report }
#[cfg(test)]
mod tests {
    use crate::report;
}
";
    let found = arrows("train/step.rs", source);
    let found: Vec<(&str, usize)> =
        found.iter().map(|arrow| (arrow.to.as_str(), arrow.line)).collect();
    assert_eq!(found, [("config", 2), ("data", 3), ("nn", 3), ("random", 11), ("judge", 7)]);
    assert_eq!(arrows("loss.rs", "use super::{train::run, nn};").len(), 2);
    assert_eq!(arrows("train.rs", "use crate::train::run;"), []);
}

#[test]
fn an_arrow_that_goes_up_is_named_with_file_and_line() {
    let arrows = arrows("nn/mlp.rs", "use crate::config::Config;\n\nuse crate::train::State;\n");
    let faults: Vec<String> = arrows.iter().filter_map(fault).collect();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].starts_with("src/nn/mlp.rs:3: `nn` uses `train`"), "{}", faults[0]);
    let unknown = Arrow { from: "nn".into(), to: "new".into(), file: "nn.rs".into(), line: 1 };
    assert!(fault(&unknown).unwrap().contains("not in ORDER"));
}
