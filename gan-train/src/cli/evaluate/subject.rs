//! What `evaluate` judges: a blob, a run, or a folder of images.

use super::super::dataset;
use anyhow::{Context, Result, ensure};
use gan_core::host;
use gan_tools::blob_file;
use gan_tools::layers::Bits;
use gan_tools::say;
use gan_train::data::{Dataset, Split};
use gan_train::export;
use gan_train::export::float::FloatGenerator;
use gan_train::export::quantize::quantize;
use gan_train::judge::Subject;
use gan_train::judge::agreement::Agreement;
use gan_train::train::checkpoint::{self, Which};
use gan_train::train::folder::{self, RunConfig};
use gan_train::train::snapshots;
use std::path::{Path, PathBuf};

/// Read, and checked as far as can be done without the real images.
pub enum Judged {
    Model(Box<Model>),
    Images(Split, String),
}

/// A blob, and the run that it is of, if that is known.
pub struct Model {
    blob: host::Model,
    path: PathBuf,
    run: Option<Run>,
    agreement: Option<Agreement>,
}

/// A run, and its generator.
struct Run {
    config: RunConfig,
    folder: PathBuf,
    generator: FloatGenerator,
    /// The generator as a blob of floats.
    float: host::Model,
    /// SHA-256 of the images and labels that it was trained on.
    sha256: String,
}

impl Run {
    /// The generator `which` of the run in `folder`.
    fn read(config: RunConfig, folder: &Path, which: Which) -> Result<Self> {
        ensure!(
            config.config.table.is_none(),
            "{}: makes rows of a table, and images are judged here (expected gan-train synth \
             --report, or audit)",
            folder.display()
        );
        let (generator, description) = export::generator(folder, &config.config, which)?;
        let float = host::Model::new(&generator.to_blob()?)?;
        let (folder, sha256) = (folder.to_owned(), description.data_sha256);
        Ok(Self { config, folder, generator, float, sha256 })
    }
}

impl Judged {
    /// Opens what lies at `path`. `run` is the run that a blob there was quantized from; else it is
    /// the blob's own folder, if that is a run. `seed` is that of the latents with which a blob and
    /// its floats are compared.
    pub fn open(path: &Path, run: Option<&Path>, seed: u64) -> Result<Self> {
        if path.is_dir() && !is_run(path) {
            ensure!(run.is_none(), "--run goes with a blob, and {} is a folder", path.display());
            let name = path.display().to_string();
            let dataset = dataset::open(&name, None, false)?;
            return Ok(Self::Images(dataset.train, name));
        }
        let (blob, run) = if path.is_dir() {
            ensure!(run.is_none(), "--run goes with a blob, and {} is a run", path.display());
            let run = Run::read(RunConfig::read(path)?, path, Which::default())?;
            let bits = run.config.config.training.bits();
            (host::Model::new(&quantize(&run.generator, bits)?)?, Some(run))
        } else {
            let blob = blob_file::read(path)?;
            let generator = blob.generator();
            let bits = Bits::of(generator.header());
            let own = own_folder(path);
            let run = match run.or(own) {
                Some(folder) => of_run(&blob, path, bits, folder, run.is_some())?,
                None => None,
            };
            (blob, run)
        };
        let generator = blob.generator();
        let agreement = run
            .as_ref()
            .map(|run| export::agreement(&generator, &run.generator, seed))
            .transpose()?;
        let model = Model { blob, path: path.to_owned(), run, agreement };
        Ok(Self::Model(Box::new(model)))
    }

    /// Has `judge` judge it.
    pub fn with<T>(&self, judge: impl FnOnce(Subject<'_>) -> Result<T>) -> Result<T> {
        match self {
            Self::Images(split, name) => judge(Subject::Images(split, name)),
            Self::Model(model) => {
                let generator = model.blob.generator();
                let float = model.run.as_ref().map(|run| run.float.generator());
                let padding = model.run.as_ref().map_or(0, |run| run.config.config.padding);
                judge(Subject::Generators(&generator, float.as_ref(), padding.into()))
            }
        }
    }

    /// How the blob and its floats differ, if these are there.
    pub fn agreement(&self) -> Option<Agreement> {
        match self {
            Self::Model(model) => model.agreement.clone(),
            Self::Images(..) => None,
        }
    }

    /// The run that it is of, with its folder.
    pub fn run(&self) -> Option<(&RunConfig, &Path)> {
        self.known_run().map(|run| (&run.config, run.folder.as_path()))
    }

    fn known_run(&self) -> Option<&Run> {
        match self {
            Self::Model(model) => model.run.as_ref(),
            Self::Images(..) => None,
        }
    }

    /// The part of the training images that its run held out of this data.
    pub fn held_out(&self, dataset: &Dataset) -> Result<f64> {
        let run = self.known_run();
        let run = run.context("--held-out: needs the run (evaluate RUN, or --run)")?;
        let config = &run.config.config;
        let (_, trained_on) = dataset.train.hold_out(config.training.validation);
        ensure!(
            trained_on.padded(config.padding.into()).sha256() == run.sha256,
            "--held-out: --data {} is not what {} was trained on",
            dataset.name,
            run.folder.display()
        );
        Ok(config.training.validation)
    }

    /// Refuses data whose labels are called otherwise than the model's.
    pub fn check_names(&self, data: &Dataset) -> Result<()> {
        let Self::Model(model) = self else { return Ok(()) };
        let generator = model.blob.generator();
        if model.path.is_file() {
            dataset::check_names(data, &model.path, &generator)?;
        }
        match &model.run {
            Some(run) if generator.classes() > 0 => {
                dataset::check_same_names(data, &run.config.label_names, &run.folder)
            }
            _ => Ok(()),
        }
    }
}

/// The folder that a blob lies in, if it is a run's.
pub fn own_folder(blob: &Path) -> Option<&Path> {
    let folder = blob.parent().map(|folder| if folder == "" { Path::new(".") } else { folder });
    folder.filter(|folder| is_run(folder))
}

/// The generators of the run in `folder` that a blob may be of, the likeliest first.
pub fn generators(folder: &Path) -> Result<impl Iterator<Item = Which>> {
    let best = folder.join(checkpoint::BEST).exists().then_some(Which::Best);
    let steps = snapshots::list(folder)?.into_iter().map(|snapshot| Which::Step(snapshot.step));
    Ok(best.into_iter().chain([Which::Last]).chain(steps))
}

/// A blob is not of a run: an error if that run was named for it, else a note.
pub fn other_run(blob: &Path, folder: &Path, named: bool) -> Result<()> {
    let (blob, folder) = (blob.display(), folder.display());
    ensure!(!named, "{blob}: not the blob that --run {folder} gives; quantize it anew");
    say!("note: {blob} is not of the run in {folder}");
    Ok(())
}

fn is_run(folder: &Path) -> bool {
    [checkpoint::FILE, folder::CONFIG].iter().all(|name| folder.join(name).is_file())
}

/// The run in `folder` and its generator, if the blob is the one that this run gives.
fn of_run(
    blob: &host::Model,
    path: &Path,
    bits: Bits,
    folder: &Path,
    named: bool,
) -> Result<Option<Run>> {
    let config = RunConfig::read(folder)?;
    // A run that was trained anew since is another model: comparing with it would say nothing.
    for which in generators(folder)? {
        let run = Run::read(config.clone(), folder, which)?;
        if quantize(&run.generator, bits)? == blob.bytes() || run.float.bytes() == blob.bytes() {
            return Ok(Some(run));
        }
    }
    other_run(path, folder, named)?;
    Ok(None)
}
