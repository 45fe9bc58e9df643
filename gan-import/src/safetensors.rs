//! Files of safetensors.

use crate::file::{self, Kind, Tensor};
use anyhow::{Context, Result, bail};
use safetensors::{Dtype, SafeTensors};
use std::path::Path;

/// The tensors of numbers; those of integers, which count steps, are left out.
pub fn read(path: &Path) -> Result<Vec<Tensor>> {
    let bytes = file::read(path)?;
    let tensors = SafeTensors::deserialize(&bytes).context("is no safetensors file")?;
    let mut found = Vec::new();
    for (name, view) in tensors.iter() {
        let kind = match view.dtype() {
            Dtype::F64 => Kind::F64,
            Dtype::F32 => Kind::F32,
            Dtype::BF16 => Kind::Bf16,
            Dtype::I64 | Dtype::I32 | Dtype::U8 | Dtype::BOOL => continue,
            other => bail!("{name}: is of {other:?}, expected f32, f64 or bf16"),
        };
        found.push(Tensor::new(name.to_owned(), view.shape().into(), kind, view.data())?);
    }
    Ok(found)
}
