//! The payload: where each section of each layer begins and how long it is. One owner for reading and writing.

use super::{ALIGNMENT, Activation, Element, Header, LayerSpec, Packing};
use crate::error::{EncodeError, LayerField};
use crate::generator::{Layer, Nibbles, Output, Packed};
use crate::kernel::as_i8;

const TABLE_LEN: u64 = 256;

/// Bytes of each section of a layer, without the zeros after it; 0 for a section that it does not have.
///
/// In u64: a header may announce more than 32 bits of bytes, and a device must refuse it rather than wrap around.
struct Sections {
    weights: u64,
    scales: u64,
    bias: u64,
    multipliers: u64,
    negative_multipliers: u64,
    shifts: u64,
    table: u64,
}

impl Sections {
    fn of(header: &Header<'_>, index: usize, spec: &LayerSpec) -> Self {
        let outputs = u64::from(spec.outputs);
        let (inputs, padded_rows) = (spec.padded_inputs() as u64, outputs.next_multiple_of(spec.packing.group() as u64));
        let rows = if spec.shared().is_some() { outputs } else { padded_rows };
        let none = Self {
            weights: 0,
            scales: 0,
            bias: 4 * classes(header, index) * rows,
            multipliers: 0,
            negative_multipliers: 0,
            shifts: 0,
            table: 0,
        };
        let integers = match spec.element {
            Element::F32 => return Self { weights: 4 * inputs * rows, ..none },
            Element::I4 { .. } if cfg!(feature = "int4") => {
                let scales = spec.groups() as u64 * padded_rows;
                Self { weights: inputs * padded_rows / 2, scales, multipliers: 2 * rows, shifts: rows, ..none }
            }
            Element::I8 | Element::I4 { .. } => {
                let multipliers = rows * if spec.packing == Packing::Rows { 2 } else { 4 };
                Self { weights: inputs * rows, multipliers, shifts: rows, ..none }
            }
        };
        if has_table(header, index, spec) {
            Self { table: TABLE_LEN, ..integers }
        } else {
            Self { negative_multipliers: integers.multipliers, ..integers }
        }
    }

    fn lens(&self) -> [u64; 7] {
        [self.weights, self.scales, self.bias, self.multipliers, self.negative_multipliers, self.shifts, self.table]
    }
}

/// Rows of biases of a layer.
pub(super) fn classes(header: &Header<'_>, index: usize) -> u64 {
    if index == 0 { u64::from(header.classes).max(1) } else { 1 }
}

/// Whether an integer layer looks its outputs up in a table.
pub(super) fn has_table(header: &Header<'_>, index: usize, spec: &LayerSpec) -> bool {
    index + 1 == header.layers.len() || matches!(spec.activation, Activation::Tanh | Activation::Sigmoid)
}

/// Bytes of the payload that belongs to `header`.
pub fn payload_len(header: &Header<'_>) -> u64 {
    let sections = header.layers.iter().enumerate().flat_map(|(index, spec)| Sections::of(header, index, spec).lens());
    sections.map(|len| len.next_multiple_of(ALIGNMENT as u64)).sum()
}

/// Takes the next `len` bytes, and what lies up to the next section: zeros, which is only looked at if `CHECK`.
fn take<'a, const CHECK: bool>(payload: &mut &'a [u8], len: u64) -> Result<&'a [u8], LayerField> {
    // No longer than the payload, whose length was compared before.
    let len = len as usize;
    let (section, rest) = payload.split_at_checked(len.next_multiple_of(ALIGNMENT)).ok_or(LayerField::SectionPadding)?;
    let (content, zeros) = section.split_at_checked(len).ok_or(LayerField::SectionPadding)?;
    *payload = rest;
    if CHECK && zeros.iter().any(|&byte| byte != 0) { Err(LayerField::SectionPadding) } else { Ok(content) }
}

/// Takes the sections of layer `index` off the front of `payload`.
pub(super) fn read<'a, const CHECK: bool>(
    header: &Header<'_>,
    index: usize,
    spec: &LayerSpec,
    payload: &mut &'a [u8],
) -> Result<Layer<'a>, LayerField> {
    let lens = Sections::of(header, index, spec);
    let weights = take::<CHECK>(payload, lens.weights)?;
    let scales = take::<CHECK>(payload, lens.scales)?;
    let bias = take::<CHECK>(payload, lens.bias)?;
    let multipliers = take::<CHECK>(payload, lens.multipliers)?;
    let negative_multipliers = take::<CHECK>(payload, lens.negative_multipliers)?;
    let shifts = take::<CHECK>(payload, lens.shifts)?;
    let table = take::<CHECK>(payload, lens.table)?;
    let output = match table.try_into() {
        Ok(table) => Output::Table(table),
        Err(_) => Output::Code { negative_multipliers },
    };
    Ok(match (spec.element, spec.packing) {
        (Element::F32, _) => Layer::F32 { weights, bias },
        (Element::I4 { group }, packing) if cfg!(feature = "int4") => {
            Layer::I4(Nibbles { packing, group, weights, scales, bias, multipliers, shifts, output })
        }
        (_, Packing::Rows) => Layer::I8 { weights: as_i8(weights), bias, multipliers, shifts, output },
        (_, packing) => Layer::Packed(Packed { packing, weights, bias, factors: multipliers, shifts, output }),
    })
}

/// The layers of a blob, first to last.
#[derive(Debug, Clone)]
pub struct Layers<'s, 'a> {
    header: &'s Header<'a>,
    payload: &'a [u8],
    index: usize,
}

impl<'s, 'a> Layers<'s, 'a> {
    pub(crate) fn new(header: &'s Header<'a>, payload: &'a [u8]) -> Self {
        Self { header, payload, index: 0 }
    }
}

impl<'a> Iterator for Layers<'_, 'a> {
    type Item = Layer<'a>;

    fn next(&mut self) -> Option<Layer<'a>> {
        let index = self.index;
        let spec = self.header.layers.get(index)?;
        self.index += 1;
        // decode has read them all, so there is no error.
        read::<false>(self.header, index, spec, &mut self.payload).ok()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.header.layers.len().saturating_sub(self.index);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Layers<'_, '_> {}

/// Writes the sections of all layers to `payload`, which has [`payload_len`] bytes. A layer whose packing is not the one that its header asks
/// for is packed anew.
pub(super) fn write<'a>(
    header: &Header<'_>,
    layers: impl IntoIterator<Item = Layer<'a>>,
    payload: &mut [u8],
) -> Result<(), EncodeError> {
    payload.fill(0);
    let mut rest = payload;
    let wrong = |index: usize| EncodeError::Layer { index: index as u8 };
    let mut layers = layers.into_iter();
    for (index, spec) in header.layers.iter().enumerate() {
        let layer = layers.next().ok_or(wrong(index))?;
        let lens = Sections::of(header, index, spec).lens();
        let mut sections: [&mut [u8]; 7] = Default::default();
        for (section, len) in sections.iter_mut().zip(lens) {
            let len = len as usize;
            let (target, after) =
                core::mem::take(&mut rest).split_at_mut_checked(len.next_multiple_of(ALIGNMENT)).ok_or(wrong(index))?;
            rest = after;
            *section = target.get_mut(..len).ok_or(wrong(index))?;
        }
        let written = if layer.element() != spec.element {
            None
        } else if layer.packing() == spec.packing || matches!(layer, Layer::I4(_)) {
            copy(sections, spec, &layer)
        } else {
            repack(sections, spec, classes(header, index) as usize, &layer)
        };
        written.ok_or(wrong(index))?;
    }
    layers.next().map_or(Ok(()), |_| Err(wrong(header.layers.len())))
}

/// Copies the sections of a layer if they have the right lengths. Of half bytes only the weights and their scales are packed.
fn copy(sections: [&mut [u8]; 7], spec: &LayerSpec, layer: &Layer<'_>) -> Option<()> {
    let [target, scales, rest @ ..] = sections;
    let (contents, output): ([&[u8]; 3], _) = match *layer {
        Layer::F32 { weights, bias } => {
            exact(target, weights)?;
            ([bias, &[], &[]], None)
        }
        Layer::I8 { weights, bias, multipliers, shifts, output } => {
            (weights.len() == target.len()).then_some(())?;
            target.iter_mut().zip(weights).for_each(|(byte, &weight)| *byte = weight.cast_unsigned());
            ([bias, multipliers, shifts], Some(output))
        }
        Layer::Packed(Packed { weights, bias, factors, shifts, output, .. }) => {
            exact(target, weights)?;
            ([bias, factors, shifts], Some(output))
        }
        Layer::I4(nibbles) => {
            if nibbles.packing == spec.packing {
                exact(target, nibbles.weights)?;
                exact(scales, nibbles.scales)?;
            } else {
                repack_nibbles(target, scales, spec, &nibbles)?;
            }
            ([nibbles.bias, nibbles.multipliers, nibbles.shifts], Some(nibbles.output))
        }
    };
    let [bias, multipliers, shifts] = contents;
    let (negative, table): (&[u8], &[u8]) = match output {
        None => (&[], &[]),
        Some(Output::Code { negative_multipliers }) => (negative_multipliers, &[]),
        Some(Output::Table(table)) => (&[], table),
    };
    rest.into_iter().zip([bias, multipliers, negative, shifts, table]).try_for_each(|(target, content)| exact(target, content))
}

/// Copies `content` if it has the target's length.
fn exact(target: &mut [u8], content: &[u8]) -> Option<()> {
    (target.len() == content.len()).then(|| target.copy_from_slice(content))
}

/// Writes half bytes and their scales in another packing.
fn repack_nibbles(target: &mut [u8], scales: &mut [u8], spec: &LayerSpec, nibbles: &Nibbles<'_>) -> Option<()> {
    let (outputs, padded, groups) = (usize::from(spec.outputs), spec.padded_inputs(), spec.groups());
    for row in 0..outputs.next_multiple_of(spec.packing.group()) {
        for column in 0..padded {
            let weight = if row < outputs { nibbles.packing.nibble(nibbles.weights, padded, row, column) } else { 0 };
            spec.packing.put_nibble(target, padded, row, column, weight);
        }
        for group in 0..if row < outputs { groups } else { 0 } {
            *scales.get_mut(spec.packing.scale_at(groups, row, group))? = nibbles.scale(groups, row, group);
        }
    }
    Some(())
}

/// Writes an int8 layer's numbers, one after the other, in another packing.
fn repack(sections: [&mut [u8]; 7], spec: &LayerSpec, classes: usize, layer: &Layer<'_>) -> Option<()> {
    let [weights, _, biases, multipliers, negative_multipliers, shifts, table] = sections;
    let (inputs, outputs, packing) = (usize::from(spec.inputs), usize::from(spec.outputs), spec.packing);
    let rows = outputs.next_multiple_of(packing.group());
    for row in 0..rows {
        for column in 0..inputs.next_multiple_of(packing.columns()) {
            let inside = row < outputs && column < inputs;
            let weight = if inside { layer.weight(inputs, row, column)? } else { 0 };
            packing.put(weights, inputs, row, column, weight);
        }
    }
    for row in 0..outputs {
        for class in 0..classes {
            let bias = layer.bias(outputs, class, row)?;
            biases.as_chunks_mut::<4>().0.get_mut(class * rows + row)?.copy_from_slice(&bias.to_le_bytes());
        }
        let (positive, negative) = layer.rescale(row)?;
        *shifts.get_mut(row)? = positive.shift;
        for (section, rescale) in [(&mut *multipliers, Some(positive)), (&mut *negative_multipliers, negative)] {
            match (packing, rescale) {
                (_, None) => {}
                (Packing::Rows, Some(rescale)) => {
                    section.as_chunks_mut::<2>().0.get_mut(row)?.copy_from_slice(&rescale.multiplier.to_le_bytes());
                }
                (_, Some(rescale)) => {
                    section.as_chunks_mut::<4>().0.get_mut(row)?.copy_from_slice(&rescale.factor()?.to_le_bytes());
                }
            }
        }
    }
    if let Some(content) = layer.table() {
        exact(table, content)?;
    }
    Some(())
}
