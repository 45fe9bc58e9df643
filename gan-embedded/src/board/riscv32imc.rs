pub use super::virt::{emergency, start};

/// Name of the board: its cargo feature.
pub const NAME: &str = "riscv32imc";
/// What computes.
pub const CORE: &str = "RV32IMC";
