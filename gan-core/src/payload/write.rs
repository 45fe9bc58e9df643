//! Writes the sections of the payload, in the packing that each layer's header asks for.

use super::{Layer, Nibbles, Output, Packed, first_classes, lens, padded};
use crate::error::EncodeError;
use crate::header::{Header, LayerSpec, Packing};

/// Writes the sections of all layers to `payload`, which has [`payload_len`](super::payload_len)
/// bytes. A layer whose packing is not the one that its header asks for is packed anew.
pub(crate) fn write<'a>(
    header: &Header<'_>,
    layers: impl IntoIterator<Item = Layer<'a>>,
    payload: &mut [u8],
) -> Result<(), EncodeError> {
    payload.fill(0);
    let mut rest = payload;
    let wrong = |index: usize| EncodeError::Layer { index: index as u8 };
    let mut layers = layers.into_iter();
    let mut classes = first_classes(header.classes);
    for (index, spec) in header.layers.iter().enumerate() {
        let layer = layers.next().ok_or(wrong(index))?;
        let mut sections: [&mut [u8]; 7] = Default::default();
        for (section, len) in
            sections.iter_mut().zip(lens(spec, classes, index + 1 == header.layers.len()))
        {
            let (target, after) =
                core::mem::take(&mut rest).split_at_mut_checked(padded(len)).ok_or(wrong(index))?;
            rest = after;
            *section = target.get_mut(..len).ok_or(wrong(index))?;
        }
        let written = if layer.element() != spec.element {
            None
        } else if layer.packing() == spec.packing || matches!(layer, Layer::I4(_)) {
            copy(sections, spec, &layer)
        } else {
            repack(sections, spec, classes, &layer)
        };
        classes = 1;
        written.ok_or(wrong(index))?;
    }
    layers.next().map_or(Ok(()), |_| Err(wrong(header.layers.len())))
}

/// Copies the sections of a layer. It returns `None` if one has not the length that the header asks
/// for. The weights and the scales of a layer of half bytes are packed anew if their packing
/// differs from the header's.
fn copy(sections: [&mut [u8]; 7], spec: &LayerSpec, layer: &Layer<'_>) -> Option<()> {
    let [target, scales, rest @ ..] = sections;
    let (contents, output): ([&[u8]; 3], _) = match *layer {
        Layer::F32 { weights, bias } => {
            exact(target, weights)?;
            ([bias, &[], &[]], None)
        }
        Layer::I8 { weights, bias, multipliers, shifts, output } => {
            (weights.len() == target.len()).then_some(())?;
            target
                .iter_mut()
                .zip(weights)
                .for_each(|(byte, &weight)| *byte = weight.cast_unsigned());
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
    rest.into_iter()
        .zip([bias, multipliers, negative, shifts, table])
        .try_for_each(|(target, content)| exact(target, content))
}

/// Copies `content` if it has the target's length.
fn exact(target: &mut [u8], content: &[u8]) -> Option<()> {
    (target.len() == content.len()).then(|| target.copy_from_slice(content))
}

/// Writes half bytes and their scales in the packing that the header asks for.
fn repack_nibbles(
    target: &mut [u8],
    scales: &mut [u8],
    spec: &LayerSpec,
    nibbles: &Nibbles<'_>,
) -> Option<()> {
    let (outputs, padded, groups) =
        (usize::from(spec.outputs), spec.padded_inputs(), spec.groups());
    for row in 0..outputs.next_multiple_of(spec.packing.group()) {
        for column in 0..padded {
            let weight = if row < outputs {
                nibbles.packing.nibble(nibbles.weights, padded, row, column)
            } else {
                0
            };
            spec.packing.put_nibble(target, padded, row, column, weight);
        }
        for group in 0..if row < outputs { groups } else { 0 } {
            *scales.get_mut(spec.packing.scale_at(groups, row, group))? =
                nibbles.scale(groups, row, group);
        }
    }
    Some(())
}

/// Writes an int8 layer's numbers, one after the other, in the packing that the header asks for. It
/// returns `None` if the layer lacks one, or if a factor does not fit the packing.
fn repack(
    sections: [&mut [u8]; 7],
    spec: &LayerSpec,
    classes: usize,
    layer: &Layer<'_>,
) -> Option<()> {
    let [weights, _, biases, multipliers, negative_multipliers, shifts, table] = sections;
    let (inputs, outputs, packing) =
        (usize::from(spec.inputs), usize::from(spec.outputs), spec.packing);
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
            biases
                .as_chunks_mut::<4>()
                .0
                .get_mut(class * rows + row)?
                .copy_from_slice(&bias.to_le_bytes());
        }
        let (positive, negative) = layer.rescale(row)?;
        *shifts.get_mut(row)? = positive.shift;
        for (section, rescale) in
            [(&mut *multipliers, Some(positive)), (&mut *negative_multipliers, negative)]
        {
            match (packing, rescale) {
                (_, None) => {}
                (Packing::Rows, Some(rescale)) => {
                    section
                        .as_chunks_mut::<2>()
                        .0
                        .get_mut(row)?
                        .copy_from_slice(&rescale.multiplier.to_le_bytes());
                }
                (_, Some(rescale)) => {
                    section
                        .as_chunks_mut::<4>()
                        .0
                        .get_mut(row)?
                        .copy_from_slice(&rescale.factor()?.to_le_bytes());
                }
            }
        }
    }
    if let Some(content) = layer.table() {
        exact(table, content)?;
    }
    Some(())
}
