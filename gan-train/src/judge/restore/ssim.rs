//! The structural similarity index (Wang, Bovik, Sheikh and Simoncelli 2004).

/// Side of the window.
const WINDOW: usize = 11;
/// Standard deviation of the window's weights, in pixels.
const SIGMA: f64 = 1.5;
/// `(K1 L)^2` and `(K2 L)^2` with `K1 = 0.01`, `K2 = 0.03` and pixels up to `L = 255`.
const C1: f64 = 2.55 * 2.55;
const C2: f64 = 7.65 * 7.65;

/// The mean over all places of a window within two images of this width and height of
///
/// `(2 m_a m_b + C1) (2 s_ab + C2) / ((m_a^2 + m_b^2 + C1) (s_a^2 + s_b^2 + C2))`
///
/// with means `m`, variances `s^2` and the covariance `s_ab` weighted by a Gaussian window of 11x11
/// pixels with a standard deviation of 1.5, as published. An image whose side is under 11 has a
/// window of the largest odd number of pixels that fits. 1 is equal.
pub fn ssim(a: &[u8], b: &[u8], size: [usize; 2]) -> f64 {
    let [a, b] =
        [a, b].map(|image| image.iter().map(|&pixel| f64::from(pixel)).collect::<Vec<_>>());
    let product = |a: &[f64], b: &[f64]| {
        let product: Vec<f64> = a.iter().zip(b).map(|(a, b)| a * b).collect();
        windowed(&product, size)
    };
    let (squares_a, squares_b, products) = (product(&a, &a), product(&b, &b), product(&a, &b));
    let (means_a, means_b) = (windowed(&a, size), windowed(&b, size));
    let at = |index: usize| {
        let (a, b) = (means_a[index], means_b[index]);
        let (variance_a, variance_b) = (squares_a[index] - a * a, squares_b[index] - b * b);
        let covariance = products[index] - a * b;
        (2.0 * a * b + C1) * (2.0 * covariance + C2)
            / ((a * a + b * b + C1) * (variance_a + variance_b + C2))
    };
    (0..means_a.len()).map(at).sum::<f64>() / means_a.len() as f64
}

/// Weights of a window that fits into a side of so many pixels; their sum is 1.
fn weights(side: usize) -> Vec<f64> {
    let window = WINDOW.min(side - (side + 1) % 2);
    let middle = (window / 2) as f64;
    let weight = |at: usize| (-(at as f64 - middle).powi(2) / (2.0 * SIGMA * SIGMA)).exp();
    let weights: Vec<f64> = (0..window).map(weight).collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

/// The weighted mean of each window that lies within the image.
fn windowed(image: &[f64], [width, height]: [usize; 2]) -> Vec<f64> {
    let (across, down) = (weights(width), weights(height));
    let (columns, rows) = (width + 1 - across.len(), height + 1 - down.len());
    let mut lines = Vec::with_capacity(columns * height);
    for line in image.chunks_exact(width) {
        for window in line.windows(across.len()) {
            lines.push(window.iter().zip(&across).map(|(x, weight)| x * weight).sum::<f64>());
        }
    }
    let mut means = Vec::with_capacity(columns * rows);
    for y in 0..rows {
        for x in 0..columns {
            let column = lines[y * columns + x..].iter().step_by(columns);
            means.push(column.zip(&down).map(|(value, weight)| value * weight).sum());
        }
    }
    means
}
