//! Image-to-image tasks: what goes into a generator and what should come out of it, made from a
//! data set's images.
//!
//! An image's byte `p` goes in as the code `p >> 1`, as a blob's first layer reads it. A network in
//! training sees `code / 127`; see [`affine`] for what a blob makes of it.

mod blob;
mod cases;
mod damage;
mod fill;
mod pairs;
mod resize;
mod styles;

pub use blob::{complete, kind_of, of_blob};
pub use cases::Cases;
pub use damage::{Holes, UNKNOWN};
pub use fill::fill;
pub use pairs::joined;
pub use resize::{Kernel, resized};

use crate::config::{Config, TaskConfig, TaskKind};
use crate::data::Split;
use anyhow::{Result, ensure};
use gan_core::blob::{ImageShape, InputPart, InputParts, MaskShape};
use rand_pcg::Pcg64Mcg;

/// The number that a network in training sees for a code.
pub fn seen(code: u8) -> f32 {
    f32::from(code) / 127.0
}

/// How the number `x` that a network in training sees depends on the number `v` that a blob's first
/// layer reads: `x = factor v + offset`, as (factor, offset).
///
/// A code `c` stands for `v = (c - 64) / 16`, and `x = c / 127`, so `x = (16 v + 64) / 127`. With
/// it `w x + b = (factor w) v + (b + offset w)`: the exporter scales the first layer's weights, and
/// adds each row's sum of weights to its bias.
pub fn affine() -> (f32, f32) {
    (16.0 / 127.0, 64.0 / 127.0)
}

/// One image of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// What goes in: pixels, those that are missing [`UNKNOWN`].
    pub input: Vec<u8>,
    /// Where they are missing.
    pub holes: Option<Holes>,
    /// The style, or the data's label; 0 in a task without.
    pub label: u16,
    /// What should come out: pixels.
    pub target: Vec<u8>,
}

impl Example {
    /// The codes that go in.
    pub fn codes(&self) -> impl Iterator<Item = u8> {
        let mask = self.holes.iter().flat_map(Holes::mask);
        self.input.iter().copied().chain(mask).map(|byte| byte >> 1)
    }

    /// What a generator's `output` comes to: pixels that are there stay as they are.
    pub fn compose(&self, output: &mut [u8]) {
        let Some(holes) = &self.holes else { return };
        for ((pixel, &input), missing) in output.iter_mut().zip(&self.input).zip(holes.pixels()) {
            if !missing {
                *pixel = input;
            }
        }
    }
}

/// A task on images of known sizes.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    config: TaskConfig,
}

impl Task {
    /// The task of a configuration that [`fill`] has completed; none without one.
    ///
    /// # Errors
    ///
    /// Sizes that do not suit the task.
    pub fn of(config: &Config) -> Result<Option<Self>> {
        let Some(task) = &config.task else { return Ok(None) };
        let task = Self::new(task)?;
        let (codes, latent) = (task.codes(), usize::from(config.generator.latent));
        ensure!(
            codes == latent,
            "generator.latent: {latent}, but {codes} numbers go in (expected {codes}, or nothing)"
        );
        Ok(Some(task))
    }

    fn new(config: &TaskConfig) -> Result<Self> {
        let (input, target) = (config.input_size, config.target_size);
        for (field, [width, height]) in [("input_size", input), ("target_size", target)] {
            let pixels = u32::from(width) * u32::from(height);
            ensure!(
                (1..=u32::from(u16::MAX)).contains(&pixels),
                "task.{field}: {width}x{height} (expected 1 to 65535 pixels)"
            );
        }
        let expected = match config.kind {
            TaskKind::Inpaint | TaskKind::Stylize => target,
            TaskKind::SuperRes => target.map(|side| side / config.scale),
            TaskKind::Pairs => input,
        };
        ensure!(
            input == expected,
            "task.input_size: {}x{} (expected {}x{})",
            input[0],
            input[1],
            expected[0],
            expected[1]
        );
        let codes = codes(config);
        ensure!(codes <= usize::from(u16::MAX), "task: {codes} numbers go in (at most 65535)");
        Ok(Self { config: config.clone() })
    }

    /// Its fields.
    pub fn config(&self) -> &TaskConfig {
        &self.config
    }

    /// What goes in, as a blob's header says it.
    pub fn inputs(&self) -> InputParts {
        inputs(&self.config)
    }

    /// How many codes go in.
    pub fn codes(&self) -> usize {
        codes(&self.config)
    }

    /// Width and height of what goes in.
    pub fn input_size(&self) -> [usize; 2] {
        self.config.input_size.map(usize::from)
    }

    /// Width and height of what comes out.
    pub fn target_size(&self) -> [usize; 2] {
        self.config.target_size.map(usize::from)
    }

    /// How many styles there are, if labels are styles.
    pub fn styles(&self) -> Option<u16> {
        (self.config.kind == TaskKind::Stylize).then_some(self.config.styles.len() as u16)
    }

    /// The labels that the networks see, of data with so many.
    pub fn classes(&self, data: u16, conditional: bool) -> u16 {
        self.styles().unwrap_or(if conditional { data } else { 0 })
    }

    /// Where the target's pixels begin in a row of the data, which is a pair's in `pairs`.
    pub fn target_at(&self) -> usize {
        let [width, height] = self.input_size();
        if self.config.kind == TaskKind::Pairs { width * height } else { 0 }
    }

    /// Pixels in a row of the data.
    pub fn row_len(&self) -> usize {
        let [width, height] = self.target_size();
        self.target_at() + width * height
    }

    /// Refuses data whose rows are of another size.
    ///
    /// # Errors
    ///
    /// Says both sizes.
    pub fn check(&self, data: &Split) -> Result<()> {
        let (found, expected) = (data.images.image_len(), self.row_len());
        ensure!(
            found == expected,
            "the data's images are of {found} pixels, and the task's of {expected}"
        );
        Ok(())
    }

    /// What the task makes of a row of the data, with a style or the data's label.
    pub fn example(&self, row: &[u8], label: u16, rng: &mut Pcg64Mcg) -> Example {
        let size = self.target_size();
        let plain = |input, target| Example { input, holes: None, label, target };
        match self.config.kind {
            TaskKind::Inpaint => {
                let holes = Holes::random(&self.config, rng);
                let input = holes.cut_out(row);
                Example { input, holes: Some(holes), label: 0, target: row.to_vec() }
            }
            TaskKind::SuperRes => {
                let input = resize::area_mean(row, size, self.config.scale.into());
                Example { label: 0, ..plain(input, row.to_vec()) }
            }
            TaskKind::Stylize => {
                let style = self.config.styles[usize::from(label)];
                plain(row.to_vec(), styles::apply(style, row, size))
            }
            TaskKind::Pairs => {
                let (input, target) = row.split_at(self.target_at());
                plain(input.to_vec(), target.to_vec())
            }
        }
    }
}

/// What goes into a generator of this configuration: a latent, or what its task says.
pub fn inputs_of(config: &Config) -> InputParts {
    let latent = || InputParts::of_latent(config.generator.latent);
    config.task.as_ref().map_or_else(latent, inputs)
}

fn inputs(config: &TaskConfig) -> InputParts {
    let [width, height] = config.input_size;
    let image = InputPart::Image(ImageShape { width, height, channels: 1 });
    let mask = InputPart::Mask(MaskShape { width: config.mask, height: config.mask });
    let parts: &[_] = if config.kind == TaskKind::Inpaint { &[image, mask] } else { &[image] };
    InputParts::from_slice(parts).unwrap_or_default()
}

fn codes(config: &TaskConfig) -> usize {
    inputs(config).as_slice().iter().map(|part| part.codes()).sum()
}

#[cfg(test)]
mod tests;
