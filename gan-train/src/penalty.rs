//! Penalties on the discriminator's slope, that is on the length of `v = dD/dx`.

use crate::config::{R1, TrainingConfig};
use crate::nn::matrix::Matrix;
use crate::random::add_signs;
use rand_core::Rng;
use rand_pcg::Pcg64Mcg;

/// Images that were moved a little, for `gamma/2 mean ((D(x + sigma e) - D(x)) / sigma)²`: R1
/// (Mescheder et al. 2018), or R2 on generated images, by finite differences along `e`, whose
/// components are 1 or -1 at random, so that the expectation is `|v|²` up to terms of higher order
/// in `sigma` (Hutchinson 1989).
pub(crate) struct Moved {
    pub images: Matrix,
    /// Which group was moved: 0 real, 1 generated.
    group: usize,
    gamma: f64,
    sigma: f64,
}

/// The moved images that the configuration asks for.
pub(crate) fn moved(
    training: &TrainingConfig,
    groups: [&Matrix; 2],
    rng: &mut Pcg64Mcg,
) -> Vec<Moved> {
    let mut all = Vec::new();
    for (group, gamma) in [training.r1_gamma, training.r2_gamma].into_iter().enumerate() {
        if training.r1 == R1::FiniteDifference && gamma > 0.0 {
            let mut images = groups[group].clone();
            let columns = images.columns();
            images
                .values_mut()
                .chunks_exact_mut(columns)
                .for_each(|row| add_signs(row, training.r1_sigma as f32, rng));
            all.push(Moved { images, group, gamma, sigma: training.r1_sigma });
        }
    }
    all
}

impl Moved {
    /// The penalty, from the logits of all groups; the `index`-th moved group comes after the first
    /// two. Adds its derivative to the logits' gradient.
    pub fn add_gradient(&self, index: usize, logits: &[&[f32]], gradient: &mut [f32]) -> f64 {
        let size = logits[0].len();
        let mut sum = 0.0;
        for row in 0..size {
            let slope = f64::from(logits[2 + index][row] - logits[self.group][row]) / self.sigma;
            sum += slope * slope;
            let derivative = (self.gamma * slope / self.sigma / size as f64) as f32;
            gradient[(2 + index) * size + row] += derivative;
            gradient[self.group * size + row] -= derivative;
        }
        self.gamma / 2.0 * sum / size as f64
    }
}

/// Images at which the slope itself is penalized.
pub(crate) struct Point {
    pub images: Matrix,
    kind: Kind,
}

enum Kind {
    /// `gamma/2 mean |v|²` (Mescheder et al. 2018)
    R1 { gamma: f64 },
    /// `lambda mean (|v| - 1)²` (Gulrajani et al. 2017)
    Lipschitz { lambda: f64 },
}

/// The points that the configuration asks for.
pub(crate) fn exact(
    training: &TrainingConfig,
    [real, fake]: [&Matrix; 2],
    rng: &mut Pcg64Mcg,
) -> Vec<Point> {
    let mut points = Vec::new();
    if training.r1 == R1::Exact {
        for (images, gamma) in [(real, training.r1_gamma), (fake, training.r2_gamma)] {
            if gamma > 0.0 {
                points.push(Point { images: images.clone(), kind: Kind::R1 { gamma } });
            }
        }
    }
    if training.gradient_penalty > 0.0 {
        let (mut images, columns) = (real.clone(), real.columns());
        for (image, fake) in
            images.values_mut().chunks_exact_mut(columns).zip(fake.values().chunks_exact(columns))
        {
            let part = (rng.next_u32() >> 8) as f32 / (1u32 << 24) as f32;
            image.iter_mut().zip(fake).for_each(|(x, fake)| *x += part * (fake - *x));
        }
        points.push(Point { images, kind: Kind::Lipschitz { lambda: training.gradient_penalty } });
    }
    points
}

impl Point {
    /// The penalty and its gradient with respect to the slopes, `[row][input]`; only the left
    /// `pixels` inputs count, the others are labels.
    pub fn value_and_gradient(&self, slopes: &Matrix, pixels: usize) -> (f64, Matrix) {
        let (rows, columns) = (slopes.rows(), slopes.columns());
        let mut gradient = Matrix::zeros(rows, columns);
        let mut total = 0.0;
        for (v, q) in slopes
            .values()
            .chunks_exact(columns)
            .zip(gradient.values_mut().chunks_exact_mut(columns))
        {
            let square = v[..pixels].iter().map(|&v| f64::from(v) * f64::from(v)).sum::<f64>();
            let (value, factor) = match self.kind {
                Kind::R1 { gamma } => (gamma / 2.0 * square, gamma),
                Kind::Lipschitz { lambda } => {
                    let length = square.sqrt();
                    (
                        lambda * (length - 1.0).powi(2),
                        2.0 * lambda * (length - 1.0) / length.max(1e-12),
                    )
                }
            };
            total += value;
            let factor = (factor / rows as f64) as f32;
            q[..pixels].iter_mut().zip(v).for_each(|(q, v)| *q = factor * v);
        }
        (total / rows as f64, gradient)
    }
}
