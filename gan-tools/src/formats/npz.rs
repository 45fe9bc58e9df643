//! NumPy's archive of arrays, `.npz`: a ZIP archive of `.npy` files, which are a magic, a version,
//! a header that is a Python dictionary, and the numbers.

use crate::images::Images;
use anyhow::{Context, Result};
use crc::{CRC_32_ISO_HDLC, Crc, Table};

const CRC: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISO_HDLC);

/// The bytes of an `.npz` archive: `images`, `[n, h, w]`, and `labels`, `[n]`, if there are some,
/// both of unsigned bytes. Nothing is packed, so the bytes are the same on every machine.
///
/// # Errors
///
/// Over 4 GB, which such archives cannot hold.
pub fn archive(images: &Images, labels: Option<&[u8]>) -> Result<Vec<u8>> {
    let array = npy(&[images.count, images.height, images.width], &images.pixels);
    let mut members = vec![("images.npy", array)];
    members.extend(labels.map(|labels| ("labels.npy", npy(&[labels.len()], labels))));
    zip(&members)
}

/// The bytes of a file with an array of unsigned bytes, of these sizes.
fn npy(sizes: &[usize], data: &[u8]) -> Vec<u8> {
    /// The magic, version 1.0, and the header's length in two bytes.
    const START: usize = 10;
    /// The format asks for data that begin at a multiple of it.
    const ALIGNMENT: usize = 64;
    let sizes: String = sizes.iter().map(|size| format!("{size}, ")).collect();
    // A tuple of one number has a comma behind it; Python takes one behind the last of several too.
    let header = format!(
        "{{'descr': '|u1', 'fortran_order': False, 'shape': ({}), }}",
        sizes.trim_end_matches(' ')
    );
    // With a newline at its end.
    let len = (START + header.len() + 1).next_multiple_of(ALIGNMENT) - START;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((len as u16).to_le_bytes());
    bytes.extend(format!("{header:<width$}\n", width = len - 1).into_bytes());
    bytes.extend(data);
    bytes
}

/// The bytes of an archive of these members, stored.
///
/// # Errors
///
/// Over 4 GB.
fn zip(members: &[(&str, Vec<u8>)]) -> Result<Vec<u8>> {
    /// The version that reads it, 2.0; no flags; stored; midnight of 1980-01-01, the first day that
    /// the format knows: the same content gives the same bytes at any time.
    const COMMON: [u8; 10] = [20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    let short = |number: usize| u32::try_from(number).context("an archive has at most 4 GB");
    for (name, content) in members {
        let (len, offset) = (short(content.len())?, short(bytes.len())?);
        let mut entry = COMMON.to_vec();
        [CRC.checksum(content), len, len]
            .iter()
            .for_each(|number| entry.extend(number.to_le_bytes()));
        entry.extend((name.len() as u16).to_le_bytes());
        // No further fields.
        entry.extend([0, 0]);
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&entry);
        bytes.extend(name.as_bytes());
        bytes.extend(content);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&entry);
        // No comment, the first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (offset, count) = (short(bytes.len())?, (members.len() as u16).to_le_bytes());
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([count, count].concat());
    bytes.extend(short(directory.len())?.to_le_bytes());
    bytes.extend(offset.to_le_bytes());
    bytes.extend([0, 0]);
    Ok(bytes)
}
