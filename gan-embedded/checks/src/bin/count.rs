//! Makes one image between two markers: `cargo xtask count` counts the instructions from the one to
//! the other. A variable that is set when this is built puts something else between them:
//! `GAN_COUNT_PAIR` two images at a time, `GAN_COUNT_CHECK` the check that flash still holds the
//! model, `GAN_COUNT_DECODE` reading and checking it as if it came from elsewhere. With
//! `GAN_COUNT_CYCLES`, on a real board, the core counts its cycles by itself, and they are printed.
//!
//! Prints the kernel's name and the CRC-32 of what it made, so that no wrong image is counted.
#![no_std]
#![no_main]

#[cfg(target_arch = "arm")]
#[path = "count/cycles.rs"]
mod cycles;
#[path = "count/marks.rs"]
mod marks;

use core::fmt::{self, Write as _};
use core::hint::black_box;

use gan_core::{LatentSampler, kernel};
use gan_embedded::console::{self, Console};
use gan_embedded::entry;
use gan_embedded::model::{self, MODEL};
use marks::{mark_start, mark_stop};
use static_cell::ConstStaticCell;

/// The images that `cargo xtask count` makes as well: the first of this seed, with label 0 if there
/// are labels.
const SEED: u64 = 0;
const PAIR: bool = option_env!("GAN_COUNT_PAIR").is_some();
const CHECK: bool = option_env!("GAN_COUNT_CHECK").is_some();
#[cfg(target_arch = "arm")]
const CYCLES: bool = option_env!("GAN_COUNT_CYCLES").is_some();
const DECODE: bool = option_env!("GAN_COUNT_DECODE").is_some();

const CRC: crc::Crc<u32> = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC);

/// All the memory that the generator needs.
struct Buffers {
    latents: [[u8; MODEL.latent_len()]; 2],
    scratch: [u32; 2 * MODEL.scratch_len()],
    pixels: [[u8; MODEL.pixels_len()]; 2],
}

static BUFFERS: ConstStaticCell<Buffers> = ConstStaticCell::new(Buffers {
    latents: [[0; MODEL.latent_len()]; 2],
    scratch: [0; 2 * MODEL.scratch_len()],
    pixels: [[0; MODEL.pixels_len()]; 2],
});

#[entry]
fn main() -> ! {
    match count(&mut Console::open(), BUFFERS.take()) {
        Ok(()) => console::exit(true),
        Err(fmt::Error) => {
            gan_embedded::fatal(format_args!("the host's console does not take text"))
        }
    }
}

fn count(console: &mut Console, Buffers { latents, scratch, pixels }: &mut Buffers) -> fmt::Result {
    let decoded;
    let generator = if DECODE {
        mark_start();
        decoded = gan_core::decode(black_box(MODEL.bytes()));
        mark_stop();
        match &decoded {
            Ok(generator) => generator,
            Err(error) => gan_embedded::fatal(format_args!("{error}")),
        }
    } else if CHECK {
        mark_start();
        let generator = model::generator();
        mark_stop();
        generator
    } else {
        model::generator()
    };
    LatentSampler::new(SEED).fill(latents.as_flattened_mut());
    let label = black_box((MODEL.classes() > 0).then_some(0));
    let made = if PAIR {
        let (latents, pixels) = (
            latents.each_ref().map(|latent| &latent[..]),
            pixels.each_mut().map(|pixels| &mut pixels[..]),
        );
        mark_start();
        let made = generator.generate_pair(latents, [label; 2], scratch, pixels);
        mark_stop();
        made
    } else if CHECK || DECODE {
        generator.generate(&latents[0], label, scratch, &mut pixels[0])
    } else {
        #[cfg(target_arch = "arm")]
        let counter = CYCLES.then(cycles::start);
        mark_start();
        let made = generator.generate(&latents[0], label, scratch, &mut pixels[0]);
        mark_stop();
        #[cfg(target_arch = "arm")]
        if let Some(counter) = counter {
            match counter.cycles() {
                Some(cycles) => writeln!(console, "cycles {cycles}")?,
                None => writeln!(console, "cycles: more than the counter holds")?,
            }
        }
        made
    };
    if let Err(error) = made {
        gan_embedded::fatal(format_args!("{error}"));
    }
    writeln!(console, "kernel {}", kernel::NAME)?;
    let images = if PAIR { pixels.as_flattened() } else { &pixels[0] };
    writeln!(console, "crc {:08x}", CRC.checksum(images))
}
