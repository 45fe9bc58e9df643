//! The buffers that a firmware reserves for a model, so that the firmware's build, the application
//! and host tools agree on their sizes.

use crate::{Generator, ImageShape, Known, OutputKind};

/// Number of characters in a line of a terminal, and in the longest line that the console takes.
pub const TERMINAL: usize = 80;

/// How images are laid out next to each other in a text. The text shows brightness only. A
/// character is about twice as high as wide, so each pixel takes two characters side by side, or
/// each character stands for two lines of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GridShape {
    /// Number of images in a row.
    pub columns: usize,
    /// Width of an image in characters.
    pub width: usize,
    /// Height of an image in lines of characters.
    pub height: usize,
    /// Number of characters that a pixel takes, side by side. If this is 1, a line of characters
    /// stands for two lines of pixels, otherwise for one.
    pub wide: usize,
}

impl GridShape {
    /// The layout for images of this shape.
    pub const fn of(image: ImageShape) -> Self {
        // In small images each pixel takes two characters, so that no lines are lost.
        let wide = if image.width <= 16 { 2 } else { 1 };
        let width = image.width as usize * wide;
        let height =
            if wide == 2 { image.height as usize } else { (image.height as usize).div_ceil(2) };
        let fit = (TERMINAL + 1) / (width + 1);
        Self { columns: if fit == 0 { 1 } else { fit }, width, height, wide }
    }

    /// Number of bytes that hold a row of images.
    pub const fn bytes(self) -> usize {
        self.columns * self.width / self.wide * self.height
    }
}

/// Number of bytes that a row of the grid takes, for images of this shape.
pub const fn grid_len(image: ImageShape) -> usize {
    GridShape::of(image).bytes()
}

/// Sizes of the buffers that a firmware reserves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rooms {
    /// Number of codes that go in, a byte each: the length of the latent vector, if nothing else
    /// goes in.
    pub latent: usize,
    /// Number of bytes of what is given to a generator that takes an image: its latent part, the
    /// image and the mask. It is 0 for one that takes none.
    pub given: usize,
    /// Length in words of what the layers compute in: the `scratch` of [`Generator::generate`].
    pub scratch: usize,
    /// Length of a line of an image in bytes.
    pub line: usize,
    /// Length of a row of the grid in bytes, as [`grid_len`] has it. It is 0 for a generator of
    /// numbers, which have no grid.
    pub grid: usize,
}

impl Rooms {
    /// The sizes for a model that the firmware is built with, in a constant: see [`of`](Self::of).
    pub const fn of_known(known: &Known<'_>, receives: bool) -> Self {
        Self::of(known.unchecked(), receives)
    }

    /// The sizes for this model. If the firmware also receives models over the console, no buffer
    /// is smaller than a fixed size that small models need, because nothing is known of those
    /// models.
    pub const fn of(generator: &Generator<'_>, receives: bool) -> Self {
        let own = Self {
            latent: generator.latent_len(),
            given: given_len(generator),
            scratch: generator.scratch_len(),
            line: generator.line_len(),
            grid: match generator.header().outputs {
                OutputKind::Image => grid_len(generator.image()),
                OutputKind::Numbers => 0,
            },
        };
        if !receives {
            return own;
        }
        Self {
            latent: max(own.latent, 256),
            // A firmware that takes no images does not learn to.
            given: own.given,
            scratch: max(own.scratch, 1024),
            line: max(own.line, 192),
            grid: max(own.grid, 2560),
        }
    }

    /// Number of bytes that all buffers take together.
    pub const fn bytes(self) -> usize {
        self.latent + self.given + self.scratch * size_of::<u32>() + self.line + self.grid
    }
}

const fn given_len(generator: &Generator<'_>) -> usize {
    let inputs = generator.inputs();
    let Some(image) = inputs.image() else { return 0 };
    let mask = match inputs.mask() {
        Some(mask) => mask.len(),
        None => 0,
    };
    inputs.latent() + image.len() + mask
}

const fn max(a: usize, b: usize) -> usize {
    if a > b { a } else { b }
}
