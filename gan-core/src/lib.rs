//! Runs small MLP generators, quantized to int8, bit for bit the same on any machine.
//!
//! A generator is one `.gan` file, the *blob*: a postcard message whose weights are used where they
//! lie, in flash or in a file that was read. [`decode`] checks all of it and makes a [`Generator`];
//! after it nothing allocates and nothing panics, and the only errors left are a wrong label, a
//! latent that is none, and buffers of the wrong size. Firmware that is built around a model takes
//! less than half of the flash with [`blob::Known`]: its build decodes the blob, and the device
//! compares the CRC.
//!
//! ```
//! use gan_core::{Aligned, LatentSampler, decode};
//!
//! static BLOB: &Aligned<[u8]> = &Aligned(*include_bytes!("../../tests/vectors/v1-tiny.gan"));
//! let generator = decode(&BLOB.0)?;
//!
//! let mut latent = [0; 2]; // generator.latent_len()
//! LatentSampler::new(7).fill(&mut latent);
//!
//! let mut scratch = [0; 1]; // generator.scratch_len(), in words
//! let mut pixels = [0; 2]; // generator.pixels_len()
//! generator.generate(&latent, Some(1), &mut scratch, &mut pixels)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | owns |
//! |---|---|
//! | [`blob`] | the format: [`decode`], [`blob::Known`], [`blob::encode`]; re-exports the types of a header |
//! | [`generator`] | running the layers into the caller's buffers |
//! | [`quant`] | requantization, the one rounding |
//! | [`activation`] | activation functions and their tables |
//! | [`latent`] | seed to latent codes, in integers |
//! | [`kernel`] | the multiply-accumulate loops |
//! | [`image`] | pixels as text, and on a display |
//! | [`memory`] | the buffers that a firmware sets aside for a model |
//! | `tools` | with feature `tools`: blobs in other packings, and memory in which a blob may lie |
//! | `host` | with feature `std`: the same on the vector units and all cores of an ordinary computer |
//!
//! Each module depends only on those before it in this list, where the private modules `header`,
//! `plan` and `payload` hold what the header says, how the layers run, and the layers' numbers:
//! `header`, [`quant`]; [`error`], [`kernel`], [`activation`], [`image`]; [`latent`], `plan`,
//! `payload`; [`generator`]; [`blob`],
//! [`memory`], `host`.
//!
//! The format and the formulas are written down in `docs/blob-format.md` and
//! `docs/quantization.md`.
//!
//! # Features
//!
//! - `encode`: `blob::encode`, and `Generator::packed_header` for another packing. It needs serde
//!   and postcard; reading and running blobs needs neither.
//! - `tools`: `encode` and what else a host wants that makes blobs: module `tools`, which
//!   allocates, and integers of reals in [`quant`] and [`activation`].
//! - `std`: module `host`. All else stays without the standard library.
//! - `float` (default): runs float layers. Without it `decode` refuses them, and a device links no
//!   floating-point routines.
//! - `int4` (default): runs layers of half bytes. Without it `decode` refuses them.
//! - `embedded-graphics`: `image::Picture`, an image for any display that has a driver for
//!   embedded-graphics.
//! - `micromath`: float layers use micromath's fast approximations instead of libm. Int8 layers are
//!   not touched.

#![no_std]
// Allowed in the files of instruction sets, and for the views of bytes as numbers in `kernel`.
#![deny(unsafe_code)]
#![warn(missing_debug_implementations)]

#[cfg(feature = "tools")]
extern crate alloc;
#[cfg(feature = "std")]
#[macro_use]
extern crate std;

pub mod activation;
pub mod blob;
pub mod error;
pub mod generator;
mod header;
#[cfg(feature = "std")]
pub mod host;
pub mod image;
pub mod kernel;
pub mod latent;
pub mod memory;
mod payload;
mod plan;
pub mod quant;
#[cfg(feature = "tools")]
pub mod tools;

pub use blob::{Known, decode};
#[cfg(feature = "encode")]
pub use error::EncodeError;
pub use error::{DecodeError, GenerateError, LayerField};
pub use generator::Generator;
pub use header::{Activation, Element, Header, ImageShape, LayerSpec, Packing};
pub use latent::LatentSampler;

/// Largest activation or latent code: activations have seven bits.
pub const CODE_MAX: u8 = 127;

/// Puts its content on a 16-byte boundary, as a blob must lie.
///
/// ```
/// use gan_core::Aligned;
/// static BLOB: &Aligned<[u8]> = &Aligned(*b"bytes of a .gan file: include_bytes!(..)");
/// assert_eq!(BLOB.0.as_ptr() as usize % 16, 0);
/// ```
#[derive(Debug, Clone, Copy)]
#[repr(C, align(16))]
pub struct Aligned<T: ?Sized>(pub T);

/// Puts a `.gan` file into the program, where it lies as [`decode`] wants it, and reads its header
/// while that is compiled: a [`Known`] for a constant. The path is one as `include_bytes!` takes
/// it.
///
/// ```
/// const MODEL: gan_core::Known = gan_core::include_model!("../../tests/vectors/v1-tiny.gan");
/// static PIXELS: [u8; MODEL.pixels_len()] = [0; MODEL.pixels_len()];
/// ```
#[macro_export]
macro_rules! include_model {
    ($($path:tt)+) => {{
        static BLOB: &$crate::Aligned<[u8]> =
            &$crate::Aligned(*::core::include_bytes!($($path)+));
        const KNOWN: $crate::Known<'static> = $crate::Known::of(&BLOB.0);
        KNOWN
    }};
}

// A blob's lengths have up to 32 bits.
const _: () = assert!(usize::BITS >= 32, "gan-core does not run on 16-bit targets");
