//! The compiled part of the Python package `gan_core`: what `python/gan_core` calls, in bytes. It
//! is no interface of its own: the Python files have the arrays, the names and the documentation.
//!
//! Numbers of more than a byte are little-endian. Errors are `ValueError`s with gan-core's texts.
//! All that takes long runs without the interpreter's lock.

mod rows;
mod threads;

use gan_core::host::{self, Runner};
use gan_core::latent::{LatentSampler, Truncation};
use gan_core::{Activation, Element, GenerateError, InputPart, OutputKind, TransformInput};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes};
use rayon::prelude::*;
use std::fmt::Display;

/// Latents that a thread draws at once.
const AT_ONCE: usize = 256;

/// What the Python files import.
#[pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use super::Model;
}

/// A model, and the blob that it came from.
#[pyclass(frozen, module = "gan_core._native")]
struct Model(host::Model);

/// Of a layer: inputs, outputs, weights, order of the weights, activation, slope.
type LayerInfo = (u16, u16, String, &'static str, &'static str, Option<f32>);

#[pymethods]
impl Model {
    #[new]
    fn new(py: Python<'_>, blob: &[u8]) -> PyResult<Self> {
        py.detach(|| host::Model::new(blob)).map(Self).map_err(value_error)
    }

    /// The bytes that the model was made of.
    #[getter]
    fn blob<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.bytes())
    }

    #[getter]
    fn name(&self) -> String {
        self.0.generator().name().to_owned()
    }

    #[getter]
    fn crc32(&self) -> u32 {
        self.0.generator().crc()
    }

    #[getter]
    fn classes(&self) -> u16 {
        self.0.generator().classes()
    }

    /// Codes of the latent, which may be one of several inputs.
    #[getter]
    fn latent_len(&self) -> usize {
        self.0.generator().inputs().latent()
    }

    /// Height, width and channels of what comes out.
    #[getter]
    fn shape(&self) -> (u16, u16, u8) {
        let image = self.0.generator().image();
        (image.height, image.width, image.channels)
    }

    /// Height, width and channels of the image that goes in.
    #[getter]
    fn image_in(&self) -> Option<(u16, u16, u8)> {
        let image = self.0.generator().inputs().image()?;
        Some((image.height, image.width, image.channels))
    }

    /// Height and width of the mask that goes in.
    #[getter]
    fn mask_in(&self) -> Option<(u16, u16)> {
        self.0.generator().inputs().as_slice().iter().find_map(|part| match part {
            InputPart::Mask(mask) => Some((mask.height, mask.width)),
            _ => None,
        })
    }

    /// Whether numbers come out, and not the pixels of an image.
    #[getter]
    fn makes_numbers(&self) -> bool {
        self.0.generator().header().outputs == OutputKind::Numbers
    }

    #[getter]
    fn macs(&self) -> u64 {
        self.0.generator().macs()
    }

    #[getter]
    fn backend(&self) -> &'static str {
        self.0.backend().name()
    }

    #[getter]
    fn layers(&self) -> Vec<LayerInfo> {
        let generator = self.0.generator();
        let layers = generator.header().layers.iter().map(|spec| {
            let name = spec.element.name();
            let element = match spec.element {
                Element::I4 { group } => format!("{name}/{group}"),
                _ => name.to_owned(),
            };
            let (activation, slope) = match spec.activation {
                Activation::Linear => ("linear", None),
                Activation::Relu => ("relu", None),
                Activation::LeakyRelu(slope) => ("leaky_relu", Some(slope)),
                Activation::Tanh => ("tanh", None),
                Activation::Sigmoid => ("sigmoid", None),
            };
            (spec.inputs, spec.outputs, element, spec.packing.name(), activation, slope)
        });
        layers.collect()
    }

    /// The latents that `seed` has in these places (u64), one after the other.
    fn latents<'py>(
        &self,
        py: Python<'py>,
        seed: u64,
        places: &[u8],
        truncation: u16,
    ) -> PyResult<Bound<'py, PyByteArray>> {
        let latent = self.latent_len();
        let Some(truncation) = Truncation::from_256ths(truncation) else {
            return Err(value_error("truncation: expected 0 to 1"));
        };
        let (places, _) = places.as_chunks::<8>();
        buffer(py, places.len(), latent, |codes| {
            let draw = |(places, codes): (&[[u8; 8]], &mut [u8])| {
                let mut sampler = LatentSampler::new(seed).with_truncation(truncation);
                let mut next = 0u64;
                for (place, codes) in places.iter().zip(codes.chunks_exact_mut(latent.max(1))) {
                    let place = u64::from_le_bytes(*place);
                    // A seed has 2^64 codes, and then it begins anew: the difference modulo 2^64
                    // leads backwards as well.
                    sampler.advance(place.wrapping_sub(next).wrapping_mul(latent as u64));
                    sampler.fill(codes);
                    next = place.wrapping_add(1);
                }
            };
            let chunks = AT_ONCE * latent.max(1);
            match threads::pool().filter(|_| places.len() > AT_ONCE) {
                Some(pool) => pool.install(|| {
                    let parts = places.par_chunks(AT_ONCE).zip(codes.par_chunks_mut(chunks));
                    parts.for_each(draw);
                }),
                None => draw((places, codes)),
            }
            Ok::<(), GenerateError>(())
        })
    }

    /// What the generator makes of each latent and label (u16), on all cores if `spread` is true.
    #[pyo3(signature = (latents, labels, spread))]
    fn generate<'py>(
        &self,
        py: Python<'py>,
        latents: &[u8],
        labels: Option<&[u8]>,
        spread: bool,
    ) -> PyResult<Bound<'py, PyByteArray>> {
        let runner = self.0.runner();
        let generator = runner.generator();
        let count = latents.len() / generator.latent_len().max(1);
        let labels = labels.map(numbers);
        buffer(py, count, generator.pixels_len(), |pixels| {
            match threads::pool().filter(|_| spread && count > 1) {
                Some(pool) => {
                    pool.install(|| runner.generate_batch(latents, labels.as_deref(), pixels))
                }
                None => runner.generate_batch_here(latents, labels.as_deref(), pixels),
            }
        })
    }

    /// What the generator makes of each image, with its mask, latent and label (u16).
    #[pyo3(signature = (images, masks, latents, labels, spread))]
    fn transform<'py>(
        &self,
        py: Python<'py>,
        images: &[u8],
        masks: Option<&[u8]>,
        latents: &[u8],
        labels: Option<&[u8]>,
        spread: bool,
    ) -> PyResult<Bound<'py, PyByteArray>> {
        let runner = self.0.runner();
        let generator = runner.generator();
        let Some(shape) = generator.inputs().image() else {
            return Err(value_error(GenerateError::ImageUnexpected));
        };
        let labels = labels.map(numbers);
        let part = |bytes, index, len| part(bytes, index, len).unwrap_or_default();
        let mask_len = self.mask_in().map_or(0, |(h, w)| usize::from(h) * usize::from(w));
        let inputs: Vec<TransformInput<'_>> = images
            .chunks(shape.len())
            .enumerate()
            .map(|(index, image)| TransformInput {
                image,
                mask: masks.map(|masks| part(masks, index, mask_len)),
                latent: part(latents, index, generator.inputs().latent()),
                label: labels.as_ref().and_then(|labels| labels.get(index).copied()),
            })
            .collect();
        buffer(py, inputs.len(), generator.pixels_len(), |pixels| {
            match threads::pool().filter(|_| spread && inputs.len() > 1) {
                Some(pool) => pool.install(|| runner.transform_batch(&inputs, pixels)),
                None => one_by_one(&runner, &inputs, pixels),
            }
        })
    }

    /// The columns of the rows that these outputs are, each with its name, its unit and a value for
    /// each row.
    #[pyo3(signature = (outputs, labels))]
    fn columns(&self, outputs: &[u8], labels: Option<&[u8]>) -> PyResult<Vec<rows::Column>> {
        let labels = labels.map(numbers);
        rows::columns(&self.0.generator(), outputs, labels.as_deref()).map_err(value_error)
    }
}

/// A `bytearray` for `count` times `len` bytes, which `fill` fills without the interpreter's lock.
/// Nobody else has it before this returns.
fn buffer<'py, E: Display + Send>(
    py: Python<'py>,
    count: usize,
    len: usize,
    fill: impl FnOnce(&mut [u8]) -> Result<(), E> + Send,
) -> PyResult<Bound<'py, PyByteArray>> {
    PyByteArray::new_with(py, count.saturating_mul(len), |bytes| {
        py.detach(|| fill(bytes)).map_err(value_error)
    })
}

/// Makes the image of each input on this thread.
fn one_by_one(
    runner: &Runner<'_>,
    inputs: &[TransformInput<'_>],
    pixels: &mut [u8],
) -> Result<(), GenerateError> {
    let pixels = pixels.chunks_exact_mut(runner.generator().pixels_len());
    inputs.iter().zip(pixels).try_for_each(|(input, pixels)| runner.transform(input, pixels))
}

/// Part `index` of bytes that come in parts of this length.
fn part(bytes: &[u8], index: usize, len: usize) -> Option<&[u8]> {
    bytes.get(index * len..)?.get(..len)
}

fn numbers(bytes: &[u8]) -> Vec<u16> {
    bytes.as_chunks().0.iter().map(|&number| u16::from_le_bytes(number)).collect()
}

fn value_error(error: impl Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}
