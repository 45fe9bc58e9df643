//! `gan-train finetune`.

use super::training::{self, Ended, Options, Prepared};
use super::{dataset, finished, thousands};
use anyhow::{Result, ensure};
use clap::Args;
use gan_tools::say;
use gan_train::config::Config;
use gan_train::export;
use gan_train::nn::params::HostParam;
use gan_train::train::State;
use gan_train::train::checkpoint::{self, Checkpoint, Which};
use gan_train::train::folder::RunConfig;
use gan_train::train::run::End;
use gan_train::train::splits::Splits;
use std::path::PathBuf;
use std::process::ExitCode;

/// Go on training a run's generator with its weights rounded to four bits, as a run of its own
#[derive(Debug, Args)]
#[command(after_help = "Example:
  gan-train finetune runs/mnist -o runs/mnist4
  gan-train quantize runs/mnist4 -o mnist4.gan

Batch normalization and labels are folded into the layers first, as quantize does it.
The discriminator is that of the run's last checkpoint, the data and the objective are the run's.
It is a run like any other: train --resume goes on with it, evaluate, report and compare take it.")]
pub struct Finetune {
    /// The trained run's folder
    #[arg(value_name = "RUN")]
    run_dir: PathBuf,
    /// The new run's folder [default: runs/NUMBER-NAME with the next number]
    #[arg(short, long, value_name = "RUN")]
    out: Option<PathBuf>,
    /// Where the run's data is now, if it was moved
    #[arg(long)]
    data: Option<String>,
    /// Where MNIST's files are now
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Steps
    #[arg(long, default_value_t = 3000, value_parser = clap::value_parser!(u64).range(1..))]
    steps: u64,
    /// Inputs that share a scale: fewer are more exact and take more flash
    #[arg(long, default_value = "32", value_parser = super::one_of(["16", "32"]))]
    group: u8,
    /// The learning rates at the start, as a part of the run's own; they fall to the run's lr_end
    /// of that
    #[arg(
        long,
        alias = "rate",
        value_name = "FACTOR",
        default_value_t = 0.05,
        value_parser = super::train::options::positive
    )]
    lr_factor: f64,
    /// Steps between evaluations, by which the best generator is chosen; 0 for none [default: a
    /// tenth of the steps, if the run was evaluated]
    #[arg(long, value_name = "STEPS")]
    eval_every: Option<u64>,
    /// `best` by the run's evaluations (the last, if there were none), `last`, or the step of a
    /// snapshot (train --snapshot-every)
    #[arg(long, value_name = "best|last|STEP", default_value_t)]
    checkpoint: Which,
    /// Replace a run that is in the --out folder already
    #[arg(long, requires = "out")]
    overwrite: bool,
}

impl Finetune {
    /// The generator's parameters to begin with, without normalization. A task's has none in any
    /// case; and what `export` makes of it sees other numbers than a network in training does.
    fn generator(&self, config: &Config) -> Result<Vec<HostParam>> {
        if config.task.is_some() {
            return Ok(checkpoint::averaged(&self.run_dir, config, self.checkpoint)?.0);
        }
        let (float, _) = export::generator(&self.run_dir, config, self.checkpoint)?;
        Ok(float.params())
    }

    pub fn run(self) -> Result<ExitCode> {
        let mut run = RunConfig::read(&self.run_dir)?;
        let params = self.generator(&run.config)?;
        let device = run.device.open()?;
        let Checkpoint { state: trained, run: run_data } =
            checkpoint::load(&self.run_dir, &run.config, &device)?;
        if let Some(out) = &self.out {
            let same = out.exists() && out.canonicalize()? == self.run_dir.canonicalize()?;
            ensure!(!same, "--out {}: is the run itself", out.display());
            training::check_free(out, self.overwrite)?;
        }

        run.config.generator.fold_batch_norm();
        let training = &mut run.config.training;
        (training.weight_bits, training.weight_group) = (4, self.group);
        (training.steps, training.lr_hold) = (self.steps, 0.0);
        for rate in [
            Some(&mut training.lr),
            training.generator_lr.as_mut(),
            training.discriminator_lr.as_mut(),
        ] {
            rate.into_iter().for_each(|rate| *rate *= self.lr_factor);
        }
        let tenth = if training.eval_every > 0 { (self.steps / 10).max(1) } else { 0 };
        training.eval_every = self.eval_every.unwrap_or(tenth);
        run.config.check()?;

        dataset::locate(&mut run, self.data.as_deref(), self.data_dir.as_deref())?;
        let dataset = dataset::of_run(&run, &self.run_dir)?;
        if let Some(out) = &self.out {
            dataset::check_run_folder(&dataset, out)?;
        }
        let splits = Splits::new(&run.config, dataset)?;
        let shape = run_data.shape;
        let discriminator = &trained.discriminator;
        let state = State::begin_with(&run.config, shape, &params, discriminator, &device);
        let (data, name) = (run.data.clone(), run.config.name.clone());
        let prepared = Prepared::new(run, splits, &device, state, Options::default())?;
        prepared.check_data(&data, &run_data.sha256, &self.run_dir)?;
        let folder = training::folder(self.out.as_deref(), &name)?;
        say!(
            "training {name} with weights of 4 bits for {} steps, in {}",
            thousands(self.steps),
            folder.display()
        );
        let Ended { trainer, end, lock: _lock } = prepared.begin(&folder, self.overwrite)?;
        if end == End::Interrupted {
            return Ok(training::interrupted(&folder));
        }
        finished::finish(&folder, trainer)
    }
}
