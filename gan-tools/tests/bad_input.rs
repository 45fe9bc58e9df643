//! Whatever is wrong, there is one error that names the file and the field, the right exit code,
//! and nothing is lost.

mod common;

use common::{command, fail, folder, run, succeed};
use std::fs;
use std::path::Path;

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/digits8.gan");

/// A folder with a blob that was changed by `change`; all commands that read a blob must refuse it
/// in these words.
#[track_caller]
fn refuse_blob(change: impl Fn(&mut Vec<u8>), parts: &[&str]) {
    let folder = folder();
    let path = folder.path();
    let mut blob =
        fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/v1-tiny.gan"))
            .unwrap();
    change(&mut blob);
    fs::write(path.join("x.gan"), blob).unwrap();
    let parts: Vec<&str> = parts.iter().copied().chain(["x.gan"]).collect();
    for arguments in
        ["inspect x.gan", "generate x.gan --ascii", "pack x.gan --target any -o y.gan", "fit x.gan"]
    {
        fail(path, arguments, 1, &parts);
    }
}

#[test]
fn blobs() {
    refuse_blob(|blob| blob.clear(), &["empty"]);
    refuse_blob(|blob| blob.truncate(3), &["truncated"]);
    refuse_blob(|blob| blob.truncate(blob.len() - 1), &["truncated"]);
    refuse_blob(|blob| *blob = b"\x89PNG\r\n\x1a\n".to_vec(), &["magic", "GANB"]);
    refuse_blob(|blob| blob[4] = 4, &["version", "4"]);
    refuse_blob(|blob| blob.push(0), &["1 bytes after the end"]);
    refuse_blob(
        |blob| {
            let middle = blob.len() - 40;
            blob[middle] ^= 4;
        },
        &["crc"],
    );
}

#[test]
fn shapes() {
    let folder = folder();
    let path = folder.path();
    let too_many = ["1"; gan_core::blob::MAX_LAYERS + 2].join("-");
    for (layers, parts) in [
        ("0-784", &["--layers", "size 0", "`0`", "65535"][..]),
        ("100-128-0", &["size 2", "`0`"]),
        ("100", &["at least two sizes"]),
        ("100-65536", &["size 1", "`65536`", "65535"]),
        ("100--784", &["size 1", "``"]),
        ("100x784", &["size 0", "`100x784`"]),
        (too_many.as_str(), &["layers", "can hold"]),
    ] {
        fail(path, &format!("bench-model --layers {layers} -o x.gan"), 2, parts);
    }
    fail(path, "bench-model --layers 4-9 --activation gelu -o x.gan", 2, &["gelu", "leaky-relu"]);
    fail(path, "bench-model --layers 4-9 --output relu -o x.gan", 2, &["relu", "sigmoid"]);
    fail(
        path,
        "bench-model --layers 4-9 -o missing/x.gan",
        1,
        &["missing/x.gan", "cannot be written"],
    );
    assert!(!path.join("x.gan").exists());

    assert_eq!(
        succeed(
            path,
            "bench-model --layers 4-9 --activation leaky-relu --output none --seed 2 -o x.gan"
        ),
        "x.gan\n"
    );
    assert!(succeed(path, "inspect x.gan").contains("latent 4, 0 labels, 3x3 pixels"));
}

#[test]
fn usage() {
    let folder = folder();
    let nowhere = concat!("generate ", env!("CARGO_MANIFEST_DIR"), "/../models/digits8.gan");
    for arguments in ["", "paint", nowhere, "generate x.gan --ascii --count 0", "pack x.gan"] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "gan {arguments}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn truncation() {
    let folder = folder();
    for value in ["NaN", "-1", "2", "x", "inf", "-0.1", "1.001", "70%"] {
        fail(
            folder.path(),
            &format!("generate {MODEL} --ascii --truncation {value}"),
            2,
            &["--truncation <T>", &format!("'{value}'"), "expected a number from 0 to 1"],
        );
    }
}

#[test]
fn labels_and_outputs() {
    let folder = folder();
    let path = folder.path();
    fail(path, &format!("generate {MODEL} --ascii --label 10"), 1, &["--label 10", "0 to 9"]);
    fail(path, "generate missing.gan --ascii", 1, &["missing.gan"]);
    // gan-train's command takes a run's folder; gan has no runs.
    fs::create_dir(path.join("run")).unwrap();
    fail(path, "generate run --ascii", 1, &["run: is a folder", "gan-train generate"]);

    // A file where a folder should be: nobody can write there, root neither.
    fs::write(path.join("file"), "precious").unwrap();
    for target in ["--out file/x.png", "--idx file/x", "--png file/x"] {
        fail(path, &format!("generate {MODEL} {target}"), 1, &["file"]);
    }
    assert_eq!(fs::read_to_string(path.join("file")).unwrap(), "precious");

    // A link stays one, and what is no file is written to.
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("file", path.join("link")).unwrap();
        succeed(path, &format!("generate {MODEL} --out link"));
        assert!(path.join("link").is_symlink());
        assert!(fs::read(path.join("file")).unwrap().starts_with(b"\x89PNG"));
        let written = run(path, &format!("pack {MODEL} --target any -o /dev/stdout")).stdout;
        assert!(written.starts_with(b"GANB"));
    }
}

#[test]
fn no_command_writes_onto_what_it_reads() {
    let folder = folder();
    let path = folder.path();
    let model = fs::read(MODEL).unwrap();
    // Names that pictures and data sets have as well.
    for name in ["model.png", "images-idx3-ubyte", "3-0.png"] {
        fs::write(path.join(name), &model).unwrap();
    }
    fs::create_dir(path.join("sub")).unwrap();
    for arguments in [
        "generate model.png --out model.png",
        "generate model.png --ascii -o sub/../model.png",
        "generate images-idx3-ubyte --idx . --overwrite",
        "generate 3-0.png --png . --overwrite",
        "pack model.png --target cortex-m4 -o model.png",
        "pack model.png --target cortex-m4 -o sub/../model.png",
    ] {
        fail(path, arguments, 1, &["which is read"]);
    }
    for name in ["model.png", "images-idx3-ubyte", "3-0.png"] {
        assert!(fs::read(path.join(name)).unwrap() == model, "{name} has changed");
    }
}

#[test]
fn a_picture_is_called_what_it_is() {
    let folder = folder();
    let path = folder.path();
    for name in ["x.jpg", "x.jpeg", "x.png.gif", "x.gan"] {
        fail(
            path,
            &format!("generate {MODEL} --out {name}"),
            1,
            &[name, "expected a name in .png"],
        );
        assert!(!path.join(name).exists());
    }
    for name in ["x.png", "X.PNG", "x"] {
        succeed(path, &format!("generate {MODEL} --out {name}"));
        assert!(fs::read(path.join(name)).unwrap().starts_with(b"\x89PNG"));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_and_a_reader_that_leaves() {
    let folder = folder();
    let path = folder.path();
    for arguments in ["generate MODEL --ascii", "inspect MODEL", "inspect MODEL --json"] {
        let arguments = &arguments.replace("MODEL", MODEL);
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command(path, arguments).stdout(full).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.starts_with("error: stdout: cannot be written: No space left"), "{stderr}");

        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command(path, arguments).stdout(writer).output().unwrap();
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
