//! Losses and scores of the steps, kept on the device until somebody asks for them.
//!
//! Reading a number from a GPU waits until all that was asked of it is done. So a step leaves its
//! numbers there, and they are read together when a record is due.

use super::{COUNT, Losses};
use anyhow::{Context, Result, ensure};
use burn::prelude::*;
use burn::tensor::TensorData;

/// Places of the numbers, in the order of the fields of [`Losses`].
pub(super) const DISCRIMINATOR: usize = 0;
pub(super) const GENERATOR: usize = 1;
pub(super) const PENALTY: usize = 2;
pub(super) const SCORE_REAL: usize = 3;
pub(super) const SCORE_FAKE: usize = 4;
pub(super) const SPREAD: usize = 5;
pub(super) const DIVERSITY: usize = 6;
pub(super) const ACCURACY: usize = 7;

/// What the steps left.
#[derive(Debug)]
pub(super) struct Trace {
    /// Of the last step; a network that was not updated keeps its numbers.
    last: [Tensor<1>; COUNT],
    /// Steps that were not read yet, with their numbers.
    pending: Vec<(u64, Tensor<1>)>,
    /// Those of steps that were read and not taken.
    read: Vec<Losses>,
}

impl Trace {
    /// Before a run's next step. `last` are the losses of the one before.
    pub fn new(last: Losses, device: &Device) -> Self {
        let number =
            |value: f64| Tensor::from_data(TensorData::new(vec![value as f32], [1]), device);
        Self { last: last.numbers().map(number), pending: Vec::new(), read: Vec::new() }
    }

    /// Replaces numbers of the step that is being made, by their place in [`Losses`].
    pub fn set<const N: usize>(&mut self, numbers: [(usize, Tensor<1>); N]) {
        numbers.into_iter().for_each(|(at, number)| self.last[at] = number);
    }

    /// Adds to a number of the step that is being made.
    pub fn add(&mut self, at: usize, number: Tensor<1>) {
        self.last[at] = self.last[at].clone() + number;
    }

    /// Step `step` (from 1) is done.
    pub fn done(&mut self, step: u64) {
        self.pending.push((step, Tensor::cat(self.last.to_vec(), 0)));
    }

    /// Reads what is pending. `fault` is what kept the last step from an update.
    ///
    /// # Errors
    ///
    /// A loss that is not finite, or a fault; names the first step that has one. Or the device has
    /// failed.
    pub fn settle(&mut self, fault: Option<&str>) -> Result<()> {
        let pending = std::mem::take(&mut self.pending);
        let (steps, rows): (Vec<u64>, Vec<_>) = pending.into_iter().unzip();
        if steps.is_empty() {
            return Ok(());
        }
        let numbers: Vec<f32> =
            Tensor::cat(rows, 0).try_into_vec_as().context("the device failed")?;
        for (step, numbers) in steps.into_iter().zip(numbers.chunks_exact(COUNT)) {
            let losses = Losses::from_numbers(std::array::from_fn(|at| numbers[at].into()));
            let networks = [
                ("discriminator", losses.discriminator + losses.penalty),
                ("generator", losses.generator),
            ];
            let diverged = networks.into_iter().find(|(_, loss)| !loss.is_finite());
            let diverged =
                diverged.map(|(network, loss)| format!("the {network}'s loss is {loss}"));
            let faults: Vec<&str> = diverged.as_deref().into_iter().chain(fault).collect();
            ensure!(
                faults.is_empty(),
                "step {step}: {}: training has diverged. The last checkpoint is from before; try a \
                 lower training.lr or a higher training.r1_gamma",
                faults.join(", and ")
            );
            self.read.push(losses);
        }
        Ok(())
    }

    /// Leaves the steps that were not read yet unread.
    pub fn forget(&mut self) {
        self.pending.clear();
    }

    /// The losses of the last step that was read.
    pub fn last(&self) -> Option<Losses> {
        self.read.last().copied()
    }

    /// The losses of all steps that were read since the last call.
    pub fn take(&mut self) -> Vec<Losses> {
        std::mem::take(&mut self.read)
    }
}
