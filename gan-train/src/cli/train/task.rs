//! The options of `gan-train train` for image-to-image tasks.

use anyhow::{Result, bail, ensure};
use clap::Args;
use clap::builder::PossibleValuesParser;
use gan_train::config::{Config, TaskKind};
use serde_json::Value;

/// What a generator does with an image.
#[derive(Debug, Args)]
#[command(next_help_heading = "Task: from an image to an image (docs/applications.md)")]
#[group(skip)]
pub struct Options {
    /// Train a generator that takes an image: `inpaint` draws missing pixels, `super-res` enlarges,
    /// `stylize` draws in the style of a label; these are made of the images of --data. `pairs`
    /// makes the images of --targets of those of --data [default preset: that of the task's name;
    /// super-res-7 or super-res-14 by --scale]
    #[arg(long, value_parser = PossibleValuesParser::new(TaskKind::NAMES))]
    pub task: Option<String>,
    /// super-res: how many times wider and higher [default: 4] [key: task.scale]
    #[arg(long, value_name = "TIMES", requires = "task")]
    pub scale: Option<u16>,
    /// Weight of a discriminator's loss in the generator's; 0 trains none [key: task.adversarial]
    #[arg(long, value_name = "WEIGHT", requires = "task")]
    pub adversarial: Option<f64>,
    /// pairs: a folder or file with as many images as --data has, in the same order
    #[arg(long, value_name = "DATA", requires = "data")]
    pub targets: Option<String>,
}

impl Options {
    /// The configuration of the task's own preset, if a task was asked for.
    pub fn preset(&self) -> Result<Option<Config>> {
        let preset = |task: &String| crate::cli::task::preset(task, self.scale);
        self.task.as_ref().map(preset).transpose()
    }

    /// Refuses a configuration of another task than was asked for.
    pub fn check(&self, config: &Config) -> Result<()> {
        let Some(task) = &self.task else { return Ok(()) };
        let found = config.task.as_ref().map_or("none", |task| task.kind.name());
        ensure!(found == task, "--task {task}: the configuration's task is {found}");
        if self.scale.is_some() && task != "super-res" {
            bail!("--scale: goes with --task super-res");
        }
        Ok(())
    }

    /// The flags that were given for a key of the configuration.
    pub fn flags(&self) -> [(&'static str, &'static str, Option<Value>); 2] {
        [
            ("--scale", "task.scale", self.scale.map(Value::from)),
            ("--adversarial", "task.adversarial", self.adversarial.map(Value::from)),
        ]
    }
}
