//! The payload: where each section of each layer begins and how long it is. One owner for reading and writing.

use super::{ALIGNMENT, Activation, Element, Header, LayerSpec};
use crate::error::{EncodeError, LayerField};
use crate::generator::{Layer, Output};
use crate::kernel::as_i8;

const TABLE_LEN: u64 = 256;

/// Bytes of each section of a layer, without the zeros after it; 0 for a section that it does not have.
///
/// In u64: a header may announce more than 32 bits of bytes, and a device must refuse it rather than wrap around.
struct Sections {
    weights: u64,
    bias: u64,
    multipliers: u64,
    negative_multipliers: u64,
    shifts: u64,
    table: u64,
}

impl Sections {
    fn of(header: &Header<'_>, index: usize, spec: &LayerSpec) -> Self {
        let (inputs, outputs) = (u64::from(spec.inputs), u64::from(spec.outputs));
        let classes = if index == 0 { u64::from(header.classes).max(1) } else { 1 };
        let none = Self { weights: 0, bias: 4 * classes * outputs, multipliers: 0, negative_multipliers: 0, shifts: 0, table: 0 };
        match spec.element {
            Element::F32 => Self { weights: 4 * inputs * outputs, ..none },
            Element::I8 => {
                let integers = Self { weights: inputs * outputs, multipliers: 2 * outputs, shifts: outputs, ..none };
                if has_table(header, index, spec) {
                    Self { table: TABLE_LEN, ..integers }
                } else {
                    Self { negative_multipliers: 2 * outputs, ..integers }
                }
            }
        }
    }

    fn lens(&self) -> [u64; 6] {
        [self.weights, self.bias, self.multipliers, self.negative_multipliers, self.shifts, self.table]
    }
}

/// Whether an int8 layer looks its outputs up in a table.
pub(super) fn has_table(header: &Header<'_>, index: usize, spec: &LayerSpec) -> bool {
    index + 1 == header.layers.len() || matches!(spec.activation, Activation::Tanh | Activation::Sigmoid)
}

/// Bytes of the payload that belongs to `header`.
pub fn payload_len(header: &Header<'_>) -> u64 {
    let sections = header.layers.iter().enumerate().flat_map(|(index, spec)| Sections::of(header, index, spec).lens());
    sections.map(|len| len.next_multiple_of(ALIGNMENT as u64)).sum()
}

/// Takes the next `len` bytes, and the zeros up to the next section.
fn take<'a>(payload: &mut &'a [u8], len: u64) -> Result<&'a [u8], LayerField> {
    // No longer than the payload, whose length was compared before.
    let len = len as usize;
    let (section, rest) = payload.split_at_checked(len.next_multiple_of(ALIGNMENT)).ok_or(LayerField::SectionPadding)?;
    let (content, zeros) = section.split_at_checked(len).ok_or(LayerField::SectionPadding)?;
    *payload = rest;
    if zeros.iter().any(|&byte| byte != 0) { Err(LayerField::SectionPadding) } else { Ok(content) }
}

/// Takes the sections of layer `index` off the front of `payload`.
pub(super) fn read<'a>(
    header: &Header<'_>,
    index: usize,
    spec: &LayerSpec,
    payload: &mut &'a [u8],
) -> Result<Layer<'a>, LayerField> {
    let lens = Sections::of(header, index, spec);
    let weights = take(payload, lens.weights)?;
    let bias = take(payload, lens.bias)?;
    let multipliers = take(payload, lens.multipliers)?;
    let negative_multipliers = take(payload, lens.negative_multipliers)?;
    let shifts = take(payload, lens.shifts)?;
    let table = take(payload, lens.table)?;
    Ok(match spec.element {
        Element::F32 => Layer::F32 { weights, bias },
        Element::I8 => {
            let output = match table.try_into() {
                Ok(table) => Output::Table(table),
                Err(_) => Output::Code { negative_multipliers },
            };
            Layer::I8 { weights: as_i8(weights), bias, multipliers, shifts, output }
        }
    })
}

/// Writes the sections of all layers to `payload`, which has [`payload_len`] bytes.
pub(super) fn write(header: &Header<'_>, layers: &[Layer<'_>], payload: &mut [u8]) -> Result<(), EncodeError> {
    payload.fill(0);
    let mut rest = payload;
    let wrong = |index: usize| EncodeError::Layer { index: index as u8 };
    if layers.len() != header.layers.len() {
        return Err(wrong(layers.len().min(header.layers.len())));
    }
    for (index, (spec, layer)) in header.layers.iter().zip(layers).enumerate() {
        let mut section = |len: u64| -> Result<&mut [u8], EncodeError> {
            let len = len as usize;
            let (target, after) =
                core::mem::take(&mut rest).split_at_mut_checked(len.next_multiple_of(ALIGNMENT)).ok_or(wrong(index))?;
            rest = after;
            target.get_mut(..len).ok_or(wrong(index))
        };
        let lens = Sections::of(header, index, spec);
        let target = section(lens.weights)?;
        let contents: [&[u8]; 5] = match *layer {
            Layer::F32 { weights, bias } => {
                copy(target, weights).ok_or(wrong(index))?;
                [bias, &[], &[], &[], &[]]
            }
            Layer::I8 { weights, bias, multipliers, shifts, output } => {
                if weights.len() != target.len() {
                    return Err(wrong(index));
                }
                target.iter_mut().zip(weights).for_each(|(byte, &weight)| *byte = weight.cast_unsigned());
                match output {
                    Output::Code { negative_multipliers } => [bias, multipliers, negative_multipliers, shifts, &[]],
                    Output::Table(table) => [bias, multipliers, &[], shifts, table],
                }
            }
        };
        for (content, len) in contents.into_iter().zip(lens.lens().into_iter().skip(1)) {
            copy(section(len)?, content).ok_or(wrong(index))?;
        }
    }
    Ok(())
}

/// Copies `content` if it has the target's length.
fn copy(target: &mut [u8], content: &[u8]) -> Option<()> {
    (target.len() == content.len()).then(|| target.copy_from_slice(content))
}
