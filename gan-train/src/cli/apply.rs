//! `gan-train apply`.

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use gan_tools::files::{atomic, refuse_input};
use gan_tools::picture::Picture;
use gan_tools::samples::Samples;
use gan_tools::say;
use gan_train::config::TaskKind;
use gan_train::data::pictures::{self, Named};
use gan_train::export;
use gan_train::export::float::FloatGenerator;
use gan_train::report;
use gan_train::task::{Example, Holes, Task};
use gan_train::train::checkpoint::Which;
use gan_train::train::folder::RunConfig;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Have the generator of a run of `train --task` make pictures of pictures
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan-train apply runs/enlarge small.png -o large.png
  gan-train apply runs/inpaint damaged.png --mask holes.png -o whole.png
  gan-train apply runs/stylize digits/ --label outline -o outlined/

A picture must have the size of the run's images; colours become greys.")]
pub struct Apply {
    /// The run's folder
    run: PathBuf,
    /// A PNG picture, or a folder of them
    #[arg(value_name = "IN.png|FOLDER")]
    input: PathBuf,
    /// The picture to write, or the folder for pictures of the same names
    #[arg(short, long, value_name = "OUT")]
    out: PathBuf,
    /// inpaint: a picture that is white where pixels are missing, of the image's size or of the
    /// mask's; or a folder with one of the same name for each picture. Missing are whole cells of
    /// the mask
    #[arg(long, value_name = "MASK.png|FOLDER")]
    mask: Option<PathBuf>,
    /// stylize: the style, by name or number; pairs: the label's number
    #[arg(long, value_name = "LABEL")]
    label: Option<String>,
    /// Replace pictures that are there already
    #[arg(long)]
    overwrite: bool,
}

impl Apply {
    pub fn run(self) -> Result<ExitCode> {
        let run = RunConfig::read(&self.run)?;
        let (task, generator) = export::task::generator(&self.run, &run.config, Which::Best)
            .with_context(|| format!("{}: apply", self.run.display()))?;
        let label = self.label(&task, &generator)?;
        let inputs = if self.input.is_dir() {
            pictures::list(&self.input)?
        } else {
            vec![self.input.clone()]
        };
        let outputs = self.outputs(&inputs)?;
        let mut examples = Vec::with_capacity(inputs.len());
        for path in &inputs {
            examples.push(self.example(&task, pictures::read(path)?, label)?);
        }
        let samples = Samples {
            count: examples.len(),
            codes: examples.iter().flat_map(Example::codes).collect(),
            labels: vec![label; examples.len()],
        };
        // The seam for a model's file: gan-core's generator takes the same samples.
        let mut made = generator.images(&samples);
        let len = made.image_len();
        if self.input.is_dir() {
            atomic::create_folder(&self.out)?;
        }
        let (width, height) = (made.width, made.height);
        for ((example, pixels), path) in
            examples.iter().zip(made.pixels.chunks_exact_mut(len)).zip(&outputs)
        {
            example.compose(pixels);
            let picture = Picture { width, height, pixels: pixels.to_vec() };
            atomic::write(path, &picture.to_png()?)?;
        }
        say!("{} pictures of {width}x{height}", examples.len());
        super::print(&format!("{}\n", self.out.display()))?;
        Ok(ExitCode::SUCCESS)
    }

    /// Where the pictures go; refuses places where something else is.
    fn outputs(&self, inputs: &[PathBuf]) -> Result<Vec<PathBuf>> {
        let of = |input: &PathBuf| match input.file_name() {
            Some(name) if self.input.is_dir() => self.out.join(name),
            _ => self.out.clone(),
        };
        let outputs: Vec<PathBuf> = inputs.iter().map(of).collect();
        for output in &outputs {
            report::folder::check_output(output)?;
            for input in inputs.iter().chain(self.mask.as_ref()) {
                refuse_input(output, input)?;
            }
            ensure!(
                self.overwrite || !output.exists(),
                "{}: is there already (--overwrite replaces it)",
                output.display()
            );
        }
        Ok(outputs)
    }

    /// The number of the label that was asked for.
    fn label(&self, task: &Task, generator: &FloatGenerator) -> Result<u16> {
        let classes = generator.classes;
        let names: Vec<&str> = match task.config().kind {
            TaskKind::Stylize => task.config().styles.iter().map(|style| style.name()).collect(),
            _ => Vec::new(),
        };
        let expected = if names.is_empty() {
            format!("0 to {}", classes.max(1) - 1)
        } else {
            names.join(", ")
        };
        match (&self.label, classes) {
            (None, 0) => Ok(0),
            (Some(_), 0) => bail!("--label: the run takes no labels"),
            (None, _) => bail!("--label: expected {expected}"),
            (Some(label), _) => {
                let named = names.iter().position(|name| name == label).map(|at| at as u16);
                let found = named.or_else(|| label.parse().ok()).filter(|&label| label < classes);
                found.with_context(|| format!("--label {label}: expected {expected}"))
            }
        }
    }

    /// What goes in for a picture.
    fn example(&self, task: &Task, picture: Named, label: u16) -> Result<Example> {
        let (size, Named { path, size: found, pixels }) = (task.input_size(), picture);
        ensure!(
            found == size,
            "{}: {}x{} pixels (the run's images are {}x{})",
            path.display(),
            found[0],
            found[1],
            size[0],
            size[1]
        );
        let inpaint = task.config().kind == TaskKind::Inpaint;
        let holes = match (&self.mask, inpaint) {
            (Some(mask), true) => Some(holes(task, &mask_of(mask, &path))?),
            (None, true) => {
                bail!("--mask: expected a picture that is white where pixels are missing")
            }
            (Some(_), false) => bail!("--mask: goes with a run of the task inpaint"),
            (None, false) => None,
        };
        let input = holes.as_ref().map_or_else(|| pixels.clone(), |holes| holes.cut_out(&pixels));
        Ok(Example { input, holes, label, target: Vec::new() })
    }
}

/// The mask of a picture: the one of its name in a folder, or the same for all.
fn mask_of(mask: &Path, picture: &Path) -> PathBuf {
    match picture.file_name() {
        Some(name) if mask.is_dir() => mask.join(name),
        _ => mask.to_owned(),
    }
}

/// Reads which pixels are missing.
fn holes(task: &Task, path: &Path) -> Result<Holes> {
    let Named { size, pixels, .. } = pictures::read(path)?;
    let (image, cells) = (task.input_size(), [usize::from(task.config().mask); 2]);
    Ok(if size == cells {
        Holes::of_mask(image, cells, &pixels)
    } else if size == image {
        Holes::of_pixels(image, cells, &pixels)
    } else {
        bail!(
            "{}: {}x{} pixels (expected {}x{}, the image's size, or {}x{}, the mask's)",
            path.display(),
            size[0],
            size[1],
            image[0],
            image[1],
            cells[0],
            cells[1]
        )
    })
}
