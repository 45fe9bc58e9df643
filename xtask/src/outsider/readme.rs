//! The lines of README.md, and of the page for firmware engineers, from which an outsider makes a
//! firmware.

use crate::prelude::*;

/// The pages. The second one has what is done without a build script.
const FILES: [&str; 2] = ["README.md", "docs/firmware-engineer.md"];

/// What README.md tells an outsider to write.
#[derive(Debug, PartialEq, Eq)]
pub struct Readme {
    /// The lines for `Cargo.toml`.
    pub manifest: String,
    /// The text of `build.rs`.
    pub build_script: String,
    /// The lines that make an image, for a function's body.
    pub program: String,
    /// The command that packs a model by hand.
    pub pack: String,
    /// The line of the program that then names the packed file.
    pub packed: String,
    /// The model's file, from the package's folder.
    pub model: String,
    /// The label of the image.
    pub label: u16,
}

impl Readme {
    /// Reads the repository's pages.
    pub fn read() -> Result<Self> {
        let read = |name| fs::read_to_string(root().join(name)).context(name);
        Self::parse(&FILES.into_iter().map(read).collect::<Result<Vec<_>>>()?.join("\n"))
    }

    /// Reads a text. A block is known by its language and by something that it cannot do without.
    fn parse(text: &str) -> Result<Self> {
        let blocks = blocks(text);
        let block = |language: &str, holds: &str| {
            let holding: Vec<_> = blocks
                .iter()
                .filter(|(found, block)| found.starts_with(language) && block.contains(holds))
                .collect();
            ensure!(
                holding.len() == 1,
                "README.md: {} blocks of `{language}` hold `{holds}`, expected one",
                holding.len()
            );
            Ok(holding[0].1.clone())
        };
        let build_script = block("rust", "gan_build::model(")?;
        let program = block("rust", "use gan_core::")?;
        let between = |text: &str, start: &str, end: &str| {
            let found = text.split_once(start).and_then(|(_, rest)| rest.split_once(end));
            let found = found.map(|(found, _)| found.to_owned());
            found.with_context(|| format!("README.md: `{start}` and `{end}` are not there"))
        };
        Ok(Self {
            manifest: block("toml", "gan-core = ")?,
            model: between(&build_script, "gan_build::model(\"", "\"")?,
            build_script,
            label: between(&program, "Some(", ")")?.parse()?,
            program,
            pack: block("sh", "gan pack ../")?,
            packed: block("rust", "include_model!(\"")?,
        })
    }
}

/// Returns the fenced blocks of Markdown: what stands behind the fence, and the lines.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open = false;
    for line in text.lines() {
        match line.strip_prefix("```") {
            Some(language) => {
                open = !open;
                if open {
                    blocks.push((language.to_owned(), String::new()));
                }
            }
            None if open => {
                if let Some((_, block)) = blocks.last_mut() {
                    block.push_str(line);
                    block.push('\n');
                }
            }
            None => {}
        }
    }
    blocks
}

/// `program` with `line` in place of the line that begins as it does, up to the first `:`.
pub fn with_line(program: &str, line: &str) -> Result<String> {
    let line = line.trim_end();
    let start = line.split(':').next().unwrap_or_default();
    let is_same = |found: &&str| found.starts_with(start);
    ensure!(
        program.lines().filter(is_same).count() == 1,
        "README.md: expected one line that begins with `{start}`"
    );
    let lines = program.lines().map(|found| if is_same(&found) { line } else { found });
    Ok(lines.map(|line| format!("{line}\n")).collect())
}

/// `program` with calls of the markers around the line that makes the image.
pub fn with_markers(program: &str) -> Result<String> {
    const CALL: &str = "generator.generate";
    let is_call = |line: &&str| line.starts_with(CALL) && line.ends_with("?;");
    ensure!(
        program.lines().filter(is_call).count() == 1,
        "README.md: expected one line that begins with `{CALL}` and ends with `?;`"
    );
    let marked = |line: &str| match is_call(&line) {
        true => format!("mark_start();\n{line}\nmark_stop();\n"),
        false => format!("{line}\n"),
    };
    Ok(program.lines().map(marked).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
Text\n```toml\n[dependencies]\ngan-core = {}\n```\n\
```rust,ignore\nfn main() {\n    gan_build::model(\"a/b.gan\");\n}\n```\n\
```rust,ignore\nuse gan_core::Known;\nconst MODEL: Known = one;\n\
generator.generate(Some(7))?;\ndraw();\n```\n\
```sh\ngan pack ../a/b.gan\n```\n\
```rust,ignore\nconst MODEL: Known = include_model!(\"c\");\n```\n";

    #[test]
    fn finds_every_block() {
        let readme = Readme::parse(TEXT).unwrap();
        assert_eq!(readme.manifest, "[dependencies]\ngan-core = {}\n");
        assert_eq!((&*readme.model, readme.label), ("a/b.gan", 7));
        assert_eq!(readme.pack, "gan pack ../a/b.gan\n");
        for gone in ["gan-core =", "gan_build::model", "use gan_core", "Some(7)", "gan pack"] {
            assert!(Readme::parse(&TEXT.replace(gone, "")).is_err(), "{gone}");
        }
        assert!(Readme::parse(&[TEXT, TEXT].concat()).is_err());
        Readme::read().unwrap();
    }

    #[test]
    fn lines_are_exchanged_and_marked() {
        let readme = Readme::parse(TEXT).unwrap();
        let by_hand = with_line(&readme.program, &readme.packed).unwrap();
        assert_eq!(by_hand.lines().nth(1), Some("const MODEL: Known = include_model!(\"c\");"));
        let marked = with_markers(&readme.program).unwrap();
        let expected = "mark_start();\ngenerator.generate(Some(7))?;\nmark_stop();\ndraw();\n";
        assert!(marked.ends_with(expected), "{marked}");
        assert!(with_markers("generator.begin();").is_err());
        assert!(with_line("let model = 1;", &readme.packed).is_err());
    }
}
