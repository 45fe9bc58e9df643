//! `gan export`: what is written, and what is refused. `tests/onnx` compares the pixels.

mod common;

use common::{fail, folder, run, succeed};
use gan_tools::onnx::proto::Model;
use prost::Message;
use std::fs;

const MODELS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models");
const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors");

fn exported(name: &str) -> Model {
    let folder = folder();
    let told = succeed(folder.path(), &format!("export {MODELS}/{name}.gan -o x.onnx"));
    assert_eq!(told, "x.onnx\n");
    Model::decode(fs::read(folder.path().join("x.onnx")).unwrap().as_slice()).unwrap()
}

#[test]
fn a_graph_takes_and_gives_what_the_model_does() {
    for (name, inputs, output) in [
        ("digits8", &["latent", "label"][..], "pixels"),
        ("stylize", &["image", "label"], "pixels"),
        ("inpaint", &["mask", "image"], "pixels"),
        ("wine", &["latent", "label"], "numbers"),
    ] {
        let graph = exported(name).graph.unwrap();
        let names = |values: &[gan_tools::onnx::proto::ValueInfo]| {
            values.iter().map(|value| value.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&graph.input), inputs, "{name}");
        assert_eq!(names(&graph.output), [output], "{name}");
        assert_eq!(graph.name, name);
    }
}

/// What the numbers say about the pixels is compared with ONNX Runtime in tests/onnx.
#[test]
fn a_graph_of_reals_is_written_of_pairs_and_measured() {
    let folder = folder();
    let told = run(folder.path(), &format!("export {MODELS}/mnist-tiny.gan -o x.onnx --qdq"));
    assert!(told.status.success());
    let said = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(said.contains("not bit for bit: for 1000 latents of seed 0, "), "{said}");
    let model = Model::decode(fs::read(folder.path().join("x.onnx")).unwrap().as_slice()).unwrap();
    let graph = model.graph.unwrap();
    let count = |operator| graph.node.iter().filter(|node| node.op_type == operator).count();
    // In each of three layers what goes in, weights and biases are dequantized.
    assert_eq!([count("DequantizeLinear"), count("QuantizeLinear"), count("MatMul")], [9, 3, 3]);
    assert_eq!(count("MatMulInteger") + count("Cast"), 0);
}

#[test]
fn what_cannot_be_written_is_refused_and_nothing_changes() {
    let folder = folder();
    let path = folder.path();
    let digits = format!("{MODELS}/digits8.gan");
    fail(path, &format!("export {VECTORS}/v1-float.gan -o x.onnx"), 1, &["is a float model"]);
    fail(path, &format!("export {digits} -o x.tflite"), 1, &["x.tflite: expected a name in .onnx"]);
    fail(path, "export none.gan -o x.onnx", 1, &["none.gan: cannot be read"]);
    fail(path, &format!("export {digits} -o none/x.onnx"), 1, &["none/x.onnx"]);
    for (name, why) in [
        ("mnist-large-int4", "--qdq: layer 1: has weights of four bits"),
        ("stylize", "--qdq: the model takes an image"),
    ] {
        let why = format!("{name}.gan: {why}");
        fail(path, &format!("export {MODELS}/{name}.gan -o x.onnx --qdq"), 1, &[&why]);
    }
    fail(path, &format!("export {VECTORS}/v1-float.gan -o x.onnx --qdq"), 1, &["is a float model"]);
    fail(path, &format!("export {digits} --c src --board pico --qdq"), 2, &["--qdq"]);
    // Whatever it is called, a file is not written onto itself.
    fs::copy(&digits, path.join("m.onnx")).unwrap();
    fail(path, "export m.onnx -o ./m.onnx", 1, &["would replace m.onnx"]);
    assert_eq!(fs::read(path.join("m.onnx")).unwrap(), fs::read(digits).unwrap());
    assert_eq!(common::names(path), ["m.onnx"]);
}
