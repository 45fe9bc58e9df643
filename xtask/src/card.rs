//! Model cards, `models/<name>.toml`: where a blob comes from, how good it is and what may be done
//! with it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use toml::{Table, Value};

use crate::prelude::*;
use crate::soak;

/// The tables of a card that a person writes. All their fields have to be there, and no others.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    training: Training,
    /// Figures of merit, by name.
    metrics: BTreeMap<String, f64>,
    data: Data,
}

/// How the model was made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Training {
    /// The commit whose gan-train makes it again.
    commit: String,
    /// The command line that makes it again.
    command: String,
    dataset: String,
    #[allow(dead_code, reason = "has to be there, and any number will do")]
    seed: u64,
    preset: String,
    steps: u64,
    /// The seconds that training took.
    seconds: f64,
}

/// The data that the model was trained on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    name: String,
    source: String,
    licence: String,
    attribution: String,
}

/// Everything in a card.
#[derive(Debug)]
pub struct Card {
    written: Written,
    /// What follows from the blob.
    derived: Table,
}

impl Card {
    /// Reads a card.
    pub fn parse(text: &str) -> Result<Self> {
        let mut derived: Table = toml::from_str(text)?;
        let written = ["training", "metrics", "data"];
        let written = written.map(|name| (name.to_owned(), derived.remove(name)));
        let written = written.into_iter().filter_map(|(name, value)| Some((name, value?)));
        Ok(Self { written: written.collect::<Table>().try_into()?, derived })
    }

    /// Fields that a person has to fill in and that say nothing.
    pub fn blanks(&self) -> Vec<&'static str> {
        let Written { training, metrics, data } = &self.written;
        let blank = |text: &String| text.trim().is_empty();
        let blanks = [
            ("training.commit", blank(&training.commit)),
            ("training.command", blank(&training.command)),
            ("training.dataset", blank(&training.dataset)),
            ("training.preset", blank(&training.preset)),
            ("training.steps", training.steps == 0),
            ("training.seconds", !(training.seconds > 0.0 && training.seconds.is_finite())),
            ("metrics", metrics.is_empty() || metrics.values().any(|value| !value.is_finite())),
            ("data.name", blank(&data.name)),
            ("data.source", blank(&data.source)),
            ("data.licence", blank(&data.licence)),
            ("data.attribution", blank(&data.attribution)),
        ];
        blanks.into_iter().filter(|(_, blank)| *blank).map(|(field, _)| field).collect()
    }

    /// Compares with the preset that the card names.
    pub fn check_preset(&self) -> Result<()> {
        let Training { preset, steps, command, .. } = &self.written.training;
        let path = root().join("gan-train/presets").join(format!("{preset}.toml"));
        let expected =
            || format!("training.preset: {preset:?} (expected a file {})", relative(&path));
        let of_preset = shell::toml(&path).with_context(expected)?;
        let of_preset = of_preset["training"]["steps"].as_integer();
        ensure!(
            of_preset == i64::try_from(*steps).ok()
                || command.contains(&format!("--steps {steps} ")),
            "training.steps: {steps}, but the preset {preset} has {}, and the command no --steps",
            of_preset.unwrap_or_default()
        );
        Ok(())
    }

    /// Returns what the card says that does not follow from the blob.
    pub fn mismatches(&self, blob: &Blob) -> Result<Vec<String>> {
        let (said, is) = (fields(&self.derived), fields(&derived(blob)?));
        let stem = blob.stem();
        let names: BTreeSet<_> = said.keys().chain(is.keys()).collect();
        let mismatch = |name: &&String| match (said.get(*name), is.get(*name)) {
            (said, is) if said == is => None,
            (Some(said), Some(is)) => Some(format!(
                "{name}: is {said}, but the blob's is {is}; \
                 `cargo xtask models --update {stem}` sets it"
            )),
            (None, _) => Some(format!("{name}: is missing")),
            (_, None) => Some(format!("{name}: there is no such field")),
        };
        Ok(names.iter().filter_map(mismatch).collect())
    }
}

/// Returns the fields of a card that follow from its blob, and from the records of its seeds.
/// `cargo xtask models --update` writes them.
pub fn derived(blob: &Blob) -> Result<Table> {
    let generator = blob.decode()?;
    let (image, header) = (generator.image(), generator.header());
    let mut derived = Table::try_from(json!({
        // The name in the blob.
        "name": generator.name(),
        "file": format!("{}.gan", blob.stem()),
        "sha256": shell::hex(Sha256::digest(blob.bytes())),
        "bytes": blob.bytes().len(),
        "format_version": header.version(),
        "model": {
            // Codes in a latent vector.
            "latent": generator.latent_len(),
            // The number of labels, 0 for none.
            "classes": generator.classes(),
            "width": image.width,
            "height": image.height,
            // 1 for grey, 3 for RGB.
            "channels": image.channels,
            // Outputs of each layer.
            "layers": header.layers.iter().map(|layer| layer.outputs).collect::<Vec<_>>(),
            // Multiply-accumulates for an image.
            "macs": generator.macs(),
            // RAM for the layers' outputs.
            "scratch_bytes": 4 * generator.scratch_len(),
        },
    }))?;
    let seeds = soak::summary(&blob.stem())?;
    if !seeds.is_empty() {
        derived.insert("seeds".into(), seeds.into());
    }
    Ok(derived)
}

/// Fields with their full names, as in `model.latent`.
pub fn fields(table: &Table) -> BTreeMap<String, Value> {
    let mut fields = BTreeMap::new();
    for (name, value) in table {
        match value {
            Value::Table(table) => {
                let inner = table.iter().map(|(field, value)| (format!("{name}.{field}"), value));
                fields.extend(inner.map(|(name, value)| (name, value.clone())));
            }
            value => _ = fields.insert(name.clone(), value.clone()),
        }
    }
    fields
}
