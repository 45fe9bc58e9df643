//! `gan-train invert`.

use super::model::Model;
use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use gan_core::tools::latent_lines;
use gan_core::{ImageShape, MaskShape, OutputKind};
use gan_tools::files::{atomic, refuse_input};
use gan_tools::picture::{png, read};
use gan_tools::say;
use gan_train::invert::{Search, invert};
use std::path::PathBuf;
use std::process::ExitCode;

/// Find the latent whose image is most like a picture, and so fill in what is missing of it
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan-train invert models/mnist-small.gan seven.png
  gan-train invert models/mnist-small.gan damaged.png --mask holes.png -o whole.png
  gan-train invert runs/mnist seven.png --label 7 -o again.png

The picture is a PNG of the size that the model makes. Printed are the lines that have the console
of a device draw the same image: the label, and the codes of the latent. It needs a model of
latents; one that was trained for missing pixels (train --task inpaint) is faster and better at
them.")]
pub struct Invert {
    /// The blob, or a run's folder: its best generator is quantized in memory
    #[arg(value_name = "MODEL.gan|RUN")]
    model: PathBuf,
    /// The picture
    #[arg(value_name = "IN.png")]
    input: PathBuf,
    /// A picture of the same size that is white (128 to 255) where pixels are missing
    #[arg(long, value_name = "MASK.png")]
    mask: Option<PathBuf>,
    /// Only this label: its number, or its name if the model's labels have names [default: any]
    #[arg(long)]
    label: Option<String>,
    /// The picture to write: the image of the latent, with --mask in the missing pixels only
    #[arg(short, long, value_name = "OUT.png")]
    out: Option<PathBuf>,
    /// Replace the picture that is written
    #[arg(long, requires = "out")]
    overwrite: bool,
    /// Latents to begin with, for each label
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1000))]
    restarts: u16,
    /// Steps down the gradient
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..))]
    steps: u32,
    /// Seed of the latents to begin with
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

impl Invert {
    pub fn run(self) -> Result<ExitCode> {
        let model = Model::open(&self.model)?;
        let generator = model.blob.generator();
        ensure!(
            generator.header().outputs == OutputKind::Image,
            "{}: makes rows of a table, and images are looked for here",
            self.model.display()
        );
        self.check_out(&model.inputs)?;
        let shape = generator.image();
        let shown = self.model.display().to_string();
        let target = read::read(&self.input, shape, &shown)?;
        let missing = self.missing(shape, &shown)?;
        let label = match &self.label {
            Some(label) if generator.classes() == 0 => {
                bail!("--label {label}: {shown} takes no label")
            }
            Some(label) => {
                let found = model.names.find(label, generator.classes());
                let expected = model.names.expected(generator.classes());
                Some(found.with_context(|| format!("--label {label}: expected {expected}"))?)
            }
            None => None,
        };
        let (restarts, steps) = (self.restarts.into(), self.steps as usize);
        let search = Search { restarts, steps, seed: self.seed, ..Search::default() };
        let known: Vec<bool> = missing.iter().map(|missing| !missing).collect();
        let found = invert(&generator, &target, &known, label, search).context(shown)?;
        say!(
            "{:.1} dB: pixels that are there differ by {:.1} of 255, root mean square",
            10.0 * (255.0 * 255.0 / found.mean_square.max(1e-9)).log10(),
            found.mean_square.sqrt()
        );
        if let Some(out) = &self.out {
            let pixels = found.pixels.iter().zip(&target).zip(&missing);
            let pixels: Vec<u8> = pixels
                .map(
                    |((&made, &given), &gone)| {
                        if self.mask.is_none() || gone { made } else { given }
                    },
                )
                .collect();
            let size = [shape.width.into(), shape.height.into()];
            atomic::write(out, &png::encode(size, shape.channels == 3, &pixels)?)?;
            say!("{}: written", out.display());
        }
        let label = found.label.map(|label| label.to_string());
        let lines: Vec<String> = label.into_iter().chain(latent_lines(&found.codes)).collect();
        super::print(&(lines.join("\n") + "\n"))?;
        Ok(ExitCode::SUCCESS)
    }

    /// Refuses to write onto what is read, or onto what is there.
    fn check_out(&self, inputs: &[PathBuf]) -> Result<()> {
        let Some(out) = &self.out else { return Ok(()) };
        for input in inputs.iter().chain([&self.input]).chain(&self.mask) {
            refuse_input(out, input)?;
        }
        ensure!(
            self.overwrite || !out.exists(),
            "--out {}: is there already (--overwrite replaces it)",
            out.display()
        );
        Ok(())
    }

    /// Of each byte of the picture, whether it is missing.
    fn missing(&self, shape: ImageShape, model: &str) -> Result<Vec<bool>> {
        let Some(mask) = &self.mask else { return Ok(vec![false; shape.len()]) };
        let pixels = read::read(mask, ImageShape { channels: 1, ..shape }, model)?;
        let channels = usize::from(shape.channels);
        Ok(pixels.iter().flat_map(|&pixel| vec![pixel >= MaskShape::MISSING; channels]).collect())
    }
}
