//! What is done now and then to see how a run gets on: scores on held-out images, a grid from fixed latents, the best checkpoint.

use super::{Trainer, checkpoint};
use crate::blob_file::generate;
use crate::config::Config;
use crate::data::Split;
use crate::evaluate::classifier::Classifier;
use crate::evaluate::judge::Judge;
use crate::evaluate::quick::{Better, Metric, Quick};
use crate::float::{FloatGenerator, Samples};
use crate::output::history::{self, Evaluation};
use crate::output::{animation, grid, tensorboard};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// Seed of the latents that are judged: not one that people use, so that no run is chosen for the images that are shown of it.
const SEED: u64 = 0xE7A1_5EED;
/// Images in a grid.
const GRID: usize = 100;

/// The judge of one run, and what it has found so far.
pub struct Watch {
    judge: Judge,
    metric: Metric,
    folder: PathBuf,
    /// The best evaluation's value.
    best: Option<f64>,
    tensorboard: Option<tensorboard::Writer>,
}

impl Watch {
    /// Watches a run that stands at `step`, judging by `held_out`. What was written for later steps, which a resumed run makes again, is dropped.
    ///
    /// # Errors
    ///
    /// Images without labels, or a file that cannot be written.
    pub fn new(config: &Config, train: &Split, held_out: &Split, folder: &Path, step: u64, tensorboard: bool) -> Result<Self> {
        let judge = Judge::new(Classifier::for_data(train, config.seed)?, train, held_out)?;
        let metric = config.training.metric()?;
        let kept = history::keep_until(folder, step)?;
        let best = kept.iter().filter(|evaluation| evaluation.best).filter_map(|evaluation| evaluation.scores.get(metric.name)).next_back();
        let tensorboard = tensorboard.then(|| tensorboard::Writer::create(folder)).transpose()?;
        Ok(Self { judge, metric, folder: folder.to_owned(), best, tensorboard })
    }

    /// Judges the average as it is now, adds a line to `evaluations.jsonl`, a grid and a frame, and keeps the average if it is the best so far.
    ///
    /// # Errors
    ///
    /// A file that cannot be written.
    pub fn evaluate(&mut self, trainer: &mut Trainer) -> Result<Evaluation> {
        let generator = trainer.generator();
        let (latent, classes) = (generator.latent_len, generator.classes);
        let samples = Samples::new(SEED, trainer.config().training.eval_samples, latent, classes);
        let labels = (classes > 0).then_some(samples.labels.as_slice());
        let scores = self.judge.quick(&generator.images(&samples), labels)?;
        let value = scores.get(self.metric.name).with_context(|| format!("training.select: no {} without labels", self.metric.name))?;
        let best = self.best.is_none_or(|best| match self.metric.better {
            Better::Lower => value < best,
            Better::Higher => value > best,
        });
        let (step, seconds) = (trainer.state().step, trainer.state().seconds);
        let evaluation = Evaluation { step, seconds, best, scores };
        if best {
            self.best = Some(value);
            trainer.save_best(&self.folder)?;
        }
        let seed = trainer.config().seed;
        let images = generator.images(&Samples::new(seed, GRID, latent, classes));
        let png = grid::frame(&images, if classes > 1 { usize::from(classes).min(32) } else { 10 })?;
        history::add(&self.folder, &evaluation, &png)?;
        animation::write(&self.folder)?;
        // Behind the evaluation's files: a kill in between makes them again.
        trainer.save(&self.folder)?;
        Ok(evaluation)
    }
}
