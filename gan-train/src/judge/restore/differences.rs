//! Differences of pixels.

/// Mean squared difference of pixels.
pub(super) fn mean_square(a: &[u8], b: &[u8]) -> f64 {
    let squares = a.iter().zip(b).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2));
    squares.sum::<f64>() / a.len() as f64
}

/// Peak signal-to-noise ratio of a mean squared difference: `10 log10(255^2 / difference)`,
/// decibels; none of no difference.
pub fn psnr(mean_square: impl Into<Option<f64>>) -> Option<f64> {
    let mean_square = mean_square.into().filter(|&difference| difference > 0.0)?;
    Some(10.0 * (255.0f64 * 255.0 / mean_square).log10())
}

/// Mean absolute difference of pixels.
pub fn l1(a: &[u8], b: &[u8]) -> f64 {
    let sum: u64 = a.iter().zip(b).map(|(&a, &b)| u64::from(a.abs_diff(b))).sum();
    sum as f64 / a.len() as f64
}
