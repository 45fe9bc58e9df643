//! The C library: building it for every core, checking it in QEMU, and making folders of it for
//! Arduino, PlatformIO and ESP-IDF.

mod folders;
mod map;
pub mod pairs;
mod program;
mod vectors;

use crate::prelude::*;
use crate::rustc;
use crate::setup;

/// The profile in Cargo.toml that the library is built with.
const PROFILE: &str = "c";
const LIBRARY: &str = "libgan_c.a";

/// The instruction sets of microcontrollers that there is a library for, with Rust's names.
pub const TARGETS: [&str; 8] = [
    "thumbv6m-none-eabi",
    "thumbv7m-none-eabi",
    "thumbv7em-none-eabi",
    "thumbv7em-none-eabihf",
    "thumbv8m.main-none-eabi",
    "thumbv8m.main-none-eabihf",
    "riscv32imc-unknown-none-elf",
    "riscv32imac-unknown-none-elf",
];

/// Builds all libraries and makes the folders in `out`.
pub fn library(out: Option<&Path>) -> Result<()> {
    let out = out.map_or_else(|| root().join("target/c-library"), Path::to_path_buf);
    for folder in folders::make(setup::firmware(&[])?, &out)? {
        println!("{}", relative(&folder));
    }
    Ok(())
}

/// Checks the library: a program on the host, on a Cortex-M0 and on a Cortex-M4 draws the naive
/// reference's images, and no panic is linked into it; then the folders, by their own packers.
pub fn check(toolchain: Toolchain, tally: &mut Tally) -> Result<()> {
    setup::need("cc")?;
    program::check_host()?;
    tally.pass();
    if shell::or_skip("the C program in QEMU", setup::need("arm-none-eabi-gcc")).is_some() {
        program::check_boards(toolchain)?;
        tally.pass();
    }
    folders::check(toolchain, tally)
}

/// Returns the library of a target, built if it has to be; `None` is the host.
fn build(toolchain: Toolchain, target: Option<&str>) -> Result<PathBuf> {
    // The kind of library is named here, because the compiler optimizes across crates only where it
    // makes no other kind.
    let mut cargo = shell::host("rustc --quiet --package gan-c --lib --crate-type staticlib");
    let toolchain = if target.is_none() { Toolchain::Rustup } else { toolchain };
    let folder = scratch(toolchain.folder())?;
    cargo.args(["--profile", PROFILE, "--target-dir"]).arg(&folder);
    if let Some(target) = target {
        if toolchain == Toolchain::Rustup {
            setup::target(target)?;
        }
        toolchain.build_with(cargo.args(["--target", target]), "core");
    }
    rustc::wrap(&mut cargo)?;
    cargo.run().with_context(|| format!("gan-c for {}", target.unwrap_or("host")))?;
    Ok(folder.join(target.unwrap_or_default()).join(PROFILE).join(LIBRARY))
}

/// Returns the folder for everything but the files that users take.
fn scratch(name: &str) -> Result<PathBuf> {
    shell::scratch(&format!("c/{name}"))
}

/// Writes the model's source into a folder of its own, by `gan export --c`.
fn export(model: &str, core: &str, folder: &Path) -> Result<()> {
    let mut gan = shell::gan("export");
    gan.args([model, "--target", core, "--c"]).arg(folder).read().map(|_| ())
}
