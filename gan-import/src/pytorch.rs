//! Files of `torch.save`: a state dict, one in a dict with other things, or a whole module.

use crate::file::{Kind, Tensor};
use anyhow::{Context, Result, bail};
use pytorch_reader::{DType, PytorchReader};
use std::path::Path;

/// The tensors of numbers, of all the file or of what is under a key.
pub fn read(path: &Path, key: Option<&str>) -> Result<Vec<Tensor>> {
    // Its own size is checked, and a pipe is told from a file, as with all others.
    anyhow::ensure!(path.metadata().context("cannot be read")?.is_file(), "is no regular file");
    let opened = match key {
        Some(key) => PytorchReader::with_top_level_key(path, key),
        None => PytorchReader::new(path),
    };
    let reader = opened.context("is no file of torch.save")?;
    let mut found = Vec::new();
    for (name, tensor) in reader.tensors() {
        let kind = match tensor.dtype() {
            DType::F64 => Kind::F64,
            DType::F32 => Kind::F32,
            DType::BF16 => Kind::Bf16,
            DType::I64 | DType::I32 | DType::U8 | DType::Bool => continue,
            other => bail!("{name}: is of {other:?}, expected f32, f64 or bf16"),
        };
        let bytes = tensor.read().with_context(|| name.clone())?;
        found.push(Tensor::new(name.clone(), tensor.shape().into(), kind, &bytes)?);
    }
    Ok(found)
}
