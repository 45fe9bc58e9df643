//! PNG pictures: a folder of two, as `--data` takes it, and one that goes into a model.
#![no_main]

use gan_core::ImageShape;
use gan_fuzz::{folder, memory};
use gan_tools::picture::read;
use gan_train_parts::data;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let [one, two] = folder::parts(input);
    let files = [("a/1.png", one), ("b/2.png", two)];
    folder::with_files("png", &files, |folder| {
        let name = folder.to_string_lossy();
        let read = memory::bounded(input.len(), || data::open(&name, None, &mut |_, _, _| {}));
        if let Ok(dataset) = read {
            let images = &dataset.train.images;
            assert_eq!(images.pixels.len(), images.count * images.width * images.height);
        }
        let path = folder.join("b/2.png");
        let Ok([width, height]) = memory::bounded(two.len(), || read::size(&path)) else { return };
        let (Ok(width), Ok(height)) = (width.try_into(), height.try_into()) else { return };
        for channels in [1, 3] {
            let shape = ImageShape { width, height, channels };
            // No model has more: the last layer's outputs are counted in 16 bits.
            if shape.len() > usize::from(u16::MAX) {
                continue;
            }
            let read = memory::bounded(two.len(), || read::read(&path, shape, "the model"));
            if let Ok(pixels) = read {
                assert_eq!(pixels.len(), shape.len());
            }
        }
    });
});
