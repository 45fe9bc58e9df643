//! Runs that stop and go on: interrupted, killed, or longer than before.

mod common;
use common::{command, fail, float_blob, folder, interrupt, short_run, succeed, wait_for};
use std::fs;
use std::process::Stdio;
use std::time::Duration;

#[test]
fn an_interrupted_run_goes_on_to_the_very_same_weights() {
    let folder = folder();
    let (path, length) = (folder.path(), "train --data digits --steps 1500");
    succeed(path, &format!("{length} --out whole"));

    interrupt(path, &format!("{length} --out parts"), "parts", 5);
    assert!(
        fs::read_to_string(path.join("parts/metrics.jsonl")).unwrap().lines().count() < 390,
        "it was not interrupted"
    );

    succeed(path, "train --resume parts");
    assert_eq!(float_blob(path, "whole"), float_blob(path, "parts"));
    // Each line of metrics once, in order, with the same losses.
    let losses = |name: &str| -> Vec<(u64, String)> {
        let text = fs::read_to_string(path.join(name).join("metrics.jsonl")).unwrap();
        let parse = |line| serde_json::from_str::<serde_json::Value>(line).unwrap();
        text.lines()
            .map(parse)
            .map(|line| (line["step"].as_u64().unwrap(), line["g_loss"].to_string()))
            .collect()
    };
    let (whole, parts) = (losses("whole"), losses("parts"));
    assert_eq!(whole.len(), 500);
    let same = whole.iter().zip(&parts).filter(|(a, b)| a.1 == b.1).count();
    assert_eq!(
        whole.iter().map(|line| line.0).collect::<Vec<_>>(),
        parts.iter().map(|line| line.0).collect::<Vec<_>>()
    );
    assert!(
        same >= whole.len() - 1,
        "only the line of the interruption may be a mean over fewer steps"
    );
}

#[test]
fn a_run_goes_on_only_with_its_own_data() {
    let folder = folder();
    let path = folder.path();
    short_run(path);
    succeed(path, "generate run.gan --count 200 --idx a");
    succeed(path, "generate run.gan --count 200 --seed 1 --idx b");
    succeed(path, "train --data a --steps 20 --out second");
    fs::rename(path.join("a"), path.join("moved")).unwrap();
    for (arguments, part) in [
        ("", "--data says where it is now"),
        ("--data b", "not the images and labels that second was started on"),
    ] {
        fail(path, &format!("train --resume second --steps 40 {arguments}"), 1, &[part]);
    }
    succeed(path, "train --resume second --steps 40 --data moved");
    // Done: nothing is left to do, and nothing is lost. Where the data is was noted, and whatever
    // folder a command starts in finds it.
    let before = float_blob(path, "second");
    succeed(&path.join("moved"), "train --resume ../second");
    assert_eq!(float_blob(path, "second"), before);

    // A length that is already behind it changes nothing, nor does a configuration that was edited.
    let config = fs::read_to_string(path.join("second/config.toml")).unwrap();
    fail(path, "train --resume second --steps 39", 1, &["40 steps are done", "39"]);
    assert_eq!(fs::read_to_string(path.join("second/config.toml")).unwrap(), config);
    fs::write(path.join("second/config.toml"), config.replace("seed = 0", "seed = 1")).unwrap();
    fail(path, "train --resume second", 1, &["checkpoint.safetensors", "config"]);
}

#[test]
fn a_killed_run_goes_on_from_its_last_checkpoint() {
    let folder = folder();
    let path = folder.path();
    let length = "train --data digits --steps 1500 --checkpoint-every 0.05";
    succeed(path, &format!("{length} --out whole"));

    let mut child = command(path, &format!("{length} --out parts"))
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut kills = 0;
    loop {
        wait_for(|| path.join("parts/checkpoint.safetensors").exists());
        // At a different moment of the cycle of checkpoints each time.
        std::thread::sleep(Duration::from_millis(230 + 17 * kills));
        if child.try_wait().unwrap().is_some() {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        child = command(path, "train --resume parts --checkpoint-every 0.05")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
    }
    assert!(kills >= 3, "it was killed only {kills} times");
    // Nothing that a kill has left stays.
    let mut left: Vec<String> = fs::read_dir(path.join("parts"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(
        left,
        ["checkpoint.safetensors", "config.toml", "metrics.jsonl", "report.html", "samples.png"]
    );
    assert!(child.wait().unwrap().success());
    assert_eq!(float_blob(path, "whole"), float_blob(path, "parts"));
}

/// Two processes in one folder would lose each other's files; a dead one keeps nobody out.
#[test]
fn one_process_at_a_time_trains_in_a_folder() {
    let folder = folder();
    let path = folder.path();
    let long = "train --data digits --steps 1000000 --checkpoint-every 0.2";
    let mut child = command(path, &format!("{long} --out run"))
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let lines = || {
        fs::read_to_string(path.join("run/metrics.jsonl")).map_or(0, |text| text.lines().count())
    };
    wait_for(|| lines() > 2);
    succeed(path, "train --data digits --steps 5 --out source");
    for arguments in [
        "train --resume run",
        "train --data digits --steps 5 --out run",
        "train --data digits --steps 5 --out run --overwrite",
        "quickstart --steps 5 --out run",
        "finetune source --steps 5 --out run --overwrite",
    ] {
        let error = fail(path, arguments, 1, &["run", "another process writes to"]);
        assert_eq!(error.lines().filter(|line| line.contains("another process")).count(), 1);
    }
    // The first one has lost nothing, and goes on.
    let seen = lines();
    wait_for(|| lines() > seen);
    child.kill().unwrap();
    child.wait().unwrap();
    let steps: Vec<u64> = fs::read_to_string(path.join("run/metrics.jsonl"))
        .unwrap()
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok()?["step"].as_u64())
        .collect();
    assert!(steps.len() > 3 && steps.is_sorted_by(|a, b| a < b), "{steps:?}");
    let done = steps.last().unwrap() + 100;
    succeed(path, &format!("train --resume run --steps {done}"));
    assert!(!path.join("run/.lock").exists());
}
