//! `gan apply`.

use crate::apply::{Beside, apply, takes};
use crate::blob_file;
use crate::files::labels::LabelNames;
use crate::files::parts::{Parts, entries, entries_to_replace};
use crate::files::{atomic, refuse_input};
use crate::interrupt;
use crate::picture::{png, read};
use crate::progress::{Progress, Unit};
use crate::say;
use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use gan_core::blob::MaskShape;
use gan_core::host::Model;
use gan_core::host::Runner;
use gan_core::{Generator, ImageShape};
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Pictures that are in memory at once.
const AT_ONCE: usize = 1024;

/// Make images of images, with a model that takes an image: restore, enlarge, change their style
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan apply enlarge.gan small.png -o large.png
  gan apply restore.gan scans -o restored --mask hole.png
  gan apply style.gan photos -o painted --label 2 --seed 5

`gan inspect` says what a model takes. Pictures are PNG files of the size that the model takes.
Colours become greys for a model of grey images, and greys colours for one of colours. The pixels
of a mask are white (128 to 255) where the picture is missing; what is there stays as it is.")]
pub struct Apply {
    /// The blob
    #[arg(value_name = "MODEL.gan")]
    model: PathBuf,
    /// A picture, or a folder of pictures
    #[arg(value_name = "IN.png|FOLDER")]
    input: PathBuf,
    /// The picture to write; for a folder, the folder, where pictures have the names that they have
    /// in theirs
    #[arg(short, long, value_name = "OUT.png|FOLDER")]
    out: PathBuf,
    /// What is missing of the pictures, for a model that takes a mask: a PNG with a pixel for each
    /// cell of the mask, or of the pictures' size; then a cell is missing if one of its pixels is
    #[arg(long, value_name = "MASK.png")]
    mask: Option<PathBuf>,
    /// The label, for a conditional model: its number, or its name if the labels have names
    #[arg(long)]
    label: Option<String>,
    /// Seed of the latents, for a model that takes a latent too [default: 0]
    #[arg(long)]
    seed: Option<u64>,
    /// Replace the picture that is written, or pictures of the same names in the folder
    #[arg(long)]
    overwrite: bool,
}

impl Apply {
    pub(super) fn run(self) -> Result<ExitCode> {
        let file = blob_file::read(&self.model)?;
        let header = file.generator();
        let names = LabelNames::beside(&self.model, header.crc(), header.classes())?;
        let inputs = [self.model.clone()];
        self.run_on(&file, &names, &inputs)
    }

    /// What was given as the model.
    pub fn model(&self) -> &Path {
        &self.model
    }

    /// Makes pictures with a blob that was made of `inputs`, and whose labels have these names.
    ///
    /// # Errors
    ///
    /// One sentence that names the file or the option.
    pub fn run_on(self, file: &Model, names: &LabelNames, inputs: &[PathBuf]) -> Result<ExitCode> {
        let generator = file.generator();
        let shape = takes(&generator).with_context(|| self.model.display().to_string())?;
        let label = self.label(&generator, names)?;
        let mask = self.read_mask(&generator)?;
        ensure!(
            self.seed.is_none() || generator.inputs().latent() > 0,
            "--seed: {} takes no latent",
            self.model.display()
        );
        let beside = Beside { mask: mask.as_deref(), label, seed: self.seed.unwrap_or_default() };
        let runner = Runner::new(&generator);
        let reading = Reading { shape, inputs };
        if self.input.is_dir() {
            self.folder(&runner, reading, beside)
        } else {
            self.picture(&runner, reading, beside)
        }
    }

    fn label(&self, generator: &Generator<'_>, names: &LabelNames) -> Result<Option<u16>> {
        let (labels, model) = (generator.classes(), self.model.display());
        match &self.label {
            Some(label) if labels == 0 => bail!("--label {label}: {model} takes no label"),
            None if labels == 0 => Ok(None),
            label => {
                let expected = names.expected(labels);
                let Some(label) = label else {
                    bail!("{model}: takes a label: give --label, {expected}")
                };
                let found = names.find(label, labels);
                found.map(Some).with_context(|| format!("--label {label}: expected {expected}"))
            }
        }
    }

    fn read_mask(&self, generator: &Generator<'_>) -> Result<Option<Vec<u8>>> {
        let model = self.model.display();
        match (generator.inputs().mask(), &self.mask) {
            (None, None) => Ok(None),
            (None, Some(mask)) => bail!("--mask {}: {model} takes no mask", mask.display()),
            (Some(mask), None) => {
                bail!("{model}: takes a mask: give --mask, a PNG of {}x{}", mask.width, mask.height)
            }
            (Some(mask), Some(path)) => {
                let cells = ImageShape { width: mask.width, height: mask.height, channels: 1 };
                let image = ImageShape { channels: 1, ..takes(generator)? };
                let of_image = read::size(path)? == [image.width, image.height].map(u32::from);
                let shape = if of_image { image } else { cells };
                let pixels = read::read(path, shape, &format!("the mask of {model}"))?;
                Ok(Some(if of_image { cells_of(mask, image, &pixels) } else { pixels }))
            }
        }
    }

    /// Refuses to write onto what is read.
    fn refuse_inputs(&self, out: &Path, inputs: &[PathBuf]) -> Result<()> {
        inputs
            .iter()
            .chain([&self.input])
            .chain(&self.mask)
            .try_for_each(|input| refuse_input(out, input))
    }

    fn picture(
        &self,
        runner: &Runner<'_>,
        Reading { shape, inputs }: Reading<'_>,
        beside: Beside<'_>,
    ) -> Result<ExitCode> {
        ensure!(
            self.out.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png")),
            "--out {}: a picture is written, so expected a name in .png",
            self.out.display()
        );
        self.refuse_inputs(&self.out, inputs)?;
        ensure!(
            self.overwrite || !self.out.exists(),
            "--out {}: is there already (--overwrite replaces it)",
            self.out.display()
        );
        let image = read::read(&self.input, shape, &self.model.display().to_string())?;
        let pixels = apply(runner, &[image], 0, beside)?;
        atomic::write(&self.out, &encode(runner.generator(), &pixels)?)?;
        say!("{}: 1 picture", self.out.display());
        Ok(ExitCode::SUCCESS)
    }

    fn folder(
        &self,
        runner: &Runner<'_>,
        Reading { shape, inputs }: Reading<'_>,
        beside: Beside<'_>,
    ) -> Result<ExitCode> {
        let paths = pictures(&self.input)?;
        ensure!(
            !self.out.is_file(),
            "--out {}: is a file, and a folder is written",
            self.out.display()
        );
        let name = |path: &Path| path.file_name().map(PathBuf::from).unwrap_or_default();
        let same = match (self.out.canonicalize(), self.input.canonicalize()) {
            (Ok(out), Ok(input)) => out == input,
            _ => false,
        };
        ensure!(
            !same,
            "--out {}: would replace the pictures that are read; give another folder",
            self.out.display()
        );
        // Links in the folder are replaced, and not what they lead to.
        paths.iter().try_for_each(|path| self.refuse_inputs(&self.out.join(name(path)), inputs))?;
        entries_to_replace(&self.out, self.overwrite, "pictures of the same names")?;
        interrupt::catch()?;
        let parts = Parts::begin(&self.out)?;
        let (model, len) = (self.model.display().to_string(), runner.generator().pixels_len());
        let mut progress = Progress::new(Unit::Count("picture"), Some(paths.len() as u64), 0);
        for (index, paths) in paths.chunks(AT_ONCE).enumerate() {
            let images = paths
                .par_iter()
                .map(|path| read::read(path, shape, &model))
                .collect::<Result<Vec<_>>>()?;
            let pixels = apply(runner, &images, index * AT_ONCE, beside)?;
            paths.par_iter().zip(pixels.par_chunks_exact(len)).try_for_each(|(path, pixels)| {
                parts.write(name(path), &encode(runner.generator(), pixels)?)
            })?;
            progress.show((index * AT_ONCE + paths.len()) as u64, "");
            if interrupt::requested() {
                progress.clear();
                say!("interrupted; {} is as it was", self.out.display());
                return Ok(interrupt::exit_code());
            }
        }
        progress.clear();
        parts.finish()?;
        say!("{}: {} pictures", self.out.display(), paths.len());
        Ok(ExitCode::SUCCESS)
    }
}

/// The pictures that are read.
#[derive(Clone, Copy)]
struct Reading<'r> {
    /// Their size.
    shape: ImageShape,
    /// The files that the model was read from, which nothing may be written onto.
    inputs: &'r [PathBuf],
}

/// The cells of a mask in which a pixel of the picture is missing.
fn cells_of(mask: MaskShape, image: ImageShape, pixels: &[u8]) -> Vec<u8> {
    let mut cells = vec![0; mask.len()];
    let width = usize::from(image.width);
    for (at, _) in pixels.iter().enumerate().filter(|(_, byte)| **byte >= MaskShape::MISSING) {
        cells[mask.cell(image, at % width, at / width)] = u8::MAX;
    }
    cells
}

/// The PNG files of a folder, in the order of their names.
fn pictures(folder: &Path) -> Result<Vec<PathBuf>> {
    let is_picture = |path: &PathBuf| {
        path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png"))
            && path.is_file()
    };
    let mut paths: Vec<_> = entries(folder)?.into_iter().filter(is_picture).collect();
    paths.sort();
    ensure!(!paths.is_empty(), "{}: holds no PNG file", folder.display());
    Ok(paths)
}

fn encode(generator: &Generator<'_>, pixels: &[u8]) -> Result<Vec<u8>> {
    let shape = generator.image();
    png::encode([shape.width.into(), shape.height.into()], shape.channels == 3, pixels)
}
