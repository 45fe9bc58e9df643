//! Running the binary, and folders that go away.
#![allow(dead_code)] // each suite is a crate of its own and uses a part

use std::io::Write;
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
    let mut command = Command::new(env!("CARGO_BIN_EXE_gan-train"));
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
    assert!(output.status.success(), "gan-train {arguments}: {}\n{stderr}", output.status);
    String::from_utf8(output.stdout).expect("stdout is text")
}

/// Runs and fails with this exit code; returns the one error on stderr, which must hold all of
/// `parts`.
#[track_caller]
pub fn fail(folder: &Path, arguments: &str, code: i32, parts: &[&str]) -> String {
    let output = run(folder, arguments);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "gan-train {arguments}\n{stderr}");
    assert!(output.stdout.is_empty(), "gan-train {arguments} failed and wrote to stdout");
    assert!(!stderr.contains("panicked"), "{stderr}");
    let errors: Vec<&str> = stderr.lines().filter(|line| line.starts_with("error")).collect();
    assert_eq!(errors.len(), 1, "gan-train {arguments}: expected one error\n{stderr}");
    for part in parts {
        assert!(stderr.contains(part), "gan-train {arguments}: no {part:?} in\n{stderr}");
    }
    stderr
}

/// An empty folder. Not from the tempfile crate: its dependencies' features are not those of
/// burn's, which would be built a second time for the tests.
pub fn folder() -> TempDir {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name =
        format!("gan-train-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let path = std::env::temp_dir().join(name);
    std::fs::create_dir(&path).expect("a temporary folder can be made");
    TempDir(path)
}

/// A short run on the built-in digits in `folder/run`, quantized to `folder/run.gan`.
pub fn short_run(folder: &Path) {
    succeed(folder, "train --data digits --steps 60 --out run");
    succeed(folder, "quantize run -o run.gan");
}

/// Real MNIST, from `GAN_MNIST_DIR` or the shared data beside the checkout; says so loudly where
/// there is none.
pub fn mnist() -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/mnist");
    let folder = std::env::var_os("GAN_MNIST_DIR").map_or(shared, Into::into);
    if folder.is_dir() {
        return Some(folder.canonicalize().expect("the folder is there"));
    }
    // Not by eprintln, which the test runner keeps to itself while tests pass.
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED: no MNIST: set GAN_MNIST_DIR to a folder with its four files"
    );
    None
}
