//! The documentation: that every link of a Markdown file leads somewhere, that every page is in the
//! book, and that the book can be made.
//!
//! The pages are read on a forge, where links are relative to the file, and as a book by mdBook.
//! A page in `docs/` may name files outside of it; in the book, which has only `docs/`, such a link
//! leads to the repository ([`book`]).

pub mod book;
mod links;

use std::collections::BTreeMap;
use std::path::Component;

use links::Page;

use crate::prelude::*;

/// The folder of the book's pages.
const BOOK: &str = "docs";
/// The book's table of contents.
const SUMMARY: &str = "docs/SUMMARY.md";

/// Checks all Markdown files that Git knows, and prints one line for each fault. Returns whether
/// there was something to check.
pub fn check() -> Result<bool> {
    let Some(names) = shell::tracked() else { return Ok(false) };
    let mut pages = BTreeMap::new();
    // The links of a page that a link of the file system leads to are those of its own place.
    let is_page = |name: &&String| name.ends_with(".md") && !root().join(name).is_symlink();
    for name in names.iter().filter(is_page) {
        pages.insert(PathBuf::from(name), Page::read(&shell::text(root().join(name))?));
    }
    let files: Vec<_> = names.iter().map(Path::new).collect();
    let mut faults = faults(&pages, &files);
    faults.extend(not_in_the_book(&pages));
    let count: usize = pages.values().map(|page| page.links.len()).sum();
    shell::none(faults, |wrong| format!("{wrong} of {count} links or pages are wrong"))?;
    println!("links: {count} in {} pages checked", pages.len());
    Ok(true)
}

/// `FILE:LINE: LINK: what is wrong` for each link to what is not there.
fn faults(pages: &BTreeMap<PathBuf, Page>, files: &[&Path]) -> Vec<String> {
    let mut found = Vec::new();
    for (name, page) in pages {
        for link in page.links.iter().filter(|link| !is_elsewhere(&link.to)) {
            let (path, anchor) = link.to.split_once('#').unwrap_or((&link.to, ""));
            let at = format!("{}:{}: {}", name.display(), link.line, link.to);
            let Some(target) = (match path {
                "" => Some(name.clone()),
                _ => resolve(name, path),
            }) else {
                found.push(format!("{at}: leaves the repository"));
                continue;
            };
            // A folder is there if Git has a file in it.
            if !files.iter().any(|file| file.starts_with(&target)) {
                found.push(format!("{at}: no such file in Git"));
            } else if !anchor.is_empty() {
                let headings = pages.get(&target).map_or(&[][..], |page| &page.anchors);
                if !headings.iter().any(|heading| heading == anchor) {
                    found.push(format!("{at}: no such heading; there are {headings:?}"));
                }
            }
        }
    }
    found
}

/// One line for each page of the book's folder that its table of contents does not name.
fn not_in_the_book(pages: &BTreeMap<PathBuf, Page>) -> Vec<String> {
    let summary = Path::new(SUMMARY);
    let links = pages.get(summary).map_or(&[][..], |page| &page.links);
    let named: Vec<_> = links.iter().filter_map(|link| resolve(summary, &link.to)).collect();
    pages
        .keys()
        .filter(|name| name.starts_with(BOOK) && *name != summary && !named.contains(name))
        .map(|name| format!("{SUMMARY}: {} is not in the book: add a line for it", name.display()))
        .collect()
}

/// Returns whether a link leads out of the repository: it names a protocol.
fn is_elsewhere(link: &str) -> bool {
    link.contains("://") || link.starts_with("mailto:")
}

/// Returns the file that a link of `page` means, from the repository's root; `None` outside of it.
fn resolve(page: &Path, link: &str) -> Option<PathBuf> {
    let mut path = page.parent()?.to_path_buf();
    for part in Path::new(link).components() {
        match part {
            Component::Normal(name) => path.push(name),
            Component::CurDir => {}
            Component::ParentDir => path.pop().then_some(())?,
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(texts: &[(&str, &str)]) -> BTreeMap<PathBuf, Page> {
        texts.iter().map(|(name, text)| (PathBuf::from(name), Page::read(text))).collect()
    }

    #[test]
    fn links_lead_to_files_and_headings() {
        let pages = pages(&[
            (
                "docs/a.md",
                "# A\n[1](b.md) [2](../c/d.rs) [3](b.md#two-words) [4](#a) [5](../c/)\n\
                 [6](https://example.org/nothing)\n\n```\n[7](nothing.md)\n```\n",
            ),
            ("docs/b.md", "## Two words\n"),
        ]);
        let files = ["docs/a.md", "docs/b.md", "c/d.rs"].map(Path::new);
        assert!(faults(&pages, &files).is_empty());
        let expected = [
            "docs/a.md:2: b.md: no such file in Git",
            "docs/a.md:2: b.md#two-words: no such file in Git",
        ];
        assert_eq!(faults(&pages, &[files[0], files[2]]), expected);
    }

    #[test]
    fn wrong_links_are_told_with_their_lines() {
        let pages = pages(&[(
            "docs/a.md",
            "# A\n\n[1](B.md)\n![2](../x.png)\n[3](#b) [4](../../c)\n[5]\n\n[5]: gone.md\n",
        )]);
        let expected = [
            "docs/a.md:3: B.md: no such file in Git",
            "docs/a.md:4: ../x.png: no such file in Git",
            "docs/a.md:5: #b: no such heading; there are [\"a\"]",
            "docs/a.md:5: ../../c: leaves the repository",
            "docs/a.md:6: gone.md: no such file in Git",
        ];
        assert_eq!(faults(&pages, &["docs/a.md", "docs/b.md"].map(Path::new)), expected);
    }

    #[test]
    fn the_badge_tells_the_compiler_that_is_needed() {
        let read = |name: &str| fs::read_to_string(root().join(name)).unwrap();
        let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
        let needed = manifest["workspace"]["package"]["rust-version"].as_str().unwrap();
        assert!(read("README.md").contains(&format!("/rust-{needed}%20or%20later-")));
    }

    #[test]
    fn every_page_is_in_the_book() {
        let all = [("docs/SUMMARY.md", "- [A](a.md)\n"), ("docs/a.md", ""), ("README.md", "")];
        assert!(not_in_the_book(&pages(&all)).is_empty());
        let found = not_in_the_book(&pages(&[all[0], all[1], ("docs/b.md", "")]));
        assert_eq!(found, ["docs/SUMMARY.md: docs/b.md is not in the book: add a line for it"]);
        assert_eq!(not_in_the_book(&pages(&all[1..])).len(), 1);
    }
}
