//! Devices that networks are trained on.

use anyhow::{Context, Result, bail};
use burn::prelude::*;
#[cfg(any(feature = "wgpu", feature = "cuda"))]
use burn::tensor::DeviceType;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A device by its name. Another device rounds differently, so it is part of what makes a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DeviceName {
    /// This computer's CPU, by burn-flex.
    #[default]
    Flex,
    /// The CPU by burn-ndarray: slower, and gone from burn 0.23.
    Ndarray,
    /// A GPU by WebGPU's shading language, over whatever driver there is.
    Wgpu,
    /// A GPU by Vulkan, with SPIR-V.
    Vulkan,
    /// An Apple GPU.
    Metal,
    /// A GPU by WebGPU.
    Webgpu,
    /// The NVIDIA GPU of this number.
    Cuda(usize),
    /// Several NVIDIA GPUs that share each batch: their first number and their last.
    Cudas(usize, usize),
}

/// The names that can be given; each is a cargo feature, `flex` always on.
pub const NAMES: [&str; 7] = ["flex", "ndarray", "wgpu", "vulkan", "metal", "webgpu", "cuda"];

impl fmt::Display for DeviceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cuda(number) if *number > 0 => write!(f, "cuda:{number}"),
            Self::Cudas(first, last) => write!(f, "cuda:{first}-{last}"),
            name => f.write_str(name.feature()),
        }
    }
}

impl FromStr for DeviceName {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(match text {
            "flex" => Self::Flex,
            "ndarray" => Self::Ndarray,
            "wgpu" => Self::Wgpu,
            "vulkan" => Self::Vulkan,
            "metal" => Self::Metal,
            "webgpu" => Self::Webgpu,
            "cuda" => Self::Cuda(0),
            _ => match text.strip_prefix("cuda:").and_then(numbers) {
                Some((first, last)) if first == last => Self::Cuda(first),
                Some((first, last)) => Self::Cudas(first, last),
                None => {
                    bail!("{text:?} (expected one of {}, cuda:N, cuda:N-LAST)", NAMES.join(", "))
                }
            },
        })
    }
}

/// The first and the last number of `3` or `0-3`.
fn numbers(text: &str) -> Option<(usize, usize)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let numbers = (first.parse().ok()?, last.parse().ok()?);
    (numbers.0 <= numbers.1).then_some(numbers)
}

impl TryFrom<String> for DeviceName {
    type Error = anyhow::Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<DeviceName> for String {
    fn from(name: DeviceName) -> Self {
        name.to_string()
    }
}

impl DeviceName {
    /// The cargo feature that builds it in.
    pub fn feature(self) -> &'static str {
        match self {
            Self::Flex => "flex",
            Self::Ndarray => "ndarray",
            Self::Wgpu => "wgpu",
            Self::Vulkan => "vulkan",
            Self::Metal => "metal",
            Self::Webgpu => "webgpu",
            Self::Cuda(_) | Self::Cudas(..) => "cuda",
        }
    }

    /// The devices of this name, which record nothing. There is one, but for [`Self::Cudas`].
    ///
    /// # Errors
    ///
    /// As [`Self::open`].
    pub fn open_all(self) -> Result<Vec<Device>> {
        match self {
            Self::Cudas(first, last) => {
                (first..=last).map(|number| Self::Cuda(number).open()).collect()
            }
            one => Ok(vec![one.open()?]),
        }
    }

    /// The device, which records nothing; of several the first.
    ///
    /// # Errors
    ///
    /// It is not in this build, or this computer has none; or it computes wrong numbers.
    pub fn open(self) -> Result<Device> {
        let device = self.find().with_context(|| format!("--device {self}"))?;
        if !is_cpu(&device) {
            super::known_answer::check(&device).with_context(|| format!("--device {self}"))?;
        }
        Ok(device)
    }

    fn find(self) -> Result<Device> {
        match self {
            Self::Flex => Ok(Device::flex()),
            #[cfg(feature = "ndarray")]
            #[expect(deprecated, reason = "gone in burn 0.23, and this feature with it")]
            Self::Ndarray => Ok(Device::ndarray()),
            #[cfg(feature = "wgpu")]
            Self::Wgpu => gpu(DeviceType::Wgpu, 0),
            #[cfg(feature = "vulkan")]
            Self::Vulkan => gpu(DeviceType::Vulkan, 0),
            #[cfg(feature = "metal")]
            Self::Metal => gpu(DeviceType::Metal, 0),
            #[cfg(feature = "webgpu")]
            Self::Webgpu => gpu(DeviceType::WebGpu, 0),
            #[cfg(feature = "cuda")]
            Self::Cuda(number) | Self::Cudas(number, _) => gpu(DeviceType::Cuda, number),
            #[allow(unreachable_patterns, reason = "with all features none is left")]
            other => bail!("not in this build (build with --features {})", other.feature()),
        }
    }
}

/// The device of this number among those of a kind.
#[cfg(any(feature = "wgpu", feature = "cuda"))]
fn gpu(kind: DeviceType, number: usize) -> Result<Device> {
    let found = Device::enumerate(kind).into_vec();
    let count = found.len();
    found.into_iter().nth(number).with_context(|| {
        format!(
            "this computer has {count} such devices, and number {number} was asked for: is the \
             GPU's driver installed?"
        )
    })
}

/// Whether the device can hold a tensor of so many numbers, found out by making one. Drivers have a
/// largest buffer, which may be far smaller than their memory.
pub fn holds(device: &Device, numbers: usize) -> bool {
    let tensor = Tensor::<1>::zeros([numbers], &device.clone().inner());
    let read = tensor.narrow(0, numbers - 1, 1).try_into_data();
    read.inspect_err(|error| tracing::debug!("{error:?}")).is_ok()
}

/// Whether the device is the CPU backend whose operations are this program's own loops.
pub fn is_flex(device: &Device) -> bool {
    device.clone().inner() == Device::flex()
}

/// Whether the device's memory is this computer's, so that reading from it waits for nothing.
pub fn is_cpu(device: &Device) -> bool {
    let device = device.clone().inner();
    #[cfg(feature = "ndarray")]
    #[expect(deprecated, reason = "gone in burn 0.23, and this feature with it")]
    if device == Device::ndarray() {
        return true;
    }
    device == Device::flex()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for name in NAMES.into_iter().chain(["cuda:3", "cuda:0-3", "cuda:2-12"]) {
            assert_eq!(name.parse::<DeviceName>().unwrap().to_string(), name);
        }
        for wrong in
            ["", "gpu", "cuda:", "cuda:x", "Flex", "cuda:3-1", "cuda:-1", "cuda:1-", "wgpu:0-1"]
        {
            let error = wrong.parse::<DeviceName>().unwrap_err().to_string();
            assert!(error.contains("expected one of flex, "), "{error}");
        }
    }

    #[cfg(not(feature = "cuda"))]
    #[test]
    fn a_device_that_was_not_built_in_is_named_with_its_feature() {
        let error = format!("{:#}", DeviceName::Cuda(1).open().unwrap_err());
        assert!(error.contains("--device cuda:1: not in this build"), "{error}");
        assert!(error.ends_with("(build with --features cuda)"), "{error}");
    }
}
