//! A run from its first (or next) step to its last: progress, metrics, evaluations, checkpoints,
//! and stopping early.

use super::evaluations::Evaluation;
use super::health::Health;
use super::material::Material;
use super::metrics::{Log, Means, Record};
use super::progress::Progress;
use super::until::Until;
use super::watch::Watch;
use super::{State, Trainer};
use crate::backend::Backend;
use crate::config::{Config, Network};
use anyhow::Result;
use gan_tools::interrupt;
use std::path::Path;
use std::time::{Duration, Instant};

/// Time between checkpoints, if nobody says otherwise. They change no number, so it need not be the
/// same from run to run.
pub const CHECKPOINT_EVERY: Duration = Duration::from_secs(20);
/// Between evaluations, writing checkpoints takes at most this part of the time, however large they
/// are.
const CHECKPOINT_PART: u32 = 20;
/// Lines of metrics in a run, about; more in a run of over 40,000 steps, which gets one every 100.
const RECORDS: u64 = 400;

/// Why training ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// All steps are done.
    Finished,
    /// `--until` came true.
    Reached(Evaluation),
    /// Ctrl-C, or a signal to terminate.
    Interrupted,
}

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
        Self { checkpoint_every: CHECKPOINT_EVERY, until: None, tensorboard: false }
    }
}

/// Steps that fit into `minutes` on this machine, by trying for a few seconds. The trial's results
/// are thrown away.
///
/// # Errors
///
/// As [`Trainer::new`] and [`Trainer::step`].
pub fn steps_in(
    minutes: f64,
    config: &Config,
    backend: Backend,
    material: &Material,
) -> Result<u64> {
    let state = State::new(config, material.shape);
    let mut trial =
        Trainer::new(config.clone(), backend, material.train.clone(), material.shape, state)?;
    for _ in 0..10 {
        trial.step()?;
    }
    let (start, mut steps) = (Instant::now(), 0u64);
    while start.elapsed() < Duration::from_secs(4) {
        trial.step()?;
        steps += 1;
    }
    let rate = steps as f64 / start.elapsed().as_secs_f64();
    Ok(((minutes * 60.0 * rate) as u64).max(1))
}

/// Trains to the configuration's last step, with `metrics.jsonl`, evaluations and checkpoints in
/// `folder`.
///
/// # Errors
///
/// A loss that is not finite, or a file that cannot be written. The last checkpoint stays.
pub fn train(
    trainer: &mut Trainer,
    mut watch: Watch,
    folder: &Path,
    options: &Options,
) -> Result<End> {
    let training = trainer.config().training.clone();
    let steps = training.steps;
    let record_every = (steps / RECORDS).clamp(1, 100);
    let mut log = Log::open(folder, trainer.state().step)?;
    let mut means = Means::default();
    let mut health = Health::new(training.objective);
    let mut progress = Progress::new(steps, trainer.state().step);
    let mut since_checkpoint = Instant::now();
    let mut pause = options.checkpoint_every;
    let mut seconds_at_record = trainer.state().seconds;
    let mut last = Instant::now();

    while trainer.state().step < steps {
        means.add(&trainer.step()?);
        trainer.add_seconds(last.elapsed().as_secs_f64());
        let step = trainer.state().step;
        let interrupted = interrupt::requested();
        if step.is_multiple_of(record_every) || step == steps {
            let seconds = trainer.state().seconds;
            let images = (training.batch as u64 * training.batches_in_step()) as f64
                * f64::from(means.count());
            let record =
                record(trainer, means.take(), images / (seconds - seconds_at_record).max(1e-9));
            seconds_at_record = seconds;
            log.write(&record)?;
            health.check(&record).iter().for_each(|text| progress.say(&format!("warning: {text}")));
            progress.show(&record);
            watch.record(&record)?;
        }
        let mut reached = None;
        let evaluated =
            training.eval_every > 0 && (step.is_multiple_of(training.eval_every) || step == steps);
        let mut saved = false;
        if evaluated && let Some(evaluation) = watch.evaluate(trainer)? {
            saved = true;
            progress.evaluated(&evaluation);
            reached = options
                .until
                .as_ref()
                .is_some_and(|until| until.is_true(&evaluation.scores))
                .then_some(evaluation);
            since_checkpoint = Instant::now();
        }
        if !saved && (interrupted || step == steps || since_checkpoint.elapsed() > pause) {
            let start = Instant::now();
            trainer.save(folder)?;
            pause = options.checkpoint_every.max(start.elapsed() * CHECKPOINT_PART);
            since_checkpoint = Instant::now();
        }
        if let Some(evaluation) = reached {
            progress.end();
            return Ok(End::Reached(evaluation));
        }
        if interrupted && step < steps {
            progress.end();
            return Ok(End::Interrupted);
        }
        // What is not training does not count as such.
        last = Instant::now();
    }
    progress.end();
    Ok(End::Finished)
}

fn record(trainer: &Trainer, means: [f64; 7], images_per_second: f64) -> Record {
    let [d_loss, g_loss, penalty, d_real, d_fake, spread, diversity] = means;
    let step = trainer.state().step;
    Record {
        step,
        epoch: trainer.epoch(),
        seconds: trainer.state().seconds,
        images_per_second,
        rate: trainer.rate(Network::Generator, step - 1),
        d_loss,
        g_loss,
        penalty,
        d_real,
        d_fake,
        spread,
        diversity,
    }
}
