//! Classifiers as safetensors files.

use super::network::{Param, shapes};
use super::{Card, Classifier};
use crate::files::tensor_file::{self, Numbers, TensorFile};
use anyhow::{Context, Result, ensure};
use gan_tools::files::atomic;
use std::path::Path;

/// Names what the file's tensors and metadata mean; another number, another meaning.
pub(super) const FORMAT: &str = "gan-train classifier 1";
/// `gan-train classifier --data mnist --steps 6000 --seed 0`
const MNIST: &[u8] = include_bytes!("../../../assets/mnist-classifier.safetensors");

impl Classifier {
    /// The classifier for 28x28 handwritten digits that is part of this crate.
    ///
    /// # Errors
    ///
    /// The crate was built with a damaged file.
    pub fn mnist() -> Result<Self> {
        TensorFile::parse(MNIST)
            .and_then(|file| parse(&file))
            .context("assets/mnist-classifier.safetensors")
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Names the file, and the tensor or field that is missing or wrong.
    pub fn read(path: &Path) -> Result<Self> {
        tensor_file::read(path, parse)
    }

    /// Writes a file: all tensors as f32, what they were made of as metadata.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn write(&self, path: &Path) -> Result<()> {
        atomic::write(path, &self.serialize()?)
    }

    fn serialize(&self) -> Result<Vec<u8>> {
        let params = self.params.iter();
        let tensors =
            params.map(|Param { name, shape, values }| Numbers { name, shape, values }).collect();
        let mut bytes = Vec::new();
        tensor_file::write(&mut bytes, tensors, &self.card)?;
        Ok(bytes)
    }
}

fn parse(file: &TensorFile<'_>) -> Result<Classifier> {
    let card: Card = file.description(FORMAT)?;
    let variance = card.feature_variance;
    ensure!(
        variance.is_finite() && variance > 0.0,
        "feature_variance: {variance} (expected more than 0)"
    );
    let params = shapes(card.width.into(), card.height.into(), card.classes).into_iter();
    let params =
        params.map(|(name, shape)| Ok(Param { name, values: file.values(name, &shape)?, shape }));
    Ok(Classifier { params: params.collect::<Result<_>>()?, card })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::digits;

    fn parse(bytes: &[u8]) -> Result<Classifier> {
        super::parse(&TensorFile::parse(bytes)?)
    }

    #[test]
    fn what_is_written_is_read() {
        let classifier = Classifier::train(&digits().unwrap().train, 3, 5).unwrap();
        let bytes = classifier.serialize().unwrap();
        assert_eq!(parse(&bytes).unwrap(), classifier);
        assert_eq!(classifier.serialize().unwrap(), bytes, "the same bytes each time");
        let mnist = Classifier::mnist().unwrap();
        assert_eq!((mnist.card.width, mnist.card.height, mnist.card.classes), (28, 28, 10));
        assert_eq!(mnist.serialize().unwrap(), MNIST);
    }

    #[test]
    fn other_files_are_refused_by_what_is_wrong() {
        let classifier = Classifier::train(&digits().unwrap().train, 1, 5).unwrap();
        let refuse = |change: &dyn Fn(&mut Classifier), part: &str| {
            let mut changed = classifier.clone();
            change(&mut changed);
            let error = format!("{:#}", parse(&changed.serialize().unwrap()).unwrap_err());
            assert!(error.contains(part), "{error}, expected {part}");
        };
        refuse(
            &|c| c.card.format = "gan-train classifier 9".into(),
            "expected \"gan-train classifier 1\"",
        );
        refuse(&|c| c.card.classes = 7, "tensor logits.weight: shape [64, 10] (expected [64, 7])");
        refuse(&|c| c.card.height = 9, "tensor features.weight: shape");
        refuse(&|c| c.card.feature_variance = 0.0, "feature_variance: 0");
        refuse(&|c| drop(c.params.remove(3)), "tensor convolution2.bias: missing");
        refuse(&|c| c.params[1].values[2] = f32::NAN, "tensor convolution1.bias: not finite");
        let bytes = classifier.serialize().unwrap();
        for cut in [0, 7, 100, bytes.len() - 1] {
            assert!(format!("{:#}", parse(&bytes[..cut]).unwrap_err()).contains("cut short"));
        }
    }
}
