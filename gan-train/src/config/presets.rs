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
    /// The file with the tutorials' recipe.
    pub classic: &'static str,
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
            classic: include_str!(concat!("../../presets/classic/", $name, ".toml")),
        }
    };
}

/// All presets.
pub const PRESETS: [Preset; 7] = [
    preset!("deep", "28x28, 100-256-512-1024-784: the best digits, 1.5 MB"),
    preset!("square32", "32x32 (28x28 with a border), 100-256-512-1024"),
    preset!("wide", "28x28, 100-12544-12544-784: 168 million weights"),
    preset!("compact", "28x28, 100-128-128-784: 140 KB"),
    preset!("single", "28x28, 100-128-784: one hidden layer"),
    preset!("tiny", "28x28, 16-64-64-784: under 64 KB"),
    preset!("digits8", "8x8, 16-64-64-64-64: the quickstart's, 18 KB"),
];

impl Preset {
    /// The file with this recipe.
    pub fn text(&self, recipe: Recipe) -> &'static str {
        match recipe {
            Recipe::Default => self.ours,
            Recipe::Classic => self.classic,
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
        Self::parse(Preset::find(name)?.text(recipe)).with_context(|| format!("preset {name}"))
    }
}
