//! What a run survives: a process that is killed, a power cut, a disk that is full or that can no
//! longer be written to, and a folder that vanishes, each at every single call that changes a file
//! of the run; a thread that panics, a clock that is set back, and Ctrl-C.
//!
//! `shim.c`, preloaded, is the disk that fails. Of a power cut it keeps the worst that a disk may
//! leave: contents that were never synced are gone, and names that were never synced are the old
//! ones or the new ones, as the disk likes.
//!
//! A run of three steps makes some seventy such calls, one with all that a run may leave over twice
//! as many. What is left must be the same after all of it, each tensor of the checkpoint and
//! each byte of the other files, but for the time that it took.
#![cfg(target_os = "linux")]

#[path = "../common/mod.rs"]
mod common;

mod at_a_call;
mod at_a_time;
mod disk;
mod whole;
