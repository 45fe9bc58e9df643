//! Missing pixels: rectangles and scratches. They are made of whole cells of the mask, so that the
//! mask says exactly which pixels are missing.

use crate::config::{Damage, TaskConfig};
use crate::random::below;
use anyhow::{Result, ensure};
use gan_core::blob::{ImageShape, MaskShape};
use rand_pcg::Pcg64Mcg;

/// What a missing pixel goes in as: its code is 64, which stands for 0.
pub const UNKNOWN: u8 = 128;
/// The mask's bytes for cells that are there and that are missing.
const MASK: [u8; 2] = [0, 255];

/// Which pixels of an image are missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holes {
    /// Width and height of the image.
    image: [usize; 2],
    /// Cells in a line, and lines of them.
    cells: [usize; 2],
    /// Of each cell, whether it is missing.
    missing: Vec<bool>,
}

/// Refuses sides of rectangles that no whole number of cells has.
pub(super) fn check(task: &TaskConfig, image: [u16; 2]) -> Result<()> {
    let mask = task.mask;
    ensure!(
        image.iter().all(|&side| mask <= side),
        "task.mask: {mask} cells, but the images are {}x{}",
        image[0],
        image[1]
    );
    for side in image {
        let [least, most] = sides(task, side.into());
        ensure!(
            least <= most,
            "task.smallest, task.largest: no whole number of cells, {side} pixels in {mask}, is {} \
             to {} pixels long",
            task.smallest,
            task.largest
        );
    }
    Ok(())
}

/// How many cells a rectangle's side has, least and most, in an image of `side` pixels. At least
/// one line of cells stays.
fn sides(task: &TaskConfig, side: usize) -> [usize; 2] {
    let cells = usize::from(task.mask);
    let least = (usize::from(task.smallest) * cells).div_ceil(side);
    let most = usize::from(task.largest) * cells / side;
    [least.max(1), most.min(cells.max(2) - 1)]
}

impl Holes {
    #[cfg(test)]
    pub(super) fn of(image: [usize; 2], cells: [usize; 2], missing: &[bool]) -> Self {
        Self { image, cells, missing: missing.to_vec() }
    }

    /// Random ones of the kind that the task asks for.
    pub(super) fn random(task: &TaskConfig, rng: &mut Pcg64Mcg) -> Self {
        let image = task.target_size.map(usize::from);
        let cells = [usize::from(task.mask); 2];
        let mut holes = Self { image, cells, missing: vec![false; cells[0] * cells[1]] };
        let scratched = match task.damage {
            Damage::Rectangle => false,
            Damage::Scratches => true,
            Damage::Either => below(2, rng) == 1,
        };
        if scratched {
            holes.scratch(rng)
        } else {
            holes.cut(task, rng)
        }
        holes
    }

    /// A rectangle of a random size at a random place.
    fn cut(&mut self, task: &TaskConfig, rng: &mut Pcg64Mcg) {
        let side = |axis: usize, rng: &mut Pcg64Mcg| {
            let [least, most] = sides(task, self.image[axis]);
            let side = least + below(most + 1 - least, rng);
            let first = below(self.cells[axis] + 1 - side, rng);
            first..first + side
        };
        let (columns, rows) = (side(0, rng), side(1, rng));
        for row in rows {
            self.missing[row * self.cells[0]..][columns.clone()].fill(true);
        }
    }

    /// One or two lines, each from a random cell to another.
    fn scratch(&mut self, rng: &mut Pcg64Mcg) {
        let [width, height] = self.cells;
        for _ in 0..1 + below(2, rng) {
            let mut end = || [below(width, rng), below(height, rng)].map(|cell| cell as f64 + 0.5);
            let (from, to) = (end(), end());
            // Two points a cell at least, so that no cell on the way is left out.
            let points = 2 * width.max(height);
            for point in 0..=points {
                let part = point as f64 / points as f64;
                let [x, y] =
                    [0, 1].map(|axis| (from[axis] + part * (to[axis] - from[axis])) as usize);
                self.missing[y * width + x] = true;
            }
        }
    }

    /// The cell of pixel `at`.
    fn cell(&self, at: usize) -> usize {
        let [width, height] = self.image.map(|side| side as u16);
        let [columns, rows] = self.cells.map(|side| side as u16);
        let (x, y) = (at % self.image[0], at / self.image[0]);
        let image = ImageShape { width, height, channels: 1 };
        MaskShape { width: columns, height: rows }.cell(image, x, y)
    }

    /// The mask's bytes.
    pub fn mask(&self) -> impl Iterator<Item = u8> {
        self.missing.iter().map(|&missing| MASK[usize::from(missing)])
    }

    /// Of each pixel, whether it is missing.
    pub fn pixels(&self) -> impl Iterator<Item = bool> {
        (0..self.image[0] * self.image[1]).map(|at| self.missing[self.cell(at)])
    }

    /// The image with [`UNKNOWN`] in the place of what is missing.
    pub fn cut_out(&self, image: &[u8]) -> Vec<u8> {
        let pixels = image.iter().zip(self.pixels());
        pixels.map(|(&pixel, missing)| if missing { UNKNOWN } else { pixel }).collect()
    }
}
