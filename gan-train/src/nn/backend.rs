//! The two CPU backends of burn that can train.

use anyhow::Result;
use burn::prelude::Device;
use serde::{Deserialize, Serialize};

/// What computes. Another backend rounds differently, so it is part of what makes a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// burn-flex, the maintained one.
    #[default]
    Flex,
    /// burn-ndarray: deprecated by burn and slower; only in builds with the feature `ndarray`.
    Ndarray,
}

impl Backend {
    /// The backend's device.
    ///
    /// # Errors
    ///
    /// The backend is not in this build.
    pub fn device(self) -> Result<Device> {
        match self {
            Self::Flex => Ok(Device::flex()),
            #[cfg(feature = "ndarray")]
            #[expect(deprecated, reason = "gone in burn 0.23, and this feature with it")]
            Self::Ndarray => Ok(Device::ndarray()),
            #[cfg(not(feature = "ndarray"))]
            Self::Ndarray => anyhow::bail!(
                "--backend ndarray: not in this build (build with --features ndarray)"
            ),
        }
    }
}
