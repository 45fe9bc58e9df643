//! `gan apply`: pictures go through a model that takes an image, one or a folder of them, and come
//! out as the golden vectors say. Whatever does not fit is refused, and nothing is lost.

mod common;

use common::{fail, folder, names, succeed};
use gan_tools::picture::png::encode;
use std::fs;
use std::path::Path;

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors");

/// What a vector file says: seed, label, image, mask and the pixels that must come out.
struct Item {
    seed: u64,
    label: u16,
    image: Vec<u8>,
    mask: Vec<u8>,
    pixels: Vec<u8>,
}

/// Reads an images file of a model that takes an image, as `tests/src/vectors.rs` describes it.
fn items(stem: &str) -> Vec<Item> {
    let file = fs::read(format!("{VECTORS}/{stem}.images.bin")).unwrap();
    assert_eq!(&file[..4], b"GIV2");
    let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    let half = |at: usize| usize::from(u16::from_le_bytes(file[at..at + 2].try_into().unwrap()));
    let (latent, pixels, image, mask, count) = (half(8), word(10), word(14), word(18), half(22));
    let items: Vec<_> = file[24..]
        .chunks_exact(10 + latent + image + mask + pixels)
        .map(|item| {
            let (head, rest) = item.split_at(10);
            let (image, rest) = rest[latent..].split_at(image);
            let (mask, pixels) = rest.split_at(mask);
            Item {
                seed: u64::from_le_bytes(head[..8].try_into().unwrap()),
                label: u16::from_le_bytes(head[8..].try_into().unwrap()),
                image: image.to_vec(),
                mask: mask.to_vec(),
                pixels: pixels.to_vec(),
            }
        })
        .collect();
    assert_eq!(items.len(), count);
    items
}

fn model(stem: &str) -> String {
    format!("{VECTORS}/{stem}.gan")
}

fn write(path: &Path, size: [usize; 2], rgb: bool, pixels: &[u8]) {
    fs::write(path, encode(size, rgb, pixels).unwrap()).unwrap();
}

/// Width, height and bytes of a PNG file, by another program's reader.
fn read(path: &Path) -> (usize, usize, Vec<u8>) {
    let file = std::io::BufReader::new(fs::File::open(path).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    (info.width as usize, info.height as usize, bytes)
}

#[test]
fn one_picture_becomes_the_golden_one() {
    let folder = folder();
    let path = folder.path();
    for (index, item) in items("v3-mask").iter().enumerate() {
        write(&path.join("in.png"), [9, 7], false, &item.image);
        write(&path.join("mask.png"), [4, 3], false, &item.mask);
        succeed(
            path,
            &format!("apply {} in.png -o out.png --mask mask.png --overwrite", model("v3-mask")),
        );
        assert_eq!(read(&path.join("out.png")), (9, 7, item.pixels.clone()), "item {index}");
    }
    for (index, item) in items("v3-latent-image").iter().enumerate() {
        write(&path.join("in.png"), [5, 4], true, &item.image);
        let options = format!("--label {} --seed {} --overwrite", item.label, item.seed);
        succeed(path, &format!("apply {} in.png -o out.png {options}", model("v3-latent-image")));
        assert_eq!(read(&path.join("out.png")), (5, 4, item.pixels.clone()), "item {index}");
    }
    assert_eq!(names(path), ["in.png", "mask.png", "out.png"]);
    // What is there is replaced only when that was asked for.
    let options = "--label 0 -o out.png";
    let parts = ["out.png", "--overwrite"];
    fail(path, &format!("apply {} in.png {options}", model("v3-latent-image")), 1, &parts);
}

/// A mask may be as large as the picture: then a cell is missing in which one pixel is.
#[test]
fn a_mask_as_large_as_the_picture_says_which_cells_are_missing() {
    let folder = folder();
    let path = folder.path();
    for (index, item) in items("v3-mask").iter().enumerate() {
        write(&path.join("in.png"), [9, 7], false, &item.image);
        // By the rule of the format's page, in numbers: cell (x * 4 / 9, y * 3 / 7).
        let pixels: Vec<u8> =
            (0..63).map(|at| item.mask[at / 9 * 3 / 7 * 4 + at % 9 * 4 / 9]).collect();
        let cells: Vec<u8> =
            item.mask.iter().map(|&byte| if byte >= 128 { 255 } else { 0 }).collect();
        write(&path.join("large.png"), [9, 7], false, &pixels);
        write(&path.join("cells.png"), [4, 3], false, &cells);
        for mask in ["large", "cells"] {
            let options = format!("--mask {mask}.png -o {mask}{index}.png");
            succeed(path, &format!("apply {} in.png {options}", model("v3-mask")));
        }
        let made = |mask: &str| read(&path.join(format!("{mask}{index}.png")));
        assert_eq!(made("large"), made("cells"));
    }
}

#[test]
fn a_folder_of_pictures_keeps_their_names() {
    let folder = folder();
    let path = folder.path();
    fs::create_dir(path.join("in")).unwrap();
    let items = items("v3-image");
    for (index, item) in items.iter().enumerate() {
        write(&path.join(format!("in/{index} a.PNG")), [4, 3], true, &item.image);
    }
    fs::write(path.join("in/notes.txt"), "no picture").unwrap();
    succeed(path, &format!("apply {} in -o out", model("v3-image")));
    let expected: Vec<_> = (0..items.len()).map(|index| format!("{index} a.PNG")).collect();
    assert_eq!(names(&path.join("out")), expected);
    for (name, item) in expected.iter().zip(&items) {
        assert_eq!(read(&path.join("out").join(name)), (8, 6, item.pixels.clone()), "{name}");
    }
    // Again only over what may be replaced; what is not ours stays.
    fs::write(path.join("out/mine.txt"), "mine").unwrap();
    let parts = ["out: the folder is not empty", "--overwrite"];
    fail(path, &format!("apply {} in -o out", model("v3-image")), 1, &parts);
    succeed(path, &format!("apply {} in -o out --overwrite", model("v3-image")));
    assert_eq!(names(&path.join("out")).len(), items.len() + 1);
    // A picture that cannot be read leaves all as it was.
    fs::write(path.join("in/9.png"), "no picture").unwrap();
    let parts = ["in/9.png", "no PNG picture"];
    fail(path, &format!("apply {} in -o new", model("v3-image")), 1, &parts);
    assert!(names(&path.join("new")).is_empty());
}

/// Of a folder, picture `i` gets the latent that image `i` of the seed has.
#[test]
fn pictures_of_a_folder_get_the_latents_of_the_seed_in_turn() {
    use gan_core::{LatentSampler, TransformInput};
    let folder = folder();
    let path = folder.path();
    fs::create_dir(path.join("in")).unwrap();
    let image: Vec<u8> = (0..60).map(|at| at * 4).collect();
    for index in 0..3 {
        write(&path.join(format!("in/{index}.png")), [5, 4], true, &image);
    }
    let stem = "v3-latent-image";
    succeed(path, &format!("apply {} in -o out --label 1 --seed 77", model(stem)));
    let file = gan_tools::blob_file::read(Path::new(&model(stem))).unwrap();
    let generator = file.generator();
    let mut sampler = LatentSampler::new(77);
    for index in 0..3 {
        let mut latent = [0; 6];
        sampler.fill(&mut latent);
        let input =
            TransformInput { latent: &latent, label: Some(1), ..TransformInput::new(&image) };
        let mut pixels = vec![0; 60];
        let (mut codes, mut scratch) = ([0; 66], vec![0; generator.scratch_len()]);
        generator.transform(&input, &mut codes, &mut scratch, &mut pixels).unwrap();
        assert_eq!(read(&path.join(format!("out/{index}.png"))), (5, 4, pixels), "{index}");
    }
}

/// A grey picture for a model of colours is the colour picture of the same greys, and a colour
/// picture for a model of greys has its brightness.
#[test]
fn greys_and_colours_become_what_the_model_takes() {
    let folder = folder();
    let path = folder.path();
    let greys: Vec<u8> = (0..12).map(|at| at * 20).collect();
    write(&path.join("grey.png"), [4, 3], false, &greys);
    let colours: Vec<u8> = greys.iter().flat_map(|&grey| [grey; 3]).collect();
    write(&path.join("colour.png"), [4, 3], true, &colours);
    for name in ["grey", "colour"] {
        let arguments = format!("apply {} {name}.png -o {name}.out.png", model("v3-image"));
        succeed(path, &arguments);
    }
    assert_eq!(read(&path.join("grey.out.png")), read(&path.join("colour.out.png")));

    // 77 x 255 / 256, rounded down, where nothing is missing.
    write(&path.join("red.png"), [9, 7], true, &[255, 0, 0].repeat(63));
    write(&path.join("none.png"), [4, 3], false, &[0; 12]);
    succeed(path, &format!("apply {} red.png -o out.png --mask none.png", model("v3-mask")));
    assert_eq!(read(&path.join("out.png")), (9, 7, vec![76; 63]));
}

#[test]
fn what_does_not_fit_is_refused_with_names_and_sizes() {
    let folder = folder();
    let path = folder.path();
    write(&path.join("in.png"), [9, 7], false, &[0; 63]);
    write(&path.join("mask.png"), [4, 3], false, &[0; 12]);
    write(&path.join("odd.png"), [8, 7], false, &[0; 56]);
    let [mask, latent, image] = ["v3-mask", "v3-latent-image", "v3-image"].map(model);
    let digits = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/digits8.gan");
    for (arguments, parts) in [
        (format!("{mask} in.png -o out.png"), &["v3-mask.gan", "--mask", "4x3"][..]),
        (
            format!("{mask} in.png -o out.png --mask odd.png"),
            &["odd.png", "8x7", "v3-mask.gan", "4x3"],
        ),
        (
            format!("{mask} mask.png -o out.png --mask mask.png"),
            &["mask.png", "4x3", "v3-mask.gan takes 9x7"],
        ),
        (format!("{image} in.png -o out.png --mask mask.png"), &["mask.png", "takes no mask"]),
        (format!("{image} in.png -o out.png"), &["in.png", "9x7", "v3-image.gan takes 4x3"]),
        (format!("{image} in.png -o out.png --label 1"), &["--label 1", "takes no label"]),
        (format!("{image} in.png -o out.png --seed 1"), &["--seed", "takes no latent"]),
        (format!("{latent} in.png -o out.png"), &["v3-latent-image.gan", "--label", "0 to 2"]),
        (format!("{latent} in.png -o out.png --label 3"), &["--label 3", "0 to 2"]),
        (format!("{digits} in.png -o out.png"), &["digits8.gan", "gan generate"]),
        (
            format!("{} in.png -o out.png", model("v3-numbers")),
            &["v3-numbers.gan", "takes no image"],
        ),
        // The file's name stands there once.
        (format!("{image} none.png -o out.png"), &["error: none.png: cannot be read"]),
        (format!("{mask} in.png -o out.png --mask none.png"), &["error: none.png: cannot be read"]),
        (format!("{image} . -o ."), &["would replace the pictures"]),
        (format!("{mask} in.png -o out --mask mask.png"), &["--out out", ".png"]),
    ] {
        fail(path, &format!("apply {arguments}"), 1, parts);
    }
    let before = fs::read(path.join("in.png")).unwrap();
    for out in ["in.png", "./in.png", "mask.png"] {
        let arguments = format!("apply {mask} in.png -o {out} --mask mask.png");
        fail(path, &arguments, 1, &["would replace"]);
    }
    assert_eq!(fs::read(path.join("in.png")).unwrap(), before);
    assert_eq!(names(path), ["in.png", "mask.png", "odd.png"]);
    fs::create_dir(path.join("empty")).unwrap();
    fail(path, &format!("apply {image} empty -o out"), 1, &["empty: holds no PNG file"]);
}

/// Other commands say what goes in, and which command runs the model.
#[test]
fn other_commands_know_models_that_take_an_image() {
    let folder = folder();
    let path = folder.path();
    let parts = ["v3-mask.gan", "gan apply"];
    fail(path, &format!("generate {} --ascii", model("v3-mask")), 1, &parts);
    let said = succeed(path, &format!("inspect {}", model("v3-mask")));
    let first = "mask: 9x7 grey image in, 4x3 mask in, 0 labels, 9x7 pixels, 1 channel(s); format \
                 version 3, ";
    assert!(said.starts_with(first), "{said}");
    // 63 bytes of the image and 12 of the mask beside the 75 codes that they become.
    assert!(said.contains("codes 75, what goes in 75, pixels 63 or 9"), "{said}");
    let said = succeed(path, &format!("inspect {}", model("v3-latent-image")));
    assert!(said.contains(": latent 6, 5x4 RGB image in, 3 labels"), "{said}");
    let said = succeed(path, &format!("inspect {}", model("v3-numbers")));
    assert!(said.contains("latent 9, 0 labels, 3 step(s) of 5 numbers"), "{said}");
    let said = succeed(path, &format!("inspect --json {}", model("v3-mask")));
    let json: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(json["inputs"][0]["part"], "image");
    assert_eq!(json["inputs"][1], serde_json::json!({"part": "mask", "width": 4, "height": 3}));
    assert_eq!(json["outputs"], "image");
    let said = succeed(path, &format!("fit {}", model("v3-mask")));
    assert!(said.starts_with("mask: 9x7 grey image in, 4x3 mask in\n\nboard "), "{said}");
}
