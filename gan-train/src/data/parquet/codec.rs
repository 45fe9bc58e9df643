//! Pages as they were before they were compressed.

use anyhow::{Context, Result, bail, ensure};
use flate2::read::MultiGzDecoder;
use std::borrow::Cow;
use std::io::Read;

/// The codecs' names, by their numbers.
const NAMES: [&str; 8] =
    ["UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"];

/// The `len` bytes that `bytes` are, compressed by the codec of this number.
///
/// # Errors
///
/// Another codec than none, Snappy, GZIP and Zstandard, or bytes that are not of it.
pub(super) fn plain(codec: i64, bytes: &[u8], len: usize) -> Result<Cow<'_, [u8]>> {
    let name = usize::try_from(codec).ok().and_then(|codec| NAMES.get(codec));
    let name = *name.with_context(|| format!("compression {codec} is unknown"))?;
    let plain = match name {
        "UNCOMPRESSED" => Cow::Borrowed(bytes),
        "SNAPPY" => {
            ensure!(snap::raw::decompress_len(bytes)? == len, "{name}: expected {len} bytes");
            snap::raw::Decoder::new().decompress_vec(bytes)?.into()
        }
        "GZIP" => all(MultiGzDecoder::new(bytes), len).context(name)?,
        "ZSTD" => {
            let decoder = ruzstd::decoding::StreamingDecoder::new(bytes).context(name)?;
            all(decoder, len).context(name)?
        }
        _ => bail!("compression {name} (expected none, SNAPPY, GZIP or ZSTD: write the file so)"),
    };
    ensure!(plain.len() == len, "{name}: {} bytes, expected {len}", plain.len());
    Ok(plain)
}

/// What a reader has, and not much more than the bytes that are expected.
fn all(reader: impl Read, len: usize) -> Result<Cow<'static, [u8]>> {
    let mut plain = Vec::new();
    reader.take(len as u64 + 1).read_to_end(&mut plain)?;
    Ok(plain.into())
}
