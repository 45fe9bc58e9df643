//! Checks `models/`: that every blob decodes and encodes to the same bytes, that it has its picture
//! or its rows, and that its card says the truth.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use gan_core::OutputKind;
use gan_core::table::Table;

use crate::blob::Blob;
use crate::card::{Card, Derived};
use crate::shell::{self, relative, root};
use crate::vectors;

/// The first bytes of a PNG file.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Checks all models and prints one line for each thing that is wrong.
pub fn check() -> Result<()> {
    let models = gan_tests::make::models(&root())?;
    let mut errors = Vec::new();
    for path in &models {
        errors.extend(model_errors(path));
    }
    errors.extend(orphans()?);
    for error in &errors {
        println!("{error}");
    }
    ensure!(errors.is_empty(), "{} things are wrong in models/", errors.len());
    println!("models: {} checked", models.len());
    Ok(())
}

/// Rewrites the fields of a card that follow from its blob; everything else in the file stays,
/// comments too. With the float blob of the same run, its images as well: they cannot be made from
/// the int8 blob.
pub fn update(name: &str, float: Option<&Path>) -> Result<()> {
    let blob = Blob::read(&root().join("models").join(format!("{name}.gan")))?;
    if let Some(float) = float {
        let bytes = fs::read(float).with_context(|| float.display().to_string())?;
        let images = gan_tests::make::float_images(&bytes, blob.bytes())
            .map_err(|error| anyhow!("{}: {error}", float.display()))?;
        replace(&vectors::folder().join(format!("{name}.float.bin")), &images)?;
    }
    let path = blob.path().with_extension("toml");
    let old = fs::read_to_string(&path)
        .with_context(|| format!("{}: a card to update", relative(&path)))?;
    let new = with_fields(&old, &Derived::of(&blob)?.fields()?);
    let card: Card = toml::from_str(&new).with_context(|| relative(&path))?;
    // An array over several lines, for one, is beyond `with_fields`.
    if let Some(left) = mismatches(&card, &blob)?.first() {
        bail!("{}: {left}; not a plain `field = value` line, so please edit it", relative(&path));
    }
    replace(&path, new.as_bytes())
}

/// Writes a file and says so.
fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    shell::write(path, bytes)?;
    println!("wrote {}", relative(path));
    Ok(())
}

/// The card with each `field = value` line of these fields rewritten.
///
/// Line by line and not with toml_edit: that one asks for features of toml's parts that burn does
/// not, and burn would be built a second time, for minutes.
fn with_fields(card: &str, fields: &[(String, toml::Value)]) -> String {
    let mut table = String::new();
    let mut new = String::new();
    for line in card.lines() {
        if let Some(header) = line.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))
        {
            table = format!("{}.", header.trim());
        }
        let field = line.split_once('=').map(|(key, _)| format!("{table}{}", key.trim()));
        match fields.iter().find(|(name, _)| Some(name) == field.as_ref()) {
            Some((name, value)) => {
                new.push_str(&format!("{} = {value}", name.rsplit('.').next().unwrap_or(name)))
            }
            None => new.push_str(line),
        }
        new.push('\n');
    }
    new
}

/// Says what is wrong with one model, each with the file and the field.
fn model_errors(path: &Path) -> Vec<String> {
    let mut errors = Vec::new();
    let mut note = |file: &Path, result: Result<()>| {
        if let Err(error) = result {
            errors.push(format!("{}: {error:#}", relative(file)));
        }
    };
    let blob = match Blob::read(path) {
        Ok(blob) => blob,
        Err(error) => return vec![format!("{error:#}")],
    };
    note(path, round_trip(&blob));
    match blob.kind() {
        Ok((_, OutputKind::Numbers)) => {
            let csv = path.with_extension("csv");
            note(&csv, has_header(&csv, &blob));
        }
        _ => {
            let png = path.with_extension("png");
            note(&png, is_png(&png));
        }
    }

    let card_path = path.with_extension("toml");
    let card = fs::read_to_string(&card_path)
        .map_err(Into::into)
        .and_then(|text| Ok(toml::from_str::<Card>(&text)?));
    match card {
        Err(error) => note(&card_path, Err(error)),
        Ok(card) => {
            for field in card.blanks() {
                note(&card_path, Err(anyhow!("{field}: says nothing")));
            }
            note(&card_path, card.check_preset());
            match mismatches(&card, &blob) {
                Ok(mismatches) => {
                    mismatches.into_iter().for_each(|text| note(&card_path, Err(anyhow!(text))))
                }
                Err(error) => note(&card_path, Err(error)),
            }
        }
    }
    errors
}

fn is_png(path: &Path) -> Result<()> {
    ensure!(fs::read(path)?.starts_with(PNG), "is no PNG file");
    Ok(())
}

/// Whether the rows in a file are of this model's columns, by their header.
fn has_header(path: &Path, blob: &Blob) -> Result<()> {
    let text = fs::read_to_string(path)?;
    let header = text.lines().next().unwrap_or_default();
    let generator = blob.decode()?;
    let table = Table::read(generator.header())?;
    for column in table.columns() {
        let is = |name: &str| name.split(" [").next() == Some(column.name);
        ensure!(header.split(',').any(is), "no column {:?} in its header", column.name);
    }
    ensure!(text.lines().count() > 1, "has no rows");
    Ok(())
}

/// Checks that decoding and encoding again gives the same bytes.
fn round_trip(blob: &Blob) -> Result<()> {
    let generator = blob.decode()?;
    let mut bytes = vec![0; generator.encoded_len()];
    let len =
        generator.encode(&mut bytes).map_err(|error| anyhow!("does not encode again: {error}"))?;
    ensure!(
        bytes.get(..len) == Some(blob.bytes()),
        "encodes to other bytes than it was decoded from"
    );
    Ok(())
}

fn mismatches(card: &Card, blob: &Blob) -> Result<Vec<String>> {
    let (said, is) = (card.derived().fields()?, Derived::of(blob)?.fields()?);
    let differing = said.into_iter().zip(is).filter(|(said, is)| said != is);
    Ok(differing
        .map(|((field, said), (_, is))| {
            let stem = blob.stem();
            format!(
                "{field}: is {said}, but the blob's is {is}; \
                 `cargo xtask models --update {stem}` sets it"
            )
        })
        .collect())
}

/// Names the cards, pictures and rows without a blob.
fn orphans() -> Result<Vec<String>> {
    let mut orphans = Vec::new();
    for entry in fs::read_dir(root().join("models"))? {
        let path = entry?.path();
        let belongs = [Some("toml"), Some("png"), Some("csv")]
            .contains(&path.extension().and_then(OsStr::to_str));
        if belongs && !path.with_extension("gan").exists() {
            orphans.push(format!("{}: there is no blob of this name", relative(&path)));
        }
    }
    Ok(orphans)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewrites_only_the_fields_it_is_given() {
        let card = "# a card\nbytes = 1\n[model]\nlatent = 2\n[metrics]\nbytes = 3.0 # kept\n";
        let fields = [
            ("bytes".into(), toml::Value::Integer(10)),
            ("model.latent".into(), toml::Value::Integer(20)),
        ];
        let expected =
            "# a card\nbytes = 10\n[model]\nlatent = 20\n[metrics]\nbytes = 3.0 # kept\n";
        assert_eq!(with_fields(card, &fields), expected);
    }
}
