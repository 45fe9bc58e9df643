//! The buffers that a model needs.

use gan_core::{Generator, ImageShape};

/// Characters in a line of a terminal.
const TERMINAL: usize = 80;

/// Buffers lent to the application. They may be larger than the model needs.
#[derive(Debug)]
pub struct Memory<'b> {
    /// The latent vector.
    pub latent: &'b mut [u8],
    /// The layers' buffers.
    pub scratch: &'b mut [u32],
    /// A line of an image.
    pub line: &'b mut [u8],
    /// A row of the grid: see [`grid_len`].
    pub grid: &'b mut [u8],
}

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

/// Bytes that [`Memory::grid`] has for images of this shape.
pub const fn grid_len(image: ImageShape) -> usize {
    GridShape::of(image).bytes()
}

/// Sizes of the buffers that a firmware sets aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rooms {
    /// Bytes of [`Memory::latent`].
    pub latent: usize,
    /// Words of [`Memory::scratch`].
    pub scratch: usize,
    /// Bytes of [`Memory::line`].
    pub line: usize,
    /// Bytes of [`Memory::grid`].
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

impl Memory<'_> {
    /// Whether it is enough for a model.
    pub fn holds(&self, generator: &Generator<'_>) -> bool {
        self.latent.len() >= generator.latent_len()
            && self.scratch.len() >= generator.scratch_len()
            && self.line.len() >= generator.line_len()
            && self.grid.len() >= grid_len(generator.image())
    }
}
