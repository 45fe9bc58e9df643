//! Displays: what the console asks of one, and those whose drivers are crates.

use embedded_graphics_core::draw_target::DrawTarget;
use embedded_graphics_core::pixelcolor::{Gray8, PixelColor};
use gan_app::NoDisplay;

/// A display that may draw in memory first.
pub trait Display: DrawTarget<Color: PixelColor + From<Gray8>> {
    /// Shows what was drawn. A display that no longer answers stays as it is.
    fn show(&mut self) {}
}

impl Display for NoDisplay {}

#[cfg(feature = "oled")]
pub use oled::{Oled, oled};

#[cfg(feature = "oled")]
mod oled {
    use embedded_hal::i2c::I2c;
    use ssd1306::mode::{BufferedGraphicsMode, DisplayConfig};
    use ssd1306::prelude::{DisplayRotation, I2CInterface};
    use ssd1306::size::DisplaySize128x64;
    use ssd1306::{I2CDisplayInterface, Ssd1306};

    use super::Display;

    /// A display of 128x64 pixels with an SSD1306, which draws in memory until it is shown.
    pub type Oled<I> =
        Ssd1306<I2CInterface<I>, DisplaySize128x64, BufferedGraphicsMode<DisplaySize128x64>>;

    /// The display on the bus, switched on and dark, if one answers.
    pub fn oled<I: I2c>(bus: I) -> Option<Oled<I>> {
        let interface = I2CDisplayInterface::new(bus);
        let mut oled = Ssd1306::new(interface, DisplaySize128x64, DisplayRotation::Rotate0)
            .into_buffered_graphics_mode();
        oled.init().and_then(|()| oled.flush()).ok().map(|()| oled)
    }

    impl<I: I2c> Display for Oled<I> {
        fn show(&mut self) {
            let _ = self.flush();
        }
    }
}

#[cfg(feature = "st7789")]
pub use st7789::{Panel, St7789, st7789};

#[cfg(feature = "st7789")]
mod st7789 {
    use embassy_time::Delay;
    use embedded_graphics_core::draw_target::DrawTarget;
    use embedded_graphics_core::pixelcolor::{Rgb565, RgbColor};
    use embedded_hal::digital::OutputPin;
    use embedded_hal::spi::{SpiBus, SpiDevice};
    use embedded_hal_bus::spi::ExclusiveDevice;
    use mipidsi::interface::SpiInterface;
    use mipidsi::models::ST7789;
    use mipidsi::options::ColorInversion;
    use mipidsi::{Builder, NoResetPin};
    use static_cell::ConstStaticCell;

    use super::Display;

    /// The SPI port and the chip select as one device, and the line that tells data from commands.
    pub type St7789<S, C, D> = Panel<ExclusiveDevice<S, C, Delay>, D>;
    /// A display with an ST7789, which shows at once what is drawn.
    pub type Panel<S, D> = mipidsi::Display<SpiInterface<'static, S, D>, ST7789, NoResetPin>;

    /// Width and height in pixels.
    const SIZE: u16 = 240;
    /// Bytes that go over the wires in one transfer.
    const BUFFER: usize = 480;

    /// The display on the port, switched on and dark. SPI has no answers, so that it cannot be said
    /// whether there is one: `None` if the port itself has failed, or if this was called before.
    /// `select` is the line CS, and `data` is the line D/C. The line of reset is to be high.
    pub fn st7789<S: SpiBus, C: OutputPin, D: OutputPin>(
        bus: S,
        select: C,
        data: D,
    ) -> Option<St7789<S, C, D>> {
        static BYTES: ConstStaticCell<[u8; BUFFER]> = ConstStaticCell::new([0; BUFFER]);
        let device = ExclusiveDevice::new(bus, select, Delay).ok()?;
        let interface = SpiInterface::new(device, data, BYTES.try_take()?);
        let mut panel = Builder::new(ST7789, interface)
            .display_size(SIZE, SIZE)
            .invert_colors(ColorInversion::Inverted)
            .init(&mut Delay)
            .ok()?;
        panel.clear(Rgb565::BLACK).ok()?;
        Some(panel)
    }

    impl<S: SpiDevice, D: OutputPin> Display for Panel<S, D> {}
}
