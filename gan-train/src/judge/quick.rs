//! What [`Judge`](super::Judge) says of generated images.

use crate::config::Metric;
use crate::files::json_lines::number;
use serde::{Deserialize, Serialize};

/// A generator's scores. The modules beside this one have the formulas.
///
/// A score may not be a number: the Frechet distance of images that are all the same divides 0 by
/// 0. It is null in JSON then, and worse than any number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quick {
    /// Frechet distance of the features, in hundredths of the training images' variance; see
    /// [`super::frechet`].
    #[serde(alias = "fid", deserialize_with = "number")]
    pub fd: f64,
    /// 0..=1; see [`super::prdc`], as the next three.
    #[serde(deserialize_with = "number")]
    pub coverage: f64,
    /// 0..=1.
    #[serde(deserialize_with = "number")]
    pub precision: f64,
    /// 0..=1.
    #[serde(deserialize_with = "number")]
    pub recall: f64,
    /// 0 and more.
    #[serde(deserialize_with = "number")]
    pub density: f64,
    /// Nats; see [`super::parzen`].
    #[serde(deserialize_with = "number")]
    pub log_likelihood: f64,
    /// Standard deviation of the windows that it was measured with.
    #[serde(deserialize_with = "number")]
    pub sigma: f64,
    /// Nats; see [`class_kl`].
    #[serde(deserialize_with = "number")]
    pub class_kl: f64,
    /// Fraction of the images whose label the classifier agrees with, if they were made for labels.
    pub conditional_accuracy: Option<f64>,
    /// Images that the classifier gives each label.
    pub class_histogram: Vec<usize>,
    /// Coverage of the real images of each label; none of a label that no real image has. Empty in
    /// evaluations that were written before there was this.
    #[serde(default)]
    pub class_coverage: Vec<Option<f64>>,
    /// Recall of the real images of each label, in the same way.
    #[serde(default)]
    pub class_recall: Vec<Option<f64>>,
}

impl Quick {
    /// The metric of this name or alias; none if there is no such metric, or no
    /// `conditional_accuracy` of these images.
    pub fn get(&self, name: &str) -> Option<f64> {
        match Metric::find(name)?.name {
            "fd" => Some(self.fd),
            "coverage" => Some(self.coverage),
            "precision" => Some(self.precision),
            "recall" => Some(self.recall),
            "density" => Some(self.density),
            "log_likelihood" => Some(self.log_likelihood),
            "class_kl" => Some(self.class_kl),
            "conditional_accuracy" => self.conditional_accuracy,
            _ => None,
        }
    }
}

/// The part of each label's real images that was `found`; none of a label without images.
pub fn of_each_class(labels: &[u16], found: &[bool], classes: usize) -> Vec<Option<f64>> {
    let mut counts = vec![(0usize, 0usize); classes];
    for (&label, &found) in labels.iter().zip(found) {
        let (right, of) = &mut counts[usize::from(label)];
        *right += usize::from(found);
        *of += 1;
    }
    counts.into_iter().map(|(right, of)| (of > 0).then(|| right as f64 / of as f64)).collect()
}

/// Kullback-Leibler divergence of a histogram from the uniform one over its `c` classes: `sum p
/// log(p c)`, nats. 0 for equal counts, `log c` if all are of one class.
pub fn class_kl(histogram: &[usize]) -> f64 {
    let total: usize = histogram.iter().sum();
    let fractions =
        histogram.iter().filter(|&&count| count > 0).map(|&count| count as f64 / total as f64);
    fractions.map(|p| p * (p * histogram.len() as f64).ln()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Better, METRICS};

    #[test]
    fn divergence_from_uniform() {
        assert_eq!(class_kl(&[7, 7, 7]), 0.0);
        assert!((class_kl(&[0, 12, 0, 0]) - 4f64.ln()).abs() < 1e-12);
        // 1/2 log(3/2) + 1/3 log 1 + 1/6 log(1/2)
        assert!((class_kl(&[3, 2, 1]) - (1.5f64.ln() / 2.0 - 2f64.ln() / 6.0)).abs() < 1e-12);
    }

    #[test]
    fn classes_are_counted_apart() {
        let found = [true, true, false, true, false];
        let expected = vec![Some(2.0 / 3.0), None, Some(0.5)];
        assert_eq!(of_each_class(&[0, 2, 0, 0, 2], &found, 3), expected);
    }

    /// Each metric's name finds its own field, also after JSON.
    #[test]
    fn metrics_are_found_by_name_and_alias() {
        let quick = Quick {
            fd: 1.0,
            coverage: 2.0,
            precision: 3.0,
            recall: 4.0,
            density: 5.0,
            log_likelihood: 6.0,
            sigma: 0.5,
            class_kl: 7.0,
            conditional_accuracy: Some(8.0),
            class_histogram: vec![1, 2],
            class_coverage: vec![Some(0.5), None],
            class_recall: vec![Some(0.25), None],
        };
        let json = serde_json::to_value(&quick).unwrap();
        for (metric, expected) in METRICS.into_iter().zip(1..) {
            assert_eq!(quick.get(metric.name), Some(f64::from(expected)), "{}", metric.name);
            assert_eq!(json[metric.name].as_f64(), Some(f64::from(expected)), "{}", metric.name);
        }
        assert_eq!(
            ["fid", "ll", "accuracy", "inception"].map(|name| quick.get(name)),
            [Some(1.0), Some(6.0), Some(8.0), None]
        );
        assert_eq!(Metric::find("ll").map(|metric| metric.better), Some(Better::Higher));
        assert_eq!(serde_json::from_value::<Quick>(json).unwrap(), quick);
        assert_eq!(Quick { conditional_accuracy: None, ..quick }.get("accuracy"), None);
    }
}
