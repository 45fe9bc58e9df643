//! Labels that have names, and images that are transposed, from the data to the pictures.

use super::{open, write};
use crate::common::{fail, folder, idx, run, succeed, write_idx};
use std::fs;
use std::path::Path;

/// 200 images of 4x3 pixels with labels 3 and 7 in turn; label 3 is bright above, 7 below.
fn numbers(folder: &Path) {
    let image = |number: u8| -> Vec<u8> {
        let bright =
            |line: u8| if (line == 0) == number.is_multiple_of(2) { 200 + number % 50 } else { 0 };
        (0..3).flat_map(|line| [bright(line); 4]).collect()
    };
    let images: Vec<Vec<u8>> = (0..200).map(image).collect();
    let labels: Vec<u8> = (0..200).map(|number| if number % 2 == 0 { 3 } else { 7 }).collect();
    write_idx(folder, [4, 3], &images, &labels);
}

#[test]
fn names_of_labels_go_from_the_data_to_the_blob() {
    let folder = folder();
    let path = folder.path();
    numbers(&path.join("data"));
    let data = open(&path.join("data"));
    assert_eq!((data.train.classes(), data.label_names), (2, vec!["3".into(), "7".into()]));
    succeed(path, "train --data data --preset digits8 --steps 20 --eval-every 0 --out run");
    let config = fs::read_to_string(path.join("run/config.toml")).unwrap();
    assert!(config.contains("label_names = [") && config.contains("\"7\""), "{config}");

    let output = run(path, "quantize run -o x.gan");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(stderr.contains("labels 0 3, 1 7, in x.gan.labels"), "{stderr}");
    let beside = fs::read_to_string(path.join("x.gan.labels")).unwrap();
    assert_eq!(beside.lines().skip(1).collect::<Vec<_>>(), ["3", "7"]);
    assert!(beside.lines().next().unwrap().starts_with("# "), "{beside}");

    let draw = |arguments: &str| succeed(path, &format!("generate {arguments} --count 1 --ascii"));
    let (three, seven) = (draw("x.gan --label 3"), draw("x.gan --label 7"));
    assert_ne!(three, seven);
    assert_eq!((draw("run --label 3"), draw("run --label 7")), (three.clone(), seven));
    fail(path, "generate x.gan --ascii --label 1", 1, &["--label 1", "one of 3, 7"]);
    // The name is that of class 0, as a blob without the file beside it says.
    fs::copy(path.join("x.gan"), path.join("alone.gan")).unwrap();
    assert_eq!(draw("alone.gan --label 0"), three);
    fail(path, "generate alone.gan --ascii --label 3", 1, &["--label 3", "0 to 1"]);
    // Names of another blob are nobody's.
    succeed(path, "quantize run -o float.gan --float");
    fs::copy(path.join("float.gan"), path.join("x.gan")).unwrap();
    fail(path, "generate x.gan --ascii --label 3", 1, &["--label 3", "0 to 1"]);
}

#[test]
fn a_file_beside_a_blob_is_replaced_only_if_it_is_of_label_names() {
    let folder = folder();
    let path = folder.path();
    numbers(&path.join("data"));
    succeed(path, "train --data data --preset digits8 --steps 2 --eval-every 0 --out run");
    fs::write(path.join("x.gan.labels"), "precious").unwrap();
    fail(path, "quantize run -o x.gan", 1, &["x.gan.labels", "no file of label names"]);
    assert_eq!(fs::read_to_string(path.join("x.gan.labels")).unwrap(), "precious");
    assert!(!path.join("x.gan").exists());
    fs::remove_file(path.join("x.gan.labels")).unwrap();
    succeed(path, "quantize run -o x.gan");
    assert!(path.join("x.gan.labels").exists());
    // A model whose labels need no names takes the place of the other.
    succeed(path, "train --data digits --steps 2 --out digits");
    succeed(path, "quantize digits -o x.gan");
    assert!(!path.join("x.gan.labels").exists());
}

#[test]
fn data_with_other_labels_is_not_judged_by() {
    let folder = folder();
    let path = folder.path();
    numbers(&path.join("data"));
    succeed(path, "train --data data --preset digits8 --steps 2 --eval-every 0 --out run");
    succeed(path, "quantize run -o x.gan");
    let mut labels = fs::read(path.join("data/labels-idx1-ubyte")).unwrap();
    fs::create_dir(path.join("other")).unwrap();
    fs::copy(path.join("data/images-idx3-ubyte"), path.join("other/images-idx3-ubyte")).unwrap();
    labels[8..].iter_mut().for_each(|label| *label += 1);
    fs::write(path.join("other/labels-idx1-ubyte"), labels).unwrap();
    let evaluate = "evaluate x.gan --data other --samples 10";
    fail(path, evaluate, 1, &["--data other", "its labels are 4, 8", "x.gan are 3, 7"]);
    fs::remove_file(path.join("x.gan.labels")).unwrap();
    fail(path, &format!("{evaluate} --run run"), 1, &["labels are 4, 8", "run are 3, 7"]);
    fail(path, "train --resume run --data other", 1, &["labels are 4, 8", "run are 3, 7"]);
    let report = succeed(path, "evaluate x.gan --data data --samples 10 --run run");
    let line = report.lines().find(|line| line.starts_with("label ")).unwrap();
    assert_eq!(line.split_whitespace().collect::<Vec<_>>(), ["label", "3", "7"]);
    // Images of another size than the model's, and of the same number of pixels.
    let images = fs::read(path.join("data/images-idx3-ubyte")).unwrap();
    let turned = [&images[..8], &[0, 0, 0, 4, 0, 0, 0, 3], &images[16..]].concat();
    fs::write(path.join("other/images-idx3-ubyte"), turned).unwrap();
    fs::copy(path.join("data/labels-idx1-ubyte"), path.join("other/labels-idx1-ubyte")).unwrap();
    fail(path, evaluate, 1, &["its images are 3x4", "the model's 4x3"]);
}

#[test]
fn transposed_images_stay_so_for_all_commands() {
    let folder = folder();
    let path = folder.path();
    // One image of 3x2 pixels by hand: its columns are its lines then.
    let one = idx([0, 0, 8, 3], &[1, 2, 3], &[1, 2, 3, 4, 5, 200]);
    write(&path.join("one/images-idx3-ubyte"), &one);
    let images = open(&path.join("one")).transposed().train.images;
    assert_eq!((images.width, images.height), (2, 3));
    assert_eq!(images.pixels, [1, 4, 2, 5, 3, 200]);

    numbers(&path.join("data"));
    let train = "train --data data --transpose --preset digits8 --eval-every 0 --out run";
    succeed(path, &format!("{train} --steps 2"));
    let config = fs::read_to_string(path.join("run/config.toml")).unwrap();
    assert!(config.contains("transpose = true"), "{config}");
    succeed(path, "train --resume run --steps 4");
    succeed(path, "quantize run -o run/x.gan");
    let inspected = succeed(path, "inspect run/x.gan");
    assert!(inspected.contains("3x4 pixels"), "{inspected}");
    // By its run, and by the option.
    succeed(path, "evaluate run/x.gan --data data --samples 10");
    fs::copy(path.join("run/x.gan"), path.join("y.gan")).unwrap();
    succeed(path, "evaluate y.gan --data data --transpose --samples 10");
    fail(path, "evaluate y.gan --data data --samples 10", 1, &["4x3", "3x4"]);
    succeed(path, "classifier --data data --transpose --steps 2 -o c.safetensors");
    succeed(path, "evaluate run/x.gan --data data --samples 10 --classifier c.safetensors");
    fail(path, "train --data digits --transpose", 1, &["--transpose", "--data digits"]);

    // EMNIST's files are known by their names.
    write(&path.join("emnist/emnist-mnist-train-images-idx3-ubyte"), &one);
    let output = run(path, "train --data emnist --steps 1");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(stderr.contains("note: EMNIST") && stderr.contains("--transpose"), "{stderr}");
    let output = run(path, "train --data emnist --transpose --steps 1");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("note: EMNIST"));
}
