//! `gan-train invert` from the command line.

mod common;

use common::{fail, folder, succeed};
use gan_core::ImageShape;
use gan_tools::picture::{Picture, read};
use gan_train::data::digits;
use std::fs;
use std::path::Path;

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/digits8.gan");
const SHAPE: ImageShape = ImageShape { width: 8, height: 8, channels: 1 };

fn write(path: &Path, pixels: Vec<u8>) {
    fs::write(path, Picture { width: 8, height: 8, pixels }.to_png().unwrap()).unwrap();
}

/// A real digit that the model was not trained on: its label is found, and its missing half is
/// nearer than a black one.
#[test]
fn a_real_digit_is_projected_and_mended() {
    let folder = folder();
    let path = folder.path();
    let test = digits().unwrap().test.unwrap();
    let index = test.labels.as_ref().unwrap().iter().position(|&label| label == 0).unwrap();
    let digit = test.images.pixels[index * 64..][..64].to_vec();
    write(&path.join("in.png"), digit.clone());
    let said = succeed(path, &format!("invert {MODEL} in.png -o again.png"));
    let lines: Vec<&str> = said.lines().collect();
    let [label, latent] = lines[..] else { panic!("{said}") };
    assert_eq!(label, "0");
    let codes: Vec<u8> = latent
        .strip_prefix("latent ")
        .unwrap()
        .split(' ')
        .map(|code| code.parse().unwrap())
        .collect();
    assert!(codes.len() == 16 && codes.iter().all(|&code| code <= 127), "{latent}");
    let apart = |pixels: &[u8], at: &dyn Fn(usize) -> bool| {
        let pairs = pixels.iter().zip(&digit).enumerate().filter(|(index, _)| at(*index));
        pairs.map(|(_, (a, b))| f64::from(a.abs_diff(*b)).powi(2)).sum::<f64>()
    };
    let again = read::read(&path.join("again.png"), SHAPE, "it").unwrap();
    let black = apart(&[0; 64], &|_| true);
    assert!(apart(&again, &|_| true) < black / 4.0);

    // The lower half is missing.
    let missing = |at: usize| at >= 32;
    write(&path.join("mask.png"), (0..64).map(|at| if missing(at) { 255 } else { 0 }).collect());
    succeed(path, &format!("invert {MODEL} in.png --mask mask.png --label 0 -o whole.png"));
    let whole = read::read(&path.join("whole.png"), SHAPE, "it").unwrap();
    assert_eq!(whole[..32], digit[..32]);
    assert!(apart(&whole, &missing) < apart(&[0; 64], &missing) / 2.0);

    let refused = |arguments: &str, parts: &[&str]| {
        fail(path, &format!("invert {MODEL} {arguments}"), 1, parts);
    };
    refused("in.png -o again.png", &["again.png", "--overwrite"]);
    refused("in.png -o in.png --overwrite", &["in.png"]);
    refused("in.png --label 10", &["--label 10", "0 to 9"]);
    refused("none.png", &["none.png: cannot be read"]);
    write(&path.join("all.png"), vec![255; 64]);
    refused("in.png --mask all.png", &["all pixels are missing"]);
    fail(path, "invert in.png in.png", 1, &["in.png"]);
}
