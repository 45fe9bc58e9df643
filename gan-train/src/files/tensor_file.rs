//! safetensors files of f32 tensors with a description: checkpoints and classifiers.

use anyhow::{Context, Result, ensure};
use safetensors::tensor::{Metadata, TensorInfo};
use safetensors::{Dtype, SafeTensors};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

/// Name of the description in the file's metadata. One entry: the order of several would be another
/// in each file.
const DESCRIPTION: &str = "description";

/// Numbers that become bytes at a time.
const AT_A_TIME: usize = 1 << 16;

/// A tensor that is written.
pub struct Source<'n> {
    /// Its name in the file.
    pub name: String,
    /// Sizes, the last one that of the numbers next to each other.
    pub shape: Vec<usize>,
    /// Its numbers, row-major. They are asked for when they are written.
    pub values: Box<dyn Fn() -> Result<Cow<'n, [f32]>> + 'n>,
}

impl<'n> Source<'n> {
    /// A tensor whose numbers are in memory.
    pub fn of(name: &str, shape: &[usize], values: &'n [f32]) -> Self {
        let values = Box::new(move || Ok(Cow::Borrowed(values)));
        Self { name: name.to_owned(), shape: shape.to_vec(), values }
    }
}

/// Writes tensors, ordered by name, behind a description in TOML. One after the other is asked for
/// its numbers, so that a large network is never in memory twice.
///
/// # Errors
///
/// `out` cannot be written, or a tensor has no numbers, or other ones than its shape says.
pub fn write(
    out: &mut impl Write,
    mut tensors: Vec<Source<'_>>,
    description: &impl Serialize,
) -> Result<()> {
    tensors.sort_by(|one, other| one.name.cmp(&other.name));
    let mut end = 0;
    let infos = tensors.iter().map(|tensor| {
        let start = end;
        end += tensor.shape.iter().product::<usize>() * size_of::<f32>();
        let info = TensorInfo {
            dtype: Dtype::F32,
            shape: tensor.shape.clone(),
            data_offsets: (start, end),
        };
        (tensor.name.clone(), info)
    });
    let infos = infos.collect();
    let metadata = HashMap::from([(DESCRIPTION.to_owned(), toml::to_string(description)?)]);
    let mut header = serde_json::to_vec(&Metadata::new(Some(metadata), infos)?)?;
    header.resize(header.len().next_multiple_of(8), b' ');
    out.write_all(&(header.len() as u64).to_le_bytes())?;
    out.write_all(&header)?;
    for tensor in tensors {
        let values = (tensor.values)()?;
        let expected: usize = tensor.shape.iter().product();
        ensure!(values.len() == expected, "tensor {}: {} numbers", tensor.name, values.len());
        for values in values.chunks(AT_A_TIME) {
            let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            out.write_all(&bytes)?;
        }
    }
    Ok(())
}

/// A file that was read.
#[derive(Debug)]
pub struct TensorFile<'b> {
    tensors: SafeTensors<'b>,
    header: Metadata,
}

impl<'b> TensorFile<'b> {
    /// Looks at the bytes of a file.
    ///
    /// # Errors
    ///
    /// They are not a whole safetensors file.
    pub fn parse(bytes: &'b [u8]) -> Result<Self> {
        let (_, header) =
            SafeTensors::read_metadata(bytes).context("not a safetensors file, or cut short")?;
        let tensors =
            SafeTensors::deserialize(bytes).context("not a safetensors file, or cut short")?;
        Ok(Self { tensors, header })
    }

    /// The description, whose field `format` must be `format`.
    ///
    /// # Errors
    ///
    /// Says which field is missing or wrong.
    pub fn description<D: DeserializeOwned>(&self, format: &str) -> Result<D> {
        let metadata = self.header.metadata().as_ref();
        let text = metadata.and_then(|metadata| metadata.get(DESCRIPTION)).with_context(|| {
            format!(
                "metadata {DESCRIPTION}: missing (expected {format:?}; a file of another program, \
                 or of an older gan-train)"
            )
        })?;
        let table: toml::Table =
            toml::from_str(text).with_context(|| format!("metadata {DESCRIPTION}"))?;
        let found = table.get("format").and_then(toml::Value::as_str).unwrap_or_default();
        ensure!(found == format, "format: {found:?} (expected {format:?})");
        table.try_into().with_context(|| format!("metadata {DESCRIPTION}"))
    }

    /// The field `format` of the description, if there is one.
    pub fn format(&self) -> Option<String> {
        let text = self.header.metadata().as_ref()?.get(DESCRIPTION)?;
        let table: toml::Table = toml::from_str(text).ok()?;
        Some(table.get("format")?.as_str()?.to_owned())
    }

    /// The rests of the names that begin with `prefix`.
    pub fn names_after<'s>(&'s self, prefix: &str) -> Vec<&'s str> {
        let names = self.tensors.names();
        names.into_iter().filter_map(|name| name.strip_prefix(prefix)).collect()
    }

    /// The numbers of a tensor.
    ///
    /// # Errors
    ///
    /// It is missing, or has another type or shape, or a number that is not finite.
    pub fn values(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let view = self.tensors.tensor(name).with_context(|| format!("tensor {name}: missing"))?;
        ensure!(
            view.dtype() == Dtype::F32,
            "tensor {name}: type {:?} (expected F32)",
            view.dtype()
        );
        ensure!(
            view.shape() == shape,
            "tensor {name}: shape {:?} (expected {shape:?})",
            view.shape()
        );
        let values: Vec<f32> =
            view.data().as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
        ensure!(values.iter().all(|value| value.is_finite()), "tensor {name}: not finite");
        Ok(values)
    }
}

/// Reads a file, naming it if that fails.
///
/// # Errors
///
/// The file cannot be read, or `parse` refuses it.
pub fn read<T>(path: &Path, parse: impl FnOnce(&TensorFile<'_>) -> Result<T>) -> Result<T> {
    let bytes = gan_tools::files::read(path)?;
    TensorFile::parse(&bytes)
        .and_then(|file| parse(&file))
        .with_context(|| path.display().to_string())
}
