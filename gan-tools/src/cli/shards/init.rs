//! `gan shards init`.

use crate::blob_file;
use crate::files::labels::LabelNames;
use crate::say;
use crate::set::{Format, LabelRule, Maker, Range};
use crate::shards::Folder;
use anyhow::{Result, ensure};
use clap::{Args, value_parser};
use gan_core::OutputKind;
use std::path::PathBuf;
use std::process::ExitCode;

/// Begin a set: writes dataset.json, which decides every byte. Any number of workers may do it
#[derive(Debug, Args)]
pub struct Init {
    /// The blob; a copy of it is put into the folder
    #[arg(value_name = "MODEL.gan")]
    model: PathBuf,
    /// How many images
    #[arg(long, value_parser = value_parser!(u64).range(1..))]
    count: u64,
    /// Index of the first image, among all images of the seed
    #[arg(long, default_value_t = 0, value_name = "K")]
    first: u64,
    /// Seed of the latents
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Images of a shard: a worker has one in memory as a whole
    #[arg(long, value_name = "IMAGES", default_value_t = 50_000)]
    shard: u32,
    /// Format of the files [default: parquet]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The part of each label: numbers with a sum of 1, such as 0.5,0.3,0.2 [default: labels in
    /// turn]
    #[arg(long, value_name = "PARTS")]
    proportions: Option<String>,
    /// The folder: new, empty, or with the same set
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
}

impl Init {
    pub(super) fn run(self) -> Result<ExitCode> {
        let shown = self.model.display();
        let file = blob_file::read(&self.model)?;
        let generator = file.generator();
        ensure!(
            generator.inputs().image().is_none(),
            "{shown}: makes images of images (expected a model of latents)"
        );
        let format = self.format.unwrap_or(Format::Parquet);
        ensure!(
            format != Format::Png,
            "--format png: a shard is one file or two (`gan-train synth` makes pictures)"
        );
        let classes = generator.classes();
        let names = LabelNames::beside(&self.model, generator.crc(), classes)?;
        let names = names.as_slice();
        let rule = match &self.proportions {
            Some(_) if classes == 0 => anyhow::bail!("--proportions: {shown} takes no labels"),
            Some(parts) => LabelRule::of_text(parts, classes, names)?,
            None => LabelRule::in_turn(classes),
        };
        let range = Range { first: self.first, count: self.count, shard: self.shard };
        let labels = (rule, names);
        let maker = Maker::new(&generator, file.bytes(), self.seed, labels, format, range)?;
        let is_new = Folder::begin(&self.out, &maker, file.bytes())?;
        let folder = Folder::open(&self.out)?;
        let things = match generator.header().outputs {
            OutputKind::Numbers => "windows of rows",
            _ => "images",
        };
        say!(
            "{}: {} {things} in {} shards of up to {}{}",
            self.out.display(),
            self.count,
            folder.shards(),
            self.shard,
            if is_new { "" } else { "; it was begun before" }
        );
        crate::cli::print(&format!("{}\n", self.out.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}
