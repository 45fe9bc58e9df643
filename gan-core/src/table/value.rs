//! Turns the bytes of a column into a value, and a value into text, in integers alone.

use super::Points;
use core::fmt;

/// A value of a column. Its text is what a file of comma-separated values has in this place, but
/// for quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// The number `value / 10^decimals`.
    Number {
        /// The number in units of `10^-decimals`.
        value: i32,
        /// Decimals of its text.
        decimals: u8,
    },
    /// One of a category's values.
    Category(&'a str),
}

/// The value at this byte of a scale whose points lie at evenly spaced bytes from 0 to 255.
///
/// With `k` points, the byte is at place `t = byte * (k - 1)`, in units of which each distance
/// between two points has 255. So with `i = t / 255`, rounded down, and `r = t % 255`, it lies
/// `r / 255` of the way from point `i` to the next one, and the value is `points[i] + d r / 255`,
/// where `d` is the difference of the two points, rounded to the nearest integer.
///
/// `d` is not negative and has up to 32 bits. With `d = 255 a + b`, that is `a r + b r / 255`
/// beyond the point, whose parts have no more bits than `d`. A half never has to be rounded: twice
/// `b r` is even, and an odd multiple of 255 is odd.
pub(super) fn scaled(byte: u8, points: &Points<'_>) -> i32 {
    let mut points = points.clone();
    let t = (points.len() as u32).saturating_sub(1).wrapping_mul(byte.into());
    let (i, r) = (t / 255, t % 255);
    let point = points.nth(i as usize).unwrap_or_default();
    // There is no next point after the last one, and then r is 0.
    let difference = points.next().unwrap_or(point).wrapping_sub(point) as u32;
    let (a, b) = (difference / 255, difference % 255);
    point.wrapping_add_unsigned(a.wrapping_mul(r).wrapping_add((b * r + 127) / 255))
}

/// The place of the largest byte, of equal ones the first.
pub(super) fn largest(bytes: &[u8]) -> usize {
    let (mut place, mut largest) = (0, 0);
    for (at, &byte) in bytes.iter().enumerate() {
        if byte > largest {
            (place, largest) = (at, byte);
        }
    }
    place
}

/// The longest text of a number: a sign, ten digits and a point.
const MAX_TEXT: usize = 12;

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (value, decimals) = match *self {
            Self::Number { value, decimals } => (value, decimals),
            Self::Category(value) => return f.write_str(value),
        };
        let mut text = [0; MAX_TEXT];
        let mut start = MAX_TEXT;
        let mut put = |byte| {
            start = start.saturating_sub(1);
            if let Some(place) = text.get_mut(start) {
                *place = byte;
            }
        };
        // The digits from the last to the first.
        let (mut left, mut digits) = (value.unsigned_abs(), 0u8);
        while left > 0 || digits <= decimals.min(super::MAX_DECIMALS) {
            if digits == decimals && decimals > 0 {
                put(b'.');
            }
            put(b'0' + (left % 10) as u8);
            left /= 10;
            digits = digits.wrapping_add(1);
        }
        if value < 0 {
            put(b'-');
        }
        let text = text.get(start..).unwrap_or_default();
        f.write_str(core::str::from_utf8(text).unwrap_or_default())
    }
}
