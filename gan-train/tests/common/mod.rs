//! What the tests of the `gan-train` command share.
#![allow(dead_code)] // each suite is a crate of its own and uses a part

pub mod page;
#[path = "../../../gan-tools/tests/common/program.rs"]
mod program;
pub use program::*;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// The binary under test.
pub const BINARY: &str = env!("CARGO_BIN_EXE_gan-train");

/// A short run on the built-in digits in `folder/run`, quantized to `folder/run.gan`.
pub fn short_run(folder: &Path) {
    succeed(folder, "train --data digits --steps 60 --out run");
    succeed(folder, "quantize run -o run.gan");
}

/// The blob of floats of a run, which holds every weight of the average.
pub fn float_blob(folder: &Path, name: &str) -> Vec<u8> {
    succeed(folder, &format!("quantize {name} -o {name}.gan --float"));
    fs::read(folder.join(format!("{name}.gan"))).unwrap()
}

/// Trains in `folder/run` until over `lines` lines of metrics are there, then presses Ctrl-C.
pub fn interrupt(folder: &Path, arguments: &str, run: &str, lines: usize) {
    let mut child =
        command(folder, arguments).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let metrics = folder.join(run).join("metrics.jsonl");
    wait_for(|| fs::read_to_string(&metrics).is_ok_and(|text| text.lines().count() > lines));
    // SAFETY: the child runs, or is a zombie of ours that was not waited for.
    assert_eq!(unsafe { libc::kill(child.id() as i32, libc::SIGINT) }, 0);
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

/// Waits until something has happened, a minute at most.
pub fn wait_for(ready: impl Fn() -> bool) {
    let start = Instant::now();
    while !ready() {
        assert!(start.elapsed() < Duration::from_secs(60), "it never happened");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// An IDX file by hand.
pub fn idx(magic: [u8; 4], sizes: &[u32], data: &[u8]) -> Vec<u8> {
    let sizes: Vec<u8> = sizes.iter().flat_map(|size| size.to_be_bytes()).collect();
    [&magic[..], &sizes, data].concat()
}

/// The same bytes, packed.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Writes a folder of IDX files: images of `width` x `height` pixels, and their labels.
pub fn write_idx(folder: &Path, [width, height]: [u32; 2], images: &[Vec<u8>], labels: &[u8]) {
    let count = images.len() as u32;
    fs::create_dir_all(folder).unwrap();
    let images = idx([0, 0, 8, 3], &[count, height, width], &images.concat());
    fs::write(folder.join("images-idx3-ubyte"), images).unwrap();
    fs::write(folder.join("labels-idx1-ubyte"), idx([0, 0, 8, 1], &[count], labels)).unwrap();
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
