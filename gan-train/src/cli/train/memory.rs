//! The memory that a run takes, and what there is: a network that does not fit is refused before
//! anything of it is made, because afterwards only the system could end the program.

use crate::cli::sizes::Sizes;
use anyhow::{Result, ensure};
use burn::prelude::Device;
use gan_tools::numbers::thousands;
use gan_train::config::{Config, OptimizerKind, R1};
use gan_train::nn::device::{holds, is_cpu};
use gan_train::nn::mlp::LayerShape;
use gan_train::train::splits::Splits;
use std::fs::read_to_string;

/// Bytes of a megabyte, as it is printed.
const MEGABYTE: u64 = 1_000_000;

/// Bytes that a run takes at most, about, beside the program itself.
pub struct Plan {
    /// Of the networks' numbers, gradients and moments, and of the generator's average.
    pub networks: usize,
    /// Rows of a pass: of a batch's part that a device sees at once.
    pub rows: usize,
    /// Of a pass: what its layers and the data's images are made into.
    pub pass: usize,
    /// Of the images on the device and in this computer's memory.
    pub images: usize,
}

impl Plan {
    /// The plan of a run, for each of these devices.
    pub fn of(config: &Config, splits: &Splits, devices: &[Device]) -> Self {
        let training = &config.training;
        // Real and generated images go through the discriminator, and those of the finite
        // differences.
        let penalties = [training.r1_gamma, training.r2_gamma];
        let penalties = penalties.into_iter().filter(|&gamma| gamma > 0.0).count();
        let lipschitz = usize::from(training.gradient_penalty > 0.0);
        let (differences, exact) = match training.r1 {
            R1::FiniteDifference => (penalties, lipschitz),
            R1::Exact => (0, penalties + lipschitz),
        };
        let groups = 2 + differences;
        let shapes = [splits.shape.generator(config), splits.shape.discriminator(config)];
        let [generator, discriminator] = shapes.each_ref().map(|shapes| kept(shapes, 2));
        // The gradient by a penalty's images is differentiated again, with each layer's slope.
        let differentiated = kept(&shapes[1], 3);
        let layers = generator + groups * discriminator + exact * differentiated;
        // Images, one group of them twice.
        let images = (groups + 1 + exact) * splits.shape.pixels();
        let rows = training.in_pass() / devices.len();
        let sizes = shapes.each_ref().map(|shapes| Sizes::of(shapes));
        let parts = [&splits.train, &splits.validation, &splits.parzen, &splits.all];
        let pixels: usize = parts.map(|part| part.images.pixels.len()).iter().sum();
        let stored = if is_cpu(&devices[0]) { 0 } else { splits.train.images.pixels.len() };
        Self {
            networks: numbers(config, sizes.each_ref()),
            rows,
            pass: size_of::<f32>() * rows * (layers + images),
            images: size_of::<f32>() * stored + pixels,
        }
    }

    /// All of it. A step, and going on from a checkpoint, have the networks' numbers twice at most.
    pub fn total(&self) -> usize {
        2 * self.networks + self.pass + self.images
    }
}

/// Numbers that a pass keeps of a network for each row: so many of each output, and more where a
/// layer is normalized or drops some.
fn kept(shapes: &[LayerShape], of_each: usize) -> usize {
    let of_layer = |shape: &LayerShape| {
        let more = usize::from(shape.batch_norm) + usize::from(shape.dropout > 0.0);
        shape.outputs * (of_each + more)
    };
    let inputs = shapes.first().map_or(0, |shape| of_each * shape.inputs);
    inputs + shapes.iter().map(of_layer).sum::<usize>()
}

/// Bytes of the networks' numbers, gradients and moments, and of the generator's average.
fn numbers(config: &Config, sizes: [&Sizes; 2]) -> usize {
    let training = &config.training;
    let moments = match training.optimizer {
        OptimizerKind::Adam | OptimizerKind::AdamW => 2,
        OptimizerKind::RmsProp | OptimizerKind::Sgd | OptimizerKind::Lion => 1,
    };
    let [generator, discriminator] = sizes.map(|sizes| sizes.params);
    let averages = usize::from(training.averages()) * generator;
    size_of::<f32>() * ((2 + moments) * (generator + discriminator) + averages)
}

/// Refuses a run whose numbers alone are more than the memory that there is, and one with a tensor
/// that its device cannot hold. How much memory there is in all is known of Linux, and of CPUs.
///
/// # Errors
///
/// Names both, and what makes the run smaller.
pub fn check(config: &Config, splits: &Splits, devices: &[Device]) -> Result<()> {
    let device = &devices[0];
    let networks = [splits.shape.generator(config), splits.shape.discriminator(config)];
    if !is_cpu(device) {
        let layers = networks.iter().flatten();
        // The discriminator sees up to four groups of images at once.
        let rows = 4 * config.training.in_pass() / devices.len();
        let largest = layers.map(|layer| layer.outputs * layer.inputs.max(rows)).max();
        return largest.map_or(Ok(()), |largest| holds_largest(device, largest));
    }
    let Some(free) = free() else { return Ok(()) };
    let [generator, discriminator] = networks.map(|shapes| Sizes::of(&shapes));
    fits(numbers(config, [&generator, &discriminator]) as u64, free)
}

fn holds_largest(device: &Device, numbers: usize) -> Result<()> {
    ensure!(
        holds(device, numbers),
        "the largest tensor takes {} MB, which is more than this device can hold in one buffer: \
         make generator.hidden, discriminator.hidden or --micro-batch smaller, or take another \
         --device",
        thousands((size_of::<f32>() * numbers) as u64 / MEGABYTE)
    );
    Ok(())
}

fn fits(needed: u64, free: u64) -> Result<()> {
    ensure!(
        needed <= free,
        "the networks take {} MB of memory with their gradients and moments, and {} MB are free: \
         make generator.hidden or discriminator.hidden smaller",
        thousands(needed.div_ceil(MEGABYTE)),
        thousands(free / MEGABYTE)
    );
    Ok(())
}

/// Bytes that this process can still have: what the system can give, less where a limit of the
/// process or of its group is nearer.
fn free() -> Option<u64> {
    let file = |path: &str| read_to_string(path).unwrap_or_default();
    let of_system = kilobytes(&file("/proc/meminfo"), "MemAvailable:");
    let used = kilobytes(&file("/proc/self/status"), "VmSize:");
    let limit = address_space(&file("/proc/self/limits"));
    let of_process = limit.zip(used).map(|(limit, used)| limit.saturating_sub(used));
    let group = |name: &str| file(&format!("/sys/fs/cgroup/{name}")).trim().parse::<u64>().ok();
    let of_group = group("memory.max").zip(group("memory.current"));
    let of_group = of_group.map(|(most, used)| most.saturating_sub(used));
    [of_system, of_process, of_group].into_iter().flatten().min()
}

/// The bytes of a line such as `MemAvailable:   12345 kB`.
fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// The soft limit in `/proc/self/limits`: `Max address space   4000000000   unlimited   bytes`.
fn address_space(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused_in_one_sentence() {
        fits(4_000_000, 4_000_000).unwrap();
        let error = fits(14_400_000_001, 3_999_999_999).unwrap_err().to_string();
        let expected = "the networks take 14,401 MB of memory with their gradients and moments, \
                        and 3,999 MB are free: make generator.hidden or discriminator.hidden \
                        smaller";
        assert_eq!(error, expected);
    }

    #[test]
    fn files_of_the_system_are_read() {
        let memory = "MemTotal:       24000000 kB\nMemAvailable:   20000000 kB\n";
        assert_eq!(kilobytes(memory, "MemAvailable:"), Some(20_480_000_000));
        assert_eq!(kilobytes(memory, "VmSize:"), None);
        let limits = "Limit                     Soft Limit           Hard Limit           Units\n\
                      Max address space         4000000000           unlimited            bytes\n";
        assert_eq!(address_space(limits), Some(4_000_000_000));
        assert_eq!(address_space(&limits.replace("4000000000", "unlimited ")), None);
        if cfg!(target_os = "linux") {
            assert!(free().is_some_and(|free| free > 1 << 20));
        }
    }
}
