//! Draws digits: connect the board's USB port, open its serial port in a terminal at 115,200 baud,
//! and press 0 to 9.
#![no_std]
#![no_main]

use embassy_executor::Spawner;
use embassy_nrf::buffered_uarte::{BufferedUarte, InterruptHandler};
use embassy_nrf::peripherals::UARTE0;
use embassy_nrf::{bind_interrupts, uarte};
use embedded_io_async::{Read, Write};
use gan_core::image::glyph;
use gan_core::{Generator, Known, LatentSampler, include_model};
use panic_halt as _;

static MODEL: Known = KNOWN;
const KNOWN: Known = include_model!(concat!(env!("OUT_DIR"), "/model.gan"));

bind_interrupts!(struct Interrupts {
    UARTE0 => InterruptHandler<UARTE0>;
});

#[embassy_executor::main]
async fn main(_spawner: Spawner) {
    let chip = embassy_nrf::init(Default::default());
    #[cfg(feature = "nrf52840-dk")]
    let receive = chip.P0_08;
    #[cfg(feature = "microbit-v2")]
    let receive = chip.P1_08;
    // Bytes that are typed while a digit is made wait in these buffers.
    let (mut received, mut sending) = ([0; 64], [0; 64]);
    let mut serial = BufferedUarte::new(
        chip.UARTE0,
        chip.TIMER0,
        chip.PPI_CH0,
        chip.PPI_CH1,
        chip.PPI_GROUP0,
        receive,
        chip.P0_06,
        Interrupts,
        uarte::Config::default(),
        &mut received,
        &mut sending,
    );
    let Ok(generator) = MODEL.check() else { panic!("the model in flash was changed") };
    loop {
        // An error means that a byte was lost.
        let _ = answer(&mut serial, generator).await;
    }
}

/// Draws the digit of each key. The executor lets the core sleep while none is pressed.
async fn answer<S: Read + Write>(
    serial: &mut S,
    generator: &Generator<'_>,
) -> Result<(), S::Error> {
    let mut sampler = LatentSampler::new(0);
    let (mut latent, mut scratch) = ([0; KNOWN.latent_len()], [0; KNOWN.scratch_len()]);
    let (mut pixels, mut keys) = ([0; KNOWN.pixels_len()], [0; 16]);
    loop {
        let count = serial.read(&mut keys).await?;
        for key in keys[..count].iter().filter(|key| key.is_ascii_digit()) {
            sampler.fill(&mut latent);
            let label = Some(u16::from(key - b'0'));
            let made = generator.generate(&latent, label, &mut scratch, &mut pixels);
            for line in pixels.chunks(KNOWN.line_len()).filter(|_| made.is_ok()) {
                let mut text = [b' '; KNOWN.line_len() + 2];
                text.iter_mut().zip(line).for_each(|(place, &ink)| *place = glyph(ink) as u8);
                text[KNOWN.line_len()..].copy_from_slice(b"\r\n");
                serial.write_all(&text).await?;
            }
        }
    }
}
