//! Runs as people make them: each subcommand, and the same bytes from the same seed.

mod common;
use common::{command, float_blob, folder, run, short_run, succeed};
use std::fs;
use std::path::Path;

#[test]
fn quickstart_leaves_all_its_files_and_draws_ten_digits() {
    let folder = folder();
    let text = succeed(folder.path(), "quickstart --steps 60 --out q");
    for name in
        ["checkpoint.safetensors", "config.toml", "metrics.jsonl", "samples.png", "digits.gan"]
    {
        let len = fs::metadata(folder.path().join("q").join(name))
            .unwrap_or_else(|error| panic!("{name}: {error}"))
            .len();
        assert!(len > 0, "{name} is empty");
    }
    let drawn = text
        .lines()
        .take_while(|line| !line.starts_with("flash"))
        .filter(|line| !line.is_empty())
        .count();
    assert_eq!(drawn, 16, "two rows of digits, eight lines each\n{text}");
    for part in [
        "flash  18,116 bytes",
        "RAM    208 bytes of buffers",
        "13,312 multiply-accumulates",
        "Try next",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_whatever_the_threads() {
    let folder = folder();
    let runs =
        [("one", "1", 5), ("two", "2", 5), ("five", "5", 5), ("seven", "7", 5), ("other", "2", 6)];
    for (name, threads, seed) in runs {
        let arguments = format!("quickstart --steps 120 --seed {seed} --out {name}");
        let status = command(folder.path(), &arguments)
            .env("RAYON_NUM_THREADS", threads)
            .output()
            .unwrap()
            .status;
        assert!(status.success());
    }
    let file = |name: &str| fs::read(folder.path().join(name).join("digits.gan")).unwrap();
    for name in ["two", "five", "seven"] {
        assert_eq!(file("one"), file(name), "{name} threads");
    }
    assert_ne!(file("one"), file("other"));

    // Matrices that are large enough for burn to share them out among threads.
    let path = folder.path();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/mnist-small.gan");
    succeed(path, &format!("generate {} --count 600 --idx data", model.display()));
    let blobs = ["1", "2", "5", "7"].map(|threads| {
        // Without evaluations, for which a classifier would be trained.
        let arguments = format!(
            "train --data data --preset compact --steps 25 --eval-every 0 --out large{threads}"
        );
        assert!(
            command(path, &arguments)
                .env("RAYON_NUM_THREADS", threads)
                .output()
                .unwrap()
                .status
                .success()
        );
        float_blob(path, &format!("large{threads}"))
    });
    assert!(blobs.iter().all(|blob| *blob == blobs[0]));
}

#[test]
fn generate_writes_what_train_reads() {
    let folder = folder();
    let path = folder.path();
    short_run(path);
    succeed(path, "generate run.gan --count 200 --seed 9 --idx synthetic --out grid.png");
    succeed(path, "train --data synthetic --preset digits8 --epochs 2 --out second");
    let labels = fs::read(path.join("synthetic/labels-idx1-ubyte")).unwrap();
    assert_eq!(labels[8..18], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    let images = fs::read(path.join("synthetic/images-idx3-ubyte")).unwrap();
    assert_eq!(images.len(), 16 + 200 * 64);

    // The 100th image is the same whatever the count.
    succeed(path, "generate run.gan --count 100 --seed 9 --idx fewer");
    let fewer = fs::read(path.join("fewer/images-idx3-ubyte")).unwrap();
    assert_eq!(fewer[16..], images[16..16 + 100 * 64]);
    let text = succeed(path, "generate run.gan --label 3 --count 2 --ascii");
    assert_eq!(text.lines().filter(|line| !line.is_empty()).count(), 8, "{text}");
}

#[test]
fn unconditional_runs_take_no_labels() {
    let folder = folder();
    let path = folder.path();
    succeed(path, "train --data digits --unconditional --steps 60 --out run");
    succeed(path, "quantize run -o run.gan");
    let report: serde_json::Value =
        serde_json::from_str(&succeed(path, "inspect run.gan --json")).unwrap();
    assert_eq!(report["classes"], 0);
    succeed(path, "generate run.gan --ascii");
    let output = run(path, "generate run.gan --ascii --label 1");
    assert_eq!(output.status.code(), Some(1));
    // Images without labels are enough for it.
    succeed(path, "generate run.gan --count 150 --idx synthetic");
    assert!(!path.join("synthetic/labels-idx1-ubyte").exists());
    succeed(path, "train --data synthetic --unconditional --steps 5 --out second");
}

#[test]
fn inspect_and_evaluate_report_in_json() {
    let folder = folder();
    let path = folder.path();
    succeed(path, "train --data digits --steps 450 --out run");
    succeed(path, "quantize run -o run.gan");
    let report: serde_json::Value =
        serde_json::from_str(&succeed(path, "inspect run.gan --json")).unwrap();
    assert_eq!(
        report["flash_bytes"].as_u64().unwrap(),
        fs::metadata(path.join("run.gan")).unwrap().len()
    );
    assert_eq!(
        (&report["macs"], &report["classes"], &report["scratch_bytes"]),
        (&13_312.into(), &10.into(), &128.into())
    );
    assert_eq!(report["layers"][3]["activation"], "sigmoid");

    // Trained once: it takes longer than all else here.
    succeed(path, "classifier --data digits --steps 600 --out classifier.safetensors");
    let evaluate = "evaluate run.gan --data digits --classifier classifier.safetensors";
    let text = succeed(path, &format!("{evaluate} --run run --samples 500 --json"));
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let number = |column: &str, name: &str| report[column][name].as_f64().unwrap();
    for column in ["int8", "float", "real"] {
        let histogram = report[column]["class_histogram"].as_array().unwrap();
        assert_eq!(
            histogram.iter().map(|count| count.as_u64().unwrap()).sum::<u64>(),
            500,
            "{column}"
        );
        assert!(report[column]["memorization"]["distance"].as_f64().unwrap() > 0.0, "{text}");
    }
    // Far above the tenth that guessing gets, all three.
    assert!(report["classifier_accuracy"].as_f64().unwrap() > 0.85, "{text}");
    assert!(
        number("int8", "conditional_accuracy") > 0.6
            && number("float", "conditional_accuracy") > 0.6,
        "{text}"
    );
    // int8 is near float, and both are well above the floor after so short a training.
    let (int8, float, real) = (number("int8", "fd"), number("float", "fd"), number("real", "fd"));
    assert!((int8 - float).abs() < 0.5 * float && real < 0.5 * float, "{text}");
    let mean = report["agreement"]["mean"].as_f64().unwrap();
    assert!(mean > 0.0 && mean < 4.0, "{text}");

    // A blob of another run is not compared with this one.
    succeed(path, "train --data digits --steps 61 --out other");
    common::fail(path, &format!("{evaluate} --run other --samples 50"), 1, &["run.gan", "other"]);
    fs::copy(path.join("run.gan"), path.join("other/x.gan")).unwrap();
    let text = succeed(
        path,
        &format!("{} --samples 50 --json", evaluate.replace("run.gan", "other/x.gan")),
    );
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(
        report["agreement"].is_null() && report["float"].is_null() && report["int8"].is_object(),
        "{text}"
    );

    // Without test images, a tenth of the others judges.
    succeed(path, "generate run.gan --count 1500 --idx synthetic");
    let text = succeed(path, "evaluate run.gan --data synthetic --samples 50");
    let by =
        "judged by 150 training images (there are no test images), beside 1,350 training images";
    assert!(text.contains(by), "{text}");
}

#[test]
fn every_help_shows_an_example() {
    let folder = folder();
    let help = succeed(folder.path(), "--help");
    let commands = help.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    let names: Vec<&str> =
        commands.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    assert!(names.len() > 9, "{names:?}");
    for name in names.into_iter().filter(|&name| !name.is_empty() && name != "help") {
        let text = succeed(folder.path(), &format!("{name} --help"));
        assert!(text.contains("Example") && text.contains(&format!("gan-train {name}")), "{text}");
    }
}
