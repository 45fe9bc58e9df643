//! Files that pyarrow wrote (`tests/data/parquet/make.py`), beside what Python's `csv` says is in
//! them, and files of our own.

use super::*;
use gan_core::host::Model;
use gan_core::table::Table;
use gan_tools::csv;
use gan_tools::formats::parquet::{Column, Values, file};
use gan_tools::formats::rows;
use gan_tools::images::Images;

macro_rules! of_pyarrow {
    ($name:literal) => {
        include_bytes!(concat!("../../../../tests/data/parquet/", $name))
    };
}

fn texts(column: &ReadColumn) -> Vec<&str> {
    (0..column.texts.len()).map(|at| column.texts.get(at).unwrap()).collect()
}

/// No cell of it has a comma or a quote.
fn expected() -> Vec<Vec<&'static str>> {
    let text = std::str::from_utf8(of_pyarrow!("values.csv")).unwrap();
    text.lines().map(|line| line.split(',').collect()).collect()
}

#[test]
fn every_value_is_what_pyarrow_wrote() {
    let expected = expected();
    for (name, file) in [
        ("plain", &of_pyarrow!("plain.parquet")[..]),
        ("snappy", of_pyarrow!("snappy.parquet")),
        ("gzip", of_pyarrow!("gzip.parquet")),
        ("zstd", of_pyarrow!("zstd.parquet")),
    ] {
        let columns = read(file).unwrap();
        assert_eq!(columns.len(), 9, "{name}");
        for (at, column) in columns.iter().enumerate() {
            assert_eq!(column.name, expected[0][at], "{name}");
            let values: Vec<&str> = expected[1..].iter().map(|row| row[at]).collect();
            assert_eq!(texts(column), values, "{name}, {}", column.name);
            // `grade` has only digits, and is text.
            assert_eq!(column.words, at > 5, "{name}, {}", column.name);
        }
    }
    // Its other column is pandas' index.
    let columns = read(of_pyarrow!("required.parquet")).unwrap();
    assert_eq!((columns.len(), texts(&columns[0])), (1, vec!["1", "2"]));
}

#[test]
fn what_is_not_read_is_named() {
    for (file, expected) in [
        (
            &of_pyarrow!("refused-missing.parquet")[..],
            "column \"a\": row 3: the value is missing (expected one: fill it in, or leave the row \
             out)",
        ),
        (
            of_pyarrow!("refused-nested.parquet"),
            "column \"a\": is nested (expected numbers, strings or booleans)",
        ),
        (
            of_pyarrow!("refused-date.parquet"),
            "column \"a\": is INT32, DATE (expected numbers, strings or booleans)",
        ),
        (
            of_pyarrow!("refused-lz4.parquet"),
            "column \"a\": compression LZ4_RAW (expected none, SNAPPY, GZIP or ZSTD: write the \
             file so)",
        ),
        (
            of_pyarrow!("refused-delta.parquet"),
            "column \"a\": encoding DELTA_BINARY_PACKED (expected PLAIN or a dictionary: write the \
             file so)",
        ),
        // 64 MB and four times 10,799 bytes, less a number for each of the 80,000 values from the
        // page on that is too much, less that page's 13 bytes, less the dictionary: 300 and 2.
        (
            of_pyarrow!("refused-much.parquet"),
            "column \"a\": its values take over 66831745 bytes, which with the other columns' is \
             four times what the file has, and 64 MB (expected fewer: give a part of the rows)",
        ),
        (b"a,b\n1,2\n", "is no Parquet file (expected PAR1 at its beginning and its end)"),
        (b"PAR1PAR1", "is shorter than a Parquet file"),
        (b"PAR1\x09\0\0\0PAR1", "its footer of 9 bytes is longer than it"),
    ] {
        assert_eq!(format!("{:#}", read(file).unwrap_err()), expected);
    }
}

#[test]
fn our_own_files_are_read() {
    let columns = [
        Column { name: "n", values: Values::Integers(vec![1, -2]) },
        Column { name: "x", values: Values::Doubles(vec![0.5, -2.25]) },
        Column { name: "b", values: Values::Booleans(vec![true, false]) },
        Column { name: "t", values: Values::Texts(vec!["é", "z"]) },
    ];
    let columns = read(&file(&columns, &[]).unwrap()).unwrap();
    let found: Vec<_> = columns.iter().map(|column| (column.words, texts(column))).collect();
    let expected = [
        (false, vec!["1", "-2"]),
        (false, vec!["0.5", "-2.25"]),
        (true, vec!["true", "false"]),
        (true, vec!["é", "z"]),
    ];
    assert_eq!(found, expected);
    // Two row groups, the first of several pages.
    let long = Values::Integers((0..70_000).collect());
    let columns = read(&file(&[Column { name: "n", values: long }], &[]).unwrap()).unwrap();
    let numbers: Vec<i32> = texts(&columns[0]).iter().map(|text| text.parse().unwrap()).collect();
    assert_eq!(numbers, (0..70_000).collect::<Vec<_>>());
}

/// Whatever is damaged, there is an error or there are other values, but no panic.
#[test]
fn damaged_files_never_panic() {
    for file in [
        &of_pyarrow!("snappy.parquet")[..],
        of_pyarrow!("gzip.parquet"),
        of_pyarrow!("zstd.parquet"),
    ] {
        let mut refused = 0;
        for at in (0..file.len()).step_by(7) {
            for bit in [0, 7] {
                let mut file = file.to_vec();
                file[at] ^= 1 << bit;
                refused += usize::from(read(&file).is_err());
            }
            if at < file.len() - 8 {
                let cut = [&file[..at], &file[file.len() - 8..]].concat();
                read(&cut).unwrap_err();
            }
        }
        assert!(refused > 100, "{refused}");
    }
}

/// The table is that of the documentation of `gan_core::table`; what is expected is what the
/// same rows are as text.
#[test]
fn columns_are_the_rows_turned() {
    let blob = include_bytes!("../../../../../tests/vectors/v3-table.gan");
    let model = Model::new(blob).unwrap();
    let generator = model.generator();
    let table = Table::read(generator.header()).unwrap();
    let pixels = vec![255, 0, 9, 80, 93, 255, 0, 99, 80, 93];
    let windows = Images { count: 1, width: 5, height: 2, pixels };
    let bytes = rows::columns(&table, &windows, Some(&[1])).unwrap();
    let text = csv::file(&table, &windows, Some(&[1]));
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    let columns = read(&bytes).unwrap();
    assert_eq!(columns.len(), 4);
    for (at, column) in columns.iter().enumerate() {
        assert_eq!(column.name, lines[0][at]);
        // The second and the fourth column are of words.
        assert_eq!(column.words, at % 2 == 1);
        for row in 0..2 {
            let (found, expected) = (column.texts.get(row).unwrap(), lines[row + 1][at]);
            let number = |text: &str| text.parse::<f64>().ok();
            assert_eq!((number(found), column.words), (number(expected), at % 2 == 1));
            assert!(!column.words || found == expected, "{found} {expected}");
        }
    }
}
