//! A model with its buffers, and what the page does with it.

use crate::info;
use crate::json::{Text, list};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use crc::{CRC_32_ISO_HDLC, Crc};
use gan_core::latent::between;
use gan_core::table::{Table, TableError};
use gan_core::tools::AlignedBytes;
use gan_core::{
    DecodeError, GenerateError, Generator, LatentSampler, TransformInput, Truncation, kernel,
};

/// The CRC-32 that gzip and PNG use, by which the page and a board tell that they drew the same
/// image.
pub fn crc32(bytes: &[u8]) -> u32 {
    static CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);
    CRC.checksum(bytes)
}

/// A model in the packing of this build's kernel, with a buffer for everything that goes in or
/// comes out.
#[derive(Debug)]
pub struct Model {
    generator: Generator<'static>,
    /// The CRC-32 and the length of the file, which may have another packing.
    crc: u32,
    file_len: usize,
    /// Latent codes, 0..=127.
    pub latent: Vec<u8>,
    /// The latents between which [`interpolate`](Self::interpolate) goes.
    pub ends: [Vec<u8>; 2],
    /// The bytes of the image that goes in; empty if none does.
    pub image: Vec<u8>,
    /// The bytes of the mask that goes in; empty if none does.
    pub mask: Vec<u8>,
    /// What came out last.
    pub pixels: Vec<u8>,
    codes: Vec<u8>,
    scratch: Vec<u32>,
}

impl Model {
    /// Reads and checks a file, and packs it for this build's kernel if it is packed for another.
    ///
    /// The bytes stay in memory for ever: a page makes an instance of this module for each model.
    ///
    /// # Errors
    ///
    /// What is wrong with the file.
    pub fn read(file: AlignedBytes) -> Result<Self, DecodeError> {
        let generator = gan_core::decode(&file)?;
        let (crc, file_len) = (generator.crc(), generator.encoded_len());
        let packed =
            if generator.is_native() { None } else { generator.packed(kernel::PACKING).ok() };
        let bytes: &'static AlignedBytes = Box::leak(Box::new(packed.unwrap_or(file)));
        let generator = gan_core::decode(bytes)?;
        let inputs = *generator.inputs();
        let latent = inputs.latent();
        Ok(Self {
            crc,
            file_len,
            latent: vec![0; latent],
            ends: [vec![0; latent], vec![0; latent]],
            image: vec![0; inputs.image().map_or(0, |image| image.len())],
            mask: vec![0; inputs.mask().map_or(0, |mask| mask.len())],
            pixels: vec![0; generator.pixels_len()],
            codes: vec![0; generator.latent_len()],
            scratch: vec![0; generator.scratch_len()],
            generator,
        })
    }

    /// What the page says about the model, as JSON.
    pub fn info(&self) -> String {
        info::info(&self.generator, self.crc, self.file_len)
    }

    /// Draws image `index` of a seed: its latent codes, scaled by `truncation / 256`.
    pub fn sample(&mut self, seed: u64, index: u64, truncation: u16) {
        let truncation = Truncation::from_256ths(truncation).unwrap_or_default();
        let mut sampler = LatentSampler::new(seed).with_truncation(truncation);
        sampler.advance(index.wrapping_mul(self.latent.len() as u64));
        sampler.fill(&mut self.latent);
    }

    /// The latent that is `frame / steps` of the way from one end to the other.
    pub fn interpolate(&mut self, frame: u16, steps: u16) {
        let [from, to] = &self.ends;
        for ((code, &from), &to) in self.latent.iter_mut().zip(from).zip(to) {
            *code = between(from, to, frame, steps);
        }
    }

    /// Makes the pixels of the latent, and of the image and the mask if the model takes them.
    ///
    /// # Errors
    ///
    /// What is wrong with the label or a code.
    pub fn draw(&mut self, label: Option<u16>) -> Result<(), GenerateError> {
        let Self { generator, latent, image, mask, pixels, codes, scratch, .. } = self;
        if generator.inputs().image().is_none() {
            return generator.generate(latent, label, scratch, pixels);
        }
        let mask = generator.inputs().mask().map(|_| mask.as_slice());
        let input = TransformInput { image, mask, latent, label };
        generator.transform(&input, codes, scratch, pixels)
    }

    /// The values of a step of the numbers that came out last, as a JSON list of texts.
    ///
    /// # Errors
    ///
    /// What is wrong with the model's columns.
    pub fn row(&self, step: usize, label: Option<u16>) -> Result<String, TableError> {
        let table = Table::read(self.generator.header())?;
        let mut steps = self.pixels.chunks_exact(self.generator.line_len().max(1));
        let numbers = steps.nth(step).unwrap_or_default();
        Ok(list(table.row(numbers, label).map(Text)))
    }
}
