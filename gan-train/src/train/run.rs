//! A run from its first (or next) step to its last: metrics, checkpoints, and when to evaluate and
//! when to stop. What evaluates, and what shows people how far it is, is an [`Observer`].

use super::health::Health;
use super::metrics::{Log, Means, Record};
use super::splits::Splits;
use super::{COUNT, State, Trainer, snapshots};
use crate::config::{Alternate, Config, Network};
use anyhow::Result;
use burn::prelude::Device;
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

/// How long steps are tried to find how many fit into a time.
const TRIAL: Duration = Duration::from_secs(4);

/// Why training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All steps are done.
    Finished,
    /// An evaluation was good enough.
    Reached,
    /// The observer asked for it.
    Interrupted,
}

/// What an evaluation came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was evaluated, and no checkpoint was written.
    Skipped,
    /// The checkpoint of this step was written, and training goes on.
    GoOn,
    /// The checkpoint of this step was written, and the generator is good enough.
    Reached,
}

/// Who follows a run: what judges it, draws it and shows it lies above training.
pub trait Observer {
    /// Hears of a line of metrics that was written, with what went wrong since the last one.
    ///
    /// # Errors
    ///
    /// A file cannot be written; then training ends.
    fn record(&mut self, record: &Record) -> Result<()>;

    /// Evaluates the averaged generator, every `training.eval_every` steps and at the end. Whoever
    /// does must write the checkpoint too ([`Trainer::save`]), after what the evaluation writes: if
    /// the process is killed in between, the resumed run makes the evaluation again.
    ///
    /// # Errors
    ///
    /// A file cannot be written; then training ends.
    fn evaluate(&mut self, trainer: &mut Trainer) -> Result<Verdict>;

    /// Whether training is to stop after the step that was just done.
    fn interrupted(&mut self) -> bool;
}

/// Steps that fit into `minutes` on this machine, by trying for a few seconds: evaluations and
/// checkpoints are not among them. The trial's results are thrown away.
///
/// # Errors
///
/// As [`Trainer::new`] and [`Trainer::step`].
pub fn steps_in(minutes: f64, config: &Config, device: &Device, splits: &Splits) -> Result<u64> {
    Ok(steps_that_fit(minutes, &seconds_of_steps(config, device, splits)?))
}

/// Steps that fit into `minutes`, for the seconds of each kind of step. Epochs take turns, so there
/// are as many steps of the one kind as of the other.
fn steps_that_fit(minutes: f64, kinds: &[f64]) -> u64 {
    let mean = kinds.iter().sum::<f64>() / kinds.len() as f64;
    ((minutes * 60.0 / mean) as u64).max(1)
}

/// Seconds of a step, measured: of each kind of step, if epochs of the networks take turns.
fn seconds_of_steps(config: &Config, device: &Device, splits: &Splits) -> Result<Vec<f64>> {
    let trainer = || {
        let state = State::new(config, splits.shape, device);
        Trainer::new(config.clone(), device, splits.train.clone(), splits.shape, state)
    };
    let Alternate::Epochs = config.training.alternate else {
        return Ok(vec![seconds_of_step(&mut trainer()?, 0, u64::MAX, TRIAL)?]);
    };
    let mut trainer = trainer()?;
    let epoch = trainer.batches.in_epoch();
    let kinds = [0, epoch].map(|first| seconds_of_step(&mut trainer, first, epoch, TRIAL / 2));
    kinds.into_iter().collect()
}

/// The mean time of the steps from `first` on, which is tried for so long; after `count` steps it
/// begins with the first one again.
fn seconds_of_step(trainer: &mut Trainer, first: u64, count: u64, trial: Duration) -> Result<f64> {
    let step = |trainer: &mut Trainer, index: u64| {
        trainer.state.step = first + index % count;
        trainer.step()
    };
    for index in 0..10 {
        step(trainer, index)?;
    }
    let (start, mut steps) = (Instant::now(), 0);
    while start.elapsed() < trial {
        step(trainer, 10 + steps)?;
        steps += 1;
    }
    Ok(start.elapsed().as_secs_f64() / steps as f64)
}

/// Trains to the configuration's last step, with `metrics.jsonl`, checkpoints and snapshots in
/// `folder`.
/// Between two checkpoints lies at least `checkpoint_every`; with 0 there is one after each step.
///
/// # Errors
///
/// A loss that is not finite, or a file that cannot be written. The last checkpoint stays.
pub fn train(
    trainer: &mut Trainer,
    observer: &mut impl Observer,
    folder: &Path,
    checkpoint_every: Duration,
) -> Result<End> {
    let training = trainer.config().training.clone();
    let steps = training.steps;
    let record_every = (steps / RECORDS).clamp(1, 100);
    let mut log = Log::open(folder, trainer.state().step)?;
    snapshots::keep_until(folder, trainer.state().step)?;
    let mut means = Means::default();
    let mut health = Health::new(training.objective);
    let mut since_checkpoint = Instant::now();
    let mut pause = checkpoint_every;
    let mut seconds_at_record = trainer.state().seconds;
    let mut last = Instant::now();

    while trainer.state().step < steps {
        trainer.advance();
        let step = trainer.state().step;
        let record_due = step.is_multiple_of(record_every) || step == steps;
        if record_due || trainer.reads_at_once() {
            trainer.settle()?;
            trainer.take_losses().iter().for_each(|losses| means.add(losses));
        }
        trainer.add_seconds(last.elapsed().as_secs_f64());
        let interrupted = observer.interrupted() || trainer.asked_to_stop();
        if record_due {
            let seconds = trainer.state().seconds;
            let images = (training.batch as u64 * training.batches_in_step()) as f64
                * f64::from(means.count());
            let mut record =
                record(trainer, means.take(), images / (seconds - seconds_at_record).max(1e-9));
            seconds_at_record = seconds;
            record.warnings = health.check(&record);
            log.write(&record)?;
            observer.record(&record)?;
        }
        // Before the checkpoint: if the process is killed in between, the resumed run writes it
        // again.
        if training.snapshot_every > 0 && step.is_multiple_of(training.snapshot_every) {
            trainer.save_snapshot(folder)?;
        }
        let mut verdict = Verdict::Skipped;
        if training.eval_every > 0 && (step.is_multiple_of(training.eval_every) || step == steps) {
            verdict = observer.evaluate(trainer)?;
        }
        if verdict != Verdict::Skipped {
            since_checkpoint = Instant::now();
        }
        let due = interrupted || step == steps || since_checkpoint.elapsed() >= pause;
        if verdict == Verdict::Skipped && due {
            let start = Instant::now();
            trainer.save(folder)?;
            if !checkpoint_every.is_zero() {
                pause = checkpoint_every.max(start.elapsed() * CHECKPOINT_PART);
            }
            since_checkpoint = Instant::now();
        }
        if verdict == Verdict::Reached {
            return Ok(End::Reached);
        }
        if interrupted && step < steps {
            return Ok(End::Interrupted);
        }
        // What is not training does not count as such.
        last = Instant::now();
    }
    Ok(End::Finished)
}

fn record(trainer: &Trainer, means: [f64; COUNT], images_per_second: f64) -> Record {
    let [d_loss, g_loss, penalty, d_real, d_fake, spread, diversity, d_accuracy] = means;
    let step = trainer.state().step;
    Record {
        step,
        epoch: trainer.epoch(),
        seconds: trainer.state().seconds,
        images_per_second,
        rate: trainer.lr(Network::Generator, step - 1),
        d_loss,
        g_loss,
        penalty,
        d_real,
        d_fake,
        spread,
        diversity,
        d_accuracy,
        warnings: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
