//! Files of images and labels: damaged, unlike each other, too dark, or not MNIST's.

use crate::common::{self, fail, folder, gzip, idx, mnist, succeed};
use std::fs;

#[test]
fn idx_files() {
    let images = || idx([0, 0, 8, 3], &[200, 4, 4], &[7; 3200]);
    let labels = || idx([0, 0, 8, 1], &[200], &[1; 200]);
    let (images_file, labels_file) = ("images-idx3-ubyte", "labels-idx1-ubyte");
    let cases: [(&str, Vec<u8>, &[&str]); 11] = [
        (images_file, vec![], &["empty"]),
        (images_file, vec![0, 0], &["magic"]),
        (
            images_file,
            idx([0, 0, 13, 3], &[1, 1, 1], &[0; 4]),
            &["magic", "3-dimensional 32-bit floats", "expected"],
        ),
        (
            images_file,
            labels(),
            &["this is a labels file (magic of 1-dimensional bytes)", "images", "are expected"],
        ),
        (
            labels_file,
            images(),
            &["this is an images file (magic of 3-dimensional bytes)", "labels", "are expected"],
        ),
        (images_file, b"<html></html>".to_vec(), &["a web page", "are expected"]),
        (images_file, images()[..14].to_vec(), &["sizes", "header"]),
        (images_file, images()[..3000].to_vec(), &["count", "3200", "2984"]),
        (images_file, idx([0, 0, 8, 3], &[0, 4, 4], &[]), &["0 images"]),
        (images_file, idx([0, 0, 8, 3], &[u32::MAX; 3], &[]), &["sizes", "too large"]),
        (
            labels_file,
            idx([0, 0, 8, 1], &[199], &[1; 199]),
            &["199 labels", "200 images", images_file],
        ),
    ];
    for (name, bytes, parts) in cases {
        let folder = folder();
        let path = folder.path();
        fs::create_dir(path.join("data")).unwrap();
        fs::write(path.join("data").join(images_file), images()).unwrap();
        fs::write(path.join("data").join(labels_file), labels()).unwrap();
        fs::write(path.join("data").join(name), bytes).unwrap();
        let parts: Vec<&str> = parts.iter().copied().chain([name]).collect();
        fail(path, "train --data data --out run", 1, &parts);
        assert!(!path.join("run").exists());
    }

    let folder = folder();
    let path = folder.path();
    fs::create_dir(path.join("data")).unwrap();
    let packed = gzip(&images());
    fs::write(path.join("data/images-idx3-ubyte.gz"), &packed[..packed.len() / 2]).unwrap();
    fail(path, "train --data data", 1, &["gzip", "cut short", "images-idx3-ubyte.gz"]);
    fs::write(path.join("data/images-idx3-ubyte.gz"), &packed).unwrap();
    fail(
        path,
        "train --data data --preset compact",
        1,
        &["conditional", "no labels", "--unconditional"],
    );
    // Nobody asked for labels here.
    succeed(path, "train --data data --steps 3 --out unlabelled");
    fs::write(path.join("data/labels-idx1-ubyte.gz"), gzip(&labels())).unwrap();
    succeed(path, "train --data data --preset digits8 --steps 3 --out run");
    fail(path, "train --data digits --data-dir data", 1, &["--data-dir", "--data mnist"]);
    fail(
        path,
        "train --data missing",
        1,
        &["missing: there is no such data: expected `digits`", "folder"],
    );
    #[cfg(unix)]
    {
        fs::remove_file(path.join("data/labels-idx1-ubyte.gz")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", path.join("data/labels-idx1-ubyte")).unwrap();
        fail(path, "train --data data", 1, &["labels-idx1-ubyte", "no regular file"]);
    }
    fs::create_dir(path.join("nothing")).unwrap();
    fail(path, "train --data nothing", 1, &["nothing", "images-idx3-ubyte"]);
}

/// Pixels of 0 to 1 or 0 to 16, as other programs have them, train to nearly black images.
#[test]
fn dark_images_are_told_of() {
    let folder = folder();
    let path = folder.path();
    for (brightest, told) in [(1, true), (16, true), (200, false)] {
        let image: Vec<u8> =
            (0..16).map(|pixel| if pixel % 3 == 0 { brightest } else { 0 }).collect();
        common::write_idx(&path.join("data"), [4, 4], &vec![image; 200], &[1; 200]);
        let arguments = format!("train --data data --preset digits8 --steps 2 --out {brightest}");
        let output = common::run(path, &arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}");
        let text = format!("warning: data: the brightest pixel is {brightest}, of 0 to 255");
        assert_eq!(stderr.contains(&text), told, "{stderr}");
        assert_eq!(stderr.contains("warning: "), told, "{stderr}");
    }
}

#[test]
fn mnist_files() {
    let folder = folder();
    let path = folder.path();
    fs::create_dir(path.join("empty")).unwrap();
    fail(
        path,
        "train --data mnist --data-dir missing",
        1,
        &["--data-dir missing", "no such folder"],
    );
    let mut offline = common::command(path, "train --data mnist --data-dir empty");
    let output = offline
        .env("GAN_TRAIN_MNIST_URL", "http://127.0.0.1:1")
        .env("GAN_TRAIN_CACHE", path.join("cache"))
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    for part in ["note: empty: no train-images-idx3-ubyte", "download failed", "--data-dir FOLDER"]
    {
        assert!(stderr.contains(part), "no {part:?} in\n{stderr}");
    }
    fs::write(
        path.join("empty/train-images-idx3-ubyte"),
        idx([0, 0, 8, 3], &[1, 28, 28], &[0; 784]),
    )
    .unwrap();
    fail(
        path,
        "train --data mnist --data-dir empty",
        1,
        &["train-images-idx3-ubyte", "sha256", "expected"],
    );
    let Some(real) = mnist() else { return };
    succeed(path, &format!("train --data mnist --data-dir {} --steps 3 --out run", real.display()));
}
