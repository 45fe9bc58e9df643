//! Runs that are evaluated while they train.

mod common;

use common::{command, fail, folder, names, succeed};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Stdio;

/// The lines of `evaluations.jsonl` without what differs from run to run.
fn evaluations(run: &Path) -> Vec<Value> {
    let text = fs::read_to_string(run.join("evaluations.jsonl")).unwrap();
    let parse = |line| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        line.as_object_mut().unwrap().remove("seconds");
        line
    };
    text.lines().map(parse).collect()
}

#[test]
fn evaluations_leave_scores_grids_and_the_best_and_a_kill_changes_none() {
    let folder = folder();
    let path = folder.path();
    let arguments = "train --data digits --steps 600 --eval-every 150";
    succeed(path, &format!("{arguments} --tensorboard --out whole"));
    let whole = evaluations(&path.join("whole"));
    assert_eq!(
        whole.iter().map(|line| line["step"].as_u64().unwrap()).collect::<Vec<_>>(),
        [150, 300, 450, 600]
    );
    let grids = ["00000150.png", "00000300.png", "00000450.png", "00000600.png"];
    assert_eq!(names(&path.join("whole/grids")), grids);
    assert_eq!(names(&path.join("whole/tensorboard")).len(), 1);
    assert!(fs::read(path.join("whole/samples.gif")).unwrap().starts_with(b"GIF89a"));
    // The best by the Fréchet distance, and only those that were the best when they came.
    let mut best = f64::INFINITY;
    for line in &whole {
        let fd = line["fd"].as_f64().unwrap();
        assert_eq!(line["best"].as_bool().unwrap(), fd < best, "{line}");
        best = best.min(fd);
    }

    // Killed after two evaluations, at no particular moment.
    let mut child = command(path, &format!("{arguments} --out parts --checkpoint-every 0.1"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !path.join("parts/grids/00000300.png").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended too early");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    succeed(path, "train --resume parts");
    assert_eq!(evaluations(&path.join("parts")), whole);
    for grid in grids {
        let read = |run: &str| fs::read(path.join(run).join("grids").join(grid)).unwrap();
        assert_eq!(read("parts"), read("whole"), "{grid}");
    }
    let blob = |run: &str, which: &str| {
        succeed(path, &format!("quantize {run} --checkpoint {which} -o x.gan"));
        fs::read(path.join("x.gan")).unwrap()
    };
    assert_eq!(blob("parts", "best"), blob("whole", "best"));
    assert_eq!(blob("parts", "last"), blob("whole", "last"));
}

#[test]
fn until_ends_a_run_that_resume_continues() {
    let folder = folder();
    let path = folder.path();
    succeed(path, "train --data digits --steps 300 --eval-every 100 --until fd<100000 --out run");
    assert_eq!(evaluations(&path.join("run")).len(), 1);
    // The best is the first here, and stays what quantize takes; the last is another one.
    succeed(path, "train --resume run");
    assert_eq!(evaluations(&path.join("run")).len(), 3);
    let quantized = |which: &str| {
        succeed(path, &format!("quantize run --checkpoint {which} -o x.gan"));
        fs::read(path.join("x.gan")).unwrap()
    };
    let lines = evaluations(&path.join("run"));
    let last_is_best = lines[2]["best"].as_bool().unwrap();
    assert_eq!(quantized("best") == quantized("last"), last_is_best);
}

#[test]
fn what_is_refused_leaves_the_run_that_is_there() {
    let folder = folder();
    let path = folder.path();
    succeed(path, "train --data digits --steps 20 --out run");
    let before = fs::read(path.join("run/checkpoint.safetensors")).unwrap();
    let train = "train --data digits --out run --overwrite";
    fail(path, &format!("{train} --until fd<2"), 1, &["--until", "--eval-every"]);
    fail(path, &format!("{train} --until fud<2"), 2, &["fud", "fd, coverage"]);
    fail(
        path,
        &format!("{train} --unconditional --eval-every 10 --until accuracy>0.5"),
        1,
        &["--until", "conditional"],
    );
    fail(path, "train --data digits --out run", 1, &["--resume run", "--overwrite"]);
    assert_eq!(fs::read(path.join("run/checkpoint.safetensors")).unwrap(), before);
}

/// A border in training: larger images, judged by their middle.
#[test]
fn padded_images_are_trained_on_and_judged() {
    let folder = folder();
    let path = folder.path();
    let config = include_str!("../presets/digits8.toml")
        .replace("conditional = true", "conditional = true\npadding = 2");
    assert!(config.contains("padding"));
    fs::write(path.join("c.toml"), config).unwrap();
    succeed(path, "train --data digits --config c.toml --steps 1200 --eval-every 1200 --out run");
    succeed(path, "quantize run -o run.gan");
    let inspected: Value = serde_json::from_str(&succeed(path, "inspect run.gan --json")).unwrap();
    assert_eq!(inspected["width"], 12, "{inspected}");
    let report: Value = serde_json::from_str(&succeed(
        path,
        "evaluate run.gan --data digits --run run --samples 200 --json",
    ))
    .unwrap();
    // Without its run nothing says that the border is one.
    fs::copy(path.join("run.gan"), path.join("alone.gan")).unwrap();
    fail(path, "evaluate alone.gan --data digits", 1, &["8x8", "12x12", "--run"]);
    let accuracy = report["int8"]["conditional_accuracy"].as_f64().unwrap();
    // 1,200 steps are enough for nine digits in ten to be read; a middle cut at the wrong place
    // gives about 0.1.
    assert!(accuracy > 0.5, "{accuracy}");
}

/// Images that are all the same have no Frechet distance: the run goes on, and everything reads it.
#[test]
fn a_score_that_is_not_a_number_stops_nothing() {
    let folder = folder();
    let path = folder.path();
    let idx = |kind: u8, sizes: &[u32], data: Vec<u8>| {
        let sizes = sizes.iter().flat_map(|size| size.to_be_bytes());
        [vec![0, 0, 8, kind], sizes.collect(), data].concat()
    };
    fs::create_dir(path.join("same")).unwrap();
    let image: Vec<u8> = (0..64).map(|pixel| 4 * pixel).collect();
    fs::write(path.join("same/images-idx3-ubyte"), idx(3, &[400, 8, 8], image.repeat(400)))
        .unwrap();
    fs::write(path.join("same/labels-idx1-ubyte"), idx(1, &[400], vec![0; 400])).unwrap();
    let train = "train --data same --preset digits8 --eval-every 10";
    succeed(path, &format!("{train} --steps 20 --until fd<1000000 --out run"));
    let lines = evaluations(&path.join("run"));
    assert_eq!(lines.len(), 2, "--until was satisfied by what is not a number");
    for line in &lines {
        assert_eq!((&line["fd"], &line["best"]), (&Value::Null, &Value::Bool(false)), "{line}");
    }
    assert!(!path.join("run/best.safetensors").exists());
    succeed(path, "train --resume run --steps 30");
    assert_eq!(evaluations(&path.join("run")).len(), 3);
    succeed(path, "report run");
    let page = fs::read_to_string(path.join("run/report.html")).unwrap();
    assert!(page.contains("<dd>nan</dd>"), "the tile of the Fréchet distance");
    let table = succeed(path, "compare run run --out page.html");
    let fd = table.lines().find(|line| line.starts_with("Fréchet distance")).unwrap();
    assert_eq!(fd.split_whitespace().collect::<Vec<_>>(), ["Fréchet", "distance", "nan", "nan"]);
    succeed(path, "quantize run -o run.gan");
    let text = succeed(path, "evaluate run.gan --data same --samples 50");
    let fd = text.lines().find(|line| line.starts_with("Fréchet distance")).unwrap();
    assert!(fd.contains(" nan") || fd.contains(" inf"), "{text}");
}

/// A generator that does not learn is always found out: the run says so, and keeps what it said.
#[test]
fn warnings_are_kept_with_the_run() {
    let folder = folder();
    let path = folder.path();
    let config = include_str!("../presets/digits8.toml")
        .replace("r1_gamma = 1.0", "r1_gamma = 0.0\ngenerator_lr = 1e-9");
    assert!(config.contains("1e-9"));
    fs::write(path.join("c.toml"), config).unwrap();
    let train = "train --data digits --config c.toml --steps 800 --tensorboard --out run";
    let output = command(path, train).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    let said: Vec<&str> =
        stderr.lines().filter_map(|line| line.strip_prefix("warning: ")).collect();
    assert!(said.iter().any(|line| line.contains("the discriminator is never wrong")), "{stderr}");

    let metrics = fs::read_to_string(path.join("run/metrics.jsonl")).unwrap();
    let mut kept = Vec::new();
    for line in metrics.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        for text in line.get("warnings").map_or(&Vec::new(), |texts| texts.as_array().unwrap()) {
            kept.push((line["step"].as_u64().unwrap(), text.as_str().unwrap().to_owned()));
        }
    }
    let lines: Vec<String> =
        kept.iter().map(|(step, text)| format!("step {step}: {text}")).collect();
    assert_eq!(lines, said);

    let page = fs::read_to_string(path.join("run/report.html")).unwrap();
    let escaped = |text: &str| text.replace('&', "&amp;").replace('\'', "&#39;");
    assert!(page.contains("<h2>Warnings</h2>"));
    for (step, text) in &kept {
        let row = format!("<tr><th scope=\"row\">{step}</th><td>{}</td></tr>", escaped(text));
        assert!(page.contains(&row), "no {row}");
    }
    let board = fs::read_dir(path.join("run/tensorboard")).unwrap().next().unwrap().unwrap().path();
    let events = fs::read(board).unwrap();
    for (_, text) in &kept {
        assert!(events.windows(text.len()).any(|bytes| bytes == text.as_bytes()), "{text}");
    }

    succeed(path, "train --data digits --steps 20 --out fine");
    assert!(!fs::read_to_string(path.join("fine/report.html")).unwrap().contains("Warnings"));
    assert!(!fs::read_to_string(path.join("fine/metrics.jsonl")).unwrap().contains("warnings"));
}
