//! The layers' loops and portable bodies against burn's own layers and activations, recorded
//! operation by operation by its autodiff.

use super::portable::FORCED;
use super::*;
use crate::nn::act::{SELU_ALPHA, SELU_SCALE};
use crate::random::{Purpose, stream, uniform};
use burn::prelude::*;
use burn::tensor::{TensorData, activation};

const ACTS: [Act; 10] = [
    Act::Linear,
    Act::Relu,
    Act::LeakyRelu(0.2),
    Act::Tanh,
    Act::Sigmoid,
    Act::Elu,
    Act::Selu,
    Act::Softplus,
    Act::Gelu,
    Act::Silu,
];
const ROWS: usize = 12;

fn numbers<const D: usize>(index: u64, shape: [usize; D]) -> Tensor<D> {
    let count = shape.iter().product();
    let values = uniform(count, 2.0, &mut stream(9, Purpose::Step, index));
    let device = Device::flex().autodiff();
    Tensor::from_data(TensorData::new(values, shape), &device).require_grad()
}

/// burn's function of that name.
fn burns(x: Tensor<2>, act: Act) -> Tensor<2> {
    match act {
        Act::Linear => x,
        Act::Relu => activation::relu(x),
        Act::LeakyRelu(slope) => activation::leaky_relu(x, slope.into()),
        Act::Tanh => activation::tanh(x),
        Act::Sigmoid => activation::sigmoid(x),
        Act::Elu => activation::elu(x, 1.0),
        Act::Selu => {
            let below = (x.clone().clamp_max(0.0).exp() - 1.0) * SELU_ALPHA;
            (activation::relu(x) + below) * SELU_SCALE
        }
        Act::Softplus => activation::softplus(x, 1.0),
        Act::Gelu => activation::gelu(x),
        Act::Silu => activation::silu(x),
    }
}

/// Results, and the gradients of the sum of `c` times the results with respect to the operands.
fn passes(
    layer: impl Fn(Tensor<2>, Tensor<2>, Tensor<1>, Tensor<1>) -> Tensor<2>,
    rows: usize,
) -> Vec<Vec<f32>> {
    let (x, w) = (numbers(0, [rows, 6]), numbers(1, [6, 9]));
    let (a, b) = (numbers(2, [9]), numbers(3, [9]));
    let y = layer(x.clone(), w.clone(), a.clone(), b.clone());
    let c = numbers(4, [rows, 9]).inner();
    let gradients = (y.clone() * c).sum().backward();
    let read = |gradient: Option<Tensor<2>>| -> Vec<f32> {
        gradient.map_or(Vec::new(), |gradient| gradient.try_into_vec_as().unwrap())
    };
    let of_vector = |x: &Tensor<1>| x.grad(&gradients).map(|gradient| gradient.unsqueeze());
    vec![
        y.inner().try_into_vec_as().unwrap(),
        read(x.grad(&gradients)),
        read(w.grad(&gradients)),
        read(of_vector(&a)),
        read(of_vector(&b)),
    ]
}

/// Compares our layer, by loops and by the portable bodies, with burn's operations.
fn check(
    name: &str,
    ours: impl Fn(Tensor<2>, Tensor<2>, Tensor<1>, Tensor<1>) -> Tensor<2>,
    burns: impl Fn(Tensor<2>, Tensor<2>, Tensor<1>, Tensor<1>) -> Tensor<2>,
) {
    // More rows than those from which on products are computed otherwise.
    for rows in [ROWS, 300] {
        let expected = passes(&burns, rows);
        for portable in [false, true] {
            FORCED.set(portable);
            let found = passes(&ours, rows);
            FORCED.set(false);
            for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
                assert_eq!(found.len(), expected.len(), "{name}: number {index}");
                let largest = expected.iter().fold(1.0f32, |largest, x| largest.max(x.abs()));
                let pairs = found.iter().zip(expected);
                let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                // Sums of some hundred f32 products of size 1, in another order.
                assert!(
                    worst < 5e-6 * largest,
                    "{name}, portable {portable}, {rows} rows: number {index} is off by {worst}"
                );
            }
        }
    }
}

#[test]
fn layers_and_their_gradients_are_burns() {
    for act in ACTS {
        check(
            &format!("{act:?}"),
            |x, w, bias, _| linear_act(x, w, bias, act, Cut::WHOLE),
            |x, w, bias, _| burns(x.matmul(w) + bias.unsqueeze(), act),
        );
        check(
            &format!("norm, {act:?}"),
            |x, w, gain, shift| norm_act(product(x, w, Cut::WHOLE), gain, shift, act, Cut::WHOLE),
            |x, w, gain, shift| {
                let x = x.matmul(w);
                let centred = x.clone() - x.mean_dim(0);
                let variance = centred.clone().square().mean_dim(0);
                let normal = centred / (variance + NORM_EPSILON).sqrt();
                burns(normal * gain.unsqueeze() + shift.unsqueeze(), act)
            },
        );
    }
}

/// Expected values: each function's definition in f64.
#[test]
fn activations_are_what_they_are_defined_to_be() {
    let device = Device::flex();
    let points: Vec<f32> = (-60..=60).map(|step| step as f32 / 10.0).collect();
    for act in ACTS {
        let x = Tensor::<1>::from_floats(points.as_slice(), &device).reshape([1, points.len()]);
        let (one, zero) =
            (Tensor::eye(points.len(), &device), Tensor::zeros([points.len()], &device));
        let found: Vec<f32> = linear_act(x, one, zero, act, Cut::WHOLE).try_into_vec_as().unwrap();
        for (&x, found) in points.iter().zip(found) {
            let expected = act.apply(x.into());
            assert!((f64::from(found) - expected).abs() < 1e-6, "{act:?}({x}): {found} {expected}");
        }
    }
}

/// Expected values: by hand.
#[test]
fn signs_are_those_of_the_bits() {
    let device = Device::flex();
    let words = TensorData::new(vec![0b101i32, 1 << 31 | 1, -1, 0], [2, 2]);
    for portable in [false, true] {
        FORCED.set(portable);
        let words = Tensor::<2, Int>::from_data(words.clone(), (&device, burn::tensor::DType::I32));
        let found = add_signs(Tensor::zeros([2, 40], &device), words, 0.5);
        FORCED.set(false);
        let found: Vec<f32> = found.try_into_vec_as().unwrap();
        let mut expected = vec![0.5; 80];
        for taken in [0, 2, 32].into_iter().chain(40..72) {
            expected[taken] = -0.5;
        }
        assert_eq!(found, expected, "portable {portable}");
    }
}

#[test]
fn updates_in_place_are_those_of_the_portable_bodies() {
    let device = Device::flex();
    // More numbers than a block.
    let tensor = |index: u64| {
        let values = uniform(40_000, 1.0, &mut stream(5, Purpose::Step, index));
        Tensor::<1>::from_data(TensorData::new(values, [40_000]), &device)
    };
    let step = AdamStep { beta1: 0.5, beta2: 0.9, lr: 0.01, epsilon: 1e-3 };
    let update = || {
        let alone = adam(tensor(0), tensor(1), tensor(2), tensor(3).abs(), step);
        let averaged = average(tensor(4), alone[0].clone(), 0.6);
        let moments = [tensor(2), tensor(3).abs()];
        let both = adam_average(tensor(0), tensor(1), moments, tensor(4), step, 0.6);
        let data = |x: &Tensor<1>| x.to_data();
        let one_by_one: Vec<_> = alone.iter().chain([&averaged]).map(data).collect();
        assert_eq!(both.each_ref().map(data).to_vec(), one_by_one, "one pass or two");
        let all = both.into_iter();
        all.flat_map(|x| x.try_into_vec_as::<f32>().unwrap()).collect::<Vec<f32>>()
    };
    let loops = update();
    FORCED.set(true);
    let portable = update();
    FORCED.set(false);
    let worst = loops.iter().zip(&portable).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst < 1e-6, "{worst}");
}
