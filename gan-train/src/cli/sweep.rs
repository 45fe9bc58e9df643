//! `gan-train sweep`.

mod claim;
mod jobs;

use super::dataset;
use super::train::to_resume::is_taken_to_resume;
use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use clap::builder::RangedU64ValueParser;
use gan_tools::files::{self, atomic};
use gan_tools::{interrupt, say};
use gan_train::report::compare::Comparison;
use gan_train::report::history::History;
use gan_train::sweep::summary::{Done, Summary};
use gan_train::sweep::{self, BUILT_IN, Overrides, Sweep};
use gan_train::train::folder::CONFIG;
use gan_train::train::lock::Lock;
use jobs::{Job, Turn};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread::available_parallelism;

/// The sweep's own file in its folder, which says what the runs there are.
const FILE: &str = "sweep.toml";
/// The page that compares all runs.
const PAGE: &str = "compare.html";
/// The table as data.
const SUMMARY: &str = "sweep.json";
/// The most runs that are compared on one page.
const MAX_ON_PAGE: usize = 64;

/// Train many runs that differ in some keys of the configuration, and compare them
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan-train sweep --preset seeds -o runs/seeds
  gan-train sweep --preset objectives --data-dir data/mnist -o runs/objectives
  gan-train sweep rates.toml -o runs/rates --jobs 4
  gan-train sweep rates.toml -o /shared/rates --index $SLURM_ARRAY_TASK_ID --of 8
  gan-train sweep rates.toml -o /shared/rates --collect

FILE.toml has the options of `train` that all runs have, and the keys in which they differ:

  [train]
  data = \"mnist\"
  preset = \"compact\"
  steps = 5000

  [grid]
  \"training.lr\" = [5e-4, 1e-3, 2e-3]
  seed = [0, 1, 2]

That is nine runs, in the folders 0000 to 0008. The same command again goes on where it was stopped
and trains what is not done.")]
pub struct SweepCommand {
    /// The sweep's file
    #[arg(value_name = "FILE.toml", required_unless_present = "preset")]
    file: Option<PathBuf>,
    /// A sweep that is built in: `seeds` trains digits8 with eight seeds, `objectives` the preset
    /// compact with each objective, optimizer and regularizer on MNIST
    #[arg(long, conflicts_with = "file", value_parser = BUILT_IN.map(|(name, _)| name))]
    preset: Option<String>,
    /// Folder with MNIST's files, for all runs
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// The folder of all runs
    #[arg(short, long, value_name = "FOLDER")]
    out: PathBuf,
    /// Runs at a time. Several have one thread each; one has all [default: one for each core]
    #[arg(long, value_name = "J", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Train only the runs whose index leaves this rest when divided by --of
    #[arg(long, value_name = "I", requires = "of")]
    index: Option<usize>,
    /// Parts that the sweep is divided into, for several machines
    #[arg(
        long,
        value_name = "N",
        requires = "index",
        value_parser = RangedU64ValueParser::<usize>::new().range(1..)
    )]
    of: Option<usize>,
    /// Train nothing: compare what is done
    #[arg(long, conflicts_with_all = ["index", "jobs", "dry_run"])]
    collect: bool,
    /// Print the list of runs and train nothing
    #[arg(long)]
    dry_run: bool,
}

impl SweepCommand {
    pub fn run(self) -> Result<ExitCode> {
        let (text, from) = match &self.file {
            Some(path) => (files::read_settings_text(path)?, path.display().to_string()),
            None => {
                let name = self.preset.as_deref().unwrap_or_default();
                let found = BUILT_IN.iter().find(|(built_in, _)| *built_in == name);
                (found.map_or("", |(_, text)| text).to_owned(), format!("preset {name}"))
            }
        };
        let mut sweep = Sweep::parse(&text, &from)?;
        if let Some(folder) = &self.data_dir {
            sweep.take_data_from(folder);
        }
        let runs = sweep.list();
        let names: Vec<String> = sweep::differing(&runs).iter().map(sweep::described).collect();
        let (index, of) = (self.index.unwrap_or(0), self.of.unwrap_or(1));
        ensure!(index < of, "--index {index}: expected less than --of {of}");
        let mine: Vec<usize> = (0..runs.len()).filter(|run| run % of == index).collect();
        if !self.collect {
            let folder = sweep::folder(&self.out, 0);
            super::train_of(sweep.arguments(&Overrides::new(), &folder))
                .context("train")
                .and_then(|train| train.check_each(&runs))
                .context(from)?;
        }
        if self.dry_run {
            let line = |&run: &usize| {
                let folder = sweep::folder(&self.out, run);
                format!("{}  {}\n", folder.display(), names[run])
            };
            super::print(&mine.iter().map(line).collect::<String>())?;
            return Ok(ExitCode::SUCCESS);
        }
        let is_here = self.out.join(FILE).exists();
        ensure!(
            is_here || !self.collect,
            "{}: no sweep is there (expected {FILE})",
            self.out.display()
        );
        claim::claim(&self.out, &text)?;
        let mut failed = Vec::new();
        if !self.collect {
            let job = |&index: &usize| {
                let (what, folder) = (names[index].clone(), sweep::folder(&self.out, index));
                Job { index, what, log: folder.with_extension("log") }
            };
            let jobs = mine.iter().map(job).collect();
            let at_once = self.jobs.map_or_else(cores, usize::from);
            interrupt::catch()?;
            failed = jobs::run_all(jobs, at_once, |run| self.turn(&sweep, &runs[run], run))?;
            if interrupt::requested() {
                say!("interrupted; the same command goes on");
                return Ok(interrupt::exit_code());
            }
        }
        self.compare(&runs)?;
        if let Some((first, rest)) = failed.split_first() {
            let more =
                if rest.is_empty() { String::new() } else { format!(", and {} more", rest.len()) };
            bail!("{first}{more}");
        }
        Ok(ExitCode::SUCCESS)
    }

    /// What is to be done for a run now.
    fn turn(&self, sweep: &Sweep, overrides: &Overrides, index: usize) -> Result<Turn> {
        let folder = sweep::folder(&self.out, index);
        if Lock::is_taken(&folder) {
            return Ok(Turn::IsTrained);
        }
        if done(&folder)?.is_some() {
            return Ok(Turn::IsDone);
        }
        Ok(Turn::Train(if has_begun(&folder) {
            sweep.to_resume(&folder, is_taken_to_resume)
        } else {
            sweep.arguments(overrides, &folder)
        }))
    }

    /// Prints the table of what is done, and writes it and the page.
    fn compare(&self, runs: &[Overrides]) -> Result<()> {
        // Other parts may have come to their ends, too: the last one finds what all have done.
        let _lock = Lock::wait(&self.out)?;
        let mut found = Vec::new();
        for (index, overrides) in sweep::differing(runs).into_iter().enumerate() {
            let folder = sweep::folder(&self.out, index);
            if let Some(history) = done(&folder)? {
                found.push(Done { index, overrides, history });
            }
        }
        if found.is_empty() {
            say!("no run is done yet");
            return Ok(());
        }
        let summary = Summary::new(&found)?;
        let json = serde_json::to_string_pretty(&summary)? + "\n";
        atomic::write(&self.out.join(SUMMARY), json.as_bytes())?;
        super::print(&summary.text())?;
        let page = self.out.join(PAGE);
        if found.len() <= MAX_ON_PAGE {
            let folders: Vec<PathBuf> =
                found.iter().map(|run| sweep::folder(&self.out, run.index)).collect();
            Comparison::read(&folders, &dataset::of_run)?.write(&page)?;
            say!("{}: {} of {} runs", page.display(), found.len(), runs.len());
        } else {
            say!(
                "note: no {PAGE} of more than {MAX_ON_PAGE} runs: gan-train compare makes one of \
                 those that you name"
            );
        }
        Ok(())
    }
}

/// Whether a run was begun in this folder.
fn has_begun(folder: &Path) -> bool {
    folder.join(CONFIG).exists()
}

/// What is in the folder of a run that has come to its end, its last files included; none of
/// another folder.
fn done(folder: &Path) -> Result<Option<History>> {
    if !has_begun(folder) {
        return Ok(None);
    }
    let history = History::read(folder)?;
    let ended = history.last_step() >= history.run.config.training.steps;
    let is_table = history.run.config.table.is_some();
    let is_whole = is_table || folder.join(gan_train::report::folder::SAMPLES).exists();
    Ok((ended && is_whole).then_some(history))
}

fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}
