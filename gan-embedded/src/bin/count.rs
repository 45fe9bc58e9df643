//! Makes one image between two markers: `cargo xtask count` counts the instructions from the one to the other.
//!
//! Prints the kernel's name and the image's CRC-32, so that no wrong image is counted.
#![no_std]
#![no_main]

use core::arch::asm;
use core::fmt::{self, Write as _};
use core::hint::black_box;

use gan_core::{LatentSampler, kernel};
use gan_embedded::console::{self, Console};
use gan_embedded::entry;
use gan_embedded::model::{self, CLASSES, LATENT_LEN, PIXELS_LEN, SCRATCH_LEN};
use static_cell::ConstStaticCell;

/// The image that `cargo xtask count` makes as well: the first of this seed, with label 0 if there are labels.
const SEED: u64 = 0;

const CRC: crc::Crc<u32> = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC);

/// All the memory that the generator needs.
struct Buffers {
    latent: [u8; LATENT_LEN],
    scratch: [u32; SCRATCH_LEN],
    pixels: [u8; PIXELS_LEN],
}

static BUFFERS: ConstStaticCell<Buffers> =
    ConstStaticCell::new(Buffers { latent: [0; LATENT_LEN], scratch: [0; SCRATCH_LEN], pixels: [0; PIXELS_LEN] });

#[entry]
fn main() -> ! {
    match count(&mut Console::open(), BUFFERS.take()) {
        Ok(()) => console::exit(true),
        Err(fmt::Error) => console::fatal(format_args!("the host's console does not take text")),
    }
}

fn count(console: &mut Console, Buffers { latent, scratch, pixels }: &mut Buffers) -> fmt::Result {
    let generator = model::generator();
    LatentSampler::new(SEED).fill(latent);
    let label = black_box((CLASSES > 0).then_some(0));
    mark_start();
    let made = generator.generate(latent, label, scratch, pixels);
    mark_stop();
    if let Err(error) = made {
        console::fatal(format_args!("{error}"));
    }
    writeln!(console, "kernel {}", kernel::NAME)?;
    writeln!(console, "crc {:08x}", CRC.checksum(pixels))
}

/// Where the count begins.
// SAFETY: no other function has this name.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn mark_start() {
    // SAFETY: a comment. The compiler must take it for code that may read and write memory, so it moves none across, and as
    // the comments differ it cannot make one function of the two.
    unsafe { asm!("/* start */", options(nostack)) };
}

/// Where the count ends.
// SAFETY: as above.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn mark_stop() {
    // SAFETY: as above.
    unsafe { asm!("/* stop */", options(nostack)) };
}
