//! The model this firmware carries, chosen at build time with `GAN_MODEL`, and the RAM it needs.
//!
//! The constants are written by `build.rs`, which asked `gan-core` for them.

use core::hint::black_box;

use gan_core::{Aligned, Generator};

include!(concat!(env!("OUT_DIR"), "/model.rs"));

/// The generator, read in place from flash.
///
/// Ends the run if the blob is damaged: the build checked it, so flash then holds something else.
pub fn generator() -> Generator<'static> {
    // The optimizer knows the blob as well: unasked, it computes at build time what the core is there to compute.
    match gan_core::decode(black_box(&BLOB.0)) {
        Ok(generator) => generator,
        Err(error) => crate::fatal(format_args!("the blob in flash: {error}")),
    }
}
