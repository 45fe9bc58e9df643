//! Runs with a task that are evaluated while they train, shown, compared and fine-tuned.

mod common;

use common::page::check;
use common::{fail, folder, succeed};
use serde_json::Value;
use std::fs;
use std::path::Path;

const TRAIN: &str = "train --data digits --set training.validation=0.1";

fn lines(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn evaluate(folder: &Path, arguments: &str) -> Value {
    let text = succeed(folder, &format!("evaluate {arguments} --classifier-steps 60 --json"));
    serde_json::from_str(&text).unwrap()
}

/// The row of a report that is called so.
fn row<'r>(report: &'r Value, method: &str) -> &'r Value {
    let rows = report["rows"].as_array().unwrap();
    rows.iter().find(|row| row["method"] == method).unwrap()
}

fn page(folder: &Path, name: &str) -> String {
    let page = fs::read_to_string(folder.join(name)).unwrap();
    check(&page);
    page
}

fn contains(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "no {part:?} in the page");
    }
}

#[test]
fn enlarging_is_evaluated_shown_compared_and_fine_tuned() {
    let folder = folder();
    let path = folder.path();
    let task = format!("{TRAIN} --task super-res --scale 2");
    succeed(path, &format!("{task} --steps 150 --eval-every 50 -o run"));
    let evaluations = lines(&path.join("run/evaluations.jsonl"));
    let best = evaluations.iter().rfind(|line| line["best"] == true).unwrap();
    // The held-out images make the same cases in any order, so what training saw of the best
    // generator is what evaluate finds of it.
    let found = evaluate(path, "run --held-out");
    assert_eq!(best["psnr"], row(&found, "this model, float")["psnr"]);
    assert_eq!((evaluations.len(), &best["step"]), (3, &150.into()), "{evaluations:?}");
    assert!(evaluations[0]["psnr"].as_f64() < best["psnr"].as_f64(), "{evaluations:?}");
    assert!(path.join("run/best.safetensors").exists() && path.join("run/samples.gif").exists());

    // What it wrote at its end, and with the table.
    let before = page(path, "run/report.html");
    contains(&before, &["The task super-res.", "PSNR in dB, chosen step", "Not evaluated yet"]);
    contains(&before, &["image 4×4", "what goes in, Lanczos (3 lobes), the model", ">Blob, int8<"]);
    for part in ["Discriminator", ">latent<", "Between two"] {
        assert!(!before.contains(part), "{part}");
    }
    assert_eq!(before.matches("<img").count(), 2 + evaluations.len());
    succeed(path, "report run");
    let after = page(path, "run/report.html");
    contains(&after, &["training images that the run held out", "this model, integers", "nearest"]);
    let number = row(&found, "bilinear")["psnr"].as_f64().unwrap();
    contains(&after, &[&format!("<td>{number:.2}</td>")]);

    // Two of one task; not all of them evaluated.
    succeed(path, &format!("{task} --steps 100 --g-hidden 20 --adversarial 0.01 -o other"));
    contains(&page(path, "other/report.html"), &["Discriminator", "logit", "No evaluations yet"]);
    let text = succeed(path, "compare run other -o both.html");
    let integers = row(&found, "this model, integers")["psnr"].as_f64().unwrap();
    contains(&text, &["PSNR, dB", &format!("{integers:.2}"), "evaluate of a run's folder"]);
    let other = evaluate(path, "other --held-out");
    let text = succeed(path, "compare run other -o both.html");
    let of_other = row(&other, "this model, integers")["psnr"].as_f64().unwrap();
    contains(&text, &[&format!("{of_other:.2}"), "by the same images for all"]);
    evaluate(path, "other");
    let text = succeed(path, "compare run other -o both.html");
    contains(&text, &["not by the same images for all"]);
    contains(&page(path, "both.html"), &["generator.hidden", "task.adversarial", "<img"]);

    // Half the bits, and nearly as good.
    succeed(path, "finetune run -o four --steps 60 --group 16");
    succeed(path, "quantize four -o four.gan");
    contains(&succeed(path, "inspect four.gan"), &["i4"]);
    let four = evaluate(path, "four --held-out");
    let of_four = row(&four, "this model, integers")["psnr"].as_f64().unwrap();
    assert!(four["bytes"].as_u64() < found["bytes"].as_u64());
    assert!(of_four > integers - 1.5, "{of_four} dB after {integers} dB");
    assert!(of_four > row(&four, "bilinear")["psnr"].as_f64().unwrap() - 1.0, "{four:#}");
    succeed(path, "finetune run -o none --steps 1 --group 16 --eval-every 0");
    let none = evaluate(path, "none --held-out");
    let of_none = row(&none, "this model, integers")["psnr"].as_f64().unwrap();
    assert!(of_four > of_none - 0.2, "{of_four} dB, and {of_none} dB after one step");
    contains(&page(path, "four/report.html"), &["Blob, int4"]);
}

#[test]
fn what_evaluations_of_a_task_do_not_have_is_refused() {
    let folder = folder();
    let path = folder.path();
    let task = format!("{TRAIN} --task inpaint --steps 20 -o run --set task.mask=4");
    for (arguments, parts) in [
        ("--eval-every 10 --until fd<2", &["--until fd<2", "expected one of psnr, ssim"][..]),
        ("--set training.select=coverage", &["training.select", "expected one of psnr, ssim"]),
        ("--until psnr>2", &["--until", "--eval-every"]),
    ] {
        fail(path, &format!("{task} {arguments}"), 1, parts);
    }
    let plain = "train --data digits --steps 20 --set training.select=psnr -o run";
    fail(path, plain, 1, &["training.select", "psnr", "expected one of fd"]);
    assert!(!path.join("run").exists());

    let select = "--eval-every 10 --set training.select=ssim";
    succeed(path, &format!("{task} {select} --until psnr>1"));
    let evaluations = lines(&path.join("run/evaluations.jsonl"));
    // Any image has more than 1 dB, so the first evaluation was enough.
    assert_eq!(evaluations.len(), 1);
    assert!(evaluations[0]["psnr_missing"].as_f64() < evaluations[0]["psnr"].as_f64());
    contains(&page(path, "run/report.html"), &["image 8×8", "mask 4×4", "harmonic (Laplace)"]);
    succeed(path, "train --data digits --steps 20 -o plain");
    fail(path, "compare run plain", 1, &["plain: its task is none, and that of run is inpaint"]);
}
