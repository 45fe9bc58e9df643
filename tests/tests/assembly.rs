//! gan-core's assembly restores the assembler's settings: code that follows it in the same module
//! can use the target's instructions and no others. The test needs the core library of a target
//! that lacks instructions which a kernel enables; where it is not installed, the test says so and
//! passes.

use std::path::Path;
use std::process::{Command, Output};

/// Targets of Armv8-M Mainline without the DSP and MVE extensions that the kernels `dsp` and `mve`
/// use: one without and one with a floating-point unit.
const TARGETS: [&str; 2] = ["thumbv8m.main-none-eabi", "thumbv8m.main-none-eabihf"];

/// Compiles gan-core for a target with a kernel, and puts an instruction behind its assembly.
fn compile(target: &str, kernel: &str, instruction: &str) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(&root).args(["rustc", "--offline", "--quiet", "--package", "gan-core"]);
    cargo.args(["--lib", "--no-default-features", "--features", "int4", "--target", target]);
    cargo.arg("--target-dir").arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join(kernel));
    // One codegen unit puts all assembly of the crate into one module.
    cargo.args(["--", "-Ccodegen-units=1", "--cfg", "gan_core_last_instruction"]);
    cargo.env("GAN_CORE_LAST_INSTRUCTION", instruction);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", format!("--cfg\x1fgan_core_backend={kernel:?}"));
    cargo.output().expect("cargo runs")
}

#[test]
fn directives_end_with_the_kernel() {
    for target in TARGETS {
        let mut rustc = Command::new("rustc");
        rustc.args(["--print", "target-libdir", "--target", target]);
        let folder = rustc.output().expect("rustc runs").stdout;
        if !Path::new(String::from_utf8_lossy(&folder).trim()).exists() {
            println!("{target}: SKIPPED, it is not installed");
            continue;
        }
        for kernel in ["dsp", "mve"] {
            check(target, kernel);
        }
    }
}

fn check(target: &str, kernel: &str) {
    let name = format!("{target}, {kernel}");
    let float = target.ends_with("hf").then_some("vadd.f32 s0, s1, s2");
    for instruction in ["sdiv r0, r1, r2"].into_iter().chain(float) {
        let allowed = compile(target, kernel, instruction);
        let stderr = String::from_utf8_lossy(&allowed.stderr);
        assert!(allowed.status.success(), "{name}: `{instruction}` is refused: {stderr}");
    }
    for (instruction, extension) in [("smlad r0, r1, r2, r3", "dsp"), ("vmov.i32 q4, #0", "mve")] {
        let refused = compile(target, kernel, instruction);
        let stderr = String::from_utf8_lossy(&refused.stderr);
        let reason = format!("instruction requires: {extension}");
        assert!(stderr.contains(&reason), "{name}: `{instruction}` is accepted: {stderr}");
    }
}
