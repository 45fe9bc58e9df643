//! NumPy's arrays: a folder of two `.npy` files, and an `.npz` archive, whose checksums are put
//! right or which is the input itself.
#![no_main]

use flate2::Crc;
use gan_fuzz::{folder, memory};
use gan_train_parts::data;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&kind, rest)) = input.split_first() else { return };
    let [labels, images] = folder::parts(rest);
    let archive = match kind % 3 {
        0 => {
            let files = [("x_train.npy", images), ("y_train.npy", labels)];
            return folder::with_files("npy", &files, |folder| {
                open(&folder.to_string_lossy(), input)
            });
        }
        1 => zip(&[("y_train.npy", labels), ("x_train.npy", images)]),
        _ => rest.to_vec(),
    };
    folder::with_files("npz", &[("a.npz", &archive)], |folder| {
        open(&folder.join("a.npz").to_string_lossy(), &archive)
    });
});

fn open(name: &str, input: &[u8]) {
    let read = memory::bounded(input.len(), || data::open(name, None, &mut |_, _, _| {}));
    if let Ok(dataset) = read {
        let images = &dataset.train.images;
        assert_eq!(images.pixels.len(), images.count * images.width * images.height);
    }
}

/// An archive of members that are not compressed.
fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in members {
        let mut crc = Crc::new();
        crc.update(bytes);
        let len = (bytes.len() as u32).to_le_bytes();
        // Version 2.0, no flags, stored, the first of January 1980.
        let common = [
            &[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0][..],
            &crc.sum().to_le_bytes(),
            &len,
            &len,
            &(name.len() as u16).to_le_bytes(),
            &[0, 0],
        ]
        .concat();
        let offset = (file.len() as u32).to_le_bytes();
        file.extend([b"PK\x03\x04", &common[..], name.as_bytes(), bytes].concat());
        let rest = [&[0; 10][..], &offset].concat();
        directory.extend([b"PK\x01\x02\x14\x00", &common[..], &rest, name.as_bytes()].concat());
    }
    let count = (members.len() as u16).to_le_bytes();
    let end = [
        b"PK\x05\x06\0\0\0\0",
        &count[..],
        &count,
        &(directory.len() as u32).to_le_bytes(),
        &(file.len() as u32).to_le_bytes(),
        &[0, 0],
    ]
    .concat();
    [file, directory, end].concat()
}
