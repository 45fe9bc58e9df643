//! Classifiers as safetensors files.

use super::network::{Param, shapes};
use super::{Card, Classifier};
use crate::output::atomic;
use anyhow::{Context, Result, ensure};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use std::collections::HashMap;
use std::path::Path;

/// Names what the file's tensors and metadata mean; another number, another meaning.
pub(super) const FORMAT: &str = "gan-train classifier 1";
/// Name of the metadata: a [`Card`] in TOML.
const METADATA: &str = "classifier";
/// `gan-train classifier --data mnist --steps 6000 --seed 0`
const MNIST: &[u8] = include_bytes!("../../../assets/mnist-classifier.safetensors");

impl Classifier {
    /// The classifier for 28x28 handwritten digits that is part of this crate.
    ///
    /// # Errors
    ///
    /// The crate was built with a damaged file.
    pub fn mnist() -> Result<Self> {
        parse(MNIST).context("assets/mnist-classifier.safetensors")
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// Names the file, and the tensor or field that is missing or wrong.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).with_context(|| format!("{}: cannot be read", path.display()))?;
        parse(&bytes).with_context(|| path.display().to_string())
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
        let bytes = |param: &Param| -> Vec<u8> { param.values.iter().flat_map(|value| value.to_le_bytes()).collect() };
        let all: Vec<_> = self.params.iter().map(bytes).collect();
        let views = self
            .params
            .iter()
            .zip(&all)
            .map(|(param, bytes)| Ok((param.name, TensorView::new(Dtype::F32, param.shape.clone(), bytes)?)));
        // One entry: the order of several would be another in each file.
        let metadata = HashMap::from([(METADATA.to_owned(), toml::to_string(&self.card)?)]);
        Ok(safetensors::serialize(views.collect::<Result<Vec<_>>>()?, Some(metadata))?)
    }
}

fn parse(bytes: &[u8]) -> Result<Classifier> {
    let (_, header) = SafeTensors::read_metadata(bytes).context("not a classifier, or cut short")?;
    let metadata = header.metadata().as_ref().context("metadata: missing")?;
    let card = metadata.get(METADATA).with_context(|| format!("metadata {METADATA}: missing"))?;
    let card: Card = toml::from_str(card).with_context(|| format!("metadata {METADATA}"))?;
    ensure!(card.format == FORMAT, "format: {:?} (expected {FORMAT:?})", card.format);
    let variance = card.feature_variance;
    ensure!(variance.is_finite() && variance > 0.0, "feature_variance: {variance} (expected more than 0)");

    let file = SafeTensors::deserialize(bytes).context("not a classifier, or cut short")?;
    let params = shapes(card.width.into(), card.height.into(), card.classes).into_iter();
    let params = params.map(|(name, shape)| param(&file, name, shape)).collect::<Result<_>>()?;
    Ok(Classifier { card, params })
}

fn param(file: &SafeTensors<'_>, name: &'static str, shape: Vec<usize>) -> Result<Param> {
    let view = file.tensor(name).with_context(|| format!("tensor {name}: missing"))?;
    ensure!(view.dtype() == Dtype::F32, "tensor {name}: type {:?} (expected F32)", view.dtype());
    ensure!(view.shape() == shape, "tensor {name}: shape {:?} (expected {shape:?})", view.shape());
    let values: Vec<f32> = view.data().as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
    ensure!(values.iter().all(|value| value.is_finite()), "tensor {name}: not finite");
    Ok(Param { name, shape, values })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::digits;

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
        refuse(&|c| c.card.format = "gan-train classifier 9".into(), "expected \"gan-train classifier 1\"");
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
