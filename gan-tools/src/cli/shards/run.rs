//! `gan shards run`.

use super::images_per_second;
use crate::json::Json;
use crate::progress::{Progress, Unit};
use crate::shards::{self, Folder, Part, Report};
use crate::{interrupt, say};
use anyhow::{Context, Result};
use clap::{Args, value_parser};
use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

/// Where array jobs find their index: of Slurm, of Kubernetes and of AWS Batch.
const VARIABLES: [&str; 3] =
    ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX", "AWS_BATCH_JOB_ARRAY_INDEX"];

/// Make the shards of one part that are not there yet, and the manifest if none of any part is
/// missing then
#[derive(Debug, Args)]
#[command(after_help = "Without --index, the environment has it: SLURM_ARRAY_TASK_ID, \
JOB_COMPLETION_INDEX (Kubernetes) or
AWS_BATCH_JOB_ARRAY_INDEX. Without --of, this worker makes all shards. RAYON_NUM_THREADS says on how
many threads.

Exit codes: 0 all shards of the part are there, 1 failed, 130 interrupted. The same command again
goes on.")]
pub struct Run {
    /// The folder of the set
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Which part, from 0
    #[arg(long, value_name = "I", requires = "of")]
    index: Option<u64>,
    /// How many parts there are: shard k is of part k modulo N
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..))]
    of: Option<u64>,
    /// How often a write that fails is tried again
    #[arg(long, value_name = "TIMES", default_value_t = 3)]
    retries: u32,
    /// Print what was done as JSON
    #[arg(long)]
    json: bool,
}

impl Run {
    pub(super) fn run(self) -> Result<ExitCode> {
        let folder = Folder::open(&self.folder)?;
        let (index, of) = self.part()?;
        let part = Part::new(index, of)?;
        interrupt::catch()?;
        let total = part.count(folder.shards());
        let mut progress = Progress::new(Unit::Count("shard"), Some(total), 0);
        let report = shards::run(&folder, part, self.retries, |report| {
            let rate = format!("{:.0} images/s", images_per_second(report));
            progress.show(report.made + report.found + report.lost, &rate);
            !interrupt::requested()
        });
        progress.clear();
        let report = report?;
        self.say(&report, index, of);
        if self.json {
            crate::cli::print(&format!("{}\n", json(&report, index, of)))?;
        }
        Ok(if report.done { ExitCode::SUCCESS } else { interrupt::exit_code() })
    }

    /// The part: what was given, else what the environment says, else all.
    fn part(&self) -> Result<(u64, u64)> {
        let variable = |name: &str| Some((name.to_owned(), env::var(name).ok()?));
        let found = VARIABLES.into_iter().find_map(variable).filter(|_| self.index.is_none());
        match (self.of, self.index, found) {
            (Some(of), Some(index), _) => Ok((index, of)),
            (Some(of), None, Some((name, index))) => {
                let number = index.parse();
                Ok((number.with_context(|| format!("{name} is {index:?}: expected a number"))?, of))
            }
            (Some(of), None, None) => {
                anyhow::bail!(
                    "--of {of}: which part? --index is missing, and none of {} is set",
                    VARIABLES.join(", ")
                )
            }
            (None, _, Some((name, index))) => {
                anyhow::bail!("{name} is {index}: --of says how many parts there are")
            }
            (None, ..) => Ok((0, 1)),
        }
    }

    fn say(&self, report: &Report, index: u64, of: u64) {
        let mut more = String::new();
        for (count, what) in [(report.lost, "put by others meanwhile"), (report.retries, "retries")]
        {
            if count > 0 {
                more += &format!(", {count} {what}");
            }
        }
        let last = report.last.as_ref().map_or(String::new(), |last| format!(", last {last}"));
        say!(
            "{}: part {index} of {of}: {} shards, {} made, {} found{more}; {} images in {:.1} s, \
             {:.0} images/s{last}",
            self.folder.display(),
            report.shards,
            report.made,
            report.found,
            report.images,
            report.seconds,
            images_per_second(report)
        );
        match (report.complete, report.done) {
            (true, _) => say!("{}: complete", self.folder.display()),
            (false, true) => say!("{}: other parts are not done", self.folder.display()),
            (false, false) => say!("interrupted; the same command goes on"),
        }
    }
}

fn json(report: &Report, index: u64, of: u64) -> Json {
    Json::Object(vec![
        ("index", index.into()),
        ("of", of.into()),
        ("shards", report.shards.into()),
        ("made", report.made.into()),
        ("found", report.found.into()),
        ("lost", report.lost.into()),
        ("images", report.images.into()),
        ("bytes", report.bytes.into()),
        ("retries", report.retries.into()),
        ("seconds", report.seconds.into()),
        ("images_per_second", images_per_second(report).into()),
        ("last_shard", report.last.as_deref().into()),
        ("done", report.done.into()),
        ("complete", report.complete.into()),
    ])
}
