//! The names of the metrics that a run can be judged by, and which end of each is the good one.
//!
//! How they are computed is `judge`'s business.

use super::{Config, TrainingConfig};
use anyhow::{Context, Result};

/// Which end of a metric is the good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Lower is better, as for `fd`.
    Lower,
    /// Higher is better, as for `coverage`.
    Higher,
}

/// A metric of what a generator makes that is one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Its name in `training.select`, in `--until` and in `evaluations.jsonl`.
    pub name: &'static str,
    /// Another one that is taken: a shorter one, or the one before.
    pub alias: Option<&'static str>,
    /// Which end is the good one.
    pub better: Better,
}

/// Those of images that were made of latents, in the order in which tables show them.
pub const METRICS: [Metric; 8] = [
    metric("fd", Some("fid"), Better::Lower),
    metric("coverage", None, Better::Higher),
    metric("precision", None, Better::Higher),
    metric("recall", None, Better::Higher),
    metric("density", None, Better::Higher),
    metric("log_likelihood", Some("ll"), Better::Higher),
    metric("class_kl", None, Better::Lower),
    metric("conditional_accuracy", Some("accuracy"), Better::Higher),
];

/// Those of images that were made of images, in the same way.
pub const TASK_METRICS: [Metric; 2] =
    [metric("psnr", None, Better::Higher), metric("ssim", None, Better::Higher)];

const fn metric(name: &'static str, alias: Option<&'static str>, better: Better) -> Metric {
    Metric { name, alias, better }
}

impl Metric {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        METRICS.into_iter().chain(TASK_METRICS)
    }

    /// The names of these, for messages.
    pub fn names(metrics: &[Self]) -> String {
        metrics.iter().map(|metric| metric.name).collect::<Vec<_>>().join(", ")
    }

    /// The metric of this name or alias.
    pub fn find(name: &str) -> Option<Self> {
        Self::all().find(|metric| metric.name == name || metric.alias == Some(name))
    }
}

impl Config {
    /// The metric by which the best checkpoint is chosen: that of `training.select`. In a task
    /// `fd`, which a configuration has that says nothing, stands for the task's first.
    ///
    /// # Errors
    ///
    /// There is none of that name for what the generator makes.
    pub fn metric(&self) -> Result<Metric> {
        let metrics: &[Metric] = if self.task.is_some() { &TASK_METRICS } else { &METRICS };
        let select = &self.training.select;
        if self.task.is_some() && *select == TrainingConfig::default().select {
            return Ok(TASK_METRICS[0]);
        }
        let found = Metric::find(select).filter(|metric| metrics.contains(metric));
        found.with_context(|| {
            format!("training.select: {select:?} (expected one of {})", Metric::names(metrics))
        })
    }
}
