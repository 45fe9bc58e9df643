//! What another program's command line that has these commands gives must be the same: gan-train's
//! test of this name compares with the same files. They were written by gan-train when it had the
//! commands itself.

mod common;

use common::{folder, succeed};
use std::fs;

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/digits8.gan");

const COMMANDS: [&str; 14] = [
    "apply",
    "bench-model",
    "completions",
    "export",
    "fit",
    "generate",
    "inspect",
    "keygen",
    "man",
    "pack",
    "send",
    "shards",
    "sign",
    "verify",
];

#[test]
fn the_output_is_that_of_the_files() {
    let folder = folder();
    let path = folder.path();
    for (arguments, expected) in [
        ("inspect MODEL", include_str!("expected/inspect.txt")),
        ("inspect MODEL --json", include_str!("expected/inspect.json")),
        ("generate MODEL --label 7 --count 5 --ascii", include_str!("expected/sevens.txt")),
    ] {
        assert_eq!(succeed(path, &arguments.replace("MODEL", MODEL)), expected, "{arguments}");
    }
    let shape = "bench-model --layers 4-30-9 --activation leaky-relu --bits 4 --group 16 --seed 3";
    succeed(path, &format!("{shape} -o bench.gan"));
    let expected = include_bytes!("expected/bench.gan");
    assert!(fs::read(path.join("bench.gan")).unwrap() == expected, "{shape}");
}

#[test]
fn completions_and_manual_pages_are_about_all_commands() {
    let folder = folder();
    let path = folder.path();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = succeed(path, &format!("completions {shell}"));
        assert!(script.contains("bench-model") && script.contains("overwrite"), "{shell}");
    }
    assert!(succeed(path, "man").contains(".TH gan 1"));
    succeed(path, "man -o pages");
    for command in COMMANDS {
        let page = fs::read_to_string(path.join(format!("pages/gan-{command}.1"))).unwrap();
        let page = page.replace("\\-", "-");
        assert!(page.contains(&format!(".TH gan-{command} 1")), "{page}");
        assert!(page.contains(&format!("gan {command}")), "{page}");
    }
    assert!(path.join("pages/gan.1").exists());
    assert_eq!(fs::read_dir(path.join("pages")).unwrap().count(), COMMANDS.len() + 1);
}

#[test]
fn every_help_shows_an_example() {
    let folder = folder();
    for name in COMMANDS {
        let text = succeed(folder.path(), &format!("{name} --help"));
        assert!(text.contains("Example") && text.contains(&format!("  gan {name}")), "{text}");
    }
}
