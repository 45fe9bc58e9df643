//! The buffers that are lent to the application. [`gan_core::memory::Rooms`] has their sizes.

use gan_core::Generator;
use gan_core::memory::Rooms;

/// The buffers that the caller lends to the application. They may be larger than the model needs.
#[derive(Debug)]
pub struct Memory<'b> {
    /// Holds the codes that go in: the latent vector, if nothing else goes in.
    pub latent: &'b mut [u8],
    /// Holds what is given to a model that takes an image: its latent part, the image, the mask.
    #[cfg(feature = "transform")]
    pub given: &'b mut [u8],
    /// Holds what the layers compute: the `scratch` of [`Generator::generate`].
    pub scratch: &'b mut [u32],
    /// Holds a line of an image.
    pub line: &'b mut [u8],
    /// Holds a row of the grid; [`grid_len`](gan_core::memory::grid_len) says how many bytes that
    /// takes.
    pub grid: &'b mut [u8],
}

impl Memory<'_> {
    /// Whether the buffers are large enough for a model.
    pub fn holds(&self, generator: &Generator<'_>) -> bool {
        let rooms = Rooms::of(generator, false);
        #[cfg(feature = "transform")]
        if self.given.len() < rooms.given {
            return false;
        }
        self.latent.len() >= rooms.latent
            && self.scratch.len() >= rooms.scratch
            && self.line.len() >= rooms.line
            && self.grid.len() >= rooms.grid
    }
}
