//! `evaluations.jsonl`: one line of JSON for each evaluation in training.

use crate::config::Metric;
use crate::files::json_lines;
use crate::judge::quick::Quick;
use crate::judge::restore::Restoration;
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

/// Name of the file in a run's folder.
pub const FILE: &str = "evaluations.jsonl";

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// Steps done.
    pub step: u64,
    /// Seconds of training.
    pub seconds: f64,
    /// Whether it was the best so far, by `training.select`: then `best.safetensors` is of this
    /// step.
    pub best: bool,
    /// Of float images against held-out training images.
    #[serde(flatten)]
    pub scores: Scores,
    /// What the scores say of faults, with what to try.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Scores {
    /// Of images that were made of latents.
    Drawn(Box<Quick>),
    /// Of images that were made of images.
    Restored(Restoration),
}

impl Scores {
    /// The metric of this name or alias; none if it was not measured.
    pub fn get(&self, name: &str) -> Option<f64> {
        match self {
            Self::Drawn(scores) => scores.get(name),
            Self::Restored(scores) => scores.get(name),
        }
    }

    /// Those of images that were made of latents, if they are such.
    pub fn drawn(&self) -> Option<&Quick> {
        match self {
            Self::Drawn(scores) => Some(scores),
            Self::Restored(_) => None,
        }
    }
}

/// A line with scores of one kind.
#[derive(Deserialize)]
struct Line<S> {
    step: u64,
    seconds: f64,
    best: bool,
    #[serde(flatten)]
    scores: S,
    #[serde(default)]
    warnings: Vec<String>,
}

impl<S> Line<S> {
    fn evaluation(self, scores: impl FnOnce(S) -> Scores) -> Evaluation {
        let Self { step, seconds, best, warnings, .. } = self;
        Evaluation { step, seconds, best, scores: scores(self.scores), warnings }
    }
}

/// Adds a line.
///
/// # Errors
///
/// Names the file.
pub fn add(folder: &Path, evaluation: &Evaluation) -> Result<()> {
    let path = folder.join(FILE);
    let line = serde_json::to_string(evaluation)? + "\n";
    let written = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .and_then(|mut file| file.write_all(line.as_bytes()));
    written.with_context(|| format!("{}: cannot be written", path.display()))
}

/// Reads the evaluations of a run, by step; of several of one step the last counts. A last line
/// that was cut off by a kill is left out; without the file there are none.
///
/// # Errors
///
/// Names the file, the line and the field.
pub fn read(folder: &Path) -> Result<Vec<Evaluation>> {
    let path = folder.join(FILE);
    let lines = if path.exists() { json_lines::read(&path, parse)? } else { Vec::new() };
    let by_step: BTreeMap<u64, Evaluation> =
        lines.into_iter().map(|(_, line)| (line.step, line)).collect();
    Ok(by_step.into_values().collect())
}

/// Drops the lines past `step`, which a resumed run writes again, and one that was cut off by a
/// kill; returns the others.
///
/// # Errors
///
/// As [`read`].
pub fn keep_until(folder: &Path, step: u64) -> Result<Vec<Evaluation>> {
    json_lines::keep(&folder.join(FILE), parse, |evaluation| evaluation.step <= step)
}

fn parse(line: &str) -> Result<Evaluation> {
    let fields: Map<String, Value> =
        serde_json::from_str(line).context("expected a JSON object")?;
    fields.iter().try_for_each(|(name, value)| check(name, value))?;
    let is_restored = fields.contains_key("psnr");
    let line = Value::Object(fields);
    Ok(if is_restored {
        serde_json::from_value::<Line<_>>(line)?.evaluation(Scores::Restored)
    } else {
        serde_json::from_value::<Line<_>>(line)?.evaluation(Scores::Drawn)
    })
}

/// serde names a field that is missing, but not one of another type.
fn check(name: &str, value: &Value) -> Result<()> {
    let whole_numbers = |values: &Vec<Value>| values.iter().all(Value::is_u64);
    let numbers_or_nulls =
        |values: &Vec<Value>| values.iter().all(|value| value.is_number() || value.is_null());
    // Null is a score that is not a number, or an accuracy without labels.
    let number_or_null = ("a number or null", value.is_number() || value.is_null());
    let (expected, is) = match name {
        "step" => ("a whole number", value.is_u64()),
        "best" => ("true or false", value.is_boolean()),
        "class_histogram" => {
            ("a list of whole numbers", value.as_array().is_some_and(whole_numbers))
        }
        "class_coverage" | "class_recall" => {
            ("a list of numbers and nulls", value.as_array().is_some_and(numbers_or_nulls))
        }
        "seconds" => ("a number", value.is_number()),
        "sigma" | "psnr_missing" | "l1" => number_or_null,
        _ if Metric::find(name).is_some() => number_or_null,
        _ => return Ok(()),
    };
    ensure!(is, "{name}: expected {expected}, found {value}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line with the values that the tests do not look at.
    fn line(start: &str) -> String {
        format!(
            "{{{start},\"seconds\":2.0,\"coverage\":0.5,\"precision\":0.5,\"recall\":0.5,\
             \"density\":1,\"log_likelihood\":-3,\"sigma\":0.2,\"class_kl\":0,\
             \"class_histogram\":[3,1]}}\n"
        )
    }

    #[test]
    fn the_last_line_of_a_step_counts_and_a_cut_one_does_not() {
        let folder =
            std::env::temp_dir().join(format!("gan-train-evaluations-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        assert_eq!(read(&folder).unwrap(), []);
        let lines = line("\"step\":200,\"best\":true,\"fd\":8.0,\"conditional_accuracy\":0.25")
            + &line("\"step\":100,\"best\":true,\"fid\":9.5")
            + &line(
                "\"step\":200,\"best\":false,\"fd\":7.0,\"conditional_accuracy\":null,\
                 \"later\":\"is not known\"",
            );
        std::fs::write(folder.join(FILE), lines.clone() + "{\"step\":300,\"fi").unwrap();
        let found = read(&folder).unwrap();
        let kept = keep_until(&folder, 300).unwrap();
        let text = std::fs::read_to_string(folder.join(FILE)).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();

        let steps: Vec<_> =
            found.iter().map(|line| (line.step, line.best, line.scores.get("fd"))).collect();
        assert_eq!(steps, [(100, true, Some(9.5)), (200, false, Some(7.0))]);
        assert_eq!(
            (
                found[1].scores.get("accuracy"),
                found[1].scores.drawn().map(|scores| scores.class_histogram.clone())
            ),
            (None, Some(vec![3, 1]))
        );
        assert_eq!((kept.len(), text), (3, lines));
    }

    #[test]
    fn scores_of_a_task_are_known_by_their_psnr() {
        let text = r#"{"step":7,"seconds":2.5,"best":true,"psnr":18.5,"psnr_missing":null,"#;
        let text = format!("{text}\"ssim\":0.75,\"l1\":9.5}}");
        let found = parse(&text).unwrap();
        let names = ["psnr", "ssim", "fd"].map(|name| found.scores.get(name));
        assert_eq!((names, found.scores.drawn()), ([Some(18.5), Some(0.75), None], None));
        assert_eq!(serde_json::to_string(&found).unwrap(), text);
        let error = parse(&text.replace("0.75", "\"high\"")).unwrap_err().to_string();
        assert_eq!(error, "ssim: expected a number or null, found \"high\"");
    }

    #[test]
    fn what_is_wrong_with_a_line_is_named() {
        let start = "\"step\":1,\"best\":true,\"fd\":8.0";
        assert_eq!(parse(&line(start)).unwrap().step, 1);
        for (start, error) in [
            (
                "\"step\":\"two\",\"best\":true,\"fd\":8.0",
                "step: expected a whole number, found \"two\"",
            ),
            ("\"step\":1,\"best\":1,\"fd\":8.0", "best: expected true or false, found 1"),
            (
                "\"step\":1,\"best\":true,\"fd\":\"low\"",
                "fd: expected a number or null, found \"low\"",
            ),
            ("\"step\":1,\"best\":true", "missing field `fd`"),
        ] {
            assert_eq!(parse(&line(start)).unwrap_err().to_string(), error);
        }
        let list = line(start).replace("[3,1]", "[3,1.5]");
        assert!(
            parse(&list)
                .unwrap_err()
                .to_string()
                .starts_with("class_histogram: expected a list of whole numbers")
        );
        assert!(
            format!("{:#}", parse("nonsense").unwrap_err()).starts_with("expected a JSON object")
        );
    }
}
