//! Bytes from another implementation of the format, and a reader that shares no line with the
//! writer.

use super::*;

/// A field's value.
#[derive(Debug, PartialEq)]
enum Field {
    Int(u64),
    Double(f64),
    Float(f32),
    Bytes(Vec<u8>),
}

/// The fields of a protocol buffer.
fn fields(mut bytes: &[u8]) -> Vec<(u64, Field)> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        let field = match key & 7 {
            0 => Field::Int(varint(&mut bytes)),
            1 => Field::Double(f64::from_le_bytes(take(&mut bytes, 8).try_into().unwrap())),
            2 => {
                let length = varint(&mut bytes) as usize;
                Field::Bytes(take(&mut bytes, length).to_vec())
            }
            5 => Field::Float(f32::from_le_bytes(take(&mut bytes, 4).try_into().unwrap())),
            other => panic!("wire type {other}"),
        };
        fields.push((key >> 3, field));
    }
    fields
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let end = bytes.iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
    take(bytes, end).iter().rev().fold(0, |value, byte| value * 128 + u64::from(byte & 0x7F))
}

fn take<'b>(bytes: &mut &'b [u8], count: usize) -> &'b [u8] {
    let (taken, rest) = bytes.split_at(count);
    *bytes = rest;
    taken
}

/// CRC-32C bit by bit, from its polynomial.
fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0x82F6_3B78 } else { crc >> 1 }
        })
    })
}

fn unmasked(bytes: &[u8]) -> u32 {
    let rotated = u32::from_le_bytes(bytes.try_into().unwrap()).wrapping_sub(0xA282_EAD8);
    rotated.rotate_left(15)
}

/// The data of each record of a file, whose CRCs are right.
fn records(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    while !bytes.is_empty() {
        let length = take(&mut bytes, 8);
        assert_eq!(unmasked(take(&mut bytes, 4)), crc32c(length));
        let data = take(&mut bytes, u64::from_le_bytes(length.try_into().unwrap()) as usize);
        assert_eq!(unmasked(take(&mut bytes, 4)), crc32c(data));
        records.push(data.to_vec());
    }
    records
}

#[test]
fn crc_has_the_published_check_value() {
    assert_eq!(CRC.checksum(b"123456789"), 0xE306_9283);
    assert_eq!(crc32c(b"123456789"), 0xE306_9283);
}

/// Framed by hand, around events that TensorBoard's own protocol buffers wrote with
/// `wall_time=1.5`.
#[test]
fn records_are_those_of_another_implementation() {
    let version = record(&Message::default().double(1, 1.5).bytes(3, VERSION.as_bytes()).0);
    let mut expected = vec![
        0x18, 0, 0, 0, 0, 0, 0, 0, 0xA3, 0x7F, 0x4B, 0x22, 0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F,
        0x1A, 0x0D,
    ];
    expected.extend(b"brain.Event:2");
    expected.extend([0x2A, 0x28, 0x64, 0x6C]);
    assert_eq!(version, expected);

    let scalar = record(&event(1.5, 300, &Message::default().bytes(1, b"loss").float(2, 0.5)).0);
    let mut expected =
        vec![0x1B, 0, 0, 0, 0, 0, 0, 0, 0x1A, 0x0D, 0x9E, 0x13, 0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F];
    expected.extend([0x10, 0xAC, 0x02, 0x2A, 0x0D, 0x0A, 0x0B, 0x0A, 0x04]);
    expected.extend(b"loss");
    expected.extend([0x15, 0, 0, 0, 0x3F, 0x69, 0xF9, 0x31, 0x5B]);
    assert_eq!(scalar, expected);
}

/// The event that TensorBoard's own protocol buffers and its text plugin's metadata gave for
/// `wall_time=1.5, step=300`, the tag `warnings` and the text `mode collapse`.
#[test]
fn texts_are_those_of_another_implementation() {
    let event = event(1.5, 300, &text_value("warnings", "mode collapse"));
    let mut expected = vec![0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0x10, 0xAC, 0x02];
    expected.extend([0x2A, 0x2F, 0x0A, 0x2D, 0x0A, 0x08]);
    expected.extend(b"warnings");
    expected.extend([0x42, 0x17, 0x08, 0x07, 0x12, 0x04, 0x12, 0x02, 0x08, 0x01, 0x42, 0x0D]);
    expected.extend(b"mode collapse");
    expected.extend([0x4A, 0x08, 0x0A, 0x06, 0x0A, 0x04]);
    expected.extend(b"text");
    assert_eq!(event.0, expected);
}

#[test]
fn another_reader_finds_every_scalar_and_image() {
    let folder = std::env::temp_dir().join(format!("gan-train-tensorboard-{}", std::process::id()));
    let png: Vec<u8> = (0..300u32).map(|byte| byte as u8).collect();
    // A writer makes its own folder, and not the run's.
    assert!(Writer::create(&folder).is_err());
    std::fs::create_dir(&folder).unwrap();
    let mut writer = Writer::create(&folder).unwrap();
    writer.scalar(1 << 40, "loss/generator", -0.75).unwrap();
    writer.image(7, "samples", &png, 91, 182).unwrap();
    let resumed = Writer::create(&folder).unwrap();
    assert_ne!(resumed.path(), writer.path());
    let bytes = std::fs::read(writer.path()).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();

    let records: Vec<_> = records(&bytes).iter().map(|data| fields(data)).collect();
    assert_eq!(records.len(), 3);
    assert_eq!(records[0][1], (3, Field::Bytes(b"brain.Event:2".to_vec())));
    // After `wall_time`: the step, and a summary of one value.
    let value = |event: &[(u64, Field)]| {
        let [(1, Field::Double(_)), (2, Field::Int(step)), (5, Field::Bytes(summary))] = event
        else {
            panic!("{event:?}")
        };
        let summary = fields(summary);
        let [(1, Field::Bytes(value))] = summary.as_slice() else { panic!("{summary:?}") };
        (*step, fields(value))
    };
    assert_eq!(
        value(&records[1]),
        (1 << 40, vec![(1, Field::Bytes(b"loss/generator".to_vec())), (2, Field::Float(-0.75))])
    );
    let (step, image) = value(&records[2]);
    let [(1, Field::Bytes(tag)), (4, Field::Bytes(image))] = image.as_slice() else {
        panic!("{image:?}")
    };
    assert_eq!((step, tag.as_slice()), (7, &b"samples"[..]));
    let sizes = [182, 91, 1].map(Field::Int);
    assert_eq!(
        fields(image),
        [1, 2, 3].into_iter().zip(sizes).chain([(4, Field::Bytes(png))]).collect::<Vec<_>>()
    );
}
