//! Makes any range of a set.

use super::{Description, Format, LabelRule};
use crate::csv;
use crate::files::digest::sha256;
use crate::formats::rows;
use crate::generate;
use crate::images::Images;
use crate::samples::{self, Samples};
use anyhow::{Context, Result, ensure};
use gan_core::host::Runner;
use gan_core::table::Table;
use gan_core::{Generator, OutputKind};

/// Bytes of a shard's pixels, at most: a shard is in memory as a whole.
const SHARD_BYTES: u64 = 1 << 30;
/// Pictures of a set, at most: each is a file.
const PICTURES: u64 = 1_000_000;

/// Which images of a seed, and in shards of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Index of the first.
    pub first: u64,
    /// How many.
    pub count: u64,
    /// Images of a whole shard.
    pub shard: u32,
}

/// A set that can be made.
#[derive(Debug)]
pub struct Maker<'a> {
    runner: Runner<'a>,
    made_of: Description,
    /// What the numbers of a table mean; none of images.
    table: Option<Table<'a>>,
}

impl<'a> Maker<'a> {
    /// The set of these images of the generator in `blob`.
    ///
    /// # Errors
    ///
    /// A range that a seed does not have, a shard that is too large, a rule for other labels than
    /// the generator's, or labels that the format cannot hold.
    pub fn new(
        generator: &Generator<'a>,
        blob: &[u8],
        seed: u64,
        (labels, label_names): (LabelRule, &[String]),
        format: Format,
        Range { first, count, shard }: Range,
    ) -> Result<Self> {
        let image = generator.image();
        let made_of = Description {
            blob_sha256: sha256(blob),
            blob_name: generator.name().into(),
            seed,
            labels,
            label_names: label_names.to_vec(),
            width: image.width.into(),
            height: image.height.into(),
            format,
            first,
            count,
            shard,
        };
        Self::of(generator, made_of)
    }

    /// The set of this description.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn of(generator: &Generator<'a>, made_of: Description) -> Result<Self> {
        let Description { ref labels, ref label_names, width, height, format, .. } = made_of;
        let Description { first, count, shard, .. } = made_of;
        samples::check_range(generator, first, count)?;
        let bytes = u64::from(shard) * (width * height) as u64;
        ensure!(
            shard > 0 && bytes <= SHARD_BYTES,
            "--shard {shard}: expected 1 to {} images of {width}x{height}",
            SHARD_BYTES / (width * height).max(1) as u64
        );
        ensure!(
            format != Format::Png || count <= PICTURES,
            "--format png: {count} images (at most {PICTURES} pictures in a folder: make several \
             ranges in several folders, or choose another format)"
        );
        let (ruled, classes) = (labels.classes(), generator.classes());
        ensure!(
            ruled == usize::from(classes),
            "--proportions: {ruled} labels, and {} has {classes}",
            generator.name()
        );
        format.check_names(label_names)?;
        let numbers = generator.header().outputs == OutputKind::Numbers;
        ensure!(
            !numbers || matches!(format, Format::Csv | Format::Parquet),
            "--format: {} makes rows of a table (expected csv or parquet)",
            generator.name()
        );
        let table = numbers.then(|| Table::read(generator.header()));
        let table = table.transpose().with_context(|| generator.name().to_owned())?;
        Ok(Self { runner: Runner::new(generator), made_of, table })
    }

    /// What decides every byte of the set.
    pub fn made_of(&self) -> &Description {
        &self.made_of
    }

    /// `count` images from number `first` on, and the labels that they are made with.
    ///
    /// # Errors
    ///
    /// Colour images.
    pub fn images(&self, first: u64, count: usize) -> Result<(Images, Vec<u16>)> {
        let generator = self.runner.generator();
        let (latent_len, classes) = (generator.latent_len() as u16, generator.classes());
        let mut samples = Samples::part(self.made_of.seed, first, count, latent_len, classes);
        samples.labels = self.made_of.labels.labels(first, count);
        Ok((generate::images(&self.runner, &samples)?, samples.labels))
    }

    /// The names of the files of `count` images from `first` on. They begin with `stem`, but for
    /// pictures.
    pub fn names(&self, stem: &str, first: u64, count: usize) -> Vec<String> {
        let Description { labels, label_names, format, .. } = &self.made_of;
        // Only pictures lie in the folders of their labels.
        let labels = match format {
            Format::Png => labels.labels(first, count),
            _ => Vec::new(),
        };
        format.names(stem, (first, count), self.labelled().then_some(&labels[..]), label_names)
    }

    /// The bytes of these files, in the same order.
    ///
    /// # Errors
    ///
    /// Colour images, or labels that the format cannot hold.
    pub fn contents(&self, first: u64, count: usize) -> Result<Vec<Vec<u8>>> {
        let Description { label_names, format, .. } = &self.made_of;
        let (images, labels) = self.images(first, count)?;
        let labels = self.labelled().then_some(&labels[..]);
        match (&self.table, format) {
            (Some(table), Format::Parquet) => Ok(vec![rows::columns(table, &images, labels)?]),
            (Some(table), _) => Ok(vec![csv::file(table, &images, labels).into_bytes()]),
            (None, _) => format.contents(first, &images, labels, label_names),
        }
    }

    /// Whether images have labels.
    pub fn labelled(&self) -> bool {
        self.made_of.labels != LabelRule::None
    }
}
