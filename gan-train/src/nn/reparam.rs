//! Weights that a pass sees otherwise than they are stored, as burn reparameterizations: divided
//! by their largest singular value, or rounded to four bits.

use super::half_bytes::HalfBytes;
use super::mlp::Mlp;
use super::params::HostParam;
use crate::random::{Purpose, extend_normal, stream};
use burn::module::{Module, Param, Reparameterization, Reparameterizer};
use burn::prelude::*;
use burn::tensor::TensorData;
use std::sync::{Arc, Mutex};

/// Power iterations when training begins; later, one in each pass follows the weights.
const FIRST_ITERATIONS: usize = 15;

/// Spectral normalization (Miyato et al. 2018): weights divided by their largest singular value.
///
/// As published, each forward pass first improves the estimate of the singular vectors by one power
/// iteration on the weights as they are. The vectors are constants for the gradient.
#[derive(Module, Debug)]
pub struct SpectralNorm {
    /// Copies of a network share it.
    #[module(skip)]
    state: Arc<Mutex<Vectors>>,
}

/// The singular vectors of a matrix of weights.
#[derive(Debug)]
struct Vectors {
    /// The vector on the side of the outputs, `[outputs]`.
    output: Tensor<1>,
    /// What the passes of this update use, where it goes through its batch in parts.
    of_part: Option<OfPart>,
}

/// The vectors that the passes with the first part of a batch made. The passes with the other parts
/// take them, so that all parts go through the same network, and an update makes as many power
/// iterations as one with the whole batch.
#[derive(Debug, Default)]
struct OfPart {
    /// Both vectors, `[inputs, 1]` and `[outputs, 1]`, of each pass in order.
    made: Vec<[Tensor<2>; 2]>,
    /// Index of the next pass with the current part.
    next: usize,
}

impl SpectralNorm {
    /// From a first vector `[outputs]`, on a device that records nothing.
    pub fn new(output: Tensor<1>) -> Self {
        Self { state: Arc::new(Mutex::new(Vectors { output, of_part: None })) }
    }

    /// The vector as it is now.
    pub fn output(&self) -> Tensor<1> {
        self.lock().output.clone()
    }

    /// Says that the next passes are with part `part` of a batch, counted from 0. Call
    /// [`Self::end_parts`] after the last part.
    pub fn begin_part(&self, part: usize) {
        let mut state = self.lock();
        match &mut state.of_part {
            Some(passes) if part > 0 => passes.next = 0,
            passes => *passes = Some(OfPart::default()),
        }
    }

    /// Says that the next passes are with whole batches.
    pub fn end_parts(&self) {
        self.lock().of_part = None;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vectors> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Power iterations with weights `w` `[inputs, outputs]`: `v = w u / |w u|`,
    /// `u = wᵀ v / |wᵀ v|`. Returns both vectors, as `[inputs, 1]` and `[outputs, 1]`.
    pub fn iterate(&self, w: &Tensor<2>, iterations: usize) -> [Tensor<2>; 2] {
        let mut state = self.lock();
        let mut u: Tensor<2> = state.output.clone().unsqueeze_dim(1);
        let mut v = w.clone().matmul(u.clone());
        for _ in 0..iterations {
            v = unit(w.clone().matmul(u));
            u = unit(w.clone().transpose().matmul(v.clone()));
        }
        state.output = u.clone().squeeze_dim(1);
        [v, u]
    }

    /// Both vectors, `[inputs, 1]` and `[outputs, 1]`, for the next pass with weights `w`.
    fn of_pass(&self, w: &Tensor<2>) -> [Tensor<2>; 2] {
        if let Some(passes) = &mut self.lock().of_part {
            passes.next += 1;
            if let Some(made) = passes.made.get(passes.next - 1) {
                return made.clone();
            }
        }
        let vectors = self.iterate(w, 1);
        if let Some(passes) = &mut self.lock().of_part {
            passes.made.push(vectors.clone());
        }
        vectors
    }
}

/// The vector with length 1.
fn unit(x: Tensor<2>) -> Tensor<2> {
    let length = x.clone().square().sum().sqrt().clamp_min(1e-12);
    x / length.unsqueeze()
}

impl Reparameterization for SpectralNorm {
    const NAME: &'static str = "spectral_norm";

    fn apply<const D: usize>(&self, base: Tensor<D>) -> Tensor<D> {
        let shape = base.dims();
        let w: Tensor<2> = base.clone().reshape([shape[0], shape[D - 1]]);
        let [v, u] = self.of_pass(&w.clone().without_autodiff());
        let (v, u) = (lift(v, &base), lift(u, &base));
        // The largest singular value, vᵀ w u, as a function of the weights.
        let sigma = v.transpose().matmul(w).matmul(u);
        base / sigma.reshape([1; D])
    }
}

/// A constant beside `like`, which may be recorded.
fn lift<const D: usize>(x: Tensor<2>, like: &Tensor<D>) -> Tensor<2> {
    if like.is_autodiff() { Tensor::from_inner(x) } else { x }
}

/// Weights rounded to four bits by [`HalfBytes`], as the blob will have them. The gradient passes
/// as if rounding had the derivative 1 (the straight-through estimator, Bengio et al. 2013).
#[derive(Module, Debug)]
pub struct FourBits {
    /// Inputs that share a scale: 16 or 32.
    #[module(skip)]
    group: u8,
}

impl Reparameterization for FourBits {
    const NAME: &'static str = "four_bits";

    /// The rule looks for the best scales on the host: the weights travel there and back.
    fn apply<const D: usize>(&self, base: Tensor<D>) -> Tensor<D> {
        let shape = base.dims();
        let exact = base.clone().without_autodiff();
        let device = exact.device();
        let exact: Vec<f32> = exact.try_into_vec_as().expect("weights are f32");
        let mut change = vec![0.0; exact.len()];
        let size = [shape[0], shape[D - 1]];
        HalfBytes::new(&exact, size, self.group, |_| 1.0, |_| 0.0).write(&mut change);
        change.iter_mut().zip(&exact).for_each(|(rounded, exact)| *rounded -= exact);
        let change = Tensor::<D>::from_data(TensorData::new(change, shape), &device);
        let change = if base.is_autodiff() { Tensor::from_inner(change) } else { change };
        base + change
    }
}

/// Attaches [`SpectralNorm`] to every weight matrix, from a vector for each.
struct WithSpectralNorm<V: Iterator<Item = HostParam>> {
    vectors: V,
}

impl<V: Iterator<Item = HostParam>> Reparameterizer for WithSpectralNorm<V> {
    type Reparam = SpectralNorm;

    fn reparameterize<const D: usize>(
        &mut self,
        _path: &str,
        param: Param<Tensor<D>>,
    ) -> (Param<Tensor<D>>, Option<SpectralNorm>) {
        if D != 2 {
            return (param, None);
        }
        let HostParam { shape, values, .. } = self.vectors.next().expect("one for each layer");
        let device = param.lazy_device().inner();
        let norm = SpectralNorm::new(Tensor::from_data(TensorData::new(values, shape), &device));
        (param, Some(norm))
    }
}

/// Attaches [`FourBits`] to every weight matrix but the first layer's, which has few weights that
/// everything depends on and keeps eight bits.
struct WithFourBits {
    group: u8,
    layer: usize,
}

impl Reparameterizer for WithFourBits {
    type Reparam = FourBits;

    fn reparameterize<const D: usize>(
        &mut self,
        _path: &str,
        param: Param<Tensor<D>>,
    ) -> (Param<Tensor<D>>, Option<FourBits>) {
        let first = self.layer == 0;
        if D == 2 {
            self.layer += 1;
        }
        (param, (D == 2 && !first).then_some(FourBits { group: self.group }))
    }
}

impl Mlp {
    /// Switches spectral normalization on, from random vectors.
    pub fn with_spectral_norm(self, seed: u64) -> Self {
        let vectors = self.shapes().into_iter().enumerate().map(|(layer, shape)| {
            let mut values = Vec::with_capacity(shape.outputs);
            let mut rng = stream(seed, Purpose::Spectral, layer as u64);
            extend_normal(&mut values, shape.outputs, &mut rng);
            HostParam { name: String::new(), shape: vec![shape.outputs], values }
        });
        let vectors = vectors.collect();
        let network = self.with_spectral_vectors(vectors);
        network.settle_spectral_norm(FIRST_ITERATIONS);
        network
    }

    /// Switches spectral normalization on, from the vector `[outputs]` of each layer.
    pub fn with_spectral_vectors(self, vectors: Vec<HostParam>) -> Self {
        let vectors = vectors.into_iter();
        self.apply_reparameterization(WithSpectralNorm { vectors })
    }

    /// Runs `iterations` power iterations of spectral normalization; does nothing without it.
    pub fn settle_spectral_norm(&self, iterations: usize) {
        for (norm, weights) in self.spectral_norms() {
            norm.iterate(&weights.base().inner(), iterations);
        }
    }

    /// Says that the next passes are with part `part` of a batch: see
    /// [`SpectralNorm::begin_part`].
    pub fn begin_part(&self, part: usize) {
        self.spectral_norms().for_each(|(norm, _)| norm.begin_part(part));
    }

    /// Says that the next passes are with whole batches.
    pub fn end_parts(&self) {
        self.spectral_norms().for_each(|(norm, _)| norm.end_parts());
    }

    /// The layers' spectral normalizations, each with the weights that it is of.
    fn spectral_norms(&self) -> impl Iterator<Item = (&SpectralNorm, &Param<Tensor<2>>)> {
        let weights = self.layers.iter().map(|layer| &layer.linear.weight);
        weights.filter_map(|weights| Some((weights.reparameterization()?, weights)))
    }

    /// Rounds the weights of all layers but the first to four bits in every pass.
    pub fn with_four_bits(self, group: u8) -> Self {
        self.apply_reparameterization(WithFourBits { group, layer: 0 })
    }
}
