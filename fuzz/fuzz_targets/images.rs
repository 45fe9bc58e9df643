//! IDX files, plain and gzip: a folder of images and labels, as `--data` takes it.
//!
//! The first byte's bits say which of the two files are compressed by the target, and whether they
//! are announced as compressed.
#![no_main]

use flate2::{Compression, write::GzEncoder};
use gan_fuzz::{folder, memory};
use gan_train_parts::data;
use libfuzzer_sys::fuzz_target;
use std::io::Write;

fuzz_target!(|input: &[u8]| {
    let Some((&flags, rest)) = input.split_first() else { return };
    let [labels, images] = folder::parts(rest);
    let bit = |bit: u8| flags >> bit & 1 == 1;
    let (labels, images) = (packed(labels, bit(0)), packed(images, bit(1)));
    let names = match (bit(2), bit(3)) {
        (false, _) => ["train-labels-idx1-ubyte", "train-images-idx3-ubyte"],
        (true, false) => ["labels.idx1-ubyte.gz", "images.idx3-ubyte.gz"],
        (true, true) => ["t10k-labels-idx1-ubyte", "train-images-idx3-ubyte.gz"],
    };
    let bytes = labels.len() + images.len();
    folder::with_files("idx", &[(names[0], &labels), (names[1], &images)], |folder| {
        let name = folder.to_string_lossy();
        let read = memory::bounded(bytes, || data::open(&name, None, &mut |_, _, _| {}));
        if let Ok(dataset) = read {
            let images = &dataset.train.images;
            assert_eq!(images.pixels.len(), images.count * images.width * images.height);
        }
    });
});

fn packed(bytes: &[u8], pack: bool) -> Vec<u8> {
    if !pack {
        return bytes.to_vec();
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}
