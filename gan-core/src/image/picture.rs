//! Draws an image on any display that has an `embedded-graphics` driver.

use core::iter;
use core::marker::PhantomData;

use embedded_graphics_core::Drawable;
use embedded_graphics_core::draw_target::DrawTarget;
use embedded_graphics_core::geometry::{Dimensions, Point, Size};
use embedded_graphics_core::pixelcolor::{Gray8, PixelColor};
use embedded_graphics_core::primitives::Rectangle;

use super::luma;
use crate::header::ImageShape;

/// Lines of an image, drawn in grey: pixel 0 is black, 255 is white.
///
/// The colour type is that of the display. Every colour type that can be made from [`Gray8`] will
/// do. The lines are drawn all at once, or one after the other as
/// [`generate_rows`](crate::Generator::generate_rows) makes them:
///
/// ```
/// use embedded_graphics_core::{Drawable, pixelcolor::Gray8, prelude::*, primitives::Rectangle};
/// use gan_core::{ImageShape, image::Picture};
/// # struct Screen(Vec<u8>);
/// # impl OriginDimensions for Screen { fn size(&self) -> Size { Size::new(4, 2) } }
/// # impl DrawTarget for Screen {
/// #     type Color = Gray8;
/// #     type Error = core::convert::Infallible;
/// #     fn draw_iter<I>(&mut self, pixels: I) -> Result<(), Self::Error>
/// #     where
/// #         I: IntoIterator<Item = Pixel<Gray8>>,
/// #     {
/// #         for Pixel(at, color) in pixels { self.0[(4 * at.y + at.x) as usize] = color.luma() }
/// #         Ok(())
/// #     }
/// # }
/// # let mut screen = Screen(vec![9; 8]);
///
/// let shape = ImageShape { width: 2, height: 1, channels: 1 };
/// Picture::new(&[0, 255], shape).at(Point::new(0, 0)).scaled(2).draw(&mut screen)?;
/// assert_eq!(screen.0, [0, 0, 255, 255, 0, 0, 255, 255]);
/// # Ok::<(), core::convert::Infallible>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Picture<'a, C = Gray8> {
    lines: &'a [u8],
    shape: ImageShape,
    top_left: Point,
    scale: u32,
    color: PhantomData<C>,
}

impl<'a, C> Picture<'a, C> {
    /// A picture of as many lines as `lines` holds, in the order `[line][column][channel]`. It lies
    /// at the display's top left corner.
    pub fn new(lines: &'a [u8], shape: ImageShape) -> Self {
        Self { lines, shape, top_left: Point::zero(), scale: 1, color: PhantomData }
    }

    /// Moves the picture, so that the upper left corner of its first pixel is at `top_left`.
    pub fn at(self, top_left: Point) -> Self {
        Self { top_left, ..self }
    }

    /// Draws each pixel as a square of `scale` by `scale` dots.
    pub fn scaled(self, scale: u32) -> Self {
        Self { scale, ..self }
    }

    /// Moves the picture down by `lines` lines of the image. When an image is drawn line by line,
    /// this is where line `lines` (counted from 0) belongs.
    pub fn below(self, lines: usize) -> Self {
        let down = (lines as u32).saturating_mul(self.scale);
        Self { top_left: self.top_left + Size::new(0, down), ..self }
    }

    fn lines(&self) -> iter::Take<core::slice::ChunksExact<'a, u8>> {
        // `chunks_exact` panics if the chunks have a length of 0.
        self.lines.chunks_exact(self.shape.line_len().max(1)).take(self.shape.height.into())
    }
}

impl<C> Dimensions for Picture<'_, C> {
    fn bounding_box(&self) -> Rectangle {
        let size = Size::new(self.shape.width.into(), self.lines().len() as u32);
        Rectangle::new(self.top_left, size * self.scale)
    }
}

impl<C: PixelColor + From<Gray8>> Drawable for Picture<'_, C> {
    type Color = C;
    type Output = ();

    fn draw<D: DrawTarget<Color = C>>(&self, target: &mut D) -> Result<(), D::Error> {
        let (scale, channels) = (self.scale as usize, usize::from(self.shape.channels));
        let dots = self.lines().flat_map(|line| iter::repeat_n(line, scale)).flat_map(|line| {
            // The number of channels is never 0, but only `max` tells the compiler so. With 0 this
            // would panic.
            line.chunks_exact(channels.max(1))
                .flat_map(move |pixel| iter::repeat_n(C::from(Gray8::new(luma(pixel))), scale))
        });
        target.fill_contiguous(&self.bounding_box(), dots)
    }
}
