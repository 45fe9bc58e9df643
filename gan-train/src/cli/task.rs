//! What commands need to know of a task: its preset and its data.

use super::dataset;
use anyhow::Result;
use gan_train::config::{Config, Recipe};
use gan_train::data::Dataset;
use gan_train::task;
use std::path::Path;

/// A data set, and the sizes of the images in its rows.
pub struct Opened {
    pub dataset: Dataset,
    /// Width and height of what goes in, if rows are pairs.
    pub input: Option<[usize; 2]>,
    /// Width and height of what comes out.
    pub target: [usize; 2],
}

/// The preset of a task's name.
pub fn preset(task: &str, scale: Option<u16>) -> Result<Config> {
    let name = match (task, scale) {
        ("super-res", Some(2)) => "super-res-14",
        ("super-res", _) => "super-res-7",
        (name, _) => name,
    };
    Config::preset(name, Recipe::Default)
}

/// Opens a data set; with `targets`, as what goes in, and that as what should come out.
pub fn open(
    name: &str,
    data_dir: Option<&Path>,
    transpose: bool,
    targets: Option<&str>,
) -> Result<Opened> {
    let inputs = dataset::open(name, data_dir, transpose)?;
    let size = |data: &Dataset| [data.train.images.width, data.train.images.height];
    let input = size(&inputs);
    let Some(targets) = targets else {
        return Ok(Opened { dataset: inputs, input: None, target: input });
    };
    let targets = dataset::open(targets, None, transpose)?;
    let target = size(&targets);
    Ok(Opened { dataset: task::joined(inputs, targets)?, input: Some(input), target })
}
