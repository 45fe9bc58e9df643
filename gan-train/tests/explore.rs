//! `gan-train explore` from the command line.

mod common;

use common::{TempDir, fail, folder, run, short_run, succeed, write_idx};
use gan_core::ImageShape;
use gan_tools::picture::read;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The shipped model of 8x8 digits, ten labels.
const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/digits8.gan");
const QUICK: &str = "--steps 4 --latents 30 --units 3";

/// What is in a folder, by name.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(&path).unwrap())
        })
        .collect()
}

#[test]
fn all_files_are_there_and_the_same_each_time() {
    let folder = folder();
    let path = folder.path();
    let explore = format!("explore {MODEL} {QUICK} --labels 3,8 --data digits --samples 40");
    let printed = succeed(path, &format!("{explore} -o a --json --threads 1"));
    let text = succeed(path, &format!("{explore} -o b --threads 3"));
    assert!(text.contains("units have 90 %") && text.ends_with("\nb/explore.html\n"), "{text}");
    let (a, b) = (contents(&path.join("a")), contents(&path.join("b")));
    assert!(a == b);
    let names: Vec<&str> = a.keys().map(String::as_str).collect();
    let expected = "explore.html explore.json labels.gif labels.png linear.gif linear.png \
                    nearest.png sensitivity.png spherical.gif spherical.png traversals.png \
                    units.csv walk.gif walk.png";
    assert_eq!(names.join(" "), expected);
    assert!(a["explore.json"] == printed.as_bytes());

    let found: Value = serde_json::from_str(&printed).unwrap();
    let units = found["sensitivity"]["units"].as_array().unwrap();
    assert_eq!((units.len(), &found["crc32"]), (16, &Value::from("becfac87")));
    let strengths: Vec<f64> = units.iter().map(|unit| unit["strength"].as_f64().unwrap()).collect();
    assert!(strengths.is_sorted_by(|a, b| a >= b) && strengths[15] > 0.0, "{strengths:?}");
    assert_eq!(found["nearest"]["first"].as_array().unwrap().len(), 12);
    assert_eq!(found["nearest"]["held_out"]["images"], 40);
    let csv = String::from_utf8(a["units.csv"].clone()).unwrap();
    assert_eq!(csv.lines().count(), 17);
    let first = format!("1,{},{:.4},", units[0]["unit"], strengths[0]);
    assert!(csv.lines().nth(1).unwrap().starts_with(&first), "{csv}");

    // Two labels of four steps each: five frames.
    let decoder = gif::DecodeOptions::new();
    let mut decoder = decoder.read_info(a["walk.gif"].as_slice()).unwrap();
    let mut frames = 0;
    while decoder.read_next_frame().unwrap().is_some() {
        frames += 1;
    }
    assert_eq!(frames, 5);
}

#[test]
fn the_page_needs_nothing_else_and_its_parts_have_names() {
    let folder = folder();
    let path = folder.path();
    let output = run(path, &format!("explore {MODEL} {QUICK} --label 7 -o look"));
    assert!(output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("no --data, so the nearest training images are left out"), "{said}");
    let page = fs::read_to_string(path.join("look/explore.html")).unwrap();
    for part in ["http", "url(", "@import", "src=\"/", "<link"] {
        assert!(!page.contains(part), "{part}");
    }
    // Interpolation, three units, the label, the walk.
    assert_eq!(page.matches("<input type=\"range\"").count(), 6);
    for part in page.split("<input ").skip(1) {
        let id = part.split("id=\"").nth(1).unwrap().split('"').next().unwrap();
        for named in ["<label for", "<output for", "data-slider"] {
            assert!(page.contains(&format!("{named}=\"{id}\"")), "{named} {id}");
        }
        assert!(page.contains(&format!("<datalist id=\"{id}-words\">")), "{id}");
    }
    for image in page.split("<img ").skip(1) {
        let alt = image.split("alt=\"").nth(1).unwrap().split('"').next().unwrap();
        assert!(alt.len() > 10, "{alt:?}");
    }
    assert!(page.contains("Label 7.") && page.contains("No data"), "the label, and no data");
    assert!(!path.join("look/nearest.png").exists());
}

/// The first and the last image of a row, cut out of the picture, beside those of `generate`.
#[test]
fn the_ends_of_the_strips_are_what_generate_makes() {
    let folder = folder();
    let path = folder.path();
    succeed(path, &format!("explore {MODEL} {QUICK} --from 5 --to 9 --label 3 -o look"));
    // Five images of 8x8 pixels with gaps of one, enlarged to about 1000: by 21.
    let shape = |width, height| ImageShape { width, height, channels: 1 };
    let generated = |seed: u64| {
        let to = format!("of{seed}");
        succeed(path, &format!("generate {MODEL} --seed {seed} --label 3 --count 1 --png {to}"));
        read::read(&path.join(to).join("3-0.png"), shape(8, 8), "it").unwrap()
    };
    let ends = [generated(5), generated(9)];
    for name in ["linear", "spherical"] {
        let file = path.join(format!("look/{name}.png"));
        let strip = read::read(&file, shape(46 * 21, 10 * 21), "it").unwrap();
        let image = |column: usize| -> Vec<u8> {
            let pixel = |at: usize| {
                let (x, y) = (1 + column * 9 + at % 8, 1 + at / 8);
                strip[y * 21 * 46 * 21 + x * 21]
            };
            (0..64).map(pixel).collect()
        };
        assert_eq!([image(0), image(4)], ends, "{name}");
    }
}

#[test]
fn nothing_of_somebodys_is_replaced() {
    let folder = folder();
    let path = folder.path();
    let explore = format!("explore {MODEL} {QUICK} -o look");
    fs::create_dir(path.join("look")).unwrap();
    fs::write(path.join("look/walk.gif"), "mine").unwrap();
    fail(path, &explore, 1, &["look: the folder is not empty", "--overwrite"]);
    let foreign = "no exploration of gan-train is in it";
    fail(path, &format!("{explore} --overwrite"), 1, &["look:", foreign]);
    fs::write(path.join("look/explore.json"), "{}").unwrap();
    fail(path, &format!("{explore} --overwrite"), 1, &["look:", foreign]);
    assert_eq!(contents(&path.join("look")).len(), 2);
    fs::remove_dir_all(path.join("look")).unwrap();

    succeed(path, &format!("{explore} --data digits --samples 40"));
    fs::write(path.join("look/notes.txt"), "mine").unwrap();
    fail(path, &explore, 1, &["look: the folder is not empty", "--overwrite"]);
    let before = contents(&path.join("look"));
    // What cannot be done changes nothing.
    fail(path, &format!("{explore} --overwrite --data none"), 1, &["none"]);
    assert!(contents(&path.join("look")) == before);
    succeed(path, &format!("{explore} --overwrite --from 7"));
    let after = contents(&path.join("look"));
    assert!(after["notes.txt"] == b"mine" && after["linear.png"] != before["linear.png"]);
    // There were no data this time.
    assert!(before.contains_key("nearest.png") && !after.contains_key("nearest.png"));
}

/// A data set of nine images, of which a tenth is none.
fn folder_of_few() -> TempDir {
    let few = folder();
    write_idx(few.path(), [8, 8], &vec![vec![0; 64]; 9], &[0; 9]);
    few
}

#[test]
fn what_is_wrong_is_said_in_one_sentence() {
    let folder = folder();
    let path = folder.path();
    let refused = |arguments: &str, parts: &[&str]| {
        fail(path, &format!("explore {arguments}"), 1, parts);
        assert!(fs::read_dir(path).unwrap().next().is_none(), "{arguments}");
    };
    let vector =
        |name: &str| format!("{}/../tests/vectors/{name}.gan -o look", env!("CARGO_MANIFEST_DIR"));
    refused(&vector("v3-image"), &["v3-image.gan", "makes images of images"]);
    refused(&vector("v3-numbers"), &["v3-numbers.gan", "makes numbers"]);
    refused(&vector("v1-float"), &["v1-float.gan", "is a model of floats"]);
    refused(MODEL, &["--out: into which folder?"]);
    refused(&format!("{MODEL} -o look --label 10"), &["--label 10: expected 0 to 9"]);
    refused(&format!("{MODEL} -o look --labels 3"), &["--labels 3: expected two or more"]);
    refused(&format!("{MODEL} -o look --labels 3,x"), &["--labels x: expected 0 to 9"]);
    refused(&format!("{MODEL} -o look --data none"), &["none"]);
    refused(&format!("{MODEL} -o look --data-dir none"), &["--data-dir: goes with --data mnist"]);
    let few = folder_of_few();
    refused(&format!("{MODEL} -o look --data {}", few.path().display()), &["too few images"]);
    refused("none.gan -o look", &["none.gan: cannot be read"]);
    fail(path, &format!("explore {MODEL} -o look --steps 0"), 2, &["--steps", "1..=1000"]);
}

#[test]
fn a_run_has_its_own_folder_and_its_report_leads_there() {
    let folder = folder();
    let path = folder.path();
    short_run(path);
    succeed(path, &format!("explore run {QUICK} --samples 40"));
    assert!(path.join("run/explore/nearest.png").exists());
    let link = "href=\"explore/explore.html\"";
    let report = || {
        succeed(path, "report run");
        fs::read_to_string(path.join("run/report.html")).unwrap()
    };
    assert!(report().contains(link));
    // A run that takes its place has another generator.
    succeed(path, "train --data digits --steps 60 --seed 5 --out run --overwrite");
    assert!(path.join("run/explore").exists() && !report().contains(link));
}
