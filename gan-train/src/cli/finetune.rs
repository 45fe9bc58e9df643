//! `gan-train finetune`.

use super::{finished, thousands};
use anyhow::{Context, Result, ensure};
use clap::Args;
use gan_tools::files::atomic;
use gan_tools::interrupt;
use gan_train::data;
use gan_train::output::losses;
use gan_train::trainer::checkpoint::{self, Checkpoint, Which};
use gan_train::trainer::folder::{self, RunConfig};
use gan_train::trainer::material::Material;
use gan_train::trainer::run::{self, End, Options};
use gan_train::trainer::watch::{self, Watch};
use gan_train::trainer::{State, Trainer, metrics};
use std::path::PathBuf;
use std::process::ExitCode;

/// Go on training a run's generator with its weights rounded to four bits, as a run of its own
#[derive(Debug, Args)]
#[command(after_help = "Example:
  gan-train finetune runs/mnist --out runs/mnist4
  gan-train quantize runs/mnist4 -o mnist4.gan

Batch normalization and labels are folded into the layers first, as quantize does it. The discriminator is that of the run's last checkpoint, the data and the objective are
the run's. It is a run like any other: train --resume goes on with it, evaluate, report and compare take it.")]
pub struct Finetune {
    /// The trained run's folder
    run_dir: PathBuf,
    /// The new run's folder
    #[arg(short, long)]
    out: PathBuf,
    /// Steps
    #[arg(long, default_value_t = 3000, value_parser = clap::value_parser!(u64).range(1..))]
    steps: u64,
    /// Inputs that share a scale: fewer are more exact and take more flash
    #[arg(long, default_value = "32", value_parser = ["16", "32"])]
    group: String,
    /// The rates at the start, as a part of the run's own; they fall to the run's rate_end of it
    #[arg(long, default_value_t = 0.05, value_parser = super::train::positive)]
    rate: f64,
    /// Steps between evaluations, by which the best generator is chosen; 0 for none [default: a
    /// tenth of the steps, if the run was evaluated]
    #[arg(long, value_name = "STEPS")]
    eval_every: Option<u64>,
    /// The best generator by the run's evaluations (the last, if there were none), or the last
    #[arg(long, value_enum, default_value_t)]
    checkpoint: Which,
    /// Replace a run that is in the folder already
    #[arg(long)]
    overwrite: bool,
}

impl Finetune {
    pub fn run(self) -> Result<ExitCode> {
        let mut run = RunConfig::read(&self.run_dir)?;
        let (float, _) = checkpoint::generator(&self.run_dir, &run.config, self.checkpoint)?;
        let Checkpoint { state: trained, shape, data_sha256 } =
            checkpoint::load(&self.run_dir, &run.config)?;
        let shown = self.out.display();
        let taken =
            [checkpoint::FILE, folder::CONFIG].iter().any(|name| self.out.join(name).exists());
        let same = self.out.exists() && self.out.canonicalize()? == self.run_dir.canonicalize()?;
        ensure!(!same, "--out {shown}: is the run itself");
        ensure!(
            self.overwrite || !taken,
            "{shown}: there is a run (or another config.toml) in it already: --overwrite, or another --out"
        );

        run.config.generator.fold_batch_norm();
        let training = &mut run.config.training;
        (training.weight_bits, training.weight_group) = (4, self.group.parse()?);
        (training.steps, training.rate_hold) = (self.steps, 0.0);
        for rate in [
            Some(&mut training.rate),
            training.generator_rate.as_mut(),
            training.discriminator_rate.as_mut(),
        ] {
            rate.into_iter().for_each(|rate| *rate *= self.rate);
        }
        let tenth = if training.eval_every > 0 { (self.steps / 10).max(1) } else { 0 };
        training.eval_every = self.eval_every.unwrap_or(tenth);
        run.config.check()?;

        let dataset = data::open(&run.data, run.data_dir.as_deref()).with_context(|| {
            format!("the data of {} ({})", self.run_dir.join(folder::CONFIG).display(), run.data)
        })?;
        let material = Material::new(&run.config, dataset)?;
        let judge = watch::judge(&run.config, &material, None)?;
        let mut state = State::new(&run.config, shape);
        state.take_over(&float, trained.discriminator);
        let mut trainer =
            Trainer::new(run.config.clone(), run.backend, material.into_train(), shape, state)?;
        ensure!(
            trainer.data_sha256() == data_sha256,
            "{}: not the images and labels that the run was trained on",
            run.data
        );

        // Nothing refuses from here on: what was in the folder may go.
        atomic::create_folder(&self.out)?;
        folder::clear(&self.out)?;
        let watch = Watch::new(&run.config, judge, &self.out, 0, false)?;
        run.write(&self.out)?;
        trainer.save(&self.out)?;
        eprintln!(
            "training {} with weights of 4 bits for {} steps, in {shown}",
            run.config.name,
            thousands(self.steps)
        );
        interrupt::catch()?;
        let end = run::train(&mut trainer, watch, &self.out, &Options::default())?;
        losses::write(&self.out.join(folder::LOSSES), &metrics::read(&self.out)?)?;
        if end == End::Interrupted {
            return Ok(super::train::interrupted(&self.out));
        }
        finished::finish(&self.out, trainer)
    }
}
