//! The console with models that take an image: what it draws before and after, and what comes over
//! the console. The pixels must be those of the golden vectors.
#![cfg(feature = "transform")]

#[allow(dead_code, reason = "the suite of the other commands uses the rest")]
mod common;

use common::Script;

const MASK: &str = "../tests/vectors/v3-mask.gan";
const IMAGE: &str = "../tests/vectors/v3-image.gan";
const LATENT_IMAGE: &str = "../tests/vectors/v3-latent-image.gan";

fn played(model: &'static str, script: &[u8]) -> Script {
    Script::bytes(script).with_model(model).run()
}

/// The pixels of the last PGM or PPM file among what was said.
fn pnm<'s>(said: &'s [u8], header: &str, len: usize) -> &'s [u8] {
    let header = header.as_bytes();
    let at = said.windows(header.len()).rposition(|window| window == header).expect("no header");
    &said[at + header.len()..][..len]
}

/// Items of a vector file: what goes in (latent, image, mask) and what must come out, as
/// `tests/src/vectors.rs` describes it.
fn items(stem: &str) -> Vec<[Vec<u8>; 4]> {
    let file = std::fs::read(format!("../tests/vectors/{stem}.images.bin")).unwrap();
    assert_eq!(&file[..4], b"GIV2");
    let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    let latent = usize::from(u16::from_le_bytes(file[8..10].try_into().unwrap()));
    let lens = [latent, word(14), word(18), word(10)];
    let items = file[24..].chunks_exact(10 + lens.iter().sum::<usize>());
    items
        .map(|item| {
            let mut rest = &item[10..];
            lens.map(|len| {
                let (now, after) = rest.split_at(len);
                rest = after;
                now.to_vec()
            })
        })
        .collect()
}

/// An image that came over the console, with nothing missing and with everything missing, becomes
/// the golden one.
#[test]
fn an_image_that_was_sent_becomes_the_golden_one() {
    let items = items("v3-mask");
    for (item, damage) in [(0, "0 0 0 0"), (1, "0 0 4 3"), (1, "0 0 65535 65535")] {
        let [_, image, mask, pixels] = &items[item];
        let expected = if item == 0 { 0 } else { 255 };
        assert!(mask.iter().all(|&cell| cell == expected), "the file is another");
        let script =
            [format!("damage {damage}\rimage\r").as_bytes(), image, b"restore\rraw\r"].concat();
        let said = played(MASK, &script).said;
        assert_eq!(pnm(&said, "P5\n9 7\n255\n", 63), pixels, "{damage}");
    }
    for [_, image, _, pixels] in self::items("v3-image") {
        let said = played(IMAGE, &[b"image\r", &image[..], b"raw\r"].concat()).said;
        assert_eq!(pnm(&said, "P6\n8 6\n255\n", 144), pixels);
    }
    // The first item's seed is 0, and its label too.
    let [_, image, _, pixels] = &self::items("v3-latent-image")[0];
    let said = played(LATENT_IMAGE, &[b"image\r", &image[..], b"style 0\rraw\r"].concat()).said;
    assert_eq!(pnm(&said, "P6\n5 4\n255\n", 60), pixels);
}

/// The figure with the middle missing, and what the model makes of it: what is there stays.
#[test]
fn the_figure_is_drawn_before_and_after() {
    let said = played(MASK, b"restore\r").text();
    let (before, after) = said.split_once("before\r\n").unwrap().1.split_once("after\r\n").unwrap();
    let [before, after]: [Vec<&str>; 2] =
        [before, after].map(|text| text.split("\r\n").take(7).collect());
    // By hand: the middle two of four columns of cells are pixels 3 to 6 of nine, and the first of
    // three lines of cells is lines 0 to 2 of seven. Each pixel takes two characters.
    for (y, (before, after)) in before.iter().zip(&after).enumerate() {
        assert_eq!((before.len(), after.len()), (18, 18), "line {y}");
        for x in 0..9 {
            let [before, after] = [before, after].map(|line| &line[2 * x..2 * x + 2]);
            if y < 3 && (3..7).contains(&x) {
                assert_eq!(before, "++", "{x}, {y}");
            } else {
                assert_eq!(before, after, "{x}, {y}");
                assert_ne!(before, "++", "{x}, {y}");
            }
        }
    }
    // There is a figure.
    assert!(before.iter().any(|line| line.contains("@@")), "{said}");
    assert!(before.iter().any(|line| line.contains("  ")), "{said}");
}

#[test]
fn damage_chooses_the_cells() {
    let said = played(MASK, b"damage 0 2 1 1\r").text();
    let before = said.split_once("before\r\n").unwrap().1;
    let lines: Vec<_> = before.split("\r\n").take(7).collect();
    // The last line of cells begins with line 5 of seven, and the first column ends with pixel 2.
    for (y, line) in lines.iter().enumerate() {
        assert_eq!(line.matches('+').count(), if y >= 5 { 6 } else { 0 }, "line {y}: {said}");
    }
}

#[test]
fn each_model_has_the_command_that_suits_it() {
    for (model, help, others) in [
        (
            MASK,
            "restore | image (then its 63 bytes) | damage X Y WIDTH HEIGHT",
            ["enlarge", "style"],
        ),
        (IMAGE, "enlarge | image (then its 36 bytes)", ["restore", "style"]),
        (LATENT_IMAGE, "style LABEL | image (then its 60 bytes)", ["restore", "enlarge"]),
    ] {
        let said = played(model, b"").text();
        assert!(said.contains(&format!("{help}\r\n> ")), "{said}");
        for other in others {
            let said = played(model, format!("{other}\r").as_bytes()).text();
            assert!(said.ends_with(&format!("> {other}\r\n{help}\r\n> ")), "{said}");
        }
    }
    let said = played(LATENT_IMAGE, b"seed 9\rstyle 2\rnext\rstyle 3\r").text();
    let captions: Vec<_> = said.lines().filter(|line| line.starts_with("after")).collect();
    assert_eq!(
        captions,
        [
            "after, label 0, seed 9, image 0",
            "after, label 2, seed 9, image 0",
            "after, label 2, seed 9, image 1",
        ]
    );
    assert!(said.ends_with("labels are 0 to 2\r\n> "), "{said}");
    let said = played(IMAGE, b"damage 0 0 1 1\r").text();
    assert!(said.ends_with("this model takes no mask\r\n> "), "{said}");
    for command in ["image", "restore", "damage 0 0 1 1"] {
        let said = Script::new(&format!("{command}\r")).run().text();
        assert!(said.ends_with("this model takes no image\r\n> "), "{said}");
    }
    let said = played(LATENT_IMAGE, b"info\r").text();
    assert!(said.contains("takes   5x4x3 pixels, 6 codes of a latent\r\n"), "{said}");
    let said = played(MASK, b"info\rgrid\rbench\r").text();
    assert!(said.contains("takes   9x7x1 pixels, a mask of 4x3 cells\r\n"), "{said}");
    assert!(said.contains("10 images"), "{said}");
}

/// An image that does not come as a whole leaves the figure.
#[test]
fn an_image_that_is_cut_short_is_none() {
    let said = Script::bytes(b"image\rshort").with_model(MASK).for_ticks(3_000).run().text();
    let end = "image: send 63 bytes now\r\nimage: only 5 of 63 bytes came\r\nimage: the figure is \
               back\r\n> ";
    assert!(said.ends_with(end), "{said}");
}
