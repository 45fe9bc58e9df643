//! Runs integer generators on ordinary computers, with the CPU's vector instructions and on all its
//! cores.
//!
//! This needs feature `std`. The images are bit for bit those of [`Generator::generate`], whatever
//! the backend: every backend adds the same products, only in another order, and the sum of
//! integers modulo 2^32 is the same in any order.
//!
//! ```
//! use gan_core::{Aligned, LatentSampler, decode, host::Runner};
//!
//! static BLOB: &Aligned<[u8]> = &Aligned(*include_bytes!("../data/v1-tiny.gan"));
//! let runner = Runner::new(&decode(&BLOB.0)?);
//! println!("backend: {}", runner.backend());
//!
//! let mut latents = vec![0; 1000 * 2]; // 1,000 times the generator's latent_len()
//! LatentSampler::new(7).fill(&mut latents);
//! let mut pixels = vec![0; 1000 * 2]; // 1,000 times pixels_len()
//! runner.generate_batch(&latents, Some(&[1; 1000]), &mut pixels)?;
//!
//! // One of them alone.
//! let mut image = [0; 2];
//! runner.generate(&latents[2 * 998..][..2], Some(1), &mut image)?;
//! assert_eq!(image, pixels[2 * 998..][..2]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Runner::transform_batch`] runs a generator that takes images. A [`Model`] is a model that owns
//! its blob, for programs that keep one for long or hand it to other threads.
//!
//! A [`Runner`] holds a copy of the weights in the order of
//! [`Packing::Blocks16x4`](crate::Packing::Blocks16x4), for the instructions that add up four
//! products of bytes in each lane of 32 bits: 16 lanes hold the sums of 16 rows, and one
//! instruction adds four columns to all of them. Half bytes stay half bytes. A single image uses
//! each weight once, so it takes as long as reading the weights. The images of a batch run in
//! blocks, in which several images share each load of a weight.

mod backend;
mod batch;
mod model;
mod network;
mod nibbles;
mod tile;

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod amx;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512vnni;
#[cfg(target_arch = "x86_64")]
mod avxvnni;
#[cfg(all(test, target_endian = "little"))]
mod emulated;
#[cfg(all(target_arch = "aarch64", target_endian = "little"))]
mod neon;
mod scalar;
mod transform;
#[cfg(target_arch = "x86_64")]
mod x86;

use crate::CODE_MAX;
use crate::error::GenerateError;
use crate::generator::Generator;
use crate::header::Element;
use backend::Kernel;
pub use backend::{Backend, Unavailable};
pub use model::Model;
use network::{Network, Work};
use std::sync::Arc;
use std::vec;

/// A generator that is prepared for this computer.
///
/// Integer weights are copied, which takes 0.2 milliseconds for 1.5 million bytes. A model with f32
/// layers stays in the blob and runs as in [`Generator::generate`], but on all cores.
#[derive(Debug, Clone)]
pub struct Runner<'a> {
    generator: Generator<'a>,
    kernel: Kernel,
    /// The integer layers, which copies share. It is `None` if some layers are f32.
    network: Option<Arc<Network>>,
}

impl<'a> Runner<'a> {
    /// Prepares a generator for the fastest backend that the CPU has, or for the one that the build
    /// forces with `--cfg gan_core_backend="NAME"` in RUSTFLAGS.
    ///
    /// # Panics
    ///
    /// Panics if the build forces a backend whose instructions the CPU does not have.
    pub fn new(generator: &Generator<'a>) -> Self {
        match Self::with_backend(generator, Backend::preferred()) {
            Ok(runner) => runner,
            Err(unavailable) => panic!("{unavailable}, but this program was built to use no other"),
        }
    }

    /// Prepares a generator for the given backend.
    ///
    /// # Errors
    ///
    /// The call fails if the CPU does not have the backend's instructions.
    pub fn with_backend(generator: &Generator<'a>, backend: Backend) -> Result<Self, Unavailable> {
        let kernel = Kernel::of(backend).ok_or(Unavailable(backend))?;
        let integers = generator.header().layers.iter().all(|spec| spec.element != Element::F32);
        Ok(Self {
            generator: generator.clone(),
            kernel,
            network: integers.then(|| Arc::new(Network::new(generator, kernel.blocks()))),
        })
    }

    /// The backend that runs the layers. It is [`Backend::Scalar`] for a model that stays in the
    /// blob.
    pub fn backend(&self) -> Backend {
        if self.network.is_some() { self.kernel.backend() } else { Backend::Scalar }
    }

    /// The generator that was prepared.
    pub fn generator(&self) -> &Generator<'a> {
        &self.generator
    }

    /// Makes the image of `latent` (codes 0..=127) and `label` on this thread, and writes it to
    /// `pixels`, line by line, as bytes 0..=255.
    ///
    /// # Errors
    ///
    /// The call fails like [`Generator::generate`], and writes nothing then.
    pub fn generate(
        &self,
        latent: &[u8],
        label: Option<u16>,
        pixels: &mut [u8],
    ) -> Result<(), GenerateError> {
        self.generator.check_draws()?;
        if pixels.len() != self.generator.pixels_len() {
            return Err(GenerateError::OutputLen { expected: self.generator.pixels_len() });
        }
        if latent.len() != self.generator.latent_len() {
            return Err(GenerateError::LatentLen { expected: self.generator.latent_len() });
        }
        let class = label.as_ref().map(std::slice::from_ref);
        self.check(latent, class, 1)?;
        match &self.network {
            Some(network) => self.block(network, &mut Work::new(network, 1), latent, class, pixels),
            None => self.generator.generate(
                latent,
                label,
                &mut vec![0; self.generator.scratch_len()],
                pixels,
            )?,
        }
        Ok(())
    }

    /// Runs the images of one block. The latents and the labels were checked before.
    fn block(
        &self,
        network: &Network,
        work: &mut Work,
        latents: &[u8],
        labels: Option<&[u16]>,
        pixels: &mut [u8],
    ) {
        work.fill(network, latents, labels);
        self.kernel.run(network, work);
        network.draw(work, pixels);
    }

    fn check(
        &self,
        latents: &[u8],
        labels: Option<&[u16]>,
        count: usize,
    ) -> Result<(), GenerateError> {
        let classes = self.generator.classes();
        match labels {
            None if classes > 0 => return Err(GenerateError::LabelMissing),
            Some(_) if classes == 0 => return Err(GenerateError::LabelUnexpected),
            Some(labels) if labels.len() < count => return Err(GenerateError::LabelMissing),
            Some(labels) if labels.len() > count => return Err(GenerateError::LabelUnexpected),
            Some(labels) if labels.iter().any(|&label| label >= classes) => {
                return Err(GenerateError::Label { classes });
            }
            _ => {}
        }
        // This looks for the largest code, because a loop that may end early is not vectorized.
        if latents.iter().fold(0, |largest, &code| largest.max(code)) > CODE_MAX {
            return Err(GenerateError::LatentCode);
        }
        Ok(())
    }
}
