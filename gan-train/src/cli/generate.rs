//! `gan-train generate`.

use anyhow::{Context, Result, bail};
use clap::Args;
use gan_core::Generator;
use gan_train::blob_file::{BlobFile, generate};
use gan_train::data::idx::{self, Images};
use gan_train::float::Samples;
use gan_train::output::{ascii, atomic, grid};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Generate images from a blob, as any device would: the same seed gives the same pixels everywhere
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan-train generate models/digits8.gan --label 7 --count 5 --ascii
  gan-train generate models/mnist-small.gan --count 100 --seed 42 --out grid.png
  gan-train generate models/mnist-small.gan --count 10000 --idx synthetic

Without --label, a conditional model gets the labels 0, 1, 2 … in turn.")]
#[command(group = clap::ArgGroup::new("target").required(true).multiple(true).args(["out", "ascii", "idx"]))]
pub struct Generate {
    /// The blob
    #[arg(value_name = "FILE.gan")]
    file: PathBuf,
    /// How many images
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    count: u32,
    /// Seed of the latents
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Only this label
    #[arg(long)]
    label: Option<u16>,
    /// Write a grid of all images as a PNG
    #[arg(long, value_name = "FILE.png")]
    out: Option<PathBuf>,
    /// Print the images as text
    #[arg(long)]
    ascii: bool,
    /// Write images-idx3-ubyte and, for a conditional model, labels-idx1-ubyte into a folder: MNIST's format
    #[arg(long, value_name = "DIR")]
    idx: Option<PathBuf>,
}

impl Generate {
    pub fn run(self) -> Result<ExitCode> {
        let file = BlobFile::read(&self.file)?;
        let generator = super::decode(&file, &self.file)?;
        let mut samples = Samples::new(self.seed, self.count as usize, generator.latent_len() as u16, generator.classes());
        if let Some(label) = self.label {
            match generator.classes() {
                0 => bail!("--label {label}: {} takes no label", self.file.display()),
                classes if label >= classes => bail!("--label {label}: expected 0 to {}", classes - 1),
                _ => samples.labels.fill(label),
            }
        }
        let images = generate(&generator, &samples)?;
        if self.ascii {
            super::print(&ascii::draw(&images, 5))?;
        }
        if let Some(path) = &self.out {
            grid::write(path, &images, grid::columns(generator.classes()))?;
            eprintln!("{}: {} images, seed {}", path.display(), images.count, self.seed);
        }
        if let Some(folder) = &self.idx {
            let labels = (generator.classes() > 0).then_some(samples.labels.as_slice());
            write_idx(folder, &images, labels)?;
            eprintln!("{}: {} images, seed {}", folder.display(), images.count, self.seed);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn write_idx(folder: &Path, images: &Images, labels: Option<&[u16]>) -> Result<()> {
    atomic::create_folder(folder)?;
    let mut bytes = Vec::new();
    idx::write_images(&mut bytes, images)?;
    atomic::write(&folder.join("images-idx3-ubyte"), &bytes)?;
    if let Some(labels) = labels {
        let labels: Vec<u8> =
            labels.iter().map(|&label| u8::try_from(label)).collect::<Result<_, _>>().context("IDX labels go up to 255")?;
        let mut bytes = Vec::new();
        idx::write_labels(&mut bytes, &labels)?;
        atomic::write(&folder.join("labels-idx1-ubyte"), &bytes)?;
    }
    Ok(())
}

/// Writes a grid of `count` images of `seed`.
pub fn grid(generator: &Generator<'_>, path: &Path, seed: u64, count: usize) -> Result<()> {
    let samples = Samples::new(seed, count, generator.latent_len() as u16, generator.classes());
    grid::write(path, &generate(generator, &samples)?, grid::columns(generator.classes()))
}
