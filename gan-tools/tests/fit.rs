//! `gan fit`: the verdicts, the exit codes, and the estimates beside the counts in
//! docs/performance.md.

mod common;

use common::{fail, folder, run, succeed};
use serde_json::Value;
use std::path::Path;

fn model(name: &str) -> String {
    format!("{}/../models/{name}.gan", env!("CARGO_MANIFEST_DIR"))
}

fn json(arguments: &str) -> Vec<Value> {
    let text = succeed(Path::new("."), arguments);
    serde_json::from_str::<Value>(&text).unwrap().as_array().unwrap().clone()
}

fn number(row: &Value, field: &str) -> i64 {
    row[field].as_i64().unwrap_or_else(|| panic!("{field} in {row}"))
}

/// The counts of a network in docs/performance.md: board, kernel, and instructions.
fn counts(network: &str) -> Vec<(String, String, f64)> {
    let page = format!("{}/../docs/performance.md", env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(page).unwrap();
    let rows = page.lines().filter(|line| line.contains(&format!("| {network} |")));
    let count = |line: &str| {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [board, kernel, _, _, instructions, ..] = cells[..] else { return None };
        Some((board.to_owned(), kernel.to_owned(), instructions.parse().ok()?))
    };
    rows.filter_map(count).collect()
}

/// The row of a board.
fn of_board<'r>(rows: &'r [Value], board: &str) -> &'r Value {
    rows.iter().find(|row| row["board"] == board).unwrap_or_else(|| panic!("no {board}"))
}

#[test]
fn verdicts_follow_from_what_is_free() {
    for name in
        ["digits8", "mnist-nano", "mnist-tiny", "mnist-small", "mnist-large", "mnist-large-int4"]
    {
        let blob = std::fs::metadata(model(name)).unwrap().len() as i64;
        let rows = json(&format!("fit {} --json", model(name)));
        assert!(rows.len() >= 8, "{} boards", rows.len());
        for row in &rows {
            let (flash, ram) = (number(row, "flash_needed"), number(row, "ram_needed"));
            // Packed, a model is at least what it was, but for its header; the application is a few
            // tens of kilobytes, the most on esp32-c3, whose HAL says much when it panics.
            assert!(
                (blob + 4 * 1024..blob + blob / 10 + 96 * 1024).contains(&flash),
                "{name}: {row}"
            );
            assert_eq!(number(row, "flash_free"), number(row, "flash_bytes") - flash);
            assert_eq!(number(row, "ram_free"), number(row, "ram_bytes") - ram);
            assert_eq!(
                row["fits"].as_bool().unwrap(),
                number(row, "flash_free") >= 0 && number(row, "ram_free") >= 0
            );
        }
    }
}

#[test]
fn the_exit_code_is_for_scripts() {
    let (small, large) = (model("mnist-small"), model("mnist-large"));
    succeed(Path::new("."), &format!("fit {small} --board microbit"));
    let output = run(Path::new("."), &format!("fit {large} --board microbit"));
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("no: 1,") && said.contains(" bytes of flash too many"), "{said}");
    // A table of all boards is an answer, whatever is in it.
    let all = succeed(Path::new("."), &format!("fit {large}"));
    assert!(all.contains("yes") && all.contains("no: "), "{all}");

    let folder = folder();
    fail(folder.path(), &format!("fit {small} --board z80"), 1, &["z80", "microbit"]);
    fail(folder.path(), "fit missing.gan", 1, &["missing.gan"]);
    std::fs::write(folder.path().join("empty.gan"), "").unwrap();
    fail(folder.path(), "fit empty.gan", 1, &["empty.gan", "empty"]);
}

/// The committed counts are of networks that `bench-model` makes.
#[test]
fn estimates_are_within_five_percent_of_the_counts() {
    let folder = folder();
    let path = folder.path();
    let mut compared = 0;
    for (name, layers, activation) in [
        ("A", "100-256-512-1024-784", "relu"),
        ("B", "100-128-784", "relu"),
        ("O", "97-61-211-785", "leaky-relu"),
    ] {
        succeed(
            path,
            &format!("bench-model --layers {layers} --activation {activation} -o {name}.gan"),
        );
        let rows = json(&format!("fit {} --json", path.join(format!("{name}.gan")).display()));
        for (board, kernel, counted) in counts(name) {
            let row = of_board(&rows, &board);
            if row["kernel"] != kernel {
                continue;
            }
            let estimated = number(row, "instructions") as f64;
            assert!(
                (estimated / counted - 1.0).abs() < 0.05,
                "{board}, {name}: {estimated} estimated, {counted} counted"
            );
            compared += 1;
        }
    }
    assert!(compared >= 20, "{compared} compared");
}

/// The committed counts have a start with B, and one with its layers in four bits, on a board of
/// each kernel.
#[test]
fn a_start_is_within_ten_percent_of_the_counts() {
    let folder = folder();
    let path = folder.path();
    let mut compared = 0;
    for (name, bits) in [("B", ""), ("B4", "--bits 4 --group 32")] {
        succeed(path, &format!("bench-model --layers 100-128-784 {bits} -o {name}.gan"));
        let rows = json(&format!("fit {} --json", path.join(format!("{name}.gan")).display()));
        for (board, kernel, counted) in counts(name) {
            let Some((_, what @ ("check" | "decode"))) = kernel.split_once(' ') else { continue };
            let row = of_board(&rows, &board);
            let estimated = number(row, &format!("{what}_instructions")) as f64;
            assert!(
                (estimated / counted - 1.0).abs() < 0.1,
                "{board}, {name}, {what}: {estimated} estimated, {counted} counted"
            );
            compared += 1;
        }
    }
    assert_eq!(compared, 5 * 2 * 2, "five kernels, two networks, check and decode");
}

/// Time is instructions at the manual's cycles and the board's clock; without a clock there is
/// none.
#[test]
fn times_follow_from_the_clock() {
    let rows = json(&format!("fit {} --json", model("mnist-small")));
    let of = |board: &str| rows.iter().find(|row| row["board"] == board).unwrap();
    // 16 MHz, and 1.1 to 1.3 cycles an instruction for the code of a Cortex-M0: see the table of
    // counts.
    let microbit = of("microbit");
    let cycles = microbit["milliseconds"].as_f64().unwrap() * 16_000.0
        / number(microbit, "instructions") as f64;
    assert!((1.1..1.3).contains(&cycles), "{cycles} cycles an instruction");
    assert!(of("riscv32")["milliseconds"].is_null());
}

/// A model that a serial flash delivers takes at least as long as its wires need for every byte,
/// with nothing but data on them: 4 bits a clock of 62.5 MHz (Pico) and of 75 MHz (Pico 2), 2 bits
/// a clock of 80 MHz (ESP32-C3).
#[test]
fn no_image_is_faster_than_the_wires() {
    let large = model("mnist-large");
    let rows = json(&format!("fit {large} --json"));
    let bytes = std::fs::metadata(&large).unwrap().len() as f64;
    for (board, bits, megahertz) in
        [("pico", 4.0, 62.5), ("pico2", 4.0, 75.0), ("esp32-c3", 2.0, 80.0)]
    {
        let row = of_board(&rows, board);
        let [image, flash, check, decode] =
            ["milliseconds", "flash_milliseconds", "check_milliseconds", "decode_milliseconds"]
                .map(|field| row[field].as_f64().unwrap());
        let wires = bytes * 8.0 / bits / megahertz / 1000.0;
        assert!(flash >= wires && flash < 2.0 * wires, "{board}: {flash}, the wires {wires}");
        let compute = row["compute_milliseconds"].as_f64().unwrap();
        // Each is rounded to two digits.
        assert!((compute + flash - image).abs() <= 0.06 * image, "{row}");
        assert!(image > flash && check > wires && decode > 2.0 * wires, "{row}");
        // In four bits a little more than half of the bytes come.
        let four = row["four_bits_milliseconds"].as_f64().unwrap();
        assert!(four > wires / 2.0 && four < image, "{row}");
        assert!(row["in_ram_milliseconds"].is_null(), "1.5 MB in RAM: {row}");
    }
    // Flash inside the chip.
    assert_eq!(of_board(&rows, "nucleo-h743zi")["flash_milliseconds"], 0.0);

    let said = succeed(Path::new("."), &format!("fit {} --board pico2", model("digits8")));
    assert!(said.contains("for reading the model from serial flash; in four bits about"), "{said}");
    assert!(said.contains("; in RAM (`cargo xtask firmware --ram`) about"), "{said}");
    let said = succeed(Path::new("."), &format!("fit {} --board nrf52840-dk", model("digits8")));
    assert!(!said.contains("serial flash"), "{said}");
}
