//! A model that owns its blob: what a binding, a server or a command holds.
//!
//! The blob is decoded once, when the model is made. Its header is read again for each
//! [`Generator`], which takes a microsecond, so that nothing has to borrow from its own owner.

use super::backend::{Backend, Kernel};
use super::{Network, Runner};
use crate::aligned::AlignedBytes;
use crate::blob::Known;
use crate::error::DecodeError;
use crate::generator::Generator;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// A model and its blob. Clones share both, and any thread may use them.
///
/// ```
/// use gan_core::host::Model;
///
/// let file = include_bytes!("../../data/v1-tiny.gan");
/// let model = Model::new(file)?;
/// assert_eq!(model.generator().name(), "tiny");
/// let other = model.clone();
/// let pixels = std::thread::spawn(move || {
///     let mut pixels = [0; 2];
///     other.runner().generate(&[64; 2], Some(1), &mut pixels).map(|()| pixels)
/// });
/// assert_eq!(pixels.join().unwrap()?.len(), model.generator().pixels_len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Model(Arc<Owned>);

struct Owned {
    blob: AlignedBytes,
    /// The layers in the order of this computer's backend, once a runner was wanted. Within is
    /// `None` if some layers are f32.
    layers: OnceLock<(Kernel, Option<Arc<Network>>)>,
}

impl Model {
    /// Copies a blob to where it may lie, and checks all of it.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the blob: see [`decode`](crate::decode).
    pub fn new(blob: &[u8]) -> Result<Self, DecodeError> {
        Self::from_aligned(AlignedBytes::copy_of(blob))
    }

    /// The same without a copy.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn from_aligned(blob: AlignedBytes) -> Result<Self, DecodeError> {
        crate::decode(&blob)?;
        Ok(Self(Arc::new(Owned { blob, layers: OnceLock::new() })))
    }

    /// The blob.
    pub fn bytes(&self) -> &[u8] {
        &self.0.blob
    }

    /// The generator, which runs as on a device and tells what is in the blob.
    pub fn generator(&self) -> Generator<'_> {
        match Known::read(self.bytes()) {
            Ok(known) => known.unchecked().clone(),
            Err(error) => unreachable!("decode has read these bytes, and now: {error}"),
        }
    }

    /// The generator prepared for this computer's fastest backend. The first call copies the
    /// weights into the backend's order; the runners of later ones, and of clones, share them.
    ///
    /// # Panics
    ///
    /// As [`Runner::new`].
    pub fn runner(&self) -> Runner<'_> {
        let generator = self.generator();
        let (kernel, network) = self.0.layers.get_or_init(|| {
            let runner = Runner::new(&generator);
            (runner.kernel, runner.network)
        });
        Runner { generator, kernel: *kernel, network: network.clone() }
    }

    /// The backend that [`runner`](Self::runner) uses.
    pub fn backend(&self) -> Backend {
        self.runner().backend()
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let generator = self.generator();
        let (name, crc) = (generator.name(), generator.crc());
        write!(f, "Model({name:?}, {} bytes, CRC-32 {crc:08x})", self.bytes().len())
    }
}
