//! Values one after the other, as text: the encoding PLAIN.

use super::hybrid::unpacked;
use super::schema::Type;
use anyhow::{Context, Result, ensure};
use std::fmt::Write;

/// The text of many values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in super::super) struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    /// Adds a value.
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    /// Adds what Rust's `Display` makes of a value: of numbers the shortest text that is read as
    /// the same one, without an exponent.
    fn show(&mut self, value: impl std::fmt::Display) {
        let _ = write!(self.text, "{value}");
        self.ends.push(self.text.len());
    }

    /// How many values.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// A value.
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.text[start..end])
    }

    /// Adds values of `dictionary`.
    pub(super) fn look_up(&mut self, indices: &[u32], dictionary: &Self) -> Result<()> {
        for &index in indices {
            let value = dictionary.get(index as usize);
            self.push(value.with_context(|| {
                format!("value {index} of a dictionary of {}", dictionary.len())
            })?);
        }
        Ok(())
    }

    /// Adds truth values.
    pub(super) fn booleans(&mut self, bits: &[u32]) {
        bits.iter().for_each(|&bit| self.push(if bit == 0 { "false" } else { "true" }));
    }

    /// Adds `count` values that lie one after the other in `bytes`.
    ///
    /// # Errors
    ///
    /// Bytes that end too early, text that is not UTF-8, a decimal number of over 128 bits.
    pub(super) fn plain(&mut self, of: Type, bytes: &[u8], count: usize) -> Result<()> {
        if of == Type::Boolean {
            self.booleans(&unpacked(bytes, 1, count)?);
            return Ok(());
        }
        let mut left = bytes;
        for _ in 0..count {
            let len = match of {
                Type::Integer { bytes, .. }
                | Type::Float { bytes }
                | Type::Decimal { bytes: Some(bytes), .. } => bytes,
                _ => {
                    let (len, rest) = left.split_first_chunk().context(SHORT)?;
                    left = rest;
                    u32::from_le_bytes(*len) as usize
                }
            };
            let (value, rest) = left.split_at_checked(len).context(SHORT)?;
            left = rest;
            self.value(of, value)?;
        }
        Ok(())
    }

    fn value(&mut self, of: Type, bytes: &[u8]) -> Result<()> {
        let wide = |bytes: &[u8]| {
            let mut wide = [0; 8];
            wide[..bytes.len().min(8)].copy_from_slice(bytes);
            u64::from_le_bytes(wide)
        };
        match of {
            Type::Boolean => unreachable!("bits are no bytes"),
            Type::Integer { signed: false, .. } => self.show(wide(bytes)),
            Type::Integer { bytes: 4, .. } => self.show(wide(bytes) as u32 as i32),
            Type::Integer { .. } => self.show(wide(bytes) as i64),
            Type::Float { bytes: 4 } => self.show(f32::from_bits(wide(bytes) as u32)),
            Type::Float { .. } => self.show(f64::from_bits(wide(bytes))),
            Type::Decimal { scale, lowest_first, .. } => {
                let number = whole(bytes, lowest_first)?;
                self.show(decimal(number, scale));
            }
            Type::Text => {
                let text = std::str::from_utf8(bytes).ok();
                let text = text.with_context(|| format!("{bytes:?} is not UTF-8"))?;
                self.push(text);
            }
        }
        Ok(())
    }
}

const SHORT: &str = "the values end too early";

/// A whole number in two's complement.
fn whole(bytes: &[u8], lowest_first: bool) -> Result<i128> {
    ensure!((1..=16).contains(&bytes.len()), "a decimal number of {} bytes", bytes.len());
    let mut bytes = bytes.to_vec();
    if lowest_first {
        bytes.reverse();
    }
    let sign = i128::from(bytes[0] as i8 >> 7);
    Ok(bytes.iter().fold(sign, |number, &byte| number << 8 | i128::from(byte)))
}

/// A number in units of `10^-scale` as text.
fn decimal(number: i128, scale: u32) -> String {
    let scale = scale as usize;
    let digits = format!("{:0>1$}", number.unsigned_abs(), scale + 1);
    let (before, after) = digits.split_at(digits.len() - scale);
    let sign = if number < 0 { "-" } else { "" };
    let point = if scale > 0 { "." } else { "" };
    format!("{sign}{before}{point}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(of: Type, bytes: &[u8], count: usize) -> Vec<String> {
        let mut texts = Texts::default();
        texts.plain(of, bytes, count).unwrap();
        (0..texts.len()).map(|at| texts.get(at).unwrap().to_owned()).collect()
    }

    #[test]
    fn values_are_text_that_reads_as_they_are() {
        let integer = |bytes, signed| Type::Integer { bytes, signed };
        assert_eq!(texts(integer(4, true), &[255; 4], 1), ["-1"]);
        assert_eq!(texts(integer(4, false), &[255; 4], 1), ["4294967295"]);
        assert_eq!(texts(integer(8, true), &[255; 8], 1), ["-1"]);
        assert_eq!(texts(integer(8, false), &[255; 8], 1), ["18446744073709551615"]);
        let floats: Vec<u8> = [0.1f32, -1e-7, 1e10].iter().flat_map(|x| x.to_le_bytes()).collect();
        assert_eq!(
            texts(Type::Float { bytes: 4 }, &floats, 3),
            ["0.1", "-0.0000001", "10000000000"]
        );
        let floats: Vec<u8> = [0.1f64, f64::NAN].iter().flat_map(|x| x.to_le_bytes()).collect();
        assert_eq!(texts(Type::Float { bytes: 8 }, &floats, 2), ["0.1", "NaN"]);
        assert_eq!(texts(Type::Boolean, &[0b101], 3), ["true", "false", "true"]);
        let text = [&[2, 0, 0, 0][..], "é".as_bytes(), &[0; 4]].concat();
        assert_eq!(texts(Type::Text, &text, 2), ["é", ""]);
    }

    #[test]
    fn decimal_numbers_have_their_scale() {
        let of = |bytes, scale, lowest_first| Type::Decimal { bytes, scale, lowest_first };
        assert_eq!(texts(of(Some(4), 2, true), &(-5i32).to_le_bytes(), 1), ["-0.05"]);
        assert_eq!(texts(of(Some(3), 1, false), &[0, 1, 44], 1), ["30.0"]);
        assert_eq!(texts(of(None, 0, false), &[1, 0, 0, 0, 0xFE], 1), ["-2"]);
        assert_eq!(decimal(i128::MIN, 38).len(), 41);
        let long = [&[17, 0, 0, 0][..], &[0; 17]].concat();
        Texts::default().plain(of(None, 0, false), &long, 1).unwrap_err();
    }

    #[test]
    fn what_ends_too_early_is_refused() {
        let refused = |of, bytes: &[u8], count| Texts::default().plain(of, bytes, count).is_err();
        assert!(refused(Type::Float { bytes: 8 }, &[0; 15], 2));
        assert!(refused(Type::Text, &[255, 255, 255, 255, 65], 1));
        assert!(refused(Type::Text, &[1, 0, 0, 0, 255], 1));
        assert!(refused(Type::Boolean, &[255], 9));
        assert!(Texts::default().look_up(&[0], &Texts::default()).is_err());
    }
}
