//! The console with latents that no seed gives: codes that are typed, and those between two images.

#[allow(dead_code, reason = "the suite of the other commands uses the rest")]
mod common;

use common::{Script, played};
use gan_core::LatentSampler;
use gan_core::image::glyph;
use gan_core::latent::Morph;
use gan_core::tools::latent_lines;

/// What digits8 makes of these codes.
fn expected(codes: &[u8], label: u16) -> Vec<u8> {
    let blob = common::read(common::DIGITS8);
    let generator = blob.decode();
    let mut pixels = vec![0; generator.pixels_len()];
    let mut scratch = vec![0; generator.scratch_len()];
    generator.generate(codes, Some(label), &mut scratch, &mut pixels).unwrap();
    pixels
}

/// The pixels of the last PGM file among what was said.
fn pgm(said: &[u8]) -> &[u8] {
    let header = b"P5\n8 8\n255\n";
    let at = said.windows(header.len()).rposition(|window| window == header).expect("no PGM");
    &said[at + header.len()..][..64]
}

/// Sixteen codes, with those at the ends.
const CODES: [u8; 16] = [0, 127, 64, 40, 63, 70, 55, 100, 12, 64, 81, 66, 59, 47, 90, 64];

#[test]
fn codes_in_one_line_or_several_draw_their_image() {
    let [line] = &latent_lines(&CODES)[..] else { panic!("they fit a line") };
    let said = played(&format!("7\r{line}\rraw\r"));
    assert_eq!(pgm(&said.said), expected(&CODES, 7));
    assert!(said.text().contains(&format!("{line}\r\nlabel 7, chosen latent\r\n")));
    let words: Vec<_> = CODES.map(|code| code.to_string()).into();
    let several = [
        format!("latent {}\r", words[..5].join(" ")),
        format!("latent 5: {}\r", words[5..15].join(" ")),
        format!("latent 15: {}\r", words[15]),
    ];
    let said = played(&format!("{}raw\r", several.concat()));
    assert_eq!(pgm(&said.said), expected(&CODES, 0));
    let answer = |next| {
        format!(
            "latent takes this model's 16 codes of 0 to 127, in several lines if need be: next is \
             `latent {next}: CODES`\r\n> "
        )
    };
    assert!(said.text().contains(&answer(5)), "{}", said.text());
    assert!(said.text().contains(&answer(15)), "{}", said.text());

    // The codes stay when the label changes, and are gone with what asks for others.
    let said = played(&format!("{line}\r3\rraw\r"));
    assert_eq!(pgm(&said.said), expected(&CODES, 3));
    for (command, image) in [("seed 0", 0), ("next", 1), ("truncate 100", 0), ("grid", 0)] {
        let said = played(&format!("{line}\r{command}\rraw\r"));
        let blob = common::read(common::DIGITS8);
        assert_eq!(pgm(&said.said), common::image(&blob, 0, image, 0), "{command}");
    }
}

#[test]
fn other_codes_are_refused_with_what_was_expected() {
    let all = |count| format!("latent{}", " 1".repeat(count));
    for (script, next) in [
        (all(17), 0),
        ("latent".into(), 0),
        ("latent 1 128".into(), 0),
        ("latent x".into(), 0),
        ("latent 1: 5".into(), 0),
        ("latent 16: 5".into(), 0),
        ("latent 1 2 3\rlatent 4: 5".into(), 3),
        ("latent 1 2 3\rlatent 3: 5 -1".into(), 3),
        // Another image in between, which takes the place of the codes.
        ("latent 1 2 3\r7\rlatent 3: 5".into(), 0),
    ] {
        let said = played(&format!("{script}\r")).text();
        let end = format!("if need be: next is `latent {next}: CODES`\r\n> ");
        assert!(said.ends_with(&end), "{script}: {said}");
        assert!(!said.contains("chosen latent"));
    }
}

/// All lines that a host prints fit the console, whatever the latent.
#[test]
fn printed_lines_are_taken() {
    let codes: Vec<u8> = (0..100).map(|place| (place * 37 % 128) as u8).collect();
    let lines = latent_lines(&codes);
    assert!(lines.len() > 3 && lines.iter().all(|line| line.len() <= 80));
    let model = "../models/mnist-large.gan";
    let blob = common::read(model);
    let generator = blob.decode();
    assert_eq!(generator.latent_len(), codes.len());
    let (mut scratch, mut pixels) = (vec![0; generator.scratch_len()], vec![0; 784]);
    generator.generate(&codes, Some(4), &mut scratch, &mut pixels).unwrap();
    let script = format!("4\r{}\rraw\r", lines.join("\r"));
    let said = Script::new(&script).with_model(model).run().said;
    let end = [&pixels[..], b"\r\n> "].concat();
    assert!(said.ends_with(&end), "{}", String::from_utf8_lossy(&said));
}

/// The text of an image.
fn drawn(pixels: &[u8]) -> String {
    let line = |line: &[u8]| line.iter().flat_map(|&luma| [glyph(luma); 2]).collect::<String>();
    pixels.chunks(8).map(|pixels| line(pixels) + "\r\n").collect()
}

#[test]
fn a_morph_draws_the_frames_that_a_host_makes() {
    for (script, steps) in [("morph 3 8 5", 5), ("morph 3 8", 8), ("morph 3 8 1", 1)] {
        let said = played(&format!("seed 9\rnext\r{script}\r")).text();
        let frames = said.split(&format!("{script}\r\n")).nth(1).unwrap();
        let mut from = LatentSampler::new(9);
        from.advance(16);
        let mut to = from.clone();
        to.advance(16);
        let morph = Morph::new(from, to, steps);
        let mut all = String::new();
        for frame in 0..=steps {
            let label = if 2 * frame < steps { 3 } else { 8 };
            let mut latent = [0; 16];
            morph.fill(frame, &mut latent);
            all += &format!("label {label}, frame {frame} of {steps}\r\n");
            all += &drawn(&expected(&latent, label));
        }
        assert_eq!(frames, all + "> ", "{script}");
    }
    // The ends are images of the seed, and the last one is the current image from then on.
    let said = played("seed 9\rmorph 3 8 2\rraw\r");
    assert_eq!(pgm(&said.said), common::image(&common::read(common::DIGITS8), 9, 1, 8));
    let shown = said.text();
    assert!(shown.contains(&drawn(&common::image(&common::read(common::DIGITS8), 9, 0, 3))));
    // What is on the display is the last frame.
    let (morphed, drawn) = (played("morph 3 8 2\r").screen(), played("next\r8\r").screen());
    assert_eq!(morphed, drawn);

    let morph = "morph takes two labels, or of a model without labels two seeds, and perhaps how \
                 many steps\r\n> ";
    for (script, answer) in [
        ("morph 3 10", "labels are 0 to 9\r\n> "),
        ("morph 18446744073709551615 1", "labels are 0 to 9\r\n> "),
        ("morph 3 8 0", morph),
        ("morph 3", morph),
        ("morph 3 x", morph),
    ] {
        let said = played(&format!("{script}\r")).text();
        assert!(said.ends_with(&format!("{script}\r\n{answer}")), "{script}: {said}");
    }
}

/// A model of no labels goes from one seed's first image to another's.
#[test]
fn a_morph_without_labels_is_between_seeds() {
    let model = "../tests/vectors/v1-wide-range.gan";
    let blob = common::read(model);
    let generator = blob.decode();
    assert_eq!(generator.classes(), 0, "another model is needed");
    let play = |script: &str| Script::new(script).with_model(model).run().text();
    let said = play("morph 5 77 3\r");
    let frames: Vec<_> = said.split("frame ").skip(1).collect();
    assert_eq!(frames.len(), 4, "{said}");
    let image = |seed| {
        let said = play(&format!("seed {seed}\r"));
        said.split("image 0\r\n").nth(1).unwrap().to_owned()
    };
    assert_eq!(frames[0].split_once("\r\n").unwrap().1.to_owned() + "> ", image(5));
    assert_eq!(frames[3].split_once("\r\n").unwrap().1, image(77));
    let after = play("morph 5 77 3\rnext\r");
    assert!(after.contains("seed 77, image 1\r\n"), "{after}");
}
