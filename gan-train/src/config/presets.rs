//! The presets: the networks of published tutorials and our smaller ones, each with two recipes.

use super::Config;
use anyhow::{Context, Result, bail};

/// A preset's files.
#[derive(Debug, Clone, Copy)]
pub struct Preset {
    /// For `--preset`.
    pub name: &'static str,
    /// One line on what it is for.
    pub summary: &'static str,
    /// The file with our recipe.
    pub ours: &'static str,
    /// The file with the tutorials' recipe; none for the recipes of shipped models.
    pub classic: Option<&'static str>,
}

/// Which of a preset's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Recipe {
    /// Ours: batch normalization, R1 penalty, falling rate.
    #[default]
    Default,
    /// As the tutorials have it, number by number; those of ours as the fourth tutorial.
    Classic,
}

macro_rules! preset {
    ($name:literal, $summary:literal) => {
        Preset {
            name: $name,
            summary: $summary,
            ours: include_str!(concat!("../../presets/", $name, ".toml")),
            classic: None,
        }
    };
    ($name:literal, $summary:literal, classic) => {
        Preset {
            classic: Some(include_str!(concat!("../../presets/classic/", $name, ".toml"))),
            ..preset!($name, $summary)
        }
    };
}

/// All presets.
pub const PRESETS: [Preset; 23] = [
    preset!("deep", "28x28, 100-256-512-1024-784: 1.5 MB", classic),
    preset!("square32", "32x32 (28x28 with a border), 100-256-512-1024", classic),
    preset!("wide", "28x28, 100-12544-12544-784: 168 million weights", classic),
    preset!("compact", "28x28, 100-128-128-784: 140 KB", classic),
    preset!("single", "28x28, 100-128-784: one hidden layer", classic),
    preset!("tiny", "28x28, 16-64-64-784: under 64 KB", classic),
    preset!("digits8", "8x8, 16-64-64-64-64: the quickstart's and models/digits8, 18 KB", classic),
    preset!("mnist-large", "models/mnist-large: deep with a larger discriminator, the best digits"),
    preset!(
        "mnist-small",
        "models/mnist-small: compact with a larger discriminator, trained longer"
    ),
    preset!("mnist-tiny", "models/mnist-tiny: tiny with a larger discriminator"),
    preset!("mnist-nano", "models/mnist-nano: 16-48-16-784, for four bits: 16 KB"),
    preset!(
        "stacked-mnist",
        "28x84, 100-256-512-2352: three digits in an image, for mode collapse"
    ),
    preset!("inpaint", "28x28: missing pixels are drawn again: 833-83-83-784, 150 KB"),
    preset!("inpaint-large", "the same by 833-640-640-784, 1.5 MB"),
    preset!("super-res-7", "7x7 to 28x28: 49-144-144-784, 150 KB"),
    preset!("super-res-7-large", "the same by 49-704-704-784, 1.1 MB"),
    preset!("super-res-14", "14x14 to 28x28: 196-144-784, 150 KB"),
    preset!("super-res-14-large", "the same by 196-768-768-784, 1.4 MB"),
    preset!("stylize", "28x28: bold, outline, slant by label: 784-84-84-784, 150 KB"),
    preset!("stylize-large", "the same by 784-640-640-784, 1.4 MB"),
    preset!("pairs", "any images to any others: two hidden layers of 96"),
    preset!("table", "rows of a table (docs/tables.md): 16-48-48, under 20 KB"),
    preset!("series", "windows of 32 steps of a series (docs/tables.md): 16-64-64-64, under 20 KB"),
];

impl Preset {
    /// The file with this recipe.
    ///
    /// # Errors
    ///
    /// The preset has no classic recipe.
    pub fn text(&self, recipe: Recipe) -> Result<&'static str> {
        match recipe {
            Recipe::Default => Ok(self.ours),
            Recipe::Classic => self.classic.with_context(|| {
                format!("{} has no classic recipe (expected --recipe default)", self.name)
            }),
        }
    }

    /// The preset of that name.
    ///
    /// # Errors
    ///
    /// Lists the presets if there is none of that name.
    pub fn find(name: &str) -> Result<&'static Self> {
        let Some(preset) = PRESETS.iter().find(|preset| preset.name == name) else {
            let names: Vec<_> = PRESETS.iter().map(|preset| preset.name).collect();
            bail!("{name}: no such preset (there are: {})", names.join(", "));
        };
        Ok(preset)
    }
}

impl Config {
    /// The preset of that name.
    ///
    /// # Errors
    ///
    /// Lists the presets if there is none of that name.
    pub fn preset(name: &str, recipe: Recipe) -> Result<Self> {
        Self::parse(Preset::find(name)?.text(recipe)?).with_context(|| format!("preset {name}"))
    }
}
