//! A blob that is known when the firmware is built. What `decode` would find out about its header
//! is then a constant in the firmware.
//!
//! Unknown bytes have to be checked by [`decode`](super::decode()). A blob that is compiled into
//! the firmware is not unknown: the compiler reads its header, and the firmware only has to check
//! that the bytes in flash are still the same. It needs neither the code that reads a header nor
//! the code that checks layers, nor the kernels of layers that its model does not have.
//!
//! This is sound for two reasons. First, the compiler checks the sizes and the length with the very
//! functions that `decode` uses. So every section lies inside the bytes and begins on a multiple of
//! 16, and no kernel reads or writes beyond its buffers, whatever the numbers in the sections are.
//! Second, that these numbers keep their limits, so that no sum overflows, is for the host to find
//! out by `decode`: `gan pack`, `gan inspect` and `gan-build` call it, and the CRC shows that the
//! bytes are still those. If someone changes numbers and computes the CRC anew, sums may wrap
//! around and pixels may be wrong. Nothing worse can happen: nothing panics, also in a build that
//! checks for overflow.

use super::{CRC_LEN, crc, decode, is_aligned, read};
use crate::error::DecodeError;
use crate::generator::Generator;
use crate::header::{Header, ImageShape, InputParts};
use crate::plan::Plan;

/// A blob whose header was read while the firmware was compiled. [`check`](Self::check) finds out
/// whether flash still holds it, and returns the generator.
///
/// [`include_model!`](crate::include_model) makes one of a file. Its sizes are constants, so
/// buffers of the right size are arrays:
///
/// ```
/// use gan_core::{Known, LatentSampler};
///
/// const MODEL: Known = gan_core::include_model!("../../data/v1-tiny.gan");
///
/// let (mut latent, mut scratch) = ([0; MODEL.latent_len()], [0; MODEL.scratch_len()]);
/// let mut pixels = [0; MODEL.pixels_len()];
/// LatentSampler::new(7).fill(&mut latent);
/// MODEL.check()?.generate(&latent, Some(1), &mut scratch, &mut pixels)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A file that is no blob does not compile:
///
/// ```compile_fail,E0080
/// const MODEL: gan_core::Known = gan_core::include_model!("../../Cargo.toml");
/// ```
#[derive(Debug, Clone)]
pub struct Known<'a> {
    generator: Generator<'a>,
    /// What the last bytes were when the header was read.
    crc: u32,
}

impl<'a> Known<'a> {
    /// Reads the header of a blob, in a constant. This does not look at the numbers of the layers:
    /// a file that comes from elsewhere goes through [`decode`](super::decode()) first, on the
    /// host.
    ///
    /// # Panics
    ///
    /// When the header cannot be read, or does not fit the blob's length. In a constant this is an
    /// error of the compiler, with the text of the [`DecodeError`] but its numbers. Use
    /// [`read`](Self::read) where bytes are read at run time.
    pub const fn of(bytes: &'a [u8]) -> Self {
        match Self::read(bytes) {
            Ok(known) => known,
            Err(error) => panic!("{}", error.text()),
        }
    }

    /// The same with an error to return. The bytes may lie anywhere: it is [`check`](Self::check)
    /// that wants them on a multiple of 16 in memory.
    ///
    /// # Errors
    ///
    /// As [`decode`](super::decode()), but for what only the CRC, the place in memory and the
    /// numbers of the layers show.
    pub const fn read(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        if let Err(error) = decode::begins(bytes) {
            return Err(error);
        }
        let mut generator = Generator::new(bytes);
        let after = match read::read(bytes, &mut generator.header) {
            Ok(after) => after,
            Err(fault) if fault.end => return Err(DecodeError::Truncated),
            Err(fault) => return Err(fault.field),
        };
        let Some((crc, extra)) = after.rest.split_first_chunk::<CRC_LEN>() else {
            return Err(DecodeError::Truncated);
        };
        if !extra.is_empty() {
            return Err(DecodeError::TrailingBytes { extra: extra.len() });
        }
        if let Err(error) = decode::fits(&generator.header, &after) {
            return Err(error);
        }
        generator.plan = Plan::of(generator.header.layers.as_slice());
        generator.payload = after.payload;
        Ok(Self { generator, crc: u32::from_le_bytes(*crc) })
    }

    /// Checks that the bytes are those whose header was read, by their place in memory and their
    /// CRC, and returns the generator.
    ///
    /// This takes one pass over the bytes for the CRC. The CRC detects every change that lies
    /// within 32 consecutive bits, and all but one in 2^32 of the other changes. It does not detect
    /// changes that are made on purpose: use [`decode`](super::decode()) for blobs that come from
    /// elsewhere.
    ///
    /// # Errors
    ///
    /// [`Misaligned`](DecodeError::Misaligned) or [`Crc`](DecodeError::Crc).
    // This is inlined so that the optimizer sees which generator is returned, and leaves out the
    // code for kinds of layers that it does not have.
    #[inline]
    pub fn check(&self) -> Result<&Generator<'a>, DecodeError> {
        self.check_with(crc::crc32)
    }

    /// Does the same with another way to compute the CRC, for devices that have a unit for it: see
    /// [`decode_with`](super::decode_with).
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check).
    #[inline]
    pub fn check_with(&self, crc32: impl Fn(&[u8]) -> u32) -> Result<&Generator<'a>, DecodeError> {
        let bytes = self.generator.bytes;
        if !is_aligned(bytes) {
            Err(DecodeError::Misaligned)
        } else if crc::of_intact(bytes, &crc32) != Some(self.crc) {
            Err(DecodeError::Crc)
        } else {
            Ok(&self.generator)
        }
    }

    /// The generator, although nobody has looked where its bytes lie: for sizes alone.
    pub(crate) const fn unchecked(&self) -> &Generator<'a> {
        &self.generator
    }

    /// The blob.
    pub const fn bytes(&self) -> &'a [u8] {
        self.generator.bytes
    }

    /// The header of the blob.
    pub const fn header(&self) -> &Header<'a> {
        self.generator.header()
    }

    /// Number of codes that go in: see [`Generator::latent_len`].
    pub const fn latent_len(&self) -> usize {
        self.generator.latent_len()
    }

    /// What goes in: see [`Generator::inputs`].
    pub const fn inputs(&self) -> &InputParts {
        self.generator.inputs()
    }

    /// Number of labels. It is 0 if the generator takes none.
    pub const fn classes(&self) -> u16 {
        self.generator.classes()
    }

    /// Size of the images.
    pub const fn image(&self) -> ImageShape {
        self.generator.image()
    }

    /// Number of bytes of an image.
    pub const fn pixels_len(&self) -> usize {
        self.generator.pixels_len()
    }

    /// Number of bytes of a line of an image.
    pub const fn line_len(&self) -> usize {
        self.generator.line_len()
    }

    /// Number of words that the layers compute in: see [`Generator::scratch_len`].
    pub const fn scratch_len(&self) -> usize {
        self.generator.scratch_len()
    }

    /// Number of words that two images at a time take: see [`Generator::pair_scratch_len`].
    pub const fn pair_scratch_len(&self) -> usize {
        self.generator.pair_scratch_len()
    }

    /// Whether the model is packed for this build's kernel: see [`Generator::is_native`].
    pub const fn is_native(&self) -> bool {
        self.generator.is_native()
    }
}
