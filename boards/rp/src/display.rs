//! A display of 128x64 pixels with an SSD1306.

use embassy_rp::i2c::{Blocking, I2c};
use embassy_rp::peripherals::I2C0;
use ssd1306::mode::{BufferedGraphicsMode, DisplayConfig};
use ssd1306::prelude::{DisplayRotation, I2CInterface};
use ssd1306::size::DisplaySize128x64;
use ssd1306::{I2CDisplayInterface, Ssd1306};

/// The display, which draws in memory until it is flushed.
pub type Oled = Ssd1306<
    I2CInterface<I2c<'static, I2C0, Blocking>>,
    DisplaySize128x64,
    BufferedGraphicsMode<DisplaySize128x64>,
>;

/// The display on the bus, switched on and dark, if one answers.
pub fn connect(bus: I2c<'static, I2C0, Blocking>) -> Option<Oled> {
    let interface = I2CDisplayInterface::new(bus);
    let mut oled = Ssd1306::new(interface, DisplaySize128x64, DisplayRotation::Rotate0)
        .into_buffered_graphics_mode();
    oled.init().and_then(|()| oled.flush()).ok().map(|()| oled)
}
