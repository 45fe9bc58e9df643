//! The payload of a blob: where each section of each layer begins and how long it is. Reading it,
//! here, and writing it, in `write`, use the same lengths.

pub(crate) mod blocks;
mod layer;
#[cfg(feature = "encode")]
mod write;

use crate::header::{ALIGNMENT, Activation, Element, Header, LayerSpec, Packing};
use crate::kernel::as_i8;
use crate::plan::Plan;
pub use layer::{Layer, Nibbles, Output, Packed};
#[cfg(feature = "encode")]
pub(crate) use write::write;

const TABLE_LEN: usize = 256;

/// The lengths of a layer's sections in bytes, without the zeros after each. The sections come in
/// this order: weights, scales, bias, multipliers, negative multipliers, shifts, table. A section
/// that the layer does not have is 0 bytes long. `classes` is the number of the layer's rows of
/// biases.
///
/// A header may announce more bytes than a device's usize can count. Such a length saturates, and
/// no slice is so long.
const fn lens(spec: &LayerSpec, classes: usize, last: bool) -> [usize; 7] {
    let (inputs, outputs) = (spec.padded_inputs(), spec.outputs as usize);
    let padded_rows = outputs.next_multiple_of(spec.packing.group());
    let halved = spec.inputs_per_scale().is_some();
    // In layers of half bytes, only the weights and their scales are padded to whole groups of
    // rows.
    let rows = if halved { outputs } else { padded_rows };
    let bias = classes.saturating_mul(4 * rows);
    if let Element::F32 = spec.element {
        return [inputs.saturating_mul(4 * padded_rows), 0, bias, 0, 0, 0, 0];
    }
    let weights = padded_rows.saturating_mul(if halved { inputs / 2 } else { inputs });
    let multipliers = rows * if halved || matches!(spec.packing, Packing::Rows) { 2 } else { 4 };
    let (negative_multipliers, table) =
        if has_table(spec, last) { (0, TABLE_LEN) } else { (multipliers, 0) };
    [
        weights,
        spec.groups().saturating_mul(padded_rows),
        bias,
        multipliers,
        negative_multipliers,
        rows,
        table,
    ]
}

/// The length of a section together with the zeros after it.
const fn padded(len: usize) -> usize {
    len.saturating_add(ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT
}

/// The number of rows of biases that the first layer has: one for each label, and at least one.
pub(crate) const fn first_classes(classes: u16) -> usize {
    if classes == 0 { 1 } else { classes as usize }
}

/// Whether an integer layer looks its outputs up in a table.
pub(crate) const fn has_table(spec: &LayerSpec, last: bool) -> bool {
    last || matches!(spec.activation, Activation::Tanh | Activation::Sigmoid)
}

/// The length in bytes of the payload that belongs to `header`. If memory cannot hold so many
/// bytes, this is a length that no slice has.
pub const fn payload_len(header: &Header<'_>) -> usize {
    sections_len(header.classes, header.layers.as_slice())
}

/// Like [`payload_len`], for a header that comes in parts.
pub(crate) const fn sections_len(classes: u16, mut specs: &[LayerSpec]) -> usize {
    let (mut classes, mut sum) = (first_classes(classes), 0usize);
    while let [spec, rest @ ..] = specs {
        let [a, b, c, d, e, f, g] = lens(spec, classes, rest.is_empty());
        let mut lens: &[usize] = &[a, b, c, d, e, f, g];
        while let [len, rest @ ..] = lens {
            sum = sum.saturating_add(padded(*len));
            lens = rest;
        }
        (specs, classes) = (rest, 1);
    }
    sum
}

/// The part of a payload that has not been read yet. The sections of a layer are taken from its
/// beginning, one after the other.
struct Rest<'a> {
    bytes: &'a [u8],
    /// Whether all sections so far were complete and, where that was checked, were followed by
    /// zeros.
    complete: bool,
}

impl<'a> Rest<'a> {
    /// Takes the next `len` bytes, and skips what lies between them and the next section. If there
    /// are not so many bytes left, this returns an empty slice, and the payload counts as
    /// incomplete.
    #[inline(never)]
    fn take(&mut self, len: usize, check: bool) -> &'a [u8] {
        let (section, rest) = self.bytes.split_at_checked(padded(len)).unwrap_or_default();
        let (content, zeros) = section.split_at_checked(len).unwrap_or_default();
        self.bytes = rest;
        self.complete &= content.len() == len && !(check && zeros.iter().any(|&byte| byte != 0));
        content
    }

    /// Takes the sections of a layer. `check` says whether to look at the zeros after each. It
    /// returns `None` if a section is incomplete, or if what follows it is not zero.
    fn layer(
        &mut self,
        spec: &LayerSpec,
        classes: usize,
        last: bool,
        check: bool,
    ) -> Option<Layer<'a>> {
        let [weights, scales, bias, multipliers, negative_multipliers, shifts, table] =
            lens(spec, classes, last);
        let weights = self.take(weights, check);
        let scales = self.take(scales, check);
        let bias = self.take(bias, check);
        let multipliers = self.take(multipliers, check);
        let negative_multipliers = self.take(negative_multipliers, check);
        let shifts = self.take(shifts, check);
        let table = self.take(table, check);
        if !self.complete {
            return None;
        }
        let output = match table.try_into() {
            Ok(table) => Output::Table(table),
            Err(_) => Output::Code { negative_multipliers },
        };
        Some(match (spec.element, spec.packing) {
            (Element::F32, _) => Layer::F32 { weights, bias },
            (Element::I4 { group }, packing) if cfg!(feature = "int4") => Layer::I4(Nibbles {
                packing,
                group,
                weights,
                scales,
                bias,
                multipliers,
                shifts,
                output,
            }),
            (_, Packing::Rows) => {
                Layer::I8 { weights: as_i8(weights), bias, multipliers, shifts, output }
            }
            (_, packing) => Layer::Packed(Packed {
                packing,
                weights,
                bias,
                factors: multipliers,
                shifts,
                output,
            }),
        })
    }
}

/// The layers of a blob, first to last.
#[derive(Debug, Clone)]
pub struct Layers<'s, 'a> {
    specs: &'s [LayerSpec],
    plan: &'s Plan,
    classes: usize,
    payload: &'a [u8],
}

impl<'s, 'a> Layers<'s, 'a> {
    pub(crate) fn new(header: &'s Header<'a>, plan: &'s Plan, payload: &'a [u8]) -> Self {
        Self { plan, specs: &header.layers, classes: first_classes(header.classes), payload }
    }

    /// The next layer. `check` says whether to check that its sections are followed by zeros. This
    /// returns `None` if they are not, and after the last layer.
    pub(crate) fn advance(&mut self, check: bool) -> Option<Layer<'a>> {
        let (spec, rest) = self.specs.split_first()?;
        let (element, packing) = self.plan.kind(spec);
        let spec = LayerSpec { element, packing, ..*spec };
        // This is not part of `self`, so that the optimizer can follow what becomes of `self`.
        let mut payload = Rest { bytes: self.payload, complete: true };
        let layer = payload.layer(&spec, self.classes, rest.is_empty(), check);
        (self.specs, self.classes, self.payload) = (rest, 1, payload.bytes);
        layer
    }
}

impl<'a> Iterator for Layers<'_, 'a> {
    type Item = Layer<'a>;

    fn next(&mut self) -> Option<Layer<'a>> {
        // decode has taken all layers before, so none of them is incomplete.
        self.advance(false)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.specs.len(), Some(self.specs.len()))
    }
}

impl ExactSizeIterator for Layers<'_, '_> {}
