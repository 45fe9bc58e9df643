//! Works out, once for each model, how its layers run and how much memory they need.
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
    /// Whether there are layers that the kernel of this build runs.
    pub native: bool,
    /// Whether there are layers of half bytes.
    nibbles: bool,
    /// Whether there are other layers, which run by `generator::foreign`.
    pub other: bool,
    /// Whether every layer has the packing that is fastest in this build.
    pub packed: bool,
    /// The lengths of the two parts of `scratch`, in words. In a model of integers they hold a
    /// layer's staged inputs and its output codes; in a model of reals, the outputs of the layers
    /// with even and with odd numbers.
    pub scratch: [usize; 2],
}

impl Plan {
    pub const fn of(mut layers: &[LayerSpec]) -> Self {
        let float = matches!(layers, [LayerSpec { element: Element::F32, .. }, ..]);
        let mut plan = Self {
            float,
            native: false,
            nibbles: false,
            other: false,
            packed: true,
            scratch: [0; 2],
        };
        let mut parity = 0;
        while let [spec, rest @ ..] = layers {
            if spec.shared().is_some() {
                plan.nibbles = true;
                plan.packed &= same(spec.packing, ActiveHalf::PACKING);
            } else if runs(spec.packing) {
                plan.native = true;
            } else {
                plan.other = true;
                plan.packed &= float || same(spec.packing, PACKING);
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
    pub const fn all_native(&self) -> bool {
        self.native && !self.nibbles() && !self.other
    }

    /// The type and the order of a layer's weights. They are those of its header; if the kernel of
    /// this build runs all layers, they are known without reading it.
    pub const fn kind(&self, spec: &LayerSpec) -> (Element, Packing) {
        if self.all_native() { (Element::I8, PACKING) } else { (spec.element, spec.packing) }
    }
}

/// Whether the kernel of this build runs layers of this packing. All others run by
/// `generator::foreign`.
pub(crate) const fn runs(packing: Packing) -> bool {
    same(PACKING, packing) && !matches!(packing, Packing::Rows)
}

/// `==`, in a constant.
const fn same(one: Packing, other: Packing) -> bool {
    one as u8 == other as u8
}

const fn max(a: usize, b: usize) -> usize {
    if a > b { a } else { b }
}
