//! The networks that are counted: shapes with random weights, made when they are needed.

use gan_core::blob::MAX_LAYERS;

use crate::prelude::*;

/// The networks: the name, the sizes, the activation of the hidden layers, and the bits of a
/// weight. Each ends with a sigmoid, as `gan bench-model` has it unless told otherwise. With 4 bits
/// the first layer has 8 nevertheless, and the others are in groups of 32 inputs.
const NETWORKS: [(&str, &str, &str, u8); 6] = [
    ("A", "100-256-512-1024-784", "relu", 8),
    ("B", "100-128-784", "relu", 8),
    // The topology of MLPerf Tiny's anomaly detection.
    ("T", "640-128-128-128-128-8-128-128-128-128-640", "relu", 8),
    // None of these sizes is a multiple of a kernel's block or group.
    ("O", "97-61-211-785", "leaky-relu", 8),
    ("A4", "100-256-512-1024-784", "relu", 4),
    ("B4", "100-128-784", "relu", 4),
];

/// Returns the blobs of all networks that the format can hold.
pub fn make() -> Result<Vec<PathBuf>> {
    // This is built apart from the runs, whose output is not shown.
    shell::host("build --quiet --release --package gan-tools").run()?;
    let folder = shell::scratch("networks")?;
    let mut paths = Vec::new();
    for (name, sizes, activation, bits) in NETWORKS {
        let layers = sizes.matches('-').count();
        if layers > MAX_LAYERS {
            eprintln!("SKIPPED count {name}: {layers} layers, a blob can hold {MAX_LAYERS}");
            continue;
        }
        let path = folder.join(format!("{name}.gan"));
        let network = format!("--layers {sizes} --activation {activation} --bits {bits} -o");
        shell::gan("bench-model").words(&network).arg(&path).read()?;
        paths.push(path);
    }
    Ok(paths)
}
