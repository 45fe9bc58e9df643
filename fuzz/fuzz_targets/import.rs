//! Networks of other programs: safetensors, ONNX, PyTorch, Keras.
#![no_main]

use gan_fuzz::{folder, memory};
use gan_import::{Activation, Options, read};
use libfuzzer_sys::fuzz_target;

const FILES: [&str; 6] = ["a.safetensors", "a.onnx", "a.pt", "a.keras", "a.h5", "a.weights.h5"];

fuzz_target!(|input: &[u8]| {
    let Some((&kind, bytes)) = input.split_first() else { return };
    let file = FILES[usize::from(kind) % FILES.len()];
    let activations = match file {
        "a.onnx" | "a.keras" | "a.h5" => Vec::new(),
        _ => vec![Activation::LeakyRelu(0.2), Activation::Tanh],
    };
    let options = Options { activations, ..Options::default() };
    folder::with_files("import", &[(file, bytes)], |folder| {
        let network = memory::bounded(bytes.len(), || read(&folder.join(file), &options));
        let Ok(network) = network else { return };
        for layer in &network.layers {
            assert_eq!(layer.weights.len(), layer.inputs * layer.outputs, "{}", layer.name);
            assert_eq!(layer.bias.len(), layer.outputs, "{}", layer.name);
        }
    });
});
