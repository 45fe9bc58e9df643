//! Draws digits over USB: plug the board in, open its serial port in a terminal, and press 0 to 9.
//! The LED is on while a digit is made.
#![no_std]
#![no_main]

use embassy_executor::Spawner;
use embassy_futures::join::join;
use embassy_rp::bind_interrupts;
use embassy_rp::gpio::{Level, Output};
use embassy_rp::peripherals::USB;
use embassy_rp::usb::{Driver, InterruptHandler};
use embassy_usb::class::cdc_acm::{CdcAcmClass, State};
use embassy_usb::driver::EndpointError;
use embassy_usb::{Builder, Config};
use gan_core::image::glyph;
use gan_core::{Generator, Known, LatentSampler, include_model};
use panic_halt as _;

static MODEL: Known = KNOWN;
const KNOWN: Known = include_model!(concat!(env!("OUT_DIR"), "/model.gan"));
/// The number of bytes of a USB packet.
const PACKET: usize = 64;

bind_interrupts!(struct Interrupts {
    USBCTRL_IRQ => InterruptHandler<USB>;
});

type Serial<'d> = CdcAcmClass<'d, Driver<'d, USB>>;

#[embassy_executor::main]
async fn main(_spawner: Spawner) {
    let chip = embassy_rp::init(Default::default());
    let mut led = Output::new(chip.PIN_25, Level::Low);
    // These are the numbers that pid.codes gives for tests. A product needs numbers of its own.
    let mut config = Config::new(0x1209, 0x0001);
    config.product = Some("A GAN's digits");
    let (mut descriptors, mut bos, mut control) = ([0; 256], [0; 256], [0; 64]);
    let mut state = State::new();
    let driver = Driver::new(chip.USB, Interrupts);
    let mut usb = Builder::new(driver, config, &mut descriptors, &mut bos, &mut [], &mut control);
    let mut serial = CdcAcmClass::new(&mut usb, &mut state, PACKET as u16);
    let Ok(generator) = MODEL.check() else { panic!("the model in flash was changed") };
    let talk = async {
        loop {
            serial.wait_connection().await;
            // An error says that the terminal was closed.
            let _ = answer(&mut serial, generator, &mut led).await;
        }
    };
    join(usb.build().run(), talk).await;
}

/// Draws the digit of each key.
async fn answer(
    serial: &mut Serial<'_>,
    generator: &Generator<'_>,
    led: &mut Output<'_>,
) -> Result<(), EndpointError> {
    let mut sampler = LatentSampler::new(0);
    let (mut latent, mut scratch) = ([0; KNOWN.latent_len()], [0; KNOWN.scratch_len()]);
    let (mut pixels, mut keys) = ([0; KNOWN.pixels_len()], [0; PACKET]);
    loop {
        let count = serial.read_packet(&mut keys).await?;
        for key in keys[..count].iter().filter(|key| key.is_ascii_digit()) {
            led.set_high();
            sampler.fill(&mut latent);
            let label = Some(u16::from(key - b'0'));
            let made = generator.generate(&latent, label, &mut scratch, &mut pixels);
            led.set_low();
            for line in pixels.chunks(KNOWN.line_len()).filter(|_| made.is_ok()) {
                let mut text = [b' '; KNOWN.line_len() + 2];
                text.iter_mut().zip(line).for_each(|(place, &ink)| *place = glyph(ink) as u8);
                text[KNOWN.line_len()..].copy_from_slice(b"\r\n");
                serial.write_packet(&text).await?;
            }
        }
    }
}
