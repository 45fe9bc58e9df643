//! Checks `models/`: that every blob decodes and encodes to the same bytes, that it has its picture
//! or its rows, and that its card says the truth.

use std::collections::BTreeMap;
use std::ffi::OsStr;

use gan_core::OutputKind;
use gan_core::table::Table;

use crate::card::{self, Card};
use crate::prelude::*;

/// The first bytes of a PNG file.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Checks all models and prints one line for each thing that is wrong.
pub fn check() -> Result<()> {
    let models = gan_tests::make::models(&root())?;
    let errors = models.iter().flat_map(|path| model_errors(path)).chain(orphans()?);
    shell::none(errors, |count| format!("{count} things are wrong in models/"))?;
    println!("models: {} checked", models.len());
    Ok(())
}

/// Rewrites the fields of a card that follow from its blob; everything else in the file stays,
/// comments too. With the float blob of the same run, its images as well: they cannot be made from
/// the int8 blob.
pub fn update(name: &str, float: Option<&Path>) -> Result<()> {
    let blob = Blob::read(&root().join("models").join(format!("{name}.gan")))?;
    if let Some(float) = float {
        let bytes = shell::read(float)?;
        let images = gan_tests::make::float_images(&bytes, blob.bytes())
            .map_err(|error| anyhow!("{}: {error}", float.display()))?;
        replace(&vectors::folder().join(format!("{name}.float.bin")), &images)?;
    }
    let path = blob.path().with_extension("toml");
    let old = shell::text(&path).context("a card to update")?;
    let new = with_fields(&old, &card::fields(&card::derived(&blob)?));
    let card = Card::parse(&new).with_context(|| relative(&path))?;
    // An array over several lines, for one, is beyond `with_fields`.
    if let Some(left) = card.mismatches(&blob)?.first() {
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

/// Returns the card with each `field = value` line of these fields rewritten.
///
/// Line by line and not with toml_edit: that one asks for features of toml's parts that burn does
/// not, and burn would be built a second time, for minutes.
fn with_fields(card: &str, fields: &BTreeMap<String, toml::Value>) -> String {
    let mut table = String::new();
    let mut new = String::new();
    for line in card.lines() {
        if let Some(header) = line.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))
        {
            table = format!("{}.", header.trim());
        }
        let field = line.split_once('=').map(|(key, _)| format!("{table}{}", key.trim()));
        match field.as_ref().and_then(|name| fields.get_key_value(name)) {
            Some((name, value)) => {
                new += &format!("{} = {value}\n", name.rsplit('.').next().unwrap_or(name));
            }
            None => new += &format!("{line}\n"),
        }
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
    let card = fs::read_to_string(&card_path).map_err(Into::into).and_then(|it| Card::parse(&it));
    let faults = card.and_then(|card| {
        let mut faults = card.mismatches(&blob)?;
        faults.extend(card.blanks().into_iter().map(|field| format!("{field}: says nothing")));
        faults.extend(card.check_preset().err().map(|error| format!("{error:#}")));
        Ok(faults)
    });
    match faults {
        Ok(faults) => faults.into_iter().for_each(|text| note(&card_path, Err(anyhow!(text)))),
        Err(error) => note(&card_path, Err(error)),
    }
    errors
}

fn is_png(path: &Path) -> Result<()> {
    ensure!(fs::read(path)?.starts_with(PNG), "is no PNG file");
    Ok(())
}

/// Returns whether the rows in a file are of this model's columns, by their header.
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

/// Names the cards, pictures and rows without a blob.
fn orphans() -> Result<Vec<String>> {
    let belongs = |path: &&PathBuf| {
        let extension = path.extension().and_then(OsStr::to_str);
        [Some("toml"), Some("png"), Some("csv")].contains(&extension)
    };
    let files = shell::files(&root().join("models"))?;
    let orphans = files.iter().filter(belongs).filter(|path| !path.with_extension("gan").exists());
    Ok(orphans.map(|path| format!("{}: there is no blob of this name", relative(path))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewrites_only_the_fields_it_is_given() {
        let card = "# a card\nbytes = 1\n[model]\nlatent = 2\n[metrics]\nbytes = 3.0 # kept\n";
        let fields = [("bytes", 10), ("model.latent", 20)];
        let fields = fields.map(|(name, value)| (name.to_owned(), toml::Value::Integer(value)));
        let expected =
            "# a card\nbytes = 10\n[model]\nlatent = 20\n[metrics]\nbytes = 3.0 # kept\n";
        assert_eq!(with_fields(card, &fields.into()), expected);
    }
}
