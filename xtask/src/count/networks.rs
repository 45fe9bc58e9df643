//! The networks that are counted: shapes with random weights, made when they are needed.

use std::path::PathBuf;

use anyhow::{Context, Result};
use gan_core::blob::MAX_LAYERS;

use crate::{shell, vectors};

/// A network. It ends with a sigmoid, as `gan bench-model` has it unless told otherwise.
struct Network {
    name: &'static str,
    sizes: &'static str,
    activation: &'static str,
    /// The bits of a weight. If they are 4, the first layer has 8 nevertheless, and the others are
    /// in groups of 32 inputs.
    bits: &'static str,
}

const NETWORKS: &[Network] = &[
    Network { name: "A", sizes: "100-256-512-1024-784", activation: "relu", bits: "8" },
    Network { name: "B", sizes: "100-128-784", activation: "relu", bits: "8" },
    // The topology of MLPerf Tiny's anomaly detection.
    Network {
        name: "T",
        sizes: "640-128-128-128-128-8-128-128-128-128-640",
        activation: "relu",
        bits: "8",
    },
    // No size is a multiple of anything.
    Network { name: "O", sizes: "97-61-211-785", activation: "leaky-relu", bits: "8" },
    Network { name: "A4", sizes: "100-256-512-1024-784", activation: "relu", bits: "4" },
    Network { name: "B4", sizes: "100-128-784", activation: "relu", bits: "4" },
];

/// The blobs of all networks that the format can hold.
pub fn make() -> Result<Vec<PathBuf>> {
    let gan = |subcommand: &str| {
        let mut command = shell::cargo(&shell::root());
        command.args([subcommand, "--quiet", "--release", "--package", "gan-tools"]);
        command
    };
    // Apart from the run, whose output is not shown.
    shell::run(&mut gan("build"))?;
    let folder = vectors::scratch()?.join("networks");
    std::fs::create_dir_all(&folder).with_context(|| shell::relative(&folder))?;
    let mut paths = Vec::new();
    for network in NETWORKS {
        let layers = network.sizes.matches('-').count();
        if layers > MAX_LAYERS {
            eprintln!(
                "SKIPPED count {}: {layers} layers, a blob can hold {MAX_LAYERS}",
                network.name
            );
            continue;
        }
        let path = folder.join(format!("{}.gan", network.name));
        let mut command = gan("run");
        command.args([
            "--",
            "bench-model",
            "--layers",
            network.sizes,
            "--activation",
            network.activation,
        ]);
        command.args(["--bits", network.bits, "-o"]);
        shell::capture(command.arg(&path))?;
        paths.push(path);
    }
    Ok(paths)
}
