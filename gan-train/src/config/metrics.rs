//! The names of the metrics that a run can be judged by, and which end of each is the good one.
//!
//! How they are computed is `judge`'s business.

/// Which end of a metric is the good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Lower is better, as for `fd`.
    Lower,
    /// Higher is better, as for `coverage`.
    Higher,
}

/// A metric of generated images that is one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Its name in `training.select`, in `--until` and in `evaluations.jsonl`.
    pub name: &'static str,
    /// Another one that is taken: a shorter one, or the one before.
    pub alias: Option<&'static str>,
    /// Which end is the good one.
    pub better: Better,
}

/// All of them, in the order in which tables show them.
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

const fn metric(name: &'static str, alias: Option<&'static str>, better: Better) -> Metric {
    Metric { name, alias, better }
}

impl Metric {
    /// The metric of this name or alias.
    pub fn find(name: &str) -> Option<Self> {
        METRICS.into_iter().find(|metric| metric.name == name || metric.alias == Some(name))
    }
}
