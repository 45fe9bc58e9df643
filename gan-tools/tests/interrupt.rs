//! Ctrl-C: what a second signal means depends on how soon it comes.
#![cfg(target_os = "linux")]

mod common;

use common::{command, folder, names, succeed};
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/mnist-large.gan");

/// A worker in the midst of a shard, which takes it more than a second.
fn worker(path: &Path) -> Child {
    let set = format!("shards init {MODEL} --count 800000 --shard 400000 --format idx -o set");
    succeed(path, &set);
    let mut command = command(path, "shards run set");
    let child = command.env("RAYON_NUM_THREADS", "1").stderr(Stdio::null()).spawn().unwrap();
    while !catches_signals(&child) {
        sleep(Duration::from_millis(10));
    }
    child
}

/// Whether the process has a function of its own for SIGTERM by now.
fn catches_signals(child: &Child) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
    let caught = u64::from_str_radix(caught.trim(), 16).unwrap();
    caught >> (libc::SIGTERM - 1) & 1 == 1
}

fn signal(child: &Child) {
    // SAFETY: the child runs, or is a zombie of ours that was not waited for.
    assert_eq!(unsafe { libc::kill(child.id() as i32, libc::SIGTERM) }, 0);
}

#[test]
fn signals_at_once_are_one_request() {
    let folder = folder();
    let mut child = worker(folder.path());
    for _ in 0..5 {
        signal(&child);
        sleep(Duration::from_millis(5));
    }
    assert_eq!(child.wait().unwrap().code(), Some(130));
    // What it was at is done: the first of two shards.
    assert_eq!(names(&folder.path().join("set/sha256")).len(), 1);
}

#[test]
fn a_later_one_ends_the_process_in_the_midst() {
    let folder = folder();
    let mut child = worker(folder.path());
    signal(&child);
    sleep(Duration::from_millis(300));
    signal(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!folder.path().join("set/sha256").exists());
}
