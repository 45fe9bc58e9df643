//! What `train`, `finetune` and `quickstart` have in common: a run is prepared, begun or resumed,
//! and watched until it ends.

use super::sizes::Sizes;
use super::{classifier, thousands};
use anyhow::{Result, ensure};
use burn::prelude::Device;
use gan_tools::files::atomic;
use gan_tools::interrupt;
use gan_tools::messages::{Verbosity, verbosity};
use gan_tools::numbers::fixed;
use gan_tools::progress::{Progress, Unit};
use gan_tools::say;
use gan_train::config::Config;
use gan_train::judge::evaluations::{Evaluation, Scores};
use gan_train::judge::until::Until;
use gan_train::ranks::Ranks;
use gan_train::report::folder;
use gan_train::report::watch::{self, RunJudge, Watch};
use gan_train::train::folder::RunConfig;
use gan_train::train::lock::Lock;
use gan_train::train::metrics::Record;
use gan_train::train::numbered;
use gan_train::train::run::{self, End, Observer, Verdict};
use gan_train::train::splits::Splits;
use gan_train::train::together;
use gan_train::train::{State, Trainer};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Where runs go without `--out`.
pub const RUNS: &str = "runs";

/// What changes no weight.
#[derive(Debug, Clone)]
pub struct Options {
    /// Least time between checkpoints.
    pub checkpoint_every: Duration,
    /// Ends the run early.
    pub until: Option<Until>,
    /// Whether TensorBoard's files are written too.
    pub tensorboard: bool,
    /// Who shares the batches with this process, the first of them.
    pub ranks: Ranks,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            checkpoint_every: run::CHECKPOINT_EVERY,
            until: None,
            tensorboard: false,
            ranks: Ranks::ALONE,
        }
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

/// The folder of a new run: that of `--out`, or else one of its own in `runs/`, which is there
/// then.
pub fn folder(out: Option<&Path>, name: &str) -> Result<PathBuf> {
    out.map_or_else(|| numbered::create(Path::new(RUNS), name), |out| Ok(out.to_owned()))
}

/// A run that can begin or go on. Nothing on the disk has changed yet.
pub struct Prepared {
    run: RunConfig,
    trainer: Trainer,
    judge: Option<RunJudge>,
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
        together::check(&run.config, options.ranks.count())?;
        say_evaluations(&run.config);
        let classifier = classifier::for_data(run.classifier_steps);
        // A run that is done already is not evaluated once more.
        let judge = if state.step < run.config.training.steps {
            watch::judge(&run.config, &splits, options.until.as_ref(), classifier)?
        } else {
            None
        };
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
        let Options { checkpoint_every, until, ranks, .. } = options;
        let done = trainer.state().step;
        for (name, network) in [
            ("generator", &trainer.state().generator),
            ("discriminator", &trainer.state().discriminator),
        ] {
            tracing::debug!("{name} {}, on {}", Sizes::of(&network.shapes()), run.device);
        }
        interrupt::catch()?;
        let steps = Some(run.config.training.steps);
        let progress = Progress::new(Unit::Count("step"), steps, done);
        let mut screen = Screen { watch, progress, until };
        trainer.lead(&ranks)?;
        let end = run::train(&mut trainer, &mut screen, folder, checkpoint_every);
        screen.progress.clear();
        // What failed may have been the others' end, too.
        let end = end?;
        trainer.dismiss();
        Ok(Ended { trainer, end, lock })
    }
}

/// Says by what images the run will be evaluated, if it is.
fn say_evaluations(config: &Config) {
    let every = config.training.eval_every;
    if every == 0 {
        return;
    }
    let by = if config.training.validation > 0.0 {
        "held-out"
    } else {
        "the training's own (training.validation is 0)"
    };
    say!("evaluations every {} steps by {by} images", thousands(every));
}

/// Says how to go on, and the exit code for it.
pub fn interrupted(folder: &Path) -> ExitCode {
    say!("interrupted; go on with: gan-train train --resume {}", folder.display());
    interrupt::exit_code()
}

/// Shows a run on stderr while it is watched.
struct Screen {
    watch: Watch,
    progress: Progress,
    until: Option<Until>,
}

/// Losses and scores of the steps since the last record, for the bar.
fn losses(record: &Record) -> String {
    let Record { d_loss, g_loss, d_real, d_fake, images_per_second, .. } = record;
    format!(
        "loss D {d_loss:.3} G {g_loss:.3}  D(x) {d_real:.2} D(G(z)) {d_fake:.2}  \
         {images_per_second:.0} images/s"
    )
}

/// What an evaluation found, in a line.
fn scores(evaluation: &Evaluation) -> String {
    let shown = match &evaluation.scores {
        Scores::Drawn(scores) => {
            let accuracy = scores
                .conditional_accuracy
                .map_or(String::new(), |accuracy| format!("  accuracy {accuracy:.3}"));
            format!(
                "FD {}  coverage {}  recall {}{accuracy}  log-likelihood {}",
                fixed(scores.fd, 2),
                fixed(scores.coverage, 3),
                fixed(scores.recall, 3),
                fixed(scores.log_likelihood, 1)
            )
        }
        Scores::Restored(scores) => {
            let decibels = |psnr: Option<f64>| psnr.map_or("-".into(), |psnr| fixed(psnr, 2));
            let holes = scores
                .psnr_missing
                .map_or(String::new(), |psnr| format!("  in holes {}", decibels(Some(psnr))));
            format!(
                "PSNR {} dB{holes}  SSIM {}  L1 {}",
                decibels(scores.psnr),
                fixed(scores.ssim, 3),
                fixed(scores.l1, 2)
            )
        }
    };
    let best = if evaluation.best { "  (best so far)" } else { "" };
    format!("step {}: {shown}{best}", evaluation.step)
}

impl Observer for Screen {
    fn record(&mut self, record: &Record) -> Result<()> {
        for warning in &record.warnings {
            self.progress.say(&format!("warning: step {}: {warning}", record.step));
        }
        if verbosity() == Verbosity::Verbose {
            self.progress.say(&format!("step {}: {}", record.step, losses(record)));
        } else {
            self.progress.show(record.step, &losses(record));
        }
        self.watch.record(record)
    }

    fn evaluate(&mut self, trainer: &mut Trainer) -> Result<Verdict> {
        let Some(evaluation) = self.watch.evaluate(trainer)? else { return Ok(Verdict::Skipped) };
        self.progress.say(&scores(&evaluation));
        for warning in &evaluation.warnings {
            self.progress.say(&format!("warning: step {}: {warning}", evaluation.step));
        }
        let reached = self.until.as_ref().is_some_and(|until| until.is_true(&evaluation.scores));
        Ok(if reached { Verdict::Reached } else { Verdict::GoOn })
    }

    fn interrupted(&mut self) -> bool {
        interrupt::requested()
    }
}
