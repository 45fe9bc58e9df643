//! This build has no kernel for packed layers. All layers run by `foreign` and `rows`.

use super::{PackedKernel, RowGroups};
use crate::header::Packing;

pub struct Active;

impl PackedKernel for Active {
    const NAME: &'static str = "scalar";
    const PACKING: Packing = Packing::Rows;

    fn stage(_: &[u8], _: &mut [u32]) {
        debug_assert!(false, "no layer is packed for this build");
    }

    fn run(_: &RowGroups<'_>, _: &[u32], _: &mut [u8]) {
        debug_assert!(false, "no layer is packed for this build");
    }
}
