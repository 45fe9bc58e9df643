//! Files of MNIST's format, wherever programs put them and whatever they call them.

use super::{open, refuse, write};
use crate::common::{fail, folder, gzip, idx, mnist, succeed};
use std::fs;
use std::path::Path;

/// Four images of 3x2 pixels, the first pixel 200 and the last one the image's number plus `first`.
fn images(first: u8) -> Vec<u8> {
    let pixels: Vec<u8> = (0..4).flat_map(|number| [200, 0, 0, 0, 0, first + number]).collect();
    idx([0, 0, 8, 3], &[4, 2, 3], &pixels)
}

fn labels(labels: [u8; 4]) -> Vec<u8> {
    idx([0, 0, 8, 1], &[4], &labels)
}

/// Checks that the images of [`images`] (10) with labels 0, 1, 1, 0 are trained on, and those of
/// (20) with labels 1, 0, 1, 0 judge.
fn check(path: &Path) {
    let data = open(path);
    let last = |split: &gan_train::data::Split| -> Vec<u8> {
        split.images.iter().map(|image| image[5]).collect()
    };
    let shown = path.display();
    assert_eq!((data.train.images.width, data.train.images.height), (3, 2), "{shown}");
    assert_eq!(last(&data.train), [10, 11, 12, 13], "{shown}");
    assert_eq!(data.train.labels, Some(vec![0, 1, 1, 0]), "{shown}");
    let test = data.test.unwrap();
    assert_eq!(last(&test), [20, 21, 22, 23], "{shown}");
    assert_eq!(test.labels, Some(vec![1, 0, 1, 0]), "{shown}");
    assert!(data.label_names.is_empty(), "{shown}");
    assert_eq!(data.files.len(), 4, "{shown}");
}

#[test]
fn all_layouts_hold_the_same_images() {
    let contents = [images(10), labels([0, 1, 1, 0]), images(20), labels([1, 0, 1, 0])];
    // The four files, and the path below the folder that is given as --data.
    let layouts: [([&str; 4], &str, bool); 9] = [
        (
            [
                "train-images-idx3-ubyte",
                "train-labels-idx1-ubyte",
                "t10k-images-idx3-ubyte",
                "t10k-labels-idx1-ubyte",
            ],
            "",
            false,
        ),
        (
            [
                "train-images.idx3-ubyte",
                "train-labels.idx1-ubyte",
                "test-images.idx3-ubyte",
                "test-labels.idx1-ubyte",
            ],
            "",
            false,
        ),
        (
            [
                "MNIST/raw/train-images-idx3-ubyte.gz",
                "MNIST/raw/train-labels-idx1-ubyte.gz",
                "MNIST/raw/t10k-images-idx3-ubyte.gz",
                "MNIST/raw/t10k-labels-idx1-ubyte.gz",
            ],
            "",
            true,
        ),
        (
            [
                "FashionMNIST/raw/train-images-idx3-ubyte",
                "FashionMNIST/raw/train-labels-idx1-ubyte",
                "FashionMNIST/raw/t10k-images-idx3-ubyte",
                "FashionMNIST/raw/t10k-labels-idx1-ubyte",
            ],
            "FashionMNIST",
            false,
        ),
        (
            [
                "MNIST/raw/train-images-idx3-ubyte",
                "MNIST/raw/train-labels-idx1-ubyte",
                "MNIST/raw/t10k-images-idx3-ubyte",
                "MNIST/raw/t10k-labels-idx1-ubyte",
            ],
            "MNIST/raw",
            false,
        ),
        (
            [
                "train-images-idx3-ubyte/train-images-idx3-ubyte",
                "train-labels-idx1-ubyte/train-labels-idx1-ubyte",
                "t10k-images-idx3-ubyte/t10k-images-idx3-ubyte",
                "t10k-labels-idx1-ubyte/t10k-labels.idx1-ubyte",
            ],
            "",
            false,
        ),
        (
            [
                "emnist-letters-train-images-idx3-ubyte.gz",
                "emnist-letters-train-labels-idx1-ubyte.gz",
                "emnist-letters-test-images-idx3-ubyte.gz",
                "emnist-letters-test-labels-idx1-ubyte.gz",
            ],
            "",
            true,
        ),
        (
            [
                "gzip/emnist-letters-train-images-idx3-ubyte.gz",
                "gzip/emnist-letters-train-labels-idx1-ubyte.gz",
                "gzip/emnist-letters-test-images-idx3-ubyte.gz",
                "gzip/emnist-letters-test-labels-idx1-ubyte.gz",
            ],
            "",
            true,
        ),
        (
            [
                "emnist-letters-train-images-idx3-ubyte",
                "emnist-letters-train-labels-idx1-ubyte",
                "emnist-letters-test-images-idx3-ubyte",
                "emnist-letters-test-labels-idx1-ubyte",
            ],
            "emnist-letters-train-images-idx3-ubyte",
            false,
        ),
    ];
    for (paths, given, packed) in layouts {
        let folder = folder();
        for (path, content) in paths.iter().zip(&contents) {
            let content = if packed { gzip(content) } else { content.clone() };
            write(&folder.path().join(path), &content);
        }
        check(&folder.path().join(given));
    }
}

/// QMNIST's labels are eight big-endian 32-bit integers an image; the first is the label.
#[test]
fn labels_of_qmnist_are_their_first_column() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let table = |labels: [i32; 4]| {
        let rows = labels.iter().flat_map(|&label| [label, 4, 99, 5, 6, 7, 300_000, -1]);
        let bytes: Vec<u8> = rows.flat_map(i32::to_be_bytes).collect();
        gzip(&idx([0, 0, 12, 2], &[4, 8], &bytes))
    };
    write(&at("qmnist-train-images-idx3-ubyte.gz"), &gzip(&images(10)));
    write(&at("qmnist-train-labels-idx2-int.gz"), &table([0, 1, 1, 0]));
    write(&at("qmnist-test-images-idx3-ubyte.gz"), &gzip(&images(20)));
    write(&at("qmnist-test-labels-idx2-int.gz"), &table([1, 0, 1, 0]));
    check(folder.path());
}

/// A gzip file may be several, one behind the other: what `cat` and parallel packers make.
#[test]
fn packed_files_of_several_parts_are_read_to_their_end() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let parts = |bytes: &[u8]| [gzip(&bytes[..21]), gzip(&[]), gzip(&bytes[21..])].concat();
    write(&at("train-images-idx3-ubyte.gz"), &parts(&images(10)));
    write(&at("train-labels-idx1-ubyte"), &labels([0, 1, 1, 0]));
    write(&at("t10k-images-idx3-ubyte.gz"), &parts(&images(20)));
    write(&at("t10k-labels-idx1-ubyte"), &labels([1, 0, 1, 0]));
    check(folder.path());
    let more = [gzip(&images(10)), gzip(&[0])].concat();
    write(&at("train-images-idx3-ubyte.gz"), &more);
    refuse(folder.path(), &["train-images-idx3-ubyte.gz", "count", "the file has more"]);
}

#[test]
fn several_data_sets_and_labels_alone_are_refused() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    write(&at("train-labels-idx1-ubyte"), &labels([0; 4]));
    let found = ["found train-labels-idx1-ubyte", "expected train-images-idx3-ubyte"];
    refuse(folder.path(), &found);
    refuse(&at("train-labels-idx1-ubyte"), &["is a labels file", "images is expected"]);
    fs::remove_file(at("train-labels-idx1-ubyte")).unwrap();

    refuse(folder.path(), &["found nothing", "expected train-images-idx3-ubyte", "PNG"]);
    write(&at("jpegs/a.jpg"), b"\xFF\xD8");
    refuse(&at("jpegs"), &["found a.jpg", "expected train-images-idx3-ubyte", "PNG pictures"]);
    write(&at("gzip/emnist-letters-train-images-idx3-ubyte"), &images(10));
    write(&at("gzip/emnist-digits-train-images-idx3-ubyte"), &images(20));
    let both = ["several data sets", "emnist-letters-train-images", "emnist-digits-train-images"];
    refuse(folder.path(), &both);
    let digits = open(&at("gzip/emnist-digits-train-images-idx3-ubyte"));
    assert_eq!(digits.train.images.pixels[5], 20);
    for set in ["MNIST", "KMNIST"] {
        write(&at(&format!("root/{set}/raw/train-images-idx3-ubyte")), &images(10));
    }
    refuse(&at("root"), &["several data sets", "root/MNIST/raw", "root/KMNIST/raw"]);
}

/// A file among several, given by its name, is found again by a run that goes on elsewhere.
#[test]
fn a_run_on_one_of_several_data_sets_goes_on() {
    let folder = folder();
    let path = folder.path();
    let image = [[200u8, 0, 7, 90], [3, 255, 0, 40]].concat();
    let many = |count: u32| idx([0, 0, 8, 3], &[2 * count, 2, 2], &image.repeat(count as usize));
    write(&path.join("set/a-train-images-idx3-ubyte"), &many(100));
    write(&path.join("set/b-train-images-idx3-ubyte"), &many(90));
    let train = "train --data set/b-train-images-idx3-ubyte --preset digits8 --unconditional";
    succeed(path, &format!("{train} --steps 2 --out run"));
    succeed(&path.join("set"), "train --resume ../run --steps 4");
    fail(path, "train --data set --steps 2", 1, &["several data sets"]);
}

/// Real MNIST where torchvision puts it.
#[test]
fn mnist_is_found_in_torchvisions_root() {
    let Some(real) = mnist() else { return };
    let folder = folder();
    let raw = folder.path().join("MNIST/raw");
    fs::create_dir_all(&raw).unwrap();
    for file in fs::read_dir(real).unwrap() {
        let file = file.unwrap().path();
        if file.is_file() {
            fs::copy(&file, raw.join(file.file_name().unwrap())).unwrap();
        }
    }
    for given in ["", "MNIST", "MNIST/raw"] {
        let given = folder.path().join(given);
        let data = gan_train::data::open("mnist", Some(&given), &mut |_, _, _| {
            panic!("nothing is downloaded")
        });
        assert_eq!(data.unwrap().train.images.count, 60_000);
    }
}
