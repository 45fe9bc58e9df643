//! Options that name the core for which weights are put in order.

use crate::fit;
use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use gan_core::Packing;

/// A core, by its name or by that of a board. A command with these options says in the group `core`
/// whether it wants one of them.
#[derive(Debug, Args)]
pub struct Core {
    /// The core
    #[arg(long, value_enum)]
    target: Option<Target>,
    /// A board, as `gan fit` names it, in place of its core
    #[arg(long)]
    board: Option<String>,
}

impl Core {
    /// The packing that the core's kernel reads; none if no core was named.
    ///
    /// # Errors
    ///
    /// There is no such board.
    pub fn packing(&self) -> Result<Option<Packing>> {
        let kernel = match (self.target, &self.board) {
            (Some(target), _) => target.kernel().to_owned(),
            (None, Some(board)) => fit::board(board)?.kernel,
            (None, None) => return Ok(None),
        };
        Packing::of_kernel(&kernel).with_context(|| format!("no packing of {kernel}")).map(Some)
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Target {
    /// The canonical order, which models/ holds
    Any,
    CortexM0,
    #[value(name = "cortex-m0+")]
    CortexM0Plus,
    CortexM23,
    CortexM3,
    /// And M4F
    CortexM4,
    CortexM7,
    /// With the DSP extension
    CortexM33,
    /// Without the DSP extension, for firmware built with gan_core_backend="armv7m"
    #[value(name = "cortex-m33-nodsp")]
    CortexM33NoDsp,
    /// With MVE
    CortexM55,
    /// With MVE
    CortexM85,
    /// RV32IM, RV32IMC, RV32IMAC
    Rv32im,
    #[value(name = "x86-64")]
    X86,
    Aarch64,
}

impl Target {
    /// The kernel that gan-core runs on the core.
    fn kernel(self) -> &'static str {
        match self {
            Self::Any => "scalar",
            Self::CortexM0 | Self::CortexM0Plus | Self::CortexM23 => "armv6m",
            Self::CortexM3 | Self::CortexM33NoDsp => "armv7m",
            Self::CortexM4 | Self::CortexM7 | Self::CortexM33 => "dsp",
            Self::CortexM55 | Self::CortexM85 => "mve",
            Self::Rv32im => "rv32im",
            Self::X86 => "x86-64",
            Self::Aarch64 => "aarch64",
        }
    }
}
