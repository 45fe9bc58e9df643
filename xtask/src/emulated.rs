//! The tests of gan-core's module `host` in emulators of other CPUs, so that each backend that an
//! emulator has is executed on every machine: `neon` in `qemu-aarch64`, and `avx2` in
//! `qemu-x86_64`. They say nothing about time.
//!
//! QEMU runs a program of another CPU here as a process of this Linux ("user mode"). It has neither
//! AVX-512 nor AMX; gan-core's unit tests run those backends on a model of their instructions.

use std::env::consts::ARCH;

use crate::prelude::*;
use crate::setup;

/// The architectures, and the fastest backend that QEMU has the instructions for.
const EMULATED: [(&str, &str); 2] = [("aarch64", "neon"), ("x86_64", "avx2")];

/// The suites that compare all backends. Each of them tells by `backend NAME: tested` which ones
/// the CPU has.
const SUITES: [&str; 2] = ["host", "host_int4"];

/// Runs the tests in each emulator by `cargo_test`, which counts them and hands on each line that
/// they print. An emulator that cannot be installed is told and left out; one that does not have
/// the backend that it is there for is an error.
pub fn run(
    tally: &mut Tally,
    cargo_test: impl Fn(&mut Command, &mut Tally, &mut dyn FnMut(&str)) -> Result<()>,
) -> Result<()> {
    for (arch, backend) in EMULATED {
        let what = format!("backend {backend} in qemu-{arch}");
        let Some(mut command) = shell::or_skip(&what, command(arch)) else { continue };
        println!("backend {backend} in qemu-{arch}:");
        let (line, mut executed) = (format!("backend {backend}: tested"), 0);
        cargo_test(&mut command, tally, &mut |printed| executed += usize::from(printed == line))?;
        ensure!(
            executed == SUITES.len(),
            "backend {backend}: executed by {executed} of the suites {SUITES:?} in qemu-{arch}"
        );
    }
    Ok(())
}

/// `cargo test` for this architecture, which runs the tests in its emulator.
fn command(arch: &str) -> Result<Command> {
    let emulator = format!("qemu-{arch}");
    setup::need(&emulator)?;
    let mut cargo = shell::host("test --release --no-fail-fast -p gan-core -p gan-tests --lib");
    cargo.arg("--test=steps").args(SUITES.map(|suite| format!("--test={suite}")));
    cargo.arg("--config").arg(format!("target.'cfg(all())'.runner='{emulator} -cpu max'"));
    // The tests of this machine's architecture are those that are built anyhow.
    if arch != ARCH {
        // With musl's libc, which comes with the target, and Rust's own linker, a program for
        // another architecture takes no C compiler.
        let target = format!("{arch}-unknown-linux-musl");
        setup::target(&target)?;
        cargo.args(["--target", &target, "--config"]).arg(format!(
            "target.{target}.rustflags=['-Clinker=rust-lld', '-Clink-self-contained=yes']"
        ));
    }
    Ok(cargo)
}
