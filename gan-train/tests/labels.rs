//! Batch normalization is folded for labels as often as the data has them, as training saw them.

mod common;
use common::{folder, succeed, write_idx};
use gan_tools::samples::Samples;
use gan_train::config::Config;
use gan_train::data;
use gan_train::export;
use gan_train::export::float::FloatGenerator;
use gan_train::nn::params::HostParam;
use gan_train::train::checkpoint::{self, RunData, Which};
use gan_train::train::folder::RunConfig;

/// The pixels of a generator with batch normalization, in f64 and from its definition: each sum is
/// normalized by its mean and variance over all samples.
fn normalized(
    config: &Config,
    classes: usize,
    params: &[HostParam],
    samples: &Samples,
) -> Vec<f64> {
    let latent = usize::from(config.generator.latent);
    let codes = samples.codes.chunks_exact(latent).zip(&samples.labels);
    let mut rows: Vec<Vec<f64>> = codes
        .map(|(codes, &label)| {
            let latents = codes.iter().map(|&code| (f64::from(code) - 64.0) / 16.0);
            let label = usize::from(label);
            latents.chain((0..classes).map(|c| f64::from(u8::from(c == label)))).collect()
        })
        .collect();
    let mut rest = params;
    while let Some((weight, after)) = rest.split_first() {
        let outputs = weight.shape[1];
        let mut sums: Vec<Vec<f64>> = rows
            .iter()
            .map(|row| {
                let mut sums = vec![0.0; outputs];
                for (x, weights) in row.iter().zip(weight.values.chunks_exact(outputs)) {
                    sums.iter_mut().zip(weights).for_each(|(sum, &w)| *sum += x * f64::from(w));
                }
                sums
            })
            .collect();
        // The last layer has a bias and a sigmoid, the others gains, shifts and a leaky ReLU.
        let last = after.len() == 1;
        for output in 0..outputs {
            let count = sums.len() as f64;
            let mean = sums.iter().map(|row| row[output]).sum::<f64>() / count;
            let variance = sums.iter().map(|row| (row[output] - mean).powi(2)).sum::<f64>() / count;
            for row in &mut sums {
                let of = |param: usize| f64::from(after[param].values[output]);
                row[output] = if last {
                    255.0 / (1.0 + (-row[output] - of(0)).exp())
                } else {
                    let x = (row[output] - mean) / (variance + 1e-5).sqrt() * of(0) + of(1);
                    x.max(0.2 * x)
                };
            }
        }
        rows = sums;
        rest = &after[if last { 1 } else { 2 }..];
    }
    rows.concat()
}

/// Trains on nine digits in ten of one label and one in ten of another, and returns the mean
/// difference of a pixel to [`normalized`]: of the run's folded generator, and of one that is
/// folded with labels in turn.
fn differences(labels: [u8; 2]) -> [f64; 2] {
    let folder = folder();
    let path = folder.path();
    let digits = data::digits().unwrap().train;
    let (mut images, mut found) = (Vec::new(), Vec::new());
    for (image, label) in digits.images.iter().zip(digits.labels.unwrap()) {
        let (label, times) = match label {
            0 => (labels[0], 8),
            1 => (labels[1], 1),
            _ => continue,
        };
        images.extend(std::iter::repeat_n(image.to_vec(), times));
        found.extend(std::iter::repeat_n(label, times));
    }
    write_idx(&path.join("data"), [8, 8], &images, &found);
    succeed(path, "train --data data --preset digits8 --steps 500 --out run");

    let run = path.join("run");
    let config = RunConfig::read(&run).unwrap().config;
    let (average, description) = checkpoint::averaged(&run, &config, Which::Last).unwrap();
    let (folded, _) = export::generator(&run, &config, Which::Last).unwrap();
    let (classes, count) = (folded.classes, 2 * found.len());
    // Labels that no image has are no classes.
    assert_eq!(classes, 2);
    let mut samples = Samples::new(3, count, folded.latent_len, classes);
    samples.labels = found
        .iter()
        .chain(&found)
        .map(|label| labels.iter().position(|of| of == label).unwrap() as u16)
        .collect();
    let expected = normalized(&config, classes.into(), &average, &samples);

    let in_turn = RunData { label_counts: vec![1; classes.into()], ..description.run() };
    let in_turn = FloatGenerator::new(&config, &in_turn, &average);
    [folded, in_turn].map(|generator| {
        let pixels = generator.images(&samples).pixels;
        let apart = pixels.iter().zip(&expected).map(|(&a, b)| (f64::from(a) - b).abs());
        apart.sum::<f64>() / expected.len() as f64
    })
}

#[test]
fn unbalanced_labels_and_labels_with_gaps_are_folded_as_they_were_trained() {
    for labels in [[0, 1], [0, 255]] {
        let [folded, in_turn] = differences(labels);
        println!("labels {labels:?}: {folded:.2} levels, folded with labels in turn {in_turn:.2}");
        // Rounding to pixels is a quarter of a level; the statistics are of other latents.
        assert!(folded < 2.0, "{labels:?}: {folded} levels");
        assert!(in_turn > 3.0 * folded, "{labels:?}: {in_turn} levels show no difference");
    }
}
