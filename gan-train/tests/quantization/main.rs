//! The quantizer on generators made by hand, whose float images are computed here in f64.

mod reference;

use gan_core::Element;
use gan_core::generator::{Layer, Output};
use gan_core::host::Model;
use gan_tools::generate::generate;
use gan_tools::layers::Bits;
use gan_tools::samples::Samples;
use gan_train::export::float::FloatGenerator;
use gan_train::export::quantize::{FAR, layer_errors, quantize};
use gan_train::nn::act::Act;
use reference::{float_pixels, generator};

#[test]
fn int8_pixels_stay_near_the_float_ones() {
    let leaky = Act::LeakyRelu(0.2);
    // Mean difference in levels of 255: what was measured and half a level more, for other CPUs'
    // rounding in calibration. The networks are random, so they use the steep middle of the
    // output's range more than trained ones do.
    let cases = [
        (leaky, Act::Sigmoid, 10, 1.71),
        (leaky, Act::Tanh, 0, 1.79),
        (Act::Relu, Act::Sigmoid, 0, 1.08),
        (Act::Tanh, Act::Sigmoid, 3, 1.27),
        (Act::Sigmoid, Act::Tanh, 0, 1.24),
        (Act::Linear, Act::Sigmoid, 0, 2.02),
        (leaky, Act::Linear, 0, 1.61),
        (Act::Elu, Act::Sigmoid, 10, 1.83),
        (Act::Selu, Act::Sigmoid, 0, 1.84),
        (Act::Gelu, Act::Sigmoid, 0, 1.70),
        (Act::Softplus, Act::Tanh, 0, 1.46),
        (Act::Silu, Act::Sigmoid, 0, 1.78),
    ];
    for (hidden, output, classes, measured) in cases {
        let generator = generator(hidden, output, classes);
        let blob = Model::new(&quantize(&generator, Bits::Eight).unwrap()).unwrap();
        let samples = Samples::new(77, 500, 20, classes);
        let images = generate(&blob.generator(), &samples).unwrap();
        let expected = float_pixels(&generator, &samples);
        let mean = images
            .pixels
            .iter()
            .zip(&expected)
            .map(|(&a, b)| (f64::from(a) - b).abs())
            .sum::<f64>()
            / expected.len() as f64;
        let spread =
            expected.iter().map(|pixel| (pixel - 127.5).abs()).sum::<f64>() / expected.len() as f64;
        println!(
            "{hidden:?} {output:?} {classes}: mean {mean:.2}, spread of the images {spread:.1}"
        );
        assert!(mean < measured + 0.5, "{hidden:?} {output:?}: {mean} levels");
        assert!(spread > 30.0, "the images are all grey, so being near them says nothing");
    }
}

/// The same with four bits. Smaller groups are nearer.
#[test]
fn four_bit_pixels_stay_near_the_float_ones() {
    let leaky = Act::LeakyRelu(0.2);
    // As above; what was measured, and a quarter more.
    let cases = [
        (leaky, Act::Sigmoid, 10, [5.02, 5.08]),
        (Act::Relu, Act::Tanh, 0, [4.50, 4.73]),
        (Act::Tanh, Act::Sigmoid, 3, [4.01, 4.20]),
    ];
    for (hidden, output, classes, measured) in cases {
        let generator = generator(hidden, output, classes);
        let samples = Samples::new(77, 500, 20, classes);
        let expected = float_pixels(&generator, &samples);
        let means = [16, 32].map(|group| {
            let blob = Model::new(&quantize(&generator, Bits::Four { group }).unwrap()).unwrap();
            let decoded = blob.generator();
            let elements: Vec<Element> =
                decoded.header().layers.iter().map(|layer| layer.element).collect();
            assert_eq!(elements, [Element::I8, Element::I4 { group }, Element::I4 { group }]);
            assert_eq!(Bits::of(decoded.header()), Bits::Four { group });
            let images = generate(&decoded, &samples).unwrap();
            images.pixels.iter().zip(&expected).map(|(&a, b)| (f64::from(a) - b).abs()).sum::<f64>()
                / expected.len() as f64
        });
        println!("{hidden:?} {output:?} {classes}: means {means:.2?}");
        assert!(
            means[0] < 1.25 * measured[0] && means[1] < 1.25 * measured[1],
            "{hidden:?} {output:?}: {means:?} levels"
        );
        assert!(means[0] < means[1]);
    }
}

#[test]
fn weights_are_symmetric_and_use_their_whole_range() {
    let generator = generator(Act::LeakyRelu(0.2), Act::Sigmoid, 10);
    let blob = Model::new(&quantize(&generator, Bits::Eight).unwrap()).unwrap();
    let decoded = blob.generator();
    assert_eq!(decoded.layers().len(), 3);
    for (index, (layer, float)) in decoded.layers().zip(&generator.layers).enumerate() {
        let Layer::I8 { weights, bias, output, .. } = layer else { panic!("not an int8 layer") };
        assert_eq!(bias.len(), 4 * float.bias.len(), "one row of biases for each label");
        for (row, float) in weights.chunks_exact(float.inputs).zip(float.rows()) {
            let largest = float.iter().fold(0.0f32, |largest, weight| largest.max(weight.abs()));
            assert_eq!(row.iter().map(|weight| weight.unsigned_abs()).max(), Some(127));
            for (&weight, &real) in row.iter().zip(&float) {
                let exact = f64::from(real) * 127.0 / f64::from(largest);
                assert!((f64::from(weight) - exact).abs() <= 0.5 + 1e-9);
            }
        }
        assert_eq!(matches!(output, Output::Table(_)), index == 2);
    }
}

#[test]
fn dead_outputs_and_large_biases_are_representable() {
    let mut generator = generator(Act::LeakyRelu(0.2), Act::Sigmoid, 0);
    let last = generator.layers.last_mut().unwrap();
    // As MNIST's borders: no weights, a bias that keeps the pixel black; and one with tiny weights.
    for (index, size) in [(0, 0.0), (1, 1e-9)] {
        last.weights.iter_mut().skip(index).step_by(48).for_each(|weight| *weight *= size);
        last.bias[index] = -30.0;
    }
    // A hidden output that is always 0, in the ReLU's dead half.
    generator.layers[0].bias[5] = -1000.0;
    for bits in [Bits::Eight, Bits::Four { group: 32 }] {
        let blob = Model::new(&quantize(&generator, bits).unwrap()).unwrap();
        let images = generate(&blob.generator(), &Samples::new(1, 50, 20, 0)).unwrap();
        for image in images.iter() {
            assert_eq!((image[0], image[1]), (0, 0), "{bits:?}");
        }
    }
}

#[test]
fn weights_that_are_not_finite_are_refused() {
    let mut generator = generator(Act::Relu, Act::Sigmoid, 0);
    generator.layers[1].weights[7] = f32::NAN;
    let error = format!("{:#}", quantize(&generator, Bits::Eight).unwrap_err());
    assert!(error.contains("layer 1") && error.contains("not finite"), "{error}");
}

/// The mean difference of a pixel between a generator's blob and its floats, in levels.
fn mean_difference(generator: &FloatGenerator, bits: Bits) -> f64 {
    let blob = Model::new(&quantize(generator, bits).unwrap()).unwrap();
    let samples = Samples::new(77, 500, 20, generator.classes);
    let images = generate(&blob.generator(), &samples).unwrap();
    let expected = float_pixels(generator, &samples);
    let differences = images.pixels.iter().zip(&expected).map(|(&a, b)| (f64::from(a) - b).abs());
    differences.sum::<f64>() / expected.len() as f64
}

/// What a unit's outputs are multiplied by, and what is added to them; then what its outgoing
/// weights are multiplied by.
fn change_unit(generator: &mut FloatGenerator, unit: usize, times: f32, add: f32, outgoing: f32) {
    let [first, second, _] = &mut generator.layers[..] else { panic!("three layers") };
    first.weights.iter_mut().skip(unit).step_by(40).for_each(|weight| *weight *= times);
    first.bias.iter_mut().skip(unit).step_by(40).for_each(|bias| *bias = *bias * times + add);
    let weights = second.weights[unit * 30..(unit + 1) * 30].iter_mut();
    weights.for_each(|weight| *weight *= outgoing);
}

/// A unit that never varies, as dead ones, adds the same to every sum, whatever its weights: the
/// blob must be as near to the floats as without it.
#[test]
fn a_unit_that_never_varies_costs_no_precision() {
    for bits in [Bits::Eight, Bits::Four { group: 16 }] {
        for (value, outgoing) in [(0.0, 1e4), (1.0, 30.0)] {
            let generator = |outgoing| {
                let mut generator = generator(Act::Relu, Act::Sigmoid, 0);
                change_unit(&mut generator, 9, 0.0, value, outgoing);
                // The images stay in the middle of the output's range.
                let [_, second, _] = &mut generator.layers[..] else { panic!("three layers") };
                let (weights, bias) = (&second.weights[9 * 30..10 * 30], &mut second.bias);
                weights.iter().zip(bias).for_each(|(weight, bias)| *bias -= value * weight);
                generator
            };
            let (without, with) = (generator(0.0), generator(outgoing));
            let (expected, found) = (mean_difference(&without, bits), mean_difference(&with, bits));
            println!("{bits:?}, a unit of {value}: {found:.3}, without it {expected:.3}");
            assert!((found - expected).abs() < 0.05, "{bits:?} {value}: {found}, {expected}");
        }
    }
}

/// The floats' means are measured, so that rounding weights moves no mean.
#[test]
fn rounding_moves_no_mean() {
    // Positive outputs with a mean far from 0, and rows whose weights are rounded coarsely.
    let mut generator = generator(Act::Sigmoid, Act::Sigmoid, 0);
    for row in 0..48 {
        generator.layers[2].weights[row] *= 12.0;
    }
    let blob = Model::new(&quantize(&generator, Bits::Eight).unwrap()).unwrap();
    let samples = Samples::new(77, 500, 20, 0);
    let images = generate(&blob.generator(), &samples).unwrap();
    let expected = float_pixels(&generator, &samples);
    let worst = (0..48)
        .map(|pixel| {
            let found: f64 = images.iter().map(|image| f64::from(image[pixel])).sum();
            let expected: f64 = expected.iter().skip(pixel).step_by(48).sum();
            (found - expected).abs() / 500.0
        })
        .fold(0.0, f64::max);
    println!("the mean of a pixel is moved by {worst:.3} levels at most");
    assert!(worst < 1.0, "{worst} levels");
}

#[test]
fn a_layer_that_is_far_off_is_found() {
    let of = |generator: &FloatGenerator, bits| {
        let errors = layer_errors(generator, bits).unwrap();
        assert_eq!(errors.iter().map(|error| error.layer).collect::<Vec<_>>(), [0, 1, 2]);
        let parts: Vec<f64> = errors.iter().map(|error| error.part).collect();
        println!("{bits:?}: {parts:.3?}");
        parts
    };
    for hidden in [Act::LeakyRelu(0.2), Act::Relu, Act::Tanh, Act::Gelu] {
        let fine = generator(hidden, Act::Sigmoid, 3);
        assert!(of(&fine, Bits::Eight).iter().all(|part| *part < FAR / 5.0));
        assert!(of(&fine, Bits::Four { group: 32 }).iter().all(|part| *part < FAR));
    }
    // A unit that varies a little, and is read by large weights.
    let mut far = generator(Act::LeakyRelu(0.2), Act::Sigmoid, 3);
    change_unit(&mut far, 9, 0.005, 0.0, 200.0);
    let parts = of(&far, Bits::Eight);
    assert!(parts[0] < FAR && parts[1] > FAR, "{parts:?}");
}
