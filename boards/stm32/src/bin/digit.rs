//! Draws digits: open the board's serial port in a terminal at 115,200 baud, and press 0 to 9. On a
//! NUCLEO-H743ZI that is the USB port of the ST-Link; on a STM32F411E-DISCO, PA2 and PA3.
#![no_std]
#![no_main]

use embassy_executor::Spawner;
use embassy_stm32::bind_interrupts;
use embassy_stm32::peripherals;
use embassy_stm32::usart::{self, BufferedUart};
use embedded_io_async::{Read, Write};
use gan_core::image::glyph;
use gan_core::{Generator, Known, LatentSampler, include_model};
use panic_halt as _;

static MODEL: Known = KNOWN;
const KNOWN: Known = include_model!(concat!(env!("OUT_DIR"), "/model.gan"));

#[cfg(feature = "stm32f411-disco")]
bind_interrupts!(struct Interrupts {
    USART2 => usart::BufferedInterruptHandler<peripherals::USART2>;
});
#[cfg(feature = "nucleo-h743zi")]
bind_interrupts!(struct Interrupts {
    USART3 => usart::BufferedInterruptHandler<peripherals::USART3>;
});

#[embassy_executor::main]
async fn main(_spawner: Spawner) {
    // The chip runs as it starts, which is slow. src/board.rs has faster clocks for the boards.
    let chip = embassy_stm32::init(Default::default());
    #[cfg(feature = "stm32f411-disco")]
    let (uart, receive, send) = (chip.USART2, chip.PA3, chip.PA2);
    #[cfg(feature = "nucleo-h743zi")]
    let (uart, receive, send) = (chip.USART3, chip.PD9, chip.PD8);
    let config = usart::Config::default();
    // Bytes that are typed while a digit is made wait in these buffers.
    let (mut sending, mut received) = ([0; 64], [0; 64]);
    let serial =
        BufferedUart::new(uart, receive, send, &mut sending, &mut received, Interrupts, config);
    let Ok(mut serial) = serial else { panic!("the UART cannot have this speed") };
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
