//! Finds the dependencies between the top-level modules of a crate, and circles among them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::source::{modules, paths, tokens, uses, without_tests};

/// A file's path in the crate's `src`, with slashes, and its content.
pub type File = (String, String);

/// For each module and each module that it uses, the places of the uses: `file:line`.
#[derive(Debug, Default)]
pub struct Arrows(BTreeMap<(String, String), BTreeSet<(String, usize)>>);

/// Returns the files of a folder and of all folders in it.
pub fn files(folder: &Path) -> Vec<File> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let entries = fs::read_dir(&next).unwrap_or_else(|e| panic!("{}: {e}", next.display()));
        for entry in entries {
            let path = entry.expect("a folder's entry can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(folder).expect("it lies in the folder");
                let name = name.to_str().expect("the name is UTF-8").replace('\\', "/");
                let content =
                    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
                found.push((name, content));
            }
        }
    }
    found
}

impl Arrows {
    /// Finds the dependencies between the top-level modules of a crate whose root file is `root`.
    pub fn of(root: &str, files: &[File]) -> Self {
        let content = files.iter().find(|(name, _)| name == root).map(|(_, content)| content);
        let root_tokens = without_tests(&tokens(content.expect("the crate has its root file")));
        let names = modules(&root_tokens);
        let named = uses(&root_tokens);
        let owner = |first: &str| {
            // A name that the root imports with `use` belongs to the module that it comes from.
            let from = named.iter().find(|path| path.name == first);
            let module = from.map_or(first, |path| path.segments[0]);
            names.contains(&module).then(|| module.to_owned())
        };
        let mut arrows = Self::default();
        for (file, content) in files {
            let without_mod = file.trim_end_matches(".rs").trim_end_matches("/mod");
            let segments: Vec<_> = without_mod.split('/').collect();
            if !names.contains(&segments[0]) || segments.last() == Some(&"tests") {
                continue;
            }
            let tokens = without_tests(&tokens(content));
            for path in paths(&tokens, segments.len()) {
                let place = (file.clone(), path.line);
                assert_ne!(
                    path.segments[0], "*",
                    "{file}:{}: a glob of the crate's root hides which modules are used",
                    path.line
                );
                if let Some(to) = owner(path.segments[0]).filter(|to| to != segments[0]) {
                    arrows.0.entry((segments[0].to_owned(), to)).or_default().insert(place);
                }
            }
        }
        arrows
    }

    /// Returns whether the first module uses the second one.
    pub fn has(&self, from: &str, to: &str) -> bool {
        self.0.contains_key(&(from.to_owned(), to.to_owned()))
    }

    /// Returns all modules that one depends on, directly or through others.
    fn reach<'a>(&'a self, from: &'a str) -> BTreeSet<&'a str> {
        let (mut found, mut left) = (BTreeSet::new(), vec![from]);
        while let Some(module) = left.pop() {
            for (_, to) in self.0.keys().filter(|(from, _)| from == module) {
                if found.insert(to.as_str()) {
                    left.push(to);
                }
            }
        }
        found
    }

    /// Returns a text for each circle: its modules, and below them each dependency between two of
    /// them, with all its places.
    pub fn circles(&self) -> Vec<String> {
        let mut found = BTreeMap::<Vec<&str>, String>::new();
        for (from, _) in self.0.keys() {
            let circle: Vec<_> = self
                .reach(from)
                .into_iter()
                .filter(|other| self.reach(other).contains(from.as_str()))
                .collect();
            if circle.is_empty() || found.contains_key(&circle) {
                continue;
            }
            let mut text = format!("circle of {}\n", circle.join(", "));
            for ((from, to), places) in &self.0 {
                if circle.contains(&from.as_str()) && circle.contains(&to.as_str()) {
                    let places: Vec<_> =
                        places.iter().map(|(file, line)| format!("{file}:{line}")).collect();
                    writeln!(text, "  {from} -> {to}: {}", places.join(", "))
                        .expect("a String takes all");
                }
            }
            found.insert(circle, text);
        }
        found.into_values().collect()
    }
}
