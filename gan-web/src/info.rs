//! What the page says about a model, as JSON.

use crate::json::{Text, list};
use alloc::format;
use alloc::string::{String, ToString};
use gan_core::table::{Field, Table};
use gan_core::{Activation, Generator, InputPart, OutputKind, kernel};

/// The model that a file holds, whose CRC-32 and length are those of the file and not of the copy
/// in this kernel's packing.
pub fn info(generator: &Generator<'_>, crc: u32, file_len: usize) -> String {
    let header = generator.header();
    let image = header.image;
    let outputs = match header.outputs {
        OutputKind::Image => "image",
        OutputKind::Numbers => "numbers",
    };
    format!(
        r#"{{"name":{},"version":{},"crc":"{crc:08x}","bytes":{file_len},"#,
        Text(header.name),
        header.version(),
    ) + &format!(r#""latent":{},"classes":{},"#, header.inputs.latent(), header.classes,)
        + &format!(
            r#""width":{},"height":{},"channels":{},"outputs":"{outputs}","inputs":{},"macs":{},"#,
            image.width,
            image.height,
            image.channels,
            list(header.inputs.as_slice().iter().map(input)),
            generator.macs(),
        )
        + &format!(
            r#""scratch":{},"kernel":"{}","native":{},"layers":{},"table":{}}}"#,
            4 * generator.scratch_len(),
            kernel::NAME,
            generator.is_native(),
            list(header.layers.iter().map(|spec| {
                format!(
                    r#"{{"inputs":{},"outputs":{},"element":"{}",{}}}"#,
                    spec.inputs,
                    spec.outputs,
                    spec.element.name(),
                    activation(spec.activation)
                )
            })),
            table(generator),
        )
}

fn input(part: &InputPart) -> String {
    match *part {
        InputPart::Latent(codes) => format!(r#"{{"kind":"latent","codes":{codes}}}"#),
        InputPart::Image(image) => format!(
            r#"{{"kind":"image","width":{},"height":{},"channels":{}}}"#,
            image.width, image.height, image.channels
        ),
        InputPart::Mask(mask) => {
            format!(r#"{{"kind":"mask","width":{},"height":{}}}"#, mask.width, mask.height)
        }
    }
}

/// A slope stands there as its bits, which the page makes a number of: Rust's code that prints a
/// float would be a tenth of the module.
fn activation(activation: Activation) -> String {
    let (name, slope) = match activation {
        Activation::Linear => ("linear", None),
        Activation::Relu => ("relu", None),
        Activation::LeakyRelu(slope) => ("leaky-relu", Some(slope.to_bits())),
        Activation::Tanh => ("tanh", None),
        Activation::Sigmoid => ("sigmoid", None),
    };
    let slope = slope.map(|bits| format!(r#","slope_bits":{bits}"#)).unwrap_or_default();
    format!(r#""activation":"{name}"{slope}"#)
}

/// The columns of a model of numbers and what its labels are called; `null` for one of images.
/// Where the columns cannot be read, what is wrong with them.
fn table(generator: &Generator<'_>) -> String {
    if generator.header().outputs == OutputKind::Image {
        return "null".to_string();
    }
    match Table::read(generator.header()) {
        Ok(table) => {
            let labels = table.label().map(|label| list(label.values.clone().map(Text)));
            let field = |field: Field<'_>| {
                format!(r#"{{"name":{},"unit":{}}}"#, Text(field.name()), Text(field.unit()))
            };
            format!(
                r#"{{"fields":{},"labels":{}}}"#,
                list(table.fields().map(field)),
                labels.as_deref().unwrap_or("null")
            )
        }
        Err(error) => format!(r#"{{"error":{}}}"#, Text(error)),
    }
}
