//! These tests check each limit of `Table::read` from both sides, and the texts of its errors.

use gan_core::OutputKind;
use gan_core::table::{ColumnField, LabelField, Table, TableError, TableOwned};

#[path = "common/tables.rs"]
mod tables;
use tables::{accepted, category, header, label, number, of, read, weather};

#[track_caller]
fn refused(table: &TableOwned, expected: TableError, text: &str) {
    assert_eq!(table.encode(), Err(expected));
    assert_eq!(expected.to_string(), text);
}

/// Returns ascending points of a scale.
fn ascending(count: i32) -> Vec<i32> {
    (0..count).collect()
}

fn texts(count: usize) -> Vec<&'static str> {
    vec!["x"; count]
}

#[test]
fn tables_at_a_limit_are_accepted() {
    let (a64, a16) = ("ä".repeat(32), "µ".repeat(8));
    accepted(&of(number(&a64, &a16, 6, &[i32::MIN, i32::MAX])));
    accepted(&of(number("x", "", 0, &[3, 3])));
    accepted(&of(number("x", "", 0, &ascending(256))));
    accepted(&of(category("x", &["", &a64])));
    accepted(&of(category("x", &texts(255))));
    let many = |count| vec![number("x", "", 0, &[0, 1]); count];
    accepted(&TableOwned { columns: many(255), label: None });
    let widest = vec![category("x", &texts(255)); 255];
    accepted(&TableOwned { columns: widest, label: None });
    for (position, count) in [(0, 1), (2, 2), (1, 65_535)] {
        let label = Some(label(&a64, position, &texts(count)));
        accepted(&TableOwned { columns: many(2), label });
    }
    // A generator with labels may have a table that does not name them.
    let bytes = of(number("x", "", 0, &[0, 1])).encode().expect("valid");
    assert!(read(&bytes, 1, 3).is_ok());
}

#[test]
fn tables_beyond_a_limit_are_refused() {
    let columns =
        |count| TableOwned { columns: vec![number("x", "", 0, &[0, 1]); count], label: None };
    for count in [0, 256] {
        let text = "metadata: columns: expected 1 to 255";
        refused(&columns(count), TableError::Columns, text);
    }

    let column = |field| TableError::Column { index: 1, field };
    let second =
        |second| TableOwned { columns: vec![number("x", "", 0, &[0, 1]), second], label: None };
    let long = "ä".repeat(32) + "x";
    for name in ["", &long, "a\nb", "a\u{7f}", "a\u{85}"] {
        let text = "metadata: column 1: name: expected 1 to 64 bytes of UTF-8 without control \
                    characters";
        let error = column(ColumnField::Name);
        refused(&second(number(name, "", 0, &[0, 1])), error, text);
    }
    for unit in ["a unit that is too long", "a\tb"] {
        let text = "metadata: column 1: unit: expected at most 16 bytes of UTF-8 without control \
                    characters";
        refused(&second(number("x", unit, 0, &[0, 1])), column(ColumnField::Unit), text);
    }
    let text = "metadata: column 1: decimals: expected 0 to 6";
    refused(&second(number("x", "", 7, &[0, 1])), column(ColumnField::Decimals), text);
    for points in [&[][..], &[5], &ascending(257), &[1, 2, 1], &[0, -1]] {
        let text = "metadata: column 1: points: expected 2 to 256 numbers of 32 bits that do not \
                    fall";
        refused(&second(number("x", "", 0, points)), column(ColumnField::Points), text);
    }
    for values in [&texts(0)[..], &texts(1), &texts(256), &["a", &long], &["a", "\0"]] {
        let text = "metadata: column 1: values: expected 2 to 255, each of at most 64 bytes of \
                    UTF-8 without control characters";
        refused(&second(category("x", values)), column(ColumnField::Values), text);
    }

    let with = |label| TableOwned { label: Some(label), ..columns(2) };
    let error = |field| TableError::Label { field };
    let text = "metadata: label: expected none, because the generator takes no label";
    refused(&with(label("x", 0, &[])), error(LabelField::Unlabelled), text);
    for name in ["", &long, "\r"] {
        let text = "metadata: label: name: expected 1 to 64 bytes of UTF-8 without control \
                    characters";
        refused(&with(label(name, 0, &["a"])), error(LabelField::Name), text);
    }
    let text = "metadata: label: position: expected at most the number of columns";
    refused(&with(label("x", 3, &["a"])), error(LabelField::Position), text);
    let values = "metadata: label: values: expected one for each of the generator's labels, each \
                  of at most 64 bytes of UTF-8 without control characters";
    for value in [&long, "\u{9f}"] {
        refused(&with(label("x", 0, &["a", value])), error(LabelField::Values), values);
    }
    refused(&with(label("x", 0, &texts(65_536))), error(LabelField::Values), values);
    let bytes = weather().encode().expect("valid");
    for classes in [1, 3, u16::MAX] {
        assert_eq!(read(&bytes, 5, classes), Err(error(LabelField::Values)), "{classes} labels");
    }
    assert_eq!(read(&bytes, 5, 0), Err(error(LabelField::Unlabelled)));
}

/// Bytes that no table encodes to are refused: other versions and kinds, numbers in a longer form
/// than needed, text that is not UTF-8, too few and too many bytes, and a header that does not fit.
#[test]
fn other_bytes_are_refused() {
    let bytes = weather().encode().expect("valid");
    let mut image = header(&bytes, 5, 2);
    image.outputs = OutputKind::Image;
    let error = Table::read(&image).map(|_| ()).expect_err("it is an image's");
    assert_eq!(error, TableError::Image);
    assert_eq!(error.to_string(), "metadata: no table, because an image comes out");
    assert_eq!(read(&[], 5, 2), Err(TableError::Empty));
    let text = "metadata: empty (expected a table of the columns)";
    assert_eq!(TableError::Empty.to_string(), text);
    for expected in [4, 6, 261] {
        let error = TableError::Width { expected, found: 5 };
        assert_eq!(read(&bytes, expected, 2), Err(error));
        let text = format!("metadata: the columns have 5 bytes (expected the width, {expected})");
        assert_eq!(error.to_string(), text);
    }
    for len in 1..bytes.len() {
        assert_eq!(read(&bytes[..len], 5, 2), Err(TableError::Truncated), "{len} bytes");
    }
    assert_eq!(TableError::Truncated.to_string(), "metadata: the table ends within a field");
    let long = [&bytes[..], &[0, 0]].concat();
    let error = TableError::TrailingBytes { extra: 2 };
    assert_eq!(read(&long, 5, 2), Err(error));
    assert_eq!(error.to_string(), "metadata: 2 bytes after the table (expected none)");

    let with = |at: usize, new: &[u8]| {
        let mut bytes = bytes.clone();
        bytes.splice(at..=at, new.iter().copied());
        read(&bytes, 5, 2)
    };
    let column = |index, field| Err(TableError::Column { index, field });
    for found in [0, 2, 255] {
        let error = TableError::Version { found };
        assert_eq!(with(0, &[found]), Err(error));
        let text = format!("metadata: table of version {found} (expected 1)");
        assert_eq!(error.to_string(), text);
    }
    // The offsets are those in docs/blob-format.md.
    assert_eq!(with(1, &[0x83, 0]), Err(TableError::NotCanonical));
    assert_eq!(with(2, &[0x88, 0]), Err(TableError::NotCanonical));
    let text = "metadata: a number is not in its shortest form";
    assert_eq!(TableError::NotCanonical.to_string(), text);
    assert_eq!(with(3, &[0xFF]), column(0, ColumnField::Name));
    assert_eq!(with(12, &[0xC2]), column(0, ColumnField::Unit));
    assert_eq!(with(15, &[2]), column(0, ColumnField::Kind));
    let text = "metadata: column 0: kind: expected 0 (number) or 1 (category)";
    let error = TableError::Column { index: 0, field: ColumnField::Kind };
    assert_eq!(error.to_string(), text);
    // This point has more than 32 bits.
    assert_eq!(with(18, &[0xFF, 0xFF, 0xFF, 0xFF, 0x1F]), column(0, ColumnField::Points));
    let tag = bytes.len() - 24;
    assert_eq!(bytes[tag..][..2], [1, 6], "the label");
    let error = TableError::Label { field: LabelField::Tag };
    assert_eq!(with(tag, &[2]), Err(error));
    assert_eq!(error.to_string(), "metadata: label: expected 0 (none) or 1");
}
