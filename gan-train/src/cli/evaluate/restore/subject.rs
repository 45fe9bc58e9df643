//! What is judged of a task: a run's generator, or a blob that takes an image.

use super::super::Evaluate;
use super::super::subject::{generators, other_run, own_folder};
use super::Given;
use crate::cli::{dataset, task};
use anyhow::{Context, Result, bail, ensure};
use gan_core::host::Model;
use gan_core::{Element, Header};
use gan_tools::blob_file;
use gan_tools::files::labels::LabelNames;
use gan_tools::layers::Bits;
use gan_train::config::{Config, Recipe, TaskKind};
use gan_train::data::{Dataset, Split};
use gan_train::export;
use gan_train::export::float::FloatGenerator;
use gan_train::judge::restore;
use gan_train::task::{Task, complete, kind_of, of_blob};
use gan_train::train::checkpoint::Which;
use gan_train::train::folder::{CONFIG, RunConfig};
use std::path::{Path, PathBuf};

/// Read, and checked as far as can be done without the images to judge by.
pub struct Subject {
    pub task: Task,
    /// The model's name.
    pub name: String,
    /// The run's generator, if the run is known.
    pub float: Option<FloatGenerator>,
    pub blob: Model,
    /// The images to judge by: those that were named, or else the run's own.
    pub data: Dataset,
    /// The run's folder, which keeps what is found: if a run is judged by its own data.
    pub run: Option<PathBuf>,
    /// The part of the training images that was held out, if that is known.
    validation: Option<f64>,
}

/// A run and the images that it was trained on.
struct Run {
    config: RunConfig,
    data: Dataset,
}

impl Subject {
    /// Opens what is to be judged, if it is a run with a task or a blob that takes an image.
    pub fn open(options: &Evaluate) -> Result<Option<Self>> {
        let path = &options.judged;
        if path.is_dir() {
            let run = path.join(CONFIG).is_file().then(|| RunConfig::read(path)).transpose()?;
            let run = run.filter(|run| run.config.task.is_some());
            return run.map(|run| Self::of_run(options, run)).transpose();
        }
        let blob = blob_file::read(path)?;
        let takes_image = blob.generator().inputs().image().is_some();
        takes_image.then(|| Self::of_blob(options, blob)).transpose()
    }

    fn of_run(options: &Evaluate, run: RunConfig) -> Result<Self> {
        let folder = &options.judged;
        ensure!(options.run.is_none(), "--run goes with a blob, and {} is a run", folder.display());
        options.task.given.refuse("a blob, and a run has its own task")?;
        let run = Run::open(options, run, folder)?;
        let config = &run.config.config;
        let (task, float, _) = export::task::generator(folder, config, Which::Best)?;
        let blob = Model::new(&run.quantized(&task, &float, config.training.bits())?)?;
        let (name, validation) = (config.name.clone(), Some(config.training.validation));
        let named = named_data(options, &task)?;
        let run_folder = named.is_none().then(|| folder.clone());
        let data = named.unwrap_or(run.data);
        Ok(Self { task, name, float: Some(float), blob, data, run: run_folder, validation })
    }

    fn of_blob(options: &Evaluate, blob: Model) -> Result<Self> {
        let path = &options.judged;
        let generator = blob.generator();
        let header = generator.header();
        let name = header.name.to_owned();
        let given = &options.task.given;
        if options.run.is_some() {
            given.refuse("a blob without --run, as a run has its own task")?;
        }
        // Who says what the task is does not mean the run beside the blob.
        let own = own_folder(path).filter(|_| !given.is_some());
        if let Some(run) = options.run.as_deref().or(own) {
            if let Some((task, float, run)) = of_run(options, &blob, Bits::of(header), run)? {
                let validation = Some(run.config.config.training.validation);
                let data = named_data(options, &task)?.unwrap_or(run.data);
                return Ok(Self {
                    task,
                    name,
                    float: Some(float),
                    blob,
                    data,
                    run: None,
                    validation,
                });
            }
            other_run(path, run, options.run.is_some())?;
        }
        let names = LabelNames::beside(path, generator.crc(), header.classes)?;
        let (task, validation) = given.task(path, header, names.as_slice())?;
        let data = named_data(options, &task)?;
        let data = data.context("--data: expected the images to judge by, as no run is known")?;
        Ok(Self { task, name, float: None, blob, data, run: None, validation })
    }

    /// Whether the blob's layers are of floats.
    pub fn is_float(&self) -> Result<bool> {
        let generator = self.blob.generator();
        Ok(generator.header().layers.iter().all(|layer| layer.element == Element::F32))
    }

    /// The images to judge by, and what they are.
    pub fn judged(&self, held_out: bool) -> Result<(&'static str, Split)> {
        if held_out {
            let validation = self.validation.context(
                "--held-out: needs the run, or the configuration that says how many images were \
                 held out (--run, --preset or --config)",
            )?;
            let (held_out, _) = self.data.train.hold_out(validation);
            ensure!(
                held_out.images.count > 0,
                "--held-out: the run held out no images (training.validation is {validation})"
            );
            return Ok(("training images that the run held out", held_out));
        }
        let kind = if self.data.test.is_some() {
            "test images"
        } else {
            "training images (there are no test images)"
        };
        Ok((kind, restore::judged(&self.data)))
    }
}

impl Run {
    /// Opens the data of the run in `folder`.
    fn open(options: &Evaluate, mut config: RunConfig, folder: &Path) -> Result<Self> {
        let data_dir = options.data_dir.as_deref().filter(|_| options.data.is_none());
        dataset::locate(&mut config, None, data_dir)?;
        let data = dataset::of_run(&config, folder)?;
        Ok(Self { config, data })
    }

    fn quantized(&self, task: &Task, float: &FloatGenerator, bits: Bits) -> Result<Vec<u8>> {
        let (_, trained_on) = self.data.train.hold_out(self.config.config.training.validation);
        export::task::quantized(task, float, bits, &trained_on)
    }
}

/// The run in `folder` with its task, and its generator that gives this blob, if one does.
fn of_run(
    options: &Evaluate,
    blob: &Model,
    bits: Bits,
    folder: &Path,
) -> Result<Option<(Task, FloatGenerator, Run)>> {
    let config = RunConfig::read(folder)?;
    if config.config.task.is_none() {
        return Ok(None);
    }
    let run = Run::open(options, config, folder)?;
    for which in generators(folder)? {
        let (task, float, _) = export::task::generator(folder, &run.config.config, which)?;
        let is_float = || Ok::<_, anyhow::Error>(float.to_blob()? == blob.bytes());
        if run.quantized(&task, &float, bits)? == blob.bytes() || is_float()? {
            return Ok(Some((task, float, run)));
        }
    }
    Ok(None)
}

/// The images of `--data`, and `--targets`, if they were named.
fn named_data(options: &Evaluate, task: &Task) -> Result<Option<Dataset>> {
    let targets = options.task.targets.as_deref();
    let kind = task.config().kind;
    let pairs = kind == TaskKind::Pairs;
    ensure!(
        targets.is_none() || pairs,
        "--targets: goes with the task pairs, not with {}",
        kind.name()
    );
    let Some(data) = &options.data else { return Ok(None) };
    ensure!(targets.is_some() || !pairs, "--data: a model of pairs needs --targets with it");
    let opened = task::open(data, options.data_dir.as_deref(), options.transpose, targets)?;
    if let Some([width, height]) = opened.input {
        let [expected_width, expected_height] = task.input_size();
        ensure!(
            [width, height] == task.input_size(),
            "--data {data}: images of {width}x{height}, and the model takes \
             {expected_width}x{expected_height}"
        );
    }
    Ok(Some(opened.dataset))
}

impl Given {
    /// The task of a blob without a run: what was asked for, or what the blob's header says. With
    /// it the part of the images that is held out, if a configuration was named.
    fn task(
        &self,
        path: &Path,
        header: &Header<'_>,
        label_names: &[String],
    ) -> Result<(Task, Option<f64>)> {
        let blob = || path.display();
        let named = match (&self.config, &self.preset) {
            (Some(file), _) => Some((Config::read(file)?, format!("--config {}", file.display()))),
            (_, Some(preset)) => {
                Some((Config::preset(preset, Recipe::Default)?, format!("--preset {preset}")))
            }
            (None, None) => None,
        };
        if let Some((config, source)) = named {
            let task = config.task.with_context(|| format!("{source}: has no task"))?;
            let task = of_blob(&task, header).with_context(|| format!("{source}: {}", blob()))?;
            return Ok((task, Some(config.training.validation)));
        }
        let kind = match &self.task {
            Some(task) => task.clone(),
            None => match kind_of(header, label_names) {
                Some(kind) => kind.name().to_owned(),
                None => bail!(
                    "{}: its header does not say which task it was trained for (expected --run, \
                     --task, --preset or --config)",
                    blob()
                ),
            },
        };
        let mut task = task::preset(&kind, None)?.task.context("the task's preset has none")?;
        complete(&mut task, header, label_names);
        let task = of_blob(&task, header).with_context(|| format!("--task {kind}: {}", blob()))?;
        Ok((task, None))
    }
}
