//! An image of a model whose layers would be in four bits, to compare with: half the bytes come
//! from flash, for more instructions.

use super::{Board, Costs, Work};
use gan_core::blob::{Header, payload_len};
use gan_core::{Element, Packing};

/// Inputs that share a scale, as `gan-train quantize --bits 4` has it by default.
const GROUP: u8 = 32;

/// What an image would cost with all layers in four bits, packed for a core without vectors. None
/// if the model is not of bytes, or if the kernel's four-bit layers were not counted.
pub(super) fn image(board: &Board, header: &Header<'_>, costs: &Costs) -> Option<Work> {
    let mut header = header.clone();
    for spec in header.layers.iter_mut() {
        if spec.element != Element::I8 {
            return None;
        }
        (spec.element, spec.packing) = (Element::I4 { group: GROUP }, Packing::NibbleLane);
    }
    let work = costs.image(board, &header.layers)?;
    Some(board.work(work, payload_len(&header) as u64))
}
