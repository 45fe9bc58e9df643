//! Reads a header, one field after the other, where it lies.
//!
//! By hand and not by serde, whose generated code for the same fields is 4 KB larger on a Cortex-M, and does not say which field is wrong.

use super::{ALIGNMENT, Activation, Element, Header, ImageShape, LayerSpec, LayerSpecs, MAX_LAYERS, Packing};
use crate::error::{DecodeError, LayerField};

/// What lies before the CRC.
pub(super) struct Message<'a> {
    pub header: Header<'a>,
    pub payload: &'a [u8],
    /// Whether every number is in its shortest form, and the padding is what it has to be.
    pub canonical: bool,
    /// The CRC and what follows it.
    pub after: &'a [u8],
}

/// Why a header cannot be read.
pub(super) enum Fault {
    /// The bytes end within this field.
    End(DecodeError),
    /// This field is wrong.
    Wrong(DecodeError),
}

struct Reader<'a> {
    rest: &'a [u8],
    canonical: bool,
}

impl<'a> Reader<'a> {
    fn bytes(&mut self, len: usize, field: DecodeError) -> Result<&'a [u8], Fault> {
        let (bytes, rest) = self.rest.split_at_checked(len).ok_or(Fault::End(field))?;
        self.rest = rest;
        Ok(bytes)
    }

    fn byte(&mut self, field: DecodeError) -> Result<u8, Fault> {
        let (&byte, rest) = self.rest.split_first().ok_or(Fault::End(field))?;
        self.rest = rest;
        Ok(byte)
    }

    /// A LEB128 number of at most `max`.
    fn varint(&mut self, max: u32, field: DecodeError) -> Result<u32, Fault> {
        let mut value = 0u64;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte(field)?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                self.canonical &= byte != 0 || shift == 0;
                return u32::try_from(value).ok().filter(|&value| value <= max).ok_or(Fault::Wrong(field));
            }
        }
        Err(Fault::Wrong(field))
    }

    fn u16(&mut self, field: DecodeError) -> Result<u16, Fault> {
        Ok(self.varint(u16::MAX.into(), field)? as u16)
    }

    fn layer(&mut self, index: u8) -> Result<LayerSpec, Fault> {
        let field = |field| DecodeError::Layer { index, field };
        let inputs = self.u16(field(LayerField::Inputs))?;
        let outputs = self.u16(field(LayerField::Outputs))?;
        let element = match self.varint(2, field(LayerField::Element))? {
            0 => Element::I8,
            1 => Element::F32,
            _ => Element::I4 { group: self.byte(field(LayerField::Element))? },
        };
        let packing = match self.varint(5, field(LayerField::Packing))? {
            0 => Packing::Rows,
            1 => Packing::PairedHalfword,
            2 => Packing::ByteLane,
            3 => Packing::Blocks7x16,
            4 => Packing::Blocks16x4,
            _ => Packing::NibbleLane,
        };
        let activation = match self.varint(4, field(LayerField::Activation))? {
            0 => Activation::Linear,
            1 => Activation::Relu,
            2 => {
                let slope = self.bytes(size_of::<f32>(), field(LayerField::Activation))?;
                Activation::LeakyRelu(f32::from_le_bytes(slope.try_into().unwrap_or_default()))
            }
            3 => Activation::Tanh,
            _ => Activation::Sigmoid,
        };
        let zero_point = self.byte(field(LayerField::ZeroPoint))?;
        Ok(LayerSpec { inputs, outputs, element, packing, activation, zero_point })
    }
}

/// Reads what follows the magic and the version, which `bytes` begin with.
pub(super) fn read(bytes: &[u8]) -> Result<Message<'_>, Fault> {
    const BEFORE: usize = super::MAGIC.len() + 1;
    let reader = &mut Reader { rest: bytes, canonical: true };
    let version = reader.bytes(BEFORE, DecodeError::Truncated)?.last().copied();
    let len = reader.varint(u32::MAX, DecodeError::Name)? as usize;
    let name = core::str::from_utf8(reader.bytes(len, DecodeError::Name)?).map_err(|_| Fault::Wrong(DecodeError::Name))?;
    let mut header = Header {
        name,
        latent_len: reader.u16(DecodeError::LatentLen)?,
        classes: reader.u16(DecodeError::Classes)?,
        image: ImageShape {
            width: reader.u16(DecodeError::Image)?,
            height: reader.u16(DecodeError::Image)?,
            channels: reader.byte(DecodeError::Image)?,
        },
        layers: LayerSpecs::new(),
    };
    for index in 0..reader.varint(MAX_LAYERS as u32, DecodeError::Layers)? {
        // There is room for MAX_LAYERS.
        let _ = header.layers.push(reader.layer(index as u8)?);
    }
    let len = reader.varint(u32::MAX, DecodeError::Header)? as usize;
    let padding = reader.bytes(len, DecodeError::Header)?;
    let len = reader.varint(u32::MAX, DecodeError::Header)? as usize;
    let start = bytes.len().wrapping_sub(reader.rest.len());
    let payload = reader.bytes(len, DecodeError::Header)?;
    let padding_fits = padding.len() < ALIGNMENT && padding.iter().all(|&byte| byte == 0) && start.is_multiple_of(ALIGNMENT);
    let canonical = reader.canonical && padding_fits && version == Some(header.version());
    Ok(Message { header, payload, canonical, after: reader.rest })
}
