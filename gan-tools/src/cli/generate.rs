//! `gan generate`.

mod rows;

use super::truncation::Factor;
use crate::blob_file;
use crate::files::labels::LabelNames;
use crate::files::refuse_input;
use crate::generate::{self, IdxFolder, PngFolder, Request, Sink};
use crate::interrupt;
use crate::picture::{ascii, grid};
use crate::progress::{Progress, Unit};
use crate::samples;
use crate::say;
use anyhow::{Context, Result, bail, ensure};
use clap::error::ErrorKind;
use clap::{ArgGroup, Args, value_parser};
use gan_core::host::Model;
use gan_core::host::Runner;
use gan_core::{Generator, OutputKind, Truncation};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Images in a grid, as text or in a folder of pictures, at most.
const AT_ONCE: u64 = 10_000_000;

/// Generate images from a blob, as any device would: the same seed gives the same pixels everywhere
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan generate models/digits8.gan --label 7 --count 5 --ascii
  gan generate models/mnist-small.gan --count 100 --seed 42 --out grid.png
  gan generate models/mnist-small.gan --count 100 --truncation 0.7 --out typical.png
  gan generate models/mnist-small.gan --count 1000000 --idx synthetic
  gan generate models/mnist-small.gan --first 500000 --count 500000 --idx second-half
  gan generate models/mnist-small.gan --count 1000 --png pictures

  gan generate models/wine.gan --count 100 > rows.csv

Without --label, a conditional model gets the labels 0, 1, 2 … in turn.
A model of images needs at least one of --out, --ascii, --idx and --png. The rows of a model of a
table are printed as CSV.")]
#[command(group = ArgGroup::new("target").multiple(true)
    .args(["out", "ascii", "idx", "png"]))]
pub struct Generate {
    /// The blob
    #[arg(value_name = "MODEL.gan")]
    model: PathBuf,
    /// How many images
    #[arg(long, default_value_t = 10, value_parser = value_parser!(u64).range(1..))]
    count: u64,
    /// Number of the first image, among all images of the seed: what comes before it costs nothing
    #[arg(long, default_value_t = 0, value_name = "K")]
    first: u64,
    /// Seed of the latents
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Only this label: its number, or its name if the model's labels have names
    #[arg(long)]
    label: Option<String>,
    /// Scale the latents by this factor from 0 to 1, rounded to the nearest 1/256: the smaller it
    /// is, the more typical and the less various are the images
    #[arg(long, value_name = "T", default_value = "1", allow_negative_numbers = true)]
    truncation: Factor,
    /// Write a grid of all images as a PNG
    #[arg(short, long, value_name = "FILE.png")]
    out: Option<PathBuf>,
    /// Print the images as text
    #[arg(long)]
    ascii: bool,
    /// Write images-idx3-ubyte and, for a conditional model, labels-idx1-ubyte into a folder:
    /// MNIST's format
    #[arg(long, value_name = "DIR")]
    idx: Option<PathBuf>,
    /// Write each image as a PNG into a folder: LABEL-NUMBER.png, or NUMBER.png for a model without
    /// labels; a number is that of the image among all of its seed, from 0
    #[arg(long, value_name = "DIR")]
    png: Option<PathBuf>,
    /// Replace the data set in the --idx folder, and the numbered pictures in the --png folder
    #[arg(long)]
    overwrite: bool,
}

impl Generate {
    pub(super) fn run(self) -> Result<ExitCode> {
        ensure!(
            !self.model.is_dir(),
            "{}: is a folder, and only a file can be generated from (gan-train generate takes a \
             run's folder too)",
            self.model.display()
        );
        let file = blob_file::read(&self.model)?;
        self.run_on_file(&file)
    }

    /// What was given as the model.
    pub fn model(&self) -> &Path {
        &self.model
    }

    /// Generates from the blob that is in the model's file, beside which the names of its labels
    /// may be.
    ///
    /// # Errors
    ///
    /// One sentence that names the file or the option.
    pub fn run_on_file(self, file: &Model) -> Result<ExitCode> {
        let header = file.generator();
        let names = LabelNames::beside(&self.model, header.crc(), header.classes())?;
        let inputs = [self.model.clone()];
        self.run_on(file, &names, &inputs)
    }

    /// Generates from a blob that was made of `inputs`, and whose labels have these names.
    ///
    /// # Errors
    ///
    /// One sentence that names the file or the option.
    pub fn run_on(self, file: &Model, names: &LabelNames, inputs: &[PathBuf]) -> Result<ExitCode> {
        let generator = file.generator();
        if generator.header().outputs == OutputKind::Numbers {
            return rows::print(&self, &generator, names);
        }
        self.need_target();
        let label = self.check(&generator, names, inputs)?;
        let request = self.request(label);
        if let Some(note) = self.truncation.note() {
            say!("{note}");
        }
        // Whatever is refused is refused before anything is made.
        if self.idx.is_some() || self.png.is_some() {
            interrupt::catch()?;
        }
        let begin = |folder: &PathBuf| {
            IdxFolder::begin(folder, &generator, request, self.overwrite, inputs)
        };
        let mut idx = self.idx.as_ref().map(begin).transpose()?;
        let begin = |folder: &PathBuf| {
            PngFolder::begin(folder, &generator, request, self.overwrite, inputs)
        };
        let mut png = self.png.as_ref().map(begin).transpose()?;

        if self.ascii || self.out.is_some() {
            let images = generate::generate(&generator, &request.samples(&generator))?;
            if self.ascii {
                super::print(&ascii::draw(&images, 5))?;
            }
            if let Some(path) = &self.out {
                grid::write(path, &images, grid::columns(generator.classes()))?;
                self.say_written(path);
            }
        }

        let mut sinks: Vec<&mut dyn Sink> = Vec::new();
        sinks.extend(idx.as_mut().map(|sink| sink as &mut dyn Sink));
        sinks.extend(png.as_mut().map(|sink| sink as &mut dyn Sink));
        if !sinks.is_empty() && !self.stream(&generator, request, &mut sinks)? {
            for folder in [&self.idx, &self.png].into_iter().flatten() {
                say!("interrupted; {} is as it was", folder.display());
            }
            return Ok(interrupt::exit_code());
        }
        if let (Some(sink), Some(folder)) = (idx, &self.idx) {
            sink.finish()?;
            self.say_written(folder);
        }
        if let (Some(sink), Some(folder)) = (png, &self.png) {
            sink.finish()?;
            self.say_written(folder);
        }
        Ok(ExitCode::SUCCESS)
    }

    /// The images that were asked for.
    fn request(&self, label: Option<u16>) -> Request {
        let truncation = self.truncation.truncation();
        Request { first: self.first, count: self.count, seed: self.seed, label, truncation }
    }

    /// Ends the process, as clap does, if nobody said where images are to go.
    fn need_target(&self) {
        if self.out.is_none() && !self.ascii && self.idx.is_none() && self.png.is_none() {
            let text = "images need a place to go to: give --out, --ascii, --idx or --png\n";
            clap::Error::raw(ErrorKind::MissingRequiredArgument, text).exit();
        }
    }

    /// The label that was asked for.
    fn find_label(&self, generator: &Generator<'_>, names: &LabelNames) -> Result<Option<u16>> {
        let labels = generator.classes();
        let find = |label: &String| {
            ensure!(labels > 0, "--label {label}: {} takes no label", self.model.display());
            let found = names.find(label, labels);
            found.with_context(|| format!("--label {label}: expected {}", names.expected(labels)))
        };
        self.label.as_ref().map(find).transpose()
    }

    /// Refuses what can be told to be wrong from the arguments and the model; returns the label.
    fn check(
        &self,
        generator: &Generator<'_>,
        names: &LabelNames,
        inputs: &[PathBuf],
    ) -> Result<Option<u16>> {
        ensure!(
            generator.inputs().image().is_none(),
            "{}: makes images of images, so `gan apply` runs it",
            self.model.display()
        );
        let label = self.find_label(generator, names)?;
        samples::check_range(generator, self.first, self.count)?;
        for (option, given) in
            [("--ascii", self.ascii), ("--out", self.out.is_some()), ("--png", self.png.is_some())]
        {
            ensure!(
                !given || self.count <= AT_ONCE,
                "{option}: --count {} (at most {AT_ONCE}; --idx and `gan shards` take more)",
                self.count
            );
        }
        let Some(out) = &self.out else { return Ok(label) };
        inputs.iter().try_for_each(|input| refuse_input(out, input))?;
        match out.extension() {
            Some(extension) if !extension.eq_ignore_ascii_case("png") => {
                bail!("--out {}: the grid is a PNG file, so expected a name in .png", out.display())
            }
            _ => Ok(label),
        }
    }

    /// Makes all images for the sinks; whether it came to the end.
    fn stream(
        &self,
        generator: &Generator<'_>,
        request: Request,
        sinks: &mut [&mut dyn Sink],
    ) -> Result<bool> {
        let mut progress = Progress::new(Unit::Count("image"), Some(self.count), 0);
        let complete = generate::stream(&Runner::new(generator), request, sinks, |done| {
            progress.show(done, "");
            !interrupt::requested()
        });
        progress.clear();
        complete
    }

    fn say_written(&self, path: &Path) {
        let truncation = match self.truncation.truncation() {
            Truncation::OFF => String::new(),
            truncation => format!(", truncation {}/256", truncation.in_256ths()),
        };
        let first = match self.first {
            0 => String::new(),
            first => format!(", from number {first} on"),
        };
        let (path, count) = (path.display(), self.count);
        say!("{path}: {count} images, seed {}{first}{truncation}", self.seed);
    }
}
