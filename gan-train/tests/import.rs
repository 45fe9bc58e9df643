//! `gan-train import`: generators that PyTorch wrote (tests/peers/generators.py) draw the pixels
//! that PyTorch's numbers are.
#![cfg(feature = "import")]

mod common;

use common::{fail, folder, succeed};
use gan_tools::blob_file;
use serde_json::Value;
use std::path::Path;

const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/peers/files");
const LEAKY: &str = "--activations leaky_relu:0.2,tanh --norm-epsilon 0.8 --image 4x3";

/// The largest and the mean difference between a blob's pixels and PyTorch's.
fn difference(blob: &Path, name: &str, tanh: bool) -> (f64, f64) {
    let text = std::fs::read_to_string(format!("{FILES}/{name}.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let numbers = |value: &Value| -> Vec<f64> {
        value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
    };
    let file = blob_file::read(blob).unwrap();
    let generator = file.generator();
    let mut scratch = vec![0; generator.scratch_len()];
    let mut pixels = vec![0; generator.pixels_len()];
    let (mut most, mut sum, mut count) = (0.0f64, 0.0, 0);
    for (index, codes) in expected["codes"].as_array().unwrap().iter().enumerate() {
        let codes: Vec<u8> = numbers(codes).iter().map(|&code| code as u8).collect();
        let label = expected["labels"][index].as_u64().unwrap() as u16;
        let label = (generator.classes() > 0).then_some(label);
        generator.generate(&codes, label, &mut scratch, &mut pixels).unwrap();
        for (&pixel, y) in pixels.iter().zip(numbers(&expected["made"][index])) {
            let real = if tanh { 127.5 * (y + 1.0) } else { 255.0 * y };
            let off = (f64::from(pixel) - real).abs();
            (most, sum, count) = (most.max(off), sum + off, count + 1);
        }
    }
    assert_eq!(count, 5 * 12);
    (most, sum / f64::from(count))
}

#[test]
fn imported_generators_draw_what_pytorch_makes() {
    let folder = folder();
    let path = folder.path();
    for (name, options) in [
        ("sequential.safetensors", LEAKY),
        ("sequential.pt", LEAKY),
        ("sequential.onnx", "--image 4x3"),
        ("named.safetensors", "--activations relu,sigmoid --image 4x3"),
        ("named.onnx", "--image 4x3"),
        ("conditional.safetensors", &format!("{LEAKY} --label first")),
    ] {
        let (stem, tanh) = (name.split('.').next().unwrap(), !name.starts_with("named"));
        let import = format!("import {FILES}/{name} {options}");
        succeed(path, &format!("{import} --float -o float.gan"));
        let (most, _) = difference(&path.join("float.gan"), stem, tanh);
        // Pixels are rounded.
        assert!(most < 0.51, "{name}: a float pixel is {most} from PyTorch's");
        succeed(path, &format!("{import} -o int8.gan"));
        let (most, mean) = difference(&path.join("int8.gan"), stem, tanh);
        assert!(mean < 3.0 && most < 10.0, "{name}: int8 is off by {mean}, at most {most}");
    }
}

/// A TOML file says what options say, and an option wins over it.
#[test]
fn a_file_says_what_options_say() {
    let folder = folder();
    let path = folder.path();
    let toml = "activations = [\"leaky_relu:0.2\", \"tanh\"]\nnorm_epsilon = 0.8\nimage = \"4x3\"\n\
                label = \"first\"\nname = \"from-file\"\nfloat = true\n";
    std::fs::write(path.join("layers.toml"), toml).unwrap();
    let import = format!("import {FILES}/conditional.pt --config layers.toml");
    succeed(path, &format!("{import} -o file.gan"));
    let options = format!("{LEAKY} --label first --name from-file --float");
    succeed(path, &format!("import {FILES}/conditional.pt {options} -o options.gan"));
    let read = |name: &str| std::fs::read(path.join(name)).unwrap();
    assert!(read("file.gan") == read("options.gan"));
    assert!(difference(&path.join("file.gan"), "conditional", true).0 < 0.51);
    succeed(path, &format!("{import} --label last --bits 8 --name other -o other.gan"));
    assert!(difference(&path.join("other.gan"), "conditional", true).0 > 10.0);
    let blob = blob_file::read(&path.join("other.gan")).unwrap();
    assert_eq!(blob.generator().name(), "other");
    assert_ne!(blob.generator().header().layers.as_slice()[0].element, gan_core::Element::F32);
}

#[test]
fn a_file_that_says_something_wrong_is_told_with_the_field() {
    let folder = folder();
    let path = folder.path();
    let long = format!("name = \"{}\"", "n".repeat(33));
    for (text, parts) in [
        ("activation = [\"relu\"]", &["unknown field `activation`", "`activations`"][..]),
        ("activations = [\"swish\"]", &["activations", "swish: expected linear, relu"]),
        ("image = \"28\"", &["image = ", "expected WIDTHxHEIGHT"]),
        ("classes = 70000", &["classes = 70000", "u16"]),
        ("label = \"middle\"", &["label = ", "`first` or `last`"]),
        ("bits = 5", &["bits = 5", "expected 4 or 8"]),
        ("bits = 4\nfloat = true", &["float: goes without bits"]),
        ("norm_epsilon = \"small\"", &["norm_epsilon = ", "f32"]),
        (&long, &["name: nnn", "at most 32 bytes"]),
        ("layers", &["line 1"]),
    ] {
        std::fs::write(path.join("wrong.toml"), text).unwrap();
        let import = format!("import {FILES}/named.pt --config wrong.toml -o x.gan");
        fail(path, &import, 1, &[&["wrong.toml: "], parts].concat());
    }
    let import = format!("import {FILES}/named.pt --config none.toml -o x.gan");
    fail(path, &import, 1, &["none.toml: cannot be read"]);
    assert_eq!(common::names(path), ["wrong.toml"]);
}

/// The label's numbers in the wrong place are another generator.
#[test]
fn the_place_of_the_label_matters() {
    let folder = folder();
    let path = folder.path();
    let import = format!("import {FILES}/conditional.safetensors {LEAKY} --float -o x.gan");
    succeed(path, &format!("{import} --label last"));
    assert!(difference(&path.join("x.gan"), "conditional", true).0 > 10.0);
}

#[test]
fn what_cannot_be_imported_is_told_and_nothing_is_written() {
    let folder = folder();
    let path = folder.path();
    let file = |name: &str| format!("import {FILES}/{name} -o x.gan");
    fail(path, &file("named.safetensors"), 1, &["named.safetensors", "give --activations"]);
    fail(path, &file("named.onnx"), 1, &["12 pixels come out, which are no square"]);
    let with = |options: &str| format!("{} {options}", file("named.onnx"));
    fail(path, &with("--image 5x5"), 1, &["--image 5x5: 12 pixels come out"]);
    fail(path, &with("--image 12"), 2, &["expected WIDTHxHEIGHT"]);
    fail(path, &with("--image 4x3 --classes 6"), 1, &["no latent is left"]);
    fail(path, &with("--image 4x3 --activations swish"), 2, &["expected linear, relu"]);
    let name = "n".repeat(33);
    fail(path, &with(&format!("--image 4x3 --name {name}")), 1, &["at most 32 bytes"]);
    assert!(common::names(path).is_empty());
}
