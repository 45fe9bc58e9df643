//! What `train`, `finetune` and `quickstart` have in common: a run is prepared, begun or resumed,
//! and watched until it ends.

use super::progress::Progress;
use super::thousands;
use anyhow::{Result, ensure};
use burn::prelude::Device;
use gan_tools::files::atomic;
use gan_tools::interrupt;
use gan_train::config::Config;
use gan_train::judge::scoring::Judge;
use gan_train::judge::until::Until;
use gan_train::report::folder;
use gan_train::report::watch::{self, Watch};
use gan_train::train::folder::RunConfig;
use gan_train::train::lock::Lock;
use gan_train::train::metrics::Record;
use gan_train::train::run::{self, End, Observer, Verdict};
use gan_train::train::splits::Splits;
use gan_train::train::{State, Trainer};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// What changes no weight.
#[derive(Debug, Clone)]
pub struct Options {
    /// Least time between checkpoints.
    pub checkpoint_every: Duration,
    /// Ends the run early.
    pub until: Option<Until>,
    /// Whether TensorBoard's files are written too.
    pub tensorboard: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { checkpoint_every: run::CHECKPOINT_EVERY, until: None, tensorboard: false }
    }
}

/// How a training ended. The folder is locked until the last file is in it.
pub struct Ended {
    pub trainer: Trainer,
    pub end: End,
    pub lock: Lock,
}

/// Refuses a folder with a run in it, unless that is to be overwritten, and one in which another
/// process trains.
pub fn check_free(folder: &Path, overwrite: bool) -> Result<()> {
    if folder.is_dir() {
        drop(Lock::take(folder)?);
    }
    folder::check_free(folder, overwrite)
}

/// A run that can begin or go on. Nothing on the disk has changed yet.
pub struct Prepared {
    run: RunConfig,
    trainer: Trainer,
    judge: Option<Judge>,
    options: Options,
}

impl Prepared {
    /// Prepares a run on `splits` that stands at `state`, whose networks are on `device`.
    pub fn new(
        run: RunConfig,
        splits: Splits,
        device: &Device,
        state: State,
        options: Options,
    ) -> Result<Self> {
        // Also what the command line has changed in it.
        run.config.check()?;
        say_evaluations(&run.config);
        let judge = watch::judge(&run.config, &splits, options.until.as_ref())?;
        let shape = splits.shape;
        let data = splits.into_train();
        let trainer = Trainer::new(run.config.clone(), device, data, shape, state)?;
        Ok(Self { run, trainer, judge, options })
    }

    /// Refuses other data than that with this SHA-256, which the run in `folder` was started on.
    pub fn check_data(&self, data: &str, sha256: &str, folder: &Path) -> Result<()> {
        ensure!(
            self.trainer.run_data().sha256 == sha256,
            "{data}: not the images and labels that {} was started on",
            folder.display()
        );
        Ok(())
    }

    /// Trains a new run in `folder`, in place of one that is there if it may be overwritten.
    pub fn begin(mut self, folder: &Path, overwrite: bool) -> Result<Ended> {
        atomic::create_folder(folder)?;
        let lock = Lock::take(folder)?;
        // Another process may have begun and ended a run while this one was prepared.
        folder::check_free(folder, overwrite)?;
        folder::begin(folder, |first| {
            self.run.write(first)?;
            self.trainer.save(first)
        })?;
        let watch = self.watch(folder)?;
        self.train(watch, folder, lock)
    }

    /// Goes on with the run in `folder`, which has been locked since before it was read, and whose
    /// length may have changed.
    pub fn go_on(mut self, folder: &Path, lock: Lock) -> Result<Ended> {
        let watch = self.watch(folder)?;
        self.run.write(folder)?;
        self.train(watch, folder, lock)
    }

    fn watch(&mut self, folder: &Path) -> Result<Watch> {
        let step = self.trainer.state().step;
        Watch::new(&self.run.config, self.judge.take(), folder, step, self.options.tensorboard)
    }

    fn train(self, watch: Watch, folder: &Path, lock: Lock) -> Result<Ended> {
        let Self { run, mut trainer, options, .. } = self;
        let Options { checkpoint_every, until, .. } = options;
        let done = trainer.state().step;
        interrupt::catch()?;
        let progress = Progress::new(run.config.training.steps, done);
        let mut screen = Screen { watch, progress, until };
        let end = run::train(&mut trainer, &mut screen, folder, checkpoint_every);
        screen.progress.end();
        Ok(Ended { trainer, end: end?, lock })
    }
}

/// Says by what images the run will be evaluated, if it is.
fn say_evaluations(config: &Config) {
    let every = config.training.eval_every;
    if every == 0 {
        return;
    }
    let by = if config.training.held_out > 0.0 {
        "held-out"
    } else {
        "the training's own (training.held_out is 0)"
    };
    eprintln!("evaluations every {} steps by {by} images", thousands(every));
}

/// Says how to go on, and the exit code for it.
pub fn interrupted(folder: &Path) -> ExitCode {
    eprintln!("interrupted; go on with: gan-train train --resume {}", folder.display());
    interrupt::exit_code()
}

/// Shows a run on stderr while it is watched.
struct Screen {
    watch: Watch,
    progress: Progress,
    until: Option<Until>,
}

impl Observer for Screen {
    fn record(&mut self, record: &Record) -> Result<()> {
        for warning in &record.warnings {
            self.progress.say(&format!("warning: step {}: {warning}", record.step));
        }
        self.progress.show(record);
        self.watch.record(record)
    }

    fn evaluate(&mut self, trainer: &mut Trainer) -> Result<Verdict> {
        let Some(evaluation) = self.watch.evaluate(trainer)? else { return Ok(Verdict::Skipped) };
        self.progress.evaluated(&evaluation);
        let reached = self.until.as_ref().is_some_and(|until| until.is_true(&evaluation.scores));
        Ok(if reached { Verdict::Reached } else { Verdict::GoOn })
    }

    fn interrupted(&mut self) -> bool {
        interrupt::requested()
    }
}
