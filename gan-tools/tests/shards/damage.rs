//! Files that were changed or removed, and a disk that is full.

use super::common::{command, fail, folder, run, succeed};
use super::{alone, init, json, tree};
use serde_json::Value;
use std::fs;

#[test]
fn verify_finds_what_was_damaged_and_run_makes_it_again() {
    let folder = folder();
    let path = folder.path();
    let set = alone(path, 2000);
    let name = |number: u32, kind: &str| format!("{:020}-500-{kind}", 7 + 500 * number);
    let damage = |number: u32, kind: &str, at: usize| {
        let file = path.join("alone/shards").join(name(number, kind));
        let mut bytes = fs::read(&file).unwrap();
        bytes[at] ^= 1;
        fs::write(&file, bytes).unwrap();
        file
    };
    let one = damage(2, "images-idx3-ubyte", 16_000);
    let other = path.join("alone/shards").join(name(3, "labels-idx1-ubyte"));
    fs::remove_file(&other).unwrap();
    // The manifest is there, and one file is not.
    let output = run(path, "shards status alone --json");
    assert_eq!(output.status.code(), Some(4));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["missing"], serde_json::json!([3]));
    let output = run(path, "shards verify alone --every 2 --json");
    assert_eq!(output.status.code(), Some(1));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&found["redrawn"], &found["shards"]), (&2.into(), &4.into()));
    let wrong: Vec<&str> =
        found["wrong"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    assert!(wrong[0].contains(&name(2, "images")) && wrong[0].ends_with("first in byte 16000"));
    assert!(wrong[1].contains(&name(3, "labels")) && wrong[1].ends_with("is missing"));
    // Only what is missing is made again.
    fs::remove_file(one).unwrap();
    let report = json(&folder, "shards run alone --json");
    assert_eq!((&report["made"], &report["found"]), (&2.into(), &2.into()));
    assert!(tree(&path.join("alone")) == set);

    // A list that was changed, and a set that is not complete.
    let list = path.join("alone/sha256").join(format!("{:020}-500.sha256", 7));
    let text = fs::read_to_string(&list).unwrap();
    fs::write(&list, format!("00{}", &text[2..])).unwrap();
    let output = run(path, "shards verify alone --every 4");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1), "{stderr}");
    assert!(stderr.contains("its digest in the manifest and that in its list differ"), "{stderr}");
    assert!(stderr.contains("its digest is not that of what the model makes"), "{stderr}");
    fs::remove_file(path.join("alone/manifest.json")).unwrap();
    assert_eq!(run(path, "shards verify alone").status.code(), Some(4));
    // A list without its files would make a manifest without them.
    fs::write(&list, "").unwrap();
    let listed = format!("{:020}-500.sha256: expected a digest of each of", 7);
    fail(path, "shards run alone --retries 0", 1, &[&listed, &name(0, "images-idx3-ubyte")]);
    assert!(!path.join("alone/manifest.json").exists());
    fs::remove_file(&list).unwrap();
    succeed(path, "shards run alone");
    assert!(tree(&path.join("alone")) == set);
}

#[test]
fn a_description_of_what_no_set_can_be_is_refused() {
    let folder = folder();
    let path = folder.path();
    alone(path, 1000);
    let file = path.join("alone/dataset.json");
    let text = fs::read_to_string(&file).unwrap();
    for (from, to, expected) in [
        ("\"shard\": 500", "\"shard\": 0", "--shard 0: expected 1 to 16777216 images of 8x8"),
        ("\"first\": 7", "\"first\": 18446744073709551615", "--first 18446744073709551615"),
    ] {
        assert_eq!(text.matches(from).count(), 1);
        fs::write(&file, text.replace(from, to)).unwrap();
        for task in ["run", "status", "verify"] {
            fail(path, &format!("shards {task} alone"), 1, &["alone/dataset.json: ", expected]);
        }
    }
}

/// A disk that is full: retries are counted, and nothing half-written is taken for a shard.
#[test]
#[cfg(target_os = "linux")]
fn a_write_that_fails_is_tried_again_and_leaves_no_shard() {
    use std::os::unix::process::CommandExt;
    let folder = folder();
    let path = folder.path();
    let expected = alone(path, 2000);
    succeed(path, &init(2000, "full"));
    let mut worker = command(path, "shards run full --retries 1");
    let full = || {
        let limit = libc::rlimit { rlim_cur: 1 << 14, rlim_max: 1 << 14 };
        // SAFETY: both calls are allowed between fork and exec, and `limit` is there while it is
        // read.
        let limited = unsafe {
            libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
            libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit)
        };
        if limited == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
    };
    // SAFETY: `full` does nothing but two system calls.
    let output = unsafe { worker.pre_exec(full) }.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("cannot be written") && stderr.contains("trying again in 0.2 s"));
    assert!(tree(&path.join("full/unfinished")).is_empty());
    assert!(!path.join("full/sha256").exists());
    succeed(path, "shards run full");
    assert!(tree(&path.join("full")) == expected);
}
