//! `gan-train train --dry-run`: what a run would be.

use crate::cli::sizes::Sizes;
use crate::cli::thousands;
use anyhow::Result;
use burn::prelude::Device;
use gan_tools::numbers::duration;
use gan_train::config::{Alternate, Config, OptimizerKind, R1, TaskConfig};
use gan_train::nn::device::is_cpu;
use gan_train::train::run;
use gan_train::train::splits::Splits;
use std::fmt::Write;
use std::path::Path;

/// The configuration as TOML that `--config` takes, after comments with sizes, memory and time.
/// Some steps are made to measure the time.
pub fn text(config: &Config, device: &Device, splits: &Splits, folder: &Path) -> Result<String> {
    let training = &config.training;
    let images = &splits.train.images;
    let networks = [splits.shape.generator(config), splits.shape.discriminator(config)];
    let [generator, discriminator] = networks.map(|shapes| Sizes::of(&shapes));
    let in_minute = run::steps_in(1.0, config, device, splits)? as f64;
    let seconds = training.steps as f64 / in_minute * 60.0;
    let memory = memory(config, [&generator, &discriminator], splits, device) as f64 / 1e6;
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
    line("memory", format!("{memory:.0} MB, estimated"))?;
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

/// Bytes that a run takes at most, about, beside the program itself: runs of the presets compact
/// and deep were measured to take 0.9 to 1.1 times as much.
fn memory(config: &Config, sizes: [&Sizes; 2], splits: &Splits, device: &Device) -> usize {
    let training = &config.training;
    let moments = match training.optimizer {
        OptimizerKind::Adam | OptimizerKind::AdamW => 2,
        OptimizerKind::RmsProp | OptimizerKind::Sgd | OptimizerKind::Lion => 1,
    };
    // Numbers, gradients and moments; the average; and a copy of it all while a checkpoint is
    // written.
    let numbers = 2 * sizes.map(|sizes| (2 + moments) * sizes.params).iter().sum::<usize>()
        + 2 * usize::from(training.averages()) * sizes[0].params;
    // Real and generated images go through the discriminator, and those of the finite differences.
    let penalties = [training.r1_gamma, training.r2_gamma].into_iter().filter(|&gamma| gamma > 0.0);
    let groups = 2 + if training.r1 == R1::FiniteDifference { penalties.count() } else { 0 };
    let [generator, discriminator] = sizes.map(|sizes| sizes.layers.iter().sum::<usize>());
    // Sums and outputs of each layer, and their gradients.
    let activations = 4 * training.batch * (generator + groups * discriminator);
    let parts = [&splits.train, &splits.validation, &splits.parzen, &splits.all];
    let pixels: usize = parts.map(|part| part.images.pixels.len()).iter().sum();
    let stored = if is_cpu(device) { 0 } else { splits.train.images.pixels.len() };
    size_of::<f32>() * (numbers + activations + stored) + pixels
}
