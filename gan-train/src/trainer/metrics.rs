//! `metrics.jsonl`: one line of JSON every few steps, for people's scripts and the loss curves.

use super::Losses;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

/// Name of the file in a run's folder.
pub const FILE: &str = "metrics.jsonl";

/// One line: means over the steps since the last one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Steps done.
    pub step: u64,
    /// Passes over the data.
    pub epoch: f64,
    /// Seconds of training.
    pub seconds: f64,
    /// Images of real data seen in a second.
    pub images_per_second: f64,
    /// The generator's rate, of any optimizer.
    pub rate: f64,
    /// Loss of the discriminator, without the penalty.
    pub d_loss: f64,
    /// Loss of the generator.
    pub g_loss: f64,
    /// The penalties on the discriminator's slope, with their weights.
    pub penalty: f64,
    /// Mean score of real images: 0 to 1, or the mean logit for objectives without probabilities.
    pub d_real: f64,
    /// The same for generated images.
    pub d_fake: f64,
    /// Standard deviation of the discriminator's logits.
    pub spread: f64,
    /// Variance of generated images' pixels as a part of real images'.
    pub diversity: f64,
}

/// Sums losses up between two lines.
#[derive(Debug, Default)]
pub struct Means {
    count: u32,
    sums: [f64; 7],
}

impl Means {
    /// Adds a step's losses.
    pub fn add(&mut self, losses: &Losses) {
        let Losses { discriminator, generator, penalty, score_real, score_fake, spread, diversity } =
            *losses;
        let values = [discriminator, generator, penalty, score_real, score_fake, spread, diversity];
        self.sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
        self.count += 1;
    }

    /// Steps since the last line.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The means, in the order of the fields of [`Losses`]; starts anew.
    pub fn take(&mut self) -> [f64; 7] {
        let count = f64::from(self.count.max(1));
        std::mem::take(self).sums.map(|sum| sum / count)
    }
}

/// The file of a run, open for more lines.
#[derive(Debug)]
pub struct Log {
    file: File,
}

impl Log {
    /// Opens the file and drops what is past `step`: a resumed run writes those lines again.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn open(folder: &Path, step: u64) -> Result<Self> {
        let path = folder.join(FILE);
        let kept: Vec<Record> = if path.exists() { read(folder)? } else { Vec::new() };
        let kept = kept
            .iter()
            .filter(|record| record.step <= step)
            .map(serde_json::to_string)
            .collect::<Result<Vec<_>, _>>()?;
        let text: String = kept.into_iter().map(|line| line + "\n").collect();
        gan_tools::files::atomic::write(&path, text.as_bytes())?;
        let file = OpenOptions::new()
            .append(true)
            .open(&path)
            .with_context(|| path.display().to_string())?;
        Ok(Self { file })
    }

    /// Adds a line.
    ///
    /// # Errors
    ///
    /// The disk is full, say.
    pub fn write(&mut self, record: &Record) -> Result<()> {
        let line = serde_json::to_string(record)? + "\n";
        self.file.write_all(line.as_bytes()).with_context(|| format!("{FILE}: cannot be written"))
    }
}

/// Reads a run's lines. A last line that was cut off by a kill is left out.
///
/// # Errors
///
/// Names the file and the line.
pub fn read(folder: &Path) -> Result<Vec<Record>> {
    let path = folder.join(FILE);
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("{}: cannot be read", path.display()))?;
    let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
    let parse = |(index, line)| {
        serde_json::from_str(line)
            .with_context(|| format!("{}: line {}", path.display(), index + 1))
    };
    whole.lines().enumerate().map(parse).collect()
}
