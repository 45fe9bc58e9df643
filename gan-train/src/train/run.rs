//! A run from its first (or next) step to its last: metrics, checkpoints, and when to evaluate and
//! when to stop. What evaluates, and what shows people how far it is, is an [`Observer`].

use super::health::Health;
use super::metrics::{Log, Means, Record};
use super::splits::Splits;
use super::{State, Trainer, snapshots};
use crate::config::{Config, Network};
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
    /// Hears of a line of metrics that was written, and of what went wrong since the last one: a
    /// sentence for each fault, with what to try.
    ///
    /// # Errors
    ///
    /// A file cannot be written; then training ends.
    fn record(&mut self, record: &Record, faults: &[String]) -> Result<()>;

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

/// Steps that fit into `minutes` on this machine, by trying for a few seconds. The trial's results
/// are thrown away.
///
/// # Errors
///
/// As [`Trainer::new`] and [`Trainer::step`].
pub fn steps_in(minutes: f64, config: &Config, device: &Device, splits: &Splits) -> Result<u64> {
    let state = State::new(config, splits.shape, device);
    let mut trial =
        Trainer::new(config.clone(), device, splits.train.clone(), splits.shape, state)?;
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

/// Trains to the configuration's last step, with `metrics.jsonl`, checkpoints and snapshots in
/// `folder`.
/// Between two checkpoints lies at least `checkpoint_every`.
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
        let interrupted = observer.interrupted();
        if record_due {
            let seconds = trainer.state().seconds;
            let images = (training.batch as u64 * training.batches_in_step()) as f64
                * f64::from(means.count());
            let record =
                record(trainer, means.take(), images / (seconds - seconds_at_record).max(1e-9));
            seconds_at_record = seconds;
            log.write(&record)?;
            observer.record(&record, &health.check(&record))?;
        }
        // Before the checkpoint: if the process is killed in between, the resumed run writes it again.
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
        let due = interrupted || step == steps || since_checkpoint.elapsed() > pause;
        if verdict == Verdict::Skipped && due {
            let start = Instant::now();
            trainer.save(folder)?;
            pause = checkpoint_every.max(start.elapsed() * CHECKPOINT_PART);
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

fn record(trainer: &Trainer, means: [f64; 7], images_per_second: f64) -> Record {
    let [d_loss, g_loss, penalty, d_real, d_fake, spread, diversity] = means;
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Split;
    use crate::train::{Shape, checkpoint, metrics};
    use gan_tools::images::Images;

    /// Notes what it hears, and answers as it was told to.
    #[derive(Default)]
    struct Scripted {
        /// The step of each evaluation, and how often it was asked whether to stop by then.
        evaluated: Vec<(u64, u64)>,
        recorded: Vec<u64>,
        asked: u64,
        verdict: Option<Verdict>,
        interrupt_after: Option<u64>,
    }

    impl Observer for Scripted {
        fn record(&mut self, record: &Record, _: &[String]) -> Result<()> {
            self.recorded.push(record.step);
            Ok(())
        }

        fn evaluate(&mut self, trainer: &mut Trainer) -> Result<Verdict> {
            self.evaluated.push((trainer.state().step, self.asked));
            Ok(self.verdict.unwrap_or(Verdict::Skipped))
        }

        fn interrupted(&mut self) -> bool {
            self.asked += 1;
            self.interrupt_after.is_some_and(|step| self.asked >= step)
        }
    }

    /// Trains for seven steps, with evaluations every three. Returns why training ended, the steps
    /// that were done, those with a line of metrics, and the step of the checkpoint, if there is
    /// one.
    fn run(name: &str, observer: &mut Scripted) -> (End, u64, Vec<u64>, Option<u64>) {
        let text = "name = \"t\"\n[generator]\nlatent = 2\nhidden = [3]\n\
                    [discriminator]\nhidden = [3]\n\
                    [training]\nbatch = 4\nsteps = 7\neval_every = 3\n";
        let config: Config = toml::from_str(text).unwrap();
        let pixels = (0..4 * 8u32).map(|index| (index * 97 % 251) as u8).collect();
        let images = Images { count: 8, width: 2, height: 2, pixels };
        let data = Split { images, labels: None };
        let shape = Shape::of(&config, &data).unwrap();
        let device = Device::flex();
        let state = State::new(&config, shape, &device);
        let mut trainer = Trainer::new(config.clone(), &device, data, shape, state).unwrap();
        let folder =
            std::env::temp_dir().join(format!("gan-train-run-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let end = train(&mut trainer, observer, &folder, Duration::from_secs(1000)).unwrap();
        let lines = metrics::read(&folder).unwrap().iter().map(|record| record.step).collect();
        let saved = folder.join(checkpoint::FILE).exists();
        let saved = saved.then(|| checkpoint::load(&folder, &config, &device).unwrap().state.step);
        std::fs::remove_dir_all(&folder).unwrap();
        (end, trainer.state().step, lines, saved)
    }

    #[test]
    fn a_run_asks_for_evaluations_and_saves_its_last_step_itself() {
        let mut observer = Scripted::default();
        let (end, steps, lines, saved) = run("whole", &mut observer);
        assert_eq!((end, steps, saved), (End::Finished, 7, Some(7)));
        assert_eq!(observer.evaluated, [(3, 3), (6, 6), (7, 7)]);
        assert_eq!(observer.recorded, [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(lines, observer.recorded);
    }

    #[test]
    fn a_run_ends_when_an_evaluation_says_so_and_leaves_the_checkpoint_to_it() {
        let mut observer = Scripted { verdict: Some(Verdict::Reached), ..Scripted::default() };
        let (end, steps, lines, saved) = run("reached", &mut observer);
        assert_eq!((end, steps, lines.len(), saved), (End::Reached, 3, 3, None));
        let mut observer = Scripted { verdict: Some(Verdict::GoOn), ..Scripted::default() };
        let (end, steps, _, saved) = run("on", &mut observer);
        assert_eq!((end, steps, saved), (End::Finished, 7, None));
    }

    #[test]
    fn an_interrupted_run_saves_the_step_that_it_was_at() {
        let mut observer = Scripted { interrupt_after: Some(5), ..Scripted::default() };
        let (end, steps, lines, saved) = run("interrupted", &mut observer);
        assert_eq!((end, steps, lines.len(), saved), (End::Interrupted, 5, 5, Some(5)));
        assert_eq!(observer.evaluated, [(3, 3)]);
    }
}
