//! Draws one image of every label as text.
//!
//! A line is computed, drawn and forgotten: the image as a whole is nowhere in RAM.
#![no_std]
#![no_main]

use core::fmt::{self, Write as _};

use gan_core::LatentSampler;
use gan_embedded::console::{self, Console};
use gan_embedded::model::{self, CHANNELS, CLASSES, HEIGHT, LATENT_LEN, LINE_LEN, SCRATCH_LEN, WIDTH};
use gan_embedded::{art, board, entry};
use static_cell::ConstStaticCell;

/// Which digits: another seed draws others.
const SEED: u64 = 1;

/// Images drawn by a generator without labels.
const UNLABELLED: u16 = 10;

/// All the memory that the generator needs.
struct Buffers {
    latent: [u8; LATENT_LEN],
    scratch: [u32; SCRATCH_LEN],
    line: [u8; LINE_LEN],
}

static BUFFERS: ConstStaticCell<Buffers> =
    ConstStaticCell::new(Buffers { latent: [0; LATENT_LEN], scratch: [0; SCRATCH_LEN], line: [0; LINE_LEN] });

#[entry]
fn main() -> ! {
    match draw(&mut Console::open(), BUFFERS.take()) {
        Ok(()) => console::exit(true),
        Err(fmt::Error) => console::fatal(format_args!("the host's console does not take text")),
    }
}

fn draw(console: &mut Console, buffers: &mut Buffers) -> fmt::Result {
    let generator = model::generator();
    writeln!(console, "{}: {WIDTH}x{HEIGHT} images, seed {SEED}, on {}", generator.name(), board::CORE)?;

    let mut sampler = LatentSampler::new(SEED);
    let (count, labelled) = if CLASSES == 0 { (UNLABELLED, false) } else { (CLASSES, true) };
    for image in 0..count {
        sampler.fill(&mut buffers.latent);
        writeln!(console, "\n{} {image}", if labelled { "label" } else { "image" })?;
        let mut drawn = Ok(());
        let made = generator.generate_rows(
            &buffers.latent,
            labelled.then_some(image),
            &mut buffers.scratch,
            &mut buffers.line,
            |_, line| drawn = drawn.and_then(|()| art::line(console, line, CHANNELS)),
        );
        if let Err(error) = made {
            console::fatal(format_args!("image {image}: {error}"));
        }
        drawn?;
    }
    Ok(())
}
