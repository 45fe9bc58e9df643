//! What C allocates. A generator and what is said about it have the same size on every target, so
//! that gan.h has numbers.

use gan_core::{Generator, OutputKind};

/// Words of [`GanGenerator`]: `GAN_GENERATOR_WORDS` in gan.h.
pub const GENERATOR_WORDS: usize = 96;
/// Bytes of a name with the zero at its end, rounded up: `GAN_NAME_SIZE` in gan.h.
pub const NAME_SIZE: usize = 36;

/// The place for a generator. Words and no bytes, so that C aligns it without being told: a C++
/// compiler refuses `_Alignas`.
#[derive(Debug)]
#[repr(C)]
pub struct GanGenerator {
    words: [u64; GENERATOR_WORDS],
}

/// What lies in a [`GanGenerator`].
pub struct Decoded {
    /// [`MARK`] if the generator is there. Memory that is all zeros, such as a static variable's,
    /// does not have it.
    pub mark: u32,
    /// Borrows the blob for ever, which gan.h demands.
    pub generator: Generator<'static>,
}

/// "GANG" as a number.
pub const MARK: u32 = u32::from_le_bytes(*b"GANG");

const _: () = assert!(
    size_of::<Decoded>() <= size_of::<GanGenerator>() && align_of::<Decoded>() <= align_of::<u64>(),
    "raise GAN_GENERATOR_WORDS, here and in gan.h, and GAN_ABI_VERSION"
);

/// What goes into a generator that takes an image: `gan_input`.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct GanInput {
    /// The bytes of the image, line by line.
    pub image: *const u8,
    /// How many there are.
    pub image_len: usize,
    /// A byte for each cell of the mask: 0 where the image is there, 255 where it is missing.
    pub mask: *const u8,
    /// How many there are; 0 for a generator without a mask.
    pub mask_len: usize,
    /// The codes of the latent part.
    pub latent: *const u8,
    /// How many there are; 0 for a generator without a latent part.
    pub latent_len: usize,
    /// The label; below 0 is none.
    pub label: i32,
}

/// What is said about a model: `gan_info`.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct GanInfo {
    /// Multiply-accumulates of an image.
    pub macs: u64,
    /// CRC-32 of the blob.
    pub crc: u32,
    /// Bytes of the blob.
    pub blob_len: u32,
    /// Codes of a latent vector; of a model that takes an image, those of its latent part.
    pub latent_len: u32,
    /// Labels; 0 if the model takes none.
    pub classes: u32,
    /// Pixels in a line.
    pub width: u32,
    /// Lines.
    pub height: u32,
    /// Bytes of a pixel.
    pub channels: u32,
    /// Bytes of an image.
    pub pixels_len: u32,
    /// Bytes of a line.
    pub line_len: u32,
    /// Words of the scratch.
    pub scratch_len: u32,
    /// 1 if all layers are in the order that this library's kernel reads, else 0.
    pub is_native: u32,
    /// 1 if the outputs are numbers of a table, 0 if they are pixels.
    pub makes_numbers: u32,
    /// Pixels in a line of the image that goes in; 0 if none does, and so with the next ones.
    pub image_width: u32,
    /// Its lines.
    pub image_height: u32,
    /// Bytes of a pixel of it.
    pub image_channels: u32,
    /// Bytes of it.
    pub image_len: u32,
    /// Cells in a line of the mask that goes in; 0 if none does, and so with the next ones.
    pub mask_width: u32,
    /// Its lines.
    pub mask_height: u32,
    /// Bytes of it.
    pub mask_len: u32,
    /// Bytes of `codes` of `gan_transform`.
    pub codes_len: u32,
    /// The model's name and zeros.
    pub name: [u8; NAME_SIZE],
}

impl GanInfo {
    /// What is said about this generator. Lengths fit 32 bits: those of a blob have as many.
    pub fn of(generator: &Generator<'_>) -> Self {
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let (image, inputs) = (generator.image(), generator.inputs());
        let given = inputs.image();
        let [image_width, image_height, image_channels] = match given {
            Some(given) => [given.width.into(), given.height.into(), given.channels.into()],
            None => [0; 3],
        };
        let mask = inputs.mask();
        let [mask_width, mask_height] =
            mask.map_or([0; 2], |mask| [mask.width, mask.height].map(u32::from));
        let mut name = [0; NAME_SIZE];
        name.iter_mut().zip(generator.name().bytes()).for_each(|(place, byte)| *place = byte);
        Self {
            macs: generator.macs(),
            crc: generator.crc(),
            blob_len: number(generator.encoded_len()),
            latent_len: number(inputs.latent()),
            classes: generator.classes().into(),
            width: image.width.into(),
            height: image.height.into(),
            channels: image.channels.into(),
            pixels_len: number(generator.pixels_len()),
            line_len: number(generator.line_len()),
            scratch_len: number(generator.scratch_len()),
            is_native: generator.is_native().into(),
            makes_numbers: (generator.header().outputs == OutputKind::Numbers).into(),
            image_width,
            image_height,
            image_channels,
            image_len: given.map_or(0, |given| number(given.len())),
            mask_width,
            mask_height,
            mask_len: mask.map_or(0, |mask| number(mask.len())),
            codes_len: if given.is_some() { number(generator.latent_len()) } else { 0 },
            name,
        }
    }
}

impl core::fmt::Debug for Decoded {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Decoded").field("mark", &self.mark).finish_non_exhaustive()
    }
}

const _: () = assert!(gan_core::blob::MAX_NAME < NAME_SIZE, "a name has a zero at its end");
