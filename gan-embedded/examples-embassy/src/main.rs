//! An image in a task of embassy's executor, on QEMU's board `mps2-an386`.
//!
//! The main task computes some rows of the image and then lets the other task run, until the image
//! is done. A row is one output of one layer. The other task stands for all else that a firmware
//! does: it notes the longest that it waited for its turn, in rows and in ticks of SysTick, the
//! core's timer. `cargo xtask test` compares what is printed with the host's image.
#![no_std]
#![no_main]

mod progress;

use cortex_m::Peripherals;
use cortex_m::peripheral::syst::SystClkSource;
use embassy_executor::Spawner;
use embassy_futures::yield_now;
use gan_core::image::glyph;
use gan_core::{GenerateError, Generator, Known, LatentSampler, include_model};
use semihosting::{print, println, process};
use static_cell::ConstStaticCell;

use progress::{MOST_TICKS, Progress};

static MODEL: Known = KNOWN;
const KNOWN: Known = include_model!(concat!(env!("OUT_DIR"), "/model.gan"));

/// The image is the first of this seed.
const SEED: u64 = 3;
const LABEL: u16 = 7;
/// The most rows that are computed before the other task has its turn. Of a multiple of 16 no
/// kernel computes a row that it does not use.
const STEP: usize = 16;

const CRC: crc::Crc<u32> = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC);

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    static PROGRESS: ConstStaticCell<Progress> = ConstStaticCell::new(Progress::new());
    let progress: &Progress = PROGRESS.take();
    let Some(mut core) = Peripherals::take() else { panic!("the peripherals are taken") };
    core.SYST.set_clock_source(SystClkSource::Core);
    core.SYST.set_reload(MOST_TICKS);
    core.SYST.clear_current();
    core.SYST.enable_counter();

    // This is one piece, as long as the model: a firmware does it before its tasks start.
    let generator = match MODEL.check() {
        Ok(generator) => generator,
        Err(error) => panic!("the model in flash: {error}"),
    };
    match other(progress) {
        Ok(token) => spawner.spawn(token),
        Err(error) => panic!("the other task does not start: {error:?}"),
    }
    // The other task notes when the image begins.
    yield_now().await;
    let mut pixels = [0; KNOWN.pixels_len()];
    if let Err(error) = draw(generator, progress, &mut pixels).await {
        panic!("no image: {error}");
    }
    show(&pixels);
    println!("seed {SEED} label {LABEL} crc {:08x}", CRC.checksum(&pixels));
    println!("step {STEP} {progress}");
    process::exit(0)
}

/// Makes the image in steps of at most [`STEP`] rows, and lets the other task run after each.
async fn draw(
    generator: &Generator<'_>,
    progress: &Progress,
    pixels: &mut [u8],
) -> Result<(), GenerateError> {
    let mut latent = [0; KNOWN.latent_len()];
    LatentSampler::new(SEED).fill(&mut latent);
    let mut scratch = [0; KNOWN.scratch_len()];
    let mut image = generator.begin(&latent, Some(LABEL), &mut scratch)?;
    let hidden = generator.header().layers.split_last().map_or(&[][..], |(_, hidden)| hidden);
    for layer in hidden {
        // A step ends where its layer ends.
        let mut left = usize::from(layer.outputs);
        while left > 0 {
            image.advance(STEP);
            let rows = left.min(STEP);
            left -= rows;
            progress.computed(rows);
            let_others_run().await;
        }
    }
    for part in pixels.chunks_mut(STEP) {
        progress.computed(image.pixels(part));
        let_others_run().await;
    }
    Ok(())
}

/// Gives every task that is ready a turn. The executor runs the ready tasks in rounds, and each
/// round in the reverse of the order in which they became ready. So a task that yields only once
/// can be the last of one round and the first of the next: the others wait for two steps then.
async fn let_others_run() {
    yield_now().await;
    yield_now().await;
}

#[embassy_executor::task]
async fn other(progress: &'static Progress) {
    loop {
        progress.turn();
        yield_now().await;
    }
}

/// Prints the image, two lines of it in one: a character is twice as high as it is wide.
fn show(pixels: &[u8]) {
    for line in pixels.chunks(KNOWN.line_len()).step_by(2) {
        for &pixel in line {
            print!("{}", glyph(pixel));
        }
        println!();
    }
}
