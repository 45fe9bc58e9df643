//! The job that `cargo xtask parity` puts into a board's memory beside the firmware: a model, and
//! the results that it must give. It is one file, so that one firmware serves every model.
//!
//! Numbers are unsigned and little-endian. The file begins on a multiple of 16, so that the blob
//! does.
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `GPJ1` |
//! | 4 | the [`Drill`] |
//! | 4 | CRC-32 of the blob before it was packed for the board |
//! | 4 each | lengths of the four parts |
//! | 4 | 0 |
//! | | the blob; an images file and an arithmetic file, as [`vectors`](crate::vectors) has them; the cases |
//! | 8, 2, 8 each | of a case: seed, label or `FFFF` for none, digest of the pixels |

use crate::vectors::{Arithmetic, Images, NO_LABEL, VectorError, field, take};

const MAGIC: [u8; 4] = *b"GPJ1";
const CASE_LEN: usize = 8 + 2 + 8;
/// Bytes of zeros behind the lengths.
const PADDING: usize = 4;

/// A way to fail that the firmware has to take in place of its checks, so that no failure can look
/// like success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drill {
    /// The firmware does not fail on purpose: it checks.
    None,
    /// The firmware panics.
    Panic,
    /// The firmware reads where there is no memory.
    Fault,
    /// The firmware runs out of stack.
    Overflow,
    /// The firmware never ends.
    Hang,
}

impl Drill {
    const ALL: [Self; 5] = [Self::None, Self::Panic, Self::Fault, Self::Overflow, Self::Hang];

    /// The name of the drill in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Panic => "panic",
            Self::Fault => "fault",
            Self::Overflow => "overflow",
            Self::Hang => "hang",
        }
    }
}

/// One image that the firmware must make, known by its digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// Seed of the latent sampler; the latent is its image 0.
    pub seed: u64,
    /// Label, for a conditional model.
    pub label: Option<u16>,
    /// [`Digest`] of the pixels.
    pub digest: u64,
}

/// A job. Holding it proves that every part is complete, and that the images are those of the blob.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The way to fail, in place of all checks.
    pub drill: Drill,
    /// The blob, packed for the board.
    pub blob: &'a [u8],
    /// Images to compare pixel by pixel.
    pub images: Images<'a>,
    /// Arithmetic to check.
    pub arithmetic: Arithmetic<'a>,
    cases: &'a [u8],
}

impl<'a> Job<'a> {
    /// Reads the job at the start of `memory`, which may go on behind it.
    ///
    /// # Errors
    ///
    /// [`VectorError::Magic`] if there is none, else what is wrong with it.
    pub fn read(memory: &'a [u8]) -> Result<Self, VectorError> {
        let mut rest = memory;
        if take(&mut rest)? != MAGIC {
            return Err(VectorError::Magic);
        }
        let drill = u32::from_le_bytes(take(&mut rest)?);
        let drill = *Drill::ALL.get(drill as usize).ok_or(VectorError::Magic)?;
        let crc = u32::from_le_bytes(take(&mut rest)?);
        let mut lens = [0; 4];
        for len in &mut lens {
            *len = u32::from_le_bytes(take(&mut rest)?) as usize;
        }
        take::<PADDING>(&mut rest)?;
        let mut parts: [&[u8]; 4] = [&[]; 4];
        for (part, len) in parts.iter_mut().zip(lens) {
            (*part, rest) = rest.split_at_checked(len).ok_or(VectorError::Length)?;
        }
        let [blob, images, arithmetic, cases] = parts;
        if !cases.len().is_multiple_of(CASE_LEN) {
            return Err(VectorError::Length);
        }
        Ok(Self {
            drill,
            blob,
            images: Images::read(images, crc)?,
            arithmetic: Arithmetic::read(arithmetic)?,
            cases,
        })
    }

    /// The cases. A float model has none: its pixels need not be the same to the last bit.
    pub fn cases(&self) -> impl ExactSizeIterator<Item = Case> + use<'a> {
        self.cases.chunks_exact(CASE_LEN).map(|item| {
            let (seed, item) = field(item);
            let (label, item) = field(item);
            let (digest, _) = field(item);
            Case {
                seed: u64::from_le_bytes(seed),
                label: Some(u16::from_le_bytes(label)).filter(|&label| label != NO_LABEL),
                digest: u64::from_le_bytes(digest),
            }
        })
    }
}

/// FNV-1a in 64 bits: two texts that differ in one byte never have the same digest, others do once
/// in 2^64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(u64);

impl Digest {
    /// The digest of no bytes.
    #[must_use]
    pub const fn new() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }

    /// Takes in the bytes that come next.
    pub fn update(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
    }

    /// The digest of all that was taken in.
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }
}

impl Default for Digest {
    fn default() -> Self {
        Self::new()
    }
}

/// The parts that a job is written from. Their bytes are not checked, so that a drill can write a
/// wrong one.
#[cfg(feature = "std")]
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// See [`Job::drill`].
    pub drill: Drill,
    /// CRC-32 of the blob before it was packed.
    pub crc: u32,
    /// See [`Job::blob`].
    pub blob: &'a [u8],
    /// An images file.
    pub images: &'a [u8],
    /// An arithmetic file.
    pub arithmetic: &'a [u8],
    /// See [`Job::cases`].
    pub cases: &'a [Case],
}

#[cfg(feature = "std")]
impl Parts<'_> {
    /// The bytes of the file.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut cases = Vec::new();
        for case in self.cases {
            cases.extend(case.seed.to_le_bytes());
            cases.extend(case.label.unwrap_or(NO_LABEL).to_le_bytes());
            cases.extend(case.digest.to_le_bytes());
        }
        let parts = [self.blob, self.images, self.arithmetic, &cases];
        let mut out = MAGIC.to_vec();
        out.extend((self.drill as u32).to_le_bytes());
        out.extend(self.crc.to_le_bytes());
        out.extend(parts.iter().flat_map(|part| (part.len() as u32).to_le_bytes()));
        out.extend([0; PADDING]);
        out.extend(parts.concat());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::write::write;
    use crate::{make, synthetic};

    /// From the test vectors of the authors, isthe.com/chongo/tech/comp/fnv.
    #[test]
    fn published_digests() {
        for (text, expected) in [
            ("", 0xCBF2_9CE4_8422_2325),
            ("a", 0xAF63_DC4C_8601_EC8C),
            ("foobar", 0x8594_4171_F739_67E8),
        ] {
            let mut digest = Digest::new();
            digest.update(text.as_bytes());
            assert_eq!(digest.value(), expected, "{text}");
        }
    }

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        let blob = write(&synthetic::tiny());
        let crc = u32::from_le_bytes(*blob.last_chunk().unwrap());
        let (images, arithmetic) = (make::images(&blob).unwrap(), make::arithmetic());
        let cases = make::cases(&blob).unwrap();
        assert_eq!(cases.len(), make::CASES);
        let parts = Parts {
            drill: Drill::Hang,
            crc,
            blob: &blob,
            images: &images,
            arithmetic: &arithmetic,
            cases: &cases,
        };
        let mut file = parts.write();
        let len = file.len();
        file.extend([0xFF; 50]);
        for memory in [&file[..], &file[..len]] {
            let job = Job::read(memory).unwrap();
            assert_eq!((job.drill, job.blob), (Drill::Hang, &blob[..]));
            assert!(job.cases().eq(cases.iter().copied()));
            assert_eq!(job.images.iter().len(), Images::read(&images, crc).unwrap().iter().len());
            assert_eq!(
                job.arithmetic.rescale().len(),
                Arithmetic::read(&arithmetic).unwrap().rescale().len()
            );
        }
        // The blob lies on a multiple of 16 if the file does.
        assert!(file[32..].starts_with(&blob));
        let error = |file: &[u8]| Job::read(file).map(|_| ()).unwrap_err();
        assert_eq!(error(&file[..len - 1]), VectorError::Length);
        assert_eq!(error(&[]), VectorError::Length);
        for (at, expected) in [
            (0, VectorError::Magic),
            (4, VectorError::Magic),
            (8, VectorError::OtherBlob),
            (24, VectorError::Length),
        ] {
            let mut wrong = file[..len].to_vec();
            wrong[at] ^= 0x81;
            assert_eq!(error(&wrong), expected, "{at}");
        }
    }
}
