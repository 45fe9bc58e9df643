//! `gan-train sweep`: which runs there are, that they are those of `train`, and that nothing is
//! trained twice or lost.

mod common;

use common::{command, fail, folder, run, succeed, wait_for};
use std::fs;
use std::path::Path;
use std::process::Stdio;

/// Two rates with two seeds each, evaluated by images that were held out.
const SWEEP: &str = r#"
[train]
data = "digits"
preset = "digits8"
steps = 40
classifier-steps = 50

[grid]
"training.validation" = [0.2]
"training.eval_every" = [20]
"training.lr" = [1e-3, 2e-3]
seed = [0, 1]
"#;

/// Whether two runs ended with the same weights, of which a blob of floats holds all.
fn same(folder: &Path, one: &str, other: &str) -> bool {
    let blob = |run: &str| {
        succeed(folder, &format!("quantize {run} -o weights.gan --float"));
        fs::read(folder.join("weights.gan")).unwrap()
    };
    blob(one) == blob(other)
}

#[test]
fn runs_are_those_of_train_and_are_trained_once() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("s.toml"), SWEEP).unwrap();
    let listed = succeed(path, "sweep s.toml -o out --dry-run");
    let expected = "out/0000  seed 0, training.lr 0.001\nout/0001  seed 0, training.lr 0.002\n\
                    out/0002  seed 1, training.lr 0.001\nout/0003  seed 1, training.lr 0.002\n";
    assert_eq!(listed, expected);
    assert!(!path.join("out").exists());

    // Two machines, each with its part.
    succeed(path, "sweep s.toml -o out --index 0 --of 2 --jobs 2");
    let made = |run: &str| path.join("out").join(run).exists();
    assert!(made("0000") && !made("0001") && made("0002") && !made("0003"));
    succeed(path, "sweep s.toml -o out --index 1 --of 2 --jobs 1");
    let table = succeed(path, "sweep s.toml -o out --collect");
    assert!(table.contains("training.lr 0.001     2  "), "{table}");
    assert!(table.contains("* best by fd; "), "{table}");

    // The very weights of a run by hand.
    let by_hand = "train --data digits --preset digits8 --steps 40 --set training.validation=0.2 \
                   --set training.eval_every=20 --classifier-steps 50 --lr 2e-3 --seed 1 -o alone";
    succeed(path, by_hand);
    assert!(same(path, "alone", "out/0003") && !same(path, "alone", "out/0001"));

    // The table is that of the evaluations.
    let summary = fs::read_to_string(path.join("out/sweep.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    let fd = |run: &str| {
        let path = path.join("out").join(run).join("evaluations.jsonl");
        let lines = fs::read_to_string(path).unwrap();
        let mut best = lines.lines().map(|line| serde_json::from_str(line).unwrap());
        let best = best.rfind(|line: &serde_json::Value| line["best"] == true).unwrap();
        best["fd"].as_f64().unwrap()
    };
    for (row, runs) in [(0, ["0000", "0002"]), (1, ["0001", "0003"])] {
        let mean = summary["rows"][row]["measures"]["fd"]["mean"].as_f64().unwrap();
        assert!((mean - (fd(runs[0]) + fd(runs[1])) / 2.0).abs() < 1e-9 * mean);
    }
    assert!(fs::read_to_string(path.join("out/compare.html")).unwrap().contains("0003"));

    // Nothing is trained again, and a run that lost its end goes on to the same weights.
    succeed(path, "quantize out/0002 -o before.gan --float");
    fs::remove_file(path.join("out/0002/samples.png")).unwrap();
    let changed = |run: &str| fs::metadata(path.join("out").join(run).join("config.toml"));
    let untouched = changed("0000").unwrap().modified().unwrap();
    succeed(path, "sweep s.toml -o out");
    assert_eq!(changed("0000").unwrap().modified().unwrap(), untouched);
    assert!(path.join("out/0002/samples.png").exists());
    succeed(path, "quantize out/0002 -o after.gan --float");
    let read = |name: &str| fs::read(path.join(name)).unwrap();
    assert!(read("before.gan") == read("after.gan"));
}

#[test]
fn bad_sweeps() {
    let folder = folder();
    let path = folder.path();
    let write = |name: &str, text: &str| fs::write(path.join(name), text).unwrap();
    write("empty.toml", "");
    write("torn.toml", "[train]\ndata = \"dig");
    write("key.toml", &SWEEP.replace("training.lr", "training.rate"));
    write("data.toml", &SWEEP.replace("\"digits\"", "\"nowhere\""));
    write("s.toml", SWEEP);
    let train = |lines: &str, grid: &str| {
        format!("[train]\ndata = \"digits\"\npreset = \"digits8\"\n{lines}\n[grid]\n{grid}\n")
    };
    write("option.toml", &train("nonsense = 4", "seed = [0, 1]"));
    write("twice.toml", &train("lr = 1e-3", "\"training.lr\" = [1e-3, 2e-3]"));
    // Which parts a batch can have depends on an option of all runs.
    write("parts.toml", &train("batch = 100", "\"training.micro_batch\" = [0, 25, 16]"));
    write("wine.toml", "[train]\ndata = \"wine\"\npreset = \"digits8\"\n");
    for (arguments, expected) in [
        ("sweep empty.toml -o out", "missing field `train`"),
        ("sweep torn.toml -o out", "torn.toml: TOML parse error"),
        ("sweep gone.toml -o out", "gone.toml: cannot be read"),
        ("sweep key.toml -o out", "key.toml: run 0"),
        ("sweep key.toml -o out --dry-run", "key.toml: run 0"),
        ("sweep data.toml -o out", "data.toml: run 0 (seed 0, training.eval_every 20"),
        ("sweep option.toml -o out", "option.toml: train: unexpected argument '--nonsense' found"),
        ("sweep twice.toml -o out", "run 0 (training.lr 0.001): --lr and --set training.lr: both"),
        ("sweep parts.toml -o out", "run 2 (training.micro_batch 16): training.micro_batch: "),
        ("sweep wine.toml -o out", "training.batch: 128, but the data has only 126 images"),
        ("sweep s.toml -o out --collect", "out: no sweep is there"),
        ("sweep s.toml -o out --index 2 --of 2", "--index 2: expected less than --of 2"),
    ] {
        fail(path, arguments, 1, &[expected]);
        assert!(!path.join("out").exists(), "{arguments}");
    }
    // A folder of somebody else's, and that of another sweep.
    fs::create_dir(path.join("mine")).unwrap();
    write("mine/notes.txt", "keep");
    fail(path, "sweep s.toml -o mine", 1, &["mine: there is something else in it"]);
    fs::create_dir(path.join("other")).unwrap();
    write("other/sweep.toml", "[train]\n");
    let expected = "other/sweep.toml: another sweep is in this folder";
    fail(path, "sweep s.toml -o other", 1, &[expected]);
    // What only training finds fails a run, and the others are still trained.
    let lr = "\"training.eval_every\" = [0]\n\"training.lr\" = [1e30, 1e-3]\nseed = [0, 1]";
    write("far.toml", &train("steps = 30", lr));
    let failed = |arguments: &str, expected: &[&str]| {
        let output = run(path, arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(expected.iter().all(|expected| stderr.contains(expected)), "{stderr}");
    };
    let expected = ["run 0 (seed 0, training.lr 1e+30) failed: ", "is not finite", "and 1 more"];
    failed("sweep far.toml -o far --jobs 2", &expected);
    assert!(path.join("far/0003/samples.png").exists());
    // A run that cannot be started does not leave the others alone.
    fs::create_dir_all(path.join("logs/0001.log")).unwrap();
    let text = train("steps = 30", "\"training.eval_every\" = [0]\nseed = [0, 1, 2]");
    write("three.toml", &text);
    write("logs/sweep.toml", &text);
    let expected = ["run 1 (seed 1) failed: logs/0001.log: cannot be written"];
    failed("sweep three.toml -o logs --jobs 2", &expected);
    for run in ["0000", "0002"] {
        assert!(path.join("logs").join(run).join("samples.png").exists(), "{run}");
    }
}

#[test]
fn ctrl_c_ends_all_runs_and_the_same_command_goes_on() {
    let folder = folder();
    let path = folder.path();
    let long = "[train]\ndata = \"digits\"\npreset = \"digits8\"\nsteps = 400\n\
                [grid]\nseed = [0, 1]\n";
    fs::write(path.join("s.toml"), long).unwrap();
    let mut child = command(path, "sweep s.toml -o out --jobs 2")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = |run: &str| {
        fs::read_to_string(path.join("out").join(run).join("metrics.jsonl"))
            .is_ok_and(|text| text.lines().count() > 2)
    };
    wait_for(|| begun("0000") && begun("0001"));
    // SAFETY: the child runs, or is a zombie of ours that was not waited for.
    assert_eq!(unsafe { libc::kill(child.id() as i32, libc::SIGINT) }, 0);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let log = fs::read_to_string(path.join("out/0000.log")).unwrap();
    assert!(log.contains("interrupted; go on with"), "{log}");
    succeed(path, "sweep s.toml -o out");
    succeed(path, "train --data digits --preset digits8 --steps 400 --seed 1 -o alone");
    assert!(same(path, "alone", "out/0001"));
}
