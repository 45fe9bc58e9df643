//! The files in tests/peers/files and what their makers make of some latents.

use gan_import::{Activation, Network, Options};
use serde_json::Value;
use std::path::{Path, PathBuf};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/peers/files");

pub fn path(name: &str) -> PathBuf {
    Path::new(FOLDER).join(name)
}

/// The generators' norms have an epsilon of 0.8, which a state dict does not say.
pub fn options(activations: &str) -> Options {
    let parse = |text: &str| Activation::parse(text).unwrap();
    let activations = activations.split(',').filter(|text| !text.is_empty()).map(parse).collect();
    Options { activations, epsilon: 0.8, ..Options::default() }
}

fn apply(activation: Activation, x: f64) -> f64 {
    match activation {
        Activation::Linear => x,
        Activation::Relu => x.max(0.0),
        Activation::LeakyRelu(slope) => x.max(0.0) + f64::from(slope) * x.min(0.0),
        Activation::Tanh => x.tanh(),
        Activation::Elu => {
            if x > 0.0 {
                x
            } else {
                x.exp_m1()
            }
        }
        Activation::Sigmoid => 1.0 / (1.0 + (-x).exp()),
        other => panic!("{other:?} is in none of the files"),
    }
}

/// What the network makes of numbers, by the definition of its layers.
fn run(network: &Network, mut numbers: Vec<f64>) -> Vec<f64> {
    for layer in &network.layers {
        assert_eq!(numbers.len(), layer.inputs, "{}", layer.name);
        let sum = |output: usize| {
            let products =
                numbers.iter().zip(layer.weights.iter().skip(output).step_by(layer.outputs));
            products.map(|(x, &weight)| x * f64::from(weight)).sum::<f64>()
        };
        numbers = (0..layer.outputs)
            .map(|output| apply(layer.activation, sum(output) + f64::from(layer.bias[output])))
            .collect();
    }
    numbers
}

/// Compares all examples of a file.
#[track_caller]
pub fn compare(name: &str, network: &Network) {
    let text = std::fs::read_to_string(path(&format!("{name}.json"))).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let numbers = |value: &Value| -> Vec<f64> {
        value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
    };
    let codes = expected["codes"].as_array().unwrap();
    assert!(codes.len() > 3);
    for (index, codes) in codes.iter().enumerate() {
        let mut input: Vec<f64> = Vec::new();
        if let Some(embedding) = &network.embedding {
            let label = expected["labels"][index].as_u64().unwrap() as usize;
            input.extend(embedding[label].iter().map(|&number| f64::from(number)));
        }
        input.extend(numbers(codes).iter().map(|code| (code - 64.0) / 16.0));
        let found = run(network, input);
        for (a, b) in found.iter().zip(numbers(&expected["made"][index])) {
            // PyTorch adds in f32: some 30 numbers of about 4 there.
            assert!((a - b).abs() < 1e-5, "{name}: {a}, and PyTorch has {b}");
        }
        assert_eq!(found.len(), 12);
    }
}
