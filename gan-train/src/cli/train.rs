//! `gan-train train`.

use super::choices::Recipe;
use super::training::{self, Ended, Options, Prepared};
use super::{dataset, finished, thousands};
use anyhow::{Context, Result, ensure};
use burn::prelude::Device;
use clap::Args;
use clap::builder::PossibleValuesParser;
use gan_train::config::{Config, MAX_SEED, PRESETS};
use gan_train::judge::until::Until;
use gan_train::nn::device::DeviceName;
use gan_train::report;
use gan_train::train::State;
use gan_train::train::checkpoint::{self, Checkpoint};
use gan_train::train::folder::RunConfig;
use gan_train::train::lock::Lock;
use gan_train::train::run::{self, End};
use gan_train::train::splits::Splits;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Options that a run takes at its start only.
const OF_A_NEW_RUN: [&str; 10] = [
    "preset",
    "recipe",
    "config",
    "seed",
    "conditional",
    "unconditional",
    "name",
    "out",
    "device",
    "overwrite",
];

/// Train a GAN and leave a run folder: report.html, checkpoints, config.toml, metrics, sample grids
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan-train train --data mnist --preset compact --minutes 10 --out runs/mnist
  gan-train train --data my-idx-folder --config my.toml --epochs 50 --out runs/mine
  gan-train train --resume runs/mnist

Without --preset or --config: digits8 for 8x8 images, else compact.
Without --epochs, --steps or --minutes: the configuration's steps.
--epochs, --steps and --minutes count from the start of the run, also with --resume.

In the run's folder: checkpoint.safetensors (--resume), best.safetensors (what quantize takes),
config.toml, metrics.jsonl, evaluations.jsonl, grids/, samples.gif, samples.png, report.html.")]
pub struct Train {
    /// `digits` (built-in), `mnist`, or a folder of IDX files (images, and labels if it has them;
    /// plain or .gz)
    #[arg(long, required_unless_present = "resume")]
    data: Option<String>,
    /// Folder with MNIST's files; what is not there is looked for in the cache and then downloaded
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Networks and recipe: see `gan-train presets`
    #[arg(
        long,
        conflicts_with = "config",
        value_parser = PossibleValuesParser::new(PRESETS.map(|preset| preset.name))
    )]
    preset: Option<String>,
    /// The preset's recipe: ours, or that of the usual tutorials
    #[arg(long, value_enum, default_value_t, conflicts_with = "config")]
    recipe: Recipe,
    /// The same from a TOML file
    #[arg(long)]
    config: Option<PathBuf>,
    /// Passes over the data
    #[arg(long, group = "length", value_parser = clap::value_parser!(u64).range(1..))]
    epochs: Option<u64>,
    /// Steps: one updates both networks
    #[arg(long, group = "length", value_parser = clap::value_parser!(u64).range(1..))]
    steps: Option<u64>,
    /// As many steps as fit into so many minutes, measured at the start; evaluations come on top;
    /// config.toml records how many
    #[arg(long, group = "length", value_parser = positive)]
    minutes: Option<f64>,
    /// Everything random comes from it [default: the configuration's]
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=MAX_SEED))]
    seed: Option<u64>,
    /// Show the networks labels
    #[arg(long, conflicts_with = "unconditional")]
    conditional: bool,
    /// Show the networks no labels
    #[arg(long)]
    unconditional: bool,
    /// Steps between evaluations: metrics on held-out images, a sample grid, the best checkpoint; 0
    /// for none [default: the configuration's]
    #[arg(long, value_name = "STEPS")]
    eval_every: Option<u64>,
    /// Ends the run when an evaluation says so, such as "fid<2.0" or "coverage>0.9"; also
    /// precision, recall, density, log_likelihood (ll), class_kl, conditional_accuracy (accuracy)
    #[arg(long, value_name = "METRIC<VALUE")]
    until: Option<Until>,
    /// Writes TensorBoard's event files into the run's folder too
    #[arg(long)]
    tensorboard: bool,
    /// The model's name, which its blob carries [default: the configuration's]
    #[arg(long)]
    name: Option<String>,
    /// Replace a run that is in the folder already
    #[arg(long)]
    overwrite: bool,
    /// Where networks are trained: flex (this CPU), or what the build has of ndarray, wgpu, vulkan,
    /// metal, webgpu, cuda[:N]
    #[arg(long, value_name = "DEVICE", default_value_t)]
    device: DeviceName,
    /// The run's folder [default: runs/NAME]
    #[arg(short, long)]
    out: Option<PathBuf>,
    /// Seconds between checkpoints; they change no result
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = run::CHECKPOINT_EVERY.as_secs_f64(),
        value_parser = not_negative
    )]
    checkpoint_every: f64,
    /// Go on with the run in this folder, to the very weights that it would have had without a stop
    /// (unless its length is changed); --data says where its data is now, if it was moved
    #[arg(long, value_name = "DIR", conflicts_with_all = OF_A_NEW_RUN)]
    resume: Option<PathBuf>,
}

impl Train {
    pub fn run(self) -> Result<ExitCode> {
        let (folder, Ended { trainer, end, lock: _lock }) = match &self.resume {
            Some(folder) => (folder.clone(), self.resume(folder)?),
            None => self.begin()?,
        };
        if end == End::Interrupted {
            return Ok(training::interrupted(&folder));
        }
        if let (End::Reached, Some(until)) = (end, &self.until) {
            eprintln!(
                "{until} at step {}; --resume {} goes on",
                thousands(trainer.state().step),
                folder.display()
            );
        }
        finished::finish(&folder, trainer)
    }

    fn begin(&self) -> Result<(PathBuf, Ended)> {
        let name = self.data.as_deref().context("--data is missing")?;
        let dataset = dataset::open(name, self.data_dir.as_deref())?;
        let recipe = self.recipe.into();
        let mut config = match (&self.preset, &self.config) {
            (_, Some(path)) => Config::read(path)?,
            (Some(preset), None) => Config::preset(preset, recipe)?,
            (None, None) => {
                let small = dataset.train.images.image_len() <= 64;
                let preset = Config::preset(if small { "digits8" } else { "compact" }, recipe)?;
                // Labels are optional where nobody asked for a conditional model.
                Config {
                    conditional: preset.conditional && dataset.train.labels.is_some(),
                    ..preset
                }
            }
        };
        config.seed = self.seed.unwrap_or(config.seed);
        config.conditional = (config.conditional || self.conditional) && !self.unconditional;
        if let Some(name) = &self.name {
            config.name.clone_from(name);
        }
        let folder = self.out.clone().unwrap_or_else(|| Path::new("runs").join(&config.name));
        training::check_free(&folder, self.overwrite)?;
        if let Some(every) = self.eval_every {
            config.training.eval_every = every;
        } else if config.training.eval_every > 0 && dataset.train.labels.is_none() {
            eprintln!("note: no evaluations: the data has no labels to judge by");
            config.training.eval_every = 0;
        }
        config.check()?;
        let splits = Splits::new(&config, dataset)?;
        let device = self.device.open()?;
        self.set_length(&mut config, &device, &splits)?;
        let images = &splits.train.images;
        eprintln!(
            "training {} on {} images of {}x{} for {} steps, seed {}, in {}",
            config.name,
            thousands(images.count as u64),
            images.width,
            images.height,
            thousands(config.training.steps),
            config.seed,
            folder.display()
        );
        let data = dataset::stored(name)?;
        let data_dir = self.data_dir.as_deref().map(dataset::absolute).transpose()?;
        let run = RunConfig { data, data_dir, device: self.device, config };
        let state = State::new(&run.config, splits.shape, &device);
        let prepared = Prepared::new(run, splits, &device, state, self.options())?;
        let ended = prepared.begin(&folder, self.overwrite)?;
        Ok((folder, ended))
    }

    fn resume(&self, folder: &Path) -> Result<Ended> {
        // Before anything is read: another process may be about to change it.
        let lock = Lock::take(folder)?;
        report::folder::settle(folder)?;
        let mut run = RunConfig::read(folder)?;
        let device = run.device.open()?;
        let Checkpoint { state, run: run_data } = checkpoint::load(folder, &run.config, &device)?;
        dataset::locate(&mut run, self.data.as_deref(), self.data_dir.as_deref())?;
        let dataset = dataset::of_run(&run, folder)?;
        if let Some(every) = self.eval_every {
            run.config.training.eval_every = every;
        }
        let splits = Splits::new(&run.config, dataset)?;
        let planned = run.config.training.steps;
        self.set_length(&mut run.config, &device, &splits)?;
        let (step, steps) = (state.step, run.config.training.steps);
        ensure!(
            steps >= step,
            "{}: {} steps are done already, more than {}",
            folder.display(),
            thousands(step),
            thousands(steps)
        );
        let data = run.data.clone();
        let prepared = Prepared::new(run, splits, &device, state, self.options())?;
        prepared.check_data(&data, &run_data.sha256, folder)?;
        if steps != planned {
            eprintln!(
                "note: {} steps were planned: the rate follows the new number from here on",
                thousands(planned)
            );
        }
        eprintln!(
            "resuming {} at step {} of {}",
            folder.display(),
            thousands(step),
            thousands(steps)
        );
        prepared.go_on(folder, lock)
    }

    fn options(&self) -> Options {
        Options {
            checkpoint_every: Duration::try_from_secs_f64(self.checkpoint_every)
                .unwrap_or(Duration::MAX),
            until: self.until.clone(),
            tensorboard: self.tensorboard,
        }
    }

    fn set_length(&self, config: &mut Config, device: &Device, splits: &Splits) -> Result<()> {
        if let Some(steps) = self.steps {
            config.training.steps = steps;
        }
        if let Some(epochs) = self.epochs {
            let in_epoch = (splits.train.images.count / config.training.batch) as u64;
            let batches = epochs.checked_mul(in_epoch).context("--epochs: too many")?;
            config.training.steps = batches.div_ceil(config.training.batches_in_step()).max(1);
        }
        if let Some(minutes) = self.minutes {
            config.training.steps = run::steps_in(minutes, config, device, splits)?;
        }
        Ok(())
    }
}

pub fn positive(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|&number: &f64| number > 0.0 && number.is_finite())
        .ok_or("expected a positive number".into())
}

fn not_negative(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|&number: &f64| number >= 0.0).ok_or("expected 0 or more".into())
}
