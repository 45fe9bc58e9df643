//! Prints the outputs of every layer for an image in hexadecimal: `trace latent ..`, `trace layer N
//! ..` for hidden layers, and `trace pixels ..`.

use core::fmt::{self, Write as _};

use gan_core::Generator;
use gan_embedded::console::Console;

/// Writes the latent and the outputs of hidden layers.
pub fn codes(
    console: &mut Console,
    generator: &Generator<'_>,
    latent: &[u8],
    label: Option<u16>,
    scratch: &mut [u32],
) -> fmt::Result {
    line(console, format_args!("latent"), latent)?;
    let mut said = Ok(());
    let each = |layer: usize, codes: &[u8]| {
        said = said.and_then(|()| line(console, format_args!("layer {layer}"), codes))
    };
    let traced = generator.trace(latent, label, scratch, each);
    refused(console, said, traced)
}

/// Writes the latent and the outputs of one of two images that were made together.
pub fn pair_codes(
    console: &mut Console,
    generator: &Generator<'_>,
    latents: [&[u8]; 2],
    labels: [Option<u16>; 2],
    scratch: &mut [u32],
    image: usize,
) -> fmt::Result {
    line(console, format_args!("latent"), latents[image])?;
    let mut said = Ok(());
    let each = |layer: usize, codes: [&[u8]; 2]| {
        said = said.and_then(|()| line(console, format_args!("layer {layer}"), codes[image]));
    };
    let traced = generator.trace_pair(latents, labels, scratch, each);
    refused(console, said, traced)
}

fn refused(
    console: &mut Console,
    said: fmt::Result,
    traced: Result<(), gan_core::GenerateError>,
) -> fmt::Result {
    match (said, traced) {
        (Ok(()), Err(error)) => writeln!(console, "no trace: {error}"),
        (said, _) => said,
    }
}

/// Writes a line of bytes in hexadecimal.
pub fn line(console: &mut Console, what: fmt::Arguments<'_>, bytes: &[u8]) -> fmt::Result {
    write!(console, "trace {what} ")?;
    for byte in bytes {
        write!(console, "{byte:02x}")?;
    }
    writeln!(console)
}
