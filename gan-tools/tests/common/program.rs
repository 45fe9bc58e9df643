//! Running the binary, and folders that go away. gan-train's tests have this file too.
#![allow(dead_code)] // each suite is a crate of its own and uses a part

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder that goes away with this value.
pub struct TempDir(PathBuf);

impl TempDir {
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        // What is left in the temporary folder is no failure of the test.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The binary with these arguments, split at blanks, in `folder`.
pub fn command(folder: &Path, arguments: &str) -> Command {
    let mut command = Command::new(super::BINARY);
    command.current_dir(folder).args(arguments.split_whitespace());
    command
}

pub fn run(folder: &Path, arguments: &str) -> Output {
    command(folder, arguments).output().expect("the binary starts")
}

/// Runs to the end with exit code 0; returns stdout.
pub fn succeed(folder: &Path, arguments: &str) -> String {
    let output = run(folder, arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments}: {}\n{stderr}", output.status);
    String::from_utf8(output.stdout).expect("stdout is text")
}

/// Runs and fails with this exit code; returns the one error on stderr, which must hold all of
/// `parts`.
#[track_caller]
pub fn fail(folder: &Path, arguments: &str, code: i32, parts: &[&str]) -> String {
    let output = run(folder, arguments);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments}\n{stderr}");
    assert!(output.stdout.is_empty(), "{arguments} failed and wrote to stdout");
    assert!(!stderr.contains("panicked"), "{stderr}");
    let errors: Vec<&str> = stderr.lines().filter(|line| line.starts_with("error")).collect();
    assert_eq!(errors.len(), 1, "{arguments}: expected one error\n{stderr}");
    for part in parts {
        assert!(stderr.contains(part), "{arguments}: no {part:?} in\n{stderr}");
    }
    stderr
}

/// An empty folder. Not from the tempfile crate: its dependencies' features are not those of
/// burn's, which would be built a second time for gan-train's tests.
pub fn folder() -> TempDir {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("gan-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let path = std::env::temp_dir().join(name);
    std::fs::create_dir(&path).expect("a temporary folder can be made");
    TempDir(path)
}

/// The names in a folder, hidden ones too, in order.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("it is read").file_name().into_string().expect("text"))
        .collect();
    names.sort();
    names
}
