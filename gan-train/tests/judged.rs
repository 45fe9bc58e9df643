//! What `evaluate` judges: a blob, a run, or a folder of images; beside test images or those that a
//! run held out.

mod common;
use common::{fail, folder, succeed, write_idx};
use gan_train::data::{Split, digits};
use serde_json::Value;
use std::fs;
use std::path::Path;

fn report(folder: &Path, arguments: &str) -> Value {
    let text = succeed(folder, &format!("evaluate {arguments} --json"));
    serde_json::from_str(&text).unwrap()
}

/// A folder of the images and labels with these numbers, from the built-in digits' training images.
fn write_digits(folder: &Path, numbers: std::ops::Range<usize>, labelled: bool) {
    let Split { images, labels } = digits().unwrap().train;
    let chosen: Vec<Vec<u8>> =
        numbers.clone().map(|number| images.pixels[number * 64..][..64].to_vec()).collect();
    fs::create_dir(folder).unwrap();
    write_idx(folder, [8, 8], &chosen, &labels.unwrap()[numbers]);
    if !labelled {
        fs::remove_file(folder.join("labels-idx1-ubyte")).unwrap();
    }
}

/// A run is judged as its blob beside it is, without being quantized first.
#[test]
fn a_run_is_judged_as_its_blob_is() {
    let folder = folder();
    let path = folder.path();
    succeed(path, "classifier --data digits --steps 200 --out c.safetensors");
    succeed(path, "train --data digits --steps 200 --set training.validation=0.2 --out run");
    succeed(path, "quantize run -o run.gan");
    let rest = "--samples 100 --classifier c.safetensors";
    let of_blob = report(path, &format!("run.gan --run run --data digits {rest}"));
    let of_run = report(path, &format!("run {rest}"));
    assert_eq!(of_blob, of_run);
    assert_eq!((&of_run["judged_by"], &of_run["reference"]), (&"test".into(), &300.into()));
    assert!(of_run["float"].is_object() && of_run["images"].is_null());

    // A fifth of 1,497 images was held out; the others count as the training images.
    let held_out = report(path, &format!("run --held-out {rest}"));
    assert_eq!(held_out["judged_by"], "held_out");
    assert_eq!((&held_out["reference"], &held_out["training"]), (&299.into(), &1198.into()));
    let text = succeed(path, &format!("evaluate run --held-out {rest}"));
    assert!(text.contains("299 training images that the run held out"), "{text}");

    // Other images are not what the run held some out of.
    let parts = ["--held-out", "--data others", "run"];
    write_digits(&path.join("others"), 0..1000, true);
    fail(path, &format!("evaluate run --data others --held-out {rest}"), 1, &parts);

    let needs = ["--held-out", "needs the run"];
    fail(path, &format!("evaluate run.gan --data digits --held-out {rest}"), 1, &needs);
    succeed(path, "train --data digits --steps 20 --out none");
    fail(
        path,
        &format!("evaluate none --held-out {rest}"),
        1,
        &["--held-out", "held out no images"],
    );
    fail(path, "evaluate run --run none", 1, &["--run goes with a blob", "run is a run"]);
    fail(path, "evaluate run.gan", 1, &["--data", "expected"]);
    // Before a classifier is trained.
    let parts = ["--samples 2000", "1348 real images"];
    let error = fail(path, "evaluate run --samples 2000", 1, &parts);
    assert_eq!(error.lines().count(), 1, "{error}");
}

/// Real digits in the generator's place, as a folder: others of the same data are near, those of
/// the data itself are copies.
#[test]
fn a_folder_is_judged_by_another_one() {
    let folder = folder();
    let path = folder.path();
    write_digits(&path.join("real"), 0..1000, true);
    write_digits(&path.join("others"), 1000..1400, true);
    write_digits(&path.join("same"), 0..400, true);
    write_digits(&path.join("unlabelled"), 1000..1400, false);
    succeed(path, "classifier --data real --steps 300 --out c.safetensors");
    let judge =
        |images: &str| report(path, &format!("{images} --data real --classifier c.safetensors"));

    // A tenth of 1,000 judges; of the other 900, 90 choose the Parzen windows' width.
    let others = judge("others");
    assert_eq!((&others["judged_by"], &others["reference"]), (&"tenth".into(), &100.into()));
    let scores = &others["images"];
    assert_eq!((&scores["samples"], &others["real"]["samples"]), (&400.into(), &400.into()));
    assert_eq!(scores["large"]["images"], 400);
    let number = |of: &Value, name: &str| of[name].as_f64().unwrap();
    // As the classifier does on real images: these are real images.
    let accuracy = number(scores, "conditional_accuracy");
    assert!(accuracy > 0.9, "{accuracy}");
    let memorization = |report: &Value| report["images"]["memorization"].clone();
    assert!(number(&memorization(&others), "copies") <= 4.0, "{others}");
    // About 360 of the 400 are among the 900 images that count as training images.
    let same = memorization(&judge("same"));
    assert!(number(&same, "copies") > 340.0, "{same}");
    assert!(number(&same, "ratio") < 0.2 && number(&same["features"], "ratio") < 0.2, "{same}");

    let unlabelled = judge("unlabelled");
    assert!(unlabelled["images"]["conditional_accuracy"].is_null(), "{unlabelled}");
    for name in ["fd", "coverage", "recall", "log_likelihood"] {
        assert_eq!(unlabelled["images"][name], scores[name], "{name}");
    }
    // Both without labels, by a classifier of other data.
    let both = report(path, "unlabelled --data unlabelled --classifier c.safetensors");
    assert!(both["classifier_accuracy"].is_null() && both["images"]["fd"].is_number(), "{both}");

    let text = succeed(path, "evaluate others --data real --classifier c.safetensors --tstr=1");
    assert!(text.contains("TSTR") && !text.contains("new images every epoch"), "{text}");
    let parts = ["unlabelled", "no labels", "--classifier"];
    fail(path, "evaluate others --data unlabelled", 1, &parts);
    let parts = ["no labels to teach", "--tstr"];
    let rest = "--data real --classifier c.safetensors --tstr=1";
    fail(path, &format!("evaluate unlabelled {rest}"), 1, &parts);
    let wide = vec![vec![9; 70]; 20];
    fs::create_dir(path.join("wide")).unwrap();
    write_idx(&path.join("wide"), [10, 7], &wide, &[0; 20]);
    fail(path, "evaluate wide --data real", 1, &["wide", "10x7", "8x8"]);
    fail(path, "evaluate others --data real --run real", 1, &["--run goes with a blob", "others"]);
}
