//! The log-likelihood of real images under a Parzen window estimate made of generated ones, as in
//! Goodfellow et al. 2014, "Generative Adversarial Nets", section 5.
//!
//! `log p(x) = log (1/n sum_i exp(-|x - s_i|^2 / (2 sigma^2))) - d/2 log(2 pi sigma^2)`, in nats,
//! where `s_i` are `n` generated images and all pixels, `d` an image, are in 0..=1.

use super::points::Points;
use serde::{Deserialize, Serialize};

/// Terms smaller than e^-50 of the largest are left out: all together they change no bit of the
/// sum's f32.
const NEGLIGIBLE: f64 = -50.0;

/// What [`log_likelihood`] finds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LogLikelihood {
    /// Mean over the real images, nats.
    pub nats: f64,
    /// The windows' standard deviation.
    pub sigma: f64,
}

/// The ten widths that are tried: from 0.1 to 1, each 1.29 times the one before.
pub fn sigmas() -> [f64; 10] {
    std::array::from_fn(|index| 10f64.powf(index as f64 / 9.0 - 1.0))
}

/// The mean log-likelihood of `real`, with the width that is best for `validation`: real images
/// too, neither among `samples` nor among `real`.
pub fn log_likelihood(samples: &Points, validation: &Points, real: &Points) -> LogLikelihood {
    let found = densities(samples, validation, &sigmas());
    let best = found.into_iter().zip(sigmas()).max_by(|a, b| a.0.total_cmp(&b.0));
    let sigma = best.expect("ten widths are tried").1;
    LogLikelihood { nats: densities(samples, real, &[sigma])[0], sigma }
}

/// The mean log density of `real` for each width.
fn densities(samples: &Points, real: &Points, sigmas: &[f64]) -> Vec<f64> {
    let dimension = samples.dimension() as f64;
    let rows = real.map_distances(samples, |_, distances| -> Vec<f64> {
        let nearest = f64::from(distances.iter().copied().fold(f32::INFINITY, f32::min));
        let density = |&sigma: &f64| {
            let variance = sigma * sigma;
            // Relative to the largest term, so that nothing underflows.
            let terms = distances
                .iter()
                .map(|&distance| (nearest - f64::from(distance)) / (2.0 * variance));
            let sum: f64 = terms.filter(|&term| term > NEGLIGIBLE).map(f64::exp).sum();
            let mean = sum.ln() - nearest / (2.0 * variance) - (distances.len() as f64).ln();
            mean - 0.5 * dimension * (2.0 * std::f64::consts::PI * variance).ln()
        };
        sigmas.iter().map(density).collect()
    });
    (0..sigmas.len())
        .map(|index| rows.iter().map(|row| row[index]).sum::<f64>() / rows.len() as f64)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!(
            (found - expected).abs() < 1e-5 * expected.abs().max(1.0),
            "{found}, expected {expected}"
        );
    }

    /// One window is a normal distribution, whose density is known.
    #[test]
    fn one_sample_gives_the_normal_density() {
        let sample = Points::new(vec![0.25, 0.5, 1.0], 3);
        let real = Points::new(vec![0.75, 0.5, 0.0], 3);
        for sigma in [0.1, 0.5, 1.0] {
            let density = |d: f64| {
                (-d * d / (2.0 * sigma * sigma)).exp()
                    / (sigma * (2.0 * std::f64::consts::PI).sqrt())
            };
            close(
                densities(&sample, &real, &[sigma])[0],
                density(0.5).ln() + density(0.0).ln() + density(1.0).ln(),
            );
        }
    }

    /// Two windows and two images, by the formula as it stands.
    #[test]
    fn windows_and_images_are_averaged() {
        let samples = Points::new(vec![0.0, 1.0], 1);
        let real = Points::new(vec![0.0, 0.5], 1);
        let (sigma, root) = (0.4f64, (2.0 * std::f64::consts::PI).sqrt());
        let window = |d: f64| (-d * d / (2.0 * sigma * sigma)).exp() / (sigma * root);
        let expected = (((window(0.0) + window(1.0)) / 2.0).ln() + window(0.5).ln()) / 2.0;
        close(densities(&samples, &real, &[sigma])[0], expected);
    }

    /// e^-39200 is 0 in every float; its logarithm is not.
    #[test]
    fn far_images_do_not_underflow() {
        let samples = Points::new([vec![1.0; 784], vec![1.0; 784]].concat(), 784);
        let real = Points::new(vec![0.0; 784], 784);
        let expected = -784.0 / 0.02 - 392.0 * (2.0 * std::f64::consts::PI * 0.01).ln();
        close(densities(&samples, &real, &[0.1])[0], expected);
    }

    /// The best width of one window is the root mean square deviation: 0.3 here, and 0.278 is the
    /// nearest that is tried.
    #[test]
    fn the_width_is_chosen_on_the_validation_images() {
        let samples = Points::new(vec![0.0], 1);
        let validation = Points::new(vec![0.3, -0.3], 1);
        let real = Points::new(vec![0.0], 1);
        let found = log_likelihood(&samples, &validation, &real);
        assert!((found.sigma - 0.278).abs() < 1e-3, "{}", found.sigma);
        close(found.nats, -(found.sigma * (2.0 * std::f64::consts::PI).sqrt()).ln());
        assert!((sigmas()[0], sigmas()[9]) == (0.1, 1.0));
    }
}
