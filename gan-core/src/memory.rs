//! The buffers that a firmware sets aside for a model, so that the firmware's build, the
//! application and host tools agree on their sizes.

use crate::{Generator, ImageShape};

/// Characters in a line of a terminal.
const TERMINAL: usize = 80;

/// How images stand next to each other in a text: in brightness, a byte a character, lines in pairs
/// so that a character, which is twice as high as wide, is about square.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GridShape {
    /// Images in a row.
    pub columns: usize,
    /// Characters in a line of an image.
    pub width: usize,
    /// Lines of characters.
    pub height: usize,
    /// Characters of a pixel, side by side; lines of pixels in a line of characters are 2 if it is
    /// 1, else 1.
    pub wide: usize,
}

impl GridShape {
    /// For images of this shape.
    pub const fn of(image: ImageShape) -> Self {
        // Small images have a character twice for each pixel rather than half their lines.
        let wide = if image.width <= 16 { 2 } else { 1 };
        let width = image.width as usize * wide;
        let height =
            if wide == 2 { image.height as usize } else { (image.height as usize).div_ceil(2) };
        let fit = (TERMINAL + 1) / (width + 1);
        Self { columns: if fit == 0 { 1 } else { fit }, width, height, wide }
    }

    /// Bytes of a row of images.
    pub const fn bytes(self) -> usize {
        self.columns * self.width / self.wide * self.height
    }
}

/// Bytes of a row of the grid, for images of this shape.
pub const fn grid_len(image: ImageShape) -> usize {
    GridShape::of(image).bytes()
}

/// Sizes of the buffers that a firmware sets aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rooms {
    /// Bytes of the latent vector.
    pub latent: usize,
    /// Words of the layers' buffers.
    pub scratch: usize,
    /// Bytes of a line of an image.
    pub line: usize,
    /// Bytes of a row of the grid: see [`grid_len`].
    pub grid: usize,
}

impl Rooms {
    /// For this model and, if models can come over the console, for those: of them nothing is known
    /// but that they are small.
    pub fn of(generator: &Generator<'_>, receives: bool) -> Self {
        let room = |len: usize, later: usize| if receives { len.max(later) } else { len };
        Self {
            latent: room(generator.latent_len(), 256),
            scratch: room(generator.scratch_len(), 1024),
            line: room(generator.line_len(), 192),
            grid: room(grid_len(generator.image()), 2560),
        }
    }

    /// Bytes of all of them.
    pub fn bytes(self) -> usize {
        self.latent + self.scratch * size_of::<u32>() + self.line + self.grid
    }
}
