//! Reading IDX files, the format of MNIST's: see [`gan_tools::files::idx`], which writes them.
//!
//! No file takes more memory than its header announces, whatever follows it, compressed or not.

use anyhow::{Context, Result, ensure};
use flate2::bufread::GzDecoder;
use gan_tools::files;
use gan_tools::images::Images;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// Bytes of a file that are read at once.
const AT_ONCE: usize = 1 << 20;

/// Reads an images file, plain or gzip.
///
/// # Errors
///
/// Names the file and the field.
pub fn read_images(path: &Path) -> Result<Images> {
    images(open(path)?, &path.display().to_string())
}

/// Reads a labels file, plain or gzip.
///
/// # Errors
///
/// Names the file and the field.
pub fn read_labels(path: &Path) -> Result<Vec<u8>> {
    labels(open(path)?, &path.display().to_string())
}

fn open(path: &Path) -> Result<impl BufRead> {
    Ok(BufReader::with_capacity(AT_ONCE, files::open(path)?))
}

/// Images from a file's content; `name` is for messages.
pub(super) fn images(content: impl BufRead, name: &str) -> Result<Images> {
    let (sizes, pixels) = parse::<3>(content).with_context(|| name.to_owned())?;
    let [count, height, width] = sizes;
    ensure!(count > 0, "{name}: count: 0 images");
    ensure!(width > 0 && height > 0, "{name}: image size: {width}x{height}");
    Ok(Images { count, width, height, pixels })
}

/// Labels from a file's content; `name` is for messages.
pub(super) fn labels(content: impl BufRead, name: &str) -> Result<Vec<u8>> {
    let (_, labels) = parse::<1>(content).with_context(|| name.to_owned())?;
    Ok(labels)
}

/// The content of a file without compression, but not more of it than `limit` bytes.
///
/// # Errors
///
/// Names the file.
pub(super) fn read_unpacked(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = unpack(open(path)?).and_then(|content| {
        content.take(limit).read_to_end(&mut bytes).context("the file is cut short or damaged")
    });
    read.with_context(|| path.display().to_string())?;
    Ok(bytes)
}

/// The content without compression.
fn unpack<'c>(mut content: impl BufRead + 'c) -> Result<Box<dyn Read + 'c>> {
    let start = content.fill_buf().context("cannot be read")?;
    ensure!(!start.is_empty(), "the file is empty");
    Ok(if start.starts_with(&[0x1F, 0x8B]) {
        Box::new(GzDecoder::new(content))
    } else {
        Box::new(content)
    })
}

/// The sizes, and the data.
fn parse<const D: usize>(content: impl BufRead) -> Result<([usize; D], Vec<u8>)> {
    let mut content = unpack(content)?;
    let mut read = |limit: u64| -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = content.by_ref().take(limit).read_to_end(&mut bytes);
        read.context("gzip: the file is cut short or damaged")?;
        Ok(bytes)
    };
    let magic = read(4)?;
    ensure!(magic.len() == 4, "magic: the file is shorter than 4 bytes");
    let expected = [0, 0, 8, D as u8];
    ensure!(
        magic == expected,
        "magic: {magic:02x?} (expected {expected:02x?}: {D}-dimensional u8)"
    );
    let sizes = read(4 * D as u64)?;
    ensure!(sizes.len() == 4 * D, "sizes: the file ends within its header");
    let mut dims = [0; D];
    for (dim, bytes) in dims.iter_mut().zip(sizes.as_chunks().0) {
        *dim = u32::from_be_bytes(*bytes) as usize;
    }
    let expected = dims
        .iter()
        .try_fold(1usize, |product, &dim| product.checked_mul(dim))
        .context("sizes: too large")?;
    let data = read(expected as u64)?;
    ensure!(
        data.len() == expected,
        "count: the header announces {expected} bytes of data, the file has {}",
        data.len()
    );
    // Also brings a compressed file to its checksum.
    ensure!(
        read(1)?.is_empty(),
        "count: the header announces {expected} bytes of data, the file has more"
    );
    Ok((dims, data))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::cell::Cell;
    use std::io::{self, Write};

    const ONE_PIXEL: [u8; 17] = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 42];

    /// Counts what is read of a file.
    struct Counted<'c>(&'c [u8], &'c Cell<usize>);

    impl Read for Counted<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.read(buffer)?;
            self.1.set(self.1.get() + count);
            Ok(count)
        }
    }

    #[test]
    fn no_more_is_unpacked_than_the_header_announces() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&ONE_PIXEL).unwrap();
        io::copy(&mut io::repeat(0).take(64 << 20), &mut encoder).unwrap();
        let packed = encoder.finish().unwrap();
        assert!(packed.len() > 60_000, "{}", packed.len());
        let count = Cell::new(0);
        let content = BufReader::with_capacity(1000, Counted(&packed, &count));
        let error = format!("{:#}", images(content, "bomb").unwrap_err());
        assert!(error.contains("bomb: count") && error.contains("the file has more"), "{error}");
        assert!(count.get() <= 1000, "{} bytes were read", count.get());
    }

    #[test]
    fn a_file_without_an_end_is_refused() {
        let content = BufReader::new(ONE_PIXEL.chain(io::repeat(0)));
        assert!(images(content, "endless").is_err());
        assert_eq!(images(&ONE_PIXEL[..], "one").unwrap().pixels, [42]);
    }

    /// A header that announces more than there is takes no memory for it either: this would need
    /// four gigabytes.
    #[test]
    fn a_header_that_announces_too_much_is_refused() {
        let bytes = [&[0, 0, 8, 1, 0xFF, 0xFF, 0xFF, 0xFF][..], &[1; 100]].concat();
        let error = format!("{:#}", labels(&bytes[..], "short").unwrap_err());
        assert!(error.contains("4294967295") && error.contains("the file has 100"), "{error}");
    }
}
