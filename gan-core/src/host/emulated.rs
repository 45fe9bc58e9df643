//! The loops for x86-64 run on any CPU: their files are compiled a second time here, against a
//! model of the instructions in plain Rust ([`x86`]), and their pixels are compared with those of
//! the reference.
//!
//! So a wrong lane, shift or order in the loops for AMX, AVX-512 VNNI, AVX-VNNI or AVX2 fails a
//! test on a machine that has none of them. [`hardware`] compares the model with the instructions
//! that this CPU has. What remains is what the compiler makes of the loops with these instructions
//! enabled, which only a CPU that has them can test (`tests/tests/host.rs`).

#![allow(unsafe_code)]
#![allow(unused_unsafe, reason = "most intrinsics of the model are safe")]
#![allow(clippy::duplicate_mod, reason = "the loops are compiled twice on x86-64")]

#[cfg(target_arch = "x86_64")]
mod hardware;
mod pixels;
mod x86;

// The names that the loops expect one level above them.
use super::{network, nibbles, tile};

#[path = "amx.rs"]
mod amx;
#[path = "avx2.rs"]
mod avx2;
#[path = "avx512vnni.rs"]
mod avx512vnni;
#[path = "avxvnni.rs"]
mod avxvnni;
