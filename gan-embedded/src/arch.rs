//! The start-up code, the fault handlers and the stack's guard of a core family. Every module
//! defines `entry`, the attribute of `main`. On every board a stack that overflows faults.
//!
//! A fault or an interrupt that no driver has enabled prints where it happened and ends the run
//! with a failure. The handler begins at the start of the stack again, because the fault may be a
//! stack overflow.

#[cfg(target_arch = "arm")]
mod arm;
#[cfg(target_arch = "arm")]
pub use arm::entry;

#[cfg(target_arch = "riscv32")]
mod riscv;
#[cfg(target_arch = "riscv32")]
pub use riscv::entry;
