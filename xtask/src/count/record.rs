//! Counts the instructions of one image of one model on one board.

use gan_core::{LatentSampler, LayerSpec};
use serde::Serialize;

use super::cycles::{self, Core};
use super::plugin;
use crate::blob::Maker;
use crate::firmware::{self, Count, Input};
use crate::prelude::*;

/// The image is the first of this seed, as in gan-embedded/checks/src/bin/count.rs.
const SEED: u64 = 0;

const CRC: crc::Crc<u32> = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC);

/// One image of one model on one board.
#[derive(Debug, Serialize)]
pub struct Record {
    /// The board's name.
    pub board: &'static str,
    /// The kernel's name.
    pub kernel: String,
    /// The blob's file name without `.gan`.
    pub model: String,
    /// The number of executed instructions.
    pub instructions: u64,
    /// The number of multiply-accumulates.
    pub macs: u64,
    /// The instructions for each multiply-accumulate.
    pub per_mac: f64,
    /// Instructions from the beginning of a layer to that of the next, or to the end; `null` if
    /// gan-core has no function of its own for a layer.
    pub layers: Option<Vec<u64>>,
    /// Inputs and outputs of each layer as its packing has them, and the type of its weights.
    #[serde(skip)]
    pub shapes: Vec<(usize, usize, &'static str)>,
    /// Bytes of the blob, packed for the board.
    #[serde(skip)]
    pub bytes: u64,
    /// Cycles by the manual's costs of instructions; `null` for cores without such a table.
    pub estimated_cycles: Option<u64>,
}

/// Counts one thing on one board. If it is two images at a time, the figures are those of one
/// image, rounded up.
pub fn count(
    toolchain: Toolchain,
    plugin: &Path,
    board: &'static Board,
    blob: &Blob,
    count: Count,
    packed_for: Option<&'static str>,
) -> Result<Record> {
    let images = count.images();
    let input = Input { count, packed_for, ..Input::model(blob.path()) };
    let elf = firmware::build(toolchain, board, "count", input)?;
    let (counts, lines) = plugin::run(plugin, board, &elf)?;
    let said = |what: &str| {
        let line = lines.iter().find_map(|line| line.strip_prefix(what)?.strip_prefix(' '));
        line.with_context(|| {
            format!("the firmware did not say its {what}:\n  {}", lines.join("\n  "))
        })
    };
    let (expected, got) = (format!("{:08x}", crc_of_images(blob, images)?), said("crc")?);
    ensure!(expected == got, "the image is wrong: its CRC-32 is {got}, the host's is {expected}");

    let generator = blob.decode()?;
    let macs = generator.macs();
    let layers = match counts.layers.len() {
        0 => None,
        found if found == generator.layers().len() => {
            let ends = counts.layers.iter().skip(1).chain([&counts.total]);
            let spans = counts.layers.iter().zip(ends);
            Some(spans.map(|(begin, end)| (end - begin).div_ceil(images)).collect())
        }
        found => bail!("{found} layers ran, the model has {}", generator.layers().len()),
    };
    let estimated_cycles = match Core::of(board) {
        Some(core) => {
            let bytes = shell::read(&elf)?;
            Some(cycles::estimate(core, &bytes, &counts.blocks)?.div_ceil(images))
        }
        None => None,
    };
    let instructions = counts.total.div_ceil(images);
    let packed = blob.pack_for(board)?;
    let shape = |spec: &LayerSpec| {
        let outputs = usize::from(spec.outputs).next_multiple_of(spec.packing.group());
        (spec.padded_inputs(), outputs, spec.element.name())
    };
    let shapes = packed.decode()?.header().layers.iter().map(shape).collect();
    Ok(Record {
        shapes,
        bytes: packed.bytes().len() as u64,
        board: board.name.as_str(),
        kernel: format!("{}{}{}", said("kernel")?, packed_for.map_or("", label), count.label()),
        model: blob.stem(),
        instructions,
        macs,
        per_mac: instructions as f64 / macs as f64,
        layers,
        estimated_cycles,
    })
}

/// Returns what stands in the table after the kernel's name, of a model that is packed for another
/// one.
fn label(packed_for: &str) -> &'static str {
    match packed_for {
        "scalar" => ", rows",
        "dsp" => ", paired-halfword",
        _ => ", byte-lane",
    }
}

/// CRC-32 of the images that the firmware makes, made here.
pub fn crc_of_images(blob: &Blob, images: u64) -> Result<u32> {
    let (mut maker, mut sampler) = (Maker::new(blob)?, LatentSampler::new(SEED));
    let label = (maker.generator.classes() > 0).then_some(0);
    let mut digest = CRC.digest();
    for _ in 0..images {
        digest.update(&maker.next(&mut sampler, label)?);
    }
    Ok(digest.finalize())
}
