use super::*;
use gan_core::host::Model;
use gan_tools::blob_file;

fn digits8() -> Model {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/digits8.gan");
    blob_file::read(path.as_ref()).unwrap()
}

/// The replica is the device's arithmetic without its roundings.
#[test]
fn the_replica_is_near_the_devices_image() {
    for name in ["models/digits8.gan", "models/mnist-tiny.gan", "models/mnist-large-int4.gan"] {
        let path = format!("{}/../{name}", env!("CARGO_MANIFEST_DIR"));
        let file = blob_file::read(path.as_ref()).unwrap();
        let generator = file.generator();
        let (latent, device) = (generator.latent_len(), Device::flex());
        let samples = Samples::new(3, 20, latent as u16, generator.classes());
        let exact = generate::generate(&generator, &samples).unwrap();
        let codes = samples.codes.iter().map(|&code| f32::from(code)).collect();
        let codes = Tensor::<2>::from_data(TensorData::new(codes, [20, latent]), &device);
        let replica = Replica::new(&generator, &device).unwrap();
        let images: Vec<f32> = replica.images(codes, &samples.labels).try_into_vec_as().unwrap();
        let apart = images.iter().zip(&exact.pixels).map(|(a, &b)| (a - f32::from(b)).abs());
        let mean = apart.sum::<f32>() / images.len() as f32;
        // Rounding a hidden code is off by half a step of 127, and the image by a level or two.
        assert!(mean < 2.5, "{name}: {mean}");
    }
}

/// An image that the generator has made is found again, its label too, and so is what is missing.
#[test]
fn an_image_of_the_generator_is_found_again() {
    let file = digits8();
    let generator = file.generator();
    let samples = Samples::new(9, 4, 16, 10);
    let images = generate::generate(&generator, &samples).unwrap();
    for (target, &label) in images.iter().zip(&samples.labels) {
        let all = vec![true; 64];
        let found = invert(&generator, target, &all, None, Search::default()).unwrap();
        assert_eq!(found.label, Some(label));
        // 20 levels squared: of two images of one label, drawn at random, it is some thousands.
        assert!(found.mean_square < 400.0, "{}", found.mean_square);
        // What is found is what a device makes of it.
        let again = Samples { count: 1, codes: found.codes.clone(), labels: vec![label] };
        assert_eq!(generate::generate(&generator, &again).unwrap().pixels, found.pixels);

        let known: Vec<bool> = (0..64).map(|at| at % 8 < 5).collect();
        let found = invert(&generator, target, &known, Some(label), Search::default()).unwrap();
        let missing: Vec<bool> = known.iter().map(|known| !known).collect();
        let black = mean_square(&[0; 64], target, &missing);
        assert!(mean_square(&found.pixels, target, &missing) < black / 2.0);
    }
}

#[test]
fn what_cannot_be_inverted_is_refused() {
    let file = digits8();
    let generator = file.generator();
    let search = Search { steps: 1, ..Search::default() };
    let error = |target: &[u8], known: &[bool], label| {
        invert(&generator, target, known, label, search).unwrap_err().to_string()
    };
    assert_eq!(error(&[0; 63], &[true; 63], None), "expected 64 bytes of pixels");
    assert_eq!(error(&[0; 64], &[false; 64], None), "all pixels are missing");
    assert_eq!(error(&[0; 64], &[true; 64], Some(10)), "label 10: expected one below 10");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/v1-float.gan");
    let float = blob_file::read(path.as_ref()).unwrap();
    let float = float.generator();
    let len = float.pixels_len();
    let error = invert(&float, &vec![0; len], &vec![true; len], None, search).unwrap_err();
    assert_eq!(error.to_string(), "expected a model of integers");
}
