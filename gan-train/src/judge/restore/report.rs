//! What `evaluate` says of a task's generator, and the file in which a run keeps it.

use anyhow::{Context, Result};
use gan_tools::files::{self, atomic};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Name of the file in a run's folder.
pub const FILE: &str = "evaluation.json";

/// How one method does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its name.
    pub method: String,
    /// Decibels, from the mean squared difference of all pixels of all images; none without any
    /// difference. See [`psnr`](super::psnr).
    pub psnr: Option<f64>,
    /// Mean over the images of each one's own, decibels; none if one has no difference at all, as
    /// happens where only some pixels are missing.
    pub psnr_of_images: Option<f64>,
    /// The first one of missing pixels only; none in tasks without.
    pub psnr_missing: Option<f64>,
    /// Mean over the images; see [`ssim()`](super::ssim()).
    pub ssim: f64,
    /// Mean absolute difference of a pixel, of 255.
    pub l1: f64,
    /// The part of the images that the classifier gives the data's label.
    pub accuracy: Option<f64>,
    /// The part of the images that the classifier gives another label than what they should be.
    pub changed: Option<f64>,
}

/// How all methods do on the same images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Restored {
    /// The model's name.
    pub model: String,
    /// The task's name.
    pub task: String,
    /// The data's name.
    pub data: String,
    /// Seed of the damage.
    pub seed: u64,
    /// Which images were judged by.
    pub judged_by: String,
    /// How many.
    pub images: usize,
    /// The size of the model's blob.
    pub bytes: usize,
    /// What the blob's numbers are: `integers` or `float`.
    pub numbers: String,
    /// The blob's CRC-32, which identifies it.
    pub crc32: u32,
    /// The part of these images, as they should be, that the classifier gets right.
    pub classifier_accuracy: Option<f64>,
    /// A row a method.
    pub rows: Vec<Row>,
}

impl Restored {
    /// Keeps it in a run's folder, in the place of an earlier one.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn write(&self, folder: &Path) -> Result<()> {
        atomic::write(&folder.join(FILE), (serde_json::to_string_pretty(self)? + "\n").as_bytes())
    }

    /// What was kept in a run's folder of the blob with this CRC-32; none if nothing was, or only
    /// of another blob.
    ///
    /// # Errors
    ///
    /// Names the file and what is wrong with it.
    pub fn read(folder: &Path, crc32: u32) -> Result<Option<Self>> {
        let path = folder.join(FILE);
        if !path.exists() {
            return Ok(None);
        }
        let text = files::read_text(&path)?;
        let kept: Self = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
        Ok(Some(kept).filter(|kept| kept.crc32 == crc32))
    }

    /// The row of the blob itself, which is the last one.
    pub fn of_blob(&self) -> Option<&Row> {
        self.rows.last()
    }
}
