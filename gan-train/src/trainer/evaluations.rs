//! `evaluations.jsonl`: one line of JSON for each evaluation in training.

use crate::evaluate::quick::Quick;
use crate::output::atomic;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

/// Name of the file in a run's folder.
pub const FILE: &str = "evaluations.jsonl";

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Steps done.
    pub step: u64,
    /// Seconds of training.
    pub seconds: f64,
    /// Whether it was the best so far, by `training.select`: then `best.safetensors` is of this step.
    pub best: bool,
    /// Of float images against held-out training images.
    #[serde(flatten)]
    pub scores: Quick,
}

/// Adds a line.
///
/// # Errors
///
/// Names the file.
pub fn add(folder: &Path, evaluation: &Evaluation) -> Result<()> {
    let path = folder.join(FILE);
    let line = serde_json::to_string(evaluation)? + "\n";
    let written = OpenOptions::new().create(true).append(true).open(&path).and_then(|mut file| file.write_all(line.as_bytes()));
    written.with_context(|| format!("{}: cannot be written", path.display()))
}

/// Drops the lines past `step`, which a resumed run writes again, and one that was cut off by a kill; returns the others.
///
/// # Errors
///
/// Names the file and the line.
pub fn keep_until(folder: &Path, step: u64) -> Result<Vec<Evaluation>> {
    let path = folder.join(FILE);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(&path).with_context(|| format!("{}: cannot be read", path.display()))?;
    let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
    let (mut kept, mut lines) = (Vec::new(), String::new());
    for (index, line) in whole.lines().enumerate() {
        let evaluation: Evaluation =
            serde_json::from_str(line).with_context(|| format!("{}: line {}", path.display(), index + 1))?;
        if evaluation.step <= step {
            lines.extend([line, "\n"]);
            kept.push(evaluation);
        }
    }
    atomic::write(&path, lines.as_bytes())?;
    Ok(kept)
}
