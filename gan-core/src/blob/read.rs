//! Reads a header field by field, on a device or while a firmware is compiled.
//!
//! This does not use serde. The code that serde generates for the same fields is 4 KB larger on a
//! Cortex-M, it does not say which field is wrong, and it cannot run in a constant.

use super::{
    ALIGNMENT, Activation, Element, Header, ImageShape, InputPart, InputParts, LayerSpec,
    MAX_INPUTS, MAX_LAYERS, MAX_METADATA, MaskShape, OutputKind, Packing,
};
use crate::error::{DecodeError, InputsFault, LayerField};
use crate::reader::Reader;

/// The parts of a blob that follow the header.
pub(super) struct After<'a> {
    pub payload: &'a [u8],
    /// Whether every number of the header is in its shortest form, and the padding is as the format
    /// prescribes.
    pub canonical: bool,
    /// The CRC and what follows it.
    pub rest: &'a [u8],
}

/// Why a header cannot be read.
#[derive(Clone, Copy)]
pub(super) struct Fault {
    /// The first field that cannot be read.
    pub field: DecodeError,
    /// Whether the bytes end within the field. Otherwise the field has a wrong value.
    pub end: bool,
}

/// The fields of a header.
#[derive(Clone, Copy)]
enum Field {
    Name,
    LatentLen,
    Classes,
    Image,
    Inputs(InputsFault),
    Outputs,
    Metadata,
    Layers,
    Layer(LayerField),
    Lengths,
}

impl Reader<'_, Field> {
    const fn shape(&mut self, field: Field) -> ImageShape {
        let (width, height) = (self.u16(field), self.u16(field));
        ImageShape { width, height, channels: self.byte(field) }
    }

    const fn inputs(&mut self) -> InputParts {
        const SIZE: Field = Field::Inputs(InputsFault::Size);
        let mut parts = InputParts::new();
        let mut count = self.varint(MAX_INPUTS as u32, Field::Inputs(InputsFault::Count));
        while count > 0 {
            let part = match self.varint(2, Field::Inputs(InputsFault::Part)) {
                0 => InputPart::Latent(self.u16(SIZE)),
                1 => InputPart::Image(self.shape(SIZE)),
                _ => {
                    let (width, height) = (self.u16(SIZE), self.u16(SIZE));
                    InputPart::Mask(MaskShape { width, height })
                }
            };
            // There is room, because there are at most MAX_INPUTS.
            let _ = parts.push(part);
            count -= 1;
        }
        parts
    }

    const fn layer(&mut self) -> LayerSpec {
        let inputs = self.u16(Field::Layer(LayerField::Inputs));
        let outputs = self.u16(Field::Layer(LayerField::Outputs));
        let element = match self.varint(2, Field::Layer(LayerField::Element)) {
            0 => Element::I8,
            1 => Element::F32,
            _ => Element::I4 { group: self.byte(Field::Layer(LayerField::Element)) },
        };
        let packing = match self.varint(5, Field::Layer(LayerField::Packing)) {
            0 => Packing::Rows,
            1 => Packing::PairedHalfword,
            2 => Packing::ByteLane,
            3 => Packing::Blocks7x16,
            4 => Packing::Blocks16x4,
            _ => Packing::NibbleLane,
        };
        let activation = match self.varint(4, Field::Layer(LayerField::Activation)) {
            0 => Activation::Linear,
            1 => Activation::Relu,
            2 => {
                let slope = self.bytes(size_of::<f32>(), Field::Layer(LayerField::Activation));
                Activation::LeakyRelu(match slope.first_chunk() {
                    Some(slope) => f32::from_le_bytes(*slope),
                    None => 0.0,
                })
            }
            3 => Activation::Tanh,
            _ => Activation::Sigmoid,
        };
        let zero_point = self.byte(Field::Layer(LayerField::ZeroPoint));
        LayerSpec { inputs, outputs, element, packing, activation, zero_point }
    }
}

/// Reads into an empty header what follows the magic and the version at the beginning of `bytes`.
pub(super) const fn read<'a>(bytes: &'a [u8], header: &mut Header<'a>) -> Result<After<'a>, Fault> {
    const BEFORE: usize = super::MAGIC.len() + 1;
    let (before, rest) = match bytes.split_at_checked(BEFORE) {
        Some(parts) => parts,
        None => (&[] as &[u8], &[] as &[u8]),
    };
    let reader = &mut Reader::new(rest);
    header.name = reader.text(Field::Name);
    header.latent_len = reader.u16(Field::LatentLen);
    header.classes = reader.u16(Field::Classes);
    header.image = reader.shape(Field::Image);
    if matches!(before, [.., 3..=u8::MAX]) {
        header.inputs = reader.inputs();
        header.outputs = match reader.varint(1, Field::Outputs) {
            0 => OutputKind::Image,
            _ => OutputKind::Numbers,
        };
        let len = reader.varint(MAX_METADATA as u32, Field::Metadata) as usize;
        header.metadata = reader.bytes(len, Field::Metadata);
    } else {
        header.inputs = InputParts::of_latent(header.latent_len);
    }
    let mut layers = reader.varint(MAX_LAYERS as u32, Field::Layers);
    while layers > 0 {
        let layer = reader.layer();
        if reader.fault.is_some() {
            break;
        }
        // There is room, because there are at most MAX_LAYERS.
        let _ = header.layers.push(layer);
        layers -= 1;
    }
    let len = reader.varint(u32::MAX, Field::Lengths) as usize;
    let mut padding = reader.bytes(len, Field::Lengths);
    let len = reader.varint(u32::MAX, Field::Lengths) as usize;
    let start = bytes.len().wrapping_sub(reader.rest.len());
    let payload = reader.bytes(len, Field::Lengths);
    if let Some((field, end)) = reader.fault {
        let field = match field {
            Field::Name => DecodeError::Name,
            Field::LatentLen => DecodeError::LatentLen,
            Field::Classes => DecodeError::Classes,
            Field::Image => DecodeError::Image,
            Field::Inputs(fault) => DecodeError::Inputs { fault },
            Field::Outputs => DecodeError::Outputs,
            Field::Metadata => DecodeError::Metadata,
            Field::Layers => DecodeError::Layers,
            Field::Layer(field) => {
                DecodeError::Layer { index: header.layers.as_slice().len() as u8, field }
            }
            Field::Lengths => DecodeError::Header,
        };
        return Err(Fault { field, end });
    }
    let mut canonical = reader.canonical
        && padding.len() < ALIGNMENT
        && start.is_multiple_of(ALIGNMENT)
        && matches!(before, [.., version] if *version == header.version());
    while let [byte, rest @ ..] = padding {
        canonical &= *byte == 0;
        padding = rest;
    }
    Ok(After { payload, canonical, rest: reader.rest })
}
