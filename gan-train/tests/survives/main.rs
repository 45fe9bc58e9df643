//! What a run survives: a process that is killed, a power cut, and a full disk, each at every
//! single call that changes a file of the run, a thread that panics, and a clock that is set back.
//!
//! `shim.c`, preloaded, is the disk that fails. Of a power cut it keeps the worst that a disk may
//! leave: contents that were never synced are gone, and names that were never synced are the old
//! ones or the new ones, as the disk likes.
//!
//! A run of four steps makes some sixty such calls, and every one of them is tried.
#![cfg(target_os = "linux")]

#[path = "../common/mod.rs"]
mod common;
mod disk;

use common::{TempDir, command, fail, float_blob, folder, names, succeed};
use disk::Disk;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

/// A checkpoint after each step.
const TRAIN: &str = "train --data digits --steps 4 --checkpoint-every 0.000001 --g-hidden 8 \
                     --d-hidden 8 --threads 1 --out run";
const RESUME: &str = "train --resume run --threads 1";

/// A run that nothing happened to: its weights, the steps of its metrics, the calls it made.
struct Whole {
    weights: Vec<u8>,
    steps: Vec<u64>,
    calls: u64,
}

impl Whole {
    fn new() -> Self {
        let folder = folder();
        let disk = Disk::new(folder.path());
        assert!(disk.run(TRAIN, &[]).status.success());
        let whole = Self {
            weights: float_blob(folder.path(), "run"),
            steps: steps(folder.path()),
            calls: disk.calls(),
        };
        assert_eq!(whole.steps, [1, 2, 3, 4]);
        assert!(whole.calls > 50, "only {} calls", whole.calls);
        whole
    }

    /// What is left in `folder` goes on to the same weights and metrics; where not even a
    /// configuration is left, that is said, and the run begins anew.
    fn goes_on(&self, folder: &Path, what: &str) {
        // The run's place, and where its first files are when all of them are complete.
        let places = ["run/config.toml", "run/.gan-train-complete/config.toml"];
        if places.iter().any(|place| folder.join(place).exists()) {
            succeed(folder, RESUME);
        } else {
            fail(folder, RESUME, 1, &["run"]);
            succeed(folder, &format!("{TRAIN} --overwrite"));
        }
        assert!(float_blob(folder, "run") == self.weights, "{what}: other weights");
        assert_eq!(steps(folder), self.steps, "{what}");
        let left = names(&folder.join("run"));
        let expected = [
            "checkpoint.safetensors",
            "config.toml",
            "metrics.jsonl",
            "report.html",
            "samples.png",
        ];
        assert_eq!(left, expected, "{what}");
    }
}

/// The steps of the lines of metrics.
fn steps(folder: &Path) -> Vec<u64> {
    let text = fs::read_to_string(folder.join("run/metrics.jsonl")).expect("the metrics are there");
    let step =
        |line| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["step"].as_u64();
    text.lines().filter_map(step).collect()
}

/// Trains until the process is killed at this call; returns its folder and disk.
fn killed_at(call: u64, more: &[(&str, &str)]) -> (TempDir, Disk) {
    let folder = folder();
    let disk = Disk::new(folder.path());
    let (call, mut environment) = (call.to_string(), more.to_vec());
    environment.extend([("SHIM_AT", call.as_str()), ("SHIM_DO", "kill")]);
    let output = disk.run(TRAIN, &environment);
    assert_eq!(output.status.code(), None, "call {call}: it was not killed");
    (folder, disk)
}

#[test]
fn a_kill_at_any_call() {
    let whole = Whole::new();
    for call in 1..=whole.calls {
        let (folder, _disk) = killed_at(call, &[]);
        whole.goes_on(folder.path(), &format!("killed at call {call}"));
    }
}

#[test]
fn a_power_cut_at_any_call() {
    let whole = Whole::new();
    for call in 1..=whole.calls {
        let (folder, disk) = killed_at(call, &[]);
        for (state, names) in [("old names", disk.old_names()), ("new names", disk.new_names())] {
            let what = format!("power cut at call {call}, {state}");
            disk.comes_back_with(&names);
            whole.goes_on(folder.path(), &what);
        }
    }
}

/// The test before finds what it is for: on a disk whose fsync does nothing, the checkpoint has a
/// name and no contents.
#[test]
fn a_disk_that_lies_is_seen() {
    let whole = Whole::new();
    let (folder, disk) = killed_at(whole.calls, &[("SHIM_LIES", "1")]);
    disk.comes_back_with(&disk.new_names());
    let checkpoint = folder.path().join("run/checkpoint.safetensors");
    assert!(fs::read(checkpoint).expect("it is there").is_empty());
    fail(folder.path(), RESUME, 1, &["run/config.toml"]);
}

#[test]
fn a_disk_that_is_full_from_any_call_on() {
    let whole = Whole::new();
    let mut refused = 0;
    for call in 1..=whole.calls {
        let folder = folder();
        let disk = Disk::new(folder.path());
        let at = call.to_string();
        let output = disk.run(TRAIN, &[("SHIM_AT", &at), ("SHIM_DO", "full")]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        if output.status.success() {
            // Only calls that need no room were left.
            continue;
        }
        refused += 1;
        assert_eq!(output.status.code(), Some(1), "call {call}: {stderr}");
        let errors: Vec<&str> = stderr.lines().filter(|line| line.starts_with("error")).collect();
        assert_eq!(errors.len(), 1, "call {call}: {stderr}");
        assert!(errors[0].contains("run") || errors[0].contains("metrics.jsonl"), "{stderr}");
        assert!(stderr.contains("No space left on device"), "call {call}: {stderr}");
        if folder.path().join("run").exists() {
            whole.goes_on(folder.path(), &format!("full from call {call} on"));
        }
    }
    assert!(refused > 10, "only {refused} runs met a full disk");
}

/// A thread that computes panics in the middle of a run: the standard library does so if the system
/// does not tell the time.
#[test]
fn a_thread_that_panics() {
    let whole = Whole::new();
    let mut panicked = 0;
    for call in (1..=whole.calls).step_by(4) {
        let folder = folder();
        let disk = Disk::new(folder.path());
        let at = call.to_string();
        let output = disk.run(TRAIN, &[("SHIM_AT", &at), ("SHIM_DO", "clock")]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        if output.status.success() {
            // Nobody asked for the time any more.
            continue;
        }
        panicked += 1;
        assert_eq!(output.status.code(), Some(101), "from call {call} on: {stderr}");
        let errors: Vec<&str> = stderr.lines().filter(|line| line.starts_with("error")).collect();
        assert_eq!(errors.len(), 1, "from call {call} on: {stderr}");
        assert!(errors[0].contains("panicked") && errors[0].contains("--resume"), "{stderr}");
        whole.goes_on(folder.path(), &format!("panicked from call {call} on"));
    }
    assert!(panicked >= 5, "only {panicked} runs panicked");
}

/// The time of day goes back by two days between two parts of a run: its lines are in order, and
/// no time is negative.
#[test]
fn a_clock_that_is_set_back() {
    let whole = Whole::new();
    let folder = folder();
    let disk = Disk::new(folder.path());
    let first = TRAIN.replace("--steps 4", "--steps 2");
    assert!(disk.run(&first, &[]).status.success());
    let output = disk.run(&format!("{RESUME} --steps 4"), &[("SHIM_CLOCK", "-172800")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(steps(folder.path()), whole.steps);
    let text = fs::read_to_string(folder.path().join("run/metrics.jsonl")).expect("it is there");
    let seconds: Vec<f64> = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"))
        .map(|line| line["seconds"].as_f64().expect("a number"))
        .collect();
    assert!(seconds[0] >= 0.0 && seconds.is_sorted(), "{seconds:?}");
}

/// A number that is no number, in the weights that a run goes on from and in those that `quantize`
/// takes: the file is named, and stays.
#[test]
fn a_weight_that_is_no_number() {
    let resume = format!("{RESUME} --steps 8");
    for (network, command) in [("generator", resume.as_str()), ("average", "quantize run -o a.gan")]
    {
        let folder = folder();
        let path = folder.path();
        succeed(path, TRAIN);
        let file = path.join("run/checkpoint.safetensors");
        let mut bytes = fs::read(&file).expect("it is there");
        let at = first_weight(&bytes, network);
        bytes[at..at + 4].copy_from_slice(&f32::NAN.to_le_bytes());
        fs::write(&file, &bytes).expect("it can be written");
        fail(path, command, 1, &["run/checkpoint.safetensors", network, "finite"]);
        assert!(fs::read(&file).expect("it is there") == bytes, "{command} changed the checkpoint");
    }
}

/// Where in a checkpoint, a safetensors file, the first weight of a network is.
fn first_weight(bytes: &[u8], network: &str) -> usize {
    let (length, rest) = bytes.split_at(8);
    let length = u64::from_le_bytes(length.try_into().expect("eight bytes")) as usize;
    let header: serde_json::Value = serde_json::from_slice(&rest[..length]).expect("JSON");
    let tensors = header.as_object().expect("an object").iter();
    let mut weights = tensors
        .filter(|(name, _)| name.starts_with(&format!("{network}.")) && name.ends_with(".weight"));
    let (_, tensor) = weights.next().expect("the network has weights");
    8 + length + tensor["data_offsets"][0].as_u64().expect("a number") as usize
}

/// Ctrl-C at moments spread over a whole run, the training of the judging classifier and the
/// evaluations included: the run ends at once by a code of its own, and goes on to the same end.
#[test]
fn a_ctrl_c_at_any_moment() {
    const MOMENTS: u32 = 16;
    let arguments = "train --data digits --steps 300 --eval-every 100 --classifier-steps 50 \
                     --set training.validation=0.1 --set training.eval_samples=100 --g-hidden 8 \
                     --d-hidden 8 --threads 1 --out run";
    let whole = folder();
    // The shorter of two, as the first may have waited for others on this machine.
    let lengths = ["", " --overwrite"].map(|more| {
        let start = Instant::now();
        succeed(whole.path(), &format!("{arguments}{more}"));
        start.elapsed()
    });
    let (mut length, weights) = (lengths[0].min(lengths[1]), float_blob(whole.path(), "run"));
    // All but the seconds that it took.
    let evaluations = |folder: &Path| {
        let text = fs::read_to_string(folder.join("run/evaluations.jsonl")).expect("it is there");
        let line = |line| {
            let mut line: serde_json::Value = serde_json::from_str(line).expect("JSON");
            line["seconds"].take();
            line
        };
        text.lines().map(line).collect::<Vec<_>>()
    };
    let (mut moment, mut tries) = (0, 0);
    while moment < MOMENTS {
        let (folder, start) = (folder(), Instant::now());
        let child = command(folder.path(), arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        std::thread::sleep(length * moment / MOMENTS);
        // SAFETY: the child runs, or is a zombie of ours that was not waited for.
        assert_eq!(unsafe { libc::kill(child.id() as i32, libc::SIGINT) }, 0);
        let output = child.wait_with_output().expect("it ends");
        let (code, stderr) = (output.status.code(), String::from_utf8_lossy(&output.stderr));
        assert!(!stderr.contains("panicked"), "{stderr}");
        tries += 1;
        if code == Some(0) && tries < 4 * MOMENTS {
            // It had ended: the machine has become faster, and the same moment is earlier.
            length = length.min(start.elapsed()) * 15 / 16;
            continue;
        }
        // Before the program has taken the signal over, the system ends it.
        assert!(code == Some(130) || output.status.signal() == Some(libc::SIGINT), "{stderr}");
        if folder.path().join("run/config.toml").exists() {
            succeed(folder.path(), RESUME);
        } else {
            succeed(folder.path(), arguments);
        }
        let what = format!("interrupted after {moment}/{MOMENTS} of {length:?}: {stderr}");
        assert!(float_blob(folder.path(), "run") == weights, "{what}");
        assert_eq!(evaluations(folder.path()), evaluations(whole.path()), "{what}");
        moment += 1;
    }
}
