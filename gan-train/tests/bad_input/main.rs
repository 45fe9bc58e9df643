//! Whatever is wrong, there is one error that names the file and the field, the right exit code,
//! and nothing is lost.

#[path = "../common/mod.rs"]
mod common;
mod data;

use common::{fail, folder, short_run, succeed};
use std::fs;
use std::path::Path;

/// gan-tools' tests have the other ways in which a blob can be wrong.
#[test]
fn blobs() {
    let folder = folder();
    let path = folder.path();
    let blob = include_bytes!("../../../tests/vectors/v1-tiny.gan");
    fs::write(path.join("x.gan"), &blob[..blob.len() - 1]).unwrap();
    fail(path, "evaluate x.gan --data digits", 1, &["x.gan", "truncated"]);
}

#[test]
fn configurations() {
    let folder = folder();
    let path = folder.path();
    let good = include_str!("../../presets/digits8.toml");
    let cases = [
        (good.replace("slope = 0.2", "slop = 0.2"), "unknown field `slop`"),
        (good.replace("latent = 16", "latent = \"many\""), "latent"),
        (good.replace("latent = 16", "latent = 0"), "generator.latent"),
        (good.replace("lr = 1e-3", "lr = -1.0"), "training.lr"),
        (good.replace("batch = 128", "batch = 5000"), "training.batch"),
        (good.replace("[64, 64, 64]", "[64, 0]"), "generator.hidden"),
        (
            good.replace("[64, 64, 64]", "[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"),
            "generator.hidden",
        ),
        (good.replace("\"leaky_relu\"", "\"mish\""), "mish"),
        (good.replace("[64, 64, 64]", "[65535, 65535]"), "generator.hidden: 42"),
        (good.replace("[128, 128]", "[128, 65535, 65535]"), "discriminator.hidden: 43"),
        (good.replace("[generator]", "[generator"), "generator"),
        (good.replace("\"non_saturating\"", "\"wasserstein\""), "training.objective"),
        (
            good.replace("[128, 128]", "[{ size = 128, dropout = 2 }]"),
            "discriminator.hidden layer 0: dropout",
        ),
        (good.replace("[128, 128]", "[\"128\"]"), "a layer's size, or a table"),
        (good.replace("batch = 128", "batch = 128\nselect = \"beauty\""), "training.select"),
        (String::new(), "name"),
    ];
    for (text, part) in cases {
        assert_ne!(text, good);
        fs::write(path.join("c.toml"), text).unwrap();
        // Only the size of a batch depends on the data, not on the file.
        let file = if part == "training.batch" { part } else { "c.toml" };
        fail(path, "train --data digits --config c.toml --out run", 1, &[part, file]);
    }
    fail(path, "train --data digits --config missing.toml", 1, &["missing.toml"]);
    fail(path, "train --data digits --preset huge", 2, &["huge", "deep, square32"]);
}

/// A seed that TOML cannot hold is refused before anything of the run that is there goes.
#[test]
fn numbers_that_no_file_can_hold() {
    let folder = folder();
    let path = folder.path();
    short_run(path);
    let before = fs::read(path.join("run/checkpoint.safetensors")).unwrap();
    let large = "9223372036854775808";
    let replace = "train --data digits --out run --overwrite";
    fail(path, &format!("{replace} --steps 5 --seed {large}"), 2, &["--seed", large]);
    fail(path, &format!("quickstart --steps 5 --out q --seed {large}"), 2, &["--seed", large]);
    let classifier = format!("classifier --data digits --steps 5 --seed {large} -o c.safetensors");
    fail(path, &classifier, 2, &["--seed", large]);
    for option in ["--steps", "--eval-every"] {
        let arguments = format!("{replace} {option} {large}");
        let field = format!("training.{}", option[2..].replace('-', "_"));
        fail(path, &arguments, 1, &[&field, "expected at most", large]);
        let resume = format!("train --resume run {option} {large}");
        fail(path, &resume, 1, &[&field, "expected at most", large]);
    }
    fail(path, &format!("finetune run --out f --steps {large}"), 1, &["training.steps", large]);
    let preset = include_str!("../../presets/digits8.toml");
    fs::write(path.join("c.toml"), preset.replace("seed = 0", &format!("seed = {large}"))).unwrap();
    fail(
        path,
        "train --data digits --config c.toml --steps 5 --out run --overwrite",
        1,
        &["c.toml"],
    );
    for name in ["q", "f", "c.safetensors"] {
        assert!(!path.join(name).exists(), "{name}");
    }
    assert_eq!(fs::read(path.join("run/checkpoint.safetensors")).unwrap(), before);
    // The largest that there is.
    succeed(path, &format!("{replace} --steps 5 --seed 9223372036854775807"));
    succeed(path, "quantize run -o x.gan");
    succeed(path, "train --resume run --steps 7");
}

#[test]
fn usage() {
    let folder = folder();
    let path = folder.path();
    for arguments in [
        "",
        "paint",
        "train",
        "train --data digits --epochs 0",
        "train --data digits --minutes=-1",
        "train --data digits --checkpoint-every=-1",
        "train --data digits --epochs 1 --steps 5",
    ] {
        let output = common::run(path, arguments);
        assert_eq!(output.status.code(), Some(2), "gan-train {arguments}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn labels_runs_and_outputs() {
    let folder = folder();
    let path = folder.path();
    short_run(path);
    fail(path, "quantize missing -o x.gan", 1, &["missing", "no such run folder"]);
    fail(path, "train --resume missing", 1, &["missing"]);

    // A run's own files are no place for anything else.
    for name in ["checkpoint.safetensors", "best.safetensors", "config.toml", "metrics.jsonl"] {
        let before = fs::read(path.join("run").join(name)).ok();
        for command in [
            format!("quantize run -o run/{name}"),
            format!("classifier --data digits --steps 1 -o run/{name}"),
            format!("compare run --out run/{name}"),
        ] {
            fail(path, &command, 1, &[&format!("run/{name}"), "is a file of the run"]);
        }
        assert_eq!(fs::read(path.join("run").join(name)).ok(), before, "{name}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("run/checkpoint.safetensors", path.join("leads")).unwrap();
        fail(path, "quantize run -o leads", 1, &["leads", "is a file of the run"]);
    }
    succeed(path, "quantize run -o run/other.gan");

    // A file where a folder should be: nobody can write there, root neither.
    fs::write(path.join("file"), "precious").unwrap();
    for arguments in [
        "train --data digits --steps 3 --out file/run",
        "quickstart --steps 3 --out file",
        "quantize run -o file/x.gan",
    ] {
        fail(path, arguments, 1, &["file"]);
    }
    assert_eq!(fs::read_to_string(path.join("file")).unwrap(), "precious");

    // A run is not replaced by accident, nor a link or a device by a file.
    fail(path, "quickstart --steps 3 --out run", 1, &["run", "another run", "--out"]);
    #[cfg(unix)]
    {
        // Checkpoints too follow links.
        let (link, real) = (path.join("run/checkpoint.safetensors"), path.join("elsewhere"));
        fs::rename(&link, &real).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let before = fs::read(&real).unwrap();
        succeed(path, "train --resume run --steps 62");
        assert!(link.is_symlink() && fs::read(&real).unwrap() != before);
        assert!(common::run(path, "quantize run -o /dev/stdout").stdout.starts_with(b"GANB"));
        assert!(!Path::new("/dev/stdout").is_file() || Path::new("/dev/stdout").is_symlink());
    }
    let before = fs::read(path.join("run/checkpoint.safetensors")).unwrap();
    fail(path, "quantize run -o run/checkpoint.safetensors", 1, &["which is read"]);
    fail(
        path,
        "train --data digits --steps 5 --out run",
        1,
        &["run", "--resume run", "--overwrite"],
    );
    assert_eq!(fs::read(path.join("run/checkpoint.safetensors")).unwrap(), before);

    // A checkpoint that is not whole, or of another network.
    let checkpoint = path.join("run/checkpoint.safetensors");
    let whole = fs::read(&checkpoint).unwrap();
    for len in [0, 5, 100, whole.len() - 1] {
        fs::write(&checkpoint, &whole[..len]).unwrap();
        fail(path, "quantize run -o x.gan", 1, &["checkpoint.safetensors", "cut short"]);
        fail(path, "train --resume run", 1, &["checkpoint.safetensors", "cut short"]);
    }
    fs::write(&checkpoint, &whole).unwrap();
    let config = fs::read_to_string(path.join("run/config.toml")).unwrap();
    fs::write(path.join("run/config.toml"), config.replace("latent = 16", "latent = 17")).unwrap();
    fail(
        path,
        "quantize run -o x.gan",
        1,
        &["checkpoint.safetensors", "config", "another config.toml"],
    );
    assert!(!path.join("x.gan").exists());
}

#[test]
fn a_diverging_run_says_where() {
    let folder = folder();
    let path = folder.path();
    let config = include_str!("../../presets/digits8.toml").replace("lr = 1e-3", "lr = 1e30");
    assert!(config.contains("1e30"));
    fs::write(path.join("c.toml"), config).unwrap();
    fail(
        path,
        "train --data digits --config c.toml --out run",
        1,
        &["step ", "loss is", "training.lr"],
    );
}

/// What does not fit into the memory that the process may have is refused before any of it is
/// asked for, which the system would answer by ending the process.
#[cfg(target_os = "linux")]
#[test]
fn networks_larger_than_the_memory() {
    let folder = folder();
    let path = folder.path();
    let good = include_str!("../../presets/digits8.toml");
    let large = good.replace("[64, 64, 64]", "[30000, 30000]");
    assert_ne!(large, good);
    fs::write(path.join("c.toml"), large).unwrap();
    let words = "train --data digits --config c.toml --out run";
    for words in [words.to_owned(), format!("{words} --dry-run")] {
        let output = std::process::Command::new("sh")
            .args(["-c", "ulimit -v 4000000 && exec \"$@\"", "sh", env!("CARGO_BIN_EXE_gan-train")])
            .args(words.split(' '))
            .current_dir(path)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        // By hand: 30,000 times 30,000 weights, their gradients, two moments and the average.
        assert!(said.starts_with("error: the networks take 18,"), "{said}");
        assert!(said.contains(" MB are free: make generator.hidden"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    assert!(!path.join("run").exists());
}
