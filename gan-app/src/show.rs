//! Shows an image as text, as a PGM or PPM file, and on the display.

use core::fmt::{self, Write};

use embedded_graphics_core::Drawable;
use embedded_graphics_core::draw_target::DrawTarget;
use embedded_graphics_core::geometry::{Dimensions, Point, Size};
use embedded_graphics_core::pixelcolor::Gray8;
use embedded_graphics_core::primitives::Rectangle;
use gan_core::ImageShape;
use gan_core::image::{Picture, glyph, luma};
use gan_core::memory::GridShape;

use crate::board::{Board, Text};

/// In images up to this width each pixel takes two characters, which makes it about square. In
/// wider images it takes one.
const WIDEST_SQUARE: u16 = 39;

/// Writes a line of an image as text.
pub fn text_line<B: Board>(board: &mut B, line: &[u8], shape: ImageShape) {
    for pixel in line.chunks_exact(usize::from(shape.channels.max(1))) {
        text_pixel(board, luma(pixel), shape);
    }
    board.write(b"\r\n");
}

/// Writes one pixel of an image of this shape as text.
pub fn text_pixel<B: Board>(board: &mut B, luma: u8, shape: ImageShape) {
    let ink = [glyph(luma) as u8; 2];
    board.write(if shape.width <= WIDEST_SQUARE { &ink } else { &ink[..1] });
}

/// Writes the header of a binary PGM file, or of a PPM file if the image is in RGB. The lines of
/// the image follow it as they are.
pub fn pnm_header<B: Board>(board: &mut B, shape: ImageShape) -> fmt::Result {
    // These are bytes of a file. Text would get the line ends of terminals.
    struct Bytes<'b, B>(&'b mut B);
    impl<B: Board> Write for Bytes<'_, B> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.write(text.as_bytes());
            Ok(())
        }
    }
    let kind = if shape.channels == 3 { "P6" } else { "P5" };
    write!(Bytes(board), "{kind}\n{} {}\n255\n", shape.width, shape.height)
}

/// Where an image lies on the display: in a cell of a grid, as large as it fits there. If the cells
/// are a little smaller than the images, the edges of the images are left out. Generated digits
/// have nothing there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    top_left: Point,
    scale: u32,
    /// How many pixels are left out on the left and at the top. `shown` is how many are shown.
    hidden: Size,
    shown: Size,
}

impl Place {
    /// The place of image `index` in a grid. It is `None` if less than three quarters of the
    /// image's width or height could be shown.
    fn new(
        display: Rectangle,
        shape: ImageShape,
        (columns, rows): (u32, u32),
        index: u32,
    ) -> Option<Self> {
        let cell = Size::new(
            display.size.width.checked_div(columns)?,
            display.size.height.checked_div(rows)?,
        );
        let image = Size::new(shape.width.into(), shape.height.into());
        let scale =
            cell.width.checked_div(image.width)?.min(cell.height.checked_div(image.height)?).max(1);
        let shown = image.component_min(cell);
        let margin = (cell - shown * scale) / 2;
        let corner = Size::new(
            cell.width * index.checked_rem(columns)?,
            cell.height * index.checked_div(columns)?,
        );
        let enough = shown.width * 4 >= image.width * 3 && shown.height * 4 >= image.height * 3;
        let hidden = (image - shown) / 2;
        enough.then_some(Self {
            top_left: display.top_left + corner + margin,
            scale,
            hidden,
            shown,
        })
    }

    /// How good the grid is. A larger value is better.
    fn worth(self) -> (u32, u32) {
        (self.scale, self.shown.width * self.shown.height)
    }
}

/// Clears the display for the first of `count` images, and says where image `index` goes.
pub fn place<B: Board>(board: &mut B, shape: ImageShape, count: u32, index: u32) -> Option<Place> {
    let display = board.display()?;
    let area = display.bounding_box();
    if index == 0 {
        // An error of the display could only be told on the console, once for every line, so it is
        // ignored.
        let _ = display.clear(Gray8::new(0).into());
    }
    // This takes the grid with the largest images. It does not use `div_ceil`: the compiler cannot
    // see that no divisor is 0, and would link a panic.
    let grids =
        (1..=count).filter_map(|columns| Some((columns, (count - 1).checked_div(columns)? + 1)));
    grids.filter_map(|grid| Place::new(area, shape, grid, index)).max_by_key(|place| place.worth())
}

/// Draws line `y` of an image on the display.
pub fn display_line<B: Board>(
    board: &mut B,
    place: Option<Place>,
    y: usize,
    line: &[u8],
    shape: ImageShape,
) {
    board.alive();
    let (Some(Place { top_left, scale, hidden, shown }), Some(display)) = (place, board.display())
    else {
        return;
    };
    let Some(y) = y.checked_sub(hidden.height as usize).filter(|&y| y < shown.height as usize)
    else {
        return;
    };
    let bytes = |pixels: u32| pixels as usize * usize::from(shape.channels);
    let line = line.get(bytes(hidden.width)..bytes(hidden.width + shown.width)).unwrap_or_default();
    let shape = ImageShape { width: shown.width as u16, ..shape };
    let _ = Picture::new(line, shape).at(top_left).scaled(scale).below(y).draw(display);
}

/// The brightness of a row of the grid, before it is written as text.
pub struct GridRow<'b> {
    shape: GridShape,
    pixels: &'b mut [u8],
}

impl<'b> GridRow<'b> {
    /// A row that is kept in `buffer`, which has at least [`grid_len`](gan_core::memory::grid_len)
    /// bytes.
    pub fn new(image: ImageShape, buffer: &'b mut [u8]) -> Self {
        Self { shape: GridShape::of(image), pixels: buffer }
    }

    /// Puts line `y` of the image that stands in `column` into the row.
    pub fn put(&mut self, column: usize, y: usize, line: &[u8], channels: usize) {
        let GridShape { columns, width, wide, .. } = self.shape;
        let (pixels, lines) = (width / wide.max(1), if wide == 1 { 2 } else { 1 });
        let start = (y / lines * columns + column) * pixels;
        let row = self.pixels.get_mut(start..).unwrap_or_default();
        for (place, pixel) in row.iter_mut().zip(line.chunks_exact(channels.max(1))).take(pixels) {
            let luma = luma(pixel);
            *place = if y.is_multiple_of(lines) {
                luma
            } else {
                ((u16::from(*place) + u16::from(luma)) / 2) as u8
            };
        }
    }

    /// Writes the first `columns` images as text.
    pub fn write<B: Board>(&self, board: &mut B, columns: usize) {
        let GridShape { width, wide, .. } = self.shape;
        let pixels = (width / wide.max(1)).max(1);
        for line in
            self.pixels.chunks_exact(pixels * self.shape.columns.max(1)).take(self.shape.height)
        {
            for image in line.chunks_exact(pixels).take(columns) {
                for &pixel in image {
                    let ink = [glyph(pixel) as u8; 2];
                    board.write(ink.get(..wide).unwrap_or_default());
                }
                board.write(b" ");
            }
            board.write(b"\r\n");
        }
    }
}

/// Writes a line of text.
pub fn say<B: Board>(board: &mut B, line: fmt::Arguments<'_>) {
    text(board, line);
    board.write(b"\r\n");
}

/// Writes text that is not the end of a line.
#[inline(never)]
pub fn text<B: Board>(board: &mut B, text: fmt::Arguments<'_>) {
    // A board's port takes whatever comes.
    let _ = Text(board).write_fmt(text);
}
