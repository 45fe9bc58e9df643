//! The scores of one model and one seed, which are a line of `models/seeds.jsonl`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::prelude::*;

/// A line of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The model's name, or `real` for real images of the same data.
    pub model: String,
    /// Seed of the training.
    pub seed: u64,
    /// Seconds that the training took, on the machine that it ran on.
    pub seconds: f64,
    /// Scores of the blob on the test images, by name; see docs/evaluation.md.
    pub scores: BTreeMap<String, f64>,
    /// The same of real training images in its place.
    pub real: BTreeMap<String, f64>,
}

/// Scores of a column of the report: their names here, and where they are.
const COLUMN: [(&str, &str); 12] = [
    ("fd", "/fd"),
    ("fd_large", "/large/fd"),
    ("fd_large_times_real", "/large/times_real"),
    ("coverage", "/coverage"),
    ("recall", "/recall"),
    ("precision", "/precision"),
    ("density", "/density"),
    ("log_likelihood", "/log_likelihood"),
    ("class_kl", "/class_kl"),
    ("conditional_accuracy", "/conditional_accuracy"),
    ("nearest_pixels", "/memorization/ratio"),
    ("nearest_features", "/memorization/features/ratio"),
];

impl Record {
    /// Reads the scores from the JSON that `evaluate --tstr --json` prints.
    pub fn new(model: &str, seed: u64, seconds: f64, report: &Value) -> Result<Self> {
        let (mut scores, mut real) = (column(report, "int8")?, column(report, "real")?);
        for kind in ["mlp", "cnn"] {
            for name in ["tstr", "tstr_fresh"] {
                let mean = accuracy(report, kind, name)?;
                scores.insert(format!("{name}_{kind}"), mean);
            }
            real.insert(format!("tstr_{kind}"), accuracy(report, kind, "real")?);
        }
        Ok(Self { model: model.into(), seed, seconds, scores, real })
    }

    /// Returns whether it is of this model and seed.
    pub fn is_of(&self, model: &str, seed: u64) -> bool {
        self.model == model && self.seed == seed
    }
}

/// Returns the scores of a column of the report.
fn column(report: &Value, column: &str) -> Result<BTreeMap<String, f64>> {
    let score = |(name, place): (&str, &str)| {
        let place = format!("/{column}{place}");
        let value = report.pointer(&place).and_then(Value::as_f64);
        Ok((name.to_owned(), value.with_context(|| format!("the report has no {place}"))?))
    };
    COLUMN.into_iter().map(score).collect()
}

/// Returns the mean accuracy of the classifiers of one kind.
fn accuracy(report: &Value, kind: &str, name: &str) -> Result<f64> {
    let place = format!("/utility/{kind}/{name}/seeds");
    let seeds = report.pointer(&place).and_then(Value::as_array);
    let seeds: Vec<f64> = seeds.into_iter().flatten().filter_map(Value::as_f64).collect();
    ensure!(!seeds.is_empty(), "the report has no {place}");
    Ok(seeds.iter().sum::<f64>() / seeds.len() as f64)
}

/// Returns the records of a file, or none if there is no such file.
pub fn read(path: &Path) -> Result<Vec<Record>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = shell::text(path)?;
    let parse = |(line, text): (usize, &str)| {
        serde_json::from_str(text).with_context(|| format!("{}, line {}", relative(path), line + 1))
    };
    text.lines().enumerate().map(parse).collect()
}

/// Writes the file anew.
pub fn write(path: &Path, records: &[Record]) -> Result<()> {
    let lines: Result<Vec<String>> =
        records.iter().map(|record| Ok(serde_json::to_string(record)? + "\n")).collect();
    shell::write(path, lines?.concat().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn scores_are_found_in_the_report() {
        let column = |base: f64| {
            json!({
                "fd": base, "coverage": base + 1.0, "recall": base + 2.0, "precision": 0.0,
                "density": 0.0, "log_likelihood": 0.0, "class_kl": 0.0,
                "conditional_accuracy": 0.0, "large": { "fd": 0.5, "times_real": base + 3.0 },
                "memorization": { "ratio": 0.9, "features": { "ratio": base + 4.0 } },
            })
        };
        let accuracies = |first: f64| {
            let of = |value: f64| json!({ "seeds": [value, value + 0.2] });
            json!({ "tstr": of(first), "tstr_fresh": of(first + 1.0), "real": of(first + 2.0) })
        };
        let utility = json!({ "mlp": accuracies(0.1), "cnn": accuracies(10.1) });
        let report = json!({ "int8": column(10.0), "real": column(20.0), "utility": utility });
        let record = Record::new("m", 3, 60.0, &report).unwrap();
        for (of, name, expected) in [
            (&record.scores, "fd", 10.0),
            (&record.scores, "fd_large_times_real", 13.0),
            (&record.scores, "nearest_features", 14.0),
            (&record.real, "recall", 22.0),
            (&record.scores, "tstr_mlp", 0.2),
            (&record.scores, "tstr_fresh_cnn", 11.2),
            (&record.real, "tstr_mlp", 2.2),
        ] {
            assert!((of[name] - expected).abs() < 1e-9, "{name}: {}", of[name]);
        }
        assert!(record.is_of("m", 3) && !record.is_of("m", 2));
        let mut less = report.clone();
        less["int8"]["large"] = Value::Null;
        let error = format!("{:#}", Record::new("m", 3, 60.0, &less).unwrap_err());
        assert!(error.contains("/int8/large/fd"), "{error}");
    }
}
