//! Decimal numbers as integers: what a column's cells are in units of its last decimal.

use gan_core::table::MAX_DECIMALS;

/// A cell as a number: text that f64 can parse and that is finite.
pub(super) fn number(cell: &str) -> Option<f64> {
    cell.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Digits after the decimal point of a number's text: 2 of `1.25` and of `12.5e-1`.
pub(super) fn decimals(cell: &str) -> u8 {
    let (mantissa, exponent) = cell.split_once(['e', 'E']).unwrap_or((cell, "0"));
    let after = mantissa.split_once('.').map_or("", |(_, after)| after);
    let exponent: i64 = exponent.parse().unwrap_or(0);
    (after.len() as i64 - exponent).clamp(0, u8::MAX.into()) as u8
}

/// `number` in units of `10^-decimals`, rounded to the nearest.
pub(super) fn scaled(number: f64, decimals: u8) -> f64 {
    (number * 10f64.powi(decimals.into())).round()
}

/// Decimals with which numbers up to `largest` have 32 bits, at most as many as `wanted` and as the
/// format has; nothing if they do not even without any.
pub(super) fn that_fit(largest: f64, wanted: u8) -> Option<u8> {
    (0..=wanted.min(MAX_DECIMALS))
        .rev()
        .find(|&places| scaled(largest, places) <= f64::from(i32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_those_of_the_text() {
        for (cell, expected) in
            [("7", 0), ("-0.50", 2), ("1e3", 0), ("12.5e-1", 2), ("1.25E+1", 1), ("1e-9", 9)]
        {
            assert_eq!(decimals(cell), expected, "{cell}");
        }
    }

    #[test]
    fn numbers_fit_into_32_bits() {
        assert_eq!(that_fit(2147.0, 9), Some(6));
        assert_eq!(that_fit(2148.0, 9), Some(5));
        assert_eq!(that_fit(2_147_483_647.0, 2), Some(0));
        assert_eq!(that_fit(2_147_483_648.0, 2), None);
        assert_eq!((number("nan"), number("inf"), number("x")), (None, None, None));
        assert_eq!((number("-1.5e1"), scaled(-1.005, 2)), (Some(-15.0), -100.0));
    }
}
