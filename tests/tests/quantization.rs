//! This suite bounds the error of quantization: it compares the int8 pixels of every trained model
//! with those of the float model that it was quantized from.

use gan_core::{Generator, TransformInput, decode};
use gan_tests::tolerance::QUANTIZATION;
use gan_tests::vectors::{ImageVector, Images};

#[path = "common/aligned.rs"]
mod aligned;
#[path = "common/disk.rs"]
mod disk;

/// Makes the output image from the item's latent or from its input image.
fn draw(generator: &Generator<'_>, item: &ImageVector<'_>, scratch: &mut [u32], pixels: &mut [u8]) {
    let ImageVector { label, latent, image, mask, .. } = *item;
    if image.is_empty() {
        generator.generate(latent, label, scratch, pixels).expect("the buffers fit");
    } else {
        let mask = (!mask.is_empty()).then_some(mask);
        let given = TransformInput { image, mask, latent, label };
        let mut codes = vec![0; generator.latent_len()];
        generator.transform(&given, &mut codes, scratch, pixels).expect("the buffers fit");
    }
}

#[test]
fn trained_models_are_near_their_float_models() {
    let models = gan_tests::make::models(disk::root()).expect("models/ can be read");
    assert!(!models.is_empty(), "models/ holds no model");
    for path in models {
        let stem = path.file_stem().expect("it has an extension").to_string_lossy().into_owned();
        let bound = QUANTIZATION.iter().find(|entry| entry.model == stem);
        let bound = bound.unwrap_or_else(|| panic!("{stem}: no entry in tolerance::QUANTIZATION"));
        let blob = aligned::Blob::new(&disk::read(path));
        let generator = decode(&blob).unwrap_or_else(|error| panic!("{stem}: {error}"));
        let file = disk::read(format!("tests/vectors/{stem}.float.bin"));
        let images =
            Images::read(&file, generator.crc()).unwrap_or_else(|error| panic!("{stem}: {error}"));

        let mut scratch = vec![0; generator.scratch_len()];
        let mut pixels = vec![0; generator.pixels_len()];
        let (mut sum, mut count, mut ink) = (0u64, 0u64, 0u64);
        // A model that takes an image is judged by images of the kind that it was trained for: the
        // strokes, which are every second item. For random bytes the float model and the integer
        // model give very different images.
        let step = 1 + usize::from(generator.inputs().image().is_some());
        for image in images.iter().skip(step - 1).step_by(step) {
            draw(&generator, &image, &mut scratch, &mut pixels);
            for (&int8, &float) in pixels.iter().zip(image.pixels) {
                sum += u64::from(int8.abs_diff(float));
                ink += u64::from(float);
                count += 1;
            }
        }
        let mean = sum as f64 / count as f64;
        println!(
            "{stem}: int8 and float differ by {mean:.3} levels on average, over {} images",
            images.iter().len()
        );
        assert!(mean <= bound.mean, "{stem}: {mean} levels, at most {} allowed", bound.mean);
        assert!(
            ink / count > 10,
            "{stem}: the float images are black, so being near them says nothing"
        );
    }
}
