//! Which label each image of a synthetic set is made for: from the image's index alone.
//!
//! Given parts are kept in every range of indices, not only on average. Image `i` takes the point
//! `u_i = frac(i g)` of the interval from 0 to 1, where `g = (sqrt(5) - 1) / 2`, and the label is
//! the one in whose part of that interval `u_i` lies; the parts follow each other and are as long
//! as their proportion. Among the first `n` images, the number with a label of proportion `p`
//! differs from `n p` by `O(log n)`, the least order that any sequence of points has (Schmidt
//! 1972); independent draws differ by `sqrt(n p (1 - p))`.
//!
//! All of it is integers: `u_i` in units of 2^-64 is `i G mod 2^64`, and its place among `total`
//! weights is `floor(u_i total / 2^64)`.

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

/// `2^64 (sqrt(5) - 1) / 2`, to the nearest odd number.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
/// Weights that stand for a proportion of 1.
const WHOLE: f64 = 1e9;
/// How far proportions may be from a sum of 1.
const TOLERANCE: f64 = 1e-6;

/// A rule that gives each image its label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum LabelRule {
    /// The generator takes no label.
    None,
    /// 0, 1, 2 … in turn: image `i` has label `i mod classes`.
    InTurn {
        /// Labels that the generator takes.
        classes: u16,
    },
    /// In proportion to a weight for each label.
    Proportions {
        /// One a label; their sum stands for all images.
        weights: Vec<u64>,
    },
}

impl LabelRule {
    /// By parts of all images, one a label.
    ///
    /// # Errors
    ///
    /// A part that is not in 0..=1, or a sum that is not 1.
    pub fn of_parts(parts: &[f64]) -> Result<Self> {
        for part in parts {
            ensure!((0.0..=1.0).contains(part), "{part} is no part (expected 0 to 1)");
        }
        let sum: f64 = parts.iter().sum();
        ensure!((sum - 1.0).abs() <= TOLERANCE, "the sum is {sum} (expected 1)");
        let weights = parts.iter().map(|part| (part * WHOLE).round() as u64).collect();
        Ok(Self::Proportions { weights })
    }

    /// By what the option --proportions says: numbers with commas between them, one for each of so
    /// many labels.
    ///
    /// # Errors
    ///
    /// Names the option and what was expected.
    pub fn of_text(proportions: &str, classes: u16, names: &[String]) -> Result<Self> {
        let part = |text: &str| -> Result<f64> {
            let number = text.trim().parse();
            number.with_context(|| format!("--proportions {proportions}: {text:?} is no number"))
        };
        let parts = proportions.split(',').map(part).collect::<Result<Vec<f64>>>()?;
        ensure!(
            parts.len() == usize::from(classes),
            "--proportions {proportions}: {} numbers, expected {classes}, one for each label{}",
            parts.len(),
            if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) }
        );
        Self::of_parts(&parts).with_context(|| format!("--proportions {proportions}"))
    }

    /// The rule where nothing else is asked for: labels in turn.
    pub fn in_turn(classes: u16) -> Self {
        if classes > 0 { Self::InTurn { classes } } else { Self::None }
    }

    /// Labels that it gives.
    pub fn classes(&self) -> usize {
        match self {
            Self::None => 0,
            Self::InTurn { classes } => usize::from(*classes),
            Self::Proportions { weights } => weights.len(),
        }
    }

    /// The labels of `count` images from `first` on; all 0 without labels.
    pub fn labels(&self, first: u64, count: usize) -> Vec<u16> {
        let indices = (0..count as u64).map(|index| first.wrapping_add(index));
        match self {
            Self::None => vec![0; count],
            Self::InTurn { classes } => {
                indices.map(|index| (index % u64::from(*classes)) as u16).collect()
            }
            Self::Proportions { weights } => {
                // Where each label's part of the interval ends.
                let mut total = 0u64;
                let ends: Vec<u64> = weights
                    .iter()
                    .map(|weight| {
                        total += weight;
                        total
                    })
                    .collect();
                let label = |index: u64| {
                    let point = u128::from(index.wrapping_mul(GOLDEN));
                    let point = (point * u128::from(total)) >> 64;
                    ends.partition_point(|&end| u128::from(end) <= point) as u16
                };
                indices.map(label).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(labels: &[u16], classes: usize) -> Vec<u64> {
        let mut counts = vec![0; classes];
        labels.iter().for_each(|&label| counts[usize::from(label)] += 1);
        counts
    }

    /// The first ones were computed with Python's integers.
    #[test]
    fn labels_are_those_of_the_golden_rotation() {
        let weights = vec![5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];
        let rule = LabelRule::Proportions { weights: weights.clone() };
        assert_eq!(rule.labels(0, 12), [0, 6, 2, 8, 4, 0, 7, 3, 9, 5, 1, 7]);
        let of_a_million =
            [98_716, 112_366, 99_302, 102_183, 97_366, 90_350, 98_632, 104_418, 97_518, 99_149];
        assert_eq!(counts(&rule.labels(0, 1_000_000), 10), of_a_million);
        // Any range keeps the parts, to within twice what one from 0 is off by: 4 at most.
        for first in [0, 1, 777_777, u64::MAX - 60_000] {
            let found = counts(&rule.labels(first, 60_000), 10);
            for (found, weight) in found.iter().zip(&weights) {
                assert!(found.abs_diff(*weight) <= 8, "{first}: {found}, expected {weight}");
            }
        }
    }

    #[test]
    fn a_label_is_of_the_index_alone() {
        let parts = LabelRule::of_parts(&[0.5, 0.0, 0.3, 0.2]).unwrap();
        for rule in [LabelRule::None, LabelRule::InTurn { classes: 7 }, parts] {
            let whole = rule.labels(0, 1000);
            assert_eq!([rule.labels(0, 333), rule.labels(333, 667)].concat(), whole, "{rule:?}");
        }
        assert_eq!(LabelRule::InTurn { classes: 3 }.labels(5, 4), [2, 0, 1, 2]);
    }

    #[test]
    fn a_label_without_a_part_is_never_made() {
        let rule = LabelRule::of_parts(&[0.25, 0.0, 0.75]).unwrap();
        assert_eq!(rule, LabelRule::Proportions { weights: vec![250_000_000, 0, 750_000_000] });
        let found = counts(&rule.labels(0, 4000), 3);
        assert_eq!((found[1], found[0].abs_diff(1000) <= 4), (0, true), "{found:?}");
        let only = LabelRule::of_parts(&[0.0, 1.0]).unwrap();
        assert_eq!(counts(&only.labels(0, 50), 2), [0, 50]);
    }

    #[test]
    fn wrong_parts_are_refused() {
        for (parts, expected) in [
            (&[0.5, 0.4][..], "the sum is 0.9 (expected 1)"),
            (&[-0.5, 1.5], "-0.5 is no part (expected 0 to 1)"),
            (&[f64::NAN, 1.0], "NaN is no part (expected 0 to 1)"),
            (&[], "the sum is 0 (expected 1)"),
        ] {
            let error = LabelRule::of_parts(parts).unwrap_err().to_string();
            assert_eq!(error.replace("-0 ", "0 "), expected);
        }
    }
}
