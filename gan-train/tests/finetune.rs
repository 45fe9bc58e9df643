//! Four bits, as people ask for them: quantized at once, or after training with rounded weights.

mod common;
use common::{fail, folder, short_run, succeed};
use std::fs;

#[test]
fn a_run_is_trained_for_four_bits_the_same_each_time() {
    let folder = folder();
    let path = folder.path();
    short_run(path);
    let read = |name: &str| fs::read(path.join(name)).unwrap();
    succeed(path, "quantize run --bits 4 -o plain.gan");
    for name in ["one", "two"] {
        succeed(path, &format!("finetune run --out {name} --steps 40 --group 16"));
        // Without being told, in the groups that it was trained with.
        succeed(path, &format!("quantize {name} -o {name}.gan"));
    }
    assert_eq!(read("one.gan"), read("two.gan"));
    let report: serde_json::Value =
        serde_json::from_str(&succeed(path, "inspect one.gan --json")).unwrap();
    let elements: Vec<&str> = report["layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|layer| layer["element"].as_str().unwrap())
        .collect();
    assert_eq!(
        elements.iter().filter(|element| **element == "i4/16").count(),
        elements.len() - 1,
        "{elements:?}"
    );
    assert_eq!(elements[0], "i8");
    // Bytes of blobs: whole, 4 bits in groups of 32, and of 16.
    let [eight, plain, small] = ["run.gan", "plain.gan", "one.gan"].map(|name| read(name).len());
    assert!(plain < small && small < eight, "{plain} {small} {eight}");

    // The pages name the blob that they show: its size, its pictures and what they say of them.
    succeed(path, "report one");
    succeed(path, "compare one --out page.html");
    for page in ["one/report.html", "page.html"] {
        let page = fs::read_to_string(path.join(page)).unwrap();
        assert!(
            page.contains("int4") && !page.contains("int8") && !page.contains("Int8"),
            "{page}"
        );
    }

    // The blob is that of its run, and near the floats that it was trained as.
    let text = succeed(path, "evaluate one.gan --data digits --run one --samples 200 --json");
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mean = report["agreement"]["mean"].as_f64().unwrap();
    assert!(mean < 2.5, "{mean} levels from the rounded float generator");
    succeed(path, "train --resume one --steps 50");
}

#[test]
fn the_data_may_have_moved() {
    let folder = folder();
    let path = folder.path();
    short_run(path);
    succeed(path, "generate run.gan --count 200 --idx a");
    succeed(path, "generate run.gan --count 200 --seed 1 --idx b");
    succeed(path, "train --data a --preset digits8 --steps 20 --out second");
    fs::rename(path.join("a"), path.join("moved")).unwrap();
    let finetune = "finetune second --steps 2 --out four";
    fail(path, finetune, 1, &["second/config.toml", "--data says where it is now"]);
    fail(path, &format!("{finetune} --data b"), 1, &["not the images and labels"]);
    succeed(path, &format!("{finetune} --data moved"));
    succeed(path, "train --resume four --steps 3");
}

#[test]
fn what_does_not_go_together_is_refused() {
    let folder = folder();
    let path = folder.path();
    short_run(path);
    fail(path, "quantize run --bits 5 -o x.gan", 2, &["--bits", "4, 8"]);
    fail(path, "quantize run --group 16 -o x.gan", 1, &["--group", "--bits 4"]);
    fail(path, "quantize run --bits 4 --float -o x.gan", 2, &["--bits", "--float"]);
    fail(path, "finetune run --out run", 1, &["--out run", "the run itself"]);
    fail(path, "finetune nothing --out other", 1, &["nothing", "no such run"]);
    succeed(path, "finetune run --out other --steps 2");
    fail(path, "finetune run --out other --steps 2", 1, &["other", "--overwrite"]);
    succeed(path, "finetune run --out other --steps 2 --overwrite");
}
