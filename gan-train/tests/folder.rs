//! What a run's folder may be: whose files go when another run takes the place of one.

mod common;

use common::{fail, folder, succeed};
use std::fs;

/// A folder with files of other people's is no run: they stay.
#[test]
fn files_of_other_names_stay() {
    let folder = folder();
    let path = folder.path();
    fs::create_dir_all(path.join("run/grids")).unwrap();
    fs::create_dir_all(path.join("run/tensorboard")).unwrap();
    fs::write(path.join("run/grids/mine.txt"), "mine").unwrap();
    fs::write(path.join("run/tensorboard/mine.txt"), "mine").unwrap();
    succeed(path, "train --data digits --steps 20 --out run");
    assert!(
        path.join("run/grids/mine.txt").exists() && path.join("run/tensorboard/mine.txt").exists()
    );
    fs::create_dir(path.join("other")).unwrap();
    fs::write(path.join("other/config.toml"), "mine = true").unwrap();
    fail(path, "train --data digits --steps 20 --out other", 1, &["other", "config.toml"]);
}

/// Files of a run's names in a folder that is no run are somebody's.
#[test]
fn files_of_a_runs_names_that_are_no_runs_stay() {
    let folder = folder();
    let path = folder.path();
    succeed(path, "train --data digits --steps 5 --out source");
    for name in [
        "checkpoint.safetensors",
        "best.safetensors",
        "config.toml",
        "metrics.jsonl",
        "evaluations.jsonl",
        "report.html",
        "samples.png",
        "samples.gif",
        "digits.gan",
        "grids/1.png",
        "tensorboard/events.out.tfevents.1.gan-train",
    ] {
        let file = path.join("my").join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "precious").unwrap();
        for command in [
            "train --data digits --steps 3 --out my",
            "train --data digits --steps 3 --out my --overwrite",
            "quickstart --steps 3 --out my",
            "finetune source --steps 3 --out my --overwrite",
        ] {
            fail(path, command, 1, &[name, "no run of gan-train"]);
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), "precious", "{name}");
        fs::remove_dir_all(path.join("my")).unwrap();
    }
}

/// What keeps the new run's first checkpoint from being written must not cost the old run.
#[test]
fn a_replacement_that_fails_leaves_a_run_that_can_be_read() {
    let folder = folder();
    let path = folder.path();
    succeed(path, "train --data digits --steps 20 --out run");
    let before = fs::read(path.join("run/checkpoint.safetensors")).unwrap();
    // A file where the new run's first files would be written: nobody can, root neither.
    fs::write(path.join("run/.gan-train-complete"), "in the way").unwrap();
    fs::create_dir(path.join("run/.checkpoint.safetensors.gan-new")).unwrap();
    let replace = "train --data digits --steps 30 --seed 1 --out run --overwrite";
    fail(path, replace, 1, &["run/.gan-train-complete"]);
    assert_eq!(fs::read(path.join("run/checkpoint.safetensors")).unwrap(), before);
    assert!(path.join("run/metrics.jsonl").exists());
    succeed(path, "quantize run -o x.gan");

    fs::remove_file(path.join("run/.gan-train-complete")).unwrap();
    fs::remove_dir(path.join("run/.checkpoint.safetensors.gan-new")).unwrap();
    succeed(path, replace);
    assert_ne!(fs::read(path.join("run/checkpoint.safetensors")).unwrap(), before);
    // Half of a checkpoint is a run's still, if its configuration says so.
    fs::write(path.join("run/checkpoint.safetensors"), &before[..100]).unwrap();
    fail(path, "train --data digits --steps 3 --out run", 1, &["--resume run", "--overwrite"]);
    succeed(path, replace);
}
