//! Reads and writes the bytes of a postcard message, one primitive at a time, and computes the CRC.

use super::Refused;

/// CRC-32/ISO-HDLC of `bytes`, one bit at a time: reflected, polynomial `EDB88320`, all ones before
/// and after.
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            let carry = crc & 1;
            crc >>= 1;
            if carry == 1 {
                crc ^= 0xEDB8_8320;
            }
        }
    }
    !crc
}

/// Appends `value` as a LEB128 varint in its shortest form.
pub(super) fn push_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7F) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// A position in a message. Every method takes the name of the field that it reads, which a refusal
/// names.
pub(super) struct Reader<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Reader<'a> {
    /// The next `n` bytes.
    pub(super) fn take(&mut self, n: u64, field: &str) -> Result<&'a [u8], Refused> {
        let left = self.bytes.len() - self.at;
        if n > left as u64 {
            return Err(Refused(format!(
                "{field}: {n} bytes wanted at offset {}, {left} there",
                self.at
            )));
        }
        let n = n as usize;
        self.at += n;
        Ok(&self.bytes[self.at - n..self.at])
    }

    pub(super) fn u8(&mut self, field: &str) -> Result<u8, Refused> {
        Ok(self.take(1, field)?[0])
    }

    pub(super) fn f32(&mut self, field: &str) -> Result<f32, Refused> {
        let bytes = self.take(4, field)?;
        Ok(f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    /// A varint in its shortest form that is at most `max`.
    pub(super) fn varint(&mut self, max: u64, field: &str) -> Result<u64, Refused> {
        let mut value = 0u128;
        for position in 0..10 {
            let byte = self.u8(field)?;
            value += u128::from(byte & 0x7F) << (7 * position);
            if byte & 0x80 == 0 {
                if byte == 0 && position > 0 {
                    return Err(Refused(format!("{field}: varint not in its shortest form")));
                }
                if value > u128::from(max) {
                    return Err(Refused(format!("{field}: {value} is more than {max}")));
                }
                return Ok(value as u64);
            }
        }
        Err(Refused(format!("{field}: varint without an end")))
    }

    pub(super) fn u16(&mut self, field: &str) -> Result<u16, Refused> {
        Ok(self.varint(u64::from(u16::MAX), field)? as u16)
    }

    /// A varint length and that many bytes.
    pub(super) fn slice(&mut self, field: &str) -> Result<&'a [u8], Refused> {
        let len = self.varint(u64::from(u32::MAX), field)?;
        self.take(len, field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check value that the CRC catalogue publishes for ISO-HDLC.
    #[test]
    fn crc_of_the_nine_digits() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    /// Examples of postcard's wire format page.
    #[test]
    fn varints() {
        for (value, bytes) in [
            (0u16, &[0][..]),
            (127, &[0x7F]),
            (128, &[0x80, 0x01]),
            (16_384, &[0x80, 0x80, 0x01]),
            (65_535, &[0xFF, 0xFF, 0x03]),
        ] {
            let mut out = Vec::new();
            push_varint(&mut out, u64::from(value));
            assert_eq!(out, bytes);
            assert_eq!(Reader { bytes, at: 0 }.u16("x"), Ok(value));
        }
        for bytes in [&[0x80, 0x00][..], &[0x80, 0x80, 0x04], &[0x80], &[]] {
            assert!(Reader { bytes, at: 0 }.u16("x").is_err(), "{bytes:x?}");
        }
    }
}
