//! The CRC-32 at the end of a blob: that of ISO-HDLC, which Ethernet, gzip and PNG use too.
//!
//! A CRC is the remainder of a polynomial over bits. With the bits reflected, the register shifts
//! right, and each 1 that leaves it subtracts the polynomial, which is an exclusive or. A table
//! of what leaves with the next `n` bits does `n` steps by one look-up: `next = table[low n bits] ^
//! (register >> n)`.

use super::CRC_LEN;

#[cfg(target_os = "none")]
pub(super) use device::crc32;
#[cfg(not(target_os = "none"))]
pub(super) use host::crc32;

/// A host has 16 KB for tables, and 16 bytes take one step. A module of WebAssembly is sent to a
/// browser, so it has one table of 1 KB, and each byte takes a step.
#[cfg(not(target_os = "none"))]
mod host {
    #[cfg(not(target_family = "wasm"))]
    type Tables = crc::Table<16>;
    #[cfg(target_family = "wasm")]
    type Tables = crc::Table<1>;

    static CRC: crc::Crc<u32, Tables> = crc::Crc::<u32, Tables>::new(&crc::CRC_32_ISO_HDLC);

    pub fn crc32(bytes: &[u8]) -> u32 {
        CRC.checksum(bytes)
    }
}

/// A device has 64 bytes, and takes four bits with each step: a table of 1 KB would be a quarter of
/// the runtime's flash, and without one a byte takes 64 to 80 instructions.
#[cfg(any(target_os = "none", test))]
mod device {
    /// The polynomial, reflected: the coefficient of x^31 is the lowest bit.
    const POLYNOMIAL: u32 = 0xEDB8_8320;

    static TABLE: [u32; 16] = {
        let mut table = [0; 16];
        let mut nibble = 0;
        while nibble < table.len() {
            let (mut register, mut bit) = (nibble as u32, 0);
            while bit < 4 {
                let out = register & 1;
                register = (register >> 1) ^ (POLYNOMIAL * out);
                bit += 1;
            }
            table[nibble] = register;
            nibble += 1;
        }
        table
    };

    pub fn crc32(bytes: &[u8]) -> u32 {
        let (before, words, after) = crate::kernel::aligned_words(bytes);
        let mut register = some_bytes(!0, before);
        for &word in words {
            register ^= u32::from_le(word);
            register = step(step(step(step(register))));
            register = step(step(step(step(register))));
        }
        !some_bytes(register, after)
    }

    fn some_bytes(register: u32, bytes: &[u8]) -> u32 {
        bytes.iter().fold(register, |register, &byte| step(step(register ^ u32::from(byte))))
    }

    #[inline(always)]
    fn step(register: u32) -> u32 {
        TABLE[register as usize & 15] ^ (register >> 4)
    }
}

/// The CRC in the last four bytes, if it is the CRC of all bytes before it.
#[inline(never)]
pub(super) fn of_intact(bytes: &[u8], crc32: &impl Fn(&[u8]) -> u32) -> Option<u32> {
    let (content, &crc) = bytes.split_last_chunk::<CRC_LEN>()?;
    let crc = u32::from_le_bytes(crc);
    (crc32(content) == crc).then_some(crc)
}

#[cfg(test)]
mod tests {
    use super::{device, host};

    /// The check value of the CRC catalogue, and lengths around a word against the crate `crc`.
    #[test]
    fn both_ways_are_the_published_crc() {
        assert_eq!([device::crc32, host::crc32].map(|crc| crc(b"123456789")), [0xCBF4_3926; 2]);
        let bytes: [u8; 67] = core::array::from_fn(|index| (index * 37 + 11) as u8);
        for len in 0..bytes.len() {
            assert_eq!(device::crc32(&bytes[..len]), host::crc32(&bytes[..len]), "{len} bytes");
        }
    }
}
