//! Classifiers as safetensors files.

use super::network::{Network, names};
use super::{Card, Classifier};
use crate::files::tensor_file::{self, Source, TensorFile};
use crate::nn::params::HostParam;
use anyhow::{Context, Result, ensure};
use burn::prelude::Device;
use gan_tools::files::atomic;
use std::path::Path;

/// Names what the file's tensors and metadata mean; another number, another meaning.
pub(super) const FORMAT: &str = "gan-train classifier 1";
/// `gan-train classifier --data mnist --steps 6000 --seed 0`
const MNIST: &[u8] = include_bytes!("../../../assets/mnist-classifier.safetensors");

impl Classifier {
    /// The classifier for 28x28 handwritten digits that is part of this crate, on `device`.
    ///
    /// # Errors
    ///
    /// The crate was built with a damaged file.
    pub fn mnist(device: &Device) -> Result<Self> {
        TensorFile::parse(MNIST)
            .and_then(|file| parse(&file, device))
            .context("assets/mnist-classifier.safetensors")
    }

    /// Reads a file; the classifier is on `device` then.
    ///
    /// # Errors
    ///
    /// Names the file, and the tensor or field that is missing or wrong.
    pub fn read(path: &Path, device: &Device) -> Result<Self> {
        tensor_file::read(path, |file| parse(file, device))
    }

    /// Writes a file: all tensors as f32, what they were made of as metadata.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn write(&self, path: &Path) -> Result<()> {
        atomic::write(path, &serialize(&self.card, &self.network.params())?)
    }
}

fn serialize(card: &Card, params: &[HostParam]) -> Result<Vec<u8>> {
    fn source(HostParam { name, shape, values }: &HostParam) -> Source<'_> {
        Source::of(name, shape, values)
    }
    let mut bytes = Vec::new();
    tensor_file::write(&mut bytes, params.iter().map(source).collect(), card)?;
    Ok(bytes)
}

fn parse(file: &TensorFile<'_>, device: &Device) -> Result<Classifier> {
    let card: Card = file.description(FORMAT)?;
    let variance = card.feature_variance;
    ensure!(
        variance.is_finite() && variance > 0.0,
        "feature_variance: {variance} (expected more than 0)"
    );
    let mut params = names(card.width.into(), card.height.into(), card.classes);
    for HostParam { name, shape, values } in &mut params {
        *values = file.values(name, shape)?;
    }
    Ok(Classifier { network: Network::from_params(&params, device), card })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::digits;

    fn parse(bytes: &[u8]) -> Result<Classifier> {
        super::parse(&TensorFile::parse(bytes)?, &Device::flex())
    }

    fn trained(steps: u64) -> Classifier {
        Classifier::train(&digits().unwrap().train, steps, 5, &Device::flex(), &mut |_| ()).unwrap()
    }

    fn serialize(classifier: &Classifier) -> Vec<u8> {
        super::serialize(&classifier.card, &classifier.network.params()).unwrap()
    }

    #[test]
    fn what_is_written_is_read() {
        let classifier = trained(3);
        let bytes = serialize(&classifier);
        assert_eq!(parse(&bytes).unwrap(), classifier);
        assert_eq!(serialize(&classifier), bytes, "the same bytes each time");
        let mnist = Classifier::mnist(&Device::flex()).unwrap();
        assert_eq!((mnist.card.width, mnist.card.height, mnist.card.classes), (28, 28, 10));
        assert_eq!(serialize(&mnist), MNIST);
    }

    #[test]
    fn other_files_are_refused_by_what_is_wrong() {
        let classifier = trained(1);
        let refuse = |change: &dyn Fn(&mut Card, &mut Vec<HostParam>), part: &str| {
            let (mut card, mut params) = (classifier.card.clone(), classifier.network.params());
            change(&mut card, &mut params);
            let bytes = super::serialize(&card, &params).unwrap();
            let error = format!("{:#}", parse(&bytes).unwrap_err());
            assert!(error.contains(part), "{error}, expected {part}");
        };
        refuse(
            &|card, _| card.format = "gan-train classifier 9".into(),
            "expected \"gan-train classifier 1\"",
        );
        refuse(
            &|card, _| card.classes = 7,
            "tensor logits.weight: shape [64, 10] (expected [64, 7])",
        );
        refuse(&|card, _| card.height = 9, "tensor features.weight: shape");
        refuse(&|card, _| card.feature_variance = 0.0, "feature_variance: 0");
        refuse(&|_, params| drop(params.remove(3)), "tensor convolution2.bias: missing");
        refuse(&|_, params| params[1].values[2] = f32::NAN, "tensor convolution1.bias: not finite");
        let bytes = serialize(&classifier);
        for cut in [0, 7, 100, bytes.len() - 1] {
            assert!(format!("{:#}", parse(&bytes[..cut]).unwrap_err()).contains("cut short"));
        }
    }
}
