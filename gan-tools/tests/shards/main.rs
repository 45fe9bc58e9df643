//! `gan shards`: workers that are killed, raced or started again make the set that one worker makes
//! alone, which is that of `gan generate`.

#[path = "../common/mod.rs"]
mod common;
mod damage;
mod range;

use common::{TempDir, command, fail, folder, names, run, succeed};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/digits8.gan");
const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/wine.gan");

/// Every file below a folder, by its path from there.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for name in names(folder) {
        let path = folder.join(&name);
        if path.is_dir() {
            files.extend(
                tree(&path).into_iter().map(|(rest, bytes)| (format!("{name}/{rest}"), bytes)),
            );
        } else {
            files.insert(name, fs::read(path).unwrap());
        }
    }
    files
}

/// A set of `count` images in shards of 500, as one worker makes it alone.
fn alone(path: &Path, count: u32) -> BTreeMap<String, Vec<u8>> {
    succeed(path, &init(count, "alone"));
    succeed(path, "shards run alone");
    tree(&path.join("alone"))
}

fn init(count: u32, out: &str) -> String {
    format!(
        "shards init {MODEL} --count {count} --seed 5 --first 7 --shard 500 --format idx -o {out}"
    )
}

fn json(folder: &TempDir, arguments: &str) -> Value {
    serde_json::from_str(&succeed(folder.path(), arguments)).unwrap()
}

#[test]
fn shards_put_together_are_the_images_of_generate() {
    let folder = folder();
    let path = folder.path();
    let set = alone(path, 1234);
    let range = |first: u32, count: u32| format!("{first:020}-{count}");
    let stems = [range(7, 500), range(507, 500), range(1007, 234)];
    let mut expected = vec!["dataset.json".into(), "manifest.json".into(), "model.gan".into()];
    for stem in &stems {
        expected.push(format!("sha256/{stem}.sha256"));
        expected.push(format!("shards/{stem}-images-idx3-ubyte"));
        expected.push(format!("shards/{stem}-labels-idx1-ubyte"));
    }
    expected.sort();
    assert_eq!(set.keys().cloned().collect::<Vec<_>>(), expected);
    succeed(path, &format!("generate {MODEL} --first 7 --count 1234 --seed 5 --idx whole"));
    for (kind, header) in [("images-idx3-ubyte", 16), ("labels-idx1-ubyte", 8)] {
        let parts: Vec<u8> = stems
            .iter()
            .flat_map(|stem| set[&format!("shards/{stem}-{kind}")][header..].to_vec())
            .collect();
        assert!(parts == fs::read(path.join("whole").join(kind)).unwrap()[header..], "{kind}");
    }
    assert!(set["model.gan"] == fs::read(MODEL).unwrap());
    let manifest: Value = serde_json::from_slice(&set["manifest.json"]).unwrap();
    let dataset: Value = serde_json::from_slice(&set["dataset.json"]).unwrap();
    assert_eq!(manifest["made_of"], dataset["made_of"]);
    assert_eq!((&manifest["complete"], &dataset["made_of"]["seed"]), (&true.into(), &5.into()));
    let files = manifest["files"].as_array().unwrap();
    assert_eq!(files.len(), 6);
    for file in files {
        let bytes = &set[file["name"].as_str().unwrap()];
        assert_eq!(file["bytes"], bytes.len());
        assert_eq!(file["sha256"], gan_tools::files::digest::sha256(bytes));
    }
    assert!(succeed(path, "shards verify alone --every 1").contains("3 made anew: the same bytes"));
}

/// A format's whole set by two parts of three and then the third, and its bytes again in another
/// folder.
#[test]
fn every_format_is_the_same_bytes_each_time() {
    let folder = folder();
    let path = folder.path();
    let all =
        [(MODEL, "idx"), (MODEL, "npz"), (MODEL, "csv"), (MODEL, "parquet"), (TABLE, "parquet")]
            .into_iter()
            .chain([(MODEL, "webdataset"), (TABLE, "csv")]);
    for (at, (model, format)) in all.enumerate() {
        let options = format!("--count 650 --shard 100 --format {format} --seed 3");
        for out in ["a", "b"].map(|name| format!("{name}{at}")) {
            succeed(path, &format!("shards init {model} {options} -o {out}"));
            for index in if out.starts_with('a') { [0, 2, 1] } else { [2, 1, 0] } {
                succeed(path, &format!("shards run {out} --index {index} --of 3"));
            }
            succeed(path, &format!("shards verify {out} --every 2"));
        }
        let [a, b] = ["a", "b"].map(|name| tree(&path.join(format!("{name}{at}"))));
        assert!(a == b && a.len() == 3 + if format == "idx" { 21 } else { 14 }, "{format}");
    }
    let error = format!("shards init {MODEL} --count 5 --format png -o pictures");
    fail(path, &error, 1, &["--format png"]);
}

/// Workers are killed while they write, at whatever place, and started again with the same index.
#[test]
#[cfg(unix)]
fn killed_workers_lose_and_double_nothing() {
    let folder = folder();
    let path = folder.path();
    let expected = alone(path, 30_000);
    succeed(path, &init(30_000, "killed"));
    let lists = path.join("killed/sha256");
    let there = || if lists.exists() { names(&lists).len() } else { 0 };
    let mut kills = 0;
    // Each is killed some shards after it began: 60 shards take at least as many kills as here.
    for goal in (5..=55).step_by(5) {
        let mut worker =
            command(path, &format!("shards run killed --index {} --of 2", goal / 5 % 2));
        let mut worker = worker.stderr(Stdio::null()).spawn().unwrap();
        while there() < goal && worker.try_wait().unwrap().is_none() {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        // SIGKILL.
        if worker.try_wait().unwrap().is_none() {
            worker.kill().unwrap();
            kills += 1;
        }
        worker.wait().unwrap();
    }
    assert!(kills >= 5, "{kills} kills");
    let before = there();
    assert!(before < 60);
    assert_eq!(run(path, "shards status killed").status.code(), Some(4));
    let status = run(path, "shards status killed --json").stdout;
    let status: Value = serde_json::from_slice(&status).unwrap();
    assert_eq!((&status["there"], &status["complete"]), (&before.into(), &false.into()));
    assert_eq!(status["missing"].as_array().unwrap().len(), 60 - before);
    let [one, other] = [0, 1]
        .map(|index| json(&folder, &format!("shards run killed --index {index} --of 2 --json")));
    let count = |report: &Value, field: &str| report[field].as_u64().unwrap() as usize;
    assert_eq!(count(&one, "found") + count(&other, "found"), before);
    assert_eq!(count(&one, "made") + count(&other, "made"), 60 - before);
    assert_eq!(other["complete"], true);
    assert!(tree(&path.join("killed")) == expected);
    // A restarted index finds all of its shards.
    let again = json(&folder, "shards run killed --index 1 --of 2 --json");
    assert_eq!((count(&again, "found"), count(&again, "made")), (30, 0));
    assert!(tree(&path.join("killed")) == expected);
}

/// Four processes that each want to make all shards, and begin the set too.
#[test]
fn racing_workers_put_each_shard_once() {
    let folder = folder();
    let path = folder.path();
    let expected = alone(path, 20_000);
    let start = |arguments: &str| {
        command(path, arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let begun: Vec<_> = (0..4).map(|_| start(&init(20_000, "raced"))).collect();
    for process in begun {
        let output = process.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let workers: Vec<_> = (0..4).map(|_| start("shards run raced --json")).collect();
    let (mut made, mut shards) = (0, 0);
    for worker in workers {
        let output = worker.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let count = |field: &str| report[field].as_u64().unwrap();
        assert_eq!(count("made") + count("found") + count("lost"), 40);
        assert_eq!(report["complete"], true);
        made += count("made");
        shards += count("made") + count("lost");
    }
    assert!(made >= 40 && made <= shards, "{made} {shards}");
    assert!(tree(&path.join("raced")) == expected);
}

#[test]
fn the_index_comes_from_the_environment_of_an_array_job() {
    let folder = folder();
    let path = folder.path();
    succeed(path, &init(2000, "set"));
    for (index, variable) in
        ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX", "AWS_BATCH_JOB_ARRAY_INDEX"]
            .into_iter()
            .enumerate()
    {
        let mut worker = command(path, "shards run set --of 4 --json");
        let output = worker.env(variable, index.to_string()).output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&report["index"], &report["made"]), (&index.into(), &1.into()));
        let last = format!("{:020}-500", 7 + 500 * index);
        assert_eq!(report["last_shard"], last);
    }
    fail(path, "shards run set --of 4", 1, &["--of 4", "--index", "SLURM_ARRAY_TASK_ID"]);
    fail(path, "shards run set --index 4 --of 4", 1, &["--index 4", "0 to 3", "--array=0-3"]);
    fail(path, "shards run set --index 4", 2, &["--of"]);
    let refused = |value: &str, arguments: &str, part: &str| {
        let output = command(path, arguments).env("SLURM_ARRAY_TASK_ID", value).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && stderr.contains(part), "{stderr}");
    };
    refused("3", "shards run set", "SLURM_ARRAY_TASK_ID is 3: --of says");
    refused("x", "shards run set --of 4", "SLURM_ARRAY_TASK_ID is \"x\"");
    // --index has the last word.
    let mut worker = command(path, "shards run set --index 3 --of 4 --json");
    let output = worker.env("SLURM_ARRAY_TASK_ID", "0").output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["index"], &report["complete"]), (&3.into(), &true.into()));
}

#[test]
fn another_set_and_foreign_folders_are_refused() {
    let folder = folder();
    let path = folder.path();
    let set = alone(path, 1000);
    succeed(path, &init(1000, "alone"));
    for (changed, field) in [
        ("--count 1001 --seed 5 --first 7 --shard 500 --format idx", "count is 1000"),
        ("--count 1000 --seed 6 --first 7 --shard 500 --format idx", "seed is 5"),
        ("--count 1000 --seed 5 --first 8 --shard 500 --format idx", "first is 7"),
        ("--count 1000 --seed 5 --first 7 --shard 499 --format idx", "shard is 500"),
        ("--count 1000 --seed 5 --first 7 --shard 500 --format npz", "format is \"idx\""),
    ] {
        let error = format!("shards init {MODEL} {changed} -o alone");
        fail(path, &error, 1, &["dataset.json", field, "give another folder"]);
    }
    let proportions = format!("--proportions 1{}", ",0".repeat(9));
    fail(path, &format!("{} {proportions}", init(1000, "alone")), 1, &["labels is"]);
    let other = init(1000, "alone").replace("digits8", "mnist-tiny");
    fail(path, &other, 1, &["blob_name is"]);
    assert!(tree(&path.join("alone")) == set);

    fs::create_dir(path.join("mine")).unwrap();
    fs::write(path.join("mine/notes.txt"), "mine").unwrap();
    fail(path, &init(1000, "mine"), 1, &["mine: the folder is not empty"]);
    assert_eq!(names(&path.join("mine")), ["notes.txt"]);
    for task in ["run", "status", "verify"] {
        fail(path, &format!("shards {task} mine"), 1, &["dataset.json", "gan shards init"]);
    }
    fs::write(path.join("alone/model.gan"), "other").unwrap();
    fail(path, "shards run alone", 1, &["model.gan: its SHA-256 is"]);
    fail(path, &init(0, "none"), 2, &["--count"]);
    let many = init(1000, "none").replace("500", "4000000000");
    fail(path, &many, 1, &["--shard 4000000000: expected 1 to 16777216 images of 8x8"]);
    assert!(!path.join("none").exists());
}
