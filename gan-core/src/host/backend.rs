//! The table of all backends: which instruction sets there are loops for, and which of them this
//! CPU has.

use super::network::{Network, Work};
use super::tile::Loops;
use core::fmt;

/// Writes everything that lists the backends, from one line for each, the fastest first:
/// `VARIANT = "NAME" in MODULE if CFG;`.
///
/// The module has a type of the variant's name that implements [`Loops`]. `CFG` says which targets
/// the module is compiled for, as in `#[cfg(CFG)]`. The same condition stands before the `mod` line
/// in `host.rs`: this macro does not write that line, because rustfmt finds no files by macros. A
/// name that a build may force stands in `build.rs` too.
macro_rules! backends {
    ($($(#[$doc:meta])* $variant:ident = $name:literal in $module:ident if $cfg:meta;)*) => {
        /// An instruction set that there are loops for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Backend {
            $($(#[$doc])* $variant,)*
        }

        impl Backend {
            /// All backends, the fastest first.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

            /// The backend's name, as in `--cfg gan_core_backend="NAME"`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Whether the build forces this backend.
            const fn is_forced(self) -> bool {
                match self {
                    $(Self::$variant => cfg!(gan_core_backend = $name),)*
                }
            }
        }

        /// A backend whose instructions the CPU is known to have.
        #[derive(Debug, Clone, Copy)]
        pub(super) enum Kernel {
            $(#[cfg($cfg)] $variant(super::$module::$variant),)*
        }

        impl Kernel {
            /// The backend's loops, or `None` if the CPU does not have its instructions.
            pub fn of(backend: Backend) -> Option<Self> {
                match backend {
                    $(
                        #[cfg($cfg)]
                        Backend::$variant => super::$module::$variant::new().map(Self::$variant),
                        #[cfg(not($cfg))]
                        Backend::$variant => None,
                    )*
                }
            }

            pub fn backend(self) -> Backend {
                match self {
                    $(#[cfg($cfg)] Self::$variant(_) => Backend::$variant,)*
                }
            }

            /// Number of images in a tile. A batch runs in whole tiles.
            pub fn images(self) -> usize {
                match self {
                    $(#[cfg($cfg)] Self::$variant(_) => super::$module::$variant::IMAGES,)*
                }
            }

            /// Number of blocks of columns that the kernel takes at once.
            pub fn blocks(self) -> usize {
                match self {
                    $(#[cfg($cfg)] Self::$variant(_) => super::$module::$variant::BLOCKS,)*
                }
            }

            /// Runs the layers. Afterwards `work.codes` has the last layer's outputs, before its
            /// table.
            pub fn run(self, network: &Network, work: &mut Work) {
                match self {
                    $(#[cfg($cfg)] Self::$variant(loops) => loops.run(network, work),)*
                }
            }
        }
    };
}

backends! {
    /// x86-64 with AMX, for batches, and AVX-512 VNNI, for one image.
    Amx = "amx" in amx if all(target_arch = "x86_64", target_os = "linux");
    /// x86-64 with AVX-512 VNNI.
    Avx512Vnni = "avx512vnni" in avx512vnni if target_arch = "x86_64";
    /// x86-64 with AVX-VNNI, the same in 256 bits.
    AvxVnni = "avxvnni" in avxvnni if target_arch = "x86_64";
    /// x86-64 with AVX2.
    Avx2 = "avx2" in avx2 if target_arch = "x86_64";
    /// AArch64 with the dot product extension, in little-endian order. A big-endian AArch64 has
    /// [`Scalar`](Self::Scalar) only.
    Neon = "neon" in neon if all(target_arch = "aarch64", target_endian = "little");
    /// Any CPU.
    Scalar = "scalar" in scalar if all();
}

impl Backend {
    /// The backends that this CPU has the instructions for, the fastest first. The last one is
    /// [`Scalar`](Self::Scalar).
    pub fn available() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|&backend| Kernel::of(backend).is_some())
    }

    /// The backend that the build forces, or else the fastest that this CPU has.
    pub(super) fn preferred() -> Self {
        let forced = Self::ALL.into_iter().find(|backend| backend.is_forced());
        forced.or_else(|| Self::available().next()).unwrap_or(Self::Scalar)
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
