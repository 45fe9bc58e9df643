//! Runs with a task from the command line: trained, resumed, judged, and used on pictures.

mod common;

use common::{fail, folder, succeed, write_idx};
use gan_core::ImageShape;
use gan_tools::picture::Picture;
use gan_train::data::digits;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Digits in `folder/a`, and the same as negatives in `folder/b`.
fn negatives(folder: &Path) {
    let data = digits().unwrap().train.sample(400);
    let labels = data.labels.unwrap();
    let images: Vec<Vec<u8>> = data.images.iter().map(<[u8]>::to_vec).collect();
    let negative = |image: &Vec<u8>| image.iter().map(|pixel| 255 - pixel).collect();
    write_idx(&folder.join("a"), [8, 8], &images, &labels);
    write_idx(&folder.join("b"), [8, 8], &images.iter().map(negative).collect::<Vec<_>>(), &labels);
}

fn write_png(path: &Path, [width, height]: [usize; 2], pixels: &[u8]) {
    let picture = Picture { width, height, pixels: pixels.to_vec() };
    fs::write(path, picture.to_png().unwrap()).unwrap();
}

/// The grey pixels of a picture of this size.
fn read_png(path: &Path, [width, height]: [u16; 2]) -> Vec<u8> {
    gan_tools::picture::read::read(path, ImageShape { width, height, channels: 1 }, "it").unwrap()
}

/// A report, and the row of a method in it.
fn report(folder: &Path, arguments: &str) -> Value {
    serde_json::from_str(&succeed(folder, &format!("evaluate {arguments} --json"))).unwrap()
}

/// A run's report as it is of the blob alone.
fn without_floats(report: &Value) -> Value {
    let mut report = report.clone();
    report["rows"].as_array_mut().unwrap().retain(|row| row["method"] != "this model, float");
    report
}

fn psnr(report: &Value, method: &str) -> f64 {
    let rows = report["rows"].as_array().unwrap();
    rows.iter().find(|row| row["method"] == method).unwrap()["psnr"].as_f64().unwrap()
}

#[test]
fn pairs_are_learned_resumed_judged_and_applied() {
    let folder = folder();
    let path = folder.path();
    negatives(path);
    // With a constant rate a run's length changes none of its steps.
    let train = "train --task pairs --data a --targets b --set training.lr_end=1 --unconditional";
    succeed(path, &format!("{train} --steps 300 -o whole"));
    succeed(path, &format!("{train} --steps 100 -o parts"));
    succeed(path, "train --resume parts --steps 300");
    let [whole, parts] = ["whole", "parts"]
        .map(|run| report(path, &format!("{run} --classifier-steps 60 --picture {run}.png")));
    assert_eq!(whole, parts);
    assert_eq!(
        fs::read(path.join("whole.png")).unwrap(),
        fs::read(path.join("parts.png")).unwrap()
    );
    assert!(path.join("whole/samples.png").exists());

    // A tenth of 400 images. A network that learned nothing is as far off as one image for all.
    assert_eq!((&whole["images"], &whole["task"]), (&40.into(), &"pairs".into()));
    let float = psnr(&whole, "this model, float");
    let mean = psnr(&whole, "the data's mean image");
    assert!(float > mean + 1.0 && mean > psnr(&whole, "input unchanged"), "{whole:#}");
    assert!((float - psnr(&whole, "this model, integers")).abs() < 0.3, "{whole:#}");
    assert!(succeed(path, "evaluate whole --classifier-steps 60").contains("input unchanged"));

    // Of a digit that was not trained on.
    let digit = digits().unwrap().test.unwrap().images.pixels[..64].to_vec();
    write_png(&path.join("in.png"), [8, 8], &digit);
    succeed(path, "apply whole in.png -o out.png");
    let out = read_png(&path.join("out.png"), [8, 8]);
    let far = digit.iter().zip(&out).map(|(a, b)| f64::from((255 - a).abs_diff(*b)));
    let far = far.sum::<f64>() / 64.0;
    // Half of what one image for all is off by, about.
    assert!(far < 25.0, "{far}");
    fail(path, "apply whole in.png -o out.png", 1, &["out.png", "--overwrite"]);
    fail(path, "apply whole in.png -o in.png --overwrite", 1, &["in.png"]);
    fail(path, "apply whole in.png -o o.png --label 3", 1, &["--label", "takes no label"]);
    fail(path, "generate whole --ascii", 1, &["whole", "makes images of images", "apply"]);

    // The run's file makes the same picture.
    succeed(path, "quantize whole -o whole.gan");
    succeed(path, "apply whole.gan in.png -o file.png");
    let read = |name: &str| fs::read(path.join(name)).unwrap();
    assert_eq!(read("file.png"), read("out.png"));
    assert!(succeed(path, "inspect whole.gan").contains("format version 3"));
    fail(path, "synth whole.gan --count 5 -o set", 1, &["whole.gan", "makes images of images"]);
    // It is judged as the run is: alone, or with the run, which has the floats.
    let given = "whole.gan --classifier-steps 60";
    assert_eq!(report(path, &format!("{given} --run whole")), whole);
    let alone = report(path, &format!("{given} --task pairs --data a --targets b"));
    assert_eq!(without_floats(&whole)["rows"], alone["rows"]);
    for (arguments, parts) in [
        ("--data a", &["whole.gan", "--run, --task, --preset or --config"][..]),
        ("--task pairs --data a", &["--data", "needs --targets"]),
        ("--task pairs", &["--data", "no run is known"]),
        ("--task stylize --data a", &["--task stylize: whole.gan: has 0 labels", "have 3"]),
        ("--preset compact --data a", &["--preset compact: has no task"]),
        ("--run whole --task pairs", &["--task", "without --run"]),
        ("--run parts --held-out", &["--held-out", "held out no images"]),
    ] {
        fail(path, &format!("evaluate whole.gan {arguments}"), 1, parts);
    }
    fail(path, "evaluate whole --task pairs", 1, &["--task: goes with a blob"]);
}

#[test]
fn a_blob_says_what_it_is_for() {
    let folder = folder();
    let path = folder.path();
    let others = path.join("blobs");
    fs::create_dir(&others).unwrap();
    let judge = "--classifier-steps 60 --samples 60";
    let sizes = "--set task.mask=4 --set task.smallest=2 --set task.largest=4";
    for (task, options) in [
        ("super-res", "--scale 2".to_owned()),
        ("stylize", "--set task.styles=[\"slant\",\"bold\"]".to_owned()),
        ("inpaint", sizes.to_owned()),
    ] {
        let validation = "--set training.validation=0.1";
        succeed(
            path,
            &format!(
                "train --task {task} --data digits {options} {validation} --steps 40 -o {task}"
            ),
        );
        succeed(path, &format!("quantize {task} -o blobs/{task}.gan"));
        // The damage is what no header says.
        let named = match task {
            "inpaint" => {
                let text = fs::read_to_string(path.join("inpaint/config.toml")).unwrap();
                let text = text.split_once("[config]\n").unwrap().1.replace("[config.", "[");
                fs::write(path.join("inpaint.toml"), text).unwrap();
                " --config inpaint.toml"
            }
            _ => "",
        };
        let of_run = report(path, &format!("{task} {judge}"));
        let arguments = format!("blobs/{task}.gan --data digits {judge}{named}");
        assert_eq!(report(path, &arguments), without_floats(&of_run));
        if task == "inpaint" {
            let of_run = report(path, &format!("{task} {judge} --held-out --seed 3"));
            let arguments = format!("{arguments} --held-out --seed 3 --picture holes.png");
            assert_eq!(report(path, &arguments), without_floats(&of_run));
            assert!(path.join("holes.png").exists());
            fail(path, &format!("evaluate {arguments} --config x"), 2, &["--config"]);
        }
    }
    // In the run's folder it is the run's, unless it is said to be something else. The preset's
    // holes are larger than the run's.
    succeed(path, "quantize inpaint -o inpaint/model.gan");
    let of_run = report(path, &format!("inpaint {judge}"));
    assert_eq!(report(path, &format!("inpaint/model.gan {judge}")), of_run);
    let arguments = format!("inpaint/model.gan --task inpaint --data digits {judge}");
    let larger = report(path, &arguments);
    assert_eq!(larger["rows"].as_array().unwrap().len(), 5);
    assert!(psnr(&larger, "black") < psnr(&of_run, "black"));
    fail(
        path,
        "evaluate blobs/inpaint.gan --data digits --preset inpaint",
        1,
        &["--preset inpaint: blobs/inpaint.gan: 80 numbers go into it, and 113"],
    );
    fail(path, "evaluate blobs/inpaint.gan --data digits --held-out", 1, &["--held-out", "--run"]);
    // Without the names of its labels a blob may be of pairs as well.
    fs::remove_file(others.join("stylize.gan.labels")).unwrap();
    let arguments = "evaluate blobs/stylize.gan --data digits";
    fail(path, arguments, 1, &["blobs/stylize.gan", "--task"]);
    fail(path, &format!("{arguments} --task stylize"), 1, &["has 2 labels", "have 3"]);
    fail(path, "evaluate blobs --task stylize", 1, &["--task: goes with a blob that takes"]);
}

#[test]
fn data_that_makes_no_pairs_is_refused() {
    let folder = folder();
    let path = folder.path();
    negatives(path);
    write_idx(&path.join("c"), [8, 8], &[vec![1; 64], vec![2; 64]], &[0, 1]);
    let train = "train --data a -o run --steps 1";
    for (arguments, parts) in [
        ("--task pairs", &["--targets"][..]),
        ("--task pairs --targets c", &["c: 2 training images", "a has 400"]),
        ("--targets b", &["--targets", "--task pairs"]),
        ("--task stylize --targets b", &["--targets", "not with stylize"]),
        ("--task super-res --scale 3", &["task.scale: 3 does not divide", "8x8"]),
        ("--task inpaint --scale 2", &["--scale", "super-res"]),
        ("--task inpaint --set task.mask=9", &["task.mask: 9 cells", "8x8"]),
        ("--task inpaint --preset pairs", &["--task inpaint", "is pairs"]),
        ("--task stylize --set task.styles=[\"thin\"]", &["task.styles", "thin"]),
    ] {
        fail(path, &format!("{train} {arguments}"), 1, parts);
        assert!(!path.join("run").exists());
    }
    fail(path, &format!("{train} --task paint"), 2, &["paint", "inpaint", "super-res"]);
    // Pictures of other names are no pairs.
    for (folder, name) in [("p", "1.png"), ("q", "2.png")] {
        fs::create_dir(path.join(folder)).unwrap();
        write_png(&path.join(folder).join(name), [2, 2], &[9; 4]);
    }
    let arguments = "train --data p --targets q --task pairs --batch 2 -o run";
    fail(path, arguments, 1, &["2.png", "1.png", "same names"]);
}

#[test]
fn holes_are_filled_and_nothing_else() {
    let folder = folder();
    let path = folder.path();
    let sizes = "--set task.mask=4 --set task.smallest=2 --set task.largest=4";
    let train = "train --task inpaint --data digits --adversarial 0.01 --steps 200 -o run";
    succeed(path, &format!("{train} {sizes}"));
    let metrics = fs::read_to_string(path.join("run/metrics.jsonl")).unwrap();
    let last: Value = serde_json::from_str(metrics.lines().last().unwrap()).unwrap();
    // The discriminator learns too.
    assert!(last["d_loss"].as_f64().unwrap() > 0.0, "{last}");
    let report = report(path, "run --classifier-steps 60 --samples 100");
    let row = report["rows"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(row["method"], "this model, integers");
    let (all, missing) = (row["psnr"].as_f64().unwrap(), row["psnr_missing"].as_f64().unwrap());
    assert!(all > missing + 3.0, "{row}");
    assert!(all > psnr(&report, "black") + 1.0, "{report:#}");

    // The mask's second cell of the first line is missing: pixels 2 and 3 of lines 0 and 1.
    let image: Vec<u8> = (0..64).map(|at| at * 3).collect();
    let mut mask = vec![0; 16];
    mask[1] = 255;
    fs::create_dir(path.join("in")).unwrap();
    for name in ["one.png", "two.png"] {
        write_png(&path.join("in").join(name), [8, 8], &image);
    }
    write_png(&path.join("mask.png"), [4, 4], &mask);
    fail(path, "apply run in -o out", 1, &["--mask"]);
    succeed(path, "apply run in --mask mask.png -o out");
    let [one, two] =
        ["one.png", "two.png"].map(|name| read_png(&path.join("out").join(name), [8, 8]));
    assert_eq!(one, two);
    for (at, (&found, &expected)) in one.iter().zip(&image).enumerate() {
        let missing = at < 16 && (2..4).contains(&(at % 8));
        assert!(missing || found == expected, "{at}: {found}");
    }
    assert_ne!(one, image);

    // The same hole as a picture of the image's size, in which one pixel of the cell is white; and
    // the run's file gives the same.
    let mut mask = vec![0; 64];
    mask[8 + 3] = 200;
    write_png(&path.join("large.png"), [8, 8], &mask);
    succeed(path, "quantize run -o run.gan");
    succeed(path, "apply run.gan in/one.png --mask large.png -o out.png");
    assert_eq!(read_png(&path.join("out.png"), [8, 8]), one);
    write_png(&path.join("odd.png"), [5, 5], &[0; 25]);
    fail(path, "apply run.gan in/one.png --mask odd.png -o o.png", 1, &["odd.png", "5x5", "4x4"]);
}
