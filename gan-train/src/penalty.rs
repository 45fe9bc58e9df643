//! Penalties on the discriminator's slope, that is on the length of `v = dD/dx` at images `x`.

use crate::config::{R1, TrainingConfig};
use crate::nn::cut::Cut;
use crate::nn::mlp::Mlp;
use crate::random::sign_words;
use burn::prelude::*;
use burn::tensor::TensorData;
use rand_core::Rng;
use rand_pcg::Pcg64Mcg;

/// A finite difference that the configuration asks for: `gamma/2 mean ((D(x + e) - D(x)) / sigma)²`
/// is R1 (Mescheder et al. 2018) on real images, or R2 on generated ones. The components of `e` are
/// `sigma` or `-sigma` at random, so that the expectation is `|v|²` up to terms of higher order in
/// `sigma` (Hutchinson 1989).
#[derive(Debug)]
pub(crate) struct Difference {
    /// Which images are perturbed: 0 real, 1 generated.
    pub group: usize,
    gamma: f64,
    sigma: f64,
    /// The signs of `e`, a bit for each pixel.
    words: Tensor<2, Int>,
}

impl Difference {
    /// Those that the configuration asks for, for `rows` images of `pixels` in this pass.
    pub fn of(
        training: &TrainingConfig,
        [rows, pixels]: [usize; 2],
        rng: &mut Pcg64Mcg,
        device: &Device,
        cut: &Cut,
    ) -> Vec<Self> {
        let gammas = [training.r1_gamma, training.r2_gamma].into_iter().enumerate();
        let wanted =
            gammas.filter(|(_, gamma)| training.r1 == R1::FiniteDifference && *gamma > 0.0);
        let difference = |(group, gamma)| {
            let of_all = 0..cut.rows_of_batch(rows);
            let words: Vec<_> = of_all.flat_map(|_| sign_words(pixels, rng)).collect();
            let words = cut.own(words);
            let count = words.len() / rows;
            let words = Tensor::from_data(
                TensorData::new(words, [rows, count]),
                (&device.clone().inner(), burn::tensor::DType::I32),
            );
            Self { group, gamma, sigma: training.r1_sigma, words }
        };
        wanted.map(difference).collect()
    }

    /// The perturbed images.
    pub fn perturbed(&self, images: Tensor<2>) -> Tensor<2> {
        crate::nn::ops::add_signs(images, self.words.clone(), self.sigma as f32)
    }

    /// The penalty, `[1]`, from the logits of the images and of the perturbed ones.
    pub fn value(&self, logits: Tensor<2>, perturbed: Tensor<2>) -> Tensor<1> {
        let slope = (perturbed - logits) / self.sigma;
        slope.square().mean() * (self.gamma / 2.0)
    }
}

/// Images at which the slope itself is penalized.
pub(crate) struct Point {
    /// `[rows, pixels]`
    pub images: Tensor<2>,
    /// Which images they belong to: 0 real, 1 generated. Points between both are of the generated
    /// ones, which move them.
    pub group: usize,
    kind: Kind,
}

enum Kind {
    /// `gamma/2 mean |v|²` (Mescheder et al. 2018)
    R1 { gamma: f64 },
    /// `lambda mean (|v| - 1)²` (Gulrajani et al. 2017)
    Lipschitz { lambda: f64 },
}

impl Point {
    /// The points that the configuration asks for.
    pub fn of(
        training: &TrainingConfig,
        [real, fake]: [&Tensor<2>; 2],
        rng: &mut Pcg64Mcg,
        cut: &Cut,
    ) -> Vec<Self> {
        let mut points = Vec::new();
        if training.r1 == R1::Exact {
            let gammas = [(real, training.r1_gamma), (fake, training.r2_gamma)];
            for (group, (images, gamma)) in gammas.into_iter().enumerate() {
                if gamma > 0.0 {
                    let kind = Kind::R1 { gamma };
                    points.push(Self { images: images.clone(), group, kind });
                }
            }
        }
        if training.gradient_penalty > 0.0 {
            let rows = real.dims()[0];
            let part = |_| (rng.next_u32() >> 8) as f32 / (1u32 << 24) as f32;
            let parts: Vec<f32> = (0..cut.rows_of_batch(rows)).map(part).collect();
            let parts = TensorData::new(cut.own(parts), [rows, 1]);
            let part = Tensor::<2>::from_data(parts, &real.device().inner());
            let images = real.clone() + part * (fake.clone() - real.clone());
            let kind = Kind::Lipschitz { lambda: training.gradient_penalty };
            points.push(Self { images, group: 1, kind });
        }
        points
    }

    /// The penalty, `[1]`. `inputs` are the point's images as the discriminator sees them, with
    /// labels to the right of the `pixels`, which alone count.
    pub fn value(&self, discriminator: &Mlp, inputs: Tensor<2>, pixels: usize) -> Tensor<1> {
        let slopes = discriminator.input_gradient(inputs).narrow(1, 0, pixels);
        let squares = slopes.square().sum_dim(1);
        match self.kind {
            Kind::R1 { gamma } => squares.mean() * (gamma / 2.0),
            // The square root has no derivative at 0.
            Kind::Lipschitz { lambda } => ((squares + 1e-24).sqrt() - 1.0).square().mean() * lambda,
        }
    }
}
