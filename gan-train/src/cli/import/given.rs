//! What `gan-train import` is told about a file of weights: by options, by a TOML file with fields
//! of the same names, or by both.

use crate::cli::one_of;
use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use gan_core::blob::MAX_NAME;
use gan_import::Activation;
use gan_tools::files;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::path::Path;

/// What is known; whatever is not given stays out, so that a file can say it.
#[derive(Debug, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Given {
    /// The layers' names, first to last, where the order of the names is another
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub layers: Vec<String>,
    /// Activations: one for each layer, or one for all hidden layers and one for the last
    #[arg(long, value_name = "HIDDEN,LAST", value_delimiter = ',', value_parser = activation)]
    #[serde(deserialize_with = "activations")]
    pub activations: Vec<Activation>,
    /// What batch normalization adds to the variance (PyTorch's second argument), where the file
    /// does not say it [default: 0.00001]
    #[arg(long, value_name = "EPSILON")]
    pub norm_epsilon: Option<f32>,
    /// What the generator is called in a file of torch.save that holds several things
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Size of the images, where they are no squares
    #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = size)]
    pub image: Option<Size>,
    /// Labels whose one-hot vectors go in beside the latent; an embedding tells by itself
    /// [default: 0]
    #[arg(long, value_name = "N")]
    pub classes: Option<u16>,
    /// Where the label's numbers stand among those that go in [default: last]
    #[arg(long, value_enum)]
    pub label: Option<Place>,
    /// The model's name [default: that of the file]
    #[arg(long)]
    pub name: Option<String>,
    /// Bits of a weight: 8, or 4 in all layers but the first [default: 8]
    #[arg(long, value_parser = one_of(["4", "8"]))]
    #[serde(deserialize_with = "bits")]
    pub bits: Option<u8>,
    /// Write f32 layers instead, as a reference
    #[arg(long, conflicts_with = "bits")]
    pub float: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// Before the latent
    First,
    /// Behind the latent
    Last,
}

/// Width and height.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct Size(pub [u16; 2]);

impl TryFrom<String> for Size {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        size(&text)
    }
}

impl Given {
    /// Epsilon of batch normalization where nobody says it: PyTorch's default.
    pub const EPSILON: f32 = 1e-5;

    /// Reads a TOML file.
    ///
    /// # Errors
    ///
    /// Names the file and the field.
    pub fn read(path: &Path) -> Result<Self> {
        let named = || path.display().to_string();
        let given: Self = toml::from_str(&files::read_settings_text(path)?).with_context(named)?;
        given.check().with_context(named)?;
        Ok(given)
    }

    fn check(&self) -> Result<()> {
        ensure!(!self.float || self.bits.is_none(), "float: goes without bits");
        let name = self.name.as_deref().unwrap_or_default();
        ensure!(name.len() <= MAX_NAME, "name: {name}: expected at most {MAX_NAME} bytes");
        Ok(())
    }

    /// What is given here, and of what is not, what is given there.
    pub fn or(self, there: Self) -> Self {
        // Each of the two says how weights are written.
        let (bits, float) = match (self.bits, self.float) {
            (None, false) => (there.bits, there.float),
            here => here,
        };
        Self {
            layers: either(self.layers, there.layers),
            activations: either(self.activations, there.activations),
            norm_epsilon: self.norm_epsilon.or(there.norm_epsilon),
            key: self.key.or(there.key),
            image: self.image.or(there.image),
            classes: self.classes.or(there.classes),
            label: self.label.or(there.label),
            name: self.name.or(there.name),
            bits,
            float,
        }
    }
}

fn either<T>(here: Vec<T>, there: Vec<T>) -> Vec<T> {
    if here.is_empty() { there } else { here }
}

fn size(text: &str) -> Result<Size, String> {
    let sizes = text
        .split_once('x')
        .and_then(|(width, height)| Some(Size([width.parse().ok()?, height.parse().ok()?])));
    sizes.ok_or_else(|| "expected WIDTHxHEIGHT, as in 28x28".to_owned())
}

fn activation(text: &str) -> Result<Activation, String> {
    Activation::parse(text).map_err(|error| format!("{error:#}"))
}

fn activations<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Activation>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    texts.iter().map(|text| activation(text).map_err(D::Error::custom)).collect()
}

fn bits<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u8>, D::Error> {
    match u8::deserialize(from)? {
        bits @ (4 | 8) => Ok(Some(bits)),
        other => Err(D::Error::custom(format!("bits {other}: expected 4 or 8"))),
    }
}
