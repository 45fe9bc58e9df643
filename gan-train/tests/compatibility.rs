//! Checkpoints of every version of their format: this version's is read, and of any other the error
//! names the version. `formats/checkpoint-3` is a run of 2 steps, kept as it was written. Formats 1
//! and 2 were before the first release, so no file of them is anywhere.

mod common;

use common::{fail, folder, succeed};
use std::fs;
use std::path::Path;

const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/formats/checkpoint-3");
const CHECKPOINT: &str = "checkpoint.safetensors";

/// A run's folder whose checkpoint says that it is of this format.
fn run_of(folder: &Path, version: u8) {
    fs::create_dir(folder).unwrap();
    fs::copy(Path::new(KEPT).join("config.toml"), folder.join("config.toml")).unwrap();
    let mut bytes = fs::read(Path::new(KEPT).join(CHECKPOINT)).unwrap();
    let format = b"gan-train checkpoint ";
    let at = bytes.windows(format.len()).position(|part| part == format).unwrap() + format.len();
    assert_eq!(bytes[at], b'3');
    bytes[at] = b'0' + version;
    fs::write(folder.join(CHECKPOINT), bytes).unwrap();
}

#[test]
fn a_kept_checkpoint_is_read() {
    let folder = folder();
    let path = folder.path();
    run_of(&path.join("run"), 3);
    succeed(path, "quantize run -o x.gan");
    assert_eq!(fs::read(path.join("x.gan")).unwrap().len(), 1172);
}

#[test]
fn other_formats_are_named() {
    let folder = folder();
    let path = folder.path();
    for version in [1, 2, 4, 9] {
        let run = format!("v{version}");
        run_of(&path.join(&run), version);
        let said = format!("of format {version} (this one reads 3)");
        let parts = [run.as_str(), "made by another version of gan-train", &said];
        fail(path, &format!("quantize {run} -o x.gan"), 1, &parts);
    }
    assert!(!path.join("x.gan").exists());
}

/// A configuration, a run's own too, and a table are read from regular files only: a device has no
/// end, and a pipe may never begin.
#[test]
#[cfg(unix)]
fn what_has_no_end_is_not_read() {
    let folder = folder();
    let path = folder.path();
    let zero = |name: &str| std::os::unix::fs::symlink("/dev/zero", path.join(name)).unwrap();
    fs::create_dir(path.join("run")).unwrap();
    ["zero.toml", "zero.csv", "zero.parquet", "run/config.toml"].into_iter().for_each(zero);
    for (arguments, named) in [
        ("train --data digits --config zero.toml --out x", "zero.toml"),
        ("train --data zero.csv --out x", "zero.csv"),
        ("train --data zero.parquet --out x", "zero.parquet"),
        ("sweep zero.toml --out x", "zero.toml"),
        ("generate run --ascii", "config.toml"),
    ] {
        fail(path, arguments, 1, &[named, "is no regular file"]);
    }
    assert!(!path.join("x").exists());
}
