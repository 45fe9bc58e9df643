//! NumPy's arrays, alone and in archives.

use super::{open, refuse, write};
use crate::common::{folder, run};
use flate2::{Compression, Crc, write::DeflateEncoder};
use gan_train::data::Dataset;
use std::io::Write;

/// An `.npy` file of version 1, as NumPy pads it.
fn npy(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    with_header(&format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"), data)
}

fn with_header(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let mut header = dictionary.to_owned();
    while !(10 + header.len() + 1).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let len = (header.len() as u16).to_le_bytes();
    [&b"\x93NUMPY\x01\x00"[..], &len, header.as_bytes(), data].concat()
}

/// A ZIP archive. As NumPy writes them, each member begins with an extra field, and the sizes
/// before its content are left to that field.
fn zip(members: &[(&str, &[u8])], deflated: bool) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let mut crc = Crc::new();
        crc.update(content);
        let mut packed = content.to_vec();
        if deflated {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(content).unwrap();
            packed = encoder.finish().unwrap();
        }
        let method: u16 = if deflated { 8 } else { 0 };
        let name_len = (name.len() as u16).to_le_bytes();
        let [crc, size, len] =
            [crc.sum(), packed.len() as u32, content.len() as u32].map(u32::to_le_bytes);
        let offset = (bytes.len() as u32).to_le_bytes();
        let method = method.to_le_bytes();
        // Signature, version, flags, method, time and date.
        bytes.extend([&b"PK\x03\x04\x2d\0\0\0"[..], &method, &[0; 4], &crc, &[0xFF; 8]].concat());
        bytes.extend([&name_len[..], &[20, 0], name.as_bytes(), &[1, 0, 16, 0]].concat());
        bytes.extend([&len[..], &[0; 4], &size, &[0; 4], &packed].concat());
        let start = [&b"PK\x01\x02\x2d\x03\x2d\0\0\0"[..], &method, &[0; 4], &crc].concat();
        directory.extend([&start[..], &size, &len, &name_len, &[0; 12], &offset].concat());
        directory.extend(name.as_bytes());
    }
    let count = (members.len() as u16).to_le_bytes();
    let [size, offset] = [directory.len(), bytes.len()].map(|n| (n as u32).to_le_bytes());
    let end = [&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &size, &offset, &[0, 0]].concat();
    [bytes, directory, end].concat()
}

/// Two images of 1x2 pixels, the first pixel `first` and `first + 1`.
fn images(first: u8) -> Vec<u8> {
    npy("'|u1'", "(2, 2, 1)", &[first, 200, first + 1, 255])
}

fn labels(labels: [i64; 2]) -> Vec<u8> {
    npy("'<i8'", "(2,)", &labels.map(i64::to_le_bytes).concat())
}

fn check(data: &Dataset, name: &str) {
    assert_eq!((data.train.images.width, data.train.images.height), (1, 2), "{name}");
    assert_eq!(data.train.images.pixels, [10, 200, 11, 255], "{name}");
    assert_eq!(data.train.labels, Some(vec![1, 0]), "{name}");
    let test = data.test.as_ref().unwrap();
    assert_eq!(test.images.pixels, [20, 200, 21, 255], "{name}");
    assert_eq!(test.labels, Some(vec![0, 1]), "{name}");
}

#[test]
fn files_and_archives_hold_the_same_images() {
    let contents = [images(10), labels([1, 0]), images(20), labels([0, 1])];
    for names in [
        ["x_train", "y_train", "x_test", "y_test"],
        ["X_train", "y_train", "X_test", "y_test"],
        ["train_images", "train_labels", "test_images", "test_labels"],
    ] {
        let folder = folder();
        for (name, content) in names.iter().zip(&contents) {
            write(&folder.path().join(format!("files/{name}.npy")), content);
        }
        check(&open(&folder.path().join("files")), "files");
        let names = names.map(|name| format!("{name}.npy"));
        let members: Vec<(&str, &[u8])> =
            names.iter().map(String::as_str).zip(contents.iter().map(Vec::as_slice)).collect();
        for deflated in [false, true] {
            let path = folder.path().join(format!("{deflated}/mnist.npz"));
            write(&path, &zip(&members, deflated));
            check(&open(&path), "archive");
            check(&open(path.parent().unwrap()), "folder of an archive");
        }
    }
    let folder = folder();
    let names = ["train-imgs", "train-labels", "test-imgs", "test-labels"];
    for (name, content) in names.iter().zip(&contents) {
        let archive = zip(&[("arr_0.npy", content)], true);
        write(&folder.path().join(format!("kmnist-{name}.npz")), &archive);
    }
    check(&open(folder.path()), "KMNIST");
    write(&folder.path().join("k49-train-imgs.npz"), &zip(&[("arr_0.npy", &images(9))], true));
    refuse(folder.path(), &["k49-train-imgs.npz", "kmnist-train-imgs.npz", "for the same"]);
    check(&open(&folder.path().join("kmnist-train-imgs.npz")), "one of two");
}

#[test]
fn types_and_shapes_of_all_kinds_are_read() {
    let floats = |values: [f32; 4]| values.map(f32::to_le_bytes).concat();
    let doubles = |values: [f64; 4]| values.map(f64::to_be_bytes).concat();
    let cases: [(Vec<u8>, [u8; 4]); 8] = [
        (npy("'|u1'", "(2, 2, 1, 1)", &[1, 2, 3, 255]), [1, 2, 3, 255]),
        (npy("'|u1'", "(2, 1, 1, 2)", &[1, 2, 3, 255]), [1, 2, 3, 255]),
        // 0.5 * 255 = 127.5, 0.1 * 255 = 25.5 (a float of 32 bits is a little more than 0.1).
        (npy("'<f4'", "(2, 2, 1)", &floats([0.0, 0.5, 0.1, 1.0])), [0, 128, 26, 255]),
        (npy("'>f8'", "(2, 2, 1)", &doubles([0.0, 0.25, 0.75, 1.0])), [0, 64, 191, 255]),
        (npy("'<f4'", "(2, 2, 1)", &floats([0.0, 127.0, 0.6, 255.0])), [0, 127, 1, 255]),
        (npy("'|b1'", "(2, 2, 1)", &[0, 1, 1, 0]), [0, 255, 255, 0]),
        (npy("'<i2'", "(2, 2, 1)", &[7, 0, 255, 0, 0, 0, 1, 0]), [7, 255, 0, 1]),
        (npy("'>u4'", "(2, 2, 1)", &[[0, 0, 0, 9]; 4].concat()), [9; 4]),
    ];
    for (index, (bytes, expected)) in cases.iter().enumerate() {
        let folder = folder();
        write(&folder.path().join("images.npy"), bytes);
        let data = open(folder.path());
        assert_eq!(data.train.images.pixels, expected, "case {index}");
        assert_eq!(data.train.images.count, 2, "case {index}");
        assert!(data.train.labels.is_none(), "case {index}");
    }
    // Labels of other types and shapes; the classes are 0 and 1, the names are the numbers.
    for (bytes, names) in [
        (npy("'|u1'", "(2,)", &[7, 3]), ["3", "7"]),
        (npy("'<i4'", "(2, 1)", &[2, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]), ["-1", "2"]),
        (npy("'<f8'", "(2,)", &[2f64.to_le_bytes(), 1f64.to_le_bytes()].concat()), ["1", "2"]),
    ] {
        let folder = folder();
        write(&folder.path().join("images.npy"), &images(1));
        write(&folder.path().join("labels.npy"), &bytes);
        let data = open(folder.path());
        assert_eq!(
            (data.train.labels, data.label_names),
            (Some(vec![1, 0]), names.map(str::to_owned).to_vec())
        );
    }
}

#[test]
fn scaling_is_said() {
    let folder = folder();
    let values = [0.0f32, 0.5, 0.1, 1.0].map(f32::to_le_bytes).concat();
    write(&folder.path().join("data/images.npy"), &npy("'<f4'", "(2, 2, 1)", &values));
    let stderr = run(folder.path(), "train --data data --steps 1").stderr;
    let stderr = String::from_utf8(stderr).unwrap();
    assert!(stderr.contains("images.npy: pixels of 0 to 1 become 0 to 255"), "{stderr}");
}

#[test]
fn wrong_arrays_are_refused() {
    let floats = |values: [f32; 4]| values.map(f32::to_le_bytes).concat();
    let fortran = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2, 1), }";
    let huge = npy("'<f8'", "(4000000000, 4000000000, 1)", &[0; 64]);
    let cases: [(Vec<u8>, &[&str]); 13] = [
        (with_header(fortran, &[1, 2, 3, 4]), &["fortran_order", "ascontiguousarray"]),
        (npy("'|u1'", "(2, 2, 2, 3)", &[0; 24]), &["shape", "[2, 2, 2, 3]", "grey images"]),
        (npy("'|u1'", "(2, 2)", &[0; 4]), &["shape", "[2, 2]", "[n, h, w]"]),
        (npy("'<c8'", "(2, 2, 1)", &[0; 32]), &["descr", "<c8"]),
        (npy("'|O'", "(2, 2, 1)", &[0; 32]), &["descr", "|O"]),
        (npy("[('a', '|u1')]", "(2, 2, 1)", &[0; 4]), &["descr", "records"]),
        (npy("'<f4'", "(2, 2, 1)", &floats([0.0, -1.0, 1.0, 0.0])), &["-1", "(x + 1) / 2"]),
        (npy("'<f4'", "(2, 2, 1)", &floats([0.0, f32::NAN, 1.0, 0.0])), &["NaN", "0 to 255"]),
        (npy("'<i2'", "(2, 2, 1)", &[0, 1, 0, 0, 0, 0, 0, 0]), &["256", "0 to 255"]),
        (npy("'|u1'", "(2, 2, 1)", &[0; 3]), &["announces 4 bytes", "has 3"]),
        (npy("'|u1'", "(2, 2, 1)", &[0; 5]), &["announces 4 bytes", "has more"]),
        // Without the memory that it asks for: 128 billion gigabytes.
        (huge, &["images.npy", "shape: too large"]),
        (b"PK\x03\x04 no array".to_vec(), &["no NumPy array"]),
    ];
    for (bytes, parts) in cases {
        let folder = folder();
        write(&folder.path().join("images.npy"), &bytes);
        let parts: Vec<&str> = parts.iter().copied().chain(["images.npy"]).collect();
        refuse(folder.path(), &parts);
    }
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    write(&at("a/images.npy"), &images(1));
    write(&at("a/labels.npy"), &npy("'|u1'", "(3,)", &[0, 1, 2]));
    refuse(&at("a"), &["labels.npy: 3 labels for the 2 images of", "images.npy"]);
    write(&at("a/labels.npy"), &npy("'|u1'", "(2, 10)", &[0; 20]));
    refuse(&at("a"), &["labels.npy", "shape", "one label an image"]);
    write(&at("b/y_train.npy"), &labels([0, 1]));
    refuse(&at("b"), &["found", "y_train.npy", "expected x_train"]);
    write(&at("c/weights.npy"), &labels([0, 1]));
    refuse(&at("c"), &["found weights", "expected x_train"]);
}

#[test]
fn damaged_archives_are_refused() {
    let folder = folder();
    let path = folder.path().join("x.npz");
    let whole = zip(&[("images.npy", &images(1))], false);
    write(&path, &whole);
    assert_eq!(open(&path).train.images.count, 2);
    write(&path, &whole[..whole.len() - 30]);
    refuse(&path, &["x.npz", "ZIP"]);
    // A pixel that the checksum does not know.
    let mut wrong = whole.clone();
    let at = wrong.windows(2).position(|pair| pair == [1, 200]).unwrap();
    wrong[at] = 2;
    write(&path, &wrong);
    refuse(&path, &["x.npz", "checksum"]);
    let mut wrong = whole.clone();
    // The method in the directory: 14 is LZMA.
    let at = wrong.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    wrong[at + 10] = 14;
    write(&path, &wrong);
    refuse(&path, &["x.npz", "images.npy", "method 14"]);
    // Six bytes that unpack to more than the array's header announces are not unpacked.
    let bomb = [images(1), vec![0; 1 << 20]].concat();
    write(&path, &zip(&[("images.npy", &bomb)], true));
    refuse(&path, &["announces 4 bytes", "has more"]);
}
