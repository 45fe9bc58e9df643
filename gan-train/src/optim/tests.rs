//! Updates against the published algorithms in f64.

use super::*;
use burn::module::{Param, ParamId};

const GRADIENTS: [[f64; 2]; 3] = [[0.3, -1.0], [0.1, 2.0], [-0.7, 0.0]];
const START: [f64; 2] = [1.0, -2.0];

#[derive(Module, Debug)]
struct Matrix {
    weight: Param<Tensor<2>>,
}

#[derive(Module, Debug)]
struct Vector {
    bias: Param<Tensor<1>>,
}

fn device() -> Device {
    Device::flex().autodiff()
}

fn matrix() -> Matrix {
    let start = Tensor::from_floats([START.map(|x| x as f32)], &device());
    Matrix { weight: Param::initialized(ParamId::from(7), start.require_grad()) }
}

fn gradients(gradient: [f64; 2]) -> GradientsParams {
    let mut all = GradientsParams::new();
    let gradient = [gradient.map(|x| x as f32)];
    all.register(ParamId::from(7), Tensor::<2>::from_floats(gradient, &Device::flex()));
    all
}

fn config(kind: OptimizerKind) -> Config {
    let text = "name = \"t\"\n[generator]\nlatent = 3\nhidden = [4]\n[discriminator]\nhidden = [4]";
    let mut config: Config = toml::from_str(text).unwrap();
    let training = &mut config.training;
    (training.optimizer, training.beta1, training.beta2) = (kind, 0.5, 0.9);
    (training.epsilon, training.weight_decay) = (1e-3, 0.2);
    config
}

fn values(matrix: &Matrix) -> [f64; 2] {
    let values: Vec<f32> = matrix.weight.val().inner().try_into_vec_as().unwrap();
    [values[0].into(), values[1].into()]
}

/// Makes three updates and compares the values with `expected` after each.
fn check(
    kind: OptimizerKind,
    regularizer: Regularizer,
    mut expected: impl FnMut(u64, [f64; 2]) -> [f64; 2],
) {
    let mut optim = Optim::new(&config(kind), Network::Generator);
    optim.regularizer = regularizer;
    let mut matrix = matrix();
    for (time, gradient) in (1..).zip(GRADIENTS) {
        matrix = optim.step(0.1, matrix, gradients(gradient));
        assert!(matrix.weight.val().is_require_grad(), "it is trained on");
        for (found, expected) in values(&matrix).iter().zip(expected(time, gradient)) {
            assert!((found - expected).abs() < 1e-6, "{kind:?} {time}: {found} {expected}");
        }
    }
}

/// Adam's change of each number in update `time`, without the rate.
fn adam(m: &mut [f64; 2], v: &mut [f64; 2], g: [f64; 2], time: u64) -> [f64; 2] {
    std::array::from_fn(|index| {
        m[index] = 0.5 * m[index] + 0.5 * g[index];
        v[index] = 0.9 * v[index] + 0.1 * g[index] * g[index];
        let first = m[index] / (1.0 - 0.5f64.powi(time as i32));
        let second = v[index] / (1.0 - 0.9f64.powi(time as i32));
        first / (second.sqrt() + 1e-3)
    })
}

#[test]
fn adam_and_adamw_follow_the_published_algorithms() {
    let (mut x, mut m, mut v) = (START, [0.0; 2], [0.0; 2]);
    check(OptimizerKind::Adam, Regularizer::default(), |time, g| {
        let change = adam(&mut m, &mut v, g, time);
        x.iter_mut().zip(change).for_each(|(x, change)| *x -= 0.1 * change);
        x
    });
    let (mut x, mut m, mut v) = (START, [0.0; 2], [0.0; 2]);
    check(OptimizerKind::AdamW, Regularizer::default(), |time, g| {
        let change = adam(&mut m, &mut v, g, time);
        x.iter_mut().zip(change).for_each(|(x, change)| *x -= 0.1 * 0.2 * *x + 0.1 * change);
        x
    });
}

/// The penalties are added to the loss by hand.
#[test]
fn rmsprop_and_sgd_follow_theirs_with_penalties_and_clips() {
    let regularizer = Regularizer { l1: 0.02, l2: 0.3, weight_clip: 1.5, ..Default::default() };
    let penalized = |g: f64, x: f64| g + 0.02 * x.signum() + 0.3 * x;
    let (mut x, mut v) = (START, [0.0f64; 2]);
    check(OptimizerKind::RmsProp, regularizer, |_, gradient| {
        for index in 0..2 {
            let g = penalized(gradient[index], x[index]);
            v[index] = 0.9 * v[index] + 0.1 * g * g;
            x[index] = (x[index] - 0.1 * g / (v[index].sqrt() + 1e-3)).clamp(-1.5, 1.5);
        }
        x
    });
    let (mut x, mut m) = (START, [0.0; 2]);
    check(OptimizerKind::Sgd, regularizer, |_, gradient| {
        for index in 0..2 {
            m[index] = 0.5 * m[index] + penalized(gradient[index], x[index]);
            x[index] = (x[index] - 0.1 * m[index]).clamp(-1.5, 1.5);
        }
        x
    });
}

#[test]
fn lion_goes_by_the_sign_of_its_momentum() {
    let (mut x, mut m) = (START, [0.0f64; 2]);
    check(OptimizerKind::Lion, Regularizer::default(), |_, g| {
        for index in 0..2 {
            let direction = 0.5 * m[index] + 0.5 * g[index];
            let sign = if direction == 0.0 { 0.0 } else { direction.signum() };
            x[index] -= 0.1 * (0.2 * x[index] + sign);
            m[index] = 0.9 * m[index] + 0.1 * g[index];
        }
        x
    });
}

#[test]
fn gradients_are_clipped_by_value_and_by_the_whole_networks_norm() {
    let by_value = Regularizer { clip_value: 0.5, ..Default::default() };
    let by_norm = Regularizer { clip_norm: 0.5, ..Default::default() };
    for (regularizer, clip) in [
        (by_value, (|g: [f64; 2]| g.map(|g| g.clamp(-0.5, 0.5))) as fn([f64; 2]) -> [f64; 2]),
        (by_norm, |g| g.map(|x| x * (0.5 / g[0].hypot(g[1])).min(1.0))),
    ] {
        let (mut x, mut m) = (START, [0.0; 2]);
        check(OptimizerKind::Sgd, regularizer, |_, gradient| {
            for (index, g) in clip(gradient).into_iter().enumerate() {
                m[index] = 0.5 * m[index] + g;
                x[index] -= 0.1 * m[index];
            }
            x
        });
    }
}

#[test]
fn biases_are_not_penalized() {
    let mut config = config(OptimizerKind::Sgd);
    config.training.beta1 = 0.0;
    let mut optim = Optim::new(&config, Network::Generator);
    optim.regularizer = Regularizer { l1: 1.0, l2: 1.0, ..Default::default() };
    let matrix = optim.step(0.1, matrix(), gradients([0.0; 2]));
    assert!((values(&matrix)[0] - 0.8).abs() < 1e-6 && (values(&matrix)[1] + 1.7).abs() < 1e-6);

    let start = Tensor::<1>::from_floats([1.0, -2.0], &device()).require_grad();
    let vector = Vector { bias: Param::initialized(ParamId::from(8), start) };
    let mut gradients = GradientsParams::new();
    gradients.register(ParamId::from(8), Tensor::<1>::zeros([2], &Device::flex()));
    let vector = optim.step(0.1, vector, gradients);
    let values: Vec<f32> = vector.bias.val().inner().try_into_vec_as().unwrap();
    assert_eq!(values, [1.0, -2.0]);
}

/// Expected values: the definition. A clip, and every rule but Adam, move the average in a pass of
/// its own.
#[test]
fn an_average_moves_towards_the_network() {
    for (kind, weight_clip) in [
        (OptimizerKind::Adam, 0.0),
        (OptimizerKind::Adam, 1.5),
        (OptimizerKind::Sgd, 0.0),
        (OptimizerKind::Lion, 0.0),
    ] {
        let mut optim = Optim::new(&config(kind), Network::Generator);
        optim.regularizer.weight_clip = weight_clip;
        let mut alone = optim.clone();
        let (mut network, mut average, mut expected) = (matrix(), matrix().valid(), START);
        let mut other = matrix();
        for gradient in GRADIENTS {
            other = alone.step(0.1, other, gradients(gradient));
            (network, average) =
                optim.step_averaging(0.1, network, gradients(gradient), (average, 0.75));
            assert_eq!(values(&network), values(&other), "{kind:?}: the average changes nothing");
            for (expected, new) in expected.iter_mut().zip(values(&network)) {
                *expected = 0.75 * *expected + 0.25 * new;
            }
            for (found, expected) in values(&average).iter().zip(expected) {
                assert!((found - expected).abs() < 1e-6, "{kind:?}: {found} for {expected}");
            }
        }
        assert_ne!(values(&average), values(&network));

        let (network, moved) =
            optim.step_averaging(0.1, network, GradientsParams::new(), (average, 0.75));
        for (found, (old, new)) in values(&moved).iter().zip(expected.iter().zip(values(&network)))
        {
            let expected = 0.75 * old + 0.25 * new;
            assert!((found - expected).abs() < 1e-6, "{kind:?}: a parameter without gradient");
        }
    }
}

#[test]
fn what_is_remembered_can_be_restored() {
    for kind in [OptimizerKind::Adam, OptimizerKind::AdamW, OptimizerKind::Lion] {
        let mut optim = Optim::new(&config(kind), Network::Generator);
        let matrix = optim.step(0.1, matrix(), gradients([0.3, -1.0]));
        let memory = optim.memory(7).unwrap().unwrap();
        let mut other = Optim::new(&config(kind), Network::Generator);
        assert_eq!(other.memory(7).unwrap(), None);
        other.restore(7, 2, memory.clone(), &Device::flex()).unwrap();
        let next =
            |optim: &mut Optim| values(&optim.step(0.1, matrix.clone(), gradients([0.1, 2.0])));
        assert_eq!(next(&mut optim), next(&mut other), "{kind:?}");
        let missing = Memory { moments: Vec::new(), ..memory };
        assert!(other.restore(7, 2, missing, &Device::flex()).is_err(), "{kind:?}");
    }
}
