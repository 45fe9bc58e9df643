//! The generator that a run gives away, in floats and as the blob that `quantize` writes.

mod task;

pub use task::{OfTask, OpenData};

use super::history::evenly;
use crate::explore::path::spherical;
use crate::export;
use crate::export::float::FloatGenerator;
use crate::export::quantize::quantize;
use crate::judge::agreement::Agreement;
use crate::nn::mlp::Mlp;
use crate::train::checkpoint::{self, Which};
use crate::train::folder::RunConfig;
use anyhow::Result;
use gan_core::host;
use gan_tools::generate::generate;
use gan_tools::images::Images;
use gan_tools::layers::Bits;
use gan_tools::picture::Picture;
use gan_tools::picture::grid;
use gan_tools::samples::Samples;
use std::path::Path;

/// Pixels of a sample grid, about: pages must not become large where images are.
const GRID_PIXELS: usize = 100_000;
/// Labels at most, or pairs of latents, that interpolations are shown for.
const ROWS: usize = 10;
/// Images from one latent to the other.
const STEPS: usize = 10;

/// A run's model.
#[derive(Debug)]
pub struct Model {
    /// Steps that it was trained for: the run itself may have gone on after its best generator.
    pub step: u64,
    /// Seconds until then, which are not all of the run's either.
    pub seconds: f64,
    /// Numbers in the trained generator and the discriminator.
    pub params: [usize; 2],
    /// Normalization and labels folded.
    pub generator: FloatGenerator,
    /// What `gan-train quantize` writes: with the bits that the run was trained for.
    pub blob: host::Model,
    /// Of a run with a task.
    pub of_task: Option<OfTask>,
    bits: Bits,
    seed: u64,
}

/// Images from one latent to another.
#[derive(Debug)]
pub struct Interpolation {
    /// Of all images, if the model takes labels.
    pub label: Option<u16>,
    /// Side by side.
    pub picture: Picture,
}

impl Model {
    /// Reads a run's best generator, or the last if it was not evaluated; none if there is no
    /// checkpoint. `open` opens the data of a run with a task, whose images are shown.
    ///
    /// # Errors
    ///
    /// Names the file, or the layer that cannot be quantized; those of `open`.
    pub fn read(folder: &Path, run: &RunConfig, open: OpenData<'_>) -> Result<Option<Self>> {
        if !folder.join(checkpoint::FILE).exists() {
            return Ok(None);
        }
        let bits = run.config.training.bits();
        let (generator, description, blob, of_task) = if run.config.task.is_some() {
            let (generator, description, blob, of_task) = OfTask::read(folder, run, open)?;
            (generator, description, blob, Some(of_task))
        } else {
            let (generator, description) = export::generator(folder, &run.config, Which::Best)?;
            let blob = host::Model::new(&quantize(&generator, bits)?)?;
            (generator, description, blob, None)
        };
        let shape = description.shape();
        let params = [shape.generator(&run.config), shape.discriminator(&run.config)]
            .map(|layers| Mlp::numbers(&layers));
        let (step, seconds) = (description.step, description.seconds);
        let seed = run.config.seed;
        Ok(Some(Self { step, seconds, params, generator, blob, of_task, bits, seed }))
    }

    /// The step and the seconds that it was trained for, as
    /// [`History::done`](super::history::History::done) takes them.
    pub fn done(&self) -> (u64, f64) {
        (self.step, self.seconds)
    }

    /// The seed that sample grids are made with: the run's.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What its blob's weights are called.
    pub fn bits_name(&self) -> &'static str {
        match self.bits {
            Bits::Eight => "int8",
            Bits::Four { .. } => "int4",
        }
    }

    /// How far the blob is from float.
    ///
    /// # Errors
    ///
    /// As [`export::agreement`] and [`export::task::agreement`].
    pub fn agreement(&self) -> Result<Agreement> {
        let blob = self.blob.generator();
        match &self.of_task {
            Some(of_task) => of_task.agreement(&blob, &self.generator, self.seed),
            None => export::agreement(&blob, &self.generator, self.seed),
        }
    }

    /// The images of a sample grid from the blob and from the float generator, and its columns.
    ///
    /// # Errors
    ///
    /// As [`generate`].
    pub fn samples(&self, seed: u64) -> Result<([Images; 2], usize)> {
        let columns = grid::columns(self.generator.classes);
        let generator = self.blob.generator();
        let rows = (GRID_PIXELS / (columns * generator.pixels_len())).clamp(2, 10);
        let samples =
            Samples::new(seed, rows * columns, self.generator.latent_len, self.generator.classes);
        Ok(([generate(&generator, &samples)?, self.generator.images(&samples)], columns))
    }

    /// Rows of the blob's images between two latents: for each label between the same two, and for
    /// a model without labels between two others in each row.
    ///
    /// # Errors
    ///
    /// As [`generate`].
    pub fn interpolations(&self) -> Result<Vec<Interpolation>> {
        let FloatGenerator { classes, latent_len, .. } = self.generator;
        let ends = Samples::new(self.seed, 2 * ROWS, latent_len, 0);
        let latents: Vec<&[u8]> = ends.codes.chunks_exact(latent_len.into()).collect();
        let row = |label: Option<u16>, pair: usize| {
            let (a, b) = (latents[2 * pair], latents[2 * pair + 1]);
            let codes = (0..STEPS)
                .flat_map(|index| spherical(a, b, index as f64 / (STEPS - 1) as f64))
                .collect();
            let samples = Samples { count: STEPS, codes, labels: vec![label.unwrap_or(0); STEPS] };
            let images = generate(&self.blob.generator(), &samples)?;
            Ok(Interpolation { label, picture: grid::picture(&images, STEPS) })
        };
        if classes == 0 {
            return (0..ROWS).map(|pair| row(None, pair)).collect();
        }
        evenly(classes.into(), ROWS).into_iter().map(|label| row(Some(label as u16), 0)).collect()
    }
}
