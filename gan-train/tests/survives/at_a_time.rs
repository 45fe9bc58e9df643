//! What happens at some time of a run, whatever it is doing.

use crate::common::{TempDir, command, fail, float_blob, folder, succeed};
use crate::disk::Disk;
use crate::whole::{Events, TRAIN, Whole, are_same, header, left};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Output, Stdio};
use std::time::Instant;

/// A thread that computes panics in the middle of a run: the standard library does so if the system
/// does not tell the time.
#[test]
fn a_thread_that_panics() {
    let whole = Whole::new("");
    let mut panicked = 0;
    for call in (1..=whole.calls).step_by(4) {
        let folder = folder();
        let disk = Disk::new(folder.path());
        let at = call.to_string();
        let output = disk.run(&whole.train, &[("SHIM_AT", &at), ("SHIM_DO", "clock")]);
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
        let what = format!("panicked from call {call} on");
        whole.goes_on(folder.path(), &what, Events::All);
    }
    assert!(panicked >= 5, "only {panicked} runs panicked");
}

/// The time of day goes back by two days between two parts of a run: its lines are in order, and
/// no time is negative.
#[test]
fn a_clock_that_is_set_back() {
    let whole = Whole::new("");
    let folder = folder();
    let disk = Disk::new(folder.path());
    let first = whole.train.replace("--steps 3", "--steps 1");
    assert!(disk.run(&first, &[]).status.success());
    let output = disk.run(&format!("{} --steps 3", whole.resume), &[("SHIM_CLOCK", "-172800")]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    whole.is_left_in(&folder.path().join("run"), "set back", Events::All);
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
    let resume = "train --resume run --threads 1 --steps 8";
    for (network, command) in [("generator", resume), ("average", "quantize run -o a.gan")] {
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
    let (end, header) = header(bytes);
    let tensors = header.as_object().expect("an object").iter();
    let mut weights = tensors
        .filter(|(name, _)| name.starts_with(&format!("{network}.")) && name.ends_with(".weight"));
    let (_, tensor) = weights.next().expect("the network has weights");
    end + tensor["data_offsets"][0].as_u64().expect("a number") as usize
}

/// Ctrl-C at moments spread over a whole run: six before its first file is written, while the data
/// is read and the judging classifier is trained, and ten from there to the end. The run ends by a
/// code of its own, and goes on to the same files.
#[test]
fn a_ctrl_c_at_any_moment() {
    let arguments = "train --data digits --steps 300 --eval-every 100 --classifier-steps 50 \
                     --set training.validation=0.1 --set training.eval_samples=100 --g-hidden 8 \
                     --d-hidden 8 --threads 1 --out run";
    let (whole, begin) = (folder(), Instant::now());
    let disk = Disk::new(whole.path());
    assert!(disk.run(arguments, &[]).status.success());
    let (length, calls) = (begin.elapsed(), disk.calls());
    // The blob of floats has the statistics of the batch norms in it, which no checkpoint has.
    let (blob, files) = (float_blob(whole.path(), "run"), left(&whole.path().join("run")));
    let goes_on = |folder: &TempDir, output: &Output, what: &str| {
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!stderr.contains("panicked"), "{what}: {stderr}");
        if folder.path().join("run/config.toml").exists() {
            succeed(folder.path(), "train --resume run --threads 1");
        } else {
            succeed(folder.path(), arguments);
        }
        assert!(float_blob(folder.path(), "run") == blob, "{what}");
        are_same(&left(&folder.path().join("run")), &files, what);
    };
    for moment in 0..6 {
        let (folder, what) = (folder(), format!("moment {moment}"));
        let mut command = command(folder.path(), arguments);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let child = command.spawn().expect("the binary starts");
        std::thread::sleep(length * moment / 12);
        // SAFETY: the child runs, or is a zombie of ours that was not waited for.
        assert_eq!(unsafe { libc::kill(child.id() as i32, libc::SIGINT) }, 0);
        let output = child.wait_with_output().expect("it ends");
        // Before the program has taken the signal over, the system ends it; and on a busy machine
        // the program may be done before it is sent.
        let status = output.status;
        let is_right = [Some(130), Some(0)].contains(&status.code());
        assert!(is_right || status.signal() == Some(libc::SIGINT), "{what}: {status}");
        goes_on(&folder, &output, &what);
    }
    let mut interrupted = 0;
    for call in (1..=10).map(|tenth| (calls * tenth / 10).to_string()) {
        let (folder, what) = (folder(), format!("call {call} of {calls}"));
        let disk = Disk::new(folder.path());
        let output = disk.run(arguments, &[("SHIM_AT", &call), ("SHIM_DO", "interrupt")]);
        // After the last step there is nothing left to interrupt.
        let code = output.status.code();
        assert!([Some(130), Some(0)].contains(&code), "{what}: {code:?}");
        interrupted += u32::from(code == Some(130));
        goes_on(&folder, &output, &what);
    }
    // The last two are in the files that are written at the end.
    assert!(interrupted >= 8, "only {interrupted} runs were interrupted");
}
