//! Chooses the kernel for the target. `--cfg gan_core_backend="NAME"` in RUSTFLAGS forces one.

use std::env;

/// Kernels by the start of the target's name; the first that fits is taken.
///
/// A table of names, because the compiler does not say which instructions a Cortex-M has:
/// `target_feature = "dsp"` is not set on stable.
const KERNELS: &[(&str, &str)] = &[
    ("thumbv6m-", "armv6m"),
    ("thumbv8m.base-", "armv6m"),
    ("thumbv7m-", "armv7m"),
    ("thumbv7em-", "dsp"),
    ("thumbv8m.main-", "dsp"),
    ("riscv32im", "rv32im"),
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(gan_core_backend, values(any()))");
    println!(
        "cargo::rustc-check-cfg=cfg(gan_core_kernel, values(\
         \"scalar\", \"armv6m\", \"armv7m\", \"dsp\", \"mve\", \"rv32im\"))"
    );
    let target = env::var("TARGET").unwrap_or_default();
    let chosen = KERNELS
        .iter()
        .find(|(start, _)| target.starts_with(start))
        .map_or("scalar", |(_, kernel)| kernel);
    let forced = env::var("CARGO_CFG_GAN_CORE_BACKEND").unwrap_or_default();
    let kernel = match (forced.as_str(), target.split('-').next().unwrap_or_default()) {
        ("", _) => chosen,
        ("scalar", _) => "scalar",
        // Backends of module `host`, which reads the cfg itself; layers that run without it are
        // scalar there.
        ("amx" | "avx512vnni" | "avxvnni" | "avx2", "x86_64") | ("neon", "aarch64") => "scalar",
        (name @ "armv6m", arch) if arch.starts_with("thumb") => name,
        (name @ "armv7m", "thumbv7m" | "thumbv7em" | "thumbv8m.main") => name,
        (name @ "dsp", "thumbv7em" | "thumbv8m.main") => name,
        (name @ "mve", "thumbv8m.main") => name,
        (name @ "rv32im", arch) if arch.starts_with("riscv32im") => name,
        (name, _) => {
            println!("cargo::error=gan_core_backend {name:?}: no kernel of this name for {target}");
            return;
        }
    };
    println!("cargo::rustc-cfg=gan_core_kernel={kernel:?}");
    // For the build scripts of packages that depend on this one, which run on the host:
    // `DEP_GAN_CORE_KERNEL`, and `DEP_GAN_CORE_FLOAT` and `DEP_GAN_CORE_INT4` with these features.
    println!("cargo::metadata=kernel={kernel}");
    for feature in ["FLOAT", "INT4"] {
        if env::var_os(format!("CARGO_FEATURE_{feature}")).is_some() {
            println!("cargo::metadata={feature}=1");
        }
    }
}
