//! Tables and series, from a CSV file to a CSV file.

mod common;

use common::page::check;
use common::{fail, float_blob, folder, interrupt, run, succeed};
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// A table with everything: a unit, decimals, numbers that are words, words that need quotes, and a
/// label in the middle. What goes together is easy to learn.
fn write_table(path: &Path, rows: usize) {
    let mut text = String::from("length [mm],\"kind, of\",size,grade,weight\n");
    for row in 0..rows {
        let (grade, spread) = (row % 2, (row * 7919 % 101) as f64 / 100.0);
        let length = 10.0 + 20.0 * grade as f64 + 5.0 * spread;
        let kind = ["\"a, b\"", "c", "\"say \"\"d\"\"\""][(row / 2 + grade) % 3];
        let grade = ["fine", "coarse"][grade];
        let weight = 1000 + row * 31 % 97;
        writeln!(text, "{length:.2},{kind},{},{grade},{weight}", 1 + row % 4).unwrap();
    }
    fs::write(path, text).unwrap();
}

/// The cells of a CSV file whose quoted cells are those of [`write_table`].
fn cells(text: &str) -> Vec<Vec<String>> {
    let line = |line: &str| {
        let marked = line.replace("\"a, b\"", "a; b").replace("\"kind, of\"", "kind; of");
        marked.split(',').map(str::to_owned).collect()
    };
    text.lines().map(line).collect()
}

const TRAIN: &str = "train --data table.csv --label grade --categories size";

#[test]
fn a_synthetic_table_has_the_columns_and_types_of_the_real_one() {
    let folder = folder();
    let path = folder.path();
    write_table(&path.join("table.csv"), 240);
    succeed(path, &format!("{TRAIN} --steps 1500 --out run"));
    succeed(path, "synth run --count 200 --proportions data --out set");
    let [real, made] = ["table.csv", "set/000000000000.csv"]
        .map(|name| cells(&fs::read_to_string(path.join(name)).unwrap()));
    assert_eq!(made[0], real[0]);
    assert_eq!(made.len(), 201);
    for row in &made[1..] {
        assert_eq!(row.len(), 5, "{row:?}");
        let (whole, decimals) = row[0].split_once('.').expect("two decimals");
        assert!(whole.parse::<u32>().is_ok() && decimals.len() == 2, "{row:?}");
        assert!(["a; b", "c", "\"say \"\"d\"\"\""].contains(&row[1].as_str()), "{row:?}");
        assert!(["1", "2", "3", "4"].contains(&row[2].as_str()), "{row:?}");
        let length: f64 = row[0].parse().unwrap();
        assert!((10.0..=35.0).contains(&length), "{row:?}");
        assert!(row[4].parse::<u32>().is_ok_and(|weight| (1000..1100).contains(&weight)));
    }
    // What conditions the generator is what its rows have: fine ones are short.
    let right = made[1..]
        .iter()
        .filter(|row| (row[0].parse::<f64>().unwrap() < 20.0) == (row[3] == "fine"));
    assert!(right.count() >= 195);
    let fine = made[1..].iter().filter(|row| row[3] == "fine").count();
    assert!((98..=102).contains(&fine), "{fine}");

    // The same bytes again, whole or in parts, of the run or of its blob.
    succeed(path, "quantize run --out run.gan");
    succeed(path, "synth run.gan --count 120 --shard 40 --out parts --data table.csv");
    let parts: Vec<String> = [0, 40, 80]
        .map(|first| fs::read_to_string(path.join(format!("parts/{first:012}.csv"))).unwrap())
        .into();
    let printed = succeed(path, "generate run.gan --count 120");
    let without_head = |text: &String| text.split_once('\n').unwrap().1.to_owned();
    assert_eq!(without_head(&printed), parts.iter().map(without_head).collect::<String>());
    assert_eq!(printed, succeed(path, "generate run --count 120"));
    let coarse = succeed(path, "generate run.gan --count 5 --label coarse");
    assert_eq!(coarse.matches(",coarse,").count(), 5, "{coarse}");

    // The words of integers are those of floats.
    float_blob(path, "run");
    fs::rename(path.join("run.gan"), path.join("float.gan")).unwrap();
    succeed(path, "quantize run --out run.gan");
    let of = |model: &str| cells(&succeed(path, &format!("generate {model} --count 2000")));
    let (integers, floats) = (of("run.gan"), of("float.gan"));
    let same = integers.iter().zip(&floats).filter(|(a, b)| a[1..3] == b[1..3]).count();
    assert!(same as f64 >= 0.99 * 2001.0, "{same} of 2001");
}

#[test]
fn what_is_wrong_with_a_table_is_named_with_file_line_and_column() {
    let folder = folder();
    let path = folder.path();
    write_table(&path.join("table.csv"), 100);
    let text = fs::read_to_string(path.join("table.csv")).unwrap();
    let bad = |name: &str, from: &str, to: &str| {
        fs::write(path.join(name), text.replacen(from, to, 1)).unwrap();
    };
    bad("empty.csv", ",1000\n", ",\n");
    bad("word.csv", ",1000\n", ",NA\n");
    bad("nan.csv", ",1000\n", ",nan\n");
    bad("infinite.csv", ",1000\n", ",1e999\n");
    bad("long.csv", ",1000\n", ",1000,1\n");
    fs::write(path.join("no.csv"), "a,b\n").unwrap();
    fs::copy(path.join("table.csv"), path.join("table.parquet")).unwrap();
    for (name, file) in [
        ("missing", &include_bytes!("data/parquet/refused-missing.parquet")[..]),
        ("date", include_bytes!("data/parquet/refused-date.parquet")),
    ] {
        fs::write(path.join(format!("{name}.parquet")), file).unwrap();
    }
    for (arguments, parts) in [
        ("train --data empty.csv", &["empty.csv", "line 2, column \"weight\"", "is empty"][..]),
        ("train --data word.csv", &["word.csv", "line 2, column \"weight\": \"NA\" is no number"]),
        ("train --data nan.csv", &["nan.csv", "line 2, column \"weight\": \"nan\" is no number"]),
        ("train --data infinite.csv", &["infinite.csv", "line 2", "\"1e999\" is no number"]),
        ("train --data long.csv", &["long.csv", "line 2: 6 cells, but the header has 5"]),
        ("train --data no.csv", &["no.csv", "no rows"]),
        ("train --data none.csv", &["none.csv", "cannot be read"]),
        ("train --data table.csv --label x", &["--label x: no such column (there are: length"]),
        ("train --data table.csv --window 4", &["table.csv", "\"a, b\" is no number", "--window"]),
        ("train --data table.csv --preset tiny", &["training.eval_every: not together with a"]),
        ("train --data digits --label x", &["--label: goes with a table"]),
        ("train --data digits --preset table", &["--data digits: is no table"]),
        ("train --data wine --transpose", &["--transpose: not together with a table"]),
        ("train --data wine --task inpaint", &["--task: not together with a table"]),
        ("train --data wine --batch 1000", &["training.batch: 1000"]),
        ("classifier --data wine --out c.safetensors", &["--data wine: is a table"]),
        ("audit digits table.csv --label x", &["--label: goes with tables"]),
        ("train --data table.parquet", &["table.parquet: is no Parquet file (expected PAR1"]),
        ("train --data missing.parquet", &["missing.parquet: column \"a\": row 3: the value is"]),
        ("train --data date.parquet", &["date.parquet: column \"a\": is INT32, DATE (expected"]),
    ] {
        fail(path, arguments, 1, parts);
    }
    succeed(path, "train --data table.csv --steps 2 --out run");
    succeed(path, "quantize run --out run.gan");
    for (arguments, part) in [
        ("evaluate run --data digits", "makes rows of a table"),
        ("generate run.gan --ascii", "--ascii: run.gan makes rows of a table"),
        (
            "synth run --count 5 --format idx --out set",
            "makes rows of a table (expected csv or parquet)",
        ),
        ("invert run.gan x.png", "makes rows of a table"),
        ("audit wine table.csv", "--label class: no such column"),
    ] {
        fail(path, arguments, 1, &[part]);
    }
    // Other rows than the run's, or other columns.
    write_table(&path.join("more.csv"), 120);
    let resume = "train --resume run --steps 4 --data";
    fail(path, &format!("{resume} more.csv"), 1, &["not the images and labels"]);
    fail(path, &format!("{resume} wine"), 1, &["14 columns, expected 5"]);
    succeed(path, &format!("{resume} table.csv"));
}

/// The rows of one set as text and as columns are one table: they train to the same weights, and
/// each is its own twin in the data sheet.
#[test]
fn a_parquet_file_is_read_as_the_same_rows_in_csv_are() {
    let folder = folder();
    let path = folder.path();
    write_table(&path.join("table.csv"), 240);
    succeed(path, &format!("{TRAIN} --steps 300 --out run"));
    for format in ["csv", "parquet"] {
        let set = format!("synth run --count 200 --seed 5 --format {format} --out {format}");
        succeed(path, &set);
        let made = format!("{format}/000000000000.{format}");
        fs::copy(path.join(made), path.join(format!("made.{format}"))).unwrap();
        let train = TRAIN.replace("table.csv", &format!("made.{format}"));
        succeed(path, &format!("{train} --set name=twin --steps 5 --out of-{format}"));
    }
    assert_eq!(float_blob(path, "of-csv"), float_blob(path, "of-parquet"));
    let audit = "audit made.csv made.parquet --label grade --categories size --tstr 0 --json";
    let sheet: Value = serde_json::from_str(&succeed(path, audit)).unwrap();
    // Synthetic, training and held-out rows. Every training row is in the other file too.
    assert_eq!(sheet["rows"][0], 200);
    assert_eq!(sheet["duplicates"]["of_training"], sheet["rows"][1], "{sheet}");

    // What pyarrow wrote: numbers of each kind, decimal numbers, booleans, strings, a dictionary.
    let theirs = include_bytes!("data/parquet/snappy.parquet");
    fs::write(path.join("theirs.parquet"), theirs).unwrap();
    let wide =
        fail(path, "train --data theirs.parquet --label colour --batch 2", 1, &["\"count\""]);
    assert!(wide.contains("is over 2147483647: give the column in a larger unit"), "{wide}");
}

#[test]
fn a_run_of_a_table_has_a_page_of_its_columns() {
    let folder = folder();
    let path = folder.path();
    write_table(&path.join("table.csv"), 240);
    succeed(path, &format!("{TRAIN} --steps 300 --name a<b> --out run"));
    let page = fs::read_to_string(path.join("run/report.html")).unwrap();
    check(&page);
    for part in [
        "<h1>a&lt;b&gt;</h1>",
        "<dt>TSTR, MLP</dt>",
        "Losses",
        "length [mm]",
        "Synthetic less real",
        "a row of 9 numbers",
        "Configuration",
    ] {
        assert!(page.contains(part), "no {part:?}");
    }
    assert!(!page.contains("class=\"missing\"") && !page.contains("Samples through time"));
    // The rows and their order are the same, and so is all that is measured; the page of a run that
    // has only begun says what is missing.
    assert_eq!(succeed(path, "report run"), "run/report.html\n");
    assert_eq!(fs::read_to_string(path.join("run/report.html")).unwrap(), page);
    fs::remove_file(path.join("table.csv")).unwrap();
    fail(path, "report run", 1, &["table.csv", "--data says where it is now"]);
}

#[test]
fn an_interrupted_run_of_a_table_goes_on_to_the_very_same_weights() {
    let folder = folder();
    let path = folder.path();
    let train = "train --data wine --steps 2000";
    succeed(path, &format!("{train} --out whole"));
    interrupt(path, &format!("{train} --out parts"), "parts", 5);
    succeed(path, "train --resume parts");
    assert_eq!(float_blob(path, "whole"), float_blob(path, "parts"));
    assert!(fs::read_to_string(path.join("whole/config.toml")).unwrap().contains("\"flavanoids\""));
}

#[test]
fn windows_of_a_series_fit_a_small_device_and_keep_one_label() {
    let folder = folder();
    let path = folder.path();
    succeed(path, "train --data motion --steps 100 --out run");
    succeed(path, "quantize run --out run.gan");
    assert!(fs::metadata(path.join("run.gan")).unwrap().len() <= 20_000);
    let text = succeed(path, "generate run.gan --count 6");
    let rows = cells(&text);
    assert_eq!(rows[0].join(","), "ax [g],ay [g],az [g],activity");
    assert_eq!(rows.len(), 1 + 6 * 32);
    for window in rows[1..].chunks(32) {
        assert!(window.iter().all(|row| row[3] == window[0][3]));
    }
    let labels: Vec<&str> = rows[1..].chunks(32).map(|window| window[0][3].as_str()).collect();
    assert_eq!(labels, ["run", "shake", "still", "walk", "run", "shake"]);
    // A series of one's own, without labels.
    let numbers: String = (0..400).map(|row| format!("{},{}\n", row % 7, row % 5)).collect();
    fs::write(path.join("own.csv"), format!("a,b\n{numbers}")).unwrap();
    // It has fewer windows than the preset's batch, which nobody has asked for.
    let train = "train --data own.csv --window 8 --stride 2 --steps 5";
    succeed(path, &format!("{train} --out own"));
    let config = fs::read_to_string(path.join("own/config.toml")).unwrap();
    let batch = config.lines().find_map(|line| line.strip_prefix("batch = ")).unwrap();
    assert!((50..256).contains(&batch.parse::<u32>().unwrap()), "{batch}");
    let error = ["training.batch: 300, but the data has only"];
    fail(path, &format!("{train} --batch 300 --out never"), 1, &error);
    let text = succeed(path, "generate own --count 3");
    assert_eq!(text.lines().count(), 1 + 3 * 8);
}

#[test]
fn a_tables_sheet_measures_it_and_flags_planted_copies() {
    let folder = folder();
    let path = folder.path();
    succeed(path, "train --data wine --steps 1500 --out run");
    let made = "synth run --count 300 --proportions data --report --tstr 2 --out set";
    let text = succeed(path, made);
    assert!(text.contains("trained on synthetic, tested on real") && text.ends_with("set\n"));
    let read = |name: &str| fs::read_to_string(path.join(name)).unwrap();
    let sheet: Value = serde_json::from_str(&read("set/datasheet.json")).unwrap();
    assert_eq!(sheet["rows"], serde_json::json!([300, 126, 52]));
    let accuracy =
        |model: &str, of: &str| sheet["utility"][model][of]["seeds"][0].as_f64().unwrap();
    // A third of the rows are of the largest class: what a guess gets right is far below.
    for model in ["logistic", "mlp"] {
        assert!(accuracy(model, "real") > 0.9 && accuracy(model, "tstr") > 0.75, "{sheet}");
    }
    assert_eq!(sheet["columns"].as_array().unwrap().len(), 13);
    assert!(sheet["correlations"]["difference"].as_f64().unwrap() < 0.4);
    let page = read("set/datasheet.html");
    for part in ["proline", "Synthetic less real", "No differential privacy", "class_2"] {
        assert!(page.contains(part), "no {part}");
    }
    // Of the blob alone the sheet is the same.
    succeed(path, "quantize run --out run.gan");
    let of_blob = made.replace("synth run", "synth run.gan --data wine").replace("set", "second");
    succeed(path, &of_blob);
    let second: Value = serde_json::from_str(&read("second/datasheet.json")).unwrap();
    assert_eq!((&second["utility"], &second["closest"]), (&sheet["utility"], &sheet["closest"]));

    // Real rows in a set's place: a rule of the verdict finds them.
    let wine = include_str!("../data/tables/wine.csv");
    fs::write(path.join("copies.csv"), wine).unwrap();
    let text = succeed(path, "audit wine copies.csv --tstr 0 --json --out page.html");
    let sheet: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(sheet["duplicates"]["of_training"], 126);
    assert!(!sheet["verdict"]["leaks"].as_array().unwrap().is_empty(), "{}", sheet["verdict"]);
    assert!(read("page.html").contains("Do not share"));
    let output = run(path, "audit wine copies.csv --window 7");
    assert!(!output.status.success());
}
