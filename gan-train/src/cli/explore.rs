//! `gan-train explore`.

use super::dataset;
use super::model::Model;
use anyhow::{Context, Result, bail, ensure};
use clap::{Args, value_parser};
use gan_core::Generator;
use gan_tools::files::parts::{Parts, entries_to_replace};
use gan_tools::files::refuse_input;
use gan_tools::numbers::fixed;
use gan_tools::say;
use gan_train::data::Dataset;
use gan_train::explore::nearest::Nearest;
use gan_train::explore::path::Way;
use gan_train::explore::{self, Exploration, Question};
use gan_train::report::explore::{FOLDER, JSON, NAMES, PAGE, crc32_of, files, json};
use gan_train::report::history::evenly;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Labels that are shown beside each other, at most.
const LABELS: usize = 10;
/// What is left out without data.
const LEFT_OUT: &str = "the nearest training images are left out";

/// Look into the latent: what lies between two, what each unit moves, what a label changes, which
/// training images are nearest
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan-train explore runs/mnist
  gan-train explore models/mnist-small.gan --data mnist -o look
  gan-train explore models/mnist-small.gan --from 3 --to 12 --label 8 --labels 3,8 -o look

It writes explore.html, a page with sliders that needs no other file, the same images as PNG and
GIF, and the numbers as explore.json and units.csv. docs/exploring.md says how to read them.")]
pub struct Explore {
    /// The blob, or a run's folder: its best generator is quantized in memory
    #[arg(value_name = "RUN|MODEL.gan")]
    model: PathBuf,
    /// The folder to fill: new, empty, or with an earlier exploration and --overwrite
    /// [default: RUN/explore; a blob has none]
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace an earlier exploration
    #[arg(long)]
    overwrite: bool,
    /// Print the numbers as JSON
    #[arg(long)]
    json: bool,
    /// Seed whose first latent is where interpolations begin, and traversals are made
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    from: u64,
    /// Seed whose first latent is where interpolations end
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    to: u64,
    /// Steps from one latent to another
    #[arg(long, default_value_t = 16, value_parser = value_parser!(u16).range(1..=1000))]
    steps: u16,
    /// Only this label, its number or its name: of all but what is about labels or training images
    /// [default: up to ten labels side by side]
    #[arg(long)]
    label: Option<String>,
    /// Labels to walk through, at least two, as in 3,8 [default: up to ten]
    #[arg(long, value_name = "LABEL,LABEL,...")]
    labels: Option<String>,
    /// Units that are shown, the strongest
    #[arg(long, default_value_t = 8, value_parser = value_parser!(u16).range(1..=1000))]
    units: u16,
    /// Seed of the latents that sensitivity is averaged over, and of the images whose nearest
    /// training images are looked for
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Latents that sensitivity is averaged over
    #[arg(long, default_value_t = 1000, value_parser = value_parser!(u32).range(1..=100_000))]
    latents: u32,
    /// Images whose nearest training images are looked for
    #[arg(long, default_value_t = 1000, value_parser = value_parser!(u32).range(20..=100_000))]
    samples: u32,
    /// The training images: `digits`, `mnist`, or a folder or file [default: a run's own]
    #[arg(long)]
    data: Option<String>,
    /// Folder with MNIST's four files
    #[arg(long)]
    data_dir: Option<PathBuf>,
}

impl Explore {
    pub fn run(self) -> Result<ExitCode> {
        let model = Model::open(&self.model)?;
        let generator = model.blob.generator();
        explore::check(&generator).with_context(|| self.model.display().to_string())?;
        let question = self.question(&generator, &model)?;
        let out = self.folder(&model)?;
        let there = self.check_out(&out, &model)?;
        let nearest = match self.data(&model)? {
            Some(data) => Some(self.nearest(&generator, data, &out)?),
            None => None,
        };
        let found = Exploration::new(&generator, model.names.as_slice(), question, nearest)?;
        write(&out, &there, &files(&found)?)?;
        match self.json {
            true => super::print(&json(&found)?)?,
            false => {
                super::print(&format!("{}\n{}\n", text(&found), out.join(PAGE).display()))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn question(&self, generator: &Generator<'_>, model: &Model) -> Result<Question> {
        let classes = generator.classes();
        let shown = self.model.display();
        let find = |option: &str, label: &str| {
            ensure!(classes > 0, "{option} {label}: {shown} takes no label");
            let found = model.names.find(label, classes);
            let expected = model.names.expected(classes);
            found.with_context(|| format!("{option} {label}: expected {expected}"))
        };
        let label = self.label.as_ref().map(|label| find("--label", label)).transpose()?;
        let evenly = evenly(classes.into(), LABELS).into_iter();
        let labels: Vec<u16> = evenly.map(|label| label as u16).collect();
        let walk = match &self.labels {
            None => labels.clone(),
            Some(list) => {
                let walk = list.split(',').map(|label| find("--labels", label.trim()));
                let walk = walk.collect::<Result<Vec<u16>>>()?;
                ensure!(walk.len() > 1, "--labels {list}: expected two or more, as in 3,8");
                walk
            }
        };
        Ok(Question {
            from: self.from,
            to: self.to,
            steps: self.steps,
            label,
            labels,
            walk,
            seed: self.seed,
            latents: self.latents as usize,
            units: self.units.into(),
        })
    }

    /// The folder to fill.
    fn folder(&self, model: &Model) -> Result<PathBuf> {
        match (&self.out, &model.run) {
            (Some(out), _) => Ok(out.clone()),
            (None, Some(_)) => Ok(self.model.join(FOLDER)),
            (None, None) => bail!("--out: into which folder? (only a run has one of its own)"),
        }
    }

    /// Refuses a folder in which something else is; returns the files of an earlier exploration.
    fn check_out(&self, out: &Path, model: &Model) -> Result<Vec<PathBuf>> {
        let there = entries_to_replace(out, self.overwrite, "an earlier exploration")?;
        let before = std::fs::read_to_string(out.join(JSON)).unwrap_or_default();
        ensure!(
            there.is_empty() || crc32_of(&before).is_some(),
            "{}: the folder is not empty, and no exploration of gan-train is in it: give another \
             --out",
            out.display()
        );
        let is_ours = |path: &PathBuf| NAMES.iter().any(|name| *path == out.join(name));
        let there: Vec<PathBuf> = there.into_iter().filter(is_ours).collect();
        for path in &there {
            model.inputs.iter().try_for_each(|input| refuse_input(path, input))?;
        }
        Ok(there)
    }

    /// The training images: those that were named, else the run's own; none, with a note, where
    /// there are none.
    fn data(&self, model: &Model) -> Result<Option<Dataset>> {
        let named = self.data.is_some() || self.data_dir.is_some();
        let opened = match (&self.data, &model.run) {
            (Some(data), _) => dataset::open(data, self.data_dir.as_deref(), false),
            (None, Some(run)) => {
                let mut run = run.clone();
                dataset::locate(&mut run, None, self.data_dir.as_deref())?;
                dataset::of_run(&run, &self.model)
            }
            (None, None) if named => bail!("--data-dir: goes with --data mnist"),
            (None, None) => {
                say!("note: no --data, so {LEFT_OUT}");
                return Ok(None);
            }
        };
        match opened {
            Ok(dataset) => {
                if !model.names.is_empty() {
                    dataset::check_same_names(&dataset, model.names.as_slice(), &self.model)?;
                }
                Ok(Some(dataset))
            }
            Err(error) if !named => {
                say!("note: {LEFT_OUT}: {error:#}");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The training images that are nearest to generated ones.
    fn nearest(&self, generator: &Generator<'_>, mut real: Dataset, out: &Path) -> Result<Nearest> {
        dataset::check_run_folder(&real, out)?;
        let (held_out, name, _) = dataset::take_held_out(&mut real, "");
        let images = (self.seed, self.samples as usize);
        let training = (real.name.as_str(), &real.train);
        Nearest::measure(generator, images, training, (&name, &held_out))
            .with_context(|| format!("--data {}", real.name))
    }
}

/// Puts the files into the folder, in the place of those that are there of ours.
fn write(out: &Path, there: &[PathBuf], files: &[(&str, Vec<u8>)]) -> Result<()> {
    let parts = Parts::begin(out)?;
    files.iter().try_for_each(|(name, bytes)| parts.write(name, bytes))?;
    let is_new = |path: &PathBuf| files.iter().any(|(name, _)| *path == out.join(name));
    for path in there.iter().filter(|path| !is_new(path)) {
        std::fs::remove_file(path)
            .with_context(|| format!("{}: cannot be removed", path.display()))?;
    }
    parts.finish()
}

/// What was measured, for people.
fn text(found: &Exploration) -> String {
    let Exploration { model, latent, classes, sensitivity, question, .. } = found;
    let mut text = format!("{model}: {latent} units, {classes} labels\n\n");
    let _ = writeln!(text, "  from seed {} to seed {}, half way", question.from, question.to);
    for interpolation in &found.interpolations {
        let way = match interpolation.way {
            Way::Linear => "linear",
            Way::Spherical => "spherical",
        };
        let _ = writeln!(
            text,
            "{way:<10} units are {} sigma from 0; a step changes {} levels, {} at most",
            fixed(interpolation.radius[1], 2),
            fixed(interpolation.mean_change, 1),
            fixed(interpolation.largest_change, 1)
        );
    }
    let _ = writeln!(text, "\nunit   levels a sigma   agreement");
    for unit in sensitivity.units.iter().take(question.units) {
        let (strength, agreement) = (fixed(unit.strength, 2), fixed(unit.agreement, 2));
        let _ = writeln!(text, "{:>4}   {strength:>14}   {agreement:>9}", unit.unit);
    }
    let count = sensitivity.units_for_90_percent;
    let _ = writeln!(text, "{count} units have 90 % of all strengths' squares");
    if let Some(labels) = &found.labels {
        let (mean, walk) = (fixed(labels.mean_change, 1), labels.largest_change_of_walk);
        let walk = fixed(walk, 1);
        let _ = writeln!(text, "\na label changes {mean} levels; on the walk {walk} at most");
    }
    if let Some(nearest) = &found.nearest {
        let [made, held_out] = [&nearest.closest.synthetic, &nearest.closest.held_out];
        let _ = writeln!(text, "\nnearest training image of {}   least  median", nearest.data);
        for (name, of) in [("generated", made), ("held-out", held_out)] {
            let (least, median) = (fixed(of.least, 3), fixed(of.median, 3));
            let _ = writeln!(text, "{:<10} {:>8} images  {least:>6}  {median:>6}", name, of.images);
        }
        let nearer = 100.0 * nearest.closest.nearer;
        let _ = writeln!(text, "{nearer:.1} % are nearer than 5 % of the held-out images");
    }
    text
}
