//! Frames: images that change step by step, several beside each other.

use anyhow::Result;
use gan_core::host::Runner;
use gan_tools::generate;
use gan_tools::images::Images;
use gan_tools::picture::{Picture, grid};
use gan_tools::samples::Samples;

/// Frames of so many images each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frames {
    /// Images of a frame.
    pub columns: usize,
    /// Frame after frame.
    pub images: Images,
}

impl Frames {
    /// The images of `count` frames: `of(frame, column)` says of which codes and label.
    ///
    /// # Errors
    ///
    /// As [`generate::images`].
    pub fn make(
        runner: &Runner<'_>,
        [count, columns]: [usize; 2],
        of: impl Fn(usize, usize) -> (Vec<u8>, u16),
    ) -> Result<Self> {
        let (mut codes, mut labels) = (Vec::new(), Vec::new());
        for frame in 0..count {
            for column in 0..columns {
                let (latent, label) = of(frame, column);
                codes.extend(latent);
                labels.push(label);
            }
        }
        let samples = Samples { count: count * columns, codes, labels };
        Ok(Self { columns, images: generate::images(runner, &samples)? })
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.images.count / self.columns
    }

    /// The bytes of a frame.
    fn frame(&self, index: usize) -> &[u8] {
        let len = self.columns * self.images.image_len();
        &self.images.pixels[index * len..][..len]
    }

    /// A frame as a picture: its images side by side.
    pub fn picture(&self, index: usize) -> Picture {
        let pixels = self.frame(index).to_vec();
        let images = Images { count: self.columns, pixels, ..self.images };
        grid::picture(&images, self.columns)
    }

    /// These frames as columns of a picture; a row is what one image goes through.
    pub fn strip(&self, chosen: &[usize]) -> Picture {
        let len = self.images.image_len();
        let image = |column: usize, frame: usize| &self.frame(frame)[column * len..][..len];
        let rows =
            (0..self.columns).flat_map(|column| chosen.iter().map(move |&at| image(column, at)));
        let pixels = rows.flatten().copied().collect();
        let images = Images { count: chosen.len() * self.columns, pixels, ..self.images };
        grid::picture(&images, chosen.len())
    }

    /// How much one frame differs from another: root mean square of all pixels, in levels of 255.
    pub fn change(&self, from: usize, to: usize) -> f64 {
        let pairs = self.frame(from).iter().zip(self.frame(to));
        let sum: u64 = pairs.map(|(&a, &b)| u64::from(a.abs_diff(b)).pow(2)).sum();
        (sum as f64 / self.frame(from).len() as f64).sqrt()
    }

    /// How much each frame differs from the one before.
    pub fn changes(&self) -> Vec<f64> {
        (1..self.count()).map(|index| self.change(index - 1, index)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three frames of two images of 2x1 pixels.
    fn frames() -> Frames {
        let pixels = vec![0, 1, 10, 11, 0, 4, 10, 11, 0, 4, 10, 8];
        Frames { columns: 2, images: Images { count: 6, width: 2, height: 1, pixels } }
    }

    #[test]
    fn changes_are_root_mean_squares_of_a_frames_pixels() {
        // One of four pixels by 3: sqrt(9 / 4).
        assert_eq!(frames().changes(), [1.5, 1.5]);
    }

    #[test]
    fn a_row_of_a_strip_is_what_an_image_goes_through() {
        let strip = frames().strip(&[0, 2]);
        // A gap of one pixel around each image.
        assert_eq!((strip.width, strip.height), (7, 5));
        let line = |y: usize| &strip.pixels[y * 7..][..7];
        assert_eq!(line(1), [40, 0, 1, 40, 0, 4, 40]);
        assert_eq!(line(3), [40, 10, 11, 40, 10, 8, 40]);
        assert_eq!(frames().picture(1).pixels[7..14], [40, 0, 4, 40, 10, 11, 40]);
    }
}
