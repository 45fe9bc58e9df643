//! The tensors of an HDF5 file, whose size is checked before anything is read.

use crate::file::Tensor;
use anyhow::{Context, Result, bail, ensure};
use hdf5_pure::{DType, Dataset, File, Group};

/// How deep groups lie in each other, at most.
const DEPTH: usize = 8;

/// A file in memory.
pub struct Hdf5 {
    file: File,
    /// Bytes of the file, less those of the tensors that were read: a tensor is never compressed,
    /// so that all of them together are no larger than the file.
    room: u64,
}

impl Hdf5 {
    /// Reads the first structures of a file.
    ///
    /// # Errors
    ///
    /// Says that it is no such file.
    pub fn open(bytes: &[u8]) -> Result<Self> {
        let room = bytes.len() as u64;
        let file = File::from_bytes(bytes.to_vec()).context("is no HDF5 file")?;
        Ok(Self { file, room })
    }

    /// A group by its path; none if there is none.
    pub fn group(&self, path: &str) -> Option<Group> {
        self.file.group(path).ok()
    }

    /// An attribute of the file that is a text.
    ///
    /// # Errors
    ///
    /// Says what cannot be read.
    pub fn text(&self, name: &str) -> Result<Option<String>> {
        text(&self.file.root(), name)
    }

    /// The tensors of a group and of the groups in it, by the last word of their paths. Kernels of
    /// Keras 2 are called `kernel:0`, which becomes `kernel`.
    ///
    /// # Errors
    ///
    /// Names the tensor.
    pub fn tensors(&mut self, group: &Group) -> Result<Vec<Tensor>> {
        let mut found = Vec::new();
        self.collect(group, 0, &mut found)?;
        Ok(found)
    }

    fn collect(&mut self, group: &Group, depth: usize, found: &mut Vec<Tensor>) -> Result<()> {
        ensure!(depth < DEPTH, "groups lie in each other without an end");
        for name in group.datasets()? {
            let dataset = group.dataset(&name)?;
            let name = name.strip_suffix(":0").unwrap_or(&name).to_owned();
            found.push(self.tensor(&name, &dataset).with_context(|| name.clone())?);
        }
        for name in group.groups()? {
            let inner = group.group(&name)?;
            self.collect(&inner, depth + 1, found).with_context(|| name.clone())?;
        }
        Ok(())
    }

    fn tensor(&mut self, name: &str, dataset: &Dataset) -> Result<Tensor> {
        let (shape, kind) = (dataset.shape()?, dataset.dtype()?);
        ensure!(!dataset.is_chunked(), "is stored in chunks, as Keras stores nothing");
        let numbers = shape.iter().try_fold(1u64, |all, &size| all.checked_mul(size));
        let size = dataset.element_size()?;
        let bytes = numbers.and_then(|numbers| numbers.checked_mul(size));
        let rest = bytes.and_then(|bytes| self.room.checked_sub(bytes));
        self.room = rest.with_context(|| format!("{shape:?} is more than the file holds"))?;
        let values = match kind {
            DType::F32 => dataset.read_f32()?,
            DType::F64 => dataset.read_f64()?.into_iter().map(|value| value as f32).collect(),
            other => bail!("holds {other}: expected f32 or f64"),
        };
        let shape = shape.into_iter().map(usize::try_from).collect::<Result<_, _>>()?;
        Tensor::of(name.into(), shape, values)
    }
}

/// An attribute of a group that is a text.
///
/// # Errors
///
/// Says what cannot be read.
pub fn text(group: &Group, name: &str) -> Result<Option<String>> {
    let Some(value) = group.attrs()?.remove(name) else { return Ok(None) };
    let text = value.as_str().with_context(|| format!("{name}: is no text"))?;
    Ok(Some(text.to_owned()))
}
