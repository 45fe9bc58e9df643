//! Draws digits: open the serial port of the board in a terminal at 115,200 baud, and press 0 to 9.
//! It is UART 0, which most boards connect to a USB bridge. A board whose USB port is the chip's
//! own takes `UsbSerialJtag::new(chip.USB_DEVICE).into_async()` for `serial`.
#![no_std]
#![no_main]

use embassy_executor::Spawner;
use embedded_io_async::{Read, Write};
use esp_hal::timer::systimer::SystemTimer;
use esp_hal::uart::{Config, Uart};
use gan_core::image::glyph;
use gan_core::{Generator, Known, LatentSampler, include_model};
use panic_halt as _;

// This is the description of the program, by which the boot loader and espflash know it.
esp_bootloader_esp_idf::esp_app_desc!();

static MODEL: Known = KNOWN;
const KNOWN: Known = include_model!(concat!(env!("OUT_DIR"), "/model.gan"));

#[esp_rtos::main]
async fn main(_spawner: Spawner) {
    let chip = esp_hal::init(Default::default());
    esp_rtos::start(SystemTimer::new(chip.SYSTIMER).alarm0, chip.FROM_CPU_INTR0);
    // The UART's FIFO has room for 128 bytes that are typed while a digit is made.
    let Ok(serial) = Uart::new(chip.UART0, Config::default()) else {
        panic!("the UART cannot have this speed")
    };
    let mut serial = serial.with_tx(chip.GPIO21).with_rx(chip.GPIO20).into_async();
    let Ok(generator) = MODEL.check() else { panic!("the model in flash was changed") };
    loop {
        // An error means that a byte was damaged or lost.
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
