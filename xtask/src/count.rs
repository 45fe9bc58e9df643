//! `cargo xtask count`: how many instructions an image takes, on every board.

mod cycles;
mod networks;
mod plugin;
mod table;
mod thumb;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use gan_core::{Element, LatentSampler, LayerSpec, Packing};
use serde::Serialize;

use crate::blob::Blob;
use crate::boards::{self, Board};
use crate::firmware::{self, Input, Needs};
use crate::fit::speeds::{self, Counted, Layer};
use crate::setup::{self, Toolchain};
use crate::shell;
use cycles::Core;
use table::Table;

/// The image is the first of this seed, as in gan-embedded/src/bin/count.rs.
const SEED: u64 = 0;

const CRC: crc::Crc<u32> = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC);

/// One image of one model on one board.
#[derive(Debug, Serialize)]
pub struct Record {
    /// The board's name.
    board: &'static str,
    /// The kernel's name.
    kernel: String,
    /// The blob's file name without `.gan`.
    model: String,
    /// Executed instructions.
    instructions: u64,
    /// Multiply-accumulates.
    macs: u64,
    /// Instructions for each of them.
    per_mac: f64,
    /// Instructions from the beginning of a layer to that of the next, or to the end; `null` if
    /// gan-core has no function of its own for a layer.
    layers: Option<Vec<u64>>,
    /// Inputs and outputs of each layer as its packing has them, and the type of its weights.
    #[serde(skip)]
    shapes: Vec<(usize, usize, &'static str)>,
    /// Cycles by the manual's costs of instructions; `null` for cores without such a table.
    estimated_cycles: Option<u64>,
}

/// Counts and prints, for people or as a JSON array.
pub fn run(boards: &[&'static Board], model: Option<&Path>, json: bool) -> Result<()> {
    let records = count(setup::run()?, boards, model)?;
    if json {
        println!("{}", serde_json::to_string_pretty(&records)?);
    } else {
        print(&records);
    }
    Ok(())
}

/// Rewrites the table in docs/performance.md.
pub fn update() -> Result<()> {
    let toolchain = setup::run()?;
    let records = count(toolchain, &boards::emulated(), None)?;
    print(&records);
    speeds::update(&counted(&records)?)?;
    Table::new(toolchain.version()?, &records).write()
}

/// Compares with the table in docs/performance.md.
pub fn check(toolchain: Toolchain, boards: &[&'static Board]) -> Result<()> {
    let table = Table::read()?;
    let records = count(toolchain, boards, None)?;
    let now = Table::new(toolchain.version()?, &records);
    let regressions = table.regressions(&now, boards.len() == boards::emulated().len());
    for line in &regressions {
        println!("{line}");
    }
    if table.compiler != now.compiler {
        // Another compiler's code is no one's regression.
        println!(
            "SKIPPED count: the table is of {}, this is {}; the differences are above, if any",
            table.compiler, now.compiler
        );
        return Ok(());
    }
    ensure!(
        regressions.is_empty(),
        "{} counts are not as in docs/performance.md; if they must change: `cargo xtask count --update`",
        regressions.len()
    );
    speeds::check(&counted(&records)?)?;
    println!("count: as in docs/performance.md, or better");
    Ok(())
}

/// One record for each board and model that fits it.
fn count(
    toolchain: Toolchain,
    boards: &[&'static Board],
    model: Option<&Path>,
) -> Result<Vec<Record>> {
    let models = match model {
        // The firmware's build script runs in another folder.
        Some(path) => vec![path.canonicalize().with_context(|| path.display().to_string())?],
        None => networks::make()?,
    };
    let mut records = Vec::new();
    for board in boards {
        let plugin = plugin::build(board)?;
        for path in &models {
            let blob = Blob::read(path)?;
            let needs = Needs::of(board, &blob)?;
            match firmware::misfit(board, needs.blob, needs.buffers)? {
                Some(reason) => eprintln!("SKIPPED count {} {}: {reason}", board.name, blob.stem()),
                None => {
                    // The other kernels make a pair one after the other.
                    for images in if needs.pairs { 1..=2 } else { 1..=1 } {
                        let record = count_one(toolchain, &plugin, board, &blob, images);
                        records.push(
                            record.with_context(|| format!("{} {}", board.name, blob.stem()))?,
                        );
                    }
                }
            }
        }
    }
    ensure!(!records.is_empty(), "nothing was counted: no model fits any of these boards");
    Ok(records)
}

/// Counts the making of one image, or of two at a time, for which the figures are those of one
/// image, rounded up.
fn count_one(
    toolchain: Toolchain,
    plugin: &Path,
    board: &'static Board,
    blob: &Blob,
    images: u64,
) -> Result<Record> {
    let elf: PathBuf = firmware::build(
        toolchain,
        board,
        "count",
        Input { pair: images == 2, ..Input::model(blob.path()) },
    )?;
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
            Some(
                counts
                    .layers
                    .iter()
                    .zip(ends)
                    .map(|(begin, end)| (end - begin).div_ceil(images))
                    .collect(),
            )
        }
        found => bail!("{found} layers ran, the model has {}", generator.layers().len()),
    };
    let estimated_cycles = match Core::of(board) {
        Some(core) => {
            let bytes = std::fs::read(&elf).with_context(|| shell::relative(&elf))?;
            Some(cycles::estimate(core, &bytes, &counts.blocks)?.div_ceil(images))
        }
        None => None,
    };
    let instructions = counts.total.div_ceil(images);
    let packed =
        blob.pack(Packing::of_kernel(&board.kernel).with_context(|| board.kernel.clone())?)?;
    let shape = |spec: &LayerSpec| {
        let outputs = usize::from(spec.outputs).next_multiple_of(spec.packing.group());
        (spec.padded_inputs(), outputs, element(spec.element))
    };
    let shapes = packed.decode()?.header().layers.iter().map(shape).collect();
    Ok(Record {
        shapes,
        board: board.name.as_str(),
        kernel: format!("{}{}", said("kernel")?, if images == 2 { " two at a time" } else { "" }),
        model: blob.stem(),
        instructions,
        macs,
        per_mac: instructions as f64 / macs as f64,
        layers,
        estimated_cycles,
    })
}

/// The name of a type of weights.
fn element(element: Element) -> &'static str {
    match element {
        Element::I8 => "i8",
        Element::F32 => "f32",
        Element::I4 { .. } => "i4",
    }
}

/// The layers that were counted, for each kernel and type of weights: on the first board with that
/// kernel, one image at a time.
fn counted(records: &[Record]) -> Result<Vec<Counted>> {
    let mut all: Vec<Counted> = Vec::new();
    for kernel in boards::emulated().iter().map(|board| &board.kernel) {
        let Some(board) =
            records.iter().find(|record| record.kernel == *kernel).map(|record| record.board)
        else {
            continue;
        };
        let of_board: Vec<_> = records
            .iter()
            .filter(|record| record.board == board && record.kernel == *kernel)
            .collect();
        let [board] = boards::select(board).map_err(|error| anyhow!(error))?[..] else {
            bail!("{board} is several boards")
        };
        for element in ["i8", "i4"]
            .into_iter()
            .filter(|_| all.iter().all(|counted| counted.kernel != *kernel))
            .collect::<Vec<_>>()
        {
            let layers = |record: &&Record| {
                // What comes before the first layer is part of it.
                let before = record.instructions - record.layers.iter().flatten().sum::<u64>();
                let counts = record.layers.iter().flatten().zip(&record.shapes).enumerate();
                let layer = |(index, (&instructions, &(inputs, outputs, kind)))| {
                    let instructions =
                        if index == 0 { instructions + before } else { instructions };
                    (kind == element).then_some(Layer { inputs, outputs, instructions })
                };
                counts.filter_map(layer).collect::<Vec<_>>()
            };
            // Half bytes come after a first layer of bytes, which is no network by itself.
            let whole =
                |record: &&&Record| record.shapes.last().is_some_and(|(.., kind)| *kind == element);
            let of_kind: Vec<_> = of_board.iter().filter(whole).collect();
            let networks: Vec<_> = of_kind.iter().copied().map(layers).collect();
            if networks.is_empty() {
                continue;
            }
            let cycles: Option<u64> = of_kind.iter().map(|record| record.estimated_cycles).sum();
            let instructions: u64 = of_kind.iter().map(|record| record.instructions).sum();
            all.push(Counted {
                kernel: kernel.clone(),
                element,
                core: board.core.split(' ').next().unwrap_or_default().into(),
                networks,
                cycles: cycles.map(|cycles| cycles as f64 / instructions as f64),
            });
        }
    }
    Ok(all)
}

/// CRC-32 of the images that the firmware makes, made here.
fn crc_of_images(blob: &Blob, images: u64) -> Result<u32> {
    let generator = blob.decode()?;
    let (mut latent, mut sampler) = (vec![0; generator.latent_len()], LatentSampler::new(SEED));
    let (mut scratch, mut pixels) =
        (vec![0; generator.scratch_len()], vec![0; generator.pixels_len()]);
    let label = (generator.classes() > 0).then_some(0);
    let mut digest = CRC.digest();
    for _ in 0..images {
        sampler.fill(&mut latent);
        generator
            .generate(&latent, label, &mut scratch, &mut pixels)
            .map_err(|error| anyhow!("{error}"))?;
        digest.update(&pixels);
    }
    Ok(digest.finalize())
}

fn print(records: &[Record]) {
    println!(
        "{:<12} {:<16} {:<12} {:>10} {:>13} {:>8} {:>16} layers",
        "board", "kernel", "model", "MAC", "instructions", "per MAC", "estimated cycles"
    );
    for Record {
        board,
        kernel,
        model,
        instructions,
        macs,
        per_mac,
        layers,
        estimated_cycles,
        ..
    } in records
    {
        let cycles = estimated_cycles.map_or("-".into(), |cycles| cycles.to_string());
        let layers = layers.as_ref().map_or("-".into(), |layers| {
            layers.iter().map(u64::to_string).collect::<Vec<_>>().join(" ")
        });
        println!(
            "{board:<12} {kernel:<16} {model:<12} {macs:>10} {instructions:>13} {per_mac:>8.3} {cycles:>16} {layers}"
        );
    }
}
