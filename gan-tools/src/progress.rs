//! How far a long command is, on stderr: a bar on a terminal, a line now and then elsewhere.

use crate::messages::{Verbosity, verbosity};
use crate::numbers::duration;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// On a terminal, time between two bars.
const BAR_EVERY: Duration = Duration::from_millis(100);
/// Elsewhere, time between two lines.
const LINE_EVERY: Duration = Duration::from_secs(15);
/// Characters of the bar.
const WIDTH: u64 = 20;
/// Back to the start of the line, and nothing on it.
const CLEAR: &str = "\r\x1b[K";
/// A line that is too long is cut at the terminal's edge: a second line could not be cleared.
const NO_WRAP: &str = "\x1b[?7l";
const WRAP: &str = "\x1b[?7h";

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things of this name, in the singular.
    Count(&'static str),
    /// Bytes, shown as megabytes.
    Bytes,
}

/// Shows how far a command is. Nothing stays of a bar that is [cleared](Self::clear) or dropped.
#[derive(Debug)]
pub struct Progress {
    unit: Unit,
    total: Option<u64>,
    /// What was done before this started.
    first: u64,
    terminal: bool,
    start: Instant,
    /// When it was last shown.
    shown: Instant,
    /// The bar that is on the terminal.
    bar: String,
}

impl Progress {
    /// Of `total` things, if that is known, so many are done.
    pub fn new(unit: Unit, total: Option<u64>, done: u64) -> Self {
        let (terminal, now) = (std::io::stderr().is_terminal(), Instant::now());
        // Also the first bar comes after a while: what is quick needs none.
        Self { unit, total, first: done, terminal, start: now, shown: now, bar: String::new() }
    }

    /// Says how many are done, and what else there is to say; if it is time to, or all are done.
    /// Without a `message` it says how many a second are done.
    pub fn show(&mut self, done: u64, message: &str) {
        let every = if self.terminal { BAR_EVERY } else { LINE_EVERY };
        let at_the_end = !message.is_empty() && self.total == Some(done);
        if (self.shown.elapsed() < every && !at_the_end) || verbosity() == Verbosity::Quiet {
            return;
        }
        self.shown = Instant::now();
        let seconds = self.start.elapsed().as_secs_f64();
        if self.terminal {
            self.bar = self.text(done, seconds, message);
            self.draw();
        } else {
            eprintln!("{}", self.line(done, seconds, message));
        }
    }

    /// Prints a line that stays, above the bar.
    pub fn say(&self, text: &str) {
        if verbosity() > Verbosity::Quiet {
            self.clear_line();
            eprintln!("{text}");
            self.draw();
        }
    }

    /// Takes the bar away.
    pub fn clear(&mut self) {
        self.clear_line();
        self.bar.clear();
    }

    fn clear_line(&self) {
        if !self.bar.is_empty() {
            eprint!("{CLEAR}");
        }
    }

    fn draw(&self) {
        if !self.bar.is_empty() {
            let mut stderr = std::io::stderr().lock();
            // Whoever does not see the bar has lost nothing.
            let _ = write!(stderr, "{CLEAR}{NO_WRAP}{}{WRAP}", self.bar);
            let _ = stderr.flush();
        }
    }

    /// For a terminal: `#####--------------- 250/1000 images, 12.0 s left  message`.
    fn text(&self, done: u64, seconds: f64, message: &str) -> String {
        let mut text = String::new();
        if let Some(total) = self.total.filter(|&total| total > 0) {
            let full = (WIDTH * done.min(total) / total) as usize;
            text = format!("{}{} ", "#".repeat(full), "-".repeat(WIDTH as usize - full));
        }
        text += &match (self.unit, self.total) {
            (Unit::Bytes, Some(total)) => format!("{:.1}/{:.1} MB", mega(done), mega(total)),
            (Unit::Bytes, None) => format!("{:.1} MB", mega(done)),
            (Unit::Count(name), Some(total)) => format!("{done}/{total} {name}s"),
            (Unit::Count(name), None) => format!("{done} {name}s"),
        };
        let here = done.saturating_sub(self.first) as f64;
        if let Some(left) = self.total.map(|total| total.saturating_sub(done))
            && here > 0.0
        {
            text += &format!(", {} left", duration(seconds * left as f64 / here));
        }
        format!("{text}  {}", self.message(done, seconds, message))
    }

    /// For a file or a pipe: `image 250/1000  message`.
    fn line(&self, done: u64, seconds: f64, message: &str) -> String {
        let of = |total: Option<String>| total.map_or(String::new(), |total| format!("/{total}"));
        let done_of = match self.unit {
            Unit::Count(name) => {
                format!("{name} {done}{}", of(self.total.map(|total| total.to_string())))
            }
            Unit::Bytes => {
                let total = self.total.map(|total| format!("{:.1}", mega(total)));
                format!("{:.1}{} MB", mega(done), of(total))
            }
        };
        format!("{done_of}  {}", self.message(done, seconds, message))
    }

    fn message(&self, done: u64, seconds: f64, message: &str) -> String {
        if !message.is_empty() {
            return message.to_owned();
        }
        let rate = done.saturating_sub(self.first) as f64 / seconds.max(1e-9);
        match self.unit {
            Unit::Count(name) => format!("{rate:.0} {name}s/s"),
            Unit::Bytes => format!("{:.1} MB/s", rate / 1e6),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Millions.
fn mega(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_and_lines_say_what_is_done_and_left() {
        let images = Progress::new(Unit::Count("image"), Some(1000), 200);
        // 50 images in 4 seconds: 750 more take a minute.
        assert_eq!(
            images.text(250, 4.0, "loss 0.7"),
            "#####--------------- 250/1000 images, 1 min 0 s left  loss 0.7"
        );
        assert_eq!(images.line(250, 4.0, ""), "image 250/1000  12 images/s");
        assert_eq!(
            images.text(1000, 64.0, ""),
            "#################### 1000/1000 images, 0.0 s left  12 images/s"
        );

        let bytes = Progress::new(Unit::Bytes, Some(10_000_000), 0);
        assert_eq!(
            bytes.text(2_500_000, 1.0, ""),
            "#####--------------- 2.5/10.0 MB, 3.0 s left  2.5 MB/s"
        );
        assert_eq!(bytes.line(2_500_000, 1.0, "file.gz"), "2.5/10.0 MB  file.gz");
        // Servers do not always say how much it is.
        let unknown = Progress::new(Unit::Bytes, None, 0);
        assert_eq!(unknown.text(2_500_000, 1.0, ""), "2.5 MB  2.5 MB/s");
        assert_eq!(unknown.line(2_500_000, 1.0, ""), "2.5 MB  2.5 MB/s");
        // Nothing is done yet, or nothing is to be done.
        assert_eq!(
            Progress::new(Unit::Count("step"), Some(10), 5).text(5, 0.0, "x"),
            "##########---------- 5/10 steps  x"
        );
        assert_eq!(
            Progress::new(Unit::Count("step"), Some(0), 0).text(0, 1.0, "x"),
            "0/0 steps  x"
        );
    }
}
