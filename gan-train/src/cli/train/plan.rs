//! `gan-train train --dry-run`: what a run would be.

use super::memory::Plan;
use crate::cli::sizes::Sizes;
use crate::cli::thousands;
use anyhow::Result;
use burn::prelude::Device;
use gan_tools::numbers::duration;
use gan_train::config::{Alternate, Config, TaskConfig};
use gan_train::train::run;
use gan_train::train::splits::Splits;
use std::fmt::Write;
use std::path::Path;

/// The configuration as TOML that `--config` takes, after comments with sizes, memory and time.
/// Some steps are made to measure the time.
pub fn text(config: &Config, devices: &[Device], splits: &Splits, folder: &Path) -> Result<String> {
    let training = &config.training;
    let images = &splits.train.images;
    let networks = [splits.shape.generator(config), splits.shape.discriminator(config)];
    let [generator, discriminator] = networks.map(|shapes| Sizes::of(&shapes));
    let in_minute = run::steps_in(1.0, config, &devices[0], splits)? as f64;
    let seconds = training.steps as f64 / in_minute * 60.0;
    let memory = Plan::of(config, splits, devices);
    let megabytes = |bytes: usize| format!("{} MB", thousands(bytes.div_ceil(1_000_000) as u64));
    let labels = match splits.shape.classes {
        0 => "no labels".into(),
        classes => format!("{classes} labels"),
    };
    let batches = training.steps * training.batches_in_step();
    let epochs = batches as f64 / (images.count / training.batch) as f64;
    let adversarial = config.task.as_ref().is_none_or(TaskConfig::is_adversarial);
    let updates = match training.alternate {
        Alternate::Steps if !adversarial => "the generator alone",
        Alternate::Steps => "both networks",
        Alternate::Epochs => "one network",
    };
    let mut text =
        String::from("# Nothing was trained or written: this is what train would do.\n#\n");
    let mut line = |name: &str, words: String| writeln!(text, "# {name:<14} {words}");
    line(
        if config.table.is_some() { "rows" } else { "images" },
        format!(
            "{} of {}x{} to train on, {labels}",
            thousands(images.count as u64),
            splits.shape.width,
            splits.shape.height
        ),
    )?;
    line("generator", generator.to_string())?;
    line("discriminator", discriminator.to_string())?;
    let of_each = if devices.len() > 1 { " on each device" } else { "" };
    line("memory", format!("{} at most{of_each}, estimated:", megabytes(memory.total())))?;
    let networks = megabytes(memory.networks);
    line(
        "",
        format!("{networks} of weights, gradients, moments and average, in a step up to twice"),
    )?;
    line("", format!("{} of a pass with {} images", megabytes(memory.pass), memory.rows))?;
    line("", format!("{} of all images", megabytes(memory.images)))?;
    line("steps", format!("{}, each of {updates}", thousands(training.steps)))?;
    line("epochs", format!("{epochs:.1}"))?;
    line(
        "time",
        format!(
            "{}, at {:.1} steps a second; evaluations come on top",
            duration(seconds),
            in_minute / 60.0
        ),
    )?;
    line("run", folder.display().to_string())?;
    Ok(format!("{text}\n{}", toml::to_string_pretty(config)?))
}
