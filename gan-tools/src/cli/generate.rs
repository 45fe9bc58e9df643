//! `gan generate`.

use crate::blob_file::BlobFile;
use crate::files::atomic::{self, Writer};
use crate::files::idx;
use crate::generate::{draw, generate};
use crate::images::Images;
use crate::interrupt;
use crate::picture::{ascii, grid};
use crate::samples::Samples;
use anyhow::{Context, Result, bail};
use clap::Args;
use gan_core::Generator;
use gan_core::host::Runner;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Generate images from a blob, as any device would: the same seed gives the same pixels everywhere
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan generate models/digits8.gan --label 7 --count 5 --ascii
  gan generate models/mnist-small.gan --count 100 --seed 42 --out grid.png
  gan generate models/mnist-small.gan --count 1000000 --idx synthetic

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
    /// Write images-idx3-ubyte and, for a conditional model, labels-idx1-ubyte into a folder:
    /// MNIST's format
    #[arg(long, value_name = "DIR")]
    idx: Option<PathBuf>,
}

/// Off a terminal, time between lines.
const LINE_EVERY: Duration = Duration::from_secs(15);
/// Images between two looks at Ctrl-C: some megabytes of pixels, whatever the count.
const AT_ONCE: usize = 4096;

impl Generate {
    pub(super) fn run(self) -> Result<ExitCode> {
        let file = BlobFile::read(&self.file)?;
        let generator = super::decode(&file, &self.file)?;
        if let Some(label) = self.label {
            match generator.classes() {
                0 => bail!("--label {label}: {} takes no label", self.file.display()),
                classes if label >= classes => {
                    bail!("--label {label}: expected 0 to {}", classes - 1)
                }
                _ => {}
            }
        }
        let runner = Runner::new(&generator);
        if self.ascii || self.out.is_some() {
            let (count, samples) =
                (self.count as usize, self.samples(&generator, 0, self.count as usize));
            let mut pixels = vec![0; count * generator.pixels_len()];
            draw(&runner, &samples, &mut pixels)?;
            let shape = generator.image();
            let images =
                Images { count, width: shape.width.into(), height: shape.height.into(), pixels };
            if self.ascii {
                super::print(&ascii::draw(&images, 5))?;
            }
            if let Some(path) = &self.out {
                grid::write(path, &images, grid::columns(generator.classes()))?;
                eprintln!("{}: {count} images, seed {}", path.display(), self.seed);
            }
        }
        match &self.idx {
            Some(folder) => self.stream(&runner, folder),
            None => Ok(ExitCode::SUCCESS),
        }
    }

    /// What images number `first` and on are made of.
    fn samples(&self, generator: &Generator<'_>, first: usize, count: usize) -> Samples {
        let mut samples = Samples::part(
            self.seed,
            first,
            count,
            generator.latent_len() as u16,
            generator.classes(),
        );
        if let Some(label) = self.label {
            samples.labels.fill(label);
        }
        samples
    }

    /// Writes MNIST's files, part by part: a million images need no more memory than some thousand.
    fn stream(&self, runner: &Runner<'_>, folder: &Path) -> Result<ExitCode> {
        let generator = runner.generator();
        let shape = generator.image();
        let labelled = generator.classes() > 0;
        let largest = self
            .label
            .unwrap_or((u32::from(generator.classes()).min(self.count)).saturating_sub(1) as u16);
        u8::try_from(largest).context("IDX labels go up to 255")?;

        atomic::create_folder(folder)?;
        interrupt::catch()?;
        let mut images = Writer::create(&folder.join("images-idx3-ubyte"))?;
        images.write(&idx::images_header(self.count, shape.height.into(), shape.width.into()))?;
        let mut labels =
            labelled.then(|| Writer::create(&folder.join("labels-idx1-ubyte"))).transpose()?;
        if let Some(labels) = &mut labels {
            labels.write(&idx::labels_header(self.count))?;
        }
        let mut progress = Progress::new(self.count.into());
        // One part is written while the next is made.
        let (mut pixels, mut made) = (Vec::new(), Vec::new());
        let count = self.count as usize;
        for first in (0..count).step_by(AT_ONCE) {
            let part = AT_ONCE.min(count - first);
            let samples = self.samples(generator, first, part);
            std::mem::swap(&mut pixels, &mut made);
            pixels.resize(part * generator.pixels_len(), 0);
            let (written, drawn) =
                rayon::join(|| images.write(&made), || draw(runner, &samples, &mut pixels));
            written.and(drawn)?;
            if let Some(labels) = &mut labels {
                labels
                    .write(&samples.labels.iter().map(|&label| label as u8).collect::<Vec<_>>())?;
            }
            progress.show((first + part) as u64);
            if interrupt::requested() && first + part < count {
                progress.end();
                eprintln!("interrupted; {} is as it was", folder.display());
                return Ok(interrupt::exit_code());
            }
        }
        images.write(&pixels)?;
        progress.end();
        match labels {
            Some(labels) => atomic::finish([images, labels])?,
            None => atomic::finish([images])?,
        }
        eprintln!("{}: {count} images, seed {}", folder.display(), self.seed);
        Ok(ExitCode::SUCCESS)
    }
}

/// How far a long run is: a bar on a terminal, a line now and then elsewhere; on stderr.
struct Progress {
    bar: ProgressBar,
    terminal: bool,
    start: Instant,
    since_line: Instant,
}

impl Progress {
    fn new(images: u64) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target = if terminal {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        };
        let style =
            ProgressStyle::with_template("{bar:20} {pos}/{len} images, {eta} left  {per_sec}")
                .expect("the template is valid");
        let bar = ProgressBar::with_draw_target(Some(images), target).with_style(style);
        Self { bar, terminal, start: Instant::now(), since_line: Instant::now() }
    }

    fn show(&mut self, done: u64) {
        self.bar.set_position(done);
        if !self.terminal && self.since_line.elapsed() > LINE_EVERY {
            let rate = done as f64 / self.start.elapsed().as_secs_f64();
            eprintln!("image {done}/{}  {rate:.0} images/s", self.bar.length().unwrap_or(0));
            self.since_line = Instant::now();
        }
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// Writes a grid of `count` images of `seed`.
pub fn grid(generator: &Generator<'_>, path: &Path, seed: u64, count: usize) -> Result<()> {
    let samples = Samples::new(seed, count, generator.latent_len() as u16, generator.classes());
    grid::write(path, &generate(generator, &samples)?, grid::columns(generator.classes()))
}
