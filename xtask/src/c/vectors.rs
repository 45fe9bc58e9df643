//! The golden vectors of a model that takes an image, as C source for gan-c/qemu/transform.c.

use std::fmt::Write as _;

use gan_tests::vectors::{ImageVector, Images};

use crate::prelude::*;

/// Models with their vectors' names: one with labels, one with a mask.
pub const MODELS: [(&str, &str); 2] =
    [("models/stylize.gan", "stylize"), ("tests/vectors/v3-mask.gan", "v3-mask")];

/// The numbers of an item that go into one array.
type Part = fn(&ImageVector<'_>) -> Vec<i32>;

/// Writes `vectors.h` of a model into `folder`, and says how many images it holds.
pub fn write((model, name): (&str, &str), folder: &Path) -> Result<usize> {
    let blob = shell::read(root().join(model))?;
    let crc = blob.last_chunk().copied().map(u32::from_le_bytes).context("an empty blob")?;
    let file = shell::read(root().join(format!("tests/vectors/{name}.images.bin")))?;
    let images = Images::read(&file, crc).map_err(|error| anyhow!("{name}: {error}"))?;
    let mut text = format!("#include <stdint.h>\n#define VECTORS {}\n", images.iter().len());
    let parts: [(&str, Part); 5] = [
        ("uint8_t vector_images", |item| bytes(item.image)),
        ("uint8_t vector_masks", |item| bytes(item.mask)),
        ("uint8_t vector_latents", |item| bytes(item.latent)),
        ("uint8_t vector_pixels", |item| bytes(item.pixels)),
        ("int32_t vector_labels", |item| vec![item.label.map_or(-1, i32::from)]),
    ];
    for (name, part) in parts {
        let _ = write!(text, "static const {name}[] = {{");
        let mut numbers: Vec<i32> = images.iter().flat_map(|item| part(&item)).collect();
        // C has no arrays of nothing.
        numbers.resize(numbers.len().max(1), 0);
        numbers.iter().for_each(|number| _ = write!(text, "{number},"));
        text.push_str("};\n");
    }
    let path = folder.join("vectors.h");
    fs::write(&path, text).with_context(|| path.display().to_string())?;
    Ok(images.iter().len())
}

fn bytes(bytes: &[u8]) -> Vec<i32> {
    bytes.iter().copied().map(i32::from).collect()
}
