//! What happens at one of the calls that change a file of the run.

use crate::common::{fail, folder};
use crate::disk::Disk;
use crate::whole::{Events, MORE, Whole};
use std::fs;

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    /// The process is killed.
    Kill,
    /// The power fails, and the names that were not synced are the ones before.
    OldNames,
    /// The power fails, and they are the ones after.
    NewNames,
    /// From then on the disk is full.
    Full,
    /// From then on it can no longer be written to.
    ReadOnly,
    /// The run's folder has another name from then on.
    Vanish,
}

const ALL: [Fault; 6] =
    [Fault::Kill, Fault::OldNames, Fault::NewNames, Fault::Full, Fault::ReadOnly, Fault::Vanish];

impl Fault {
    /// Lets it happen, and goes on with what is left. Returns whether the run noticed.
    fn at(self, call: u64, whole: &Whole) -> bool {
        let what = format!("{self:?} at call {call}");
        match self {
            Self::Kill | Self::OldNames | Self::NewNames => {
                let (folder, disk) = whole.killed_at(call, &[]);
                let events = match self {
                    Self::Kill => Events::All,
                    _ => Events::MayBeLost,
                };
                match self {
                    Self::OldNames => disk.comes_back_with(&disk.old_names()),
                    Self::NewNames => disk.comes_back_with(&disk.new_names()),
                    _ => {}
                }
                whole.goes_on(folder.path(), &what, events);
                true
            }
            Self::Full => refused(call, whole, ["full", "No space left on device"]),
            Self::ReadOnly => refused(call, whole, ["readonly", "Read-only file system"]),
            Self::Vanish => refused(call, whole, ["vanish", "No such file or directory"]),
        }
    }
}

/// A run that meets an error of the system: it says so once, names the file, and goes on from what
/// is left. Returns false if it was done before: only calls that may fail were left.
fn refused(call: u64, whole: &Whole, [shim, reason]: [&str; 2]) -> bool {
    let (folder, at) = (folder(), call.to_string());
    let disk = Disk::new(folder.path());
    let output = disk.run(&whole.train, &[("SHIM_AT", &at), ("SHIM_DO", shim)]);
    let (run, gone) = (folder.path().join("run"), folder.path().join("run.gone"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    let what = format!("{shim} from call {call} on");
    if gone.exists() {
        assert!(!run.exists(), "{what}: there are two folders: {stderr}");
        fs::rename(&gone, &run).expect("it can be moved back");
    }
    if !output.status.success() {
        assert_eq!(output.status.code(), Some(1), "{what}: {stderr}");
        let errors: Vec<&str> = stderr.lines().filter(|line| line.starts_with("error")).collect();
        assert_eq!(errors.len(), 1, "{what}: {stderr}");
        assert!(errors[0].contains("run"), "{what}: {stderr}");
        assert!(errors[0].contains(reason), "{what}: {stderr}");
    }
    if run.exists() {
        whole.goes_on(folder.path(), &what, Events::All);
    }
    !output.status.success()
}

/// Tries these faults at each call, one after the other or all of them; returns how many runs
/// noticed.
fn try_at_each_call(whole: &Whole, faults: &[Fault], all: bool) -> usize {
    let mut noticed = 0;
    for call in 1..=whole.calls {
        for (index, fault) in faults.iter().enumerate() {
            if all || call as usize % faults.len() == index {
                noticed += usize::from(fault.at(call, whole));
            }
        }
    }
    noticed
}

#[test]
fn a_kill_at_any_call() {
    try_at_each_call(&Whole::new(""), &[Fault::Kill], true);
}

#[test]
fn a_power_cut_at_any_call() {
    try_at_each_call(&Whole::new(""), &[Fault::OldNames, Fault::NewNames], true);
}

/// The name of a new run's folder is on the disk, too, and of those that were made with it.
#[test]
fn a_power_cut_leaves_the_folder() {
    let whole = Whole::new("");
    let train = whole.train.replace("--out run", "--out new/run");
    let folder = folder();
    let disk = Disk::of(folder.path(), "new");
    assert!(disk.run(&train, &[]).status.success());
    let last = disk.calls().to_string();
    fs::remove_dir_all(folder.path().join("new")).expect("a folder of this test");
    fs::remove_dir_all(folder.path().join("disk")).expect("a folder of this test");
    let disk = Disk::of(folder.path(), "new");
    let output = disk.run(&train, &[("SHIM_AT", &last), ("SHIM_DO", "kill")]);
    assert_eq!(output.status.code(), None, "it was not killed");
    disk.comes_back_with(&disk.old_names());
    fs::rename(folder.path().join("new/run"), folder.path().join("run")).expect("it is there");
    whole.goes_on(folder.path(), "its folder", Events::All);
}

/// These tests find what they are for: on a disk whose fsync does nothing, the checkpoint has a
/// name and no contents.
#[test]
fn a_disk_that_lies_is_seen() {
    let whole = Whole::new("");
    let (folder, disk) = whole.killed_at(whole.calls, &[("SHIM_LIES", "1")]);
    disk.comes_back_with(&disk.new_names());
    let checkpoint = folder.path().join("run/checkpoint.safetensors");
    assert!(fs::read(checkpoint).expect("it is there").is_empty());
    fail(folder.path(), &whole.resume, 1, &["run/config.toml"]);
}

#[test]
fn a_disk_that_is_full_from_any_call_on() {
    let refused = try_at_each_call(&Whole::new(""), &[Fault::Full], true);
    assert!(refused > 10, "only {refused} runs met a full disk");
}

#[test]
fn a_folder_that_is_lost_from_any_call_on() {
    let faults = [Fault::ReadOnly, Fault::Vanish];
    let refused = try_at_each_call(&Whole::new(""), &faults, false);
    assert!(refused > 40, "only {refused} runs lost their folder");
}

#[test]
fn a_run_with_all_that_a_run_may_leave() {
    try_at_each_call(&Whole::new(MORE), &ALL, false);
}

#[test]
#[ignore = "takes minutes"]
fn any_fault_at_any_call_of_it() {
    try_at_each_call(&Whole::new(MORE), &ALL, true);
}

/// A folder that is not there is made, with those above it. One that cannot be made is named.
#[test]
fn a_folder_that_cannot_be() {
    let whole = Whole::new("");
    let folder = folder();
    let path = folder.path();
    let elsewhere = |out: &str| whole.train.replace("--out run", &format!("--out {out}"));
    crate::common::succeed(path, &elsewhere("new/folders/run"));
    whole.is_left_in(&path.join("new/folders/run"), "a folder that was made", Events::All);
    fs::write(path.join("file"), "somebody's").expect("it can be written");
    for out in ["file", "file/run"] {
        fail(path, &elsewhere(out), 1, &[out]);
    }
    fail(path, "train --resume nowhere/run", 1, &["nowhere/run", "no such"]);
    assert_eq!(crate::common::names(path), ["file", "new"]);
    assert_eq!(fs::read(path.join("file")).expect("it is there"), b"somebody's");
}
