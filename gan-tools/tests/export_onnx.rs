//! `gan export`: what is written, and what is refused. `tests/onnx` compares the pixels.

mod common;

use common::{fail, folder, succeed};
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

#[test]
fn what_cannot_be_written_is_refused_and_nothing_changes() {
    let folder = folder();
    let path = folder.path();
    let digits = format!("{MODELS}/digits8.gan");
    fail(path, &format!("export {VECTORS}/v1-float.gan -o x.onnx"), 1, &["is a float model"]);
    fail(path, &format!("export {digits} -o x.tflite"), 1, &["x.tflite: expected a name in .onnx"]);
    fail(path, "export none.gan -o x.onnx", 1, &["none.gan: cannot be read"]);
    fail(path, &format!("export {digits} -o none/x.onnx"), 1, &["none/x.onnx"]);
    // Whatever it is called, a file is not written onto itself.
    fs::copy(&digits, path.join("m.onnx")).unwrap();
    fail(path, "export m.onnx -o ./m.onnx", 1, &["would replace m.onnx"]);
    assert_eq!(fs::read(path.join("m.onnx")).unwrap(), fs::read(digits).unwrap());
    assert_eq!(common::names(path), ["m.onnx"]);
}
