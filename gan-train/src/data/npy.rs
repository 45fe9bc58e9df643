//! Arrays in NumPy's `.npy` format: a magic, a version, a header that is a Python dictionary, and
//! the numbers.
//!
//! No array takes more memory than its header announces.

use anyhow::{Context, Result, bail, ensure};
use gan_tools::images::Images;
use std::io::Read;
use tracing::info;

/// Bytes of a header, at most: NumPy's own have a hundred.
const HEADER: usize = 1 << 16;

/// What the numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bool,
    Unsigned,
    Signed,
    Float,
}

/// The type of the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Type {
    kind: Kind,
    /// Bytes of one.
    size: usize,
    big_endian: bool,
}

/// An array.
struct Array {
    of: Type,
    sizes: Vec<usize>,
    data: Vec<u8>,
}

/// Grey images, of an array `[n, h, w]`, `[n, h, w, 1]` or `[n, 1, h, w]`. `name` is for messages.
/// Numbers of 0 to 1 that are no integers, and truth values, become pixels of 0 to 255.
///
/// # Errors
///
/// Names the array and what was expected.
pub(super) fn images(content: &mut dyn Read, name: &str) -> Result<Images> {
    let mut read = || -> Result<Images> {
        let array = Array::read(content)?;
        let (count, height, width) = match array.sizes[..] {
            [n, h, w] | [n, h, w, 1] | [n, 1, h, w] => (n, h, w),
            _ => bail!(
                "shape: {:?} (expected grey images: [n, h, w], [n, h, w, 1] or [n, 1, h, w])",
                array.sizes
            ),
        };
        ensure!(count > 0 && height > 0 && width > 0, "shape: {:?}: no pixels", array.sizes);
        Ok(Images { count, width, height, pixels: array.into_pixels(name)? })
    };
    read().with_context(|| name.to_owned())
}

/// Labels, of an array `[n]` or `[n, 1]`. `name` is for messages.
///
/// # Errors
///
/// Names the array and what was expected.
pub(super) fn labels(content: &mut dyn Read, name: &str) -> Result<Vec<i64>> {
    let mut read = || -> Result<Vec<i64>> {
        let array = Array::read(content)?;
        ensure!(
            matches!(array.sizes[..], [_] | [_, 1]),
            "shape: {:?} (expected one label an image: [n] or [n, 1])",
            array.sizes
        );
        let label = |number: f64| {
            ensure!(number.fract() == 0.0 && number.abs() < 1e9, "label: {number} is no label");
            Ok(number as i64)
        };
        array.numbers().map(label).collect()
    };
    read().with_context(|| name.to_owned())
}

impl Array {
    fn read(content: &mut dyn Read) -> Result<Self> {
        const CUT: &str = "the file ends within its header";
        let mut start = [0; 8];
        content.read_exact(&mut start).context("is no NumPy array, or cut short")?;
        ensure!(start.starts_with(b"\x93NUMPY"), "is no NumPy array");
        let len = if start[6] == 1 {
            let mut len = [0; 2];
            content.read_exact(&mut len).context(CUT)?;
            u16::from_le_bytes(len).into()
        } else {
            let mut len = [0; 4];
            content.read_exact(&mut len).context(CUT)?;
            u32::from_le_bytes(len) as usize
        };
        ensure!(len <= HEADER, "header: {len} bytes (at most {HEADER})");
        let mut header = vec![0; len];
        content.read_exact(&mut header).context(CUT)?;
        let (of, sizes) = parse(&String::from_utf8_lossy(&header))?;
        let expected = sizes
            .iter()
            .try_fold(of.size, |product, &size| product.checked_mul(size))
            .context("shape: too large")?;
        let mut data = Vec::new();
        let read = content.take(expected as u64).read_to_end(&mut data);
        read.context("the file is cut short or damaged")?;
        ensure!(
            data.len() == expected,
            "the header announces {expected} bytes of data, the file has {}",
            data.len()
        );
        // Also brings an archive's member to its checksum.
        let more = content.read(&mut [0]).context("the file is damaged")?;
        ensure!(more == 0, "the header announces {expected} bytes of data, the file has more");
        Ok(Self { of, sizes, data })
    }

    /// The numbers in their order.
    fn numbers(&self) -> impl Iterator<Item = f64> {
        let Type { kind, size, big_endian } = self.of;
        self.data.chunks_exact(size).map(move |bytes| {
            // The lowest byte first, and as many as a number may have.
            let mut number = [0; 8];
            number[..size].copy_from_slice(bytes);
            if big_endian {
                number[..size].reverse();
            }
            let unsigned = u64::from_le_bytes(number);
            let unused = 64 - 8 * size as u32;
            match (kind, size) {
                (Kind::Float, 4) => f32::from_bits(unsigned as u32).into(),
                (Kind::Float, _) => f64::from_bits(unsigned),
                (Kind::Signed, _) => ((unsigned << unused) as i64 >> unused) as f64,
                (Kind::Bool | Kind::Unsigned, _) => unsigned as f64,
            }
        })
    }

    fn into_pixels(self, name: &str) -> Result<Vec<u8>> {
        if (self.of.kind, self.of.size) == (Kind::Unsigned, 1) {
            return Ok(self.data);
        }
        let strange = self.numbers().find(|number| !(0.0..=255.0).contains(number));
        if let Some(number) = strange {
            bail!(
                "pixels: {number} is among them (expected 0 to 255, or 0 to 1 as floats; images of \
                 -1 to 1 become that by (x + 1) / 2)"
            );
        }
        let largest = self.numbers().fold(0.0, f64::max);
        let scaled = match self.of.kind {
            Kind::Bool => true,
            Kind::Float => largest <= 1.0,
            Kind::Unsigned | Kind::Signed => false,
        };
        if scaled {
            info!("note: {name}: pixels of 0 to 1 become 0 to 255");
        } else if self.of.kind == Kind::Float {
            info!("note: {name}: floats of 0 to {largest} are rounded to pixels of 0 to 255");
        }
        let factor = if scaled { 255.0 } else { 1.0 };
        Ok(self.numbers().map(|number| (factor * number).round() as u8).collect())
    }
}

/// The type and the sizes that a header announces.
fn parse(header: &str) -> Result<(Type, Vec<usize>)> {
    let field = |key: &str| -> Result<&str> {
        let (_, rest) = header.split_once(&format!("'{key}':")).with_context(|| {
            format!("header: no {key} in {header:?}", header = header.trim_end())
        })?;
        Ok(rest.trim_start())
    };
    ensure!(
        field("fortran_order")?.starts_with("False"),
        "fortran_order: the array lies in Fortran's order: save numpy.ascontiguousarray(x) instead"
    );
    let descr = field("descr")?;
    let descr = descr.strip_prefix('\'').and_then(|rest| rest.split_once('\''));
    let (descr, _) = descr.context("descr: the array is of records (expected numbers)")?;
    let of = number_type(descr).with_context(|| {
        format!("descr: {descr:?} (expected integers, floats of 32 or 64 bits, or truth values)")
    })?;
    let shape = field("shape")?.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    let (shape, _) = shape.context("shape: is no tuple")?;
    let sizes = shape.split(',').map(str::trim).filter(|size| !size.is_empty());
    let sizes = sizes.map(|size| size.parse().with_context(|| format!("shape: {size:?}")));
    Ok((of, sizes.collect::<Result<_>>()?))
}

/// The type of this name: `|u1`, `<f4`, `>i8` …
fn number_type(descr: &str) -> Option<Type> {
    let mut letters = descr.chars();
    let big_endian = match letters.next()? {
        '>' => true,
        '<' | '|' => false,
        _ => return None,
    };
    let kind = match letters.next()? {
        'b' => Kind::Bool,
        'u' => Kind::Unsigned,
        'i' => Kind::Signed,
        'f' => Kind::Float,
        _ => return None,
    };
    let size = letters.as_str().parse().ok()?;
    let sizes: &[usize] = match kind {
        Kind::Bool => &[1],
        Kind::Float => &[4, 8],
        Kind::Unsigned | Kind::Signed => &[1, 2, 4, 8],
    };
    sizes.contains(&size).then_some(Type { kind, size, big_endian })
}
