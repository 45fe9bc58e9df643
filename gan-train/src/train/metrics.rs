//! `metrics.jsonl`: one line of JSON every few steps, for people's scripts and the loss curves.

use super::{COUNT, Losses};
use crate::files::json_lines::{self, number};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Name of the file in a run's folder.
pub const FILE: &str = "metrics.jsonl";

/// One line: means over the steps since the last one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Steps done.
    pub step: u64,
    /// Passes over the data.
    #[serde(deserialize_with = "number")]
    pub epoch: f64,
    /// Seconds of training.
    #[serde(deserialize_with = "number")]
    pub seconds: f64,
    /// Images of real data seen in a second.
    #[serde(deserialize_with = "number")]
    pub images_per_second: f64,
    /// The generator's learning rate, of any optimizer.
    #[serde(alias = "lr", deserialize_with = "number")]
    pub rate: f64,
    /// Loss of the discriminator, without the penalty.
    #[serde(deserialize_with = "number")]
    pub d_loss: f64,
    /// Loss of the generator.
    #[serde(deserialize_with = "number")]
    pub g_loss: f64,
    /// The penalties on the discriminator's slope, with their weights.
    #[serde(deserialize_with = "number")]
    pub penalty: f64,
    /// Mean score of real images: 0 to 1, or the mean logit for objectives without probabilities.
    #[serde(deserialize_with = "number")]
    pub d_real: f64,
    /// The same for generated images.
    #[serde(deserialize_with = "number")]
    pub d_fake: f64,
    /// Standard deviation of the discriminator's logits.
    #[serde(deserialize_with = "number")]
    pub spread: f64,
    /// Variance of generated images' pixels as a part of real images'.
    #[serde(deserialize_with = "number")]
    pub diversity: f64,
    /// The part of real and generated images that the discriminator tells right.
    #[serde(default = "unknown", deserialize_with = "number", skip_serializing_if = "is_unknown")]
    pub d_accuracy: f64,
    /// What went wrong since the last line: a sentence for each fault, with what to try.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// In lines of versions that did not measure it.
fn unknown() -> f64 {
    f64::NAN
}

fn is_unknown(value: &f64) -> bool {
    value.is_nan()
}

/// Sums losses up between two lines.
#[derive(Debug, Default)]
pub struct Means {
    count: u32,
    sums: [f64; COUNT],
}

impl Means {
    /// Adds a step's losses.
    pub fn add(&mut self, losses: &Losses) {
        self.sums.iter_mut().zip(losses.numbers()).for_each(|(sum, value)| *sum += value);
        self.count += 1;
    }

    /// Steps since the last line.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The means, in the order of the fields of [`Losses`]; starts anew.
    pub fn take(&mut self) -> [f64; COUNT] {
        let count = f64::from(self.count.max(1));
        std::mem::take(self).sums.map(|sum| sum / count)
    }
}

/// The file of a run, open for more lines.
#[derive(Debug)]
pub struct Log {
    file: File,
    path: PathBuf,
}

impl Log {
    /// Opens the file and drops what is past `step`: a resumed run writes those lines again.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn open(folder: &Path, step: u64) -> Result<Self> {
        let path = folder.join(FILE);
        json_lines::keep(&path, parse, |record| record.step <= step)?;
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .with_context(|| path.display().to_string())?;
        Ok(Self { file, path })
    }

    /// Adds a line.
    ///
    /// # Errors
    ///
    /// Names the file: the disk is full, say.
    pub fn write(&mut self, record: &Record) -> Result<()> {
        let line = serde_json::to_string(record)? + "\n";
        let written = self.file.write_all(line.as_bytes());
        written.with_context(|| format!("{}: cannot be written", self.path.display()))
    }
}

/// Reads a run's lines. A last line that was cut off by a kill is left out.
///
/// # Errors
///
/// Names the file and the line.
pub fn read(folder: &Path) -> Result<Vec<Record>> {
    let lines = json_lines::read(&folder.join(FILE), parse)?;
    Ok(lines.into_iter().map(|(_, record)| record).collect())
}

fn parse(line: &str) -> Result<Record> {
    Ok(serde_json::from_str(line)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// JSON has no other word than null for what is not a number.
    #[test]
    fn a_value_that_is_not_a_number_is_read_back() {
        let line = "{\"step\":5,\"epoch\":1,\"seconds\":2,\"images_per_second\":9,\"rate\":0,\
                    \"d_loss\":1,\"g_loss\":1,\"penalty\":0,\"d_real\":0.5,\"d_fake\":0.5,\
                    \"spread\":1,\"diversity\":null}";
        let record = parse(line).unwrap();
        assert!(record.diversity.is_nan() && record.spread == 1.0);
        let again = parse(&serde_json::to_string(&record).unwrap()).unwrap();
        assert!(again.diversity.is_nan() && again.step == 5);
        let missing = line.replace(",\"diversity\":null", "");
        assert!(parse(&missing).unwrap_err().to_string().starts_with("missing field"));
    }

    #[test]
    fn warnings_are_kept_and_lines_without_them_are_as_before() {
        let line = "{\"step\":5,\"epoch\":1.0,\"seconds\":2.0,\"images_per_second\":9.0,\
                    \"rate\":0.0,\"d_loss\":1.0,\"g_loss\":1.0,\"penalty\":0.0,\"d_real\":0.5,\
                    \"d_fake\":0.5,\"spread\":1.0,\"diversity\":1.0}";
        let mut record = parse(line).unwrap();
        assert_eq!(serde_json::to_string(&record).unwrap(), line);
        record.d_accuracy = 0.75;
        record.warnings.push("divergence: \"1e4\"".into());
        let written = serde_json::to_string(&record).unwrap();
        assert!(written.ends_with(r#","warnings":["divergence: \"1e4\""]}"#), "{written}");
        assert_eq!(parse(&written).unwrap(), record);
    }

    /// One rule for both files of lines: what stays is what was written, also a number that Rust
    /// would write otherwise and a field that this version does not know.
    #[test]
    fn a_resumed_run_keeps_the_lines_as_they_were_written() {
        let folder = std::env::temp_dir().join(format!("gan-train-metrics-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let line = |step: u64| {
            format!(
                "{{\"step\": {step}, \"epoch\":1e0,\"seconds\":2.50,\"images_per_second\":9,\
                 \"rate\":0,\"d_loss\":1,\"g_loss\":1,\"penalty\":0,\"d_real\":0.5,\
                 \"d_fake\":0.5,\"spread\":1,\"diversity\":1,\"later\":\"is not known\"}}\n"
            )
        };
        let cut_off = "{\"step\":40,\"ep";
        let text = line(10) + &line(20) + &line(30) + cut_off;
        std::fs::write(folder.join(FILE), text).unwrap();
        Log::open(&folder, 20).unwrap();
        let kept = std::fs::read_to_string(folder.join(FILE)).unwrap();
        let steps: Vec<u64> = read(&folder).unwrap().iter().map(|record| record.step).collect();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(kept, line(10) + &line(20));
        assert_eq!(steps, [10, 20]);
    }
}
