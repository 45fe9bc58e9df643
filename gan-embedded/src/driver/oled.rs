//! A display of 128 by 64 pixels with an SSD1306, on I2C.

use display_interface::{DataFormat, DisplayError, WriteOnlyDataCommand};
use ssd1306::Ssd1306;
use ssd1306::mode::{BufferedGraphicsMode, DisplayConfig};
use ssd1306::rotation::DisplayRotation;
use ssd1306::size::DisplaySize128x64;

use super::{Bus, Refresh};

/// What most modules answer to.
const ADDRESS: u8 = 0x3C;
/// What a message begins with (SSD1306 datasheet, section 8.1.5).
const COMMANDS: u8 = 0x00;
const DATA: u8 = 0x40;

/// The display.
pub type Oled<B> =
    Ssd1306<Interface<B>, DisplaySize128x64, BufferedGraphicsMode<DisplaySize128x64>>;

/// The display on `bus`, switched on and dark, if one answers.
pub fn connect<B: Bus>(bus: B) -> Option<Oled<B>> {
    let mut oled = Ssd1306::new(Interface(bus), DisplaySize128x64, DisplayRotation::Rotate0)
        .into_buffered_graphics_mode();
    oled.init().and_then(|()| oled.flush()).ok().map(|()| oled)
}

impl<B: Bus> Refresh for Oled<B> {
    fn refresh(&mut self) {
        // Whoever pulls it off its wires sees that it is dark.
        let _ = self.flush();
    }
}

/// A bus as the display's driver wants it.
#[derive(Debug)]
pub struct Interface<B>(B);

impl<B: Bus> Interface<B> {
    fn send(&mut self, kind: u8, message: DataFormat<'_>) -> Result<(), DisplayError> {
        let start = core::iter::once(kind);
        let sent = match message {
            DataFormat::U8(bytes) => self.0.send(ADDRESS, start.chain(bytes.iter().copied())),
            DataFormat::U8Iter(bytes) => self.0.send(ADDRESS, start.chain(bytes)),
            // Of displays with more colours.
            _ => return Err(DisplayError::DataFormatNotImplemented),
        };
        sent.map_err(|_| DisplayError::BusWriteError)
    }
}

impl<B: Bus> WriteOnlyDataCommand for Interface<B> {
    fn send_commands(&mut self, commands: DataFormat<'_>) -> Result<(), DisplayError> {
        self.send(COMMANDS, commands)
    }

    fn send_data(&mut self, data: DataFormat<'_>) -> Result<(), DisplayError> {
        self.send(DATA, data)
    }
}
