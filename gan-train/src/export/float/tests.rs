//! Folding must change nothing.

use super::*;
use crate::random::{Purpose, stream, uniform};
use crate::train::Shape;

fn config(conditional: bool, output: &str) -> Config {
    let text = format!(
        r#"
        name = "test"
        conditional = {conditional}
        generator = {{ latent = 6, hidden = [9, 7], batch_norm = true, output = "{output}" }}
        discriminator = {{ hidden = [3] }}
        "#
    );
    toml::from_str(&text).unwrap()
}

/// The parameters of a generator with gains and shifts as training leaves them: neither 1 nor 0.
fn trained(shapes: &[LayerShape]) -> Vec<HostParam> {
    let mut params = Mlp::new(shapes, 1, Purpose::Generator, &Device::flex()).params();
    for (index, param) in params.iter_mut().enumerate() {
        let mut rng = stream(1, Purpose::Generator, index as u64);
        let noise = uniform(param.values.len(), 0.7, &mut rng);
        param.values.iter_mut().zip(noise).for_each(|(value, noise)| *value += noise);
    }
    params
}

/// Batch normalization over the samples whose statistics were folded gives the same images; the
/// labels are as frequent as in the data.
#[test]
fn folded_layers_compute_what_normalized_ones_do() {
    for (conditional, output) in [(true, "sigmoid"), (false, "tanh")] {
        let config = config(conditional, output);
        let classes = if conditional { 3 } else { 0 };
        let shape = Shape { width: 4, height: 3, classes };
        let label_counts = if conditional { vec![89, 0, 11] } else { vec![] };
        let run = RunData { shape, sha256: String::new(), label_counts };
        let shapes = shape.generator(&config);
        let params = trained(&shapes);
        let generator = FloatGenerator::new(&config, &run, &params);
        let samples = Samples::new(STATISTICS_SEED, STATISTICS_SAMPLES, 6, classes);
        let samples = with_labels_of(samples, &run.label_counts);
        if conditional {
            let of = |label| samples.labels.iter().filter(|&&other| other == label).count();
            assert_eq!([of(0), of(1), of(2)], [11_392, 0, 1408]);
        }
        let folded = generator.outputs(&samples).pop().unwrap();

        let network = Mlp::from_params(&shapes, &params, &Device::flex());
        let inputs = inputs(&samples, 0..samples.count, classes.into());
        let expected = read(network.forward(inputs, Pass::PLAIN));
        let worst = folded.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        // Three layers of f32 sums of numbers up to about 10.
        assert!(worst < 2e-5, "{output}: folded outputs are off by {worst}");

        // The float blob, run by gan-core, rounds these outputs to pixels.
        let blob = gan_core::host::Model::new(&generator.to_blob().unwrap()).unwrap();
        let images = gan_tools::generate::generate(&blob.generator(), &samples).unwrap();
        for (&pixel, &y) in images.pixels.iter().zip(&expected) {
            let real = if output == "tanh" { 127.5 * (y + 1.0) } else { 255.0 * y };
            assert!((f32::from(pixel) - real).abs() < 0.51, "pixel {pixel}, expected {real}");
        }
    }
}
