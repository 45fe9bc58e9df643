//! PNG files of grey pictures, with eight bits a pixel (W3C, PNG specification, third edition).

use super::Picture;
use anyhow::{Result, ensure};
use crc::{CRC_32_ISO_HDLC, Crc};
use miniz_oxide::deflate::compress_to_vec_zlib;

/// What each file begins with.
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);
/// Bits of a pixel; kind of pixels: grey; compression, filters and interlacing: the only, the
/// usual, none.
const FORMAT: [u8; 5] = [8, 0, 0, 0, 0];
/// The filter of every line: none. Enlarged pixels are what repeats, and with differences in their
/// place files are up to a quarter larger.
const PLAIN: u8 = 0;
/// Of miniz: as zlib's usual one.
const LEVEL: u8 = 6;

/// The bytes of a file.
pub(super) fn encode(picture: &Picture) -> Result<Vec<u8>> {
    let Picture { width, height, pixels } = picture;
    let most = i32::MAX as usize;
    ensure!(
        (1..=most).contains(width) && (1..=most).contains(height),
        "a picture of {width}x{height} pixels cannot be a PNG file"
    );
    let mut lines = Vec::with_capacity(pixels.len() + height);
    for line in pixels.chunks_exact(*width) {
        lines.push(PLAIN);
        lines.extend_from_slice(line);
    }
    let sizes = [*width, *height].map(|size| (size as u32).to_be_bytes()).concat();
    let mut bytes = SIGNATURE.to_vec();
    chunk(&mut bytes, b"IHDR", &[&sizes[..], &FORMAT].concat());
    // A chunk's length is at most 2^31 - 1.
    for part in compress_to_vec_zlib(&lines, LEVEL).chunks(most) {
        chunk(&mut bytes, b"IDAT", part);
    }
    chunk(&mut bytes, b"IEND", &[]);
    Ok(bytes)
}

fn chunk(bytes: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    bytes.extend((data.len() as u32).to_be_bytes());
    let start = bytes.len();
    bytes.extend(kind);
    bytes.extend(data);
    bytes.extend(CRC.checksum(&bytes[start..]).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Read by another program's reader.
    #[test]
    fn files_hold_the_picture() {
        for (width, height) in [(1, 1), (3, 2), (640, 321)] {
            let pixels: Vec<u8> =
                (0..width * height).map(|index| (index * index % 251) as u8).collect();
            let picture = Picture { width, height, pixels };
            let file = encode(&picture).unwrap();
            let mut reader = png::Decoder::new(std::io::Cursor::new(&file)).read_info().unwrap();
            assert_eq!(
                reader.output_color_type(),
                (png::ColorType::Grayscale, png::BitDepth::Eight)
            );
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            let info = reader.next_frame(&mut pixels).unwrap();
            reader.finish().unwrap();
            assert_eq!((info.width as usize, info.height as usize), (width, height));
            assert!(pixels == picture.pixels);
        }
    }

    #[test]
    fn a_picture_without_pixels_is_refused() {
        assert!(encode(&Picture { width: 0, height: 3, pixels: Vec::new() }).is_err());
    }
}
