//! No command writes in the place of what it reads.

use crate::common::{fail, folder, succeed, write_idx};
use std::fs;
use std::os::unix::fs::symlink;

/// 200 images of 4x4 pixels with labels 0 and 1.
fn numbers(folder: &std::path::Path) {
    let images: Vec<Vec<u8>> = (0..200u8).map(|number| [number, 255].repeat(8)).collect();
    let labels: Vec<u8> = (0..200).map(|number| number % 2).collect();
    write_idx(folder, [4, 4], &images, &labels);
}

#[test]
fn a_classifier_replaces_no_data() {
    let folder = folder();
    let path = folder.path();
    numbers(&path.join("data"));
    symlink("data/labels-idx1-ubyte", path.join("link.safetensors")).unwrap();
    let before = fs::read(path.join("data/images-idx3-ubyte")).unwrap();
    let labels = fs::read(path.join("data/labels-idx1-ubyte")).unwrap();
    for out in ["data/images-idx3-ubyte", "./data/../data/images-idx3-ubyte", "link.safetensors"] {
        let command = format!("classifier --data data --steps 1 -o {out}");
        fail(path, &command, 1, &[out, "which is read"]);
    }
    assert_eq!(fs::read(path.join("data/images-idx3-ubyte")).unwrap(), before);
    assert_eq!(fs::read(path.join("data/labels-idx1-ubyte")).unwrap(), labels);
}

#[test]
fn a_run_is_not_put_into_its_data() {
    let folder = folder();
    let path = folder.path();
    numbers(&path.join("data"));
    symlink("data", path.join("link")).unwrap();
    let count = |name: &str| fs::read_dir(path.join(name)).unwrap().count();
    for out in ["data", "link", "data/../data"] {
        for more in ["", " --dry-run"] {
            let command = format!("train --data data --steps 1 --out {out}{more}");
            fail(path, &command, 1, &[out, "the data is in it"]);
        }
    }
    assert_eq!(count("data"), 2);
    // Beside the files it is no data.
    succeed(path, "train --data data --steps 1 --eval-every 0 --preset digits8 --out data/run");
    fail(
        path,
        "train --data data --preset digits8 --init-from data/run --out link/run --overwrite",
        1,
        &["link/run", "--init-from"],
    );
    succeed(path, "generate data/run --count 4 --png pictures");
    for out in ["pictures", "pictures/run", "pictures/a/b"] {
        fail(path, &format!("train --data pictures --out {out}"), 1, &[out, "pictures"]);
    }
    assert_eq!(count("pictures"), 4);
}

#[test]
fn models_are_not_replaced_by_what_is_made_of_them() {
    let folder = folder();
    let path = folder.path();
    numbers(&path.join("data"));
    succeed(path, "train --data data --steps 2 --eval-every 0 --preset digits8 --out run");
    succeed(path, "quantize run -o x.png");
    let before = fs::read(path.join("x.png")).unwrap();
    symlink("x.png", path.join("link.png")).unwrap();
    for out in ["x.png", "link.png", "./x.png"] {
        fail(path, &format!("generate x.png --count 2 -o {out}"), 1, &[out, "which is read"]);
    }
    fs::create_dir(path.join("idx")).unwrap();
    symlink("../x.png", path.join("idx/images-idx3-ubyte")).unwrap();
    let idx = "generate x.png --count 2 --idx idx --overwrite";
    fail(path, idx, 1, &["idx/images-idx3-ubyte", "which is read"]);
    fs::create_dir(path.join("png")).unwrap();
    symlink("../x.png", path.join("png/0-00.png")).unwrap();
    symlink("../x.png", path.join("png/0-0.png")).unwrap();
    let png = "generate x.png --count 2 --png png --overwrite";
    fail(path, png, 1, &["png/0-0", "which is read"]);
    assert_eq!(fs::read(path.join("x.png")).unwrap(), before);
    let checkpoint = fs::read(path.join("run/checkpoint.safetensors")).unwrap();
    // Nor is a run, of which a model is made in memory.
    symlink("run/checkpoint.safetensors", path.join("c.png")).unwrap();
    fail(path, "generate run --count 2 -o c.png", 1, &["c.png", "which is read"]);
    symlink("run/checkpoint.safetensors", path.join("c.gan")).unwrap();
    fail(path, "quantize run -o c.gan", 1, &["c.gan"]);
    assert_eq!(fs::read(path.join("run/checkpoint.safetensors")).unwrap(), checkpoint);
}
