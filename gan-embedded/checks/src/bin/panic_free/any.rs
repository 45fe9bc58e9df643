//! Links only if nothing in gan-core's runtime can panic, whatever the blob: `cargo xtask test`
//! builds it for every board and never runs it, and `cargo xtask size` measures it.
#![no_std]
#![no_main]

mod decoding;
mod handler;
mod run;

use decoding::entry;

#[entry]
fn main() -> ! {
    decoding::forever(run::run)
}
