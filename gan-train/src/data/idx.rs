//! Reading IDX files, the format of MNIST's: see [`gan_tools::files::idx`], which writes them.

use anyhow::{Context, Result, ensure};
use flate2::read::GzDecoder;
use gan_tools::images::Images;
use std::io::Read;
use std::path::Path;

/// Reads an images file, plain or gzip.
///
/// # Errors
///
/// Names the file and the field.
pub fn read_images(path: &Path) -> Result<Images> {
    images(super::read(path)?, &path.display().to_string())
}

/// Reads a labels file, plain or gzip.
///
/// # Errors
///
/// Names the file and the field.
pub fn read_labels(path: &Path) -> Result<Vec<u8>> {
    labels(super::read(path)?, &path.display().to_string())
}

/// Images from the bytes of a file; `name` is for messages.
pub(super) fn images(bytes: Vec<u8>, name: &str) -> Result<Images> {
    let (sizes, pixels) = parse::<3>(bytes).with_context(|| name.to_owned())?;
    let [count, height, width] = sizes;
    ensure!(count > 0, "{name}: count: 0 images");
    ensure!(width > 0 && height > 0, "{name}: image size: {width}x{height}");
    Ok(Images { count, width, height, pixels })
}

/// Labels from the bytes of a file; `name` is for messages.
pub(super) fn labels(bytes: Vec<u8>, name: &str) -> Result<Vec<u8>> {
    let (_, labels) = parse::<1>(bytes).with_context(|| name.to_owned())?;
    Ok(labels)
}

/// The file's content without compression.
pub(super) fn unpack(bytes: Vec<u8>) -> Result<Vec<u8>> {
    /// Nothing is compressed to less (deflate).
    const SMALLEST_PART: usize = 1032;
    if !bytes.starts_with(&[0x1F, 0x8B]) {
        return Ok(bytes);
    }
    // The last four bytes say how much it is, or lie.
    let len = bytes.last_chunk().map_or(0, |len| u32::from_le_bytes(*len) as usize);
    let mut unpacked = Vec::new();
    // Without so much memory there is still the file's own error to tell.
    let _ = unpacked.try_reserve_exact(len.min(bytes.len().saturating_mul(SMALLEST_PART)));
    GzDecoder::new(&bytes[..])
        .read_to_end(&mut unpacked)
        .context("gzip: the file is cut short or damaged")?;
    Ok(unpacked)
}

/// The sizes, and the data, which stays where it is.
fn parse<const D: usize>(bytes: Vec<u8>) -> Result<([usize; D], Vec<u8>)> {
    ensure!(!bytes.is_empty(), "the file is empty");
    let mut bytes = unpack(bytes)?;
    let (magic, rest) =
        bytes.split_first_chunk::<4>().context("magic: the file is shorter than 4 bytes")?;
    let expected = [0, 0, 8, D as u8];
    ensure!(
        *magic == expected,
        "magic: {magic:02x?} (expected {expected:02x?}: {D}-dimensional u8)"
    );
    let (sizes, data) =
        rest.split_at_checked(4 * D).context("sizes: the file ends within its header")?;
    let mut dims = [0; D];
    for (dim, bytes) in dims.iter_mut().zip(sizes.as_chunks().0) {
        *dim = u32::from_be_bytes(*bytes) as usize;
    }
    let expected = dims
        .iter()
        .try_fold(1usize, |product, &dim| product.checked_mul(dim))
        .context("sizes: too large")?;
    ensure!(
        data.len() == expected,
        "count: the header announces {expected} bytes of data, the file has {}",
        data.len()
    );
    bytes.drain(..4 + 4 * D);
    Ok((dims, bytes))
}
