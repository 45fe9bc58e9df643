//! `gan-train train`.

use super::{finished, thousands};
use anyhow::{Context, Result, ensure};
use clap::Args;
use clap::builder::PossibleValuesParser;
use gan_tools::files::atomic;
use gan_tools::interrupt;
use gan_train::backend::Backend;
use gan_train::config::{Config, PRESETS, Recipe};
use gan_train::data;
use gan_train::evaluate::judge::Judge;
use gan_train::output::losses;
use gan_train::trainer::checkpoint::{self, Checkpoint};
use gan_train::trainer::folder::{self, RunConfig};
use gan_train::trainer::material::Material;
use gan_train::trainer::metrics;
use gan_train::trainer::run::{self, End, Options};
use gan_train::trainer::until::Until;
use gan_train::trainer::watch::{self, Watch};
use gan_train::trainer::{State, Trainer};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Train a GAN and leave a run folder: report.html, checkpoints, config.toml, metrics, sample grids
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan-train train --data mnist --preset compact --minutes 10 --out runs/mnist
  gan-train train --data my-idx-folder --config my.toml --epochs 50 --out runs/mine
  gan-train train --resume runs/mnist

Without --preset or --config: digits8 for 8x8 images, else compact. Without --epochs, --steps or --minutes: the configuration's steps.
--epochs, --steps and --minutes count from the start of the run, also with --resume.

In the run's folder: checkpoint.safetensors (--resume), best.safetensors (what quantize takes), config.toml, metrics.jsonl, losses.svg,
evaluations.jsonl, grids/, samples.gif, samples.png, report.html.")]
pub struct Train {
    /// `digits` (built-in), `mnist`, or a folder of IDX files (images, and labels if it has them;
    /// plain or .gz)
    #[arg(long, required_unless_present = "resume")]
    data: Option<String>,
    /// Folder with MNIST's files; what is not there is looked for in the cache and then downloaded
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Networks and recipe: see `gan-train presets`
    #[arg(long, conflicts_with = "config", value_parser = PossibleValuesParser::new(PRESETS.map(|preset| preset.name)))]
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
    #[arg(long)]
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
    /// What computes
    #[arg(long, value_enum, default_value_t)]
    backend: Backend,
    /// The run's folder [default: runs/NAME]
    #[arg(short, long)]
    out: Option<PathBuf>,
    /// Seconds between checkpoints; they change no result
    #[arg(long, value_name = "SECONDS", default_value_t = run::CHECKPOINT_EVERY.as_secs_f64(), value_parser = not_negative)]
    checkpoint_every: f64,
    /// Go on with the run in this folder, to the very weights that it would have had without a stop
    /// (unless its length is changed); --data says where its data is now, if it was moved
    #[arg(long, value_name = "DIR", conflicts_with_all = ["preset", "recipe", "config", "seed", "conditional", "unconditional", "name", "out", "backend", "overwrite"])]
    resume: Option<PathBuf>,
}

impl Train {
    pub fn run(self) -> Result<ExitCode> {
        let (folder, trainer, end) = match &self.resume {
            Some(folder) => self.resume(folder)?,
            None => self.begin()?,
        };
        losses::write(&folder.join(folder::LOSSES), &metrics::read(&folder)?)?;
        if end == End::Interrupted {
            return Ok(interrupted(&folder));
        }
        if let (End::Reached(evaluation), Some(until)) = (&end, &self.until) {
            eprintln!(
                "{until} at step {}; --resume {} goes on",
                thousands(evaluation.step),
                folder.display()
            );
        }
        finished::finish(&folder, trainer)
    }

    fn begin(&self) -> Result<(PathBuf, Trainer, End)> {
        let name = self.data.as_deref().context("--data is missing")?;
        let dataset = data::open(name, self.data_dir.as_deref())?;
        let mut config = match (&self.preset, &self.config) {
            (_, Some(path)) => Config::read(path)?,
            (Some(preset), None) => Config::preset(preset, self.recipe)?,
            (None, None) => {
                let small = dataset.train.images.image_len() <= 64;
                let preset =
                    Config::preset(if small { "digits8" } else { "compact" }, self.recipe)?;
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
        let taken =
            [checkpoint::FILE, folder::CONFIG].iter().any(|name| folder.join(name).exists());
        ensure!(
            self.overwrite || !taken,
            "{shown}: there is a run (or another config.toml) in it already: --resume {shown}, --overwrite, or another --out",
            shown = folder.display()
        );
        if let Some(every) = self.eval_every {
            config.training.eval_every = every;
        } else if config.training.eval_every > 0 && dataset.train.labels.is_none() {
            eprintln!("note: no evaluations: the data has no labels to judge by");
            config.training.eval_every = 0;
        }
        config.check()?;
        let material = Material::new(&config, dataset)?;
        self.set_length(&mut config, self.backend, &material)?;
        let images = &material.train.images;
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
        let data = match name {
            "digits" | "mnist" => name.into(),
            folder => absolute(Path::new(folder))?.display().to_string(),
        };
        let data_dir = self.data_dir.as_deref().map(absolute).transpose()?;
        let run = RunConfig { data, data_dir, backend: self.backend, config };
        let (trainer, end) = start(run, material, &folder, &self.options())?;
        Ok((folder, trainer, end))
    }

    fn resume(&self, folder: &Path) -> Result<(PathBuf, Trainer, End)> {
        let mut run = RunConfig::read(folder)?;
        let Checkpoint { state, shape, data_sha256 } = checkpoint::load(folder, &run.config)?;
        let data = self.data.as_deref().unwrap_or(&run.data);
        let data_dir = self.data_dir.as_deref().or(run.data_dir.as_deref());
        let dataset = data::open(data, data_dir).with_context(|| {
            format!(
                "the data of {} ({data}); --data says where it is now",
                folder.join(folder::CONFIG).display()
            )
        })?;
        if let Some(every) = self.eval_every {
            run.config.training.eval_every = every;
        }
        let material = Material::new(&run.config, dataset)?;
        let planned = run.config.training.steps;
        self.set_length(&mut run.config, run.backend, &material)?;
        let (step, steps) = (state.step, run.config.training.steps);
        ensure!(
            steps >= step,
            "{}: {} steps are done already, more than {}",
            folder.display(),
            thousands(step),
            thousands(steps)
        );
        let judge = judge(&run.config, &material, &self.options())?;
        let mut trainer =
            Trainer::new(run.config.clone(), run.backend, material.into_train(), shape, state)?;
        ensure!(
            trainer.data_sha256() == data_sha256,
            "{data}: not the images and labels that {} was started on",
            folder.display()
        );
        let watch = Watch::new(&run.config, judge, folder, step, self.tensorboard)?;
        if steps != planned {
            eprintln!(
                "note: {} steps were planned: the rate follows the new number from here on",
                thousands(planned)
            );
        }
        run.write(folder)?;
        eprintln!(
            "resuming {} at step {} of {}",
            folder.display(),
            thousands(step),
            thousands(steps)
        );
        interrupt::catch()?;
        let end = run::train(&mut trainer, watch, folder, &self.options())?;
        Ok((folder.to_owned(), trainer, end))
    }

    fn options(&self) -> Options {
        Options {
            checkpoint_every: Duration::try_from_secs_f64(self.checkpoint_every)
                .unwrap_or(Duration::MAX),
            until: self.until.clone(),
            tensorboard: self.tensorboard,
        }
    }

    fn set_length(&self, config: &mut Config, backend: Backend, material: &Material) -> Result<()> {
        if let Some(steps) = self.steps {
            config.training.steps = steps;
        }
        if let Some(epochs) = self.epochs {
            let in_epoch = (material.train.images.count / config.training.batch) as u64;
            let batches = epochs.checked_mul(in_epoch).context("--epochs: too many")?;
            config.training.steps = batches.div_ceil(config.training.batches_in_step()).max(1);
        }
        if let Some(minutes) = self.minutes {
            config.training.steps = run::steps_in(minutes, config, backend, material)?;
        }
        Ok(())
    }
}

/// Trains a new run in `folder`, in place of one that may be there.
pub fn start(
    run: RunConfig,
    material: Material,
    folder: &Path,
    options: &Options,
) -> Result<(Trainer, End)> {
    let judge = judge(&run.config, &material, options)?;
    let shape = material.shape;
    let state = State::new(&run.config, shape);
    let mut trainer =
        Trainer::new(run.config.clone(), run.backend, material.into_train(), shape, state)?;
    // Nothing refuses from here on: what was in the folder may go.
    atomic::create_folder(folder)?;
    folder::clear(folder)?;
    let watch = Watch::new(&run.config, judge, folder, 0, options.tensorboard)?;
    run.write(folder)?;
    trainer.save(folder)?;
    interrupt::catch()?;
    let end = run::train(&mut trainer, watch, folder, options)?;
    Ok((trainer, end))
}

/// The run's judge, if it is to be evaluated.
fn judge(config: &Config, material: &Material, options: &Options) -> Result<Option<Judge>> {
    if config.training.eval_every > 0 {
        let by = if config.training.held_out > 0.0 {
            "held-out"
        } else {
            "the training's own (training.held_out is 0)"
        };
        eprintln!(
            "evaluations every {} steps by {by} images",
            thousands(config.training.eval_every)
        );
    }
    watch::judge(config, material, options.until.as_ref())
}

fn absolute(path: &Path) -> Result<PathBuf> {
    path.canonicalize().with_context(|| format!("{}: cannot be found", path.display()))
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

/// Says how to go on, and the exit code for it.
pub fn interrupted(folder: &Path) -> ExitCode {
    eprintln!("interrupted; go on with: gan-train train --resume {}", folder.display());
    interrupt::exit_code()
}
