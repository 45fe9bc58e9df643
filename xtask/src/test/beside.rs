//! A part of the steps that runs beside the others, as a process of its own.
//!
//! Builds of firmware are many, and most of each is one crate or one link, on one CPU. So are the
//! longest tests of the trainer. One beside the other they have two CPUs to do.

use std::fs::File;
use std::process::{Child, Stdio};

use super::Part;
use super::steps::Steps;
use crate::prelude::*;

/// The step that starts it.
pub const NAME: &str = "firmware's steps, beside the others";

/// A part that runs.
pub struct Beside {
    process: Child,
    /// What it prints, on both of its outputs.
    log: PathBuf,
}

impl Beside {
    /// Starts `cargo xtask test --part` of this part. What it prints goes into a file.
    pub fn start(part: Part) -> Result<Self> {
        let name = clap::ValueEnum::to_possible_value(&part).context("a part without a name")?;
        let log = shell::scratch("test")?.join(format!("{}.log", name.get_name()));
        let output = File::create(&log).with_context(|| relative(&log))?;
        let process = Command::new(std::env::current_exe()?)
            .args(["test", "--part", name.get_name()])
            .stdin(Stdio::null())
            .stderr(output.try_clone()?)
            .stdout(output)
            .spawn()?;
        println!("what they print is in {} until the others are done", relative(&log));
        Ok(Self { process, log })
    }

    /// Waits for the end, and returns what was printed.
    fn end(mut self) -> Result<String> {
        self.process.wait()?;
        Ok(String::from_utf8_lossy(&shell::read(&self.log)?).into_owned())
    }
}

impl Steps {
    /// Waits for the part, prints what it has printed, and adds its checks to these.
    pub fn join(&mut self, beside: Beside) {
        println!("\n== what firmware's steps have printed");
        let mut output = String::new();
        self.counted("firmware's steps", |tally| {
            output = beside.end()?;
            print!("{output}");
            let sum = output.lines().next_back().and_then(|line| Tally::parse(line, ','));
            *tally += sum.context("it ended without a sum")?;
            Ok(())
        });
        let failed = output.lines().filter_map(|line| line.strip_prefix("failed: "));
        self.failed.extend(failed.map(String::from));
    }
}
