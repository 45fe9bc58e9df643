//! Mode collapse label by label: a generator that draws one kind of 3 again and again, while its
//! other digits are varied.
//!
//! A label has collapsed when next to no real image of it has a generated one near (coverage), and
//! next to none lies among the generated ones (recall). Real data has about 0.95 of both. Blur
//! alone takes recall to 0 and leaves a quarter of coverage (docs/evaluation.md), so both must be
//! low.

use super::quick::Quick;
use crate::train::health::other_rate;

/// Coverage and recall of a label that has collapsed are both below this.
const COLLAPSED: f64 = 0.1;

/// The labels that have collapsed.
pub fn labels(scores: &Quick) -> Vec<usize> {
    let low = |part: &Option<f64>| part.is_some_and(|part| part < COLLAPSED);
    let both = scores.class_coverage.iter().zip(&scores.class_recall);
    both.enumerate().filter(|(_, (c, r))| low(c) && low(r)).map(|(label, _)| label).collect()
}

/// What is wrong, and what to try in a run whose learning rate is `lr`; none if nothing is.
pub fn warning(scores: &Quick, lr: f64) -> Option<String> {
    let labels = labels(scores);
    if labels.is_empty() {
        return None;
    }
    let all = scores.class_coverage.iter().flatten().count();
    let percent = |part: Option<f64>| 100.0 * part.unwrap_or(0.0);
    let list = labels.iter().map(|&label| {
        let (coverage, recall) = (scores.class_coverage[label], scores.class_recall[label]);
        format!("{label} ({:.0} %, {:.0} %)", percent(coverage), percent(recall))
    });
    Some(format!(
        "mode collapse in {} of {all} labels (coverage, recall): {}. Try a higher \
         training.r1_gamma (1 to 5), {}, or a larger training.batch",
        labels.len(),
        list.collect::<Vec<_>>().join(", "),
        other_rate(lr)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(coverage: &[Option<f64>], recall: &[Option<f64>]) -> Quick {
        Quick {
            fd: 1.0,
            coverage: 0.5,
            precision: 0.5,
            recall: 0.5,
            density: 1.0,
            log_likelihood: 0.0,
            sigma: 0.2,
            class_kl: 0.0,
            conditional_accuracy: None,
            class_histogram: vec![0; coverage.len()],
            class_coverage: coverage.to_vec(),
            class_recall: recall.to_vec(),
        }
    }

    #[test]
    fn a_label_has_collapsed_if_both_are_low() {
        let coverage = [Some(0.9), Some(0.02), Some(0.25), None, Some(0.09), Some(0.05)];
        let recall = [Some(0.8), Some(0.0), Some(0.01), None, Some(0.5), Some(0.004)];
        let found = scores(&coverage, &recall);
        assert_eq!(labels(&found), [1, 5]);
        let text = warning(&found, 1e-3).unwrap();
        assert!(text.contains("2 of 5 labels (coverage, recall): 1 (2 %, 0 %), 5 (5 %, 0 %)."));
        assert!(text.contains("a higher training.lr of both"), "{text}");
        assert!(warning(&found, 0.1).unwrap().contains("a much lower training.lr"));
        assert_eq!(warning(&scores(&coverage[..1], &recall[..1]), 1e-3), None);
        // Written before there were these.
        assert_eq!(warning(&scores(&[], &[]), 1e-3), None);
    }
}
