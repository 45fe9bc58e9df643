//! What is done now and then to see how a run gets on: scores on held-out images, a grid from fixed latents, the best checkpoint.

use super::evaluations::{self, Evaluation};
use super::metrics::Record;
use super::{Trainer, checkpoint};
use crate::config::Config;
use crate::data::Split;
use crate::evaluate::classifier::Classifier;
use crate::evaluate::judge::Judge;
use crate::evaluate::quick::{Better, METRICS, Metric};
use crate::float::Samples;
use crate::output::history::{self, GRIDS};
use crate::output::{animation, atomic, grid, tensorboard};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// Seed of the latents that are judged: not one that people use, so that no run is chosen for the images that are shown of it.
const SEED: u64 = 0xE7A1_5EED;
/// Images in a grid.
const GRID: usize = 100;

/// Who watches a run, and what was found so far.
#[derive(Debug)]
pub struct Watch {
    folder: PathBuf,
    tensorboard: Option<tensorboard::Writer>,
    judge: Option<Judge>,
    metric: Metric,
    /// The best evaluation's value.
    best: Option<f64>,
}

impl Watch {
    /// Watches a run that stands at `step`. What was written for later steps, which a resumed run makes again, is dropped.
    ///
    /// # Errors
    ///
    /// A file that cannot be written.
    pub fn new(config: &Config, folder: &Path, step: u64, tensorboard: bool) -> Result<Self> {
        let metric = config.training.metric()?;
        let kept = evaluations::keep_until(folder, step)?;
        for later in history::grids(folder)?.iter().filter(|grid| grid.step > step) {
            std::fs::remove_file(&later.path).with_context(|| format!("{}: cannot be removed", later.path.display()))?;
        }
        let best = kept.iter().rfind(|evaluation| evaluation.best);
        let best_step = checkpoint::load_best(folder, config)?.map(|best| best.state.step);
        // Without its weights a score is worth nothing.
        let best = best.filter(|best| best_step == Some(best.step)).and_then(|best| best.scores.get(metric.name));
        let tensorboard = tensorboard.then(|| tensorboard::Writer::create(folder)).transpose()?;
        Ok(Self { folder: folder.to_owned(), tensorboard, judge: None, metric, best })
    }

    /// Lets evaluations judge, with the classifier of `train` (the whole training split, by which MNIST is known), by `held_out`.
    ///
    /// # Errors
    ///
    /// Images without labels, or too few of them.
    pub fn judging(mut self, train: &Split, held_out: &Split) -> Result<Self> {
        self.judge = Some(Judge::new(Classifier::for_data(train)?, train, held_out)?);
        Ok(self)
    }

    /// Hears of a line of metrics.
    ///
    /// # Errors
    ///
    /// A file that cannot be written.
    pub fn record(&mut self, record: &Record) -> Result<()> {
        let Some(board) = &mut self.tensorboard else { return Ok(()) };
        for (tag, value) in [
            ("loss/discriminator", record.d_loss),
            ("loss/generator", record.g_loss),
            ("loss/penalty", record.penalty),
            ("score/real", record.d_real),
            ("score/generated", record.d_fake),
            ("health/spread", record.spread),
            ("health/diversity", record.diversity),
            ("rate", record.rate),
        ] {
            board.scalar(record.step, tag, value)?;
        }
        Ok(())
    }

    /// Judges the average as it is now; adds a line to `evaluations.jsonl`, a grid and a frame; keeps the average if it is the best so
    /// far. Without a judge, nothing.
    ///
    /// # Errors
    ///
    /// A file that cannot be written.
    pub fn evaluate(&mut self, trainer: &mut Trainer) -> Result<Option<Evaluation>> {
        let Some(judge) = &self.judge else { return Ok(None) };
        let generator = trainer.generator();
        let (latent_len, classes) = (generator.latent_len, generator.classes);
        let samples = Samples::new(SEED, trainer.config().training.eval_samples, latent_len, classes);
        let labels = (classes > 0).then_some(samples.labels.as_slice());
        let scores = judge.quick(&generator.images(&samples), labels)?;
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

        let images = generator.images(&Samples::new(trainer.config().seed, GRID, latent_len, classes));
        let picture = grid::picture(&images, grid::columns(classes));
        let (png, folder) = (picture.to_png()?, self.folder.join(GRIDS));
        atomic::create_folder(&folder)?;
        atomic::write(&folder.join(format!("{step:08}.png")), &png)?;
        animation::write(&self.folder)?;
        evaluations::add(&self.folder, &evaluation)?;
        if let Some(board) = &mut self.tensorboard {
            for metric in METRICS {
                if let Some(value) = evaluation.scores.get(metric.name) {
                    board.scalar(step, &format!("score/{}", metric.name), value)?;
                }
            }
            board.image(step, "samples", &png, picture.width, picture.height)?;
        }
        // After the evaluation's files: a kill in between makes them again.
        trainer.save(&self.folder)?;
        Ok(Some(evaluation))
    }
}
