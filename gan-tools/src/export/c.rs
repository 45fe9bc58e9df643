//! A model as C source: the packed blob as an aligned array, and its sizes as constants.

use crate::files;
use anyhow::{Context, Result, bail};
use gan_core::{Generator, Packing};
use std::fmt::Write;
use std::path::Path;

/// The name of the header.
pub const HEADER: &str = "gan_model.h";
/// The name of the file with the blob.
pub const CODE: &str = "gan_model.c";

/// How both files begin, by which they are told from files of others.
const MARK: &str = "/* Written by `gan export --c`. Do not edit. */\n";
/// Bytes in a line of the array. Lines stay within 80 columns.
const LINE: usize = 20;

/// The text of the two files.
#[derive(Debug)]
pub struct Source {
    /// Of [`HEADER`].
    pub header: String,
    /// Of [`CODE`].
    pub code: String,
}

/// The source of a model in a packing. It is C99 and C++.
///
/// # Errors
///
/// The model cannot be packed.
pub fn source(generator: &Generator<'_>, packing: Packing) -> Result<Source> {
    let packed = generator.packed(packing).map_err(|error| anyhow::anyhow!("{error}"))?;
    let packed_generator = gan_core::decode(&packed).context("packed")?;
    Ok(Source { header: header(generator, &packed_generator), code: code(&packed) })
}

fn header(original: &Generator<'_>, packed: &Generator<'_>) -> String {
    let (image, packing) = (packed.image(), packed.header().layers.iter().map(|spec| spec.packing));
    let packing = packing.fold(String::new(), |all, one| {
        let comma = if all.is_empty() { "" } else { ", " };
        all + comma + one.name()
    });
    let mut text = format!(
        "{MARK}#ifndef GAN_MODEL_H\n#define GAN_MODEL_H\n\n#include <stdint.h>\n\n\
         #ifdef __cplusplus\nextern \"C\" {{\n#endif\n\n\
         /* The model {}. The order of its weights, layer by layer: {packing}. */\n\n",
        comment(original.name()),
    );
    let inputs = packed.inputs();
    let mut sizes = vec![
        ("Bytes of gan_model.", "LEN", packed.encoded_len()),
        ("Codes of a latent vector.", "LATENT_LEN", inputs.latent()),
        ("Labels: 0 to one less; 0 if the model takes none.", "CLASSES", packed.classes().into()),
        ("Pixels in a line.", "WIDTH", image.width.into()),
        ("Lines.", "HEIGHT", image.height.into()),
        ("Bytes of a pixel.", "CHANNELS", image.channels.into()),
        ("Bytes of an image: pixels of gan_generate.", "PIXELS_LEN", packed.pixels_len()),
        ("Bytes of a line: line of gan_generate_rows.", "LINE_LEN", packed.line_len()),
        ("Words of scratch.", "SCRATCH_LEN", packed.scratch_len()),
    ];
    if let Some(image) = inputs.image() {
        let mask = inputs.mask().map_or(0, |mask| mask.len());
        sizes.extend([
            ("Bytes of the image that goes in: gan_transform.", "IMAGE_LEN", image.len()),
            ("Bytes of the mask that goes in; 0 if none does.", "MASK_LEN", mask),
            ("Bytes of codes of gan_transform.", "CODES_LEN", packed.latent_len()),
        ]);
    }
    for (what, name, value) in sizes {
        let _ = writeln!(text, "/* {what} */\n#define GAN_MODEL_{name} {value}u");
    }
    let _ = write!(
        text,
        "/* The CRC-32 of the model before it was packed for a core: what identifies it. */\n\
         #define GAN_MODEL_CRC 0x{:08x}u\n\n\
         /* The blob, on a multiple of 16 bytes. */\n\
         extern const uint8_t gan_model[GAN_MODEL_LEN];\n\n\
         #ifdef __cplusplus\n}}\n#endif\n\n#endif\n",
        original.crc()
    );
    text
}

/// A name as it may stand in a comment.
fn comment(name: &str) -> String {
    name.chars()
        .map(
            |letter| {
                if letter.is_ascii_alphanumeric() || "-_.+".contains(letter) { letter } else { '?' }
            },
        )
        .collect()
}

fn code(blob: &[u8]) -> String {
    let mut text = format!(
        "{MARK}#include \"{HEADER}\"\n\n\
         /* gan_decode refuses a blob that lies elsewhere than on a multiple of 16. */\n\
         #if defined(__cplusplus)\n#define GAN_ALIGNED alignas(16)\n\
         #elif defined(__GNUC__) || defined(__clang__)\n\
         #define GAN_ALIGNED __attribute__((aligned(16)))\n\
         #elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L\n\
         #define GAN_ALIGNED _Alignas(16)\n\
         #else\n#error \"this compiler has no way to align gan_model to 16 bytes\"\n#endif\n\n\
         GAN_ALIGNED const uint8_t gan_model[GAN_MODEL_LEN] = {{\n"
    );
    for line in blob.chunks(LINE) {
        for byte in line {
            let _ = write!(text, "{byte},");
        }
        text.push('\n');
    }
    text.push_str("};\n");
    text
}

/// Refuses to replace a file that was not written by this command.
///
/// # Errors
///
/// Names the file.
pub fn refuse_other(path: &Path) -> Result<()> {
    if !path.exists() {
        return Ok(());
    }
    let text = files::read(path)?;
    if !text.starts_with(MARK.as_bytes()) {
        bail!("{}: is not a file of `gan export`, so it is not replaced", path.display());
    }
    Ok(())
}
