//! This build has no kernel for packed layers. The scalar kernel runs all layers.

use super::Groups;
use crate::header::Packing;

pub const NAME: &str = "scalar";
pub const PACKING: Packing = Packing::Rows;

pub fn stage(_: &[u8], _: &mut [u32]) {}

pub fn run(_: &Groups<'_>, _: &[u32], _: &mut [u8]) {}
