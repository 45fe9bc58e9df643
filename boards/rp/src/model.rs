//! The model that the console carries, and the RAM that it needs.

use gan_core::blob::ALIGNMENT;
use gan_core::memory::Rooms;
use gan_core::{Known, OutputKind, include_model};

/// The model, packed for the board's core. `build.rs` has checked it, and the compiler has read
/// its header.
pub const MODEL: Known<'static> = include_model!(concat!(env!("OUT_DIR"), "/model.gan"));
/// CRC-32 of the blob before it was packed for this board.
pub const CRC: u32 = number(env!("GAN_MODEL_CRC")) as u32;
/// Bytes of a model that can come over the console: what the environment variable `GAN_LOAD` says
/// when the firmware is built, else none. They take twice as much RAM.
pub const LOAD_LEN: usize = match option_env!("GAN_LOAD") {
    Some(digits) => number(digits).next_multiple_of(ALIGNMENT),
    None => 0,
};
/// Sizes of the buffers for the model, and for those that can come over the console.
pub const ROOMS: Rooms = Rooms::of_known(&MODEL, LOAD_LEN != 0);

const _: () = assert!(
    cfg!(feature = "series") || matches!(MODEL.header().outputs, OutputKind::Image),
    "this model makes numbers, which needs the feature series"
);
const _: () = assert!(
    cfg!(feature = "transform") || MODEL.inputs().image().is_none(),
    "this model takes an image, which needs the feature transform"
);

/// The number that these digits stand for.
const fn number(digits: &str) -> usize {
    match usize::from_str_radix(digits, 10) {
        Ok(number) => number,
        Err(_) => panic!("GAN_LOAD: expected a number of bytes"),
    }
}
