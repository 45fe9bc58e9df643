//! These tests check `gan_core::host::Model`, which owns its blob. The model of every vector file
//! gives the vector's pixels, also from several threads at once, and a damaged blob is refused with
//! the error of `decode`.

use gan_core::generator::Layer;
use gan_core::host::Model;
use gan_core::{DecodeError, TransformInput};
use gan_tests::tolerance;
use gan_tests::vectors::Images;
use std::path::{Path, PathBuf};
use std::thread;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns the blob that belongs to each images file.
fn vectors() -> Vec<(PathBuf, PathBuf)> {
    let folder = repository().join("tests/vectors");
    let names = std::fs::read_dir(&folder).expect("the folder is there").filter_map(|entry| {
        let name = entry.expect("it is read").file_name().into_string().expect("text");
        name.strip_suffix(".images.bin").map(str::to_owned)
    });
    let blob = |name: &String| {
        let own = folder.join(format!("{name}.gan"));
        if own.exists() { own } else { repository().join(format!("models/{name}.gan")) }
    };
    names.map(|name| (blob(&name), folder.join(format!("{name}.images.bin")))).collect()
}

/// Compares every image of a file. The model may be a clone on another thread.
fn compare(model: &Model, file: &[u8]) {
    let generator = model.generator();
    let images = Images::read(file, generator.crc()).expect("the file is the blob's");
    let runner = model.runner();
    // Integer pixels must be equal. The tolerance of float pixels is that of
    // `gan_tests::tolerance`.
    let allowed = match generator.layers().next() {
        Some(Layer::F32 { .. }) if cfg!(feature = "micromath") => tolerance::FLOAT_MICROMATH.max,
        Some(Layer::F32 { .. }) => tolerance::FLOAT.max,
        _ => 0,
    };
    for image in images.iter() {
        let mut pixels = vec![0; generator.pixels_len()];
        if generator.inputs().image().is_some() {
            let input = TransformInput {
                image: image.image,
                mask: (!image.mask.is_empty()).then_some(image.mask),
                latent: image.latent,
                label: image.label,
            };
            runner.transform(&input, &mut pixels).expect("the call is right");
        } else {
            runner.generate(image.latent, image.label, &mut pixels).expect("the call is right");
        }
        let is_far = |(pixel, expected): (&u8, &u8)| pixel.abs_diff(*expected) > allowed;
        let far = pixels.iter().zip(image.pixels).filter(|&pair| is_far(pair)).count();
        assert_eq!((pixels.len(), far), (image.pixels.len(), 0), "{model:?}: not its vector");
    }
}

#[test]
fn models_on_several_threads_give_the_pixels_of_the_vectors() {
    let vectors = vectors();
    assert!(vectors.len() > 20, "only {} files of images", vectors.len());
    for (blob, images) in vectors {
        let bytes = std::fs::read(&blob).expect("the blob is there");
        let file = std::fs::read(&images).expect("the file is there");
        let model = Model::new(&bytes).expect("the blob is valid");
        assert_eq!(model.bytes(), bytes);
        thread::scope(|scope| {
            for _ in 0..3 {
                let (model, file) = (model.clone(), &file);
                scope.spawn(move || compare(&model, file));
            }
        });
    }
}

#[test]
fn a_damaged_blob_is_no_model() {
    let path = repository().join("tests/vectors/v1-tiny.gan");
    let mut bytes = std::fs::read(path).expect("the blob is there");
    bytes[40] ^= 1;
    assert_eq!(Model::new(&bytes).map(|_| ()), Err(DecodeError::Crc));
    assert_eq!(Model::new(&[]).map(|_| ()), Err(DecodeError::Empty));
}
