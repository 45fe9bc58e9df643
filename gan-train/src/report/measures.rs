//! What people are told of an evaluation's metrics. Their names, and which of their ends is the
//! good one, are those of [`config`](crate::config).

use super::chart::Span;
use super::history::History;
use crate::config::{Better, Metric};
use crate::judge::evaluations::Evaluation;
use std::cmp::Ordering;

/// A metric in charts and tables.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// What is measured.
    pub metric: Metric,
    /// For people.
    pub title: &'static str,
    /// What it says, as a sentence.
    pub note: &'static str,
    /// The axis's label.
    pub unit: &'static str,
    /// The axis.
    pub span: Span,
}

const PART: Span = Span::AtLeast(0.0, 1.0);

/// The measures that any of the runs has.
pub fn present(histories: &[History]) -> Vec<Measure> {
    let evaluations = || histories.iter().flat_map(|history| &history.evaluations);
    let found = |metric: &Metric| {
        evaluations().any(|evaluation| evaluation.scores.get(metric.name).is_some())
    };
    Metric::all().filter(found).map(Measure::new).collect()
}

impl Measure {
    /// How the metric is presented. One that has no words here goes by its name.
    fn new(metric: Metric) -> Self {
        match metric.name {
            "fd" => Self {
                metric,
                title: "Fréchet distance",
                note: "Of our classifier's features, in percent of the data's variance.",
                unit: "distance",
                span: Span::Positive,
            },
            "coverage" => Self {
                metric,
                title: "Coverage",
                note: "Share of the real images with a generated neighbour.",
                unit: "share, 0 to 1",
                span: PART,
            },
            "precision" => Self {
                metric,
                title: "Precision",
                note: "Share of the generated images that lie among real ones.",
                unit: "share, 0 to 1",
                span: PART,
            },
            "recall" => Self {
                metric,
                title: "Recall",
                note: "Share of the real images that lie among generated ones.",
                unit: "share, 0 to 1",
                span: PART,
            },
            "density" => Self {
                metric,
                title: "Density",
                note: "Real neighbourhoods that a generated image lies in, of those expected.",
                unit: "ratio",
                span: PART,
            },
            "log_likelihood" => Self {
                metric,
                title: "Log-likelihood",
                note: "Of the real images that the generated ones are judged by.",
                unit: "nats per image",
                span: Span::Data,
            },
            "class_kl" => Self {
                metric,
                title: "Class divergence",
                note: "Of the generated classes from the uniform distribution.",
                unit: "nats",
                span: Span::Positive,
            },
            "conditional_accuracy" => Self {
                metric,
                title: "Conditional accuracy",
                note: "Share of the generated images that show their label, to a classifier.",
                unit: "share, 0 to 1",
                span: PART,
            },
            "psnr" => Self {
                metric,
                title: "PSNR",
                note: "Of the images that should have come out.",
                unit: "dB",
                span: Span::Data,
            },
            "ssim" => Self {
                metric,
                title: "SSIM",
                note: "Likeness to the images that should have come out.",
                unit: "at most 1",
                span: Span::Data,
            },
            name => Self { metric, title: name, note: "", unit: "value", span: Span::Data },
        }
    }

    /// Its value, if it could be measured.
    pub fn of(&self, evaluation: &Evaluation) -> Option<f64> {
        evaluation.scores.get(self.metric.name)
    }

    /// The note, and which values are good.
    pub fn explanation(&self) -> String {
        let better = match self.metric.better {
            Better::Higher => "Higher is better.",
            Better::Lower => "Lower is better.",
        };
        format!("{} {better}", self.note).trim().to_owned()
    }

    /// Which of several runs' values is the best; none if fewer than two have one.
    pub fn best(&self, values: &[Option<f64>]) -> Option<usize> {
        let order: fn(f64, f64) -> Ordering = match self.metric.better {
            Better::Higher => |a, b| a.total_cmp(&b),
            Better::Lower => |a, b| b.total_cmp(&a),
        };
        let found: Vec<(usize, f64)> = values
            .iter()
            .enumerate()
            .filter_map(|(index, value)| Some((index, value.filter(|value| value.is_finite())?)))
            .collect();
        if found.len() < 2 {
            return None;
        }
        found.into_iter().max_by(|a, b| order(a.1, b.1)).map(|(index, _)| index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_of_several_runs() {
        let measure = |name: &str| Measure::new(Metric::find(name).unwrap());
        let not_a_number = [Some(f64::NAN), Some(2.0), Some(3.0), Some(f64::INFINITY)];
        assert_eq!(measure("fd").best(&not_a_number), Some(1));
        assert_eq!(measure("coverage").best(&not_a_number), Some(2));
        assert_eq!(measure("fd").best(&not_a_number[..2]), None);
        let values = [Some(3.0), None, Some(2.0)];
        assert_eq!(measure("fd").best(&values), Some(2));
        assert_eq!(measure("recall").best(&values), Some(0));
        assert_eq!(measure("fd").best(&[Some(3.0), None]), None);
    }

    #[test]
    fn every_metric_is_explained() {
        for measure in Metric::all().map(Measure::new) {
            assert!(
                measure.title != measure.metric.name && !measure.note.is_empty(),
                "{}",
                measure.metric.name
            );
        }
    }
}
