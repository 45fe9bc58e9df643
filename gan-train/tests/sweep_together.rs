//! `gan-train sweep` by several processes at once, and by one that is killed: each run is trained
//! once, and nobody fails because of another one.

mod common;

use common::{command, folder, succeed, wait_for};
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};

/// A sweep of four seeds without evaluations.
fn write_sweep(path: &Path, steps: u32) {
    let text = format!(
        "[train]\ndata = \"digits\"\npreset = \"digits8\"\nsteps = {steps}\n\
         tensorboard = true\n[grid]\n\"training.eval_every\" = [0]\nseed = [0, 1, 2, 3]\n"
    );
    fs::write(path.join("s.toml"), text).unwrap();
}

fn start(path: &Path, arguments: &str) -> Child {
    command(path, arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn finish(child: Child) {
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
}

/// How often a run was begun or resumed, as its log says.
fn starts(path: &Path, run: usize) -> usize {
    let log = fs::read_to_string(path.join(format!("out/{run:04}.log"))).unwrap();
    assert!(!log.contains('\0'), "{log}");
    log.matches("training digits8 on").count() + log.matches("resuming").count()
}

#[test]
fn parts_that_begin_at_once_train_each_run_once() {
    let folder = folder();
    let path = folder.path();
    write_sweep(path, 3);
    for _ in 0..3 {
        let part = |index| start(path, &format!("sweep s.toml -o out --index {index} --of 4"));
        let parts: Vec<Child> = (0..4).map(part).collect();
        parts.into_iter().for_each(finish);
        assert_eq!([0, 1, 2, 3].map(|run| starts(path, run)), [1; 4]);
        let table = succeed(path, "sweep s.toml -o out --collect");
        let summary = fs::read_to_string(path.join("out/sweep.json")).unwrap();
        let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
        assert_eq!(summary["rows"][0]["runs"], serde_json::json!([0, 1, 2, 3]), "{table}");
        assert!(!path.join("out/unfinished").exists() && !path.join("out/.lock").exists());
        fs::remove_dir_all(path.join("out")).unwrap();
    }
}

#[test]
fn the_same_command_twice_at_once_trains_each_run_once() {
    let folder = folder();
    let path = folder.path();
    write_sweep(path, 200);
    let both = [start(path, "sweep s.toml -o out"), start(path, "sweep s.toml -o out")];
    both.into_iter().for_each(finish);
    for run in 0..4 {
        let lines = fs::read_to_string(path.join(format!("out/{run:04}/metrics.jsonl"))).unwrap();
        let steps: Vec<u64> = lines
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .map(|line| line["step"].as_u64().unwrap())
            .collect();
        assert!(steps.is_sorted_by(|one, next| one < next) && steps.last() == Some(&200));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn runs_of_a_sweep_that_is_killed_end_and_the_same_command_goes_on() {
    let folder = folder();
    let path = folder.path();
    write_sweep(path, 1500);
    let mut sweep = start(path, "sweep s.toml -o out --jobs 1");
    let metrics = path.join("out/0000/metrics.jsonl");
    wait_for(|| fs::read_to_string(&metrics).is_ok_and(|text| text.lines().count() > 2));
    sweep.kill().unwrap();
    sweep.wait().unwrap();
    // At once: the run may still be saving its checkpoint.
    succeed(path, "sweep s.toml -o out");
    assert_eq!([0, 1, 2, 3].map(|run| starts(path, run)), [2, 1, 1, 1]);
    let log = fs::read_to_string(path.join("out/0000.log")).unwrap();
    assert!(log.contains("interrupted; go on with"), "{log}");
    // The options of `train` hold after that, too.
    let events = fs::read_dir(path.join("out/0000/tensorboard")).unwrap();
    assert_eq!(events.count(), 2);
}
