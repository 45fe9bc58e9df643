//! Runs integer layers with the build's own kernel, if the weights are packed for it.

use super::{foreign, nibbles};
use crate::CODE_MAX;
use crate::header::LayerSpec;
use crate::kernel::{self, Active, PACKING, PackedKernel, RowGroups};
use crate::payload::{Layer, Output, Packed};
use crate::plan::{Plan, kernel_takes};

/// Puts a layer's inputs into `staged`, in the form in which the code that runs the layer reads
/// them. `codes` are all inputs of the layer, and `staged` has at least
/// [`LayerSpec::staged_len`] words.
pub(super) fn stage(plan: &Plan, spec: &LayerSpec, codes: &[u8], staged: &mut [u32]) {
    match spec.inputs_per_scale() {
        Some(group) if plan.nibbles() => nibbles::stage(spec, group, codes, staged),
        None if plan.kernel_layers && (!plan.foreign_layers || kernel_takes(spec.packing)) => {
            Active::stage(codes, staged)
        }
        // The mask changes no code. Without it the compiler would turn the loop into a call of a
        // copy function, which is larger than all of this.
        _ => kernel::bytes_mut(staged)
            .iter_mut()
            .zip(codes)
            .for_each(|(staged, &code)| *staged = code & CODE_MAX),
    }
}

/// Computes the outputs of a layer from `first_row` on, as many as `outputs` has room for: codes,
/// or pixels in the last layer. `class` is the row of biases, which only the first layer has
/// several of, and `staged` is what [`stage`] wrote. The layer has as many rows from `first_row` on
/// as `outputs` has room for.
// This is not inlined, so that instructions can be counted for each layer.
#[inline(never)]
pub(super) fn rows(
    plan: &Plan,
    spec: &LayerSpec,
    layer: &Layer<'_>,
    class: usize,
    staged: &[u32],
    first_row: usize,
    outputs: &mut [u8],
) {
    match layer {
        Layer::Packed(packed) if plan.kernel_layers && kernel_takes(packed.packing) => {
            by_kernel(spec, packed, class, staged, first_row, outputs)
        }
        Layer::I4(weights) if plan.nibbles() => {
            nibbles::rows(spec, layer, weights, class, staged, first_row, outputs)
        }
        _ if plan.foreign_layers => {
            foreign::rows(spec, layer, class, kernel::bytes(staged), first_row, outputs);
        }
        _ => debug_assert!(false, "the plan knows of all layers"),
    }
}

/// Computes outputs with the build's own kernel. Whole groups of rows are written in place, parts
/// of groups by way of a buffer.
#[allow(
    clippy::modulo_one,
    reason = "without a kernel the group is one row, and this is never called"
)]
fn by_kernel(
    spec: &LayerSpec,
    packed: &Packed<'_>,
    class: usize,
    staged: &[u32],
    first_row: usize,
    outputs: &mut [u8],
) {
    const GROUP: usize = PACKING.group();
    let (mut row, mut outputs) = (first_row, outputs);
    while !outputs.is_empty() {
        let inside = row % GROUP;
        let in_groups = outputs.len() - outputs.len() % GROUP;
        let taken = if inside == 0 && in_groups > 0 {
            Active::run(
                &groups(spec, packed, class, row / GROUP),
                staged,
                outputs.get_mut(..in_groups).unwrap_or_default(),
            );
            in_groups
        } else {
            let mut group = [0; GROUP];
            Active::run(&groups(spec, packed, class, row / GROUP), staged, &mut group);
            let group = tail(&group, inside);
            outputs.iter_mut().zip(group).for_each(|(output, &value)| *output = value);
            group.len().min(outputs.len())
        };
        outputs = outputs.get_mut(taken..).unwrap_or_default();
        row += taken;
    }
}

/// The sections that a kernel needs to compute the rows from those of `group` on.
pub(super) fn groups<'a>(
    spec: &LayerSpec,
    packed: &Packed<'a>,
    class: usize,
    group: usize,
) -> RowGroups<'a> {
    // This is the same as the layer's packing, but the compiler knows it.
    let (size, columns) =
        (PACKING.group(), usize::from(spec.inputs).next_multiple_of(PACKING.columns()));
    let (rows, first) = (usize::from(spec.outputs).next_multiple_of(size), group * size);
    RowGroups {
        weights: tail(packed.weights, first * columns),
        columns,
        bias: tail(packed.bias, 4 * (class * rows + first)),
        factors: tail(packed.factors, 4 * first),
        shifts: tail(packed.shifts, first),
        zero_point: spec.zero_point,
        negative_factors: match packed.output {
            // With a zero point of 0, every negative sum becomes 0, whatever the factor.
            Output::Code { negative_multipliers } if spec.zero_point > 0 => {
                Some(tail(negative_multipliers, 4 * first))
            }
            _ => None,
        },
        table: match packed.output {
            Output::Table(table) => Some(table),
            Output::Code { .. } => None,
        },
    }
}

/// The items from `first` on. [`decode`](crate::decode) proves that there are any.
fn tail<T>(items: &[T], first: usize) -> &[T] {
    items.get(first..).unwrap_or_default()
}
