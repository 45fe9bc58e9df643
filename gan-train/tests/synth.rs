//! `gan-train synth` as a program: the same bytes for any range and any number of threads, going on
//! after a kill, and folders that are not its own.

mod common;

use common::{command, fail, folder, names, succeed, wait_for};
use gan_tools::set::Manifest;
use gan_train::data;
use std::fs;
use std::path::Path;
use std::process::Stdio;

/// The shipped model of 8x8 digits, ten labels.
const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/digits8.gan");

/// Every file below a folder, by its path, with its bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for name in names(folder) {
        let path = folder.join(&name);
        if path.is_dir() {
            let inner = files(&path).into_iter();
            found.extend(inner.map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else {
            found.push((name, fs::read(path).unwrap()));
        }
    }
    found
}

/// What lies in the files of this kind, one after the other, without their headers.
fn content(folder: &Path, kind: &str, header: usize) -> Vec<u8> {
    let of_kind = files(folder).into_iter().filter(|(name, _)| name.ends_with(kind));
    of_kind.flat_map(|(_, bytes)| bytes[header..].to_vec()).collect()
}

fn images(folder: &Path) -> Vec<u8> {
    content(folder, "-images-idx3-ubyte", 16)
}

fn labels(folder: &Path) -> Vec<u8> {
    content(folder, "-labels-idx1-ubyte", 8)
}

#[test]
fn ranges_put_together_equal_the_whole_for_any_number_of_threads() {
    let folder = folder();
    let path = folder.path();
    let made = |rest: &str| succeed(path, &format!("synth {MODEL} --seed 7 --shard 100 {rest}"));
    made("--count 330 --out whole --threads 1");
    made("--count 130 --out first --threads 2");
    made("--first 130 --count 200 --out second --threads 2");
    let of = |name: &str| path.join(name);
    let both =
        |of: fn(&Path) -> Vec<u8>| [of(&path.join("first")), of(&path.join("second"))].concat();
    assert_eq!(images(&of("whole")).len(), 330 * 64);
    assert_eq!(images(&of("whole")), both(images));
    assert_eq!(labels(&of("whole")), both(labels));
    let starts = ["000000000130", "000000000200", "000000000300", "manifest.json"];
    for (name, start) in names(&of("second")).iter().step_by(2).zip(starts) {
        assert!(name.starts_with(start), "{name}");
    }
    // A shard that lies in both is the same file.
    let shard = "000000000200-images-idx3-ubyte";
    let read = |set: &str| fs::read(of(set).join(shard)).unwrap();
    assert_eq!(read("whole"), read("second"));
    // What `generate` makes of this seed.
    succeed(path, &format!("generate {MODEL} --seed 7 --count 330 --idx generated"));
    let generated = fs::read(of("generated").join("images-idx3-ubyte")).unwrap();
    assert!(generated[16..] == images(&of("whole")));
    let generated = fs::read(of("generated").join("labels-idx1-ubyte")).unwrap();
    assert_eq!(generated[8..], labels(&of("whole")));

    for format in ["npz", "csv", "parquet", "png"] {
        let rest = format!("--count 150 --format {format} --proportions {}", ["0.1"; 10].join(","));
        made(&format!("{rest} --out one-{format} --threads 1"));
        made(&format!("{rest} --out two-{format} --threads 2"));
        let [one, two] = ["one", "two"].map(|set| files(&of(&format!("{set}-{format}"))));
        assert!(one == two, "{format}");
        assert_eq!(one.len(), if format == "png" { 151 } else { 3 });
    }
}

/// Far from the beginning, where a 32-bit number would not do.
#[test]
fn indices_have_64_bits() {
    let folder = folder();
    let path = folder.path();
    let first = 1u64 << 59;
    succeed(path, &format!("synth {MODEL} --first {first} --count 20 --out far"));
    succeed(path, &format!("synth {MODEL} --first {} --count 10 --out later", first + 10));
    let (far, later) = (path.join("far"), path.join("later"));
    assert_eq!(images(&far)[640..], images(&later));
    assert_eq!(labels(&far)[..3], [8, 9, 0]);
    // Latents of 16 numbers: a seed has 2^60 images.
    let refused = format!("synth {MODEL} --first {} --count 11 --out none", (1u64 << 60) - 10);
    fail(path, &refused, 1, &["--first", "a seed has 1152921504606846976 images"]);
    assert!(!path.join("none").exists());
}

#[test]
fn what_is_damaged_is_made_again_and_the_rest_is_kept() {
    let folder = folder();
    let path = folder.path();
    let make = format!("synth {MODEL} --count 500 --shard 100 --out set");
    succeed(path, &make);
    let set = path.join("set");
    let whole = files(&set);
    assert_eq!(whole.len(), 11);
    let file = |first: usize| set.join(format!("{first:012}-images-idx3-ubyte"));
    // Cut off, changed, gone, and one that a kill has left beside its place.
    let bytes = fs::read(file(0)).unwrap();
    fs::write(file(0), &bytes[..3000]).unwrap();
    let mut changed = fs::read(file(100)).unwrap();
    changed[5000] ^= 1;
    fs::write(file(100), changed).unwrap();
    fs::remove_file(file(300)).unwrap();
    fs::write(set.join(".000000000300-images-idx3-ubyte.gan-new"), "half").unwrap();
    let stderr = common::run(path, &make).stderr;
    let stderr = String::from_utf8(stderr).unwrap();
    assert!(stderr.contains("200 images were there, 300 were made"), "{stderr}");
    assert!(files(&set) == whole);
}

#[test]
fn a_set_goes_on_after_a_kill() {
    let folder = folder();
    let path = folder.path();
    let make = |name: &str| format!("synth {MODEL} --count 200000 --shard 1000 --out {name}");
    succeed(path, &make("whole"));
    for signal in [libc::SIGKILL, libc::SIGINT] {
        let mut child = command(path, &make("killed"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let set = path.join("killed");
        wait_for(|| set.exists() && names(&set).len() > 20);
        // SAFETY: the child runs, or is a zombie of ours that was not waited for.
        assert_eq!(unsafe { libc::kill(child.id() as i32, signal) }, 0);
        child.wait().unwrap();
        let manifest = Manifest::read(&set).unwrap().unwrap();
        assert!(!manifest.complete);
        let error = data::open(set.to_str().unwrap(), None, &mut |_, _, _| ()).unwrap_err();
        assert!(error.to_string().contains("the set is not complete"), "{error}");
        // What a kill leaves behind a shard's name is no shard.
        fs::write(set.join("000000199000-labels-idx1-ubyte"), "half").unwrap();
        if signal == libc::SIGINT {
            assert!(!manifest.files.is_empty());
        }
        succeed(path, &make("killed"));
        assert!(files(&set) == files(&path.join("whole")));
        fs::remove_dir_all(&set).unwrap();
    }
}

#[test]
fn folders_of_others_are_refused() {
    let folder = folder();
    let path = folder.path();
    let make = format!("synth {MODEL} --count 20 --out set");
    succeed(path, &make);
    let before = files(&path.join("set"));
    for (rest, parts) in [
        ("--seed 1", ["seed is 0", "is 1"]),
        ("--count 21", ["count is 20", "is 21"]),
        ("--first 1", ["first is 0", "is 1"]),
        ("--format npz", ["format is \"idx\"", "\"npz\""]),
        ("--shard 7", ["shard is 10000", "is 7"]),
        ("--proportions 1,0,0,0,0,0,0,0,0,0", ["labels is", "proportions"]),
    ] {
        let model = format!("synth {MODEL} --out set");
        let count = if rest.starts_with("--count") { "" } else { "--count 20" };
        let parts = [parts[0], parts[1], "manifest.json", "give another folder"];
        fail(path, &format!("{model} {count} {rest}"), 1, &parts);
    }
    let other = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/mnist-tiny.gan");
    fail(path, &format!("synth {other} --count 20 --out set"), 1, &["blob", "manifest.json"]);
    assert!(files(&path.join("set")) == before);

    for (name, text) in [("notes.txt", "mine"), ("manifest.json", "{\"name\": \"a web page\"}")] {
        let mine = path.join(name.replace('.', "-"));
        fs::create_dir(&mine).unwrap();
        fs::write(mine.join(name), text).unwrap();
        let make = format!("synth {MODEL} --count 20 --out {}", mine.display());
        fail(path, &make, 1, &["the folder is not empty"]);
        assert_eq!(names(&mine), [name]);
        assert_eq!(fs::read_to_string(mine.join(name)).unwrap(), text);
    }
}

#[test]
fn labels_follow_the_data_or_given_parts() {
    let folder = folder();
    let path = folder.path();
    let synth = |rest: &str| format!("synth {MODEL} --count 1497 {rest}");
    succeed(path, &synth("--out like --data digits --proportions data"));
    let real = data::digits().unwrap().train.label_counts();
    let counts = |name: &str| {
        let mut counts = vec![0u64; 10];
        labels(&path.join(name)).iter().for_each(|&label| counts[usize::from(label)] += 1);
        counts
    };
    for (found, real) in counts("like").iter().zip(&real) {
        assert!(found.abs_diff(*real) <= 4, "{found}, {real}");
    }
    succeed(path, &synth("--out parts --proportions 0,0.5,0,0,0,0,0,0,0.5,0"));
    let found = counts("parts");
    assert_eq!(found[1] + found[8], 1497);
    assert!(found[1].abs_diff(found[8]) <= 4, "{found:?}");
    // Read back, two labels are two classes, of their names.
    let read = data::open(path.join("parts").to_str().unwrap(), None, &mut |_, _, _| ()).unwrap();
    assert_eq!(read.label_names, ["1", "8"]);
    succeed(path, &synth("--out even --balance"));
    assert_eq!(counts("even"), [150, 150, 150, 150, 150, 150, 150, 149, 149, 149]);

    for (rest, parts) in [
        ("--proportions 0.5,0.5", ["2 numbers, expected 10", "--proportions"]),
        ("--proportions 0.5,x", ["\"x\" is no number", "--proportions"]),
        ("--proportions 1,1,0,0,0,0,0,0,0,0", ["the sum is 2", "--proportions"]),
        ("--proportions data", ["--data", "needed by --proportions data"]),
        ("--report", ["--data", "needed by --report"]),
        ("--shard 0", ["--shard 0", "expected 1 to"]),
    ] {
        fail(path, &synth(&format!("--out none {rest}")), 1, &parts);
    }
    fail(path, &synth("--out none --balance --proportions data"), 2, &["--balance"]);
    assert!(!path.join("none").exists());
}

/// A page of a column has its values one after the other, so each shard holds its part of what IDX
/// files hold. What is cut is made again, of the same bytes.
#[test]
fn columns_hold_what_the_idx_files_hold() {
    let folder = folder();
    let path = folder.path();
    let make = |format: &str| {
        let rest = format!("--count 250 --shard 100 --format {format} --out {format}");
        succeed(path, &format!("synth {MODEL} {rest}"));
    };
    ["idx", "parquet"].into_iter().for_each(make);
    let set = path.join("parquet");
    let (pixels, labels) = (images(&path.join("idx")), labels(&path.join("idx")));
    for (index, (name, file)) in files(&set).iter().take(3).enumerate() {
        assert_eq!(*name, format!("{:012}.parquet", 100 * index));
        let part = 100 * index..250.min(100 * index + 100);
        let pixels = &pixels[part.start * 64..part.end * 64];
        let labels: Vec<u8> = labels[part].iter().flat_map(|&label| [label, 0, 0, 0]).collect();
        for part in [pixels, &labels[..]] {
            assert!(file.windows(part.len()).any(|bytes| bytes == part), "{name}");
        }
    }
    let whole = files(&set);
    fs::write(set.join("000000000100.parquet"), &whole[1].1[..1000]).unwrap();
    make("parquet");
    assert!(files(&set) == whole);
}

/// Sets of all formats that data is read in give the same images.
#[test]
fn sets_are_read_back() {
    let folder = folder();
    let path = folder.path();
    let read = |format: &str| {
        let rest = format!("--count 250 --shard 100 --format {format} --out {format}");
        succeed(path, &format!("synth {MODEL} {rest}"));
        data::open(path.join(format).to_str().unwrap(), None, &mut |_, _, _| ())
    };
    let [idx, npz, png] = ["idx", "npz", "png"].map(|format| read(format).unwrap().train);
    assert_eq!(idx.images.pixels, images(&path.join("idx")));
    assert_eq!(idx.labels.as_deref(), Some(&labels(&path.join("idx"))[..]));
    assert_eq!((&npz.images, &npz.labels), (&idx.images, &idx.labels));
    // `shards` makes a set that is read too, and that `synth` leaves alone.
    let same = format!("{MODEL} --count 250 --shard 100 --format npz -o shards");
    succeed(path, &format!("shards init {same}"));
    succeed(path, "shards run shards");
    let shards = data::open(path.join("shards").to_str().unwrap(), None, &mut |_, _, _| ());
    let shards = shards.unwrap().train;
    assert_eq!((&shards.images, &shards.labels), (&idx.images, &idx.labels));
    fail(path, &format!("synth {same}"), 1, &["shards/dataset.json: a set of `gan shards`"]);
    // Pictures lie in a folder for each label.
    let mut order: Vec<usize> = (0..250).collect();
    order.sort_by_key(|index| index % 10);
    let pixels = order.iter().flat_map(|index| &idx.images.pixels[index * 64..][..64]);
    assert!(pixels.eq(&png.images.pixels));
    assert_eq!(png.label_counts(), vec![25; 10]);
    for (format, name) in [("csv", "CSV"), ("parquet", "Parquet")] {
        let error = read(format).unwrap_err().to_string();
        let part = format!("{format}/000000000000.{format}: the set is of {name} files");
        assert!(error.contains(&part), "{error}");
    }
}
