//! What is done now and then to see how a run gets on: scores on held-out images, a grid from fixed
//! latents, the best checkpoint.

use super::{animation, tensorboard};
use crate::config::Config;
use crate::config::{Better, Metric, Network, TASK_METRICS};
use crate::data::Split;
use crate::export::float::FloatGenerator;
use crate::judge::classifier::Classifier;
use crate::judge::collapse;
use crate::judge::evaluations::{self, Evaluation, Scores};
use crate::judge::restore::CaseJudge;
use crate::judge::scoring::Judge;
use crate::judge::until::Until;
use crate::report::history::{self, GRIDS};
use crate::task::Task;
use crate::train::metrics::Record;
use crate::train::splits::Splits;
use crate::train::{Trainer, checkpoint};
use anyhow::{Context, Result, ensure};
use gan_tools::files::atomic;
use gan_tools::picture::{Picture, grid};
use gan_tools::samples::Samples;
use std::path::{Path, PathBuf};

/// Seed of the latents that are judged: not one that people use, so that no run is chosen for the
/// images that are shown of it.
const SEED: u64 = 0xE7A1_5EED;
/// Images in a grid.
const GRID: usize = 100;

/// Who watches a run, and what was found so far.
#[derive(Debug)]
pub struct Watch {
    folder: PathBuf,
    tensorboard: Option<tensorboard::Writer>,
    judge: Option<RunJudge>,
    metric: Metric,
    /// The best evaluation's value.
    best: Option<f64>,
}

/// Who judges a run.
#[derive(Debug)]
pub enum RunJudge {
    /// By images that a generator makes of latents.
    OfDrawn(Box<Judge>),
    /// By images that it makes of images.
    OfRestored(Box<CaseJudge>),
}

/// The judge that a run's configuration asks for, by the validation images; none if it is
/// not to be evaluated. `classifier` is asked for a classifier for the training images.
///
/// # Errors
///
/// Images without labels, or too few of them; a metric that needs labels in a run without; those of
/// `classifier`.
pub fn judge(
    config: &Config,
    splits: &Splits,
    until: Option<&Until>,
    classifier: impl FnOnce(&Split) -> Result<Classifier>,
) -> Result<Option<RunJudge>> {
    let training = &config.training;
    if training.eval_every == 0 {
        ensure!(until.is_none(), "--until: needs --eval-every STEPS (or training.eval_every)");
        return Ok(None);
    }
    let metric = config.metric()?;
    if let Some(task) = Task::of(config)? {
        if let Some(until) = until {
            ensure!(
                TASK_METRICS.iter().any(|metric| metric.name == until.metric()),
                "--until {until}: the run has a task (expected one of {})",
                Metric::names(&TASK_METRICS)
            );
        }
        let (train, held_out) = (&splits.train, &splits.validation);
        let judge = CaseJudge::new(&task, train, held_out, training.eval_samples, SEED);
        return Ok(Some(RunJudge::OfRestored(Box::new(judge?))));
    }
    let labelled = |name: &str| splits.shape.classes > 0 || name != "conditional_accuracy";
    ensure!(
        labelled(metric.name),
        "training.select: {:?} needs a conditional run",
        training.select
    );
    if let Some(until) = until {
        ensure!(labelled(until.metric()), "--until {until}: needs a conditional run");
    }
    ensure!(
        splits.all.labels.is_some(),
        "--eval-every: needs labels to judge by, and the data has none"
    );
    let judge = Judge::new(classifier(&splits.all)?, &splits.parzen, &splits.validation);
    let judge = judge.with_context(|| format!("training.validation: {}", training.validation))?;
    Ok(Some(RunJudge::OfDrawn(Box::new(judge))))
}

impl RunJudge {
    /// Scores of a generator, always by the same latents or cases.
    fn scores(&self, generator: &FloatGenerator, config: &Config) -> Result<Scores> {
        match self {
            Self::OfDrawn(judge) => {
                let (latent_len, classes) = (generator.latent_len, generator.classes);
                let samples = Samples::new(SEED, config.training.eval_samples, latent_len, classes);
                let labels = (classes > 0).then_some(samples.labels.as_slice());
                let scores = judge.quick(&generator.images(&samples), labels)?;
                Ok(Scores::Drawn(Box::new(scores)))
            }
            Self::OfRestored(judge) => {
                Ok(Scores::Restored(judge.scores(generator.images(&judge.samples()))?))
            }
        }
    }

    /// A picture of what a generator makes, always of the same latents or cases.
    fn picture(&self, generator: &FloatGenerator, seed: u64) -> Picture {
        match self {
            Self::OfDrawn(_) => {
                let FloatGenerator { latent_len, classes, .. } = *generator;
                let images = generator.images(&Samples::new(seed, GRID, latent_len, classes));
                grid::picture(&images, grid::columns(classes))
            }
            Self::OfRestored(judge) => {
                let drawing = judge.drawing();
                drawing.picture(generator.images(&drawing.cases.samples()))
            }
        }
    }
}

impl Watch {
    /// Watches a run that stands at `step`; without a judge there are no evaluations. What was
    /// written for later steps, which a resumed run makes again, is dropped.
    ///
    /// # Errors
    ///
    /// A file that cannot be written.
    pub fn new(
        config: &Config,
        judge: Option<RunJudge>,
        folder: &Path,
        step: u64,
        tensorboard: bool,
    ) -> Result<Self> {
        let metric = config.metric()?;
        let kept = evaluations::keep_until(folder, step)?;
        for later in history::grids(folder)?.iter().filter(|grid| grid.step > step) {
            std::fs::remove_file(&later.path)
                .with_context(|| format!("{}: cannot be removed", later.path.display()))?;
        }
        let best = kept.iter().rfind(|evaluation| evaluation.best);
        let best_step = checkpoint::best_step(folder, config)?;
        // Without its weights a score is worth nothing.
        let best = best
            .filter(|best| best_step == Some(best.step))
            .and_then(|best| best.scores.get(metric.name))
            .filter(|value| value.is_finite());
        let tensorboard = tensorboard.then(|| tensorboard::Writer::create(folder)).transpose()?;
        Ok(Self { folder: folder.to_owned(), tensorboard, judge, metric, best })
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
            ("score/accuracy", record.d_accuracy),
            ("health/spread", record.spread),
            ("health/diversity", record.diversity),
            ("rate", record.rate),
        ] {
            board.scalar(record.step, tag, value)?;
        }
        for warning in &record.warnings {
            board.text(record.step, "warnings", warning)?;
        }
        Ok(())
    }

    /// Judges the average as it is now; adds a line to `evaluations.jsonl`, a grid and a frame;
    /// keeps the average if it is the best so far. Without a judge, nothing.
    ///
    /// # Errors
    ///
    /// A file that cannot be written.
    pub fn evaluate(&mut self, trainer: &mut Trainer) -> Result<Option<Evaluation>> {
        let Some(judge) = &self.judge else { return Ok(None) };
        let generator = FloatGenerator::of(trainer);
        let scores = judge.scores(&generator, trainer.config())?;
        // What is not a number is never the best, whatever it is compared with.
        let value = scores.get(self.metric.name).filter(|value| value.is_finite());
        let best = value.is_some_and(|value| {
            self.best.is_none_or(|best| match self.metric.better {
                Better::Lower => value < best,
                Better::Higher => value > best,
            })
        });
        let (step, seconds) = (trainer.state().step, trainer.state().seconds);
        if best {
            self.best = value;
            trainer.save_best(&self.folder)?;
        }
        let lr = trainer.config().training.lr_of(Network::Generator);
        let warning = scores.drawn().and_then(|scores| collapse::warning(scores, lr));
        let warnings = warning.into_iter().collect();
        let evaluation = Evaluation { step, seconds, best, scores, warnings };

        let picture = judge.picture(&generator, trainer.config().seed);
        let (png, folder) = (picture.to_png()?, self.folder.join(GRIDS));
        atomic::create_inner_folder(&folder)?;
        atomic::write(&folder.join(format!("{step:08}.png")), &png)?;
        animation::write(&self.folder)?;
        evaluations::add(&self.folder, &evaluation)?;
        if let Some(board) = &mut self.tensorboard {
            for warning in &evaluation.warnings {
                board.text(step, "warnings", warning)?;
            }
            for metric in Metric::all() {
                if let Some(value) = evaluation.scores.get(metric.name) {
                    board.scalar(step, &format!("quality/{}", metric.name), value)?;
                }
            }
            board.image(step, "samples", &png, picture.width, picture.height)?;
        }
        // After the evaluation's files: a kill in between makes them again.
        trainer.save(&self.folder)?;
        Ok(Some(evaluation))
    }
}
