//! Tensors by name, and numbers from bytes.

use anyhow::{Context, Result, bail, ensure};
use std::path::Path;

/// Bytes of a file, at most: weights for 16 layers of a blob are far less.
const MOST: u64 = 1 << 30;

/// A tensor with its name.
#[derive(Debug, Clone)]
pub struct Tensor {
    pub name: String,
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

/// The types of numbers that are read.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    F64,
    F32,
    Bf16,
}

/// All of a file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let there = path.metadata().context("cannot be read")?;
    // A pipe or a device may have no end.
    ensure!(there.is_file(), "is no regular file");
    ensure!(there.len() <= MOST, "{} bytes: expected at most {MOST}", there.len());
    std::fs::read(path).context("cannot be read")
}

impl Tensor {
    /// From little-endian bytes.
    pub fn new(name: String, shape: Vec<usize>, kind: Kind, bytes: &[u8]) -> Result<Self> {
        let values: Vec<f32> = match kind {
            Kind::F64 => {
                bytes.as_chunks().0.iter().map(|&b| f64::from_le_bytes(b) as f32).collect()
            }
            Kind::F32 => bytes.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect(),
            Kind::Bf16 => {
                let wide = |&[low, high]: &[u8; 2]| f32::from_le_bytes([0, 0, low, high]);
                bytes.as_chunks().0.iter().map(wide).collect()
            }
        };
        Self::of(name, shape, values)
    }

    /// From numbers.
    pub fn of(name: String, shape: Vec<usize>, values: Vec<f32>) -> Result<Self> {
        let expected = shape.iter().try_fold(1usize, |all, &size| all.checked_mul(size));
        if expected != Some(values.len()) {
            bail!("{name}: {} numbers for the shape {shape:?}", values.len());
        }
        if let Some(wrong) = values.iter().find(|value| !value.is_finite()) {
            bail!("{name}: holds {wrong}");
        }
        Ok(Self { name, shape, values })
    }
}
