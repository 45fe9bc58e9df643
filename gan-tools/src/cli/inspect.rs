//! `gan inspect`.

use crate::blob_file::BlobFile;
use crate::numbers::thousands;
use anyhow::Result;
use clap::Args;
use gan_core::{Activation, Element, Generator};
use serde::Serialize;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Show what is in a blob: layers, sizes, multiply-accumulates, flash, RAM, CRC, packing
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gan inspect models/digits8.gan --json")]
pub struct Inspect {
    /// The blob
    #[arg(value_name = "FILE.gan")]
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Report<'g> {
    name: &'g str,
    format_version: u8,
    crc32: String,
    latent: usize,
    classes: u16,
    width: u16,
    height: u16,
    channels: u8,
    flash_bytes: usize,
    /// `scratch + latent + pixels`; with `generate_rows` a line in place of all pixels. The stack
    /// is not in it.
    buffer_bytes: usize,
    buffer_bytes_by_rows: usize,
    scratch_bytes: usize,
    macs: u64,
    layers: Vec<LayerReport>,
}

#[derive(Debug, Serialize)]
struct LayerReport {
    inputs: u16,
    outputs: u16,
    /// Four bits with a scale for every 32 inputs are "i4/32".
    element: String,
    packing: &'static str,
    activation: String,
    zero_point: u8,
    weight_bytes: usize,
    macs: u64,
}

impl Inspect {
    pub(super) fn run(self) -> Result<ExitCode> {
        let file = BlobFile::read(&self.file)?;
        let generator = super::decode(&file, &self.file)?;
        if self.json {
            super::print(&(serde_json::to_string_pretty(&report(&generator))? + "\n"))?;
        } else {
            super::print(&format!("{}\n{}", table(&generator), summary(&generator)))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn report<'g>(generator: &'g Generator<'_>) -> Report<'g> {
    let image = generator.image();
    let buffers = 4 * generator.scratch_len() + generator.latent_len();
    let layers = generator.header().layers.iter().map(|spec| {
        let macs = u64::from(spec.inputs) * u64::from(spec.outputs);
        let (element, bytes) = match spec.element {
            Element::I8 => ("i8".into(), macs as usize),
            Element::F32 => ("f32".into(), 4 * macs as usize),
            // Half a byte each, and the groups' scales.
            Element::I4 { group } => (
                format!("i4/{group}"),
                (spec.padded_inputs() / 2 + spec.groups()) * usize::from(spec.outputs),
            ),
        };
        LayerReport {
            inputs: spec.inputs,
            outputs: spec.outputs,
            element,
            packing: spec.packing.name(),
            activation: match spec.activation {
                Activation::Linear => "linear".into(),
                Activation::Relu => "relu".into(),
                Activation::LeakyRelu(slope) => format!("leaky_relu {slope}"),
                Activation::Tanh => "tanh".into(),
                Activation::Sigmoid => "sigmoid".into(),
            },
            zero_point: spec.zero_point,
            weight_bytes: bytes,
            macs,
        }
    });
    Report {
        name: generator.name(),
        format_version: generator.header().version(),
        crc32: format!("{:08x}", generator.crc()),
        latent: generator.latent_len(),
        classes: generator.classes(),
        width: image.width,
        height: image.height,
        channels: image.channels,
        flash_bytes: generator.encoded_len(),
        buffer_bytes: buffers + generator.pixels_len(),
        buffer_bytes_by_rows: buffers + generator.line_len(),
        scratch_bytes: 4 * generator.scratch_len(),
        macs: generator.macs(),
        layers: layers.collect(),
    }
}

fn table(generator: &Generator<'_>) -> String {
    let report = report(generator);
    let mut text = format!(
        "{}: latent {}, {} labels, {}x{} pixels, {} channel(s); format version {}, CRC-32 {}\n\n",
        report.name,
        report.latent,
        report.classes,
        report.width,
        report.height,
        report.channels,
        report.format_version,
        report.crc32
    );
    text.push_str(
        "layer  inputs  outputs  element  packing  activation      zero_point  weight bytes\n",
    );
    for (index, layer) in report.layers.iter().enumerate() {
        let LayerReport {
            inputs,
            outputs,
            element,
            packing,
            activation,
            zero_point,
            weight_bytes,
            ..
        } = layer;
        let bytes = thousands(*weight_bytes as u64);
        let _ = writeln!(
            text,
            "{index:>5}  {inputs:>6}  {outputs:>7}  {element:<7}  {packing:<7}  {activation:<14}  {zero_point:>10}  {bytes:>12}"
        );
    }
    text
}

/// Three lines with the sizes that matter to a device.
pub fn summary(generator: &Generator<'_>) -> String {
    let report = report(generator);
    format!(
        "flash  {} bytes (the blob)\nRAM    {} bytes of buffers for a whole image, {} line by line (scratch {}, latent {}, pixels {} or {})\nwork   {} multiply-accumulates an image\n",
        thousands(report.flash_bytes as u64),
        thousands(report.buffer_bytes as u64),
        thousands(report.buffer_bytes_by_rows as u64),
        report.scratch_bytes,
        report.latent,
        thousands(generator.pixels_len() as u64),
        generator.line_len(),
        thousands(report.macs),
    )
}
