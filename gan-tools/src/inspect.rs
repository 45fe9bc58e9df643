//! What is in a blob.

use crate::json::Json;
use crate::numbers::thousands;
use gan_core::memory::Rooms;
use gan_core::{Activation, Element, Generator, ImageShape, InputPart, OutputKind};
use std::fmt::Write;

/// What is in a blob, and what it takes of a device.
#[derive(Debug, Clone)]
pub struct Report<'g> {
    /// The model's name.
    pub name: &'g str,
    /// Version of the format.
    pub format_version: u8,
    /// Of the blob, in hexadecimal.
    pub crc32: String,
    /// Codes that go in: the length of the latent vector, if nothing else goes in.
    pub latent: usize,
    /// What goes in, in the order of its codes.
    pub inputs: Vec<InputPart>,
    /// What comes out.
    pub outputs: OutputKind,
    /// Labels; 0 if it takes none.
    pub classes: u16,
    /// Pixels in a line.
    pub width: u16,
    /// Lines of an image.
    pub height: u16,
    /// Bytes of a pixel.
    pub channels: u8,
    /// Bytes of the blob.
    pub flash_bytes: usize,
    /// Bytes of all buffers: `scratch + latent + pixels`, and what is given to a model that takes
    /// an image. The stack is not in it.
    pub buffer_bytes: usize,
    /// The same with `generate_rows`: a line in place of all pixels.
    pub buffer_bytes_by_rows: usize,
    /// Bytes of the layers' buffers.
    pub scratch_bytes: usize,
    /// Multiply-accumulates of an image.
    pub macs: u64,
    /// First to last.
    pub layers: Vec<LayerReport>,
}

/// What is in a layer.
#[derive(Debug, Clone)]
pub struct LayerReport {
    /// Numbers that come in.
    pub inputs: u16,
    /// Numbers that go out.
    pub outputs: u16,
    /// Type of the weights. Four bits with a scale for every 32 inputs are "i4/32".
    pub element: String,
    /// Order of the weights.
    pub packing: &'static str,
    /// What follows the sums.
    pub activation: String,
    /// The code of 0 among the outputs.
    pub zero_point: u8,
    /// Bytes of the weights and their scales.
    pub weight_bytes: usize,
    /// Multiply-accumulates.
    pub macs: u64,
}

impl<'g> Report<'g> {
    /// Of a blob.
    pub fn new(generator: &'g Generator<'_>) -> Self {
        let image = generator.image();
        let rooms = Rooms::of(generator, false);
        let buffers = 4 * rooms.scratch + rooms.latent + rooms.given;
        let layers = generator.header().layers.iter().map(|spec| {
            let macs = u64::from(spec.inputs) * u64::from(spec.outputs);
            let name = spec.element.name();
            let (element, bytes) = match spec.element {
                // Half a byte each, and the groups' scales.
                Element::I4 { group } => (
                    format!("{name}/{group}"),
                    (spec.padded_inputs() / 2 + spec.groups()) * usize::from(spec.outputs),
                ),
                Element::F32 => (name.into(), 4 * macs as usize),
                _ => (name.into(), macs as usize),
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
        Self {
            name: generator.name(),
            format_version: generator.header().version(),
            crc32: format!("{:08x}", generator.crc()),
            latent: generator.latent_len(),
            inputs: generator.inputs().as_slice().to_vec(),
            outputs: generator.header().outputs,
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

    /// Its layers, for people.
    pub fn table(&self) -> String {
        let Self { name, classes, width, height, channels, format_version, crc32, .. } = self;
        let parts: Vec<_> = self.inputs.iter().map(part).collect();
        let out = match self.outputs {
            OutputKind::Image => format!("{width}x{height} pixels, {channels} channel(s)"),
            OutputKind::Numbers => format!("{height} step(s) of {width} numbers"),
        };
        let mut text = format!(
            "{name}: {}, {classes} labels, {out}; format version {format_version}, CRC-32 \
             {crc32}\n\n",
            parts.join(", ")
        );
        text.push_str(
            "layer  inputs  outputs  element  packing  activation      zero_point  weight bytes\n",
        );
        for (index, layer) in self.layers.iter().enumerate() {
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
                "{index:>5}  {inputs:>6}  {outputs:>7}  {element:<7}  {packing:<7}  \
                 {activation:<14}  {zero_point:>10}  {bytes:>12}"
            );
        }
        text
    }

    /// All of it, for programs.
    pub fn json(&self) -> Json {
        let layers = self.layers.iter().map(|layer| {
            Json::Object(vec![
                ("inputs", layer.inputs.into()),
                ("outputs", layer.outputs.into()),
                ("element", layer.element.as_str().into()),
                ("packing", layer.packing.into()),
                ("activation", layer.activation.as_str().into()),
                ("zero_point", layer.zero_point.into()),
                ("weight_bytes", layer.weight_bytes.into()),
                ("macs", layer.macs.into()),
            ])
        });
        Json::Object(vec![
            ("name", self.name.into()),
            ("format_version", self.format_version.into()),
            ("crc32", self.crc32.as_str().into()),
            ("latent", self.latent.into()),
            ("inputs", Json::List(self.inputs.iter().map(part_json).collect())),
            ("outputs", name_of(self.outputs).into()),
            ("classes", self.classes.into()),
            ("width", self.width.into()),
            ("height", self.height.into()),
            ("channels", self.channels.into()),
            ("flash_bytes", self.flash_bytes.into()),
            ("buffer_bytes", self.buffer_bytes.into()),
            ("buffer_bytes_by_rows", self.buffer_bytes_by_rows.into()),
            ("scratch_bytes", self.scratch_bytes.into()),
            ("macs", self.macs.into()),
            ("layers", Json::List(layers.collect())),
        ])
    }
}

/// A part of what goes in, for people.
pub fn part(part: &InputPart) -> String {
    match part {
        InputPart::Latent(codes) => format!("latent {codes}"),
        InputPart::Image(ImageShape { width, height, channels }) => {
            let kind = if *channels == 3 { "RGB" } else { "grey" };
            format!("{width}x{height} {kind} image in")
        }
        InputPart::Mask(mask) => format!("{}x{} mask in", mask.width, mask.height),
    }
}

/// The same for programs.
fn part_json(part: &InputPart) -> Json {
    match *part {
        InputPart::Latent(codes) => {
            Json::Object(vec![("part", "latent".into()), ("codes", codes.into())])
        }
        InputPart::Image(shape) => Json::Object(vec![
            ("part", "image".into()),
            ("width", shape.width.into()),
            ("height", shape.height.into()),
            ("channels", shape.channels.into()),
        ]),
        InputPart::Mask(mask) => Json::Object(vec![
            ("part", "mask".into()),
            ("width", mask.width.into()),
            ("height", mask.height.into()),
        ]),
    }
}

fn name_of(outputs: OutputKind) -> &'static str {
    match outputs {
        OutputKind::Image => "image",
        OutputKind::Numbers => "numbers",
    }
}

/// Three lines with the sizes that matter to a device.
pub fn summary(generator: &Generator<'_>) -> String {
    let report = Report::new(generator);
    let given = match Rooms::of(generator, false).given {
        0 => format!("latent {}", report.latent),
        given => format!("codes {}, what goes in {given}", report.latent),
    };
    format!(
        "flash  {} bytes (the blob)\n\
         RAM    {} bytes of buffers for a whole image, {} line by line \
         (scratch {}, {given}, pixels {} or {})\n\
         work   {} multiply-accumulates an image\n",
        thousands(report.flash_bytes as u64),
        thousands(report.buffer_bytes as u64),
        thousands(report.buffer_bytes_by_rows as u64),
        report.scratch_bytes,
        thousands(generator.pixels_len() as u64),
        generator.line_len(),
        thousands(report.macs),
    )
}
