//! PNG files of grey and RGB pictures, with eight bits for each grey or colour (W3C, PNG
//! specification, third edition).

use anyhow::{Result, ensure};
use crc::{CRC_32_ISO_HDLC, Crc};
use miniz_oxide::deflate::compress_to_vec_zlib;

/// What each file begins with.
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);
/// The kinds of pixels.
const GREY: u8 = 0;
const RGB: u8 = 2;
/// The filter of every line: none. Enlarged pixels are what repeats, and with differences in their
/// place files are up to a quarter larger.
const PLAIN: u8 = 0;
/// Of miniz: as zlib's usual one.
const LEVEL: u8 = 6;

/// The bytes of a file with a picture of this width and height, whose pixels have one byte each, or
/// three if they are `rgb`.
///
/// # Errors
///
/// The picture is empty, or larger than the format allows.
pub fn encode([width, height]: [usize; 2], rgb: bool, pixels: &[u8]) -> Result<Vec<u8>> {
    let most = i32::MAX as usize;
    ensure!(
        (1..=most).contains(&width) && (1..=most).contains(&height),
        "a picture of {width}x{height} pixels cannot be a PNG file"
    );
    let mut lines = Vec::with_capacity(pixels.len() + height);
    for line in pixels.chunks_exact(width * if rgb { 3 } else { 1 }) {
        lines.push(PLAIN);
        lines.extend_from_slice(line);
    }
    // Bits of a grey or a colour; kind of pixels; compression, filters and interlacing: the only,
    // the usual, none.
    let format = [8, if rgb { RGB } else { GREY }, 0, 0, 0];
    let sizes = [width, height].map(|size| (size as u32).to_be_bytes()).concat();
    let mut bytes = SIGNATURE.to_vec();
    chunk(&mut bytes, b"IHDR", &[&sizes[..], &format].concat());
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
        for (width, height, rgb) in
            [(1, 1, false), (3, 2, false), (640, 321, false), (1, 1, true), (5, 7, true)]
        {
            let samples = if rgb { 3 } else { 1 };
            let pixels: Vec<u8> =
                (0..width * height * samples).map(|index| (index * index % 251) as u8).collect();
            let file = encode([width, height], rgb, &pixels).unwrap();
            let mut reader = png::Decoder::new(std::io::Cursor::new(&file)).read_info().unwrap();
            let kind = if rgb { png::ColorType::Rgb } else { png::ColorType::Grayscale };
            assert_eq!(reader.output_color_type(), (kind, png::BitDepth::Eight));
            let mut read = vec![0; reader.output_buffer_size().unwrap()];
            let info = reader.next_frame(&mut read).unwrap();
            reader.finish().unwrap();
            assert_eq!((info.width as usize, info.height as usize), (width, height));
            assert!(read == pixels);
        }
    }

    #[test]
    fn a_picture_without_pixels_is_refused() {
        assert!(encode([0, 3], false, &[]).is_err());
    }
}
