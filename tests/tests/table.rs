//! These tests check the table in a blob's metadata: its bytes are those of the documentation, its
//! values are those of a plain formula, what is written is read back, and no bytes cause a panic.

use gan_core::decode;
use gan_core::table::{ColumnOwned, Kind, KindOwned, LabelOwned, Table, TableOwned, Value};
use gan_tests::reference::write::write;
use gan_tests::synthetic::version3;
use proptest::prelude::*;

#[path = "common/aligned.rs"]
mod aligned;
#[path = "common/disk.rs"]
mod disk;
#[path = "common/page.rs"]
mod page;
#[path = "common/tables.rs"]
mod tables;
use tables::{accepted, category, header, label, number, of, read, weather};

#[test]
fn documented_bytes_are_the_table_of_the_golden_blob() {
    let documented = page::documented_bytes("Golden bytes of a table", &[]);
    assert_eq!(documented, version3::TABLE);
    assert_eq!(read(&documented, 5, 2), Ok(weather()));
    assert_eq!(weather().encode(), Ok(documented.clone()));
    assert_eq!(weather().width(), 5);

    let blob = aligned::Blob::new(&write(&version3::table()));
    let generator = decode(&blob).expect("the golden blob is valid");
    assert_eq!(generator.header().metadata, documented);
    let table = Table::read(generator.header()).expect("the golden table is valid");
    let fields: Vec<_> = table.fields().map(|field| (field.name(), field.unit())).collect();
    let expected = [("pressure", "hPa"), ("season", ""), ("temperature", "°C"), ("weather", "")];
    assert_eq!(fields, expected);

    let rows: Vec<_> = page::golden_rows("Golden bytes of a table");
    let rows: Vec<_> = rows.into_iter().filter(|row| row.len() == 4).collect();
    assert_eq!(rows.len(), 2, "documented steps");
    for row in rows {
        let (step, label) = (page::numbers::<u8>(&row[0]), row[1].parse().expect("a label"));
        let values: Vec<_> = table.row(&step, Some(label)).map(|value| value.to_string()).collect();
        assert_eq!(values.join(", "), row[3], "{row:?}");
    }
}

/// Missing bytes of a step count as 0, and a label that does not exist has no text.
#[test]
fn a_row_is_made_of_whatever_comes() {
    let bytes = weather().encode().expect("valid");
    let header = header(&bytes, 5, 2);
    let table = Table::read(&header).expect("valid");
    let text = |step: &[u8], label| -> Vec<_> {
        table.row(step, label).map(|value| value.to_string()).collect()
    };
    assert_eq!(text(&[], None), ["960", "", "-12.5", "sun"]);
    assert_eq!(text(&[255], Some(2)), ["1040", "", "-12.5", "sun"]);
    assert_eq!(text(&[0, 255, 1, 2], Some(0)), ["960", "winter", "40.0", "cloud"]);
    assert_eq!(text(&[0, 0, 0, 0, 1, 255], Some(1)), ["960", "summer", "-12.5", "rain"]);
}

#[test]
fn the_label_stands_in_its_place() {
    for (position, expected) in [(0, "label a b"), (1, "a label b"), (2, "a b label")] {
        let columns = vec![number("a", "", 0, &[0, 1]), number("b", "", 0, &[0, 1])];
        let table = TableOwned { columns, label: Some(label("label", position, &["x"])) };
        let bytes = table.encode().expect("valid");
        let header = header(&bytes, 2, 1);
        let table = Table::read(&header).expect("valid");
        let names: Vec<_> = table.fields().map(|field| field.name()).collect();
        assert_eq!(names.join(" "), expected);
    }
}

#[test]
fn numbers_are_written_with_all_their_decimals() {
    for (value, decimals, text) in [
        (0, 0, "0"),
        (0, 2, "0.00"),
        (7, 0, "7"),
        (7, 1, "0.7"),
        (-5, 2, "-0.05"),
        (-120, 1, "-12.0"),
        (1_234_567, 3, "1234.567"),
        (i32::MAX, 0, "2147483647"),
        (i32::MIN, 0, "-2147483648"),
        (i32::MIN, 6, "-2147.483648"),
        (i32::MIN + 1, 1, "-214748364.7"),
        (1, 6, "0.000001"),
    ] {
        assert_eq!(Value::Number { value, decimals }.to_string(), text);
    }
    // With more decimals than a table can have, the text is unspecified, but nothing panics.
    for decimals in 7..=u8::MAX {
        let _ = Value::Number { value: i32::MIN, decimals }.to_string();
    }
}

/// Computes the value of a byte on a scale by the documented formula, in more bits than needed.
fn formula(points: &[i32], byte: u8) -> i64 {
    let t = usize::from(byte) * (points.len() - 1);
    let (i, r) = (t / 255, (t % 255) as i64);
    let point = |i: usize| i64::from(points[i]);
    if r == 0 {
        return point(i);
    }
    let (numerator, half) = ((point(i + 1) - point(i)) * r, 255);
    point(i) + (2 * numerator + half) / (2 * half)
}

fn points(max: usize) -> impl Strategy<Value = Vec<i32>> {
    prop::collection::vec(any::<i32>(), 2..=max).prop_map(|mut points| {
        points.sort_unstable();
        points
    })
}

fn column() -> impl Strategy<Value = ColumnOwned> {
    let text = |max| prop::collection::vec("[a-zµ ,\"]{1}", 0..=max).prop_map(|all| all.concat());
    let number = (0..=6u8, points(12))
        .prop_map(|(decimals, points)| KindOwned::Number { decimals, points })
        .boxed();
    let category = prop::collection::vec(text(32), 2..=12)
        .prop_map(|values| KindOwned::Category { values })
        .boxed();
    (text(31), text(8), number.prop_union(category)).prop_map(|(name, unit, kind)| ColumnOwned {
        name: name + "x",
        unit,
        kind,
    })
}

fn table() -> impl Strategy<Value = TableOwned> {
    let columns = prop::collection::vec(column(), 1..6);
    (columns, any::<u16>(), prop::collection::vec("[a-z]{0,9}", 0..40)).prop_map(
        |(columns, position, values)| {
            let position = position % (columns.len() as u16 + 1);
            let label = LabelOwned { name: "label".into(), position, values };
            TableOwned { columns, label: Some(label).filter(|label| !label.values.is_empty()) }
        },
    )
}

/// If these bytes are a table, encoding it gives the bytes again, and every value has a short text.
fn use_all(bytes: &[u8], width: u16, classes: u16, step: &[u8]) {
    let header = header(bytes, width, classes);
    if let Ok(table) = Table::read(&header) {
        assert_eq!(TableOwned::from(&table).encode().as_deref(), Ok(bytes), "one encoding");
        for value in table.row(step, Some(classes)) {
            assert!(value.to_string().len() <= 64);
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(table in table()) {
        accepted(&table);
    }

    #[test]
    fn values_are_those_of_the_formula(points in points(256), decimals in 0..=6u8) {
        let bytes = of(number("x", "", decimals, &points)).encode().expect("valid");
        let header = header(&bytes, 1, 0);
        let table = Table::read(&header).expect("valid");
        let column = table.columns().next().expect("there is one");
        for byte in 0..=255 {
            let expected = formula(&points, byte);
            let Value::Number { value, .. } = column.value(&[byte]) else { panic!("a number") };
            prop_assert_eq!(i64::from(value), expected, "byte {}", byte);
        }
        prop_assert_eq!(formula(&points, 0), i64::from(points[0]));
        prop_assert_eq!(formula(&points, 255), i64::from(points[points.len() - 1]));
    }

    #[test]
    fn a_category_is_its_largest_byte(bytes in prop::collection::vec(any::<u8>(), 2..=255)) {
        let names: Vec<_> = (0..bytes.len()).map(|place| place.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let table = of(category("x", &names)).encode().expect("valid");
        let header = header(&table, bytes.len() as u16, 0);
        let column = Table::read(&header).expect("valid").columns().next().expect("there is one");
        prop_assert!(matches!(column.kind, Kind::Category(_)));
        let most = bytes.iter().max().expect("there is one");
        let first = bytes.iter().position(|byte| byte == most).expect("it is there");
        prop_assert_eq!(column.value(&bytes), Value::Category(names[first]));
    }

    #[test]
    fn no_bytes_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        width: u16, classes in 0..5u16, step in prop::collection::vec(any::<u8>(), 0..9),
    ) {
        use_all(&bytes, width, classes, &step);
        use_all(&[&[1], &bytes[..]].concat(), width, classes, &step);
    }

    #[test]
    fn no_change_of_a_table_panics(
        table in table(), at: prop::sample::Index, new in prop::collection::vec(any::<u8>(), 0..4),
        step in prop::collection::vec(any::<u8>(), 0..9),
    ) {
        let mut bytes = table.encode().expect("valid");
        let classes = table.label.as_ref().map_or(0, |label| label.values.len());
        bytes.splice(at.index(bytes.len()).., new);
        use_all(&bytes, table.width() as u16, classes as u16, &step);
        let mut bytes = table.encode().expect("valid");
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << (at % 8);
        use_all(&bytes, table.width() as u16, classes as u16, &step);
    }
}
