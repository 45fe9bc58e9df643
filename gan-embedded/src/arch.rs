//! Start-up and faults of a core family. Every module defines the same name: `entry`, the attribute of `main`.
//!
//! A fault or an interrupt nobody asked for prints where it happened and ends the run with a failure.

#[cfg(target_arch = "arm")]
mod cortex_m;
#[cfg(target_arch = "arm")]
pub use cortex_m::entry;

#[cfg(target_arch = "riscv32")]
mod riscv;
#[cfg(target_arch = "riscv32")]
pub use riscv::entry;
