//! For hosts that write blobs, with feature `tools`: memory in which a blob may lie, packing for a
//! core, and what a device is told.

pub use crate::aligned::AlignedBytes;
use crate::blob;
use crate::error::EncodeError;
use crate::generator::Generator;
use crate::header::Packing;
use crate::memory::TERMINAL;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

impl Generator<'_> {
    /// The blob of this model in another packing, of all layers that [`packed_header`] packs.
    ///
    /// [`packed_header`]: Self::packed_header
    ///
    /// # Errors
    ///
    /// [`EncodeError::Header`] if the blob is more than memory can hold.
    pub fn packed(&self, packing: Packing) -> Result<AlignedBytes, EncodeError> {
        let header = self.packed_header(packing);
        let mut bytes = AlignedBytes::zeroed(blob::encoded_len(&header)?);
        blob::encode(&header, self.layers(), &mut bytes)?;
        Ok(bytes)
    }
}

/// The lines that tell a device's console these codes of a latent, so that it draws the image of
/// them: `latent 40 63` and as many as fit a line, then `latent 2: 70` and so on.
///
/// ```
/// use gan_core::tools::latent_lines;
/// assert_eq!(latent_lines(&[40, 63]), ["latent 40 63"]);
/// let lines = latent_lines(&[100; 20]);
/// assert_eq!(lines[1], "latent 18: 100 100");
/// ```
pub fn latent_lines(codes: &[u8]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (place, code) in codes.iter().enumerate() {
        let word = format!(" {code}");
        match lines.last_mut() {
            Some(line) if line.len() + word.len() <= TERMINAL => *line += &word,
            Some(_) => lines.push(format!("latent {place}:{word}")),
            None => lines.push(format!("latent{word}")),
        }
    }
    lines
}
