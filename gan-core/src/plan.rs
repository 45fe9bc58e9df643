//! Works out, once for each model, which code runs its layers and how much memory they need.
//!
//! In a [`Known`](crate::blob::Known) blob the plan is a constant, so the firmware links no code
//! for kinds of layers that its model does not have.

use crate::header::{Element, LayerSpec, Packing};
use crate::kernel::{ActiveHalf, HalfByteKernel, PACKING};

/// How the layers of a model run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Whether the layers are of reals.
    pub float: bool,
    /// Whether there are int8 layers that are packed for the kernel of this build.
    pub kernel_layers: bool,
    /// Whether there are layers of half bytes.
    nibbles: bool,
    /// Whether there are int8 layers in other packings or in rows, which `generator::foreign` runs.
    pub foreign_layers: bool,
    /// Whether every layer has the packing that is fastest in this build.
    pub fastest: bool,
    /// The lengths of the two parts of `scratch`, in words. In a model of integers they hold a
    /// layer's staged inputs and its output codes; in a model of reals, the outputs of the layers
    /// with even and with odd numbers.
    pub scratch: [usize; 2],
}

impl Plan {
    /// The plan of a model with these layers, first to last.
    pub const fn of(mut layers: &[LayerSpec]) -> Self {
        let float = matches!(layers, [LayerSpec { element: Element::F32, .. }, ..]);
        let mut plan = Self {
            float,
            kernel_layers: false,
            nibbles: false,
            foreign_layers: false,
            fastest: true,
            scratch: [0; 2],
        };
        let mut parity = 0;
        while let [spec, rest @ ..] = layers {
            if spec.inputs_per_scale().is_some() {
                plan.nibbles = true;
                plan.fastest &= same(spec.packing, ActiveHalf::PACKING);
            } else if kernel_takes(spec.packing) {
                plan.kernel_layers = true;
            } else {
                plan.foreign_layers = true;
                plan.fastest &= float || same(spec.packing, PACKING);
            }
            let outputs = if rest.is_empty() { 0 } else { spec.outputs as usize };
            if float {
                plan.scratch[parity] = max(plan.scratch[parity], outputs);
                parity ^= 1;
            } else {
                let [staged, codes] = plan.scratch;
                plan.scratch = [
                    max(staged, spec.staged_len()),
                    max(codes, outputs.div_ceil(size_of::<u32>())),
                ];
            }
            layers = rest;
        }
        plan
    }

    /// Whether there are layers of half bytes. In a build without feature `int4` the compiler sees
    /// that there are none.
    pub const fn nibbles(&self) -> bool {
        cfg!(feature = "int4") && self.nibbles
    }

    /// Whether the kernel of this build runs all layers.
    pub const fn only_kernel_layers(&self) -> bool {
        self.kernel_layers && !self.nibbles() && !self.foreign_layers
    }

    /// The type and the order of a layer's weights, as the layer's header says. If the kernel of
    /// this build runs all layers, the compiler knows both, and the header is not read.
    pub const fn kind(&self, spec: &LayerSpec) -> (Element, Packing) {
        if self.only_kernel_layers() {
            (Element::I8, PACKING)
        } else {
            (spec.element, spec.packing)
        }
    }
}

/// Whether the kernel of this build runs layers of this packing. All others run by
/// `generator::foreign`.
pub(crate) const fn kernel_takes(packing: Packing) -> bool {
    same(PACKING, packing) && !matches!(packing, Packing::Rows)
}

/// `==` for packings, in a constant: the operator cannot be called there.
const fn same(one: Packing, other: Packing) -> bool {
    one as u8 == other as u8
}

const fn max(a: usize, b: usize) -> usize {
    if a > b { a } else { b }
}
