//! Model cards, `models/<name>.toml`: where a blob comes from, how good it is and what may be done
//! with it.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::blob::Blob;
use crate::shell::{relative, root};

/// Everything in a card. All fields have to be there, and no others.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    name: String,
    file: String,
    sha256: String,
    bytes: u64,
    format_version: u8,
    model: Model,
    training: Training,
    /// Figures of merit, by name.
    metrics: BTreeMap<String, f64>,
    data: Data,
}

/// What follows from the blob. `cargo xtask models --update` writes it.
#[derive(Debug, Serialize)]
pub struct Derived {
    /// The name in the blob.
    name: String,
    /// The blob's file name.
    file: String,
    /// The SHA-256 of the file, in hexadecimal.
    sha256: String,
    /// Length of the file.
    bytes: u64,
    /// Version of the `.gan` format.
    format_version: u8,
    model: Model,
}

/// Sizes of the generator.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Model {
    /// Codes in a latent vector.
    latent: usize,
    /// Number of labels, 0 for none.
    classes: u16,
    /// The width of an image in pixels.
    width: u16,
    /// The height of an image in pixels.
    height: u16,
    /// The number of channels: 1 for grey, 3 for RGB.
    channels: u8,
    /// Outputs of each layer.
    layers: Vec<u16>,
    /// Multiply-accumulates for an image.
    macs: u64,
    /// RAM for the layers' outputs.
    scratch_bytes: usize,
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

impl Card {
    /// The fields of the card that follow from the blob.
    pub fn derived(&self) -> Derived {
        let Self { name, file, sha256, bytes, format_version, model, .. } = self;
        let (name, file, sha256, model) =
            (name.clone(), file.clone(), sha256.clone(), model.clone());
        Derived { name, file, sha256, bytes: *bytes, format_version: *format_version, model }
    }

    /// Compares with the preset that the card names.
    pub fn check_preset(&self) -> Result<()> {
        self.training.check_preset()
    }

    /// Fields that a person has to fill in and that say nothing.
    pub fn blanks(&self) -> Vec<&'static str> {
        let Self { training, metrics, data, .. } = self;
        let blank = |text: &String| text.trim().is_empty();
        let mut blanks = vec![
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
        blanks.retain(|(_, blank)| *blank);
        blanks.into_iter().map(|(field, _)| field).collect()
    }
}

/// The recipe of a preset, as far as a card speaks of it.
#[derive(Debug, Deserialize)]
struct Preset {
    training: PresetTraining,
}

#[derive(Debug, Deserialize)]
struct PresetTraining {
    steps: u64,
}

impl Training {
    /// Compares with the preset that the card names.
    fn check_preset(&self) -> Result<()> {
        let path = root().join("gan-train/presets").join(format!("{}.toml", self.preset));
        let text = fs::read_to_string(&path).with_context(|| {
            format!("training.preset: {:?} (expected a file {})", self.preset, relative(&path))
        })?;
        let steps = toml::from_str::<Preset>(&text)?.training.steps;
        let said = self.command.contains(&format!("--steps {} ", self.steps));
        ensure!(
            steps == self.steps || said,
            "training.steps: {}, but the preset {} has {steps}, and the command no --steps",
            self.steps,
            self.preset
        );
        Ok(())
    }
}

impl Derived {
    /// The fields with their full names, as in `model.latent`, and their TOML values.
    pub fn fields(&self) -> Result<Vec<(String, toml::Value)>> {
        let mut fields = Vec::new();
        for (name, value) in toml::Table::try_from(self)? {
            match value {
                toml::Value::Table(table) => {
                    fields.extend(
                        table.into_iter().map(|(field, value)| (format!("{name}.{field}"), value)),
                    );
                }
                value => fields.push((name, value)),
            }
        }
        Ok(fields)
    }

    /// What a card has to say of this blob.
    pub fn of(blob: &Blob) -> Result<Self> {
        let generator = blob.decode()?;
        let image = generator.image();
        Ok(Self {
            name: generator.name().into(),
            file: format!("{}.gan", blob.stem()),
            sha256: Sha256::digest(blob.bytes()).iter().map(|byte| format!("{byte:02x}")).collect(),
            bytes: blob.bytes().len() as u64,
            format_version: generator.header().version(),
            model: Model {
                latent: generator.latent_len(),
                classes: generator.classes(),
                width: image.width,
                height: image.height,
                channels: image.channels,
                layers: generator.header().layers.iter().map(|layer| layer.outputs).collect(),
                macs: generator.macs(),
                scratch_bytes: 4 * generator.scratch_len(),
            },
        })
    }
}
