//! The model this firmware carries, chosen at build time with `GAN_MODEL`, and the RAM it needs.

use gan_core::memory::Rooms;
use gan_core::{DecodeError, Generator, Known, include_model};

/// The model, as the compiler has read its header: `build.rs` has checked it and packed it for the
/// board.
#[cfg(not(model_in_ram))]
pub const MODEL: Known<'static> = include_model!(concat!(env!("OUT_DIR"), "/model.gan"));
/// The model, which the start-up code copies into RAM, because `GAN_RAM` was set when this was
/// built.
#[cfg(model_in_ram)]
pub const MODEL: Known<'static> =
    include_model!(in ".data.model", concat!(env!("OUT_DIR"), "/model.gan"));
/// The model in place in flash.
static KNOWN: Known<'static> = MODEL;
/// CRC-32 of the blob before it was packed for this board.
pub const CRC: u32 = number(env!("GAN_MODEL_CRC")) as u32;
/// Bytes of a model that can come over the console.
pub const LOAD_LEN: usize = number(env!("GAN_LOAD_LEN"));
/// Sizes of the buffers for this model, and for those that can come over the console.
pub const ROOMS: Rooms = Rooms::of_known(&MODEL, LOAD_LEN != 0 || cfg!(partition));

/// The messages for a blob that cannot be used. They are constants, so that the texts of errors
/// that cannot come take no flash.
const MISPLACED: &str = DecodeError::Misaligned.text();
const CHANGED: &str = DecodeError::Crc.text();

/// The generator, in place in flash: the compiler has read its header, so all that is left to see
/// is that flash still holds it.
///
/// This ends the run if it does not.
// This is inlined, as `check` is, so that in each application the optimizer knows the generator.
#[inline]
pub fn generator() -> &'static Generator<'static> {
    match KNOWN.check() {
        Ok(generator) => generator,
        Err(DecodeError::Misaligned) => {
            crate::fatal(format_args!("the blob in flash: {MISPLACED}"))
        }
        // The compiler has found no other error.
        Err(_) => crate::fatal(format_args!("the blob in flash: {CHANGED}")),
    }
}

/// The model that lies in flash by itself, if there is one that can be used: `GAN_FLASH_AT` was the
/// address of its partition when this was built.
#[cfg(partition)]
pub fn in_partition() -> Option<Generator<'static>> {
    const AT: usize = number(env!("GAN_PARTITION_AT"));
    const LEN: usize = number(env!("GAN_PARTITION_LEN"));
    // SAFETY: this is flash, into which the linker has put nothing, and which nothing writes while
    // the program runs.
    let bytes = unsafe { core::slice::from_raw_parts(core::ptr::with_exposed_provenance(AT), LEN) };
    gan_core::decode(gan_app::ADMIT(gan_app::partition::model(bytes)?).ok()?).ok()
}

/// Parses the digits of a number that `build.rs` has written.
const fn number(digits: &str) -> usize {
    match usize::from_str_radix(digits, 10) {
        Ok(number) => number,
        Err(_) => panic!("build.rs has written no number"),
    }
}
