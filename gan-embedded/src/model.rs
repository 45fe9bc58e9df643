//! The model this firmware carries, chosen at build time with `GAN_MODEL`, and the RAM it needs.
//!
//! The constants are written by `build.rs`, which asked `gan-core` for them.

use core::hint::black_box;

use gan_core::{Aligned, Generator};

include!(concat!(env!("OUT_DIR"), "/model.rs"));

/// The generator, in place in flash: the build decoded the blob, so all that is left to see is that flash still holds it.
///
/// Ends the run if it does not.
// Inlined, as `check` is: in each application the optimizer then knows the generator.
#[inline]
pub fn generator() -> &'static Generator<'static> {
    match KNOWN.check() {
        Ok(generator) => generator,
        Err(error) => crate::console::fatal(format_args!("the blob in flash: {error}")),
    }
}

/// The same by way of `decode`, as firmware does that was not built for this blob.
pub fn decoded() -> Generator<'static> {
    // The optimizer knows the blob as well: unasked, it computes at build time what the core is there to compute.
    match gan_core::decode(black_box(&BLOB.0)) {
        Ok(generator) => generator,
        Err(error) => crate::console::fatal(format_args!("the blob in flash: {error}")),
    }
}
