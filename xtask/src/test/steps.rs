//! The steps of the tests, one after the other: which are run, how they count, how long they took.

use crate::prelude::*;

/// The step that others need.
pub const SETUP: &str = "setup";

/// What has been run.
#[derive(Default)]
pub struct Steps {
    /// Only the steps whose name contains this.
    pub only: Option<String>,
    /// The checks.
    pub tally: Tally,
    /// The steps that failed: the name of each, and why if it ended early.
    pub failed: Vec<String>,
    /// How many seconds each step took.
    pub times: Vec<(String, f64)>,
}

impl Steps {
    /// Returns whether a step of this name is to run.
    pub fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| name.contains(only))
    }

    /// Runs a step that counts checks of its own. An error is one more failed check.
    pub fn counted(&mut self, name: &str, step: impl FnOnce(&mut Tally) -> Result<()>) {
        if name != SETUP && !self.wants(name) {
            return;
        }
        println!("\n== {name}");
        let start = Instant::now();
        let mut tally = Tally::default();
        let mut failed = name.to_string();
        if let Err(error) = step(&mut tally) {
            let error = format!("{error:#}");
            println!("error: {error}");
            tally += Tally::one(false);
            // What a program has printed may follow.
            let reason: String = error.lines().take(1).flat_map(str::chars).take(300).collect();
            failed += &format!(": {reason}");
        }
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "== {name}: {} in {seconds:.1} s",
            if tally.failed == 0 { "ok" } else { "FAILED" }
        );
        if tally.failed > 0 {
            self.failed.push(failed);
        }
        self.times.push((name.into(), seconds));
        self.tally += tally;
    }

    /// Runs a step that is one check if what it needs is there. The step returns whether it is, and
    /// otherwise prints `SKIPPED` itself.
    pub fn found(&mut self, name: &str, step: impl FnOnce() -> Result<bool>) {
        self.counted(name, |tally| {
            if step()? {
                tally.pass();
            }
            Ok(())
        });
    }

    /// Runs a step that is one check.
    pub fn check(&mut self, name: &str, step: impl FnOnce() -> Result<()>) {
        self.value(name, step);
    }

    /// Runs a step that is one check and whose result others need.
    pub fn value<T>(&mut self, name: &str, step: impl FnOnce() -> Result<T>) -> Option<T> {
        let mut value = None;
        self.counted(name, |tally| {
            value = Some(step()?);
            tally.pass();
            Ok(())
        });
        value
    }

    /// Prints the slowest steps, those that failed, and the sum.
    pub fn print(&mut self) {
        println!("\nslowest steps:");
        self.times.sort_by(|one, other| other.1.total_cmp(&one.1));
        for (name, seconds) in self.times.iter().take(5) {
            println!("{seconds:>8.1} s  {name}");
        }
        for name in &self.failed {
            println!("failed: {name}");
        }
        println!("{}", self.tally);
    }

    /// Runs `cargo test` of some packages as a step.
    pub fn tests(&mut self, name: &str, profile: &str, selection: &str) {
        self.counted(name, |tally| {
            let mut command = shell::host("test --no-fail-fast --profile");
            cargo_test(command.arg(profile).words(selection), tally, &mut |_| ())
        });
    }
}

/// Runs `cargo test`, each test being a check, and hands each line of its output to `each`.
pub fn cargo_test(
    command: &mut Command,
    tally: &mut Tally,
    each: &mut dyn FnMut(&str),
) -> Result<()> {
    let mut these = Tally::default();
    let success = command.stream(|line| {
        let counts = line.strip_prefix("test result: ").and_then(|result| result.split_once(". "));
        these += counts.and_then(|(_, counts)| Tally::parse(counts, ';')).unwrap_or_default();
        each(line);
    })?;
    *tally += these;
    // A suite that does not compile, or that dies, has no line with its failures.
    if !success && these.failed == 0 {
        bail!("cargo test failed outside of any test");
    }
    if these.passed == 0 {
        bail!("no test ran");
    }
    Ok(())
}
