//! How far a run is: a bar on a terminal, a line now and then elsewhere; on stderr.

use gan_tools::numbers::fixed;
use gan_train::judge::evaluations::Evaluation;
use gan_train::train::metrics::Record;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// Off a terminal, time between lines.
const LINE_EVERY: Duration = Duration::from_secs(15);

pub(super) struct Progress {
    bar: ProgressBar,
    terminal: bool,
    since_line: Instant,
}

impl Progress {
    pub fn new(steps: u64, done: u64) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target = if terminal {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        };
        let style =
            ProgressStyle::with_template("{bar:20} {pos}/{len} steps, {eta} left  {wide_msg}")
                .expect("the template is valid");
        let bar = ProgressBar::with_draw_target(Some(steps), target)
            .with_style(style)
            .with_position(done);
        bar.reset_eta();
        Self { bar, terminal, since_line: Instant::now() }
    }

    pub fn show(&mut self, record: &Record) {
        let Record { d_loss, g_loss, d_real, d_fake, images_per_second, .. } = record;
        let text = format!(
            "loss D {d_loss:.3} G {g_loss:.3}  D(x) {d_real:.2} D(G(z)) {d_fake:.2}  {images_per_second:.0} images/s"
        );
        let len = self.bar.length().unwrap_or(0);
        if !self.terminal && (self.since_line.elapsed() > LINE_EVERY || record.step == len) {
            eprintln!("step {}/{len}  {text}", record.step);
            self.since_line = Instant::now();
        }
        self.bar.set_position(record.step);
        self.bar.set_message(text);
    }

    pub fn evaluated(&self, evaluation: &Evaluation) {
        let scores = &evaluation.scores;
        let accuracy = scores
            .conditional_accuracy
            .map_or(String::new(), |accuracy| format!("  accuracy {accuracy:.3}"));
        self.say(&format!(
            "step {}: FID {}  log-likelihood {}  coverage {}{accuracy}{}",
            evaluation.step,
            fixed(scores.fid, 2),
            fixed(scores.log_likelihood, 1),
            fixed(scores.coverage, 3),
            if evaluation.best { "  (best so far)" } else { "" }
        ));
    }

    /// A line that stays, above the bar.
    pub fn say(&self, text: &str) {
        self.bar.suspend(|| eprintln!("{text}"));
    }

    pub fn end(&self) {
        self.bar.abandon();
    }
}
