//! The files in a zip, in memory: what `torch.save` writes, where nothing is compressed.

use anyhow::{Context, Result, bail, ensure};
use rawzip::{CompressionMethod, ZipArchive};
use std::collections::BTreeMap;
use std::io::{copy, sink};

/// The bytes of each file by its name, checked.
#[derive(Debug)]
pub struct Zip<'b>(BTreeMap<String, &'b [u8]>);

impl<'b> Zip<'b> {
    /// Reads the directory and compares the CRC of each file.
    ///
    /// # Errors
    ///
    /// Names the file in the zip.
    pub fn open(bytes: &'b [u8]) -> Result<Self> {
        let archive = ZipArchive::from_slice(bytes).context("is no zip")?;
        let (mut files, mut room) = (BTreeMap::new(), bytes.len() as u64);
        let mut entries = archive.entries();
        while let Some(record) = entries.next_entry().context("is no zip")? {
            if record.is_dir() {
                continue;
            }
            let name = String::from_utf8_lossy(record.file_path().as_bytes()).into_owned();
            let method = record.compression_method();
            ensure!(method == CompressionMethod::STORE, "{name}: is compressed ({method:?})");
            // Files that share bytes would have the same bytes read for each of them.
            let rest = room.checked_sub(record.compressed_size_hint());
            room = rest.with_context(|| format!("{name}: lies where another file is"))?;
            let read = || -> Result<&'b [u8]> {
                let entry = archive.get_entry(record.wayfinder())?;
                let (start, end) = entry.compressed_data_range();
                let data = &bytes[usize::try_from(start)?..usize::try_from(end)?];
                copy(&mut entry.verifying_reader(data), &mut sink())?;
                Ok(data)
            };
            let data = read().with_context(|| name.clone())?;
            if files.insert(name.clone(), data).is_some() {
                bail!("{name}: is there twice");
            }
        }
        Ok(Self(files))
    }

    /// A file's bytes.
    pub fn get(&self, name: &str) -> Option<&'b [u8]> {
        self.0.get(name).copied()
    }

    /// The names of all files.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
