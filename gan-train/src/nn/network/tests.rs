//! What the trainer's tests do not reach: dropout, groups, and burn's autodiff as a second opinion.

use super::{Dense, Mlp, Mode, NORM_EPSILON};
use crate::nn::matrix::Matrix;
use crate::random::{Purpose, stream, uniform};
use burn::prelude::*;
use burn::tensor::{TensorData, activation, module};
use gan_core::Activation;

const ROWS: usize = 12;

fn network(batch_norm: bool, dropout: f32) -> Mlp {
    let dense =
        |inputs, outputs, activation| Dense { inputs, outputs, activation, batch_norm, dropout };
    let layers = vec![
        dense(6, 9, Activation::LeakyRelu(0.2)),
        dense(9, 7, Activation::Tanh),
        Dense { batch_norm: false, dropout: 0.0, ..dense(7, 2, Activation::Sigmoid) },
    ];
    Mlp::new(layers, 5, Purpose::Generator)
}

fn inputs() -> Matrix {
    Matrix::new(ROWS, 6, uniform(ROWS * 6, 2.0, &mut stream(9, Purpose::Step, 0)))
}

fn tensor<const D: usize>(values: &[f32], shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}

/// Outputs, and gradients of `sum of c * outputs` with respect to all params and the inputs, by
/// burn's autodiff. `masks` multiply each layer's outputs.
fn autodiff(
    network: &Mlp,
    c: &[f32],
    groups: usize,
    masks: &[Option<Vec<f32>>],
) -> (Vec<f32>, Vec<Vec<f32>>) {
    let device = Device::flex().autodiff();
    let x = tensor(inputs().values(), [ROWS, 6], &device).require_grad();
    let mut tracked = Vec::new();
    let mut y = x.clone();
    for ((layer, params), mask) in network.layers_with_params().zip(masks) {
        let weight =
            tensor::<2>(&params[0].values, [layer.inputs, layer.outputs], &device).require_grad();
        let vectors: Vec<Tensor<1>> = params[1..]
            .iter()
            .map(|param| tensor(&param.values, [layer.outputs], &device).require_grad())
            .collect();
        let sums = if layer.batch_norm {
            let rows = ROWS / groups;
            let parts = (0..groups).map(|group| {
                let part = y.clone().narrow(0, group * rows, rows).matmul(weight.clone());
                let centred = part.clone() - part.mean_dim(0);
                let variance = centred.clone().square().mean_dim(0);
                centred / (variance + NORM_EPSILON).sqrt() * vectors[0].clone().unsqueeze()
                    + vectors[1].clone().unsqueeze()
            });
            Tensor::cat(parts.collect(), 0)
        } else {
            module::linear(y, weight.clone(), Some(vectors[0].clone()))
        };
        y = match layer.activation {
            Activation::LeakyRelu(slope) => activation::leaky_relu(sums, slope.into()),
            Activation::Tanh => sums.tanh(),
            _ => activation::sigmoid(sums),
        };
        if let Some(mask) = mask {
            y = y * tensor(mask, [ROWS, layer.outputs], &device);
        }
        tracked.push((weight, vectors));
    }
    let outputs: Vec<f32> = y.clone().into_data().try_into_vec_as().unwrap();
    let mut gradients = (y * tensor(c, [ROWS, 2], &device)).sum().backward();
    let mut all: Vec<Vec<f32>> = Vec::new();
    for (weight, vectors) in tracked {
        all.push(weight.grad_remove(&mut gradients).unwrap().try_into_vec_as().unwrap());
        all.extend(vectors.iter().map(|vector| {
            vector.grad_remove(&mut gradients).unwrap().try_into_vec_as::<f32>().unwrap()
        }));
    }
    all.push(x.grad_remove(&mut gradients).unwrap().try_into_vec_as().unwrap());
    (outputs, all)
}

#[test]
fn outputs_and_gradients_are_those_of_burns_autodiff() {
    let device = Device::flex();
    for (batch_norm, groups, dropout) in
        [(false, 1, 0.0), (true, 1, 0.0), (true, 3, 0.0), (false, 2, 0.4), (true, 2, 0.4)]
    {
        let mut network = network(batch_norm, dropout);
        let before = network.clone();
        let mode = Mode { groups, dropout: Some((1, 2)) };
        let mut tape = network.forward(inputs(), mode, &device);
        let masks: Vec<_> = tape.layers.iter().map(|layer| layer.mask.clone()).collect();
        let c = uniform(ROWS * 2, 1.0, &mut stream(4, Purpose::Step, 1));
        let (outputs, expected) = autodiff(&network, &c, groups, &masks);
        let worst = |a: &[f32], b: &[f32]| {
            a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0f32, f32::max)
        };
        assert!(worst(tape.output().values(), &outputs) < 1e-6);

        let gradients = network.gradients(&mut tape, Matrix::new(ROWS, 2, c.clone()), &device);
        let input = network.input_gradient(&mut tape, Matrix::new(ROWS, 2, c), &device);
        let found = gradients.iter().chain([&input]);
        assert_eq!(found.clone().count(), expected.len());
        for (index, (found, expected)) in found.zip(&expected).enumerate() {
            assert_eq!(found.values().len(), expected.len());
            // Sums of a dozen f32 products of size 1, in another order.
            assert!(
                worst(found.values(), expected) < 5e-6,
                "norm {batch_norm}, {groups} groups, dropout {dropout}: number {index}"
            );
        }
        assert_eq!(network, before, "the passes must leave the numbers as they were");
    }
}

#[test]
fn dropout_leaves_out_its_part_alike_in_each_group_and_keeps_the_mean() {
    let layers = vec![Dense {
        inputs: 6,
        outputs: 5000,
        activation: Activation::Linear,
        batch_norm: false,
        dropout: 0.3,
    }];
    let mut network = Mlp::new(layers, 1, Purpose::Generator);
    let pass = |network: &mut Mlp, index| {
        network
            .forward(inputs(), Mode { groups: 2, dropout: Some((7, index)) }, &Device::flex())
            .layers[0]
            .mask
            .clone()
            .unwrap()
    };
    let mask = pass(&mut network, 0);
    assert_eq!(mask[..mask.len() / 2], mask[mask.len() / 2..]);
    let kept = mask.iter().filter(|&&factor| factor > 0.0).count() as f64 / mask.len() as f64;
    // 30,000 draws: three standard deviations are 0.008.
    assert!((kept - 0.7).abs() < 0.008, "{kept}");
    assert!(mask.iter().all(|&factor| factor == 0.0 || (factor - 1.0 / 0.7).abs() < 1e-6));
    assert_ne!(pass(&mut network, 1), mask);
    let without = network.forward(inputs(), Mode { groups: 1, dropout: None }, &Device::flex());
    assert!(without.layers[0].mask.is_none());
}
