//! The golden-vector files and their readers: zero-copy, no allocation, no panic, any alignment.
//!
//! Both files are fixed-width little-endian records behind a small header, and their length is
//! exactly what the header says. All numbers below are unsigned unless they say `i32`.
//!
//! `<model>.images.bin`, images that one blob must give:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `GIV1` |
//! | 4 | CRC-32 of the blob (its last four bytes) |
//! | 2, 4 | latent length `n`, pixel bytes `p` of one image |
//! | 2 | number of items |
//! | 8, 2, `n`, `p` each | seed; label or `FFFF` for none; latent codes (the seed's image 0); pixels |
//!
//! The same of a blob that takes an image begins with `GIV2`. `n` is the length of the latent part
//! there, after `p` come two lengths of four bytes, of the image and the mask that go in, and after
//! an item's latent codes come their bytes.
//!
//! `arith.bin`, integer arithmetic:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `GAV2` |
//! | 2, 2 | number of rescale items, number of sampler items |
//! | 4, 2, 1, 4 each | accumulator `i32`, multiplier, shift, expected `i32` |
//! | 8, 8, 2, 16 each | seed, codes skipped before, truncation in 1/256, the codes that follow |

use core::fmt;

pub(crate) const IMAGES_MAGIC: [u8; 4] = *b"GIV1";
pub(crate) const TRANSFORMS_MAGIC: [u8; 4] = *b"GIV2";
pub(crate) const ARITHMETIC_MAGIC: [u8; 4] = *b"GAV2";
/// The label field of an image without one. A label is below the number of classes, hence never
/// this.
pub(crate) const NO_LABEL: u16 = u16::MAX;
/// Latent codes in one [`SamplerVector`].
pub const SAMPLER_CODES: usize = 16;

const RESCALE_LEN: usize = 4 + 2 + 1 + 4;
const SAMPLER_LEN: usize = 8 + 8 + 2 + SAMPLER_CODES;

/// Why a vector file cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VectorError {
    /// The first four bytes are not those of this kind of file.
    Magic,
    /// The file is shorter or longer than its header says, or holds no item.
    Length,
    /// An images file was made for another blob: the CRC it names is not the blob's.
    OtherBlob,
}

impl fmt::Display for VectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Magic => "not this kind of vector file",
            Self::Length => "vector file with missing, surplus or no items",
            Self::OtherBlob => "vector file made for another blob",
        })
    }
}

impl core::error::Error for VectorError {}

/// The images that one blob must give. Holding it proves that the file was made for that blob and
/// is complete.
#[derive(Clone, Copy, Debug)]
pub struct Images<'a> {
    latent_len: usize,
    pixels_len: usize,
    /// Bytes of the image and of the mask that go in.
    given: [usize; 2],
    items: &'a [u8],
}

/// One image: the pixels that a model gives for a latent and a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageVector<'a> {
    /// Seed of the latent sampler; `latent` is its image 0.
    pub seed: u64,
    /// Label, for a conditional model.
    pub label: Option<u16>,
    /// Latent codes, 0..=127, one for each latent dimension.
    pub latent: &'a [u8],
    /// The image that goes in; empty if none does.
    pub image: &'a [u8],
    /// The mask that goes in; empty if none does.
    pub mask: &'a [u8],
    /// Expected pixels, `[height][width][channels]`.
    pub pixels: &'a [u8],
}

impl<'a> Images<'a> {
    /// Reads an images file for the blob with this CRC-32, its last four bytes. A packed blob has
    /// another; what counts is that of the blob it was packed from.
    ///
    /// # Errors
    ///
    /// [`VectorError::OtherBlob`] if the file was made for other bytes; otherwise what is wrong
    /// with the file.
    pub fn read(file: &'a [u8], crc: u32) -> Result<Self, VectorError> {
        let mut rest = file;
        let magic = take(&mut rest)?;
        if ![IMAGES_MAGIC, TRANSFORMS_MAGIC].contains(&magic) {
            return Err(VectorError::Magic);
        }
        let blob_crc = u32::from_le_bytes(take(&mut rest)?);
        let latent_len = usize::from(u16::from_le_bytes(take(&mut rest)?));
        let pixels_len = u32::from_le_bytes(take(&mut rest)?) as usize;
        let mut given = [0; 2];
        if magic == TRANSFORMS_MAGIC {
            for len in &mut given {
                *len = u32::from_le_bytes(take(&mut rest)?) as usize;
            }
        }
        let count = usize::from(u16::from_le_bytes(take(&mut rest)?));
        if crc != blob_crc {
            return Err(VectorError::OtherBlob);
        }
        let images = Self { latent_len, pixels_len, given, items: rest };
        // As u64 the product of a u16 and a sum of some u32 and less cannot overflow; as usize it
        // can on a 32-bit core.
        let lens = [latent_len, given[0], given[1], pixels_len].map(|len| len as u64);
        let expected = count as u64 * (8 + 2 + lens.iter().sum::<u64>());
        if count == 0 || rest.len() as u64 != expected {
            return Err(VectorError::Length);
        }
        Ok(images)
    }

    /// Latent codes in each item.
    #[must_use]
    pub fn latent_len(&self) -> usize {
        self.latent_len
    }

    /// Pixel bytes in each item: width x height x channels.
    #[must_use]
    pub fn pixels_len(&self) -> usize {
        self.pixels_len
    }

    /// Bytes of the image and of the mask that go in, in each item.
    #[must_use]
    pub fn given_len(&self) -> [usize; 2] {
        self.given
    }

    /// The images, in the file's order; there is at least one.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = ImageVector<'a>> + use<'a> {
        let (latent_len, [image_len, mask_len]) = (self.latent_len, self.given);
        let len = 8 + 2 + latent_len + image_len + mask_len + self.pixels_len;
        self.items.chunks_exact(len).map(move |item| {
            let (seed, item) = field(item);
            let (label, item) = field(item);
            let (latent, item) = item.split_at_checked(latent_len).unwrap_or_default();
            let (image, item) = item.split_at_checked(image_len).unwrap_or_default();
            let (mask, pixels) = item.split_at_checked(mask_len).unwrap_or_default();
            let label = Some(u16::from_le_bytes(label)).filter(|&label| label != NO_LABEL);
            ImageVector { seed: u64::from_le_bytes(seed), label, latent, image, mask, pixels }
        })
    }
}

/// The integer arithmetic that every core must agree on. Holding it proves that the file is
/// complete.
#[derive(Clone, Copy, Debug)]
pub struct Arithmetic<'a> {
    rescale: &'a [u8],
    sampler: &'a [u8],
}

/// One requantization without zero point and clamp: `expected = (acc * multiplier + 2^(shift-1)) >>
/// shift`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RescaleVector {
    /// Accumulator, any `i32`.
    pub acc: i32,
    /// 0..=32767.
    pub multiplier: u16,
    /// 17..=46.
    pub shift: u8,
    /// The formula's value.
    pub expected: i32,
}

/// A piece of a seed's sequence of latent codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SamplerVector {
    /// Seed of the sampler.
    pub seed: u64,
    /// How many codes of the sequence come before `codes`.
    pub skip: u64,
    /// The factor of the truncation in units of 1/256, 0..=256; 256 changes nothing.
    pub truncation: u16,
    /// The codes that follow.
    pub codes: [u8; SAMPLER_CODES],
}

impl<'a> Arithmetic<'a> {
    /// Reads an arithmetic file.
    ///
    /// # Errors
    ///
    /// What is wrong with the file.
    pub fn read(file: &'a [u8]) -> Result<Self, VectorError> {
        let mut rest = file;
        if take(&mut rest)? != ARITHMETIC_MAGIC {
            return Err(VectorError::Magic);
        }
        let rescales = usize::from(u16::from_le_bytes(take(&mut rest)?));
        let samplers = usize::from(u16::from_le_bytes(take(&mut rest)?));
        let (rescale, sampler) =
            rest.split_at_checked(rescales * RESCALE_LEN).ok_or(VectorError::Length)?;
        if rescales == 0 || samplers == 0 || sampler.len() != samplers * SAMPLER_LEN {
            return Err(VectorError::Length);
        }
        Ok(Self { rescale, sampler })
    }

    /// The requantizations; there is at least one.
    pub fn rescale(&self) -> impl ExactSizeIterator<Item = RescaleVector> + use<'a> {
        self.rescale.chunks_exact(RESCALE_LEN).map(|item| {
            let (acc, item) = field(item);
            let (multiplier, item) = field(item);
            let ([shift], item) = field(item);
            let (expected, _) = field(item);
            RescaleVector {
                acc: i32::from_le_bytes(acc),
                multiplier: u16::from_le_bytes(multiplier),
                shift,
                expected: i32::from_le_bytes(expected),
            }
        })
    }

    /// The pieces of sampled sequences; there is at least one.
    pub fn sampler(&self) -> impl ExactSizeIterator<Item = SamplerVector> + use<'a> {
        self.sampler.chunks_exact(SAMPLER_LEN).map(|item| {
            let (seed, item) = field(item);
            let (skip, item) = field(item);
            let (truncation, item) = field(item);
            let (codes, _) = field(item);
            SamplerVector {
                seed: u64::from_le_bytes(seed),
                skip: u64::from_le_bytes(skip),
                truncation: u16::from_le_bytes(truncation),
                codes,
            }
        })
    }
}

/// Takes a header field off the front of `rest`.
pub(crate) fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], VectorError> {
    let (&head, tail) = rest.split_first_chunk().ok_or(VectorError::Length)?;
    *rest = tail;
    Ok(head)
}

/// Splits a field off the front of an item. `read` proved that every item is whole, so the default
/// is never taken; it stands here because it keeps the panic machinery out of firmware.
pub(crate) fn field<const N: usize>(item: &[u8]) -> ([u8; N], &[u8]) {
    item.split_first_chunk().map_or(([0; N], &[]), |(&head, tail)| (head, tail))
}
