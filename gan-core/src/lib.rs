//! Runs small MLP generators, quantized to int8, bit for bit the same on any machine.
//!
//! A generator is one `.gan` file, the *blob*: a postcard message whose weights are used where they
//! lie, in flash or in a file that was read. There are two ways to a [`Generator`]:
//!
//! - [`include_model!`] puts a file into the program. The compiler reads its header, so that sizes
//!   are constants, and [`Known::check`] compares the CRC. This takes a third of the flash.
//! - [`decode`] checks all of a blob that comes from anywhere.
//!
//! After either nothing allocates and nothing panics, and the only errors left are a wrong label, a
//! latent or an image that is none, and buffers of the wrong size.
//!
//! ```
//! use gan_core::{Known, LatentSampler, include_model};
//!
//! const MODEL: Known = include_model!("../data/v1-tiny.gan");
//!
//! let generator = MODEL.check()?;
//! let mut latent = [0; MODEL.latent_len()];
//! LatentSampler::new(7).fill(&mut latent);
//!
//! let mut scratch = [0; MODEL.scratch_len()];
//! let mut pixels = [0; MODEL.pixels_len()];
//! generator.generate(&latent, Some(1), &mut scratch, &mut pixels)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A generator may take an image, and a mask of what is missing in it: [`Generator::inputs`] says
//! so, and [`Generator::transform`] runs it.
//!
//! ```
//! use gan_core::{Known, TransformInput, include_model};
//!
//! const MODEL: Known = include_model!("../data/v3-mask.gan");
//!
//! let (mut codes, mut scratch) = ([0; MODEL.latent_len()], [0; MODEL.scratch_len()]);
//! let mut pixels = [0; MODEL.pixels_len()];
//! let image = [0; 9 * 7];
//! let mask = [0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0, 0]; // a byte for each of 4 x 3 cells
//! let input = TransformInput { mask: Some(&mask), ..TransformInput::new(&image) };
//! MODEL.check()?.transform(&input, &mut codes, &mut scratch, &mut pixels)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which kernel
//!
//! The target chooses the multiply-accumulate loops that are compiled in, and [`kernel::NAME`] says
//! which. Each has an order of weights that it reads fastest: `gan pack --target CORE`, or
//! gan-build in a build script, puts a model into it, and [`Generator::is_native`] says whether a
//! model is. Other orders give the same images and take two to four times as long, on a Cortex-M55
//! those of other cores 27 times.
//!
//! | target | kernel | to know |
//! |---|---|---|
//! | `thumbv6m`, `thumbv8m.base` | `armv6m` | |
//! | `thumbv7m` | `armv7m` | |
//! | `thumbv7em` | `dsp` | |
//! | `thumbv8m.main` | `dsp` | A Cortex-M33 may lack the DSP extension, and `SMLAD` is then a fault in the first layer: build for `armv7m` there. A build with debug assertions asks the core (ID_ISAR3, which only privileged code may read), and panics with what to build for. A Cortex-M55 or M85 has MVE: build for `mve` there. |
//! | `riscv32im` | `rv32im` | |
//! | `wasm32` with feature `simd128` | `simd128` | `-C target-feature=+simd128`. |
//! | `wasm32` with `relaxed-simd` | `relaxed-simd` | Compare it with known answers before use: V8 11.3, in Node.js 20, has a wrong dot product. |
//! | all others, plain `wasm32` too | `scalar` | Reads a file's rows as they are. Hosts have module `host` besides. |
//!
//! `RUSTFLAGS='--cfg gan_core_backend="mve"'` builds another kernel than the target's; a kernel
//! that the target cannot assemble is an error. `mve` uses vector registers although the rest of
//! the program is compiled for soft floats: the program enables coprocessors 10 and 11 (CPACR)
//! before the first image, and an operating system saves `d8` to `d15`, and `VPR`, of threads that
//! make images.
//!
//! # Modules
//!
//! | module | owns |
//! |---|---|
//! | [`blob`] | the format: [`decode`], [`blob::Known`], `blob::encode`; re-exports the types of a header |
//! | [`generator`] | running the layers into the caller's buffers |
//! | [`quant`] | requantization, the one rounding |
//! | [`activation`] | activation functions and their tables |
//! | [`latent`] | seed to latent codes, in integers |
//! | [`kernel`] | the multiply-accumulate loops |
//! | [`image`] | pixels as text, and on a display |
//! | [`table`] | what the numbers of a generator of tables mean |
//! | [`memory`] | the buffers that a firmware sets aside for a model |
//! | `tools` | with feature `tools`: blobs in other packings, and what a device is told |
//! | `host` | with feature `std`: the same on the vector units and all cores of an ordinary computer, and a model that owns its blob |
//!
//! Each module depends only on those before it in this list, where the private modules `reader`,
//! `header`, `plan` and `payload` read postcard, and hold what the header says, how the layers run,
//! and the layers' numbers: `reader`, `header`, [`quant`]; [`error`], [`kernel`], [`activation`],
//! [`image`], [`table`]; [`latent`], `plan`, `payload`; [`generator`]; [`blob`], [`memory`],
//! `tools`, `host`.
//!
//! The format is specified in `blob-format.md`, which is in the package and in the repository's
//! `docs/`; there `quantization.md` has the formulas.
//!
//! # Features
//!
//! - `encode`: `blob::encode`, and `Generator::packed_header` for another packing. It needs serde
//!   and postcard; reading and running blobs needs neither.
//! - `tools`: `encode` and what else a host wants that makes blobs: module `tools` and the writer
//!   of tables, which allocate, and the functions of [`quant`] and [`activation`] that turn reals
//!   into integers.
//! - `std`: module `host`. All else stays without the standard library.
//! - `float` (default): runs float layers. Without it `decode` refuses them, and a device links no
//!   floating-point routines.
//! - `int4` (default): runs layers of half bytes. Without it `decode` refuses them.
//! - `defmt`: the errors, and what a header says of image and layers, can be logged with defmt.
//! - `embedded-graphics`: `image::Picture`, an image for any display that has a driver for
//!   embedded-graphics.
//! - `micromath`: float layers use micromath's fast approximations instead of libm. Int8 layers are
//!   not touched.

#![no_std]
// docs.rs says of each item which feature it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]
// Allowed in the files of instruction sets, and for the views of bytes as numbers in `kernel`.
#![deny(unsafe_code)]
#![warn(missing_debug_implementations)]

#[cfg(any(feature = "tools", feature = "std"))]
extern crate alloc;
#[cfg(all(feature = "std", not(target_os = "none")))]
#[macro_use]
extern crate std;
// docs.rs builds every target with the same features.
#[cfg(all(feature = "std", target_os = "none", not(docsrs)))]
compile_error!("gan-core: feature `std` needs an operating system: leave it out on a device");

pub mod activation;
#[cfg(any(feature = "tools", feature = "std"))]
mod aligned;
pub mod blob;
pub mod error;
pub mod generator;
mod header;
#[cfg(all(feature = "std", not(target_os = "none")))]
pub mod host;
pub mod image;
pub mod kernel;
pub mod latent;
pub mod memory;
mod payload;
mod plan;
pub mod quant;
mod reader;
pub mod table;
#[cfg(feature = "tools")]
pub mod tools;

#[cfg(any(feature = "tools", feature = "std"))]
pub use aligned::AlignedBytes;
pub use blob::{Known, decode};
#[cfg(feature = "encode")]
pub use error::EncodeError;
pub use error::{DecodeError, GenerateError, InputsFault, LayerField};
pub use generator::{Generator, TransformInput};
pub use header::{
    Activation, Element, Header, ImageShape, InputPart, InputParts, LayerSpec, MaskShape,
    OutputKind, Packing,
};
pub use latent::{LatentSampler, Truncation};

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
/// const MODEL: gan_core::Known = gan_core::include_model!("../data/v1-tiny.gan");
/// static PIXELS: [u8; MODEL.pixels_len()] = [0; MODEL.pixels_len()];
/// ```
///
/// `include_model!(in ".data.model", PATH)` puts the blob into that section of the program: with
/// this name, the start-up code of most microcontrollers copies it into RAM, where a core may read
/// it faster than from flash.
#[macro_export]
macro_rules! include_model {
    (in $section:literal, $($path:tt)+) => {{
        #[unsafe(link_section = $section)]
        static BLOB: $crate::Aligned<[u8; ::core::include_bytes!($($path)+).len()]> =
            $crate::Aligned(*::core::include_bytes!($($path)+));
        const KNOWN: $crate::Known<'static> = $crate::Known::of(&BLOB.0);
        KNOWN
    }};
    ($($path:tt)+) => {{
        static BLOB: &$crate::Aligned<[u8]> =
            &$crate::Aligned(*::core::include_bytes!($($path)+));
        const KNOWN: $crate::Known<'static> = $crate::Known::of(&BLOB.0);
        KNOWN
    }};
}

/// The code in README.md is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

// A blob's lengths have up to 32 bits.
const _: () = assert!(usize::BITS >= 32, "gan-core does not run on 16-bit targets");
