//! Firmware that runs a `.gan` blob.
//!
//! There is one application, in `src/bin`, and one thin layer under it:
//!
//! - [`model`]: the blob, put into flash by `build.rs`, and the size of every buffer it needs, known at build time.
//! - [`board`]: the board that was chosen with a cargo feature. A board is its module, its `memory/<board>.x` and its
//!   row in `xtask/src/boards.rs`.
//! - [`arch`]: the start-up code and fault handlers of a core family, shared by its boards.
//! - [`console`]: text to the host over semihosting, and the exit code.
//! - [`art`]: pixels as characters.
//!
//! No heap. RAM is two things, both visible to the linker: statics, and a stack of fixed size.
#![no_std]

pub mod arch;
pub mod art;
pub mod board;
pub mod console;
pub mod model;

pub use arch::entry;
