//! The model this firmware carries, chosen at build time with `GAN_MODEL`, and the RAM it needs.
//!
//! The constants are written by `build.rs`, which asked `gan-core` for them.

use gan_core::{Aligned, Generator};

include!(concat!(env!("OUT_DIR"), "/model.rs"));

/// The generator, in place in flash: the build decoded the blob, so all that is left to see is that
/// flash still holds it.
///
/// Ends the run if it does not.
// Inlined, as `check` is: in each application the optimizer then knows the generator.
#[inline]
pub fn generator() -> &'static Generator<'static> {
    match KNOWN.check() {
        Ok(generator) => generator,
        Err(error) => crate::fatal(format_args!("the blob in flash: {error}")),
    }
}
