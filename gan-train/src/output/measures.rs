//! What the numbers of an evaluation are called and which of them are good.

use super::chart::Span;
use super::history::{Evaluation, History};
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// Which values of a measure are good ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Large ones.
    Higher,
    /// Small ones.
    Lower,
    /// Nobody has said.
    Unknown,
}

/// A number of an evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// In `evaluations.jsonl`.
    pub name: String,
    /// For people.
    pub title: String,
    /// What it says, as a sentence.
    pub note: String,
    /// The axis's label.
    pub unit: String,
    /// The axis.
    pub span: Span,
    /// Which values are good.
    pub better: Better,
}

const PART: Span = Span::AtLeast(0.0, 1.0);

/// Name, title, note, unit, axis, good values: in the order they are shown.
#[rustfmt::skip]
const KNOWN: [(&str, &str, &str, &str, Span, Better); 8] = [
    ("fid", "FID", "Fréchet distance between features of generated and real images.", "distance", Span::Positive, Better::Lower),
    ("log_likelihood", "Log-likelihood", "Of real images that were not trained on.", "nats per image", Span::Data, Better::Higher),
    ("precision", "Precision", "Share of the generated images that lie among real ones.", "share, 0 to 1", PART, Better::Higher),
    ("recall", "Recall", "Share of the real images that lie among generated ones.", "share, 0 to 1", PART, Better::Higher),
    ("density", "Density", "Real neighbourhoods that a generated image lies in, of those expected.", "ratio", PART, Better::Higher),
    ("coverage", "Coverage", "Share of the real images with a generated neighbour.", "share, 0 to 1", PART, Better::Higher),
    ("conditional_accuracy", "Conditional accuracy", "Share of the generated images that show their label, to a classifier.", "share, 0 to 1", PART, Better::Higher),
    ("class_kl", "Class divergence", "Of the generated classes from the real ones.", "nats", Span::Positive, Better::Lower),
];

/// The measures that any of the runs has: known ones first, then others by name.
pub fn present(histories: &[History]) -> Vec<Measure> {
    let evaluations = histories.iter().flat_map(|history| &history.evaluations);
    let mut names: BTreeSet<&str> = evaluations.flat_map(|evaluation| evaluation.metrics.keys()).map(String::as_str).collect();
    let known = KNOWN.iter().filter(|known| names.remove(known.0)).map(|&(name, title, note, unit, span, better)| Measure {
        name: name.into(),
        title: title.into(),
        note: note.into(),
        unit: unit.into(),
        span,
        better,
    });
    let mut measures: Vec<Measure> = known.collect();
    measures.extend(names.into_iter().map(|name| Measure {
        name: name.into(),
        title: name.replace('_', " "),
        note: String::new(),
        unit: "value".into(),
        span: Span::Data,
        better: Better::Unknown,
    }));
    measures
}

impl Measure {
    /// Its value, if it could be measured.
    pub fn of(&self, evaluation: &Evaluation) -> Option<f64> {
        evaluation.metrics.get(&self.name).copied()
    }

    /// The note, and which values are good.
    pub fn explanation(&self) -> String {
        let better = match self.better {
            Better::Higher => "Higher is better.",
            Better::Lower => "Lower is better.",
            Better::Unknown => "",
        };
        format!("{} {better}", self.note).trim().to_owned()
    }

    /// Which of several runs' values is the best; none if fewer than two have one.
    pub fn best(&self, values: &[Option<f64>]) -> Option<usize> {
        let order: fn(f64, f64) -> Ordering = match self.better {
            Better::Higher => |a, b| a.total_cmp(&b),
            Better::Lower => |a, b| b.total_cmp(&a),
            Better::Unknown => return None,
        };
        let found: Vec<(usize, f64)> = values.iter().enumerate().filter_map(|(index, value)| Some((index, (*value)?))).collect();
        if found.len() < 2 {
            return None;
        }
        found.into_iter().max_by(|a, b| order(a.1, b.1)).map(|(index, _)| index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(better: Better) -> Measure {
        let text = String::new;
        Measure { name: text(), title: text(), note: text(), unit: text(), span: Span::Data, better }
    }

    #[test]
    fn the_best_of_several_runs() {
        let values = [Some(3.0), None, Some(2.0)];
        assert_eq!(measure(Better::Lower).best(&values), Some(2));
        assert_eq!(measure(Better::Higher).best(&values), Some(0));
        assert_eq!(measure(Better::Unknown).best(&values), None);
        assert_eq!(measure(Better::Lower).best(&[Some(3.0), None]), None);
    }
}
