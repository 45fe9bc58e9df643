//! `gan-train presets`.

use super::choices::Recipe;
use anyhow::Result;
use clap::Args;
use gan_train::config::{PRESETS, Preset};
use std::process::ExitCode;

/// List the presets, or print one's TOML file, to start your own from
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan-train presets
  gan-train presets compact > my.toml && gan-train train --data mnist --config my.toml -o runs/mine
  gan-train presets deep --recipe classic")]
pub struct Presets {
    /// The one to print
    name: Option<String>,
    /// Our recipe, or that of the published tutorials
    #[arg(long, value_enum, default_value_t)]
    recipe: Recipe,
}

impl Presets {
    pub fn run(self) -> Result<ExitCode> {
        let text = match self.name {
            Some(name) => Preset::find(&name)
                .and_then(|preset| preset.text(self.recipe.into()))
                .map_err(|error| anyhow::anyhow!("presets {error:#}"))?
                .to_owned(),
            None => PRESETS
                .iter()
                .map(|preset| format!("{:<15}{}\n", preset.name, preset.summary))
                .collect(),
        };
        super::print(&text)?;
        Ok(ExitCode::SUCCESS)
    }
}
