//! Folders of PNG pictures.

use super::{open, refuse, write};
use crate::common::{folder, run};
use flate2::{Compression, Crc, write::ZlibEncoder};
use std::fs;
use std::io::Write;
use std::path::Path;

/// Colour types, as the format has them.
const GREY: u8 = 0;
const RGB: u8 = 2;
const PALETTE: u8 = 3;
const GREY_ALPHA: u8 = 4;
const RGBA: u8 = 6;

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(kind);
    crc.update(data);
    let len = (data.len() as u32).to_be_bytes();
    [&len, &kind[..], data, &crc.sum().to_be_bytes()].concat()
}

/// A PNG picture, chunk by chunk; lines are of packed samples, without a filter.
fn png(width: u32, bits: u8, colour: u8, palette: &[u8], lines: &[&[u8]]) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), (lines.len() as u32).to_be_bytes()].concat();
    header.extend([bits, colour, 0, 0, 0]);
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    for line in lines {
        packed.write_all(&[0]).unwrap();
        packed.write_all(line).unwrap();
    }
    let palette = if palette.is_empty() { vec![] } else { chunk(b"PLTE", palette) };
    let data = chunk(b"IDAT", &packed.finish().unwrap());
    [b"\x89PNG\r\n\x1a\n", &chunk(b"IHDR", &header)[..], &palette, &data, &chunk(b"IEND", &[])]
        .concat()
}

/// A grey picture of 2x2 pixels whose first pixel is its number.
fn grey(number: u8) -> Vec<u8> {
    png(2, 8, GREY, &[], &[&[number, 255], &[0, 100]])
}

fn pictures(folder: &Path, files: &[(&str, u8)]) {
    files.iter().for_each(|(path, number)| write(&folder.join(path), &grey(*number)));
}

fn numbers(split: &gan_train::data::Split) -> Vec<(u8, u8)> {
    let first = split.images.iter().map(|image| image[0]);
    first.zip(split.labels.clone().unwrap()).collect()
}

#[test]
fn folders_are_classes_in_the_order_of_their_names() {
    let folder = folder();
    let path = folder.path();
    for (train, test) in [("train", "test"), ("training", "testing")] {
        let root = path.join(train);
        pictures(&root.join(train), &[("10/b.png", 1), ("10/a.PNG", 2), ("9/c.png", 3)]);
        pictures(&root.join(test), &[("10/d.png", 4), ("9/e.png", 5)]);
        write(&root.join(train).join("9/.hidden.png"), b"no picture");
        write(&root.join(train).join("9/notes.txt"), b"no picture");
        fs::create_dir(root.join(train).join("empty")).unwrap();
        let data = open(&root);
        assert_eq!(data.label_names, ["9", "10"]);
        assert_eq!(data.train.images.pixels.len(), 12);
        let mut found = numbers(&data.train);
        found.sort();
        assert_eq!(found, [(1, 1), (2, 1), (3, 0)]);
        let mut found = numbers(&data.test.unwrap());
        found.sort();
        assert_eq!(found, [(4, 1), (5, 0)]);
        assert_eq!(data.files.len(), 5);
    }
    // Without train and test; the names 0 and 1 need no keeping.
    pictures(&path.join("numbers"), &[("1/a.png", 1), ("0/b.png", 2)]);
    let data = open(&path.join("numbers"));
    assert_eq!((numbers(&data.train), data.label_names), (vec![(2, 0), (1, 1)], vec![]));
    assert!(data.test.is_none());
    pictures(&path.join("words"), &[("pear/a.png", 1), ("apple/b.png", 2)]);
    let data = open(&path.join("words"));
    assert_eq!(numbers(&data.train), [(2, 0), (1, 1)]);
    assert_eq!(data.label_names, ["apple", "pear"]);
}

#[test]
fn a_flat_folder_has_no_labels() {
    let folder = folder();
    pictures(folder.path(), &[("a.png", 7), ("b.png", 8)]);
    let data = open(folder.path());
    assert_eq!(data.train.images.pixels, [7, 255, 0, 100, 8, 255, 0, 100]);
    assert!(data.train.labels.is_none() && data.label_names.is_empty());
}

/// Expected values: of the format's definition (a sample of b bits is widened by
/// 255 / (2^b - 1), 16 bits lose their low byte), luma by BT.601, and a share of alpha / 255.
#[test]
fn all_kinds_of_pictures_become_grey() {
    let palette = [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9];
    let cases: [(Vec<u8>, [u8; 4]); 8] = [
        (png(4, 1, GREY, &[], &[&[0b1010_0000]]), [255, 0, 255, 0]),
        (png(4, 2, GREY, &[], &[&[0b00_01_10_11]]), [0, 85, 170, 255]),
        (png(4, 4, GREY, &[], &[&[0x0F, 0x18]]), [0, 255, 17, 136]),
        (png(4, 16, GREY, &[], &[&[0, 255, 255, 0, 128, 7, 1, 2]]), [0, 255, 128, 1]),
        (png(4, 8, RGB, &[], &[&[255, 0, 0, 0, 255, 0, 0, 0, 255, 50, 50, 50]]), [76, 150, 29, 50]),
        (png(4, 8, PALETTE, &palette, &[&[0, 1, 2, 3]]), [76, 150, 29, 9]),
        (png(4, 8, GREY_ALPHA, &[], &[&[200, 255, 200, 0, 200, 51, 255, 128]]), [200, 0, 40, 128]),
        (
            png(
                4,
                8,
                RGBA,
                &[],
                &[&[255, 0, 0, 255, 255, 255, 255, 0, 0, 255, 0, 51, 255, 255, 255, 255]],
            ),
            [76, 0, 30, 255],
        ),
    ];
    for (index, (bytes, expected)) in cases.iter().enumerate() {
        let folder = folder();
        write(&folder.path().join("x.png"), bytes);
        let images = open(folder.path()).train.images;
        assert_eq!((images.width, images.height), (4, 1), "case {index}");
        assert_eq!(images.pixels, expected, "case {index}");
    }
}

#[test]
fn what_was_changed_is_said() {
    let folder = folder();
    let path = folder.path();
    write(&path.join("data/a.png"), &png(1, 8, RGB, &[], &[&[255, 0, 0]]));
    write(&path.join("data/b.png"), &png(1, 8, GREY_ALPHA, &[], &[&[255, 0]]));
    let said = |name: &str| {
        let output = run(path, &format!("train --data {name} --steps 1"));
        String::from_utf8(output.stderr).unwrap()
    };
    let stderr = said("data");
    assert!(stderr.contains("1 of 2 pictures have colours, which become greys"), "{stderr}");
    assert!(stderr.contains("1 of 2 pictures are not opaque: laid on black"), "{stderr}");
    pictures(&path.join("plain"), &[("a.png", 7)]);
    assert!(!said("plain").contains("note: plain"), "{}", said("plain"));
}

#[test]
fn wrong_pictures_are_refused() {
    let folder = folder();
    let path = folder.path();
    pictures(&path.join("sizes"), &[("x/a.png", 1)]);
    write(&path.join("sizes/x/b.png"), &png(3, 8, GREY, &[], &[&[1, 2, 3]]));
    refuse(&path.join("sizes"), &["sizes/x/b.png", "3x1", "2x2"]);
    let whole = grey(1);
    write(&path.join("cut/a.png"), &whole[..whole.len() - 20]);
    refuse(&path.join("cut"), &["cut/a.png", "cut short"]);
    write(&path.join("other/a.png"), b"GIF89a");
    refuse(&path.join("other"), &["other/a.png", "no PNG"]);
    // Over 65,535 pixels no blob can draw; this would be two gigabytes.
    write(&path.join("large/a.png"), &png(i32::MAX as u32, 8, GREY, &[], &[&[1]]));
    refuse(&path.join("large"), &["large/a.png", "image size", "65535"]);
    pictures(&path.join("mixed"), &[("a.png", 1), ("x/b.png", 2)]);
    refuse(&path.join("mixed"), &["mixed", "in folders such as x"]);
    pictures(&path.join("new"), &[("train/x/a.png", 1), ("test/y/b.png", 2)]);
    refuse(&path.join("new"), &["test/y/b.png", "y is no class"]);
    let many: Vec<(String, u8)> = (0..257).map(|class| (format!("{class}/a.png"), 1)).collect();
    let many: Vec<(&str, u8)> =
        many.iter().map(|(path, number)| (path.as_str(), *number)).collect();
    pictures(&path.join("many"), &many);
    refuse(&path.join("many"), &["257 different ones", "at most 256"]);
}
