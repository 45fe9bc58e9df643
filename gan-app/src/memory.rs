//! The buffers that are lent to the application. [`gan_core::memory::Rooms`] has their sizes.

use gan_core::Generator;
use gan_core::memory::grid_len;

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

impl Memory<'_> {
    /// Whether it is enough for a model.
    pub fn holds(&self, generator: &Generator<'_>) -> bool {
        self.latent.len() >= generator.latent_len()
            && self.scratch.len() >= generator.scratch_len()
            && self.line.len() >= generator.line_len()
            && self.grid.len() >= grid_len(generator.image())
    }
}
