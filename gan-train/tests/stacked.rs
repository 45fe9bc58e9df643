//! Stacked MNIST from the command line: a run on it, and the modes of what it generates.

mod common;

use burn::prelude::Device;
use common::{fail, folder, mnist, short_run, succeed};
use gan_train::data;
use gan_train::judge::classifier::Classifier;
use gan_train::judge::modes::Modes;
use serde_json::Value;

#[test]
fn the_preset_is_listed_and_what_cannot_be_counted_is_refused() {
    let folder = folder();
    let path = folder.path();
    assert!(succeed(path, "presets").contains("\nstacked-mnist  28x84, "));
    short_run(path);
    let evaluate = "evaluate run.gan --data stacked-mnist";
    let parts = ["--data-dir missing", "no such folder"];
    fail(path, &format!("{evaluate} --data-dir missing"), 1, &parts);
    let Some(mnist) = mnist() else { return };
    let evaluate = format!("{evaluate} --data-dir {} --samples 10", mnist.display());
    fail(path, &evaluate, 1, &["run.gan", "image size: 8x8 (expected 28x84"]);
    for option in ["--tstr", "--held-out"] {
        let parts = [option, "stacked-mnist", "modes"];
        fail(path, &format!("{evaluate} {option}"), 1, &parts);
    }
    succeed(path, "classifier --data digits --steps 1 --out digits.safetensors");
    let parts = ["image size: 8x8 (expected 8x24"];
    fail(path, &format!("{evaluate} --classifier digits.safetensors"), 1, &parts);
}

#[test]
fn a_run_is_trained_resumed_and_its_modes_counted() {
    let Some(mnist) = mnist() else { return };
    let folder = folder();
    let path = folder.path();
    let data = format!("--data stacked-mnist --data-dir {}", mnist.display());
    succeed(path, &format!("train {data} --preset stacked-mnist --batch 16 --steps 2 --out run"));
    let config = std::fs::read_to_string(path.join("run/config.toml")).unwrap();
    assert!(config.contains("data = \"stacked-mnist\""), "{config}");
    // The data is the same again, or it would be refused.
    succeed(path, "train --resume run --steps 3");
    succeed(path, "quantize run -o run/stacked.gan");

    let evaluate = format!("evaluate run/stacked.gan {data} --samples 150");
    let report: Value =
        serde_json::from_str(&succeed(path, &format!("{evaluate} --json"))).unwrap();
    let modes = |of: &str| report[of]["modes"].as_u64().unwrap();
    assert_eq!([&report["generated"]["samples"], &report["real"]["samples"]], [150, 150]);
    // 150 images of 1,000 modes show 139 of them on average; two steps' images are all alike.
    assert!((125..=150).contains(&modes("real")) && modes("generated") < 50, "{report}");
    let text = succeed(path, &evaluate);
    // The run itself, whose data is known, is judged as its blob is.
    let of_run = format!("evaluate run --data-dir {} --samples 150", mnist.display());
    assert_eq!(succeed(path, &of_run), text);
    let row = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    let found = row("modes found, of 1,000");
    let cells: Vec<&str> = found.split_whitespace().skip(4).collect();
    assert_eq!(cells, [&modes("generated").to_string(), &modes("real").to_string(), "higher"]);
    assert!(row("mode KL to uniform, nats").ends_with("lower"), "{text}");
}

/// Expected: three times the divergence of the 10,000 test labels from the uniform distribution,
/// 0.001737 nats by their counts (980, 1135, 1032, 1010, 982, 892, 958, 1028, 974 and 1009), and
/// what chance adds to it, `999 / (2 * 26,000)`; its standard deviation is
/// `sqrt(2 * 999) / 52,000` = 0.0009.
#[test]
fn real_images_show_all_modes() {
    let Some(mnist) = mnist() else { return };
    let data = data::open("stacked-mnist", Some(&mnist), &mut |_, _, _| {}).unwrap();
    assert_eq!((data.train.images.count, data.train.images.pixels.len()), (60_000, 141_120_000));
    assert!(data.train.labels.is_none());
    let classifier = Classifier::mnist(&Device::flex()).unwrap();
    let modes = Modes::read(&classifier, data.test.unwrap().images).unwrap();
    assert_eq!((modes.samples, modes.modes), (26_000, 1000));
    let expected = 3.0 * 0.001737 + 999.0 / 52_000.0;
    assert!((modes.kl - expected).abs() < 0.003, "{modes:?}, expected {expected}");
}
