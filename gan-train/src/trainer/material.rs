//! A data set divided for one run: what is trained on, and what the checkpoints are chosen by.

use super::Shape;
use crate::config::Config;
use crate::data::{Dataset, Split};
use anyhow::{Result, ensure};

/// The parts of a data set's training images. The test images have no part in training.
#[derive(Debug, Clone)]
pub struct Material {
    /// To train on: without what is held out, padded.
    pub train: Split,
    /// To choose checkpoints by.
    pub held_out: Split,
    /// All training images as they came: MNIST is known by them.
    pub whole: Split,
    /// The sizes of the run.
    pub shape: Shape,
}

impl Material {
    /// Divides `dataset` as `config` says.
    ///
    /// # Errors
    ///
    /// A conditional run needs labels; a part would be empty.
    pub fn new(config: &Config, dataset: Dataset) -> Result<Self> {
        let whole = dataset.train;
        let (held_out, train) = whole.hold_out(config.training.held_out);
        let (found, of) = (train.images.count, whole.images.count);
        ensure!(found > 0, "training.held_out: {} leaves none of {of} images to train on", config.training.held_out);
        let train = train.padded(config.padding.into());
        let mut shape = Shape::of(config, &train)?;
        if shape.classes > 0 {
            // A rare label may be among the held out only.
            shape.classes = whole.classes();
        }
        // Better than nothing, and a run that is only watched loses no images.
        let held_out = if held_out.images.count == 0 { whole.sample(10_000) } else { held_out };
        Ok(Self { train, held_out, whole, shape })
    }
}
