//! `gan pack`: another order, the same pixels, and the way back.

mod common;

use common::{fail, folder, succeed};
use std::fs;

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/digits8.gan");

#[test]
fn every_target_keeps_the_pixels_and_leads_back() {
    let folder = folder();
    let path = folder.path();
    let canonical = fs::read(MODEL).unwrap();
    let images = |blob: &str| {
        succeed(path, &format!("generate {blob} --count 30 --idx out --overwrite"));
        fs::read(path.join("out/images-idx3-ubyte")).unwrap()
    };
    let expected = images(MODEL);
    for (target, packing) in [
        ("cortex-m0", "byte-lane"),
        ("cortex-m0+", "byte-lane"),
        ("cortex-m23", "byte-lane"),
        ("cortex-m3", "byte-lane"),
        ("cortex-m4", "paired-halfword"),
        ("cortex-m7", "paired-halfword"),
        ("cortex-m33", "paired-halfword"),
        ("cortex-m33-nodsp", "byte-lane"),
        ("cortex-m55", "blocks-7x16"),
        ("cortex-m85", "blocks-7x16"),
        ("rv32im", "byte-lane"),
        ("x86-64", "blocks-16x4"),
        ("aarch64", "blocks-16x4"),
    ] {
        assert_eq!(
            succeed(path, &format!("pack {MODEL} --target {target} -o packed.gan")),
            "packed.gan\n"
        );
        assert!(fs::read(path.join("packed.gan")).unwrap() != canonical);
        let inspected = succeed(path, "inspect packed.gan");
        assert_eq!(inspected.matches(packing).count(), 4, "{target}: {inspected}");
        assert!(images("packed.gan") == expected, "{target}: other pixels");
        succeed(path, "pack packed.gan --target any -o back.gan");
        assert!(
            fs::read(path.join("back.gan")).unwrap() == canonical,
            "{target}: not the canonical blob again"
        );
    }
}

/// What the labels are called is beside the packed blob, too, as it was beside the other.
#[test]
fn names_of_labels_go_along() {
    let folder = folder();
    let path = folder.path();
    fs::copy(MODEL, path.join("x.gan")).unwrap();
    let inspected = succeed(path, "inspect x.gan");
    let crc = inspected.lines().next().unwrap().rsplit(' ').next().unwrap();
    let first = "# What the labels 0, 1, 2 ... are called, of the blob with CRC-32";
    let names = "zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n";
    fs::write(path.join("x.gan.labels"), format!("{first} {crc}\n{names}")).unwrap();
    succeed(path, "pack x.gan --target cortex-m4 -o packed.gan");
    let beside = fs::read_to_string(path.join("packed.gan.labels")).unwrap();
    assert_eq!(beside.split_once('\n').unwrap().1, names);
    let draw = |model: &str| succeed(path, &format!("generate {model} --count 1 --ascii"));
    let sevens = draw(&format!("{MODEL} --label 7"));
    assert_eq!(draw("x.gan --label seven"), sevens);
    assert_eq!(draw("packed.gan --label seven"), sevens);
    fail(path, "generate x.gan --ascii --label ten", 1, &["--label ten", "one of zero, one, two"]);
    fs::write(path.join("other.gan.labels"), "precious").unwrap();
    let pack = "pack x.gan --target cortex-m4 -o other.gan";
    fail(path, pack, 1, &["other.gan.labels", "no file of label names"]);
    fs::write(path.join("x.gan.labels"), format!("{first} {crc}\na\nb\n")).unwrap();
    fail(path, "generate x.gan --ascii", 1, &["x.gan.labels", "2 names for 10 labels"]);
}

#[test]
fn a_board_stands_for_its_core() {
    let folder = folder();
    let path = folder.path();
    for (board, target) in [("pico", "cortex-m0+"), ("pico2", "cortex-m33"), ("esp32-c3", "rv32im")]
    {
        succeed(path, &format!("pack {MODEL} --board {board} -o board.gan"));
        succeed(path, &format!("pack {MODEL} --target {target} -o target.gan"));
        let [board, target] = ["board.gan", "target.gan"].map(|name| fs::read(path.join(name)));
        assert!(board.unwrap() == target.unwrap());
    }
}

#[test]
fn what_cannot_be_packed() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("short.gan"), &fs::read(MODEL).unwrap()[..1000]).unwrap();
    fail(path, "pack short.gan --target cortex-m4 -o x.gan", 1, &["short.gan", "truncated"]);
    fail(path, "pack missing.gan --target cortex-m4 -o x.gan", 1, &["missing.gan"]);
    fail(path, &format!("pack {MODEL} --target z80 -o x.gan"), 2, &["z80", "cortex-m4"]);
    fail(path, &format!("pack {MODEL} --target cortex-m4 -o missing/x.gan"), 1, &["missing"]);
    fail(path, &format!("pack {MODEL} --board z80 -o x.gan"), 1, &["z80", "microbit"]);
    fail(path, &format!("pack {MODEL} -o x.gan"), 2, &["--target", "--board"]);
    let both = format!("pack {MODEL} --board pico --target cortex-m0 -o x.gan");
    fail(path, &both, 2, &["--target", "--board"]);
    assert!(!path.join("x.gan").exists());
}
