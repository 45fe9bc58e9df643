//! Says whether the core has a register for the limit of its stack, as Armv8-M with the main
//! extension has.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(stack_limit)");
    if env::var("TARGET").is_ok_and(|target| target.starts_with("thumbv8m.main")) {
        println!("cargo::rustc-cfg=stack_limit");
    }
}
