//! `cargo xtask web`: gan-core as a WebAssembly module, and the page around it in one file.

mod check;
mod page;

use crate::prelude::*;
use crate::rustc;
use crate::setup;

pub use check::check;

/// What the module is built for.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// The profile in Cargo.toml.
const PROFILE: &str = "wasm";

/// The builds of the module, the fastest first: the kernel, and the target's features for it. A
/// browser refuses a whole module for one instruction that it does not have.
const KERNELS: [(&str, &str); 3] =
    [("relaxed-simd", "+relaxed-simd,+simd128"), ("simd128", "+simd128"), ("scalar", "")];

/// Builds the page, and says how long it is.
pub fn run() -> Result<()> {
    let page = page()?;
    let bytes = page.metadata()?.len();
    println!("{}: {bytes} bytes; open it in a browser", relative(&page));
    Ok(())
}

/// Builds the page into this file.
pub fn write(path: &Path) -> Result<()> {
    shell::write(path, page::text(&modules()?)?.as_bytes())
}

/// Builds the page, alone in its folder.
fn page() -> Result<PathBuf> {
    let path = shell::create(root().join("target/web"))?.join("index.html");
    write(&path)?;
    Ok(path)
}

/// Returns a folder for all other files.
fn scratch(name: &str) -> Result<PathBuf> {
    shell::scratch(&format!("web/{name}"))
}

/// Builds the modules, and returns the folder with `KERNEL.wasm` for each.
pub fn modules() -> Result<PathBuf> {
    let toolchain = toolchain()?;
    let modules = scratch("modules")?;
    let target = scratch(toolchain.folder())?;
    for (kernel, features) in KERNELS {
        // The kind of library is named here, because the compiler optimizes across crates only
        // where it makes no other kind.
        let mut command = shell::host("rustc --quiet --package gan-web --lib --crate-type cdylib");
        command.args(["--profile", PROFILE, "--target", TARGET, "--target-dir"]).arg(&target);
        if !features.is_empty() {
            command.env("RUSTFLAGS", format!("-C target-feature={features}"));
        }
        toolchain.build_with(&mut command, "core,alloc");
        rustc::wrap(&mut command)?;
        command.run().with_context(|| format!("gan-web for {kernel}"))?;
        let module = fs::read(target.join(TARGET).join(PROFILE).join("gan_web.wasm"))?;
        shell::write(&modules.join(format!("{kernel}.wasm")), &module)?;
    }
    Ok(modules)
}

/// Returns the toolchain that builds the module: the active one with its target, or, if the target
/// cannot be installed, Debian's.
fn toolchain() -> Result<Toolchain> {
    match setup::target(TARGET) {
        Ok(()) => Ok(Toolchain::Rustup),
        Err(error) => {
            eprintln!("setup: {error:#}; trying Debian's compiler");
            setup::debian().map(|()| Toolchain::Debian)
        }
    }
}
