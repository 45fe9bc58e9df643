//! What a page shows of a run's generator that makes images of images.

use crate::data::{Dataset, Split};
use crate::export;
use crate::export::float::FloatGenerator;
use crate::judge::agreement::Agreement;
use crate::judge::restore::{Drawing, Restored, judged};
use crate::task::Task;
use crate::train::checkpoint::{Description, Which};
use crate::train::folder::RunConfig;
use anyhow::Result;
use gan_core::Generator;
use gan_core::host;
use gan_tools::picture::Picture;
use std::path::Path;

/// Opens the data of the run in a folder.
pub type OpenData<'a> = &'a dyn Fn(&RunConfig, &Path) -> Result<Dataset>;

/// A task, images to show, and what `evaluate` has found.
#[derive(Debug)]
pub struct OfTask {
    /// The task.
    pub task: Task,
    /// What is shown.
    pub drawing: Drawing,
    /// What `evaluate` has kept in the run's folder, if it is of this generator.
    pub evaluation: Option<Restored>,
    trained_on: Split,
}

impl OfTask {
    /// Reads the best generator of a run with a task, makes the blob that `gan-train quantize`
    /// writes, and opens the run's data.
    ///
    /// # Errors
    ///
    /// As [`export::task::generator`] and [`export::task::quantized`], and those of `open`.
    pub fn read(
        folder: &Path,
        run: &RunConfig,
        open: OpenData<'_>,
    ) -> Result<(FloatGenerator, Description, host::Model, Self)> {
        let config = &run.config;
        let (task, generator, description) = export::task::generator(folder, config, Which::Best)?;
        let data = open(run, folder)?;
        let (_, trained_on) = data.train.hold_out(config.training.validation);
        let bits = config.training.bits();
        let blob =
            host::Model::new(&export::task::quantized(&task, &generator, bits, &trained_on)?)?;
        let evaluation = Restored::read(folder, blob.generator().crc())?;
        let drawing = Drawing::new(&task, &data.train, &judged(&data), config.seed)?;
        Ok((generator, description, blob, Self { task, drawing, evaluation, trained_on }))
    }

    /// The pictures of the blob and of the float generator.
    ///
    /// # Errors
    ///
    /// As [`export::task::images`].
    pub fn pictures(&self, blob: &Generator<'_>, float: &FloatGenerator) -> Result<[Picture; 2]> {
        let cases = &self.drawing.cases;
        let of_blob = export::task::images(blob, cases)?;
        let of_floats = float.images(&cases.samples());
        Ok([of_blob, of_floats].map(|images| self.drawing.picture(images)))
    }

    /// How far the blob is from the float generator, on images that it was trained on.
    ///
    /// # Errors
    ///
    /// As [`export::task::agreement`].
    pub fn agreement(
        &self,
        blob: &Generator<'_>,
        float: &FloatGenerator,
        seed: u64,
    ) -> Result<Agreement> {
        export::task::agreement(&self.task, blob, float, &self.trained_on, seed)
    }
}
