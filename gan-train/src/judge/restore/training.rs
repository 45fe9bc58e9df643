//! What is measured of a task's generator while it trains.

use super::{Bench, Drawing};
use crate::config::Metric;
use crate::data::Split;
use crate::task::{Cases, Task};
use anyhow::Result;
use gan_tools::images::Images;
use gan_tools::samples::Samples;
use serde::{Deserialize, Serialize};

/// How near a generator's images are to what they should be; [`super::Row`] says more of each.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Restoration {
    /// Decibels; none without any difference.
    pub psnr: Option<f64>,
    /// The same of missing pixels; none in tasks without.
    pub psnr_missing: Option<f64>,
    /// Mean over the images.
    pub ssim: f64,
    /// Mean absolute difference of a pixel, of 255.
    pub l1: f64,
}

impl Restoration {
    /// The metric of this name; none if it has no number.
    pub fn get(&self, name: &str) -> Option<f64> {
        match Metric::find(name)?.name {
            "psnr" => self.psnr,
            "ssim" => Some(self.ssim),
            _ => None,
        }
    }
}

/// Judges the generators of one task by the same cases, again and again.
#[derive(Debug)]
pub struct CaseJudge {
    cases: Cases,
    drawing: Drawing,
}

impl CaseJudge {
    /// By the first `most` of the images `held_out`. `train` is what is trained on, and `seed` that
    /// of the damage.
    ///
    /// # Errors
    ///
    /// There are no images.
    pub fn new(
        task: &Task,
        train: &Split,
        held_out: &Split,
        most: usize,
        seed: u64,
    ) -> Result<Self> {
        let drawing = Drawing::new(task, train, held_out, seed)?;
        Ok(Self { cases: Cases::new(task, &held_out.sample(most), seed), drawing })
    }

    /// What goes into a generator.
    pub fn samples(&self) -> Samples {
        self.cases.samples()
    }

    /// How near these images, which a generator has made of the samples, are to what they should
    /// be.
    ///
    /// # Errors
    ///
    /// As [`Bench::row`].
    pub fn scores(&self, images: Images) -> Result<Restoration> {
        let row = Bench::new(&self.cases, None)?.row("the generator", images)?;
        let super::Row { psnr, psnr_missing, ssim, l1, .. } = row;
        Ok(Restoration { psnr, psnr_missing, ssim, l1 })
    }

    /// The cases that are drawn.
    pub fn drawing(&self) -> &Drawing {
        &self.drawing
    }
}
