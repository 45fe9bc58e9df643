//! Files that Keras wrote (tests/peers/keras_generators.py): a network that was read makes the
//! numbers that Keras makes of the same latents.
#![cfg(feature = "keras")]

mod peers;

use gan_import::{Options, read};
use peers::{compare, options, path};
use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};

const LEAKY: &str = "leaky_relu:0.2,tanh";

/// What reading these bytes under this ending says; none if they are read.
fn error(bytes: &[u8], ending: &str, options: &Options) -> Option<String> {
    static FILES: AtomicU32 = AtomicU32::new(0);
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    let name = format!("gan-import-{}-{number}.{ending}", std::process::id());
    let path = std::env::temp_dir().join(name);
    fs::write(&path, bytes).unwrap();
    let result = read(&path, options);
    fs::remove_file(&path).unwrap();
    let error = format!("{:#}", result.err()?);
    assert!(error.starts_with(path.to_str().unwrap()), "{error}");
    Some(error)
}

#[test]
fn whole_models_make_what_keras_makes() {
    for (name, files) in [
        ("keras-leaky", &["keras-leaky.keras", "keras-leaky.h5"][..]),
        ("keras-functional", &["keras-functional.keras", "keras-functional.h5", "keras-2.h5"]),
    ] {
        for file in files {
            compare(name, &read(&path(file), &Options::default()).unwrap());
        }
    }
}

#[test]
fn weights_alone_want_the_activations() {
    let file = "keras-plain.weights.h5";
    compare("keras-plain", &read(&path(file), &options("relu,tanh")).unwrap());
    let error = |file: &str, activations: &str| {
        format!("{:#}", read(&path(file), &options(activations)).unwrap_err())
    };
    let none = error(file, "");
    assert!(none.contains("give --activations HIDDEN,LAST"), "{none}");
    let norm = error("keras-leaky.weights.h5", LEAKY);
    assert!(norm.contains("save the whole model, as .keras"), "{norm}");
}

#[test]
fn what_is_no_model_of_keras_is_told() {
    let leaky = fs::read(path("keras-leaky.h5")).unwrap();
    let refused = |bytes: &[u8], ending: &str, part: &str| {
        let error = error(bytes, ending, &Options::default()).expect("it was read");
        assert!(error.contains(part), "{error}");
    };
    refused(b"", "h5", "is no HDF5 file");
    refused(b"PK", "keras", "is no zip");
    refused(&fs::read(path("named.pt")).unwrap(), "keras", "is no model: no config.json");
    let given = error(&leaky, "h5", &options(LEAKY)).expect("it was read");
    assert!(given.contains("leave out --layers and --activations"), "{given}");
    // The configuration is a text in the file, which can be changed to one of the same length.
    let changed = |from: &str, to: &str| {
        assert_eq!(from.len(), to.len());
        let at = leaky.windows(from.len()).position(|bytes| bytes == from.as_bytes()).unwrap();
        [&leaky[..at], to.as_bytes(), &leaky[at + from.len()..]].concat()
    };
    for (from, to, part) in [
        (r#""class_name": "Sequential""#, r#""class_name": "Sequencial""#, "is a Sequencial"),
        (r#""class_name": "LeakyReLU""#, r#""class_name": "LeakyTanH""#, "is a LeakyTanH"),
        (r#""activation": "tanh""#, r#""activation": "tanj""#, "the activation tanj"),
        (r#""name": "dense_4""#, r#""name": "dense_9""#, "dense_9: only 0 tensors"),
    ] {
        refused(&changed(from, to), "h5", part);
    }
}

/// A model that gives what a hidden layer makes too is more than one chain of layers.
#[test]
fn a_second_output_is_refused() {
    let file = fs::read(path("keras-2.h5")).unwrap();
    let text = r#""output_layers": ["#;
    let at = file.windows(text.len()).position(|bytes| bytes == text.as_bytes()).unwrap();
    let end = at + file[at..].iter().position(|&byte| byte == b']').unwrap();
    // The name of a hidden layer in the place of the last one's, which has the same length.
    let hidden = String::from_utf8(file[at..end].to_vec()).unwrap().replace("dense_8", "dense_7");
    let mut changed = file.clone();
    changed[at..end].copy_from_slice(hidden.as_bytes());
    assert_ne!(changed, file);
    let error = error(&changed, "h5", &Options::default()).expect("it was read");
    assert!(error.contains("gives dense_7: expected the results of the last layer"), "{error}");
}

/// A byte of a real file is changed at a time, and files end early: none ends the program.
#[test]
fn a_file_with_a_wrong_byte_is_read_or_refused() {
    let bytes = fs::read(path("keras-2.h5")).unwrap();
    let mut refused = 0;
    for place in 0..bytes.len() {
        // Most of such a file is zeros between its structures.
        if bytes[place] == 0 && place % 8 != 0 {
            continue;
        }
        let mut changed = bytes.clone();
        changed[place] ^= [0x01, 0x80, 0xFF][place % 3];
        refused += usize::from(error(&changed, "h5", &Options::default()).is_some());
        if place % 16 == 0 {
            let cut = error(&bytes[..place], "h5", &Options::default());
            refused += usize::from(cut.is_some());
        }
    }
    assert!(refused > bytes.len() / 16, "{refused} were refused");
}
