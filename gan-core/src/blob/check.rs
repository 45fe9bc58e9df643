//! Checks every limit of the format. A blob that passes these checks cannot cause an error, an
//! overflow or a panic later.

mod inputs;
mod sums;

use super::{Activation, Element, Header, LayerSpec, OutputKind, Packing};
use crate::CODE_MAX;
use crate::error::{DecodeError, LayerField};
use crate::generator::Generator;
use crate::payload::{self, Layer, Nibbles, Output, Packed};
use crate::quant::{MULTIPLIER_MAX, Rescale, SHIFT_MAX, SHIFT_MIN, SHIFT_PACKED_MAX};
use sums::{Group, Sums};

/// Checks that all sizes are positive, that the input's parts fit together, that each layer's
/// outputs are the next one's inputs from the codes that go in to the image, and that the layers
/// are all of integers or all of reals.
pub(super) const fn header(header: &Header<'_>) -> Result<(), DecodeError> {
    let image = header.image;
    if header.latent_len == 0 {
        return Err(DecodeError::LatentLen);
    }
    if image.is_empty() || !matches!(image.channels, 1 | 3) {
        return Err(DecodeError::Image);
    }
    if let Err(fault) = inputs::check(&header.inputs, header.latent_len) {
        return Err(DecodeError::Inputs { fault });
    }
    if matches!(header.outputs, OutputKind::Numbers) && image.channels != 1 {
        return Err(DecodeError::Outputs);
    }
    let layers = header.layers.as_slice();
    let [first, ..] = layers else { return Err(DecodeError::Layers) };
    let float = matches!(first.element, Element::F32);
    let (mut inputs, mut index, mut left) = (header.latent_len, 0, layers);
    while let [spec, rest @ ..] = left {
        let outputs = if rest.is_empty() { image.len() } else { spec.outputs as usize };
        if let Err(field) = spec_fits(spec, inputs, outputs, float, rest.is_empty()) {
            return Err(DecodeError::Layer { index, field });
        }
        (inputs, index, left) = (spec.outputs, index + 1, rest);
    }
    Ok(())
}

/// Checks a layer that has to take `inputs` and have `outputs`, and has to be of reals if `float`
/// is true, else of integers.
const fn spec_fits(
    spec: &LayerSpec,
    inputs: u16,
    outputs: usize,
    float: bool,
    last: bool,
) -> Result<(), LayerField> {
    if spec.inputs != inputs {
        return Err(LayerField::Inputs);
    }
    if spec.outputs == 0 || spec.outputs as usize != outputs {
        return Err(LayerField::Outputs);
    }
    let (element_fits, packing_fits, top) = match (spec.element, spec.packing) {
        (Element::F32, packing) => {
            (float && cfg!(feature = "float"), matches!(packing, Packing::Rows), 0)
        }
        (Element::I8, packing) => (!float, !matches!(packing, Packing::NibbleLane), CODE_MAX),
        (Element::I4 { group }, packing) => (
            !float && cfg!(feature = "int4") && matches!(group, 16 | 32),
            matches!(packing, Packing::Rows | Packing::NibbleLane),
            CODE_MAX,
        ),
    };
    if !element_fits {
        return Err(LayerField::Element);
    }
    if !packing_fits {
        return Err(LayerField::Packing);
    }
    // Floats of the same sign have the order of their bits, and comparing the bits needs no
    // floating-point routine.
    if let Activation::LeakyRelu(slope) = spec.activation
        && slope.to_bits() > 1.0f32.to_bits()
        && slope.to_bits() != (-0.0f32).to_bits()
    {
        return Err(LayerField::Slope);
    }
    if spec.zero_point > if top > 0 && payload::has_table(spec, last) { u8::MAX } else { top } {
        return Err(LayerField::ZeroPoint);
    }
    Ok(())
}

/// Cuts the payload into layers and checks their numbers.
pub(super) fn layers(generator: &Generator<'_>) -> Result<(), DecodeError> {
    let header = generator.header();
    let mut layers = generator.layers();
    let mut classes = payload::first_classes(header.classes);
    for (index, spec) in header.layers.iter().enumerate() {
        let checked = match &layers.advance(true) {
            Some(layer) => numbers(spec, classes, layer, layers.len() == 0),
            None => Err(LayerField::SectionPadding),
        };
        checked.map_err(|field| DecodeError::Layer { index: index as u8, field })?;
        classes = 1;
    }
    Ok(())
}

fn numbers(
    spec: &LayerSpec,
    classes: usize,
    layer: &Layer<'_>,
    last: bool,
) -> Result<(), LayerField> {
    match *layer {
        Layer::F32 { weights, bias } => {
            let finite = |bytes: &[u8]| {
                bytes.as_chunks().0.iter().all(|&real| f32::from_le_bytes(real).is_finite())
            };
            check(finite(weights), LayerField::Weights)?;
            check(finite(bias), LayerField::Bias)
        }
        Layer::I8 { shifts, .. } => {
            check(
                shifts.iter().all(|shift| (SHIFT_MIN..=SHIFT_MAX).contains(shift)),
                LayerField::Shift,
            )?;
            integers(spec, classes, layer, last)
        }
        Layer::I4(_) if cfg!(not(feature = "int4")) => Err(LayerField::Element),
        Layer::I4(nibbles) => {
            check(
                nibbles.shifts.iter().all(|shift| (SHIFT_MIN..=SHIFT_MAX).contains(shift)),
                LayerField::Shift,
            )?;
            nibble_padding(spec, &nibbles)?;
            integers(spec, classes, layer, last)
        }
        Layer::Packed(packed) => {
            let (shifts, padded) =
                packed.shifts.split_at_checked(spec.outputs.into()).ok_or(LayerField::Shift)?;
            check(
                shifts.iter().all(|shift| (SHIFT_MIN..=SHIFT_PACKED_MAX).contains(shift)),
                LayerField::Shift,
            )?;
            check(padded.iter().all(|&shift| shift == 0), LayerField::Shift)?;
            padding(spec, classes, &packed)?;
            integers(spec, classes, layer, last)
        }
    }
}

fn check(holds: bool, field: LayerField) -> Result<(), LayerField> {
    if holds { Ok(()) } else { Err(field) }
}

/// Whether an int8 layer can be packed: the packing is one for int8 layers, the factors fit it, and
/// its kernels compute every sum exactly.
#[cfg(feature = "encode")]
pub(super) fn packable(
    spec: &LayerSpec,
    classes: usize,
    layer: &Layer<'_>,
    packing: Packing,
) -> bool {
    let spec = LayerSpec { packing, ..*spec };
    if packing == Packing::NibbleLane {
        return false;
    }
    let factors_fit = (0..spec.outputs.into()).all(|row| {
        layer.rescale(row).is_some_and(|(positive, _)| {
            packing == Packing::Rows || positive.shift <= SHIFT_PACKED_MAX
        })
    });
    // The other limits do not depend on the packing. They hold because the layer was decoded.
    factors_fit && integers(&spec, classes, layer, true).is_ok()
}

/// Checks what holds for all integer layers, row by row.
fn integers(
    spec: &LayerSpec,
    classes: usize,
    layer: &Layer<'_>,
    last: bool,
) -> Result<(), LayerField> {
    check(
        last || layer.table().is_none_or(|table| table.iter().all(|&code| code <= CODE_MAX)),
        LayerField::Table,
    )?;
    let outputs = usize::from(spec.outputs);
    let size = layer.packing().group();
    let mut group = Group::of(spec, layer, 0);
    for row in 0..outputs {
        if row > 0 && row.is_multiple_of(size) {
            group = Group::of(spec, layer, row);
        }
        let (positive, negative) = layer.rescale(row).ok_or(LayerField::Multiplier)?;
        let small = |rescale: Rescale| rescale.multiplier <= MULTIPLIER_MAX;
        check(small(positive) && negative.is_none_or(small), LayerField::Multiplier)?;
        let Sums { above, below, .. } = group.row(row % size).ok_or(LayerField::Weights)?;
        let (min, max) = spec.packing.sums(row);
        for class in 0..classes {
            let bias = layer.bias(outputs, class, row).ok_or(LayerField::Bias)?;
            let fits = |sum: i32| {
                let sum = sum.checked_mul(CODE_MAX.into()).and_then(|sum| bias.checked_add(sum));
                sum.is_some_and(|sum| (min..=max).contains(&sum))
            };
            check(fits(above) && fits(below), LayerField::Accumulator)?;
        }
    }
    Ok(())
}

/// Checks that the half bytes of padding stand for 0, and that the scales of padding are 0.
fn nibble_padding(spec: &LayerSpec, nibbles: &Nibbles<'_>) -> Result<(), LayerField> {
    let (inputs, outputs, padded) =
        (usize::from(spec.inputs), usize::from(spec.outputs), spec.padded_inputs());
    for row in 0..outputs.next_multiple_of(nibbles.packing.group()) {
        let scaled = row >= outputs
            && (0..spec.groups()).any(|group| nibbles.scale(spec.groups(), row, group) != 0);
        check(!scaled, LayerField::Weights)?;
        for column in if row < outputs { inputs } else { 0 }..padded {
            check(
                nibbles.packing.nibble(nibbles.weights, padded, row, column) == 0,
                LayerField::Weights,
            )?;
        }
    }
    Ok(())
}

/// Checks that the padding of a packed layer is zero, and so are those bits of its factors that no
/// multiplier has.
fn padding(spec: &LayerSpec, classes: usize, packed: &Packed<'_>) -> Result<(), LayerField> {
    let (inputs, outputs, packing) =
        (usize::from(spec.inputs), usize::from(spec.outputs), packed.packing);
    let rows = outputs.next_multiple_of(packing.group());
    for row in 0..rows {
        let first = if row < outputs { inputs } else { 0 };
        for column in first..inputs.next_multiple_of(packing.columns()) {
            check(packing.weight(packed.weights, inputs, row, column) == 0, LayerField::Weights)?;
        }
    }
    let bias = packed.bias.as_chunks::<4>().0;
    check(
        (0..classes).all(|class| {
            bias.iter().skip(class * rows + outputs).take(rows - outputs).all(|b| *b == [0; 4])
        }),
        LayerField::Bias,
    )?;
    let negative = match packed.output {
        Output::Code { negative_multipliers } => negative_multipliers,
        Output::Table(_) => &[],
    };
    let factors_fit = [packed.factors, negative].into_iter().all(|section| {
        section.as_chunks().0.iter().enumerate().all(|(row, &factor)| {
            let (factor, shift) =
                (u32::from_le_bytes(factor), packed.shifts.get(row).copied().unwrap_or_default());
            if row < outputs {
                Rescale::from_fixed(factor, shift).factor() == Some(factor)
            } else {
                factor == 0
            }
        })
    });
    check(factors_fit, LayerField::Multiplier)
}
