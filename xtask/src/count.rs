//! `cargo xtask count`: how many instructions an image takes, on every board.

mod cycles;
mod networks;
mod plugin;
pub mod probe;
mod record;
pub mod signature;
mod starts;
mod table;
mod thumb;

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use gan_core::Packing;

use crate::blob::Blob;
use crate::boards::{self, Board};
use crate::firmware::{self, Count, Needs};
use crate::fit;
use crate::fit::speeds::{Counted, Layer};
use crate::setup::{self, Toolchain};
use record::Record;
use table::Table;

/// Counts and prints, for people or as a JSON array.
pub fn run(boards: &[&'static Board], model: Option<&Path>, json: bool) -> Result<()> {
    let records = count(setup::firmware(boards)?, boards, model)?;
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
    let records = count(toolchain, &of_each_core(&boards::emulated()), None)?;
    print(&records);
    fit::speeds::update(&counted(&records)?)?;
    fit::starts::update(&starts::of(&records)?)?;
    Table::new(toolchain.version()?, &records).write()
}

/// Compares with the table in docs/performance.md.
pub fn check(toolchain: Toolchain, boards: &[&'static Board]) -> Result<()> {
    let table = Table::read()?;
    let boards = of_each_core(boards);
    let records = count(toolchain, &boards, None)?;
    let now = Table::new(toolchain.version()?, &records);
    let regressions =
        table.regressions(&now, boards.len() == of_each_core(&boards::emulated()).len());
    for line in &regressions {
        println!("{line}");
    }
    if table.compiler != now.compiler {
        // The code of another compiler is no regression of this project.
        println!(
            "SKIPPED count: the table is of {}, this is {}; the differences are above, if any",
            table.compiler, now.compiler
        );
        return Ok(());
    }
    ensure!(
        regressions.is_empty(),
        "{} counts are not as in docs/performance.md; \
         if they must change: `cargo xtask count --update`",
        regressions.len()
    );
    fit::speeds::check(&counted(&records)?)?;
    fit::starts::check(&starts::of(&records)?)?;
    println!("count: as in docs/performance.md, or better");
    Ok(())
}

/// Picks the first of these boards for each core, because the same instructions run on the others.
fn of_each_core(boards: &[&'static Board]) -> Vec<&'static Board> {
    let alike =
        |one: &Board, other: &Board| (&one.core, &one.kernel) == (&other.core, &other.kernel);
    let all = gan_boards::all();
    let is_first = |board: &&&Board| all.iter().find(|other| alike(board, other)) == Some(board);
    boards.iter().filter(is_first).copied().collect()
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
                    for (count, packed_for) in variants(board, &blob, needs.pairs)? {
                        let record =
                            record::count(toolchain, &plugin, board, &blob, count, packed_for);
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

/// What is counted of a model on a board: an image, and a pair if a kernel makes both at once. On
/// one board for each kernel, with the small networks, also what a start costs, and an image of a
/// model that is not packed for the board.
fn variants(board: &Board, blob: &Blob, pairs: bool) -> Result<Vec<(Count, Option<&'static str>)>> {
    const SMALL: &[&str] = &["B", "B4"];
    let mut variants = vec![(Count::Image, None)];
    // The other kernels make a pair one after the other.
    variants.extend(pairs.then_some((Count::Pair, None)));
    let first = boards::emulated().into_iter().find(|other| other.kernel == board.kernel);
    if first.is_none_or(|first| first.name != board.name) || !SMALL.contains(&&*blob.stem()) {
        return Ok(variants);
    }
    variants.extend([(Count::Check, None), (Count::Decode, None)]);
    let bytes = |kernel: &str| -> Result<_> {
        blob.pack(Packing::of_kernel(kernel).with_context(|| kernel.to_owned())?)
    };
    let native = bytes(&board.kernel)?;
    let other = if board.kernel == "dsp" { "armv7m" } else { "dsp" };
    for kernel in ["scalar", other] {
        if bytes(kernel)?.bytes() != native.bytes() {
            variants.push((Count::Image, Some(kernel)));
        }
    }
    Ok(variants)
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
        let core = core(board)?;
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
                core: core.into(),
                networks,
                cycles: cycles.map(|cycles| cycles as f64 / instructions as f64),
            });
        }
    }
    Ok(all)
}

/// The name of a board's core, without what the core has besides.
fn core(board: &str) -> Result<&'static str> {
    let [board] = boards::select(board).map_err(|error| anyhow!(error))?[..] else {
        bail!("{board} is several boards")
    };
    Ok(board.core.split(' ').next().unwrap_or_default())
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
            "{board:<12} {kernel:<16} {model:<12} {macs:>10} {instructions:>13} {per_mac:>8.3} \
             {cycles:>16} {layers}"
        );
    }
}

/// Counts the instructions of one image that the firmware here makes of a model.
pub fn own_image(toolchain: Toolchain, board: &'static Board, blob: &Blob) -> Result<u64> {
    let plugin = plugin::build(board)?;
    Ok(record::count(toolchain, &plugin, board, blob, Count::Image, None)?.instructions)
}

/// Runs any program that has the functions `mark_start` and `mark_stop`. Returns the instructions
/// between the two, and the lines that it wrote.
pub fn program(board: &Board, elf: &Path) -> Result<(u64, Vec<String>)> {
    let (counts, lines) = plugin::run(&plugin::build(board)?, board, elf)?;
    Ok((counts.total, lines))
}
