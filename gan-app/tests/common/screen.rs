//! A display made of memory.

use std::convert::Infallible;

use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Size};
use embedded_graphics::pixelcolor::{Gray8, GrayColor};

/// 128 by 64 dots.
pub struct Screen(pub Vec<u8>);

impl OriginDimensions for Screen {
    fn size(&self) -> Size {
        Size::new(128, 64)
    }
}

impl DrawTarget for Screen {
    type Color = Gray8;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Gray8>>>(
        &mut self,
        pixels: I,
    ) -> Result<(), Infallible> {
        for Pixel(at, color) in pixels {
            // An index outside is a failure of the test.
            assert!((0..128).contains(&at.x) && (0..64).contains(&at.y), "{at} is outside");
            self.0[at.y as usize * 128 + at.x as usize] = color.luma();
        }
        Ok(())
    }
}
