//! Reading IDX files, the format of MNIST's: see [`gan_tools::files::idx`], which writes them.
//!
//! No file takes more memory than its header announces, whatever follows it, compressed or not,
//! and a compressed one no more than four times its size and 64 MB.

use super::bound::Bounded;
use super::content;
use anyhow::{Context, Result, bail, ensure};
use flate2::bufread::MultiGzDecoder;
use gan_tools::files;
use gan_tools::images::Images;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// Bytes of a file that are read at once.
const AT_ONCE: usize = 1 << 20;
/// The types of numbers that are read, as the format has them: unsigned bytes, and signed
/// integers of 32 bits.
const BYTES: u8 = 0x08;
const INTEGERS: u8 = 0x0C;

/// Reads an images file, plain or gzip.
///
/// # Errors
///
/// Names the file and the field.
pub fn read_images(path: &Path) -> Result<Images> {
    let (content, len) = open(path)?;
    images(content, len, &path.display().to_string())
}

/// Reads a labels file, plain or gzip.
///
/// # Errors
///
/// Names the file and the field.
pub fn read_labels(path: &Path) -> Result<Vec<i64>> {
    let (content, len) = open(path)?;
    labels(content, len, &path.display().to_string())
}

/// Opens a file, and returns how many bytes it has.
fn open(path: &Path) -> Result<(impl BufRead, u64)> {
    let file = files::open(path)?;
    let len = file.metadata().with_context(|| path.display().to_string())?.len();
    Ok((BufReader::with_capacity(AT_ONCE, file), len))
}

/// Images from a file's content of `len` bytes; `name` is for messages.
pub(super) fn images(content: impl BufRead, len: u64, name: &str) -> Result<Images> {
    let accepted = |kind, dimensions| (kind, dimensions) == (BYTES, 3);
    let expected = "images, 3-dimensional bytes, are expected";
    let file = parse(content, len, accepted, expected).with_context(|| name.to_owned())?;
    let [count, height, width] = file.sizes[..] else { bail!("{name}: sizes: three are expected") };
    ensure!(count > 0, "{name}: count: 0 images");
    ensure!(width > 0 && height > 0, "{name}: image size: {width}x{height}");
    Ok(Images { count, width, height, pixels: file.data })
}

/// Labels from a file's content of `len` bytes; `name` is for messages. QMNIST's have several
/// numbers an image, of which the first is the label.
pub(super) fn labels(content: impl BufRead, len: u64, name: &str) -> Result<Vec<i64>> {
    let accepted = |kind, dimensions| matches!((kind, dimensions), (BYTES, 1) | (INTEGERS, 1 | 2));
    let expected = "labels, 1-dimensional bytes, are expected";
    let file = parse(content, len, accepted, expected).with_context(|| name.to_owned())?;
    if file.kind == BYTES {
        return Ok(file.data.into_iter().map(i64::from).collect());
    }
    let columns = file.sizes.get(1).copied().unwrap_or(1);
    ensure!(columns > 0, "{name}: sizes: 0 numbers an image");
    let numbers = file.data.as_chunks().0.iter().step_by(columns);
    Ok(numbers.map(|&bytes| i32::from_be_bytes(bytes).into()).collect())
}

/// The content of a file without compression, but not more of it than `limit` bytes.
///
/// # Errors
///
/// Names the file.
pub(super) fn read_unpacked(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let (content, len) = open(path)?;
    let read = unpack(content, len).and_then(|content| {
        content.take(limit).read_to_end(&mut bytes).context("the file is cut short or damaged")
    });
    read.with_context(|| path.display().to_string())?;
    Ok(bytes)
}

/// The content of `len` bytes without compression. A gzip file may be of several parts, one after
/// the other.
fn unpack<'c>(mut content: impl BufRead + 'c, len: u64) -> Result<Box<dyn Read + 'c>> {
    let start = content.fill_buf().context("cannot be read")?;
    ensure!(!start.is_empty(), "the file is empty");
    Ok(if start.starts_with(&[0x1F, 0x8B]) {
        Box::new(Bounded::new(MultiGzDecoder::new(content), len))
    } else {
        Box::new(content)
    })
}

/// What is in a file.
struct File {
    /// The type of its numbers, as the format has it.
    kind: u8,
    sizes: Vec<usize>,
    data: Vec<u8>,
}

/// Reads a file whose type and number of dimensions are accepted.
fn parse(
    content: impl BufRead,
    len: u64,
    accepted: impl Fn(u8, u8) -> bool,
    expected: &str,
) -> Result<File> {
    let mut content = unpack(content, len)?;
    let mut read = |limit: u64| -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = content.by_ref().take(limit).read_to_end(&mut bytes);
        read.context("gzip: the file is cut short or damaged")?;
        Ok(bytes)
    };
    let magic = read(4)?;
    let &[first, second, kind, dimensions] = &magic[..] else {
        bail!("magic: the file is shorter than 4 bytes");
    };
    ensure!(
        (first, second) == (0, 0) && accepted(kind, dimensions),
        "magic: this is {}, where {expected}",
        content::name(&magic)
    );
    let dimensions = usize::from(dimensions);
    let header = read(4 * dimensions as u64)?;
    ensure!(header.len() == 4 * dimensions, "sizes: the file ends within its header");
    let sizes: Vec<usize> =
        header.as_chunks().0.iter().map(|bytes| u32::from_be_bytes(*bytes) as usize).collect();
    let of_one = if kind == INTEGERS { size_of::<i32>() } else { 1 };
    let expected = sizes
        .iter()
        .try_fold(of_one, |product, &size| product.checked_mul(size))
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
    Ok(File { kind, sizes, data })
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
        let error = format!("{:#}", images(content, packed.len() as u64, "bomb").unwrap_err());
        assert!(error.contains("bomb: count") && error.contains("the file has more"), "{error}");
        assert!(count.get() <= 1000, "{} bytes were read", count.get());
    }

    #[test]
    fn a_file_without_an_end_is_refused() {
        let content = BufReader::new(ONE_PIXEL.chain(io::repeat(0)));
        assert!(images(content, 17, "endless").is_err());
        assert_eq!(images(&ONE_PIXEL[..], 17, "one").unwrap().pixels, [42]);
    }

    /// A header that announces more than there is takes no memory for it either: this would need
    /// four gigabytes.
    #[test]
    fn a_header_that_announces_too_much_is_refused() {
        let bytes = [&[0, 0, 8, 1, 0xFF, 0xFF, 0xFF, 0xFF][..], &[1; 100]].concat();
        let error = format!("{:#}", labels(&bytes[..], 108, "short").unwrap_err());
        assert!(error.contains("4294967295") && error.contains("the file has 100"), "{error}");
    }

    /// 100 million black pixels, which the header announces, in 100 KB.
    #[test]
    fn a_compressed_file_is_not_unpacked_to_any_length() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        let sizes = [10_000u32, 100, 100].map(u32::to_be_bytes).concat();
        encoder.write_all(&[&[0, 0, 8, 3][..], &sizes].concat()).unwrap();
        io::copy(&mut io::repeat(0).take(100_000_000), &mut encoder).unwrap();
        let packed = encoder.finish().unwrap();
        let error = images(&packed[..], packed.len() as u64, "black").unwrap_err();
        let most = 4 * packed.len() + 67_108_864;
        let expected = format!("unpacked, it has over {most} bytes, four times what it has");
        assert!(format!("{error:#}").contains(&expected), "{error:#}");
    }
}
