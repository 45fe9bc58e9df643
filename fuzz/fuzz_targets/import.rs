//! Networks of other programs: safetensors, ONNX, PyTorch.
#![no_main]

use gan_fuzz::{folder, memory};
use gan_import::{Activation, Options, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&kind, bytes)) = input.split_first() else { return };
    let file = ["a.safetensors", "a.onnx", "a.pt"][usize::from(kind) % 3];
    let activations = match kind % 3 {
        1 => Vec::new(),
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
