//! Training: the state of a run, and one step of it. The recipe is written down in
//! docs/training.md.

mod all_ranks;
mod batch;
pub mod checkpoint;
pub mod folder;
mod gradients;
pub mod group;
pub mod health;
mod inputs;
pub mod lock;
mod losses;
pub mod metrics;
pub mod numbered;
pub mod run;
mod scores;
mod shares;
pub mod snapshots;
pub mod splits;
mod state;
mod step;
#[cfg(test)]
mod tests;
pub mod together;
mod trace;

pub use losses::Losses;
pub use state::{Shape, State};

use crate::config::{Alternate, Config, Network};
use crate::data::Split;
use crate::files::json_lines;
use crate::loss::{GanLoss, Published};
use crate::nn::cut::Cut;
use crate::nn::device::is_cpu;
use crate::ranks::Ranks;
use anyhow::{Result, ensure};
use batch::Batches;
use burn::prelude::Device;
use checkpoint::RunData;
use losses::COUNT;
use shares::Shares;
use std::path::Path;
use trace::Trace;

/// Everything that a step changes, and what it needs.
#[derive(Debug)]
pub struct Trainer {
    config: Config,
    shape: Shape,
    run: RunData,
    batches: Batches,
    shares: Shares,
    /// The rows of each batch that this process's next pass has.
    cut: Cut,
    /// Mean variance of a pixel of the data.
    variance: f64,
    /// Where the networks are; it records nothing.
    device: Device,
    loss: Box<dyn GanLoss>,
    /// Whether the losses are those of the configuration's objective.
    published: bool,
    state: State,
    trace: Trace,
    /// What keeps the run from further updates: a tensor with a number that is not finite.
    fault: Option<String>,
    /// Whether another rank was asked to stop.
    asked_to_stop: bool,
}

impl Trainer {
    /// A trainer on `data` (padded, and without what is held out) at `state`, whose networks are
    /// on `device`.
    ///
    /// # Errors
    ///
    /// The data has fewer images than a batch.
    pub fn new(
        config: Config,
        device: &Device,
        data: Split,
        shape: Shape,
        state: State,
    ) -> Result<Self> {
        check_batch(&config, data.images.count)?;
        let label_counts = if shape.classes > 0 { data.label_counts() } else { Vec::new() };
        let run = RunData { shape, sha256: data.sha256(), label_counts };
        let device = device.clone().inner();
        let cut = together::cut(&config, &device, Ranks::ALONE);
        let batches = Batches::new(&config, data, shape.classes, &device)?;
        let variance = batches.variance().max(1e-12);
        let training = &config.training;
        let loss = Published { objective: training.objective, smoothing: training.label_smoothing };
        let trace = Trace::new(state.losses, &device);
        let shares = Shares::of(config.table.as_ref());
        let loss = Box::new(loss);
        Ok(Self {
            config,
            shape,
            run,
            batches,
            shares,
            cut,
            variance,
            device,
            loss,
            published: true,
            state,
            trace,
            fault: None,
            asked_to_stop: false,
        })
    }

    /// Trains by other losses than the configuration's objective. Other ranks do not know them:
    /// see [`Trainer::lead`].
    pub fn with_loss(mut self, loss: impl GanLoss + 'static) -> Self {
        self.loss = Box::new(loss);
        self.published = false;
        self
    }

    /// One step, and its losses.
    ///
    /// # Errors
    ///
    /// A loss or a gradient that is not finite; it names the step, and the tensor.
    pub fn step(&mut self) -> Result<Losses> {
        self.advance();
        self.settle()?;
        Ok(self.state.losses)
    }

    /// Reads the losses of the steps that were made since the last call from the device.
    ///
    /// # Errors
    ///
    /// As [`Trainer::step`].
    pub fn settle(&mut self) -> Result<()> {
        self.trace.settle(self.fault.as_deref())?;
        if let Some(last) = self.trace.last() {
            self.state.losses = last;
        }
        Ok(())
    }

    /// The losses of all steps that were read and not taken before.
    pub fn take_losses(&mut self) -> Vec<Losses> {
        self.trace.take()
    }

    /// Whether reading from the device waits for nothing.
    pub fn reads_at_once(&self) -> bool {
        is_cpu(&self.device)
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What the data says of the run.
    pub fn run_data(&self) -> &RunData {
        &self.run
    }

    /// The sizes.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Writes the checkpoint of where the run stands, after the lines of the steps up to there are
    /// on the disk.
    ///
    /// # Errors
    ///
    /// As [`checkpoint::save`] and [`json_lines::sync`], and a loss that is not finite.
    pub fn save(&mut self, folder: &Path) -> Result<()> {
        self.settle()?;
        json_lines::sync(folder)?;
        checkpoint::save(folder, &self.config, &self.state, &self.run)?;
        self.say_written(Path::new(checkpoint::FILE));
        Ok(())
    }

    /// Writes the average as the best so far.
    ///
    /// # Errors
    ///
    /// As [`checkpoint::save_best`].
    pub fn save_best(&self, folder: &Path) -> Result<()> {
        checkpoint::save_best(folder, &self.config, &self.state, &self.run)?;
        self.say_written(Path::new(checkpoint::BEST));
        Ok(())
    }

    /// Writes the average as the snapshot of this step.
    ///
    /// # Errors
    ///
    /// As [`checkpoint::save_snapshot`].
    pub fn save_snapshot(&self, folder: &Path) -> Result<()> {
        checkpoint::save_snapshot(folder, &self.config, &self.state, &self.run)?;
        self.say_written(&snapshots::path(Path::new(""), self.state.step));
        Ok(())
    }

    fn say_written(&self, file: &Path) {
        tracing::debug!("step {}: {} written", self.state.step, file.display());
    }

    /// Where the run stands.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Counts time of training.
    pub fn add_seconds(&mut self, seconds: f64) {
        self.state.seconds += seconds;
    }

    /// Passes over the data so far.
    pub fn epoch(&self) -> f64 {
        self.first_batch(self.state.step) as f64 / self.batches.in_epoch() as f64
    }

    /// The learning rate of a network in step `step`, from 0.
    pub fn lr(&self, network: Network, step: u64) -> f64 {
        let training = &self.config.training;
        training.lr_of(network) * training.lr_factor(step)
    }

    /// The first batch of a step.
    fn first_batch(&self, step: u64) -> u64 {
        step * self.config.training.batches_in_step()
    }

    /// Whether step `step` updates a network.
    fn updates(&self, network: Network, step: u64) -> bool {
        let training = &self.config.training;
        if let (Network::Discriminator, Some(task)) = (network, &self.config.task) {
            return task.is_adversarial() && step.is_multiple_of(task.discriminator_every);
        }
        match training.alternate {
            Alternate::Steps => true,
            Alternate::Epochs => {
                (network == training.first) == (step / self.batches.in_epoch()).is_multiple_of(2)
            }
        }
    }

    /// Updates of a network in the first `steps` steps.
    fn updates_before(&self, network: Network, steps: u64) -> u64 {
        let training = &self.config.training;
        if let (Network::Discriminator, Some(task)) = (network, &self.config.task) {
            return if task.is_adversarial() {
                steps.div_ceil(task.discriminator_every)
            } else {
                0
            };
        }
        match (training.alternate, network) {
            (Alternate::Steps, Network::Generator) => steps,
            (Alternate::Steps, Network::Discriminator) => steps * training.batches_in_step(),
            (Alternate::Epochs, _) => {
                let epoch = self.batches.in_epoch();
                let (pairs, rest) = (steps / (2 * epoch), steps % (2 * epoch));
                let rest = if network == training.first {
                    rest.min(epoch)
                } else {
                    rest.saturating_sub(epoch)
                };
                pairs * epoch + rest
            }
        }
    }
}

/// Refuses data with fewer images than a batch; `found` are the images to train on.
///
/// # Errors
///
/// Says how many there are.
pub fn check_batch(config: &Config, found: usize) -> Result<()> {
    let batch = config.training.batch;
    ensure!(
        found >= batch,
        "training.batch: {batch}, but the data has only {found} images to train on"
    );
    Ok(())
}
