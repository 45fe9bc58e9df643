//! WebDataset: a tar archive with the files of an image one after the other, called by one key. It
//! is POSIX's `ustar` format, in which a file is a header of 512 bytes and its content, filled up
//! to a multiple of 512.

use crate::images::Images;

/// Digits of a key: those of the largest index, so that keys in order are images in order.
const DIGITS: usize = 20;
/// Bytes of a block.
const BLOCK: usize = 512;

/// The bytes of an archive of these images, of which the first has the index `first`. Image `i` is
/// `i.pgm`, a picture that is not packed, and, with labels, its label's number is the text `i.cls`.
pub fn archive(first: u64, images: &Images, labels: Option<&[u16]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let start = format!("P5\n{} {}\n255\n", images.width, images.height).into_bytes();
    for (at, pixels) in images.iter().enumerate() {
        let key = format!("{:0DIGITS$}", first + at as u64);
        add(&mut bytes, &format!("{key}.pgm"), &[&start, pixels]);
        if let Some(labels) = labels {
            add(&mut bytes, &format!("{key}.cls"), &[labels[at].to_string().as_bytes()]);
        }
    }
    // Two blocks of zeros end it.
    bytes.resize(bytes.len() + 2 * BLOCK, 0);
    bytes
}

/// Adds a file that anybody may read, of nobody and of 1970.
fn add(archive: &mut Vec<u8>, name: &str, content: &[&[u8]]) {
    let len: usize = content.iter().map(|part| part.len()).sum();
    let mut header = [0; BLOCK];
    let mut put =
        |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000644\0");
    // Its user, its group, its length in octal digits, and its time.
    put(108, "0000000\0");
    put(116, "0000000\0");
    put(124, &format!("{len:011o}\0"));
    put(136, "00000000000\0");
    // The checksum counts as blanks while it is summed; the type is a regular file.
    put(148, "        0");
    put(257, "ustar\x0000");
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    archive.extend(header);
    content.iter().for_each(|part| archive.extend(*part));
    archive.resize(archive.len().next_multiple_of(BLOCK), 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::digest::sha256;

    const DIGEST: &str = "d95bc20467a72954ffbc67773975c77c0662f84a8fdf37286fa178692ecef3a7";

    /// The digest is that of Python's `tarfile` in its format USTAR, for the same members, up to
    /// the two blocks that end an archive: Python adds more of them.
    #[test]
    fn an_archive_is_that_of_pythons_tarfile() {
        let images = Images { count: 2, width: 2, height: 1, pixels: vec![1, 2, 255, 0] };
        let found = archive(9, &images, Some(&[1, 12]));
        let name = b"00000000000000000009.pgm\0";
        assert_eq!(found[..name.len()], name[..]);
        assert_eq!(found[BLOCK..BLOCK + 13], *b"P5\n2 1\n255\n\x01\x02");
        assert_eq!(found.len(), 10 * BLOCK);
        assert_eq!(sha256(&found), DIGEST);
        assert_eq!(archive(0, &images, None).len(), 6 * BLOCK);
    }
}
