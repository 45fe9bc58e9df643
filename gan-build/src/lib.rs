//! Puts a `.gan` model into a firmware, from the firmware's build script.
//!
//! The file of a model has its weights row by row. Each kernel of gan-core reads another order, in
//! which it is two to four times faster. [`model`] writes the model in the order of the kernel that
//! the firmware is being built for, and checks all of it first, so that a bad file stops the build:
//!
//! ```no_run
//! // build.rs
//! # #[allow(clippy::needless_doctest_main)]
//! fn main() {
//!     gan_build::model("digits8.gan");
//! }
//! ```
//!
//! ```ignore
//! // main.rs
//! const MODEL: Known = gan_core::include_model!(concat!(env!("OUT_DIR"), "/model.gan"));
//! ```
//!
//! The firmware's `Cargo.toml` has `gan-core` among its dependencies and `gan-build` among its
//! build dependencies. It must depend on gan-core itself, because Cargo tells the kernel's name to
//! the build scripts of direct dependents only.

use gan_core::generator::Layer;
use gan_core::tools::AlignedBytes;
use gan_core::{Generator, Packing};
use std::path::{Path, PathBuf};
use std::{env, fs, process};

/// A model that was written for the firmware.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Model {
    /// Where the packed blob is: `model.gan` in `OUT_DIR`.
    pub path: PathBuf,
    /// The CRC-32 of the file before it was packed, which identifies the model: `gan inspect` shows
    /// it.
    pub crc: u32,
}

/// Checks the model in the file at `path`, which is relative to the package, packs it for the
/// target's kernel and writes it to `model.gan` in `OUT_DIR`. Cargo runs the build script again
/// when the file changes.
///
/// If anything is wrong, this prints an error for Cargo and ends the build script.
pub fn model(path: impl AsRef<Path>) -> Model {
    try_model(path.as_ref()).unwrap_or_else(|error| {
        println!("cargo::error={error}");
        process::exit(1);
    })
}

/// The same with the error returned.
///
/// # Errors
///
/// Names the file, and says what is wrong with it or where it cannot be written.
pub fn try_model(path: &Path) -> Result<Model, String> {
    let kernel = kernel()?;
    let packing = Packing::of_kernel(&kernel)
        .ok_or_else(|| format!("gan-core's kernel {kernel:?} has no packing"))?;
    try_model_in(path, packing)
}

/// The same in a packing that is not that of the target's kernel, which only takes longer there.
///
/// # Errors
///
/// As [`try_model`].
pub fn try_model_in(path: &Path, packing: Packing) -> Result<Model, String> {
    println!("cargo::rerun-if-changed={}", path.display());
    kernel()?;
    let out = env::var_os("OUT_DIR").ok_or("OUT_DIR is not set: run by Cargo only")?;
    let float = env::var_os("DEP_GAN_CORE_FLOAT").is_some();
    let int4 = env::var_os("DEP_GAN_CORE_INT4").is_some();
    let (packed, crc) = pack(path, packing, float, int4)?;
    let path = PathBuf::from(out).join("model.gan");
    fs::write(&path, &*packed).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Model { path, crc })
}

/// The name of the kernel in the gan-core that the package depends on.
fn kernel() -> Result<String, String> {
    env::var("DEP_GAN_CORE_KERNEL").map_err(|_| {
        "DEP_GAN_CORE_KERNEL is not set: does the package depend on gan-core itself?".to_owned()
    })
}

/// The model in this file in a packing, and its CRC before. `float` and `int4` are the
/// features of gan-core that the firmware is built with.
fn pack(
    path: &Path,
    packing: Packing,
    float: bool,
    int4: bool,
) -> Result<(AlignedBytes, u32), String> {
    let name = path.display();
    let bytes = fs::read(path).map_err(|error| format!("{name}: {error}"))?;
    let bytes = AlignedBytes::copy_of(&bytes);
    let generator = gan_core::decode(&bytes).map_err(|error| format!("{name}: {error}"))?;
    for (feature, there, needed) in [
        ("float", float, has(&generator, |layer| matches!(layer, Layer::F32 { .. }))),
        ("int4", int4, has(&generator, |layer| matches!(layer, Layer::I4(_)))),
    ] {
        if needed && !there {
            return Err(format!(
                "{name}: this model needs gan-core's feature {feature}, which the firmware leaves \
                 out"
            ));
        }
    }
    let packed = generator.packed(packing).map_err(|error| format!("{name}: {error}"))?;
    Ok((packed, generator.crc()))
}

fn has(generator: &Generator<'_>, kind: impl FnMut(Layer<'_>) -> bool) -> bool {
    generator.layers().any(kind)
}

/// The code in README.md is compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
    }

    #[test]
    fn models_are_packed() {
        for packing in [Packing::PairedHalfword, Packing::Rows] {
            let (packed, crc) = pack(&blob("v1-tiny.gan"), packing, false, false).expect("valid");
            let generator = gan_core::decode(&packed).expect("valid");
            assert_eq!(generator.header().layers[0].packing, packing);
            // That of the file, as tests/vectors has it.
            assert_eq!(crc, 0x5f3f_beff);
        }
    }

    #[test]
    fn errors_name_the_file_and_what_was_expected() {
        let error = |path: &Path| pack(path, Packing::Rows, false, false).unwrap_err();
        assert!(error(&blob("missing.gan")).contains("missing.gan: "));
        let manifest = blob("../Cargo.toml");
        assert!(error(&manifest).contains("Cargo.toml: magic: not a .gan blob"));
        assert!(error(&blob("v1-float.gan")).ends_with(
            "v1-float.gan: this model needs gan-core's feature float, which the firmware leaves out"
        ));
        assert!(error(&blob("v2-int4.gan")).contains("feature int4"));
    }
}
