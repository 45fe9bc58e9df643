//! What a firmware has anyway, around the lines of README.md: `readme.rs` has those, as a block.
//! Prints the image as text, as `gan generate --ascii` does, and then its bytes in hexadecimal.
#![no_std]
#![no_main]

use core::arch::asm;

#[cfg(target_arch = "arm")]
use cortex_m_rt::entry;
use gan_core::image::glyph;
#[cfg(target_arch = "riscv32")]
use riscv_rt::entry;
use semihosting::{print, println, process};

const SEED: u64 = 3;
/// The widest and the highest image that there is room for.
const MOST: usize = 32;

/// What went wrong, which nobody asks for.
struct Failed;

impl<E: core::error::Error> From<E> for Failed {
    fn from(_: E) -> Self {
        Self
    }
}

#[entry]
fn main() -> ! {
    let (mut picture, mut width, mut height) = ([[0; MOST]; MOST], 0, 0);
    let made = image(SEED, |y, line| {
        picture[y][..line.len()].copy_from_slice(line);
        (width, height) = (line.len(), y + 1);
    });
    if made.is_err() {
        process::exit(1);
    }
    println!("seed {SEED}");
    for line in &picture[..height] {
        print!("text ");
        for &pixel in &line[..width] {
            print!("{0}{0}", glyph(pixel));
        }
        println!();
    }
    for line in &picture[..height] {
        print!("bytes ");
        for pixel in &line[..width] {
            print!("{pixel:02x}");
        }
        println!();
    }
    process::exit(0)
}

fn image(seed: u64, mut draw: impl FnMut(usize, &[u8])) -> Result<(), Failed> {
    include!("readme.rs");
    Ok(())
}

/// Where the count of instructions begins.
// SAFETY: no other function has this name.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn mark_start() {
    // SAFETY: a comment, which keeps this function from being one with the other.
    unsafe { asm!("/* start */", options(nostack)) };
}

/// Where it ends.
// SAFETY: as above.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn mark_stop() {
    // SAFETY: as above.
    unsafe { asm!("/* stop */", options(nostack)) };
}
