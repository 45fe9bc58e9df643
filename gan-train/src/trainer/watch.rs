//! What is done now and then to see how a run gets on: scores on held-out images, and the best checkpoint kept.

use super::Trainer;
use super::evaluations::{self, Evaluation};
use super::metrics::Record;
use crate::config::Config;
use crate::data::Split;
use crate::evaluate::classifier::Classifier;
use crate::evaluate::judge::Judge;
use crate::evaluate::quick::{Better, Metric};
use crate::float::Samples;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// Seed of the latents that are judged: not one that people use, so that no run is chosen for the images that are shown of it.
const SEED: u64 = 0xE7A1_5EED;

/// The judge of one run, and what it has found so far.
#[derive(Debug)]
pub struct Watch {
    judge: Judge,
    metric: Metric,
    folder: PathBuf,
    /// The best evaluation's value.
    best: Option<f64>,
}

impl Watch {
    /// Watches a run that stands at `step`: the classifier is `train`'s (the whole training split, by which MNIST is known), the reference
    /// is `held_out`. What was written for later steps, which a resumed run makes again, is dropped.
    ///
    /// # Errors
    ///
    /// Images without labels, or a file that cannot be written.
    pub fn new(config: &Config, train: &Split, held_out: &Split, folder: &Path, step: u64) -> Result<Self> {
        let judge = Judge::new(Classifier::for_data(train)?, train, held_out)?;
        let metric = config.training.metric()?;
        let kept = evaluations::keep_until(folder, step)?;
        let best = kept.iter().rfind(|evaluation| evaluation.best).and_then(|evaluation| evaluation.scores.get(metric.name));
        Ok(Self { judge, metric, folder: folder.to_owned(), best })
    }

    /// Hears of a line of metrics.
    ///
    /// # Errors
    ///
    /// A file that cannot be written.
    pub fn record(&mut self, _record: &Record) -> Result<()> {
        Ok(())
    }

    /// Judges the average as it is now, adds a line to `evaluations.jsonl`, and keeps the average if it is the best so far.
    ///
    /// # Errors
    ///
    /// A file that cannot be written.
    pub fn evaluate(&mut self, trainer: &mut Trainer) -> Result<Evaluation> {
        let generator = trainer.generator();
        let samples = Samples::new(SEED, trainer.config().training.eval_samples, generator.latent_len, generator.classes);
        let labels = (generator.classes > 0).then_some(samples.labels.as_slice());
        let scores = self.judge.quick(&generator.images(&samples), labels)?;
        let value = scores.get(self.metric.name);
        let value = value.with_context(|| format!("training.select: there is no {} without labels", self.metric.name))?;
        let best = self.best.is_none_or(|best| match self.metric.better {
            Better::Lower => value < best,
            Better::Higher => value > best,
        });
        let (step, seconds) = (trainer.state().step, trainer.state().seconds);
        if best {
            self.best = Some(value);
            trainer.save_best(&self.folder)?;
        }
        let evaluation = Evaluation { step, seconds, best, scores };
        evaluations::add(&self.folder, &evaluation)?;
        // After the evaluation's files: a kill in between makes them again.
        trainer.save(&self.folder)?;
        Ok(evaluation)
    }
}
