//! One step against the recipe's formulas in naive f64, gradients by finite differences.

use super::{Shape, State, Trainer, batch::Batches, batch::Matrix};
use crate::backend::Backend;
use crate::config::Config;
use crate::data::{Split, idx::Images};
use crate::network::{Mlp, NORM_EPSILON};
use gan_core::Activation;

const BATCH: usize = 6;

fn config(batch_norm: bool, conditional: bool, output: &str) -> Config {
    let text = format!(
        r#"
        name = "test"
        seed = 3
        conditional = {conditional}
        generator = {{ latent = 3, hidden = [5, 4], batch_norm = {batch_norm}, output = "{output}" }}
        discriminator = {{ hidden = [7, 5] }}
        training = {{ batch = {BATCH}, steps = 10, r1_gamma = 0.7, r1_sigma = 0.3 }}
        "#
    );
    toml::from_str(&text).unwrap()
}

fn data() -> Split {
    let pixels = (0..4 * 20u32).map(|index| (index * 97 % 251) as u8).collect();
    let labels = (0..20u8).map(|index| index % 3).collect();
    Split { images: Images { count: 20, width: 2, height: 2, pixels }, labels: Some(labels) }
}

/// A matrix of rows in f64.
type Rows = Vec<Vec<f64>>;

fn rows(matrix: &Matrix) -> Rows {
    if matrix.columns == 0 {
        return vec![Vec::new(); BATCH];
    }
    matrix.values.chunks(matrix.columns).map(|row| row.iter().map(|&value| value.into()).collect()).collect()
}

/// The network's outputs, with weights from `numbers` (all params, one after another).
fn forward(network: &Mlp, numbers: &[f64], inputs: &Rows) -> Rows {
    let mut x = inputs.clone();
    let mut at = 0;
    for layer in &network.layers {
        let weight = &numbers[at..at + layer.inputs * layer.outputs];
        at += weight.len();
        let vectors: Vec<&[f64]> = (0..if layer.batch_norm { 2 } else { 1 })
            .map(|index| &numbers[at + index * layer.outputs..at + (index + 1) * layer.outputs])
            .collect();
        at += vectors.len() * layer.outputs;
        let mut sums: Rows = x
            .iter()
            .map(|row| {
                (0..layer.outputs).map(|o| (0..layer.inputs).map(|i| row[i] * weight[i * layer.outputs + o]).sum()).collect()
            })
            .collect();
        for output in 0..layer.outputs {
            let count = sums.len() as f64;
            let mean = sums.iter().map(|row| row[output]).sum::<f64>() / count;
            let variance = sums.iter().map(|row| (row[output] - mean).powi(2)).sum::<f64>() / count;
            for row in &mut sums {
                row[output] = if layer.batch_norm {
                    (row[output] - mean) / (variance + NORM_EPSILON).sqrt() * vectors[0][output] + vectors[1][output]
                } else {
                    row[output] + vectors[0][output]
                };
            }
        }
        let activate = |x: f64| match layer.activation {
            Activation::Linear => x,
            Activation::Relu => x.max(0.0),
            Activation::LeakyRelu(slope) => {
                if x < 0.0 {
                    f64::from(slope) * x
                } else {
                    x
                }
            }
            Activation::Tanh => x.tanh(),
            Activation::Sigmoid => 1.0 / (1.0 + (-x).exp()),
        };
        x = sums.into_iter().map(|row| row.into_iter().map(activate).collect()).collect();
    }
    x
}

fn numbers(network: &Mlp) -> Vec<f64> {
    network.params.iter().flat_map(|param| param.values.iter().map(|&value| value.into())).collect()
}

fn softplus(x: f64) -> f64 {
    x.exp().ln_1p()
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

fn beside(a: &Rows, b: &Rows) -> Rows {
    a.iter().zip(b).map(|(a, b)| a.iter().chain(b).copied().collect()).collect()
}

/// `d loss / d numbers`, by central differences.
fn differentiate(numbers: &[f64], loss: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    const STEP: f64 = 1e-5;
    (0..numbers.len())
        .map(|index| {
            let at = |delta: f64| {
                let mut moved = numbers.to_vec();
                moved[index] += delta;
                loss(&moved)
            };
            (at(STEP) - at(-STEP)) / (2.0 * STEP)
        })
        .collect()
}

/// After the first step, Adam's first moment is `(1 - beta1)` times the gradient.
fn assert_gradient(name: &str, moments: &[Vec<f32>], beta1: f64, expected: &[f64]) {
    let found: Vec<f64> = moments.iter().flatten().map(|&moment| f64::from(moment) / (1.0 - beta1)).collect();
    assert_eq!(found.len(), expected.len());
    // f32 sums of a few dozen terms of size 1.
    let worst = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(worst < 2e-6, "{name}: gradient is off by {worst}");
    assert!(expected.iter().any(|g| g.abs() > 1e-3), "{name}: the test's gradient vanishes");
}

#[test]
fn a_step_follows_the_recipe() {
    for (batch_norm, conditional, output) in [(false, false, "sigmoid"), (true, true, "sigmoid"), (true, false, "tanh")] {
        let (config, data) = (config(batch_norm, conditional, output), data());
        let shape = Shape::of(&config, &data).unwrap();
        let before = State::new(&config, shape);
        let batch = Batches::new(&config, &data, shape.classes).batch(0);
        let mut trainer = Trainer::new(config.clone(), Backend::Flex, &data, shape, before.clone()).unwrap();
        let losses = trainer.step().unwrap();
        let after = trainer.state();
        let training = &config.training;

        let (all_real, labels, latents) = (rows(&batch.real), rows(&batch.labels), rows(&batch.latents));
        let (real, noisy) = all_real.split_at(BATCH);
        let (real, noisy) = (real.to_vec(), noisy.to_vec());
        let fake = beside(&forward(&before.generator, &numbers(&before.generator), &latents), &labels);

        let non_saturating = |d: &[f64]| {
            let logits =
                |inputs: &Rows| forward(&before.discriminator, d, inputs).into_iter().map(|row| row[0]).collect::<Vec<_>>();
            let (real, noisy, fake) = (logits(&real), logits(&noisy), logits(&fake));
            let loss = mean(real.iter().map(|&x| softplus(-x))) + mean(fake.iter().map(|&x| softplus(x)));
            let r1 = mean(real.iter().zip(&noisy).map(|(a, b)| ((b - a) / training.r1_sigma).powi(2)));
            (loss, r1)
        };
        let (loss, r1) = non_saturating(&numbers(&before.discriminator));
        assert!((losses.discriminator - loss).abs() < 1e-6, "{} {loss}", losses.discriminator);
        assert!((losses.r1 - r1).abs() < 1e-6, "{} {r1}", losses.r1);
        let expected = differentiate(&numbers(&before.discriminator), |d| {
            let (loss, r1) = non_saturating(d);
            loss + training.r1_gamma / 2.0 * r1
        });
        assert_gradient("discriminator", &after.discriminator_adam.first, training.beta1, &expected);

        let generator_loss = |g: &[f64]| {
            let fake = beside(&forward(&before.generator, g, &latents), &labels);
            let logits = forward(&after.discriminator, &numbers(&after.discriminator), &fake);
            mean(logits.iter().map(|row| softplus(-row[0])))
        };
        assert!((losses.generator - generator_loss(&numbers(&before.generator))).abs() < 1e-6);
        let expected = differentiate(&numbers(&before.generator), generator_loss);
        assert_gradient("generator", &after.generator_adam.first, training.beta1, &expected);

        // The average's first step: decay (1 + 0) / (10 + 0).
        for ((average, new), old) in after.average.iter().zip(&after.generator.params).zip(&before.generator.params) {
            for ((average, new), old) in average.values.iter().zip(&new.values).zip(&old.values) {
                assert!((average - (0.1 * old + 0.9 * new)).abs() < 1e-6);
            }
        }
    }
}

#[test]
fn the_rate_is_constant_then_falls() {
    let (config, data) = (config(false, false, "sigmoid"), data());
    let shape = Shape::of(&config, &data).unwrap();
    let trainer = Trainer::new(config.clone(), Backend::Flex, &data, shape, State::new(&config, shape)).unwrap();
    let rates: Vec<f64> = [0, 5, 10].iter().map(|&step| trainer.rate(step) / config.training.rate).collect();
    assert_eq!(rates[..2], [1.0, 1.0]);
    assert!((rates[2] - 0.02).abs() < 1e-12);
}

#[test]
fn an_epoch_shows_every_image_at_most_once_and_in_another_order_each_time() {
    let (config, data) = (config(false, true, "sigmoid"), data());
    let mut batches = Batches::new(&config, &data, 3);
    let epoch = |batches: &mut Batches, first: u64| -> Vec<Vec<u32>> {
        let steps = first..first + batches.in_epoch();
        let real = steps.flat_map(|step| rows(&batches.batch(step).real)[..BATCH].to_vec());
        real.map(|row| row.iter().map(|&value| (value * 255.0).round() as u32).collect()).collect()
    };
    let in_epoch = batches.in_epoch();
    assert_eq!(in_epoch, 3);
    let (first, second) = (epoch(&mut batches, 0), epoch(&mut batches, in_epoch));
    assert_ne!(first, second);
    for mut shown in [first.clone(), second] {
        shown.sort();
        shown.dedup();
        assert_eq!(shown.len(), 18, "an image was shown twice in an epoch");
    }
    // A step depends on nothing but its number, so a resumed run sees what an uninterrupted one would.
    assert_eq!(epoch(&mut batches, 0), first);
}

#[test]
fn a_loss_that_is_not_finite_names_the_step() {
    let (config, data) = (config(false, false, "sigmoid"), data());
    let shape = Shape::of(&config, &data).unwrap();
    let mut state = State::new(&config, shape);
    state.step = 7;
    state.discriminator.params[0].values[0] = f32::NAN;
    let mut trainer = Trainer::new(config, Backend::Flex, &data, shape, state).unwrap();
    let error = trainer.step().unwrap_err().to_string();
    assert!(error.starts_with("step 8: the discriminator's loss is NaN"), "{error}");
}
