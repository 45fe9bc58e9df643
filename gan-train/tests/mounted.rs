//! gan-tools' commands are gan-train's too, with the very same output: gan-tools' test of this name
//! compares that of `gan` with the same files.

mod common;

use common::{folder, succeed};
use std::fs;

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/digits8.gan");

#[test]
fn the_output_is_that_of_gan() {
    let folder = folder();
    let path = folder.path();
    for (arguments, expected) in [
        ("inspect MODEL", include_str!("../../gan-tools/tests/expected/inspect.txt")),
        ("inspect MODEL --json", include_str!("../../gan-tools/tests/expected/inspect.json")),
        (
            "generate MODEL --label 7 --count 5 --ascii",
            include_str!("../../gan-tools/tests/expected/sevens.txt"),
        ),
    ] {
        assert_eq!(succeed(path, &arguments.replace("MODEL", MODEL)), expected, "{arguments}");
    }
    let shape = "bench-model --layers 4-30-9 --activation leaky-relu --bits 4 --group 16 --seed 3";
    succeed(path, &format!("{shape} -o bench.gan"));
    let expected = include_bytes!("../../gan-tools/tests/expected/bench.gan");
    assert!(fs::read(path.join("bench.gan")).unwrap() == expected, "{shape}");
}

#[test]
fn examples_completions_and_manual_pages_name_this_program() {
    let folder = folder();
    let path = folder.path();
    let help = succeed(path, "man --help");
    assert!(help.contains("  gan-train man") && help.contains("man gan-train-generate"), "{help}");
    assert!(succeed(path, "completions --help").contains("completions/gan-train\n"));
    let script = succeed(path, "completions bash");
    assert!(script.contains("_gan__train()") && script.contains("quickstart"), "{script}");
    succeed(path, "man -o pages");
    for name in ["gan-train", "gan-train-train", "gan-train-generate"] {
        assert!(path.join(format!("pages/{name}.1")).exists(), "{name}");
    }
}
