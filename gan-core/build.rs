//! Chooses the kernel for the target. `--cfg gan_core_backend="NAME"` in RUSTFLAGS forces one.
//!
//! [`KERNELS`] is the only list of kernels. A new one is a row there, `src/kernel/NAME.rs` with the
//! line that names it in `src/kernel.rs`, and, unless it shares the half bytes of another kernel,
//! `src/kernel/half_NAME.rs` with its line. The traits in `src/kernel/contract.rs` say what the
//! files have to hold. `Packing::of_kernel` has to name the new kernel's packing, for hosts that
//! pack for it.

use std::env;

/// A kernel of `src/kernel`, and the targets that have its instructions.
///
/// Targets are given by how their names begin, because the compiler does not say which instructions
/// a Cortex-M has: `target_feature = "dsp"` is not set on stable. Those of WebAssembly are
/// features, which it does say.
struct Kernel {
    /// The file's name, and the value of `gan_core_kernel` and of `gan_core_backend`.
    name: &'static str,
    /// `NAME` of the file `half_NAME.rs` that runs layers of half bytes, and the value of
    /// `gan_core_half`.
    half_bytes: &'static str,
    /// Targets whose kernel it is. No target is in two rows, but for WebAssembly: there the first
    /// one counts whose [`feature`](Self::feature) is on.
    chosen_for: &'static [&'static str],
    /// Further targets on which it can be forced: the target's cores, or some of them, have its
    /// instructions.
    possible_on: &'static [&'static str],
    /// A feature that the target must have been given with `-C target-feature`.
    feature: Option<&'static str>,
    /// Targets, by how their names begin, whose assembler has to be told of the kernel's
    /// instructions, and how.
    directives: Option<(&'static str, Directives)>,
}

/// Directives before and after a kernel's assembly. The first let the assembler take the kernel's
/// instructions, and the last undo that: the linker may put the assembly of other crates into the
/// same module, after that of this crate.
type Directives = [&'static str; 2];

/// A Cortex-M33 has the DSP extension, which Armv8-M Mainline does not imply, as Armv7E-M does.
/// LLVM has neither a directive for this extension alone nor one that saves the state of the
/// assembler. `.arch` restores what the target's name says, but for floating-point instructions:
/// see [`HARD_FLOAT`].
const CORTEX_M33: Directives = [".cpu cortex-m33", ".arch armv8-m.main"];

/// A Cortex-M55 has MVE, for which there is no target.
const CORTEX_M55: Directives = [".cpu cortex-m55", ".arch armv8-m.main"];

/// What restores the floating-point instructions of targets whose name ends in `eabihf` after
/// `.arch`.
const HARD_FLOAT: &str = "; .fpu fpv5-sp-d16";

/// The parser of assembly that collects the symbols of a module knows the instructions of the base
/// architecture only.
const RISCV_M: Directives = [".option push; .option arch, +m", ".option pop"];

const KERNELS: &[Kernel] = &[
    Kernel {
        name: "scalar",
        half_bytes: "scalar",
        chosen_for: &[],
        possible_on: &[""],
        feature: None,
        directives: None,
    },
    Kernel {
        name: "armv6m",
        half_bytes: "armv6m",
        chosen_for: &["thumbv6m-", "thumbv8m.base-"],
        possible_on: &["thumb"],
        feature: None,
        directives: None,
    },
    Kernel {
        name: "armv7m",
        half_bytes: "armv7m",
        chosen_for: &["thumbv7m-"],
        possible_on: &["thumbv7em-", "thumbv8m.main-"],
        feature: None,
        directives: None,
    },
    Kernel {
        name: "dsp",
        half_bytes: "armv7m",
        chosen_for: &["thumbv7em-", "thumbv8m.main-"],
        possible_on: &[],
        feature: None,
        directives: Some(("thumbv8m.main-", CORTEX_M33)),
    },
    Kernel {
        name: "mve",
        half_bytes: "mve",
        chosen_for: &[],
        possible_on: &["thumbv8m.main-"],
        feature: None,
        directives: Some(("thumbv8m.main-", CORTEX_M55)),
    },
    Kernel {
        name: "rv32im",
        half_bytes: "rv32im",
        chosen_for: &["riscv32im"],
        possible_on: &[],
        feature: None,
        directives: Some(("riscv32im", RISCV_M)),
    },
    Kernel {
        name: "relaxed-simd",
        half_bytes: "simd128",
        chosen_for: &["wasm32-"],
        possible_on: &[],
        feature: Some("relaxed-simd"),
        directives: None,
    },
    Kernel {
        name: "simd128",
        half_bytes: "simd128",
        chosen_for: &["wasm32-"],
        possible_on: &[],
        feature: Some("simd128"),
        directives: None,
    },
];

/// The kernel where no other one is chosen: it runs everywhere, in Rust.
const FALLBACK: &Kernel = &KERNELS[0];

/// Back ends of module `host`, which reads `gan_core_backend` itself, by how the names of their
/// targets begin. Layers that run without that module take the fallback there.
const HOST_BACKENDS: &[(&str, &[&str])] =
    &[("x86_64-", &["amx", "avx512vnni", "avxvnni", "avx2"]), ("aarch64-", &["neon"])];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(gan_core_backend, values(any()))");
    println!("cargo::rustc-check-cfg=cfg(gan_core_last_instruction)");
    expect("gan_core_kernel", |kernel| kernel.name);
    expect("gan_core_half", |kernel| kernel.half_bytes);
    let target = env::var("TARGET").unwrap_or_default();
    let forced = env::var("CARGO_CFG_GAN_CORE_BACKEND").unwrap_or_default();
    let Some(kernel) = choose(&target, &forced) else {
        println!("cargo::error=gan_core_backend {forced:?}: no kernel of this name for {target}");
        return;
    };
    println!("cargo::rustc-cfg=gan_core_kernel={:?}", kernel.name);
    println!("cargo::rustc-cfg=gan_core_half={:?}", kernel.half_bytes);
    let [before, after] = match kernel.directives {
        Some((start, directives)) if target.starts_with(start) => directives,
        _ => [""; 2],
    };
    println!("cargo::rustc-env=GAN_CORE_BEFORE_ASSEMBLY={before}");
    let float = if !after.is_empty() && target.ends_with("hf") { HARD_FLOAT } else { "" };
    println!("cargo::rustc-env=GAN_CORE_AFTER_ASSEMBLY={after}{float}");
    // For the build scripts of packages that depend on this one, which run on the host:
    // `DEP_GAN_CORE_KERNEL`, and `DEP_GAN_CORE_FLOAT` and `DEP_GAN_CORE_INT4` with these features.
    println!("cargo::metadata=kernel={}", kernel.name);
    for feature in ["FLOAT", "INT4"] {
        if env::var_os(format!("CARGO_FEATURE_{feature}")).is_some() {
            println!("cargo::metadata={feature}=1");
        }
    }
}

/// Tells the compiler all values that a cfg can have.
fn expect(cfg: &str, value: impl Fn(&Kernel) -> &'static str) {
    let values: Vec<_> = KERNELS.iter().map(|kernel| format!("{:?}", value(kernel))).collect();
    println!("cargo::rustc-check-cfg=cfg({cfg}, values({}))", values.join(", "));
}

/// The kernel for a target, or the one that was forced by its name, which is empty otherwise. It is
/// `None` if the target lacks the instructions of the kernel that was forced.
fn choose(target: &str, forced: &str) -> Option<&'static Kernel> {
    let begins = |starts: &[&str]| starts.iter().any(|start| target.starts_with(start));
    let features = env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
    let mut kernels = KERNELS.iter().filter(|kernel| {
        kernel.feature.is_none_or(|feature| features.split(',').any(|has| has == feature))
    });
    if forced.is_empty() {
        return Some(kernels.find(|kernel| begins(kernel.chosen_for)).unwrap_or(FALLBACK));
    }
    let on_host = HOST_BACKENDS
        .iter()
        .any(|(start, names)| target.starts_with(start) && names.contains(&forced));
    if on_host {
        return Some(FALLBACK);
    }
    kernels.find(|kernel| {
        kernel.name == forced && (begins(kernel.chosen_for) || begins(kernel.possible_on))
    })
}
