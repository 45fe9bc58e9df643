//! gan-core's public interface as a list of text, `gan-core/public-api.txt`: what a change adds,
//! changes or removes is seen in the list, and a list that does not fit fails the tests.
//!
//! The list is made of the pages that rustdoc writes, which have each item's declaration as it
//! stands in the source: a line for each item, method, field and variant, in the order of the
//! pages' names. Implementations of a trait for all types, and of traits that the compiler finds
//! out about, are left out, and so are the methods that an implementation of a trait has.

use crate::prelude::*;

/// What a device and a host can ask for. `micromath` changes no declaration.
const FEATURES: &str = "defmt,embedded-graphics,std,tools";
/// Where a page begins to tell of its item, after the lists of others.
const OURS: &str = "id=\"main-content\"";
/// Where a page begins to list what is not the crate's own.
const NOT_OURS: [&str; 2] = ["id=\"synthetic-implementations\"", "id=\"blanket-implementations\""];

/// Returns where the list is.
fn path() -> PathBuf {
    root().join("gan-core/public-api.txt")
}

/// Writes the list.
///
/// # Errors
///
/// rustdoc fails, or its pages are not as they were.
pub fn write() -> Result<()> {
    fs::write(path(), found()?).context("gan-core/public-api.txt")
}

/// Compares the list, and returns whether it could: another rustdoc writes other pages.
///
/// # Errors
///
/// The list is another: then the lines that differ are printed.
pub fn check() -> Result<bool> {
    let kept = shell::text(path())?;
    let written_by = kept.lines().next().unwrap_or_default();
    let line = first_line()?;
    if written_by != line {
        println!("SKIPPED: the list is of another rustdoc: {written_by:?} (here: {line:?})");
        return Ok(false);
    }
    let found = found()?;
    let only_in = |one: &str, other: &str| -> Vec<String> {
        let is_there = |line: &&str| !other.lines().any(|other| other == *line);
        one.lines().filter(is_there).map(str::to_owned).collect()
    };
    let (gone, new) = (only_in(&kept, &found), only_in(&found, &kept));
    gone.iter().for_each(|line| println!("- {line}"));
    new.iter().for_each(|line| println!("+ {line}"));
    if kept != found && gone.is_empty() && new.is_empty() {
        println!("the lines are in another order, or one of them is there twice");
    }
    ensure!(
        kept == found,
        "gan-core's public interface is not that of gan-core/public-api.txt: a line that is gone \
         (-) breaks programs; `cargo xtask api` writes the list anew"
    );
    Ok(true)
}

/// Returns the list as rustdoc has it now.
fn found() -> Result<String> {
    let target = root().join("target/api");
    let mut cargo = shell::host("doc --release --no-deps -p gan-core --features");
    cargo.arg(FEATURES).arg("--target-dir").arg(&target).run()?;
    let found = list(&target.join("doc/gan_core"))?;
    ensure!(found.lines().count() > 100, "rustdoc's pages are not read any more");
    Ok(format!("{}\n{found}", first_line()?))
}

/// Returns the version of rustdoc, without the patch.
fn first_line() -> Result<String> {
    let version = shell::host("--version").read()?;
    let version = version.split(' ').nth(1).unwrap_or_default();
    let minor: Vec<_> = version.split('.').take(2).collect();
    Ok(format!("rustdoc {}", minor.join(".")))
}

/// Returns the list of all pages of items in a folder and those inside it; not of lists of them,
/// nor of sources.
fn list(folder: &Path) -> Result<String> {
    let mut lines = Vec::new();
    for page in shell::files(folder)? {
        let name = page.strip_prefix(folder)?.with_extension("");
        let is_list = ["all", "index"].iter().any(|list| name.ends_with(list));
        if is_list || page.extension().is_none_or(|extension| extension != "html") {
            continue;
        }
        let (name, html) = (name.to_string_lossy().replace(['/', '\\'], "::"), shell::text(&page)?);
        // A page that only leads to another one is none.
        if !html.contains("http-equiv=\"refresh\"") {
            lines.extend(declarations(&html).into_iter().map(|code| format!("{name}: {code}")));
        }
    }
    Ok(lines.join("\n") + "\n")
}

/// Returns the declarations of a page: of the item itself, and of each of its methods and
/// implementations.
fn declarations(html: &str) -> Vec<String> {
    let html = html.split_once(OURS).map_or("", |(_, ours)| ours);
    let end = NOT_OURS.iter().filter_map(|mark| html.find(mark)).min().unwrap_or(html.len());
    let mut html = &html[..end];
    let mut found = Vec::new();
    let mut of_trait = false;
    let forms = [
        ("<pre class=\"rust item-decl\">", "</pre>"),
        ("<h3 class=\"code-header\">", "</h3>"),
        ("<h4 class=\"code-header\">", "</h4>"),
    ];
    while let Some((at, (start, end))) =
        forms.iter().filter_map(|form| Some((html.find(form.0)?, *form))).min()
    {
        let rest = &html[at + start.len()..];
        let len = rest.find(end).unwrap_or(rest.len());
        let declaration = text(&rest[..len]);
        html = &rest[len..];
        of_trait |= declaration.starts_with("impl") && declaration.contains(" for ");
        // A trait says which methods its implementations have.
        let is_method = ["fn ", "unsafe fn "].iter().any(|word| declaration.starts_with(word));
        if !(of_trait && is_method || declaration.contains("StructuralPartialEq")) {
            found.push(declaration);
        }
    }
    found
}

/// Returns a piece of a page without its tags, in one line.
fn text(html: &str) -> String {
    let (mut text, mut inside) = (String::new(), false);
    for character in html.chars() {
        match character {
            '<' => inside = true,
            '>' if inside => inside = false,
            _ if inside => {}
            _ => text.push(character),
        }
    }
    for entity in ["&lt;<", "&gt;>", "&quot;\"", "&#39;'", "&nbsp; ", "&amp;&"] {
        let (name, character) = entity.split_at(entity.len() - 1);
        text = text.replace(name, character);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_text_without_tags() {
        let page = "<h2 id=\"blanket-implementations\"><section id=\"main-content\"> <pre \
                    class=\"rust item-decl\"><code>pub struct <a>A</a>&lt;'a&gt; {\n    pub \
                    x: u8,\n}</code></pre> <h4 class=\"code-header\">pub fn <b>of</b>() -&gt; \
                    Self</h4> <h3 class=\"code-header\">impl Clone for A</h3> <h4 \
                    class=\"code-header\">fn clone(&amp;self) -&gt; A</h4> <h2 \
                    id=\"blanket-implementations\"> <h3 class=\"code-header\">impl Any for \
                    T</h3>";
        let expected =
            ["pub struct A<'a> { pub x: u8, }", "pub fn of() -> Self", "impl Clone for A"];
        assert_eq!(declarations(page), expected);
    }
}
