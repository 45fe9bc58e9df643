//! `evaluate` and its judge on real data, and what they refuse.

mod common;
use common::{fail, folder, mnist, short_run, succeed};
use gan_tools::files::idx;
use gan_tools::images::Images;
use gan_train::config::METRICS;
use gan_train::data::{self, Split};
use gan_train::judge::Judge;
use gan_train::judge::classifier::Classifier;
use std::fs;
use std::path::Path;
use std::time::Instant;

/// The middle of a larger image is no image of the data's: that would be a table of nothing.
#[test]
fn models_of_other_images_are_refused() {
    let folder = folder();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/mnist-small.gan");
    fs::copy(model, folder.path().join("mnist.gan")).unwrap();
    let error = fail(folder.path(), "evaluate mnist.gan --data digits", 1, &["8x8", "28x28"]);
    assert_eq!(error.lines().count(), 1, "{error}");
}

#[track_caller]
fn within(name: &str, found: f64, low: f64, high: f64) {
    assert!((low..=high).contains(&found), "{name}: {found} (expected {low} to {high})");
}

/// The figures of docs/evaluation.md. The Fréchet distance depends on the classifier; the bounds of
/// the others hold what PyTorch's float features of another classifier gave: log-likelihood 241,
/// coverage 0.948, precision 0.944, recall 0.946.
#[test]
fn real_mnist_has_the_known_scores() {
    let Some(mnist) = mnist() else { return };
    let folder = folder();
    let blob = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../models/mnist-small.gan")
        .canonicalize()
        .unwrap();
    let arguments =
        format!("evaluate {} --data mnist --data-dir {} --json", blob.display(), mnist.display());
    let report: serde_json::Value =
        serde_json::from_str(&succeed(folder.path(), &arguments)).unwrap();
    let real = |name: &str| report["real"][name].as_f64().unwrap();
    assert_eq!((&report["reference"], &report["training"]), (&10_000.into(), &60_000.into()));
    assert_eq!(report["classifier"]["steps"], 6000, "the built-in classifier");
    within(
        "accuracy of the built-in classifier",
        report["classifier_accuracy"].as_f64().unwrap(),
        0.99,
        1.0,
    );
    within("fd", real("fd"), 0.18, 0.30);
    within("log_likelihood", real("log_likelihood"), 238.0, 246.0);
    within("coverage", real("coverage"), 0.93, 0.96);
    within("precision", real("precision"), 0.92, 0.96);
    within("recall", real("recall"), 0.93, 0.96);
    within("density", real("density"), 0.85, 1.0);
    let memorization =
        |column: &str, name: &str| report[column]["memorization"][name].as_f64().unwrap();
    within("distance of the test images", memorization("real", "distance"), 4.1, 4.35);
    within(
        "the same over the training images'",
        memorization("real", "ratio_to_training"),
        0.98,
        1.04,
    );
    assert_eq!((memorization("int8", "images"), memorization("int8", "copies")), (2000.0, 0.0));
    // A network of 142 KB is not as good as real data in any of them.
    for (name, better) in
        [("fd", -1.0), ("log_likelihood", 1.0), ("coverage", 1.0), ("recall", 1.0)]
    {
        let int8 = report["int8"][name].as_f64().unwrap();
        assert!(
            better * int8 < better * real(name),
            "{name}: {int8} is better than {}",
            real(name)
        );
    }
}

/// The digits' own model teaches digits, less than real digits do; a model without labels teaches
/// nothing.
#[test]
fn classifiers_are_trained_on_the_images() {
    let folder = folder();
    let path = folder.path();
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    fs::copy(models.join("digits8.gan"), path.join("digits.gan")).unwrap();
    let text = succeed(path, "evaluate digits.gan --data digits --samples 100 --tstr=1 --json");
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let utility = &report["utility"];
    assert_eq!((&utility["images"], &utility["test"]), (&1497.into(), &300.into()));
    for kind in ["mlp", "cnn"] {
        let accuracies = |name: &str| -> Vec<f64> {
            let seeds = utility[kind][name]["seeds"].as_array().unwrap();
            seeds.iter().map(|value| value.as_f64().unwrap()).collect()
        };
        for (name, low) in [("tstr", 0.75), ("tstr_fresh", 0.75), ("trts", 0.85), ("real", 0.85)] {
            let found = accuracies(name);
            assert_eq!(found.len(), 1, "{kind} {name}");
            found.iter().for_each(|&found| within(&format!("{kind} {name}"), found, low, 1.0));
        }
    }

    let without = succeed(path, "evaluate digits.gan --data digits --samples 100 --json");
    assert!(!without.contains("utility"));

    for value in ["0", "101", "many"] {
        let arguments = format!("evaluate digits.gan --data digits --tstr={value}");
        fail(path, &arguments, 2, &["--tstr", value]);
    }
    succeed(path, "bench-model --layers 16-64 -o none.gan");
    let parts = ["none.gan", "takes no labels"];
    fail(path, "evaluate none.gan --data digits --samples 100 --tstr", 1, &parts[1..]);
}

/// During training the judge goes by held-out training images, and by fewer.
#[test]
fn a_quick_judgement_of_real_mnist_agrees() {
    let Some(mnist) = mnist() else { return };
    let data = data::open("mnist", Some(&mnist), &mut |_, _, _| {}).unwrap();
    let (held_out, train) = data.train.tenth_and_others();
    let start = Instant::now();
    let classifier =
        Classifier::for_data(&data.train, None, &burn::prelude::Device::flex(), &mut |_| ())
            .unwrap();
    let judge = Judge::new(classifier, &train, &held_out.sample(5000)).unwrap();
    println!("a judge by 5,000 images: {:.2?}", start.elapsed());
    for count in [2000, 5000] {
        let Split { images, labels } = data.test.as_ref().unwrap().sample(count);
        let labels: Vec<u16> = labels.unwrap().into_iter().map(u16::from).collect();
        let start = Instant::now();
        let quick = judge.quick(&images, Some(&labels)).unwrap();
        println!("{count} images: {:.2?}: {quick:?}", start.elapsed());
        // The test images in the generator's place: as good as it gets, with more noise.
        within("fd", quick.fd, 0.0, 1.0);
        // Of equal distributions 1 - (5000 / (5000 + count))^5: the ball of a reference image holds
        // 5 of 5,000 others and so many samples.
        let expected = 1.0 - (5000.0 / (5000.0 + count as f64)).powi(5);
        within("coverage", quick.coverage, expected - 0.04, expected + 0.02);
        within("recall", quick.recall, 0.90, 0.97);
        within("conditional_accuracy", quick.conditional_accuracy.unwrap(), 0.985, 1.0);
        assert!(METRICS.iter().all(|metric| quick.get(metric.name).is_some()));
    }
}

/// A folder of the built-in digits within a border: `across` pixels left and right, two lines above
/// and below.
fn framed(folder: &Path, across: usize) {
    let Split { images, labels } = data::digits().unwrap().train;
    let (width, height) = (8 + 2 * across, 12);
    let mut pixels = vec![0; images.count * width * height];
    for (image, framed) in images.iter().zip(pixels.chunks_exact_mut(width * height)) {
        for (line, framed) in image.chunks_exact(8).zip(framed.chunks_exact_mut(width).skip(2)) {
            framed[across..across + 8].copy_from_slice(line);
        }
    }
    write(folder, &Images { count: images.count, width, height, pixels }, &labels.unwrap());
}

fn write(folder: &Path, images: &Images, labels: &[u8]) {
    fs::create_dir(folder).unwrap();
    let [count, height, width] =
        [images.count, images.height, images.width].map(|size| size as u32);
    let image_file = [idx::images_header(count, height, width), images.pixels.clone()].concat();
    fs::write(folder.join("images-idx3-ubyte"), image_file).unwrap();
    fs::write(folder.join("labels-idx1-ubyte"), [&idx::labels_header(count), labels].concat())
        .unwrap();
}

#[test]
fn a_padded_model_is_judged_by_its_middle_and_what_does_not_fit_is_refused() {
    let folder = folder();
    let path = folder.path();
    succeed(path, "classifier --data digits --steps 200 --out c.safetensors");
    framed(&path.join("framed"), 2);
    // Long enough to see that the digits' place was found.
    succeed(path, "train --data digits --set padding=2 --steps 1000 --out large");
    succeed(path, "quantize large -o large/large.gan");
    let text = succeed(
        path,
        "evaluate large/large.gan --data digits --run large --classifier c.safetensors \
         --samples 400 --json",
    );
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    for column in ["int8", "float"] {
        within(column, report[column]["conditional_accuracy"].as_f64().unwrap(), 0.5, 1.0);
    }

    short_run(path);
    succeed(path, "classifier --data framed --steps 1 --out large.safetensors");
    let parts = ["--data framed", "the model's 8x8", "12x12"];
    fail(
        path,
        "evaluate run.gan --data framed --samples 50 --classifier large.safetensors",
        1,
        &parts,
    );
    fs::write(path.join("broken"), "no classifier").unwrap();
    fail(
        path,
        "evaluate run.gan --data digits --classifier broken",
        1,
        &["broken", "not a safetensors file"],
    );
    fail(path, "evaluate run.gan --data digits --classifier none", 1, &["none", "cannot be read"]);
    fail(
        path,
        "evaluate run.gan --data digits --classifier large.safetensors",
        1,
        &["large.safetensors", "8x8", "12x12"],
    );
    let Split { images, labels } = data::digits().unwrap().train;
    let labels: Vec<u8> = labels.unwrap().into_iter().map(|label| label % 2).collect();
    write(&path.join("two"), &images, &labels);
    succeed(path, "classifier --data two --steps 1 --out few.safetensors");
    fail(
        path,
        "evaluate run.gan --data digits --classifier few.safetensors",
        1,
        &["few.safetensors", "10 labels", "2"],
    );
    fs::remove_file(path.join("framed/labels-idx1-ubyte")).unwrap();
    // Outside its run nothing says that the model has a border: its images are 12x12.
    fs::copy(path.join("large/large.gan"), path.join("copy.gan")).unwrap();
    fail(path, "evaluate copy.gan --data framed --samples 50", 1, &["--data framed", "no labels"]);
    fail(path, "classifier --data framed --out x.safetensors", 1, &["--data framed", "no labels"]);
    assert!(!path.join("x.safetensors").exists());
}
