//! Whole numbers of few bits as Parquet packs them: runs of one value, and groups of eight side by
//! side, in turn (RLE and bit-packing).
//!
//! A run begins with a number `n` in groups of seven bits. If `n` is even, one value follows in
//! whole bytes, `n / 2` times; if it is odd, `n / 2` groups of eight values follow, the lowest bits
//! first.

use anyhow::{Context, Result, ensure};

/// The first `count` numbers of `width` bits.
///
/// # Errors
///
/// Bytes that end too early, or numbers of over 32 bits.
pub(super) fn numbers(bytes: &[u8], width: u32, count: usize) -> Result<Vec<u32>> {
    ensure!(width <= 32, "numbers of {width} bits (expected at most 32)");
    let mut found = Vec::new();
    let mut at = 0;
    while found.len() < count {
        let left = count - found.len();
        let (head, len) = varint(&bytes[at..])?;
        at += len;
        let rest = &bytes[at..];
        if head & 1 == 0 {
            let value = rest.get(..width.div_ceil(8) as usize).context(SHORT)?;
            at += value.len();
            let value = value.iter().rev().fold(0, |value, &byte| value << 8 | u32::from(byte));
            let run = usize::try_from(head >> 1)?;
            ensure!(run > 0, "a run of nothing");
            found.extend(std::iter::repeat_n(value, run.min(left)));
        } else {
            let groups = usize::try_from(head >> 1)?;
            ensure!(groups > 0, "a run of nothing");
            // The last group may be cut off where its values are not needed.
            let packed = groups.saturating_mul(width as usize).min(rest.len());
            found.extend(unpacked(&rest[..packed], width, groups.saturating_mul(8).min(left))?);
            at += packed;
        }
    }
    Ok(found)
}

const SHORT: &str = "the values end too early";

/// A number in groups of seven bits, and its length in bytes.
fn varint(bytes: &[u8]) -> Result<(u64, usize)> {
    let mut number = 0;
    for (at, &byte) in bytes.iter().enumerate().take(9) {
        number |= u64::from(byte & 127) << (7 * at);
        if byte < 128 {
            return Ok((number, at + 1));
        }
    }
    anyhow::bail!(SHORT)
}

/// `count` numbers of `width` bits side by side, the lowest bits first.
pub(super) fn unpacked(bytes: &[u8], width: u32, count: usize) -> Result<Vec<u32>> {
    let bits = count as u64 * u64::from(width);
    ensure!(bits <= 8 * bytes.len() as u64, SHORT);
    let bit = |at: u64| u32::from(bytes[(at / 8) as usize] >> (at % 8) & 1);
    let number = |index: u64| {
        let first = index * u64::from(width);
        (0..width).fold(0, |number, at| number | bit(first + u64::from(at)) << at)
    };
    Ok((0..count as u64).map(number).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the format's description: 0 to 7 in three bits are 88 C6 FA.
    #[test]
    fn groups_are_packed_from_the_lowest_bit() {
        let expected: Vec<u32> = (0..8).collect();
        assert_eq!(unpacked(&[0x88, 0xC6, 0xFA], 3, 8).unwrap(), expected);
        let bytes = [0x03, 0x88, 0xC6, 0xFA];
        assert_eq!(numbers(&bytes, 3, 8).unwrap(), expected);
        assert_eq!(numbers(&bytes, 3, 5).unwrap(), expected[..5]);
    }

    /// By hand: 100 times 300 in nine bits, then a group of ones; numbers of no bits are 0.
    #[test]
    fn runs_repeat_a_value() {
        let ones = [[0xC8, 0x01, 0x2C, 0x01, 0x03].as_slice(), &[0xFF; 9]].concat();
        let found = numbers(&ones, 9, 104).unwrap();
        assert_eq!((found[..100].iter().all(|&n| n == 300), &found[100..]), (true, &[511; 4][..]));
        assert_eq!(numbers(&[6], 0, 3).unwrap(), [0, 0, 0]);
    }

    #[test]
    fn what_ends_too_early_is_refused() {
        for bytes in [&[][..], &[0x80], &[0x04], &[0x03, 0x88], &[0], &[1], &[0xFF; 12]] {
            numbers(bytes, 3, 8).unwrap_err();
        }
        numbers(&[2, 0], 33, 1).unwrap_err();
    }
}
