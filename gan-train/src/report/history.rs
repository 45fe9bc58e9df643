//! What a run has written down so far: configuration, metrics, evaluations, grids.

use crate::judge::evaluations::{self, Evaluation};
use crate::train::folder::RunConfig;
use crate::train::metrics::{self, Record};
use anyhow::Result;
use std::path::{Path, PathBuf};

/// Name of the folder with the sample grids in a run's folder.
pub const GRIDS: &str = "grids";

/// A run's folder, read.
#[derive(Debug, Clone)]
pub struct History {
    /// The folder's own name.
    pub name: String,
    /// `config.toml`.
    pub run: RunConfig,
    /// `metrics.jsonl`; empty if it is not there yet.
    pub records: Vec<Record>,
    /// `evaluations.jsonl` by step; empty if it is not there.
    pub evaluations: Vec<Evaluation>,
    /// By step.
    pub grids: Vec<Grid>,
}

/// A sample grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// Steps done.
    pub step: u64,
    /// A PNG.
    pub path: PathBuf,
}

impl History {
    /// Reads a run's folder. Only `config.toml` has to be there.
    ///
    /// # Errors
    ///
    /// Names the file and what is wrong with it.
    pub fn read(folder: &Path) -> Result<Self> {
        let run = RunConfig::read(folder)?;
        let records = if folder.join(metrics::FILE).exists() {
            older(metrics::read(folder), folder)?
        } else {
            Vec::new()
        };
        let evaluations = older(evaluations::read(folder), folder)?;
        // The folder may have been given as `.` or `..`.
        let full = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let name = full.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned();
        Ok(Self { name, run, records, evaluations, grids: grids(folder)? })
    }

    /// The evaluation of what the run would give away: the last one that was the best so far.
    pub fn chosen(&self) -> Option<&Evaluation> {
        self.evaluations.iter().rfind(|evaluation| evaluation.best)
    }

    /// The evaluation that stands for the run: the chosen one, or the last.
    pub fn judged(&self) -> Option<&Evaluation> {
        self.chosen().or(self.evaluations.last())
    }

    /// The run's own steps and seconds of training: those of its last record or evaluation, or of
    /// `checkpoint`, which an interrupted run has of a later step. Nothing if there is none of
    /// them.
    pub fn done(&self, checkpoint: Option<(u64, f64)>) -> Option<(u64, f64)> {
        let evaluation =
            self.evaluations.last().map(|evaluation| (evaluation.step, evaluation.seconds));
        let record = self.records.last().map(|record| (record.step, record.seconds));
        [checkpoint, evaluation, record].into_iter().flatten().max_by_key(|(step, _)| *step)
    }

    /// The last step that there is a point of in a chart.
    pub fn last_step(&self) -> u64 {
        self.done(None).map_or(0, |(step, _)| step)
    }
}

/// Says why a field may be missing: each version reads what it writes.
fn older<T>(read: Result<T>, folder: &Path) -> Result<T> {
    read.map_err(|error| {
        let cause = error.root_cause().to_string();
        let older = format!(
            "{}: the run was made by an older gan-train, whose files this one cannot read",
            folder.display()
        );
        if cause.starts_with("missing field") { error.context(older) } else { error }
    })
}

/// The sample grids of a run, by step: the files `grids/<step>.png`. Without the folder there are
/// none.
///
/// # Errors
///
/// Names the folder.
pub fn grids(folder: &Path) -> Result<Vec<Grid>> {
    let folder = folder.join(GRIDS);
    let mut grids = Vec::new();
    for path in super::files(&folder)? {
        let step =
            path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
        if let (Some(step), Some("png")) =
            (step, path.extension().and_then(|extension| extension.to_str()))
        {
            grids.push(Grid { step, path });
        }
    }
    grids.sort_by_key(|grid| grid.step);
    Ok(grids)
}

/// At most `most` of the indices below `count`, evenly spaced, with the first and the last.
pub fn evenly(count: usize, most: usize) -> Vec<usize> {
    match (count, most) {
        (0, _) | (_, 0) => Vec::new(),
        (_, 1) => vec![count - 1],
        _ if count <= most => (0..count).collect(),
        _ => (0..most).map(|index| (index * (count - 1) + (most - 1) / 2) / (most - 1)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evenly_keeps_both_ends() {
        assert_eq!(evenly(0, 5), Vec::<usize>::new());
        assert_eq!(evenly(3, 5), [0, 1, 2]);
        assert_eq!(evenly(9, 1), [8]);
        assert_eq!(evenly(10, 4), [0, 3, 6, 9]);
        assert_eq!(evenly(1000, 120).len(), 120);
    }

    #[test]
    fn the_run_is_as_far_as_its_last_line_or_a_later_checkpoint() {
        let text = "data = \"digits\"\n[config]\nname = \"a\"\n\
                    generator = { latent = 8, hidden = [4] }\ndiscriminator = { hidden = [5] }\n";
        let (run, name) = (toml::from_str(text).unwrap(), "a".to_owned());
        let mut history =
            History { name, run, records: Vec::new(), evaluations: Vec::new(), grids: Vec::new() };
        assert_eq!((history.done(None), history.done(Some((7, 2.0)))), (None, Some((7, 2.0))));
        let record = "{\"step\":200,\"epoch\":1,\"seconds\":30,\"images_per_second\":9,\"rate\":1,\
                      \"d_loss\":1,\"g_loss\":1,\"penalty\":0,\"d_real\":1,\"d_fake\":0,\
                      \"spread\":1,\"diversity\":1}";
        history.records.push(serde_json::from_str(record).unwrap());
        // The best of the run, and the last that an interrupted one has.
        assert_eq!(history.done(Some((120, 18.0))), Some((200, 30.0)));
        assert_eq!(history.done(Some((250, 37.5))), Some((250, 37.5)));
    }
}
