//! The data sheet of a synthetic set, as `synth --report` and `audit` make it.

mod common;

use common::{fail, folder, succeed, write_idx};
use gan_train::data;
use serde_json::Value;
use std::fs;

/// The shipped model of 8x8 digits, ten labels.
const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/digits8.gan");

#[test]
fn a_data_sheet_lies_beside_the_set() {
    let folder = folder();
    let path = folder.path();
    succeed(path, "classifier --data digits --steps 100 --out c.safetensors");
    let make = format!("synth {MODEL} --count 600 --out set --data digits --report --tstr 0");
    let text = succeed(path, &format!("{make} --classifier c.safetensors"));
    assert!(text.contains("membership attack, area") && text.ends_with("\nset\n"), "{text}");
    assert!(text.contains("No differential privacy"), "{text}");
    let sheet = fs::read_to_string(path.join("set/datasheet.json")).unwrap();
    let sheet: Value = serde_json::from_str(&sheet).unwrap();
    assert_eq!(sheet["images"], serde_json::json!([600, 1497, 300]));
    assert!(sheet["utility"].is_null() && sheet["closest"]["nearer"].is_number(), "{sheet}");
    let page = fs::read_to_string(path.join("set/datasheet.html")).unwrap();
    let sentence = sheet["verdict"]["sentence"].as_str().unwrap().replace('\'', "&#39;");
    assert!(page.contains(&sentence) && !page.contains("http"), "{sentence}");
}

/// A set in which training images were planted is flagged, whoever made it.
#[test]
fn planted_copies_are_flagged_by_audit() {
    let folder = folder();
    let path = folder.path();
    let train = data::digits().unwrap().train;
    let write = |name: &str, chosen: &[usize]| {
        let image = |&index: &usize| train.images.pixels[index * 64..][..64].to_vec();
        let images: Vec<Vec<u8>> = chosen.iter().map(image).collect();
        let labels = train.labels.as_ref().unwrap();
        let labels: Vec<u8> = chosen.iter().map(|&index| labels[index]).collect();
        write_idx(&path.join(name), [8, 8], &images, &labels);
    };
    let every = |from: usize| (from..1497).step_by(3).collect::<Vec<_>>();
    write("real", &every(0));
    write("kept", &every(1));
    write("copied", &[&every(2)[..200], &every(0)[..300]].concat());
    write("fair", &every(2));
    succeed(path, "classifier --data digits --steps 100 --out c.safetensors");
    let audit = |made: &str| -> Value {
        let rest = "--held-out kept --tstr 0 --classifier c.safetensors --json -o page.html";
        let text = succeed(path, &format!("audit real {made} {rest}"));
        serde_json::from_str(&text).unwrap()
    };
    let sheet = audit("copied");
    let number = |of: &Value, name: &str| of[name].as_f64().unwrap();
    assert!(number(&sheet["attack"], "low") > 0.6, "{}", sheet["attack"]);
    assert!(number(&sheet["duplicates"], "of_training") >= 300.0, "{}", sheet["duplicates"]);
    assert!(!sheet["verdict"]["leaks"].as_array().unwrap().is_empty(), "{}", sheet["verdict"]);
    assert!(fs::read_to_string(path.join("page.html")).unwrap().contains("Do not share"));
    let sheet = audit("fair");
    assert!(sheet["verdict"]["leaks"].as_array().unwrap().is_empty(), "{}", sheet["verdict"]);
    assert!((number(&sheet["attack"], "auc") - 0.5).abs() < 0.08, "{}", sheet["attack"]);

    fail(path, "audit real real/none", 1, &["real/none"]);
    fail(path, "audit real fair --held-out none", 1, &["none"]);
    fail(path, "audit real fair -o real/images-idx3-ubyte", 1, &["would replace"]);
}
