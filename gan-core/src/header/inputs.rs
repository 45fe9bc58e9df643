//! What goes into a generator and what comes out of it: the fields that a blob of version 3 has and
//! older ones do not.

use super::ImageShape;
use core::fmt;

/// The largest number of parts that a generator's input can have: one of each kind.
pub const MAX_INPUTS: usize = 3;
/// The largest length of the metadata, in bytes.
pub const MAX_METADATA: usize = 65_535;

/// A part of what goes into a generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "encode", derive(serde::Serialize))]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum InputPart {
    /// So many codes that are drawn, or chosen.
    Latent(u16),
    /// The bytes of an image: each byte becomes a code.
    Image(ImageShape),
    /// Which parts of the image are missing: each cell becomes a code.
    Mask(MaskShape),
}

impl InputPart {
    /// Number of codes that the part takes.
    pub const fn codes(self) -> usize {
        match self {
            Self::Latent(codes) => codes as usize,
            Self::Image(shape) => shape.len(),
            Self::Mask(shape) => shape.len(),
        }
    }
}

/// Size of a mask. Its cells lie over the image like a grid, and a cell may cover many pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "encode", derive(serde::Serialize))]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct MaskShape {
    /// Cells in a line.
    pub width: u16,
    /// Lines of cells.
    pub height: u16,
}

impl MaskShape {
    /// From this byte of a mask on, the pixels under the cell are missing.
    pub const MISSING: u8 = 128;

    /// Cells, each of which is a byte.
    pub const fn len(self) -> usize {
        // At most 65535^2, which 32 bits hold.
        self.width as usize * self.height as usize
    }

    /// Whether the mask has no cells. `decode` refuses such a shape.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether pixel (`x`, `y`) of an image of this shape is missing, by the cells of the mask.
    pub fn hides(self, cells: &[u8], image: ImageShape, x: usize, y: usize) -> bool {
        cells.get(self.cell(image, x, y)).is_some_and(|&cell| cell >= Self::MISSING)
    }

    /// The cell over pixel (`x`, `y`) of an image of this shape: its number, line by line.
    pub const fn cell(self, image: ImageShape, x: usize, y: usize) -> usize {
        scaled(y, self.height, image.height) * self.width as usize
            + scaled(x, self.width, image.width)
    }
}

/// The cell that a pixel at place `at` of `pixels` has among `cells`. A place and a size have 16
/// bits, so the product does not leave 32 bits.
const fn scaled(at: usize, cells: u16, pixels: u16) -> usize {
    match at.wrapping_mul(cells as usize).checked_div(pixels as usize) {
        Some(cell) => cell,
        None => 0,
    }
}

/// What a generator's outputs are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "encode", derive(serde::Serialize))]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum OutputKind {
    /// The pixels of an image.
    #[default]
    Image,
    /// Numbers of a table's row, or of a window of several steps: the shape's width is the numbers
    /// of a step, its height the steps.
    Numbers,
}

/// The parts of a generator's input, in the order of their codes: a slice of at most
/// [`MAX_INPUTS`] [`InputPart`]s.
///
/// ```
/// use gan_core::{ImageShape, InputPart, InputParts};
/// let image = ImageShape { width: 4, height: 2, channels: 3 };
/// let parts = InputParts::from_slice(&[InputPart::Latent(5), InputPart::Image(image)]);
/// assert_eq!(parts.map(|parts| (parts.latent(), parts.image())), Some((5, Some(image))));
/// assert!(InputParts::from_slice(&[InputPart::Latent(1); 4]).is_none());
/// ```
#[derive(Clone, Copy)]
pub struct InputParts {
    /// Those from `len` on mean nothing.
    parts: [InputPart; MAX_INPUTS],
    len: u8,
}

impl InputParts {
    /// No parts.
    pub const fn new() -> Self {
        Self { parts: [InputPart::Latent(0); MAX_INPUTS], len: 0 }
    }

    /// A latent vector of so many codes, and nothing else.
    pub const fn of_latent(codes: u16) -> Self {
        Self { parts: [InputPart::Latent(codes); MAX_INPUTS], len: 1 }
    }

    /// These parts; `None` if there are more than [`MAX_INPUTS`].
    pub const fn from_slice(mut parts: &[InputPart]) -> Option<Self> {
        let mut all = Self::new();
        while let [part, rest @ ..] = parts {
            if !all.push(*part) {
                return None;
            }
            parts = rest;
        }
        Some(all)
    }

    /// Appends a part. It returns `false`, and changes nothing, if there are [`MAX_INPUTS`]
    /// already.
    #[must_use = "there may be no room"]
    pub const fn push(&mut self, part: InputPart) -> bool {
        match self.parts.split_at_mut_checked(self.len as usize) {
            Some((_, [next, ..])) => {
                *next = part;
                self.len += 1;
                true
            }
            _ => false,
        }
    }

    /// The parts as a slice.
    pub const fn as_slice(&self) -> &[InputPart] {
        // The length is never more than the array's, which the compiler need not see.
        match self.parts.split_at_checked(self.len as usize) {
            Some((parts, _)) => parts,
            None => &[],
        }
    }

    /// Whether a latent vector is all that goes in, as in every blob of version 1 and 2.
    pub const fn is_latent(&self) -> bool {
        matches!(self.as_slice(), [InputPart::Latent(_)])
    }

    /// Number of codes of the latent part; 0 if there is none.
    pub const fn latent(&self) -> usize {
        let mut parts = self.as_slice();
        while let [part, rest @ ..] = parts {
            if let InputPart::Latent(codes) = part {
                return *codes as usize;
            }
            parts = rest;
        }
        0
    }

    /// Size of the image that goes in, if one does.
    pub const fn image(&self) -> Option<ImageShape> {
        let mut parts = self.as_slice();
        while let [part, rest @ ..] = parts {
            if let InputPart::Image(shape) = part {
                return Some(*shape);
            }
            parts = rest;
        }
        None
    }

    /// Size of the mask that goes in, if one does.
    pub const fn mask(&self) -> Option<MaskShape> {
        let mut parts = self.as_slice();
        while let [part, rest @ ..] = parts {
            if let InputPart::Mask(shape) = part {
                return Some(*shape);
            }
            parts = rest;
        }
        None
    }
}

impl Default for InputParts {
    fn default() -> Self {
        Self::new()
    }
}

impl PartialEq for InputParts {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl fmt::Debug for InputParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.as_slice()).finish()
    }
}

#[cfg(feature = "encode")]
impl serde::Serialize for InputParts {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.as_slice())
    }
}
