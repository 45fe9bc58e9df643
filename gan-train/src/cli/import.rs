//! `gan-train import`.

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use gan_core::blob::MAX_NAME;
use gan_core::host::Model;
use gan_import::{Activation, Options};
use gan_tools::files::{atomic, labels, refuse_input};
use gan_tools::inspect;
use gan_tools::layers::Bits;
use gan_tools::say;
use gan_train::export::quantize::quantize;
use gan_train::export::{self, import::Meaning};
use gan_train::report;
use std::path::PathBuf;
use std::process::ExitCode;

/// Make a blob of an MLP generator that another program trained: PyTorch's, safetensors, ONNX
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan-train import generator.onnx -o generator.gan
  gan-train import generator.safetensors --activations leaky_relu:0.2,tanh -o generator.gan
  gan-train import cgan.pt --activations leaky_relu:0.2,tanh --label first -o cgan.gan

The latent has to be normally distributed; it becomes codes from -4 to 4. What is guessed from the
names of tensors is said. An ONNX graph says its activations by itself.")]
pub struct Import {
    /// The file of weights: .safetensors, .pt, .pth or .onnx
    #[arg(value_name = "WEIGHTS")]
    file: PathBuf,
    /// The blob to write
    #[arg(short, long, value_name = "MODEL.gan")]
    out: PathBuf,
    /// The layers' names, first to last, where the order of the names is another
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    layers: Vec<String>,
    /// Activations: one for each layer, or one for all hidden layers and one for the last
    #[arg(long, value_name = "HIDDEN,LAST", value_delimiter = ',', value_parser = activation)]
    activations: Vec<Activation>,
    /// What batch normalization adds to the variance (PyTorch's second argument), where the file
    /// does not say it
    #[arg(long, value_name = "EPSILON", default_value_t = 1e-5)]
    norm_epsilon: f32,
    /// What the generator is called in a file of torch.save that holds several things
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Size of the images, where they are no squares
    #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = size)]
    image: Option<Size>,
    /// Labels whose one-hot vectors go in beside the latent; an embedding tells by itself
    #[arg(long, value_name = "N", default_value_t = 0)]
    classes: u16,
    /// Where the label's numbers stand among those that go in
    #[arg(long, value_enum, default_value = "last")]
    label: Place,
    /// The model's name [default: that of the file]
    #[arg(long)]
    name: Option<String>,
    /// Bits of a weight: 8, or 4 in all layers but the first
    #[arg(long, value_parser = super::one_of(["4", "8"]), default_value = "8")]
    bits: u8,
    /// Write f32 layers instead, as a reference
    #[arg(long, conflicts_with = "bits")]
    float: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Place {
    /// Before the latent
    First,
    /// Behind the latent
    Last,
}

/// Width and height.
#[derive(Debug, Clone, Copy)]
struct Size([u16; 2]);

fn size(text: &str) -> Result<Size, String> {
    let sizes = text
        .split_once('x')
        .and_then(|(width, height)| Some(Size([width.parse().ok()?, height.parse().ok()?])));
    sizes.ok_or_else(|| "expected WIDTHxHEIGHT, as in 28x28".to_owned())
}

fn activation(text: &str) -> Result<Activation, String> {
    Activation::parse(text).map_err(|error| format!("{error:#}"))
}

impl Import {
    pub fn run(self) -> Result<ExitCode> {
        report::folder::check_output(&self.out)?;
        refuse_input(&self.out, &self.file)?;
        labels::check(&self.out)?;
        let name = self.name()?;
        let network = gan_import::read(
            &self.file,
            &Options {
                layers: self.layers,
                activations: self.activations,
                epsilon: self.norm_epsilon,
                key: self.key,
            },
        )?;
        for note in &network.notes {
            say!("{note}");
        }
        let meaning = Meaning {
            name,
            image: self.image.map(|size| size.0),
            classes: self.classes,
            label_first: self.label == Place::First,
        };
        let file = || self.file.display().to_string();
        let float = export::import::generator(&network, &meaning).with_context(file)?;
        let bits = if self.bits == 4 { Bits::Four { group: 32 } } else { Bits::Eight };
        let blob = if self.float { float.to_blob() } else { quantize(&float, bits) };
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

    /// The model's name: what was asked for, or the file's.
    fn name(&self) -> Result<String> {
        let name = match &self.name {
            Some(name) => name.clone(),
            None => {
                let stem = self.file.file_stem().unwrap_or_default().to_string_lossy();
                stem.chars()
                    .scan(0, |bytes, c| {
                        *bytes += c.len_utf8();
                        (*bytes <= MAX_NAME).then_some(c)
                    })
                    .collect()
            }
        };
        ensure!(name.len() <= MAX_NAME, "--name {name}: expected at most {MAX_NAME} bytes");
        Ok(name)
    }
}
