//! The instruction sets that there are loops for, and which of them this CPU has.

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
use super::amx::{self, Amx};
#[cfg(target_arch = "aarch64")]
use super::neon::{self, Neon};
use super::network::{Network, Work};
use super::scalar::{self, Scalar};
#[cfg(target_arch = "x86_64")]
use super::{
    avx2::{self, Avx2},
    avx512vnni::{self, Avx512Vnni},
    avxvnni::{self, AvxVnni},
};
use core::fmt;

/// An instruction set that there are loops for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Backend {
    /// x86-64 with AMX, for batches, and AVX-512 VNNI, for one image.
    Amx,
    /// x86-64 with AVX-512 VNNI.
    Avx512Vnni,
    /// x86-64 with AVX-VNNI, the same in 256 bits.
    AvxVnni,
    /// x86-64 with AVX2.
    Avx2,
    /// AArch64 with the dot product extension.
    Neon,
    /// Any CPU.
    Scalar,
}

impl Backend {
    /// All backends, the fastest first.
    pub const ALL: [Self; 6] =
        [Self::Amx, Self::Avx512Vnni, Self::AvxVnni, Self::Avx2, Self::Neon, Self::Scalar];

    /// The backends that this CPU has the instructions for, the fastest first. The last one is
    /// [`Scalar`](Self::Scalar).
    pub fn available() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|&backend| Kernel::of(backend).is_some())
    }

    /// The backend's name, as in `--cfg gan_core_backend="NAME"`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Amx => "amx",
            Self::Avx512Vnni => "avx512vnni",
            Self::AvxVnni => "avxvnni",
            Self::Avx2 => "avx2",
            Self::Neon => "neon",
            Self::Scalar => "scalar",
        }
    }

    /// The backend that the build forces, or else the fastest that this CPU has.
    pub(super) fn preferred() -> Self {
        const FORCED: Option<Backend> = if cfg!(gan_core_backend = "amx") {
            Some(Backend::Amx)
        } else if cfg!(gan_core_backend = "avx512vnni") {
            Some(Backend::Avx512Vnni)
        } else if cfg!(gan_core_backend = "avxvnni") {
            Some(Backend::AvxVnni)
        } else if cfg!(gan_core_backend = "avx2") {
            Some(Backend::Avx2)
        } else if cfg!(gan_core_backend = "neon") {
            Some(Backend::Neon)
        } else if cfg!(gan_core_backend = "scalar") {
            Some(Backend::Scalar)
        } else {
            None
        };
        FORCED.or_else(|| Self::available().next()).unwrap_or(Self::Scalar)
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The error that the CPU does not have the instructions of this backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unavailable(pub Backend);

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this CPU does not have the instructions of gan-core's backend {}", self.0)
    }
}

impl core::error::Error for Unavailable {}

/// A backend whose instructions the CPU is known to have.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kernel {
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    Amx(Amx),
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni(Avx512Vnni),
    #[cfg(target_arch = "x86_64")]
    AvxVnni(AvxVnni),
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    #[cfg(target_arch = "aarch64")]
    Neon(Neon),
    Scalar(Scalar),
}

impl Kernel {
    pub fn of(backend: Backend) -> Option<Self> {
        match backend {
            #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
            Backend::Amx => Amx::new().map(Self::Amx),
            #[cfg(target_arch = "x86_64")]
            Backend::Avx512Vnni => Avx512Vnni::new().map(Self::Avx512Vnni),
            #[cfg(target_arch = "x86_64")]
            Backend::AvxVnni => AvxVnni::new().map(Self::AvxVnni),
            #[cfg(target_arch = "x86_64")]
            Backend::Avx2 => Avx2::new().map(Self::Avx2),
            #[cfg(target_arch = "aarch64")]
            Backend::Neon => Neon::new().map(Self::Neon),
            Backend::Scalar => Some(Self::Scalar(Scalar)),
            #[allow(
                unreachable_patterns,
                reason = "some are of another architecture, whichever this is"
            )]
            _ => None,
        }
    }

    pub fn backend(self) -> Backend {
        match self {
            #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
            Self::Amx(_) => Backend::Amx,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni(_) => Backend::Avx512Vnni,
            #[cfg(target_arch = "x86_64")]
            Self::AvxVnni(_) => Backend::AvxVnni,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => Backend::Avx2,
            #[cfg(target_arch = "aarch64")]
            Self::Neon(_) => Backend::Neon,
            Self::Scalar(_) => Backend::Scalar,
        }
    }

    /// Number of images in a tile. A batch runs in whole tiles.
    pub fn images(self) -> usize {
        match self {
            #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
            Self::Amx(_) => amx::IMAGES,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni(_) => avx512vnni::IMAGES,
            #[cfg(target_arch = "x86_64")]
            Self::AvxVnni(_) => avxvnni::IMAGES,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => avx2::IMAGES,
            #[cfg(target_arch = "aarch64")]
            Self::Neon(_) => neon::IMAGES,
            Self::Scalar(_) => scalar::IMAGES,
        }
    }

    /// Number of blocks of columns that the kernel takes at once.
    pub fn blocks(self) -> usize {
        match self {
            #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
            Self::Amx(_) => amx::BLOCKS,
            _ => 1,
        }
    }

    /// Runs the layers. Afterwards `work.codes` has the last layer's outputs, before its table.
    pub fn run(self, network: &Network, work: &mut Work) {
        match self {
            #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
            Self::Amx(isa) => isa.run(network, work),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni(isa) => isa.run(network, work),
            #[cfg(target_arch = "x86_64")]
            Self::AvxVnni(isa) => isa.run(network, work),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(isa) => isa.run(network, work),
            #[cfg(target_arch = "aarch64")]
            Self::Neon(isa) => isa.run(network, work),
            Self::Scalar(isa) => isa.run(network, work),
        }
    }
}
