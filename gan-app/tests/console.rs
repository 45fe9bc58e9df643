//! The application on a board made of memory: what is typed comes from a script, time passes by
//! asking for it, and the display is an array.

#[allow(dead_code, reason = "the suites of other commands use the rest")]
mod common;

use common::{Script, played};

/// What digits8 makes for a seed, an image of it and a label.
fn expected(seed: u64, image: u64, label: u16) -> Vec<u8> {
    common::image(&common::read(common::DIGITS8), seed, image, label)
}

/// The pixels of the only PGM file among what was said.
fn pgm(said: &[u8]) -> &[u8] {
    let header = b"P5\n8 8\n255\n";
    let at = said.windows(header.len()).position(|window| window == header).expect("no PGM header");
    &said[at + header.len()..][..64]
}

#[test]
fn labels_seeds_and_next_choose_the_image() {
    for (script, seed, image, label) in [
        ("7\rraw\r", 0, 0, 7),
        ("seed 42\r7\rraw\r", 42, 0, 7),
        ("7\rnext\rnext\rraw\r", 0, 2, 7),
        ("3\rnext\rseed 18446744073709551615\rraw\r", u64::MAX, 0, 3),
        ("raw\n", 0, 0, 0),
    ] {
        assert_eq!(pgm(&played(script).said), expected(seed, image, label), "{script:?}");
    }
}

#[test]
fn truncation_is_kept_until_it_is_changed() {
    for (script, image, label, factor) in [
        ("truncate 70\r7\rraw\r", 0, 7, 179),
        ("truncate 70\r7\rnext\rseed 9\rnext\rnext\rraw\r", 2, 7, 179),
        ("truncate 50\rtruncate 101\rtruncate\rraw\r", 0, 0, 128),
        ("truncate 70\rnext\rtruncate 1\rraw\r", 1, 0, 3),
        ("7\rtruncate 0\rraw\r", 0, 7, 0),
        ("truncate 0\r3\rtruncate 100\rraw\r", 0, 3, 256),
    ] {
        let seed = if script.contains("seed 9") { 9 } else { 0 };
        let blob = common::read(common::DIGITS8);
        let expected = common::truncated_image(&blob, seed, image, label, factor);
        assert_eq!(pgm(&played(script).said), expected, "{script:?}");
    }
    // The caption tells, and the command draws.
    let said = played("7\rtruncate 70\rnext\rtruncate 100\r").text();
    let captions: Vec<_> = said.lines().filter(|line| line.starts_with("label ")).collect();
    assert_eq!(
        captions,
        [
            "label 7, seed 0, image 0",
            "label 7, seed 0, image 0, truncated to 70 %",
            "label 7, seed 0, image 1, truncated to 70 %",
            "label 7, seed 0, image 1",
        ]
    );
    // With nothing left of the latents, all images of a label are one; in the grid as well.
    let drawn = |script| played(script).text().rsplit_once(" %\r\n").unwrap().1.to_owned();
    assert_eq!(drawn("truncate 0\rseed 5\r"), drawn("seed 8\rtruncate 0\r"));
    let grid = |seed| {
        let said = played(&format!("seed {seed}\rtruncate 0\rgrid\r")).text();
        said.split("grid\r\n").nth(1).unwrap().to_owned()
    };
    assert_eq!(grid(5), grid(8));

    let said = played("truncate 101\r").text();
    assert!(said.ends_with("truncate 101\r\ntruncate takes 0 to 100 percent\r\n> "), "{said}");
}

#[test]
fn text_has_a_line_for_each_line() {
    let said = played("seed 1\r7\r").text();
    let drawn = said.split("label 7, seed 1, image 0\r\n").nth(1).unwrap();
    let lines: Vec<_> = drawn.split("\r\n").take(8).collect();
    for (line, pixels) in lines.iter().zip(expected(1, 0, 7).chunks(8)) {
        // Each pixel twice, blank to `@`: darker never means a lighter character.
        assert_eq!(line.len(), 16);
        let ramp = " .:-=+*#%@";
        let levels: Vec<_> = line
            .bytes()
            .step_by(2)
            .map(|ink| ramp.bytes().position(|byte| byte == ink).unwrap())
            .collect();
        for (level, &pixel) in levels.iter().zip(pixels) {
            assert!(
                (*level as f64 - f64::from(pixel) * 9.0 / 255.0).abs() <= 0.51,
                "{pixel} is drawn as level {level}"
            );
        }
    }
    assert!(drawn.ends_with("> "));
}

#[test]
fn grid_has_every_label() {
    let said = played("grid\r").text();
    let grid = said.split("grid\r\n").nth(1).unwrap();
    let rows: Vec<_> = grid.trim_end_matches("\r\n> ").split("\r\n\r\n").collect();
    // Four images of 16 characters and a blank fit 80.
    assert_eq!(rows.len(), 3);
    for (row, columns) in rows.iter().zip([4, 4, 2]) {
        assert_eq!(row.split("\r\n").map(str::len).collect::<Vec<_>>(), [17 * columns; 8]);
    }
    // Label 7 is image 7 of the seed, and stands last in the second row.
    let alone = played("7\rnext\rnext\rnext\rnext\rnext\rnext\rnext\r").text();
    let alone: Vec<_> =
        alone.split("label 7, seed 0, image 7\r\n").nth(1).unwrap().split("\r\n").take(8).collect();
    let in_grid: Vec<_> = rows[1].split("\r\n").map(|line| &line[3 * 17..3 * 17 + 16]).collect();
    assert_eq!(in_grid, alone);
}

#[test]
fn nonsense_gets_the_commands_and_an_argument_what_is_taken() {
    let help = &*common::help();
    let seed = "seed takes a whole number of 64 bits, as in seed 42";
    let long = "a".repeat(81);
    for (line, answer) in [
        ("what", help),
        ("7 7", help),
        ("SEED 1", help),
        (&long, help),
        ("seed", seed),
        ("seed -1", seed),
        ("seed x", seed),
        ("truncate 0.7", "truncate takes 0 to 100 percent"),
        ("load", "load takes the number of bytes that will follow"),
        ("10", "labels are 0 to 9"),
    ] {
        let said = played(&format!("{line}\r")).text();
        assert_eq!(said.split(&format!("{line}\r\n")).nth(1), Some(&*format!("{answer}\r\n> ")));
    }
    // An empty line is no nonsense.
    assert!(played("\r\r").text().ends_with("> \r\n> \r\n> "));
}

#[test]
fn keys_take_effect_as_on_a_terminal() {
    let said = played("8\x7f7\r").text();
    assert!(said.contains("> 8\x08 \x087\r\nlabel 7, seed 0, image 0\r\n"), "{said}");
}

#[test]
fn idle_boards_draw_every_second_until_somebody_types() {
    // Ticks are milliseconds; no key for five seconds, then one, then none for eight, then none for
    // five more.
    let idle = Script::new("").for_ticks(5_000).run();
    let images = |script: &Script| script.text().matches("\r\nlabel ").count();
    assert!((5..=6).contains(&images(&idle)), "{}", idle.text());
    for label in 0..5 {
        assert!(idle.text().contains(&format!("label {label}, seed 0, image {label}\r\n")));
    }
    let typed = Script::new("x").for_ticks(9_000).run();
    assert_eq!(images(&typed), 0, "{}", typed.text());
    // A line that was begun is left alone; one that was ended is forgotten after ten seconds.
    assert_eq!(images(&Script::new("x").for_ticks(30_000).run()), 0);
    let ended = Script::new("\r").for_ticks(13_500).run();
    assert!((3..=4).contains(&images(&ended)), "{}", ended.text());
}

#[test]
fn boards_sleep_while_nothing_comes() {
    // A board that wakes every 60 ms draws as often, and is asked little in between. Within
    // 5 seconds it can sleep 83 times, less what the images take.
    let idle = Script::new("").napping(60).for_ticks(5_000).run();
    assert_eq!(idle.text().matches("\r\nlabel ").count(), 5, "{}", idle.text());
    assert!((60..84).contains(&idle.slept), "{}", idle.slept);
    // `sleep` checks that it is not called as long as bytes wait.
    let typed = Script::new("7\rgrid\rinfo\r").napping(60).run();
    assert_eq!(typed.slept, 0);
    // So it does while bytes of a model do not come: 20 seconds for the first, then 2 of silence.
    let waiting = Script::new("load 100\r").with_slots(4096).napping(60).for_ticks(22_000).run();
    assert!(waiting.text().contains("only 0 of 100 bytes came"), "{}", waiting.text());
    assert!((300..370).contains(&waiting.slept), "{}", waiting.slept);
}

#[test]
fn a_watchdog_hears_that_the_application_goes_on() {
    // A board that wakes twice a second: idle, with a line that was begun, waiting for a model that
    // does not come, and throwing away what comes late.
    for script in ["", "x", "load 100\r", "load 100\rabc"] {
        let played = Script::new(script).with_slots(4096).napping(500).for_ticks(40_000).run();
        assert!(
            (500..600).contains(&played.longest_silence),
            "{script}: {}",
            played.longest_silence
        );
    }
    // A port and a display that take their time: a piece of text, or a line of an image, is soon
    // done, and all of a grid takes seconds.
    let slow = Script::new("grid\rinfo\r").with_model("../models/mnist-tiny.gan").at_pace(25).run();
    assert!((500..1_000).contains(&slow.longest_silence), "{}", slow.longest_silence);
    // `bench` shows nothing of its ten images.
    assert_eq!(["7\r", "grid\r", "bench\r"].map(|script| played(script).only_alive), [0, 0, 10]);
}

#[test]
fn the_display_shows_the_image_as_large_as_it_can() {
    let screen = played("seed 9\r4\r").screen();
    let pixels = expected(9, 0, 4);
    // 64 lines are 8 dots for each of the 8 pixels; 128 columns leave 32 on either side.
    for (at, &dot) in screen.iter().enumerate() {
        let (x, y) = (at % 128, at / 128);
        let ink = if (32..96).contains(&x) { pixels[y / 8 * 8 + (x - 32) / 8] } else { 0 };
        assert_eq!(dot, ink, "at ({x}, {y})");
    }
}

#[test]
fn the_display_shows_the_grid() {
    let screen = played("seed 9\rgrid\r").screen();
    // Five columns by two rows of cells of 25 by 32 dots let a pixel have 3 dots: 24 by 24, one dot
    // from the left or none, 4 from above.
    for label in 0..10u16 {
        let pixels = expected(9, label.into(), label);
        let (left, top) = (usize::from(label % 5) * 25, usize::from(label / 5) * 32 + 4);
        for (at, &pixel) in pixels.iter().enumerate() {
            let (x, y) = (left + at % 8 * 3, top + at / 8 * 3);
            assert_eq!(screen[y * 128 + x + 1], pixel, "label {label}, pixel {at}");
        }
    }
}

#[test]
fn a_grid_that_hardly_fits_is_cropped() {
    // 28 by 28: the columns of 25 dots leave out a pixel on the left and two on the right, and
    // above the 28 lines of 32 are two free.
    let model = "../models/mnist-tiny.gan";
    let screen = Script::new("grid\r").with_model(model).run().screen();
    for label in 0..10u16 {
        let pixels = common::image(&common::read(model), 0, label.into(), label);
        let (left, top) = (usize::from(label % 5) * 25, usize::from(label / 5) * 32 + 2);
        for (y, line) in pixels.chunks(28).enumerate() {
            assert_eq!(
                screen[(top + y) * 128 + left..][..25],
                line[1..26],
                "label {label}, line {y}"
            );
        }
    }
}

#[test]
fn bench_and_info_say_what_they_measured() {
    let said = played("bench\r").text();
    // A tick each time the clock is asked, and it is asked once before and once after.
    assert!(said.contains("100.000 us an image, 10 images\r\n"), "{said}");
    assert!(!said.contains("QEMU"));
    let said = played("info\r").text();
    let blob = common::read(common::DIGITS8);
    let generator = blob.decode();
    for part in [
        "model   digits8, 10 labels, 8x8x1 pixels\r\n".into(),
        format!(
            "blob    18116 bytes, version 1, CRC {:08x}, as a file 12345678\r\n",
            generator.crc()
        ),
        format!("{} MAC\r\n", 16 * 64 + 64 * 64 + 64 * 64 + 64 * 64),
        "stack   100 of 1000 bytes used\r\n".into(),
    ] {
        assert!(said.contains(&part), "no {part:?} in {said}");
    }
}
