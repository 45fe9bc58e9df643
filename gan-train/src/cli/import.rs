//! `gan-train import`.

mod given;

use anyhow::{Context, Result, ensure};
use clap::Args;
use gan_core::blob::MAX_NAME;
use gan_core::host::Model;
use gan_import::Options;
use gan_tools::files::{atomic, labels, refuse_input};
use gan_tools::inspect;
use gan_tools::layers::Bits;
use gan_tools::say;
use gan_train::export::quantize::quantize;
use gan_train::export::{self, import::Meaning};
use gan_train::report;
use given::{Given, Place};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Make a blob of an MLP generator that another program trained: PyTorch's, safetensors, ONNX
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan-train import generator.onnx -o generator.gan
  gan-train import generator.safetensors --activations leaky_relu:0.2,tanh -o generator.gan
  gan-train import cgan.pt --activations leaky_relu:0.2,tanh --label first -o cgan.gan
  gan-train import cgan.pt --config cgan.toml -o cgan.gan

The latent has to be normally distributed; it becomes codes from -4 to 4. What is guessed from the
names of tensors is said. An ONNX graph says its activations by itself.")]
pub struct Import {
    /// The file of weights: .safetensors, .pt, .pth or .onnx
    #[arg(value_name = "WEIGHTS")]
    file: PathBuf,
    /// The blob to write
    #[arg(short, long, value_name = "MODEL.gan")]
    out: PathBuf,
    /// A TOML file with what the options below say; an option wins over the file
    #[arg(long, value_name = "FILE.toml")]
    config: Option<PathBuf>,
    #[command(flatten)]
    given: Given,
}

impl Import {
    pub fn run(self) -> Result<ExitCode> {
        report::folder::check_output(&self.out)?;
        refuse_input(&self.out, &self.file)?;
        labels::check(&self.out)?;
        let given = match &self.config {
            Some(config) => self.given.or(Given::read(config)?),
            None => self.given,
        };
        let name = name(given.name, &self.file)?;
        let network = gan_import::read(
            &self.file,
            &Options {
                layers: given.layers,
                activations: given.activations,
                epsilon: given.norm_epsilon.unwrap_or(Given::EPSILON),
                key: given.key,
            },
        )?;
        for note in &network.notes {
            say!("{note}");
        }
        let meaning = Meaning {
            name,
            image: given.image.map(|size| size.0),
            classes: given.classes.unwrap_or_default(),
            label_first: given.label == Some(Place::First),
        };
        let file = || self.file.display().to_string();
        let float = export::import::generator(&network, &meaning).with_context(file)?;
        let bits = if given.bits == Some(4) { Bits::Four { group: 32 } } else { Bits::Eight };
        let blob = if given.float { float.to_blob() } else { quantize(&float, bits) };
        let blob = Model::new(&blob.with_context(file)?).with_context(file)?;
        let generator = blob.generator();
        atomic::write(&self.out, blob.bytes())?;
        labels::write(&self.out, generator.crc(), &[])?;
        say!("{}", inspect::summary(&generator).trim_end());
        let agreement = export::agreement(&generator, &float, 0)?;
        say!(
            "against float: pixels differ by {:.2} of 255 on average, {} at most",
            agreement.mean,
            agreement.max
        );
        super::print(&format!("{}\n", self.out.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The model's name: what was asked for, or that of the file of weights.
fn name(given: Option<String>, file: &Path) -> Result<String> {
    let name = given.unwrap_or_else(|| {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let fits = |bytes: &mut usize, c: char| {
            *bytes += c.len_utf8();
            (*bytes <= MAX_NAME).then_some(c)
        };
        stem.chars().scan(0, fits).collect()
    });
    ensure!(name.len() <= MAX_NAME, "--name {name}: expected at most {MAX_NAME} bytes");
    Ok(name)
}
