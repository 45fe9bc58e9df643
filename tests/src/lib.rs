//! Expected results for gan-core that do not come from gan-core.
//!
//! | part | for whom | what |
//! |---|---|---|
//! | [`vectors`] | host suites and firmware | zero-copy readers of the files in `tests/vectors` |
//! | [`job`] | `cargo xtask parity` and firmware | what a board is given to check |
//! | [`tolerance`] | host suites and firmware | how far float results may be off, each number with its reason |
//! | `reference` | host | the `.gan` format and its arithmetic, written a second time, naively, from `docs/blob-format.md` |
//! | `synthetic` | host | blobs that exercise what trained models do not |
//! | `make` | host | the vector files' bytes, from the reference; `cargo xtask vectors` writes them |
//!
//! Firmware takes the crate with `default-features = false`: `no_std`, no allocation, no
//! dependency. The library never depends on gan-core, so a mistake there cannot reach an expected
//! value; only the suites in `tests/tests` see both.
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

pub mod job;
pub mod tolerance;
pub mod vectors;

#[cfg(feature = "std")]
pub mod make;
#[cfg(feature = "std")]
pub mod reference;
#[cfg(feature = "std")]
pub mod synthetic;
