//! The console with models whose outputs are numbers. The values must be the text that
//! `gan_core::table` has for them on a host.
#![cfg(feature = "series")]

#[allow(dead_code, reason = "the suite of the other commands uses the rest")]
mod common;

use common::{Script, played};
use gan_core::LatentSampler;
use gan_core::table::Table;
use gan_core::tools::latent_lines;

/// A window of four steps with two labels.
const TABLE: &str = "../tests/vectors/v3-table.gan";
const COLUMNS: &str = "pressure (hPa),season,temperature (°C),weather\r\n";

fn play(script: &str) -> String {
    Script::new(script).with_model(TABLE).run().text()
}

/// The lines of a window of these codes.
fn of_codes(codes: &[u8], label: u16) -> String {
    let blob = common::read(TABLE);
    let generator = blob.decode();
    let (mut scratch, mut pixels) = (vec![0; generator.scratch_len()], vec![0; 20]);
    generator.generate(codes, Some(label), &mut scratch, &mut pixels).unwrap();
    let table = Table::read(generator.header()).unwrap();
    let row = |step| {
        let row: Vec<_> = table.row(step, Some(label)).map(|value| value.to_string()).collect();
        row.join(",") + "\r\n"
    };
    pixels.chunks(5).map(row).collect()
}

fn window(seed: u64, window: u64, label: u16) -> String {
    let mut codes = [0; 7];
    let mut sampler = LatentSampler::new(seed);
    sampler.advance(7 * window);
    sampler.fill(&mut codes);
    of_codes(&codes, label)
}

#[test]
fn windows_are_those_of_a_host() {
    let said = play("seed 3\r1\rnext\rseries\r");
    let captions = ["label 0, seed 3, window 0\r\n", "label 1, seed 3, window 0\r\n"];
    for (caption, label) in captions.iter().zip(0..) {
        let expected = format!("{caption}{COLUMNS}{}> ", window(3, 0, label));
        assert!(said.contains(&expected), "no {expected} in {said}");
    }
    // The current window is printed again.
    let expected = format!("label 1, seed 3, window 1\r\n{COLUMNS}{}> ", window(3, 1, 1));
    assert!(said.contains(&format!("next\r\n{expected}")), "no {expected} in {said}");
    assert!(said.ends_with(&format!("series\r\n{expected}")), "no {expected} in {said}");

    let three = [0, 1, 2].map(|at| window(3, at, 0)).join("\r\n");
    let said = play("seed 3\rseries 3\rnext\r");
    let expected = format!("series 3\r\nlabel 0, seed 3, window 0\r\n{COLUMNS}{three}> next\r\n");
    assert!(said.contains(&expected), "no {expected} in {said}");
    assert!(said.contains("label 0, seed 3, window 3\r\n"), "{said}");

    let codes = [127, 0, 64, 3, 90, 64, 12];
    let said = play(&format!("1\r{}\r", latent_lines(&codes)[0]));
    assert!(
        said.ends_with(&format!("label 1, chosen latent\r\n{COLUMNS}{}> ", of_codes(&codes, 1)))
    );
}

#[test]
fn images_are_refused_with_what_prints_numbers() {
    let refused = "this model makes numbers and no images: `series [COUNT]` prints them\r\n";
    for command in ["grid", "raw", "morph 0 1"] {
        let said = play(&format!("{command}\r"));
        assert!(said.ends_with(&format!("{command}\r\n{refused}> ")), "{said}");
    }
    let said = play("what\r");
    let begin = format!(
        "table: 5x4 windows on host (memory), kernel scalar\r\n{}\r\n{refused}> ",
        common::help()
    );
    assert!(said.starts_with(&begin), "{said}");
    assert!(said.ends_with(&format!("{}\r\n{refused}> ", common::help())), "{said}");
    for command in ["series 0x", "series -1", "series 70000"] {
        let said = play(&format!("{command}\r"));
        assert!(said.ends_with("series takes how many to print, 1 to 65535, or nothing\r\n> "));
    }
    let said = played("series\r").text();
    assert!(said.ends_with("this model makes images, or numbers without names\r\n> "), "{said}");
}

#[test]
fn info_lists_the_columns() {
    let said = play("info\rbench\r");
    for line in [
        "model   table, 2 labels, 5x4x1 bytes\r\n",
        "column  pressure: 960 to 1040 hPa\r\ncolumn  season: winter,summer\r\n\
         column  temperature: -12.5 to 40.0 °C\r\ncolumn  weather: sun,cloud,rain\r\n",
        " us a window, 10 windows\r\n",
    ] {
        assert!(said.contains(line), "no {line} in {said}");
    }
}

/// A board that nobody types at prints a window every second, and nothing is drawn on its display.
#[test]
fn an_idle_board_prints_one_window_after_another() {
    let idle = Script::new("").with_model(TABLE).for_ticks(3_500).run();
    let said = idle.text();
    for (at, label) in [(0, 0), (1, 1), (2, 0)] {
        let caption = format!("label {label}, seed 0, window {at}\r\n");
        let expected = format!("{caption}{COLUMNS}{}> ", window(0, at, label));
        assert!(said.contains(&expected), "no {expected} in {said}");
    }
    assert!(idle.screen().iter().all(|&dot| dot == 99));
}

/// A model that comes over the console has to have a table that can be read.
#[test]
fn numbers_without_names_are_not_taken() {
    let load = |path: &str| {
        let blob = std::fs::read(path).unwrap();
        let script = [format!("load {}\r", blob.len()).as_bytes(), &blob, b"series\r"].concat();
        Script::bytes(&script).with_slots(4096).run().text()
    };
    let said = load("../tests/vectors/v3-numbers.gan");
    let answer = "load: metadata: table of version 0 (expected 1)\r\nstill digits8\r\n";
    assert!(said.contains(answer), "{said}");
    let said = load(TABLE);
    assert!(said.ends_with(&format!("{COLUMNS}{}> ", window(0, 0, 0))), "{said}");
}
