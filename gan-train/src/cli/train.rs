//! `gan-train train`.

mod config;
mod devices;
mod each;
mod init;
mod length;
mod memory;
pub mod options;
mod plan;
mod table;
mod task;
pub mod to_resume;

use super::task::{Opened, open};
use super::training::{self, Ended, Prepared};
use super::{dataset, finished, thousands};
use anyhow::{Context, Result, ensure};
use clap::Args;
use gan_tools::say;
use gan_train::config::Config;
use gan_train::data::Dataset;
use gan_train::data::table::is_table;
use gan_train::ranks::Ranks;
use gan_train::report;
use gan_train::train::checkpoint::{self, Checkpoint};
use gan_train::train::folder::RunConfig;
use gan_train::train::lock::Lock;
use gan_train::train::numbered;
use gan_train::train::run::End;
use gan_train::train::splits::Splits;
use gan_train::train::together;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Train a GAN and leave a run folder: report.html, checkpoints, config.toml, metrics, sample grids
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan-train train --data mnist --preset compact --minutes 10 -o runs/mnist
  gan-train train --data mnist --lr 5e-4 --d-hidden 512-256 --set training.beta1=0.5
  gan-train train --data my-idx-folder --config my.toml --epochs 50 --dry-run
  gan-train train --task super-res --scale 4 --data mnist -o runs/enlarge
  gan-train train --data table.csv --label class -o runs/table
  gan-train train --data series.csv --window 32 --stride 4 -o runs/series
  gan-train train --resume runs/mnist

Without --epochs, --steps or --minutes: the configuration's steps.
--epochs, --steps and --minutes count from the start of the run, also with --resume.

In the run's folder: checkpoint.safetensors (--resume), best.safetensors (what quantize takes),
config.toml, metrics.jsonl, evaluations.jsonl, grids/, snapshots/, samples.gif, samples.png,
report.html.")]
pub struct Train {
    #[command(flatten)]
    data: options::Data,
    #[command(flatten)]
    source: options::Source,
    #[command(flatten)]
    task: task::Options,
    #[command(flatten)]
    table: table::Options,
    #[command(flatten)]
    network: options::Network,
    #[command(flatten)]
    training: options::Training,
    #[command(flatten)]
    run: options::Run,
    #[command(flatten)]
    output: options::Output,
}

impl Train {
    pub fn run(self, ranks: &Ranks) -> Result<ExitCode> {
        if self.run.dry_run {
            return self.plan();
        }
        let (folder, Ended { trainer, end, lock: _lock }) = match &self.run.resume {
            Some(folder) => (folder.clone(), self.resume(folder, ranks)?),
            None => self.begin(ranks)?,
        };
        if end == End::Interrupted {
            return Ok(training::interrupted(&folder));
        }
        if let (End::Reached, Some(until)) = (end, &self.run.until) {
            say!(
                "{until} at step {}; --resume {} goes on",
                thousands(trainer.state().step),
                folder.display()
            );
        }
        finished::finish(&folder, trainer)
    }

    fn begin(&self, ranks: &Ranks) -> Result<(PathBuf, Ended)> {
        let name = self.data.data.as_deref().context("--data is missing")?;
        let (mut config, dataset) = self.configured()?;
        let label_names = dataset.label_names.clone();
        if let Some(folder) = &self.output.out {
            dataset::check_run_folder(&dataset, folder)?;
            self.network.check_run_folder(folder)?;
            training::check_free(folder, self.output.overwrite)?;
        }
        let splits = Splits::new(&config, dataset)?;
        let devices = self.run.device.open_all()?;
        let device = &devices[0];
        memory::check(&config, &splits, &devices)?;
        length::set(&mut config, &self.run, device, &splits)?;
        let data = dataset::stored(name)?;
        let data_dir = self.data.data_dir.as_deref().map(dataset::absolute).transpose()?;
        let from = self.network.init_from.as_deref();
        let state = init::state(&config, splits.shape, device, from)?;
        let init_from = from.map(dataset::absolute).transpose()?;
        let (transpose, device_name) = (self.data.transpose, self.run.device);
        let targets = self.task.targets.as_deref().map(dataset::stored).transpose()?;
        let run = RunConfig {
            data,
            targets,
            data_dir,
            transpose,
            label_names,
            classifier_steps: self.output.classifier_steps,
            init_from,
            device: device_name,
            config,
        };
        let (count, config) = (splits.train.images.count, run.config.clone());
        let (width, height) = (splits.shape.width, splits.shape.height);
        let group = devices::group(device_name, &devices, ranks)?;
        let options = self.output.options(self.run.until.clone(), group.ranks());
        let prepared = Prepared::new(run, splits, device, state, options)?;
        let folder = training::folder(self.output.out.as_deref(), &config.name)?;
        say!(
            "training {} on {} {} of {width}x{height} for {} steps, seed {}, in {}",
            config.name,
            thousands(count as u64),
            if config.table.is_some() { "rows or windows" } else { "images" },
            thousands(config.training.steps),
            config.seed,
            folder.display()
        );
        let ended = prepared.begin(&folder, self.output.overwrite)?;
        group.finish();
        Ok((folder, ended))
    }

    /// Opens what a new run is trained on, and the configuration for it but for its length.
    fn configured(&self) -> Result<(Config, Dataset)> {
        let name = self.data.data.as_deref().context("--data is missing")?;
        if is_table(name) {
            return self.of_table(name);
        }
        let opened = self.open(name)?;
        let (config, lacks_labels) = self.config(&opened)?;
        if lacks_labels {
            say!("note: no evaluations: the data has no labels to judge by");
        }
        Ok((config, opened.dataset))
    }

    /// Opens images.
    fn open(&self, name: &str) -> Result<Opened> {
        self.table.check_absent(name)?;
        let options::Data { data_dir, transpose, .. } = &self.data;
        open(name, data_dir.as_deref(), *transpose, self.task.targets.as_deref())
    }

    /// Prints what [`begin`](Self::begin) would do.
    fn plan(&self) -> Result<ExitCode> {
        let (mut config, dataset) = self.configured()?;
        let folder = match &self.output.out {
            Some(folder) => folder.clone(),
            None => numbered::next(Path::new(training::RUNS), &config.name)?,
        };
        dataset::check_run_folder(&dataset, &folder)?;
        self.network.check_run_folder(&folder)?;
        training::check_free(&folder, self.output.overwrite)?;
        let splits = Splits::new(&config, dataset)?;
        let devices = self.run.device.open_all()?;
        let device = &devices[0];
        memory::check(&config, &splits, &devices)?;
        length::set(&mut config, &self.run, device, &splits)?;
        // What would refuse the run refuses the plan, too.
        config.check()?;
        together::check(&config, devices.len())?;
        init::state(&config, splits.shape, device, self.network.init_from.as_deref())?;
        super::print(&plan::text(&config, &devices, &splits, &folder)?)?;
        Ok(ExitCode::SUCCESS)
    }

    fn resume(&self, folder: &Path, ranks: &Ranks) -> Result<Ended> {
        // Before anything is read: another process may be about to change it.
        let lock = Lock::take(folder)?;
        report::folder::settle(folder)?;
        let mut run = RunConfig::read(folder)?;
        let devices = run.device.open_all()?;
        let device = &devices[0];
        let Checkpoint { state, run: run_data } = checkpoint::load(folder, &run.config, device)?;
        let (data, data_dir) = (self.data.data.as_deref(), self.data.data_dir.as_deref());
        dataset::locate(&mut run, data, data_dir)?;
        run.transpose |= self.data.transpose;
        let dataset = dataset::of_run(&run, folder)?;
        if let Some(every) = self.output.eval_every {
            run.config.training.eval_every = every;
        }
        if let Some(every) = self.output.snapshot_every {
            run.config.training.snapshot_every = every;
        }
        let splits = Splits::new(&run.config, dataset)?;
        let planned = run.config.training.steps;
        length::set(&mut run.config, &self.run, device, &splits)?;
        let (step, steps) = (state.step, run.config.training.steps);
        ensure!(
            steps >= step,
            "{}: {} steps are done already, more than {}",
            folder.display(),
            thousands(step),
            thousands(steps)
        );
        let data = run.data.clone();
        let group = devices::group(run.device, &devices, ranks)?;
        let options = self.output.options(self.run.until.clone(), group.ranks());
        let prepared = Prepared::new(run, splits, device, state, options)?;
        prepared.check_data(&data, &run_data.sha256, folder)?;
        if steps != planned {
            say!(
                "note: {} steps were planned: the learning rate follows \
                 the new number from here on",
                thousands(planned)
            );
        }
        say!("resuming {} at step {} of {}", folder.display(), thousands(step), thousands(steps));
        let ended = prepared.go_on(folder, lock)?;
        group.finish();
        Ok(ended)
    }
}
