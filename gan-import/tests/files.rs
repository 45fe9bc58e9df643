//! Files that PyTorch wrote (tests/peers/generators.py): a network that was read makes the numbers
//! that PyTorch makes of the same latents.

mod peers;

use gan_import::{Activation, Options, read};
use peers::{compare, options, path};

const LEAKY: &str = "leaky_relu:0.2,tanh";
const RELU: &str = "relu,sigmoid";

#[test]
fn files_of_tensors_make_what_pytorch_makes() {
    for (name, activations) in [("sequential", LEAKY), ("named", RELU), ("conditional", LEAKY)] {
        let network = read(&path(&format!("{name}.safetensors")), &options(activations)).unwrap();
        compare(name, &network);
        assert!(network.notes[0].starts_with("layers, first to last: "), "{:?}", network.notes);
        assert_eq!(network.embedding.is_some(), name == "conditional");
        let same = read(&path(&format!("{name}.pt")), &options(activations)).unwrap();
        assert_eq!((same.layers, same.embedding), (network.layers, network.embedding));
    }
}

#[test]
fn what_holds_the_tensors_is_found() {
    let with_key = |key: &str| Options { key: Some(key.into()), ..options(LEAKY) };
    let read = |name: &str, options: &Options| read(&path(name), options);
    compare("sequential", &read("nested.pt", &with_key("generator")).unwrap());
    let network = read("nested.pt", &options(LEAKY)).unwrap();
    assert_eq!(network.notes[0], "the tensors are those of generator");
    compare("sequential", &network);
    compare("sequential", &read("both.pt", &with_key("generator")).unwrap());
    compare("sequential", &read("module.pt", &options(LEAKY)).unwrap());
    compare("named", &read("views.pt", &options(RELU)).unwrap());
    for (name, options, part) in [
        ("both.pt", options(LEAKY), "give --key, one of generator, critic"),
        ("both.pt", with_key("g"), "--key g: expected one of generator, critic"),
        ("nested.pt", with_key("epoch"), "holds no tensors"),
    ] {
        let error = format!("{:#}", read(name, &options).unwrap_err());
        assert!(error.starts_with(path(name).to_str().unwrap()) && error.contains(part), "{error}");
    }
}

#[test]
fn graphs_make_what_pytorch_makes() {
    for name in ["sequential", "named"] {
        compare(name, &read(&path(&format!("{name}.onnx")), &Options::default()).unwrap());
    }
}

#[test]
fn the_order_of_layers_can_be_given() {
    let order = |names: &[&str]| {
        let layers = names.iter().map(|&name| name.to_owned()).collect();
        read(&path("named.safetensors"), &Options { layers, ..options(RELU) })
    };
    compare("named", &order(&["fc1", "fc2", "fc3"]).unwrap());
    let error = format!("{:#}", order(&["fc3", "fc1", "fc2"]).unwrap_err());
    assert!(error.contains("fc1: takes 6 numbers, and fc3 gives 12"), "{error}");
    let error = format!("{:#}", order(&["fc1", "fc4"]).unwrap_err());
    assert!(error.contains("--layers fc4: expected some of fc1, fc2, fc3"), "{error}");
}

#[test]
fn what_cannot_be_read_is_told() {
    let refused =
        |name: &str, options: &Options| format!("{:#}", read(&path(name), options).unwrap_err());
    for (name, activations, part) in [
        ("sequential.safetensors", "", "give --activations HIDDEN,LAST"),
        ("sequential.safetensors", "relu,relu,tanh", "3 of them for 4 layers"),
        ("sequential.onnx", RELU, "leave out --layers and --activations"),
        ("named.json", RELU, "expected a name in .safetensors, .pt, .pth, .onnx, .keras or .h5"),
        ("none.safetensors", RELU, "none.safetensors: cannot be read"),
    ] {
        let error = refused(name, &options(activations));
        assert!(error.contains(part), "{error}");
    }
    let copy = std::env::temp_dir().join(format!("gan-import-{}.safetensors", std::process::id()));
    std::fs::copy(path("named.json"), &copy).unwrap();
    let error = format!("{:#}", read(&copy, &options(RELU)).unwrap_err());
    std::fs::remove_file(&copy).unwrap();
    assert!(error.contains("is no safetensors file"), "{error}");
    for (text, part) in [("relu:0.5", "only leaky_relu"), ("swish", "expected linear, relu")] {
        let error = format!("{:#}", Activation::parse(text).unwrap_err());
        assert!(error.contains(part), "{error}");
    }
}

/// `Identity` is looked at for what goes in before it is known that something does.
#[test]
fn an_operation_without_inputs_is_refused() {
    // A graph (field 7) of one node (1), whose output (2) is "y" and whose operator (4) `Identity`.
    let node = [&[0x12, 1, b'y', 0x22, 8][..], b"Identity"].concat();
    let graph = [&[0x0A, node.len() as u8][..], &node].concat();
    let model = [&[0x3A, graph.len() as u8][..], &graph].concat();
    let path = std::env::temp_dir().join(format!("gan-import-{}-none.onnx", std::process::id()));
    std::fs::write(&path, model).unwrap();
    let error = format!("{:#}", read(&path, &Options::default()).unwrap_err());
    std::fs::remove_file(&path).unwrap();
    assert!(error.contains("does not take the result of the operation before it"), "{error}");
}

/// No number follows on the largest one that names are told apart by.
#[test]
fn the_largest_number_in_a_name_is_followed_by_none() {
    let tensor = |name: &str, shape: &str, at: u8| {
        format!(r#""{name}":{{"dtype":"F32","shape":{shape},"data_offsets":[{at},{}]}}"#, at + 4)
    };
    const LARGEST: &str = "18446744073709551615";
    let header = [
        tensor(&format!("{LARGEST}.weight"), "[1,1]", 0),
        tensor("0.running_mean", "[1]", 4),
        tensor("0.running_var", "[1]", 8),
    ];
    let header = format!("{{{}}}", header.join(","));
    let bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[0; 12]].concat();
    let path =
        std::env::temp_dir().join(format!("gan-import-{}-n.safetensors", std::process::id()));
    std::fs::write(&path, bytes).unwrap();
    let layers = vec![LARGEST.to_owned(), "0".to_owned()];
    let found = read(&path, &Options { layers, ..options(RELU) });
    std::fs::remove_file(&path).unwrap();
    let told = match found {
        Ok(network) => network.notes.join("; "),
        Err(error) => format!("{error:#}"),
    };
    assert!(told.contains('0') && !told.contains("before its activation"), "{told}");
}
