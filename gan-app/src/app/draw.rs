//! Makes images, and draws them as text and on the display.

use gan_core::memory::GridShape;
use gan_core::{Generator, LatentSampler};

use super::App;
#[cfg(feature = "transform")]
use super::transform;
use crate::board::Board;
use crate::memory::Memory;
use crate::show::{self, GridRow};

/// Number of images in the grid of a model without labels.
const UNLABELLED: u16 = 10;

/// Takes a line of an image: its number, its bytes, and the buffer for a row of the grid.
pub(super) type Sink<'s> = &'s mut dyn FnMut(usize, &[u8], &mut [u8]);

impl App<'_, '_> {
    /// Returns the sampler that draws the latent of this image of a seed, and then of the next
    /// ones. Its code is linked once, and not in every command that makes images.
    #[inline(never)]
    pub(super) fn sampler(&mut self, seed: u64, image: u64) -> LatentSampler {
        let len = latent_of(self.generator, self.memory).len() as u64;
        let mut sampler = LatentSampler::new(seed).with_truncation(self.truncation);
        sampler.advance(image.wrapping_mul(len));
        sampler
    }

    /// Draws the latent of an image.
    pub(super) fn sample(&mut self, image: u64) {
        self.chosen = 0;
        self.sampler(self.seed, image).fill(latent_of(self.generator, self.memory));
    }

    /// Makes the current image line by line.
    pub(super) fn make_current(&mut self, sink: Sink<'_>) {
        if !self.is_chosen() {
            self.sample(self.image);
        }
        self.make(self.label, sink);
    }

    /// Makes the image of the latent line by line, and hands each line to `sink` with its number.
    /// It is linked once, and not for every sink.
    #[inline(never)]
    pub(super) fn make(&mut self, label: u16, sink: Sink<'_>) {
        #[cfg(feature = "transform")]
        if self.takes_image() {
            self.make_of_image(label, sink);
            return;
        }
        let (generator, Memory { latent, scratch, line, grid, .. }) =
            (self.generator, &mut *self.memory);
        let latent = latent.get(..generator.latent_len()).unwrap_or_default();
        let line = line.get_mut(..generator.line_len()).unwrap_or_default();
        let label = (generator.classes() > 0).then_some(label);
        // The label was checked before, and the buffers are large enough, so there is no error.
        let _ =
            generator.generate_rows(latent, label, scratch, line, |y, line| sink(y, line, grid));
    }

    /// Draws the current image as text and on the display, or writes the numbers that the model
    /// makes.
    pub(super) fn draw<B: Board>(&mut self, board: &mut B) {
        #[cfg(feature = "series")]
        if self.makes_numbers() {
            self.series(board, 1);
            return;
        }
        #[cfg(feature = "transform")]
        let captioned = self.draw_before(board);
        #[cfg(not(feature = "transform"))]
        let captioned = false;
        if !captioned {
            self.caption(board);
        }
        self.show(board);
    }

    /// Draws the current image without what is written above it.
    pub(super) fn show<B: Board>(&mut self, board: &mut B) {
        let shape = self.shape();
        let place = show::place(board, shape, 1, 0);
        self.make_current(&mut |y, line, _| {
            show::text_line(board, line, shape);
            show::display_line(board, place, y, line, shape);
        });
        board.refresh();
    }

    /// Draws an image of every label, side by side. They are the seed's images from the current one
    /// on.
    pub(super) fn grid<B: Board>(&mut self, board: &mut B) {
        let shape = self.shape();
        let count =
            if self.generator.classes() == 0 { UNLABELLED } else { self.generator.classes() };
        let columns = GridShape::of(shape).columns;
        for index in 0..count {
            let column = usize::from(index) % columns.max(1);
            let place = show::place(board, shape, count.into(), index.into());
            self.sample(self.image.wrapping_add(index.into()));
            self.make(index, &mut |y, line, grid| {
                GridRow::new(shape, grid).put(column, y, line, shape.channels.into());
                show::display_line(board, place, y, line, shape);
            });
            if column + 1 == columns || index + 1 == count {
                if usize::from(index) >= columns {
                    board.write(b"\r\n");
                }
                GridRow::new(shape, self.memory.grid).write(board, column + 1);
            }
        }
        board.refresh();
    }
}

/// The part of the memory into which the latent of a model is drawn.
pub(super) fn latent_of<'m>(generator: &Generator<'_>, memory: &'m mut Memory<'_>) -> &'m mut [u8] {
    #[cfg(feature = "transform")]
    if let Some(latent) = transform::latent_of(generator, memory.given) {
        return latent;
    }
    memory.latent.get_mut(..generator.latent_len()).unwrap_or_default()
}
