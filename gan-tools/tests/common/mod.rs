//! What the tests of the `gan` command share.

mod program;
pub use program::*;

/// The binary under test.
pub const BINARY: &str = env!("CARGO_BIN_EXE_gan");
