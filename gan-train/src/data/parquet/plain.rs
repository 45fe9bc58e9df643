//! Values one after the other, as text: the encoding PLAIN.

use super::super::texts::Texts;
use super::hybrid::unpacked;
use super::schema::Type;
use anyhow::{Context, Result, ensure};
use std::fmt::Write;

/// Adds values of `dictionary` to a column.
pub(super) fn look_up(texts: &mut Texts, indices: &[u32], dictionary: &Texts) -> Result<()> {
    for &index in indices {
        let value = dictionary.get(index as usize);
        texts.push(
            value.with_context(|| {
                format!("value {index} of a dictionary of {}", dictionary.len())
            })?,
        )?;
    }
    Ok(())
}

/// Adds truth values to a column.
pub(super) fn booleans(texts: &mut Texts, bits: &[u32]) -> Result<()> {
    bits.iter().try_for_each(|&bit| texts.push(if bit == 0 { "false" } else { "true" }))
}

/// Values of one type.
pub(super) struct Plain {
    of: Type,
    /// The text of a value, kept for the next one.
    text: String,
}

impl Plain {
    pub(super) fn new(of: Type) -> Self {
        Self { of, text: String::new() }
    }

    /// Adds what Rust's `Display` makes of a value: of numbers the shortest text that is read as
    /// the same one, without an exponent.
    fn show(&mut self, texts: &mut Texts, value: impl std::fmt::Display) -> Result<()> {
        self.text.clear();
        let _ = write!(self.text, "{value}");
        texts.push(&self.text)
    }

    /// Adds `count` values that lie one after the other in `bytes` to a column.
    ///
    /// # Errors
    ///
    /// Bytes that end too early, text that is not UTF-8, a decimal number of over 128 bits, or more
    /// bytes than the column may have.
    pub(super) fn add(&mut self, texts: &mut Texts, bytes: &[u8], count: usize) -> Result<()> {
        let of = self.of;
        if of == Type::Boolean {
            return booleans(texts, &unpacked(bytes, 1, count)?);
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
            self.value(texts, value)?;
        }
        Ok(())
    }

    fn value(&mut self, texts: &mut Texts, bytes: &[u8]) -> Result<()> {
        let wide = |bytes: &[u8]| {
            let mut wide = [0; 8];
            wide[..bytes.len().min(8)].copy_from_slice(bytes);
            u64::from_le_bytes(wide)
        };
        match self.of {
            Type::Boolean => unreachable!("bits are no bytes"),
            Type::Integer { signed: false, .. } => self.show(texts, wide(bytes)),
            Type::Integer { bytes: 4, .. } => self.show(texts, wide(bytes) as u32 as i32),
            Type::Integer { .. } => self.show(texts, wide(bytes) as i64),
            Type::Float { bytes: 4 } => self.show(texts, f32::from_bits(wide(bytes) as u32)),
            Type::Float { .. } => self.show(texts, f64::from_bits(wide(bytes))),
            Type::Decimal { scale, lowest_first, .. } => {
                let number = whole(bytes, lowest_first)?;
                self.show(texts, decimal(number, scale))
            }
            Type::Text => {
                let text = std::str::from_utf8(bytes).ok();
                let text = text.with_context(|| format!("{bytes:?} is not UTF-8"))?;
                texts.push(text)
            }
        }
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
        Plain::new(of).add(&mut texts, bytes, count).unwrap();
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
        Plain::new(of(None, 0, false)).add(&mut Texts::default(), &long, 1).unwrap_err();
    }

    #[test]
    fn what_ends_too_early_is_refused() {
        let refused = |of, bytes: &[u8], count| {
            Plain::new(of).add(&mut Texts::default(), bytes, count).is_err()
        };
        assert!(refused(Type::Float { bytes: 8 }, &[0; 15], 2));
        assert!(refused(Type::Text, &[255, 255, 255, 255, 65], 1));
        assert!(refused(Type::Text, &[1, 0, 0, 0, 255], 1));
        assert!(refused(Type::Boolean, &[255], 9));
        assert!(look_up(&mut Texts::default(), &[0], &Texts::default()).is_err());
    }
}
