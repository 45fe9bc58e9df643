//! The book: mdBook's preprocessor, and the check of what mdBook made.
//!
//! mdBook starts the preprocessor, as `docs/book.toml` tells it, with JSON on standard input, and
//! reads the changed book from standard output:
//! <https://rust-lang.github.io/mdBook/for_developers/preprocessors.html>.

use std::collections::BTreeSet;
use std::io::{Read, Write};

use serde_json::Value;

use super::links::Page;
use super::{BOOK, is_elsewhere, resolve};
use crate::prelude::*;
use crate::publish::repository;

/// The branch whose files the book's links mean.
const BRANCH: &str = "main";
/// Attributes of HTML whose value is a link.
const ATTRIBUTES: [&str; 2] = ["href=\"", "src=\""];

/// mdBook's side of the preprocessor: reads a book and writes it with links that leave the book's
/// folder leading to the repository.
pub fn preprocess(mut input: impl Read, mut output: impl Write) -> Result<()> {
    let mut text = String::new();
    input.read_to_string(&mut text)?;
    let (_, mut book): (Value, Value) = serde_json::from_str(&text).context("not mdBook's JSON")?;
    let repository = repository()?;
    let items = book.get_mut("items").context("mdBook before 0.5 has no `items`")?;
    chapters(items, &repository);
    output.write_all(serde_json::to_string(&book)?.as_bytes())?;
    Ok(())
}

/// Makes the book in `docs/book`, and fails without mdBook.
pub fn make() -> Result<()> {
    ensure!(check()?, "no book was made");
    Ok(())
}

/// Makes the book in `docs/book`, and checks that every link of its pages to itself leads
/// somewhere. Returns whether mdBook is there.
pub fn check() -> Result<bool> {
    if !shell::available("mdbook") {
        println!("SKIPPED: no mdbook; `cargo install mdbook --version 0.5.4 --locked` installs it");
        return Ok(false);
    }
    tool("mdbook", "build").arg(BOOK).current_dir(root()).read()?;
    let folder = root().join(BOOK).join("book");
    let mut pages = shell::files(&folder)?;
    // The page for wrong addresses has links from a server's root.
    let is_page = |path: &Path| !path.ends_with("404.html");
    pages.retain(|path| path.extension().is_some_and(|found| found == "html") && is_page(path));
    let mut faults = BTreeSet::new();
    for page in &pages {
        let text = fs::read_to_string(page)?;
        let name = page.strip_prefix(&folder)?;
        for link in links(&text).filter(|link| !is_elsewhere(link)) {
            let path = link.split(['#', '?']).next().unwrap_or_default();
            let found = path.is_empty()
                || resolve(name, path).is_some_and(|path| folder.join(path).exists());
            if !found {
                faults.insert(format!("{}: {link}: no such file in the book", name.display()));
            }
        }
    }
    shell::none(faults, |count| format!("{count} links of the book lead nowhere"))?;
    ensure!(!pages.is_empty(), "mdbook made no page");
    println!("book: {} pages in {}", pages.len(), relative(&folder));
    Ok(true)
}

/// Changes the chapters, and those below them.
fn chapters(items: &mut Value, repository: &str) {
    for item in items.as_array_mut().into_iter().flatten() {
        let Some(chapter) = item.get_mut("Chapter") else { continue };
        let path = chapter["path"].as_str().map(|path| Path::new(BOOK).join(path));
        if let (Some(path), Some(text)) = (path, chapter["content"].as_str()) {
            chapter["content"] = outward(text, &path, repository).into();
        }
        chapters(&mut chapter["sub_items"], repository);
    }
}

/// Returns the text of a page with links out of the book's folder leading to the repository.
fn outward(text: &str, page: &Path, repository: &str) -> String {
    let mut changed = text.to_owned();
    // From the last on, so that the places of the others stay.
    for link in Page::read(text).links.iter().rev().filter(|link| !is_elsewhere(&link.to)) {
        let (path, anchor) = link.to.split_at(link.to.find('#').unwrap_or(link.to.len()));
        let target = resolve(page, path).filter(|_| !path.is_empty());
        let Some(target) = target.filter(|target| !target.starts_with(BOOK)) else { continue };
        let written = &text[link.range.clone()];
        if let Some(at) = written.rfind(&format!("]({}", link.to)) {
            let start = link.range.start + at + 2;
            let to = format!("{repository}/tree/{BRANCH}/{}{anchor}", target.display());
            changed.replace_range(start..start + link.to.len(), &to);
        }
    }
    changed
}

/// Returns the targets of all links in a page.
fn links(html: &str) -> impl Iterator<Item = &str> {
    ATTRIBUTES.into_iter().flat_map(move |attribute| {
        html.split(attribute).skip(1).filter_map(|rest| rest.split('"').next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_out_of_the_book_lead_to_the_repository() {
        let text = "[a](../models/a.md#b) [c](d.md) [e](#f) [`../x`](../x/)\n\n    [g](../h)\n";
        let expected = "[a](https://r/tree/main/models/a.md#b) [c](d.md) [e](#f) \
                        [`../x`](https://r/tree/main/x)\n\n    [g](../h)\n";
        assert_eq!(outward(text, Path::new("docs/a.md"), "https://r"), expected);
    }

    #[test]
    fn the_book_names_the_repository() {
        let settings = fs::read_to_string(root().join("docs/book.toml")).unwrap();
        let repository = repository().unwrap();
        assert!(settings.contains(&format!("git-repository-url = \"{repository}\"\n")));
        assert!(settings.contains(&format!("\"{repository}/edit/{BRANCH}/docs/{{path}}\"")));
    }

    #[test]
    fn mdbooks_chapters_are_changed_and_nothing_else() {
        let input = r#"[{"root": "."}, {"items": [
            {"Chapter": {"name": "A", "content": "[a](../b)", "path": "a.md", "sub_items": [
                {"Chapter": {"name": "B", "content": "[a](../b)", "path": "b.md", "sub_items": []}}
            ]}}, "Separator", {"Chapter": {"name": "C", "content": "", "path": null,
            "sub_items": []}}]}]"#;
        let mut output = Vec::new();
        preprocess(input.as_bytes(), &mut output).unwrap();
        let text = String::from_utf8(output).unwrap();
        let changed = format!("[a]({}/tree/main/b)", repository().unwrap());
        assert_eq!(text.matches(&changed).count(), 2);
        let before: (Value, Value) = serde_json::from_str(input).unwrap();
        let back: Value = serde_json::from_str(&text.replace(&changed, "[a](../b)")).unwrap();
        assert_eq!(back, before.1);
        assert!(preprocess(&b"{}"[..], Vec::new()).is_err());
    }
}
