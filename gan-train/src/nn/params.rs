//! A network's numbers on the host, by name: what checkpoints hold, and what folding and tests
//! read.
//!
//! Names are PyTorch's for an `nn.Sequential` of the same layers, which numbers each `Linear`,
//! `BatchNorm1d`, activation and `Dropout` in turn: `0.weight`, `0.bias`, `2.weight` and so on.

use super::mlp::{Dense, LayerShape, Mlp};
use super::reparam::SpectralNorm;
use burn::prelude::*;

/// Reads the numbers of a parameter.
pub type Reader<'m> = Box<dyn Fn() -> Vec<f32> + 'm>;

/// A named tensor on the host.
#[derive(Debug, Clone, PartialEq)]
pub struct HostParam {
    /// As PyTorch names it in the network.
    pub name: String,
    /// `[inputs, outputs]` for weights, `[outputs]` for the others.
    pub shape: Vec<usize>,
    /// Row-major; empty if only names and shapes are wanted.
    pub values: Vec<f32>,
}

impl HostParam {
    /// Whether it is a matrix of weights.
    pub fn is_weight(&self) -> bool {
        self.shape.len() == 2
    }
}

/// The numbers of a layer.
#[derive(Debug, Clone, Copy)]
pub struct LayerParams<'p> {
    /// Weight and bias, or weight, gain and shift.
    pub params: &'p [HostParam],
    /// The layer's shape.
    pub shape: LayerShape,
}

/// Modules of a layer in PyTorch's numbering.
fn modules(shape: &LayerShape) -> usize {
    2 + usize::from(shape.batch_norm) + usize::from(shape.dropout > 0.0)
}

/// Names and shapes of all parameters of a network with these layers, in its order.
pub fn names(shapes: &[LayerShape]) -> Vec<HostParam> {
    let mut all = Vec::new();
    let mut number = 0;
    for shape in shapes {
        let mut add = |module: usize, name: &str, dims: Vec<usize>| {
            let name = format!("{module}.{name}");
            all.push(HostParam { name, shape: dims, values: Vec::new() });
        };
        add(number, "weight", vec![shape.inputs, shape.outputs]);
        if shape.batch_norm {
            add(number + 1, "weight", vec![shape.outputs]);
            add(number + 1, "bias", vec![shape.outputs]);
        } else {
            add(number, "bias", vec![shape.outputs]);
        }
        number += modules(shape);
    }
    all
}

/// Names and shapes of the vectors of spectral normalization; PyTorch has them too.
pub fn spectral_names(shapes: &[LayerShape]) -> Vec<HostParam> {
    let weights = names(shapes).into_iter().filter(HostParam::is_weight);
    let vector = |HostParam { name, shape, values }: HostParam| HostParam {
        name: format!("{name}_u"),
        shape: vec![shape[1]],
        values,
    };
    weights.map(vector).collect()
}

/// Cuts a list of all parameters into those of each layer.
pub fn by_layer<'p>(shapes: &[LayerShape], params: &'p [HostParam]) -> Vec<LayerParams<'p>> {
    let mut rest = params;
    let layers = shapes.iter().map(|&shape| {
        let (params, after) = rest.split_at(if shape.batch_norm { 3 } else { 2 });
        rest = after;
        LayerParams { params, shape }
    });
    layers.collect()
}

impl Mlp {
    /// Reads all parameters from the device, as they are stored.
    pub fn params(&self) -> Vec<HostParam> {
        let mut all = names(&self.shapes());
        let readers = self.readers();
        all.iter_mut().zip(readers).for_each(|(param, read)| param.values = read());
        all
    }

    /// What reads each parameter from the device, in the order of [`names`].
    pub fn readers(&self) -> Vec<Reader<'_>> {
        let layers = self.layers.iter().flat_map(|layer| {
            let weight: Reader<'_> = Box::new(|| read(layer.linear.weight.base()));
            let bias = layer.linear.bias.as_ref();
            let vectors = bias
                .into_iter()
                .chain(layer.norm.iter().flat_map(|norm| [&norm.gamma, &norm.beta]));
            let vectors = vectors.map(|vector| -> Reader<'_> { Box::new(|| read(vector.base())) });
            [weight].into_iter().chain(vectors)
        });
        layers.collect()
    }

    /// A network of these layers with these numbers, which are in the order of [`names`].
    pub fn from_params(shapes: &[LayerShape], params: &[HostParam], device: &Device) -> Self {
        let layers = by_layer(shapes, params).into_iter().enumerate();
        let layers = layers.map(|(index, LayerParams { params, shape })| {
            let vectors = params[1..].iter().map(|param| param.values.clone()).collect();
            Dense::new(shape, index, params[0].values.clone(), vectors, device)
        });
        Self { layers: layers.collect() }
    }

    /// The ids of its parameters, in the order of [`names`].
    pub fn ids(&self) -> Vec<u64> {
        let ids = self.layers.iter().flat_map(|layer| {
            let norm = layer.norm.as_ref();
            let norm = norm.map(|norm| [norm.gamma.id, norm.beta.id]);
            let bias = layer.linear.bias.as_ref().map(|bias| bias.id);
            [layer.linear.weight.id].into_iter().chain(bias).chain(norm.into_iter().flatten())
        });
        ids.map(|id| id.val()).collect()
    }

    /// The vectors of spectral normalization, one `[outputs]` for each layer; none without it.
    pub fn spectral_vectors(&self) -> Vec<HostParam> {
        let vectors = self.layers.iter().zip(spectral_names(&self.shapes()));
        let vectors = vectors.filter_map(|(layer, name)| {
            let norm = layer.linear.weight.reparameterization::<SpectralNorm>()?;
            Some(HostParam { values: read(norm.output()), ..name })
        });
        vectors.collect()
    }
}

/// The numbers of a tensor, row by row.
pub fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.try_into_vec_as().expect("parameters are f32")
}
