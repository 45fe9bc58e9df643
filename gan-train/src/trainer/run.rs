//! A run from its first (or next) step to its last: progress, metrics, checkpoints, and stopping early.

use super::metrics::{Log, Means, Record};
use super::{Shape, Trainer};
use crate::backend::Backend;
use crate::config::{Config, Network};
use crate::data::Split;
use anyhow::Result;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Time between checkpoints, if nobody says otherwise. They change no number, so it need not be the same from run to run.
pub const CHECKPOINT_EVERY: Duration = Duration::from_secs(20);
/// Off a terminal, time between lines of progress.
const LINE_EVERY: Duration = Duration::from_secs(15);
/// Lines of metrics in a whole run, about.
const RECORDS: u64 = 400;

/// Why training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All steps are done.
    Finished,
    /// Ctrl-C, or a signal to terminate.
    Interrupted,
}

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C ends training after the current step, with a checkpoint.
///
/// # Errors
///
/// There is a handler already.
pub fn stop_on_interrupt() -> Result<()> {
    Ok(ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            // The second time at once: the last checkpoint is whole whatever is being written.
            std::process::exit(130);
        }
    })?)
}

/// Steps that fit into `minutes` on this machine, by trying for a few seconds. The trial's results are thrown away.
///
/// # Errors
///
/// As [`Trainer::new`] and [`Trainer::step`].
pub fn steps_in(minutes: f64, config: &Config, backend: Backend, data: &Split, shape: Shape) -> Result<u64> {
    let mut trial = Trainer::new(config.clone(), backend, data.clone(), shape, super::State::new(config, shape))?;
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

/// Trains to the configuration's last step, with `config.toml`, `metrics.jsonl` and checkpoints in `folder`.
///
/// # Errors
///
/// A loss that is not finite, or a file that cannot be written. The last checkpoint stays.
pub fn train(trainer: &mut Trainer, folder: &Path, checkpoint_every: Duration) -> Result<End> {
    let steps = trainer.config().training.steps;
    let record_every = (steps / RECORDS).clamp(1, 100);
    let mut log = Log::open(folder, trainer.state().step)?;
    let mut means = Means::default();
    let progress = Progress::new(steps, trainer.state().step);
    let (mut since_checkpoint, mut since_record) = (Instant::now(), Instant::now());
    let mut seconds_at_record = trainer.state().seconds;
    let batch = trainer.config().training.batch as f64;
    let mut last = Instant::now();

    while trainer.state().step < steps {
        means.add(&trainer.step()?);
        let now = Instant::now();
        trainer.add_seconds((now - last).as_secs_f64());
        last = now;
        let state = trainer.state();
        let interrupted = INTERRUPTED.load(Ordering::Relaxed);
        if state.step.is_multiple_of(record_every) || state.step == steps {
            let done = means.count();
            let [d_loss, g_loss, penalty, d_real, d_fake, spread, diversity] = means.take();
            let record = Record {
                step: state.step,
                epoch: trainer.epoch(),
                seconds: state.seconds,
                images_per_second: batch * f64::from(done) / (state.seconds - seconds_at_record).max(1e-9),
                rate: trainer.rate(Network::Generator, state.step - 1),
                d_loss,
                g_loss,
                penalty,
                d_real,
                d_fake,
                spread,
                diversity,
            };
            seconds_at_record = state.seconds;
            log.write(&record)?;
            progress.show(&record, &mut since_record);
        }
        if interrupted || state.step == steps || since_checkpoint.elapsed() > checkpoint_every {
            trainer.save(folder)?;
            since_checkpoint = Instant::now();
        }
        if interrupted && trainer.state().step < steps {
            progress.bar.abandon();
            return Ok(End::Interrupted);
        }
    }
    progress.bar.finish();
    Ok(End::Finished)
}

/// A bar on a terminal, a line now and then elsewhere; on stderr.
struct Progress {
    bar: ProgressBar,
    terminal: bool,
}

impl Progress {
    fn new(steps: u64, done: u64) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target = if terminal { ProgressDrawTarget::stderr_with_hz(10) } else { ProgressDrawTarget::hidden() };
        let style =
            ProgressStyle::with_template("{bar:20} {pos}/{len} steps, {eta} left  {wide_msg}").expect("the template is valid");
        let bar = ProgressBar::with_draw_target(Some(steps), target).with_style(style).with_position(done);
        bar.reset_eta();
        Self { bar, terminal }
    }

    fn show(&self, record: &Record, since_line: &mut Instant) {
        let Record { d_loss, g_loss, d_real, d_fake, images_per_second, .. } = record;
        let text =
            format!("loss D {d_loss:.3} G {g_loss:.3}  D(x) {d_real:.2} D(G(z)) {d_fake:.2}  {images_per_second:.0} images/s");
        let len = self.bar.length().unwrap_or(0);
        if !self.terminal && (since_line.elapsed() > LINE_EVERY || record.step == len) {
            eprintln!("step {}/{len}  {text}", record.step);
            *since_line = Instant::now();
        }
        self.bar.set_position(record.step);
        self.bar.set_message(text);
    }
}
