//! Data sets as people have them: in every layout of docs/data.md the same images and labels are
//! found. The files are written here byte by byte, not by the code that is tested.

mod arrays;
#[path = "../common/mod.rs"]
mod common;
mod judges;
mod labels;
mod layouts;
mod outputs;
mod pictures;

use gan_train::data::{self, Dataset};
use std::fs;
use std::path::Path;

/// Writes a file and the folders above it.
fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// What `--data` finds.
fn open(path: &Path) -> Dataset {
    data::open(path.to_str().unwrap(), None, &mut |_, _, _| {}).unwrap()
}

/// What `--data` says of data that it refuses.
#[track_caller]
fn refuse(path: &Path, parts: &[&str]) {
    let opened = data::open(path.to_str().unwrap(), None, &mut |_, _, _| {});
    let error = format!("{:#}", opened.expect_err("this is refused"));
    for part in parts {
        assert!(error.contains(part), "no {part:?} in {error}");
    }
}
