//! `cargo xtask count`: counts the instructions that an image takes, on every board.

mod cycles;
mod networks;
mod plugin;
pub mod probe;
mod record;
pub mod signature;
mod starts;
mod table;
mod thumb;

use std::collections::BTreeSet;

use gan_core::Packing;

use crate::boards;
use crate::firmware::{self, Count, Needs};
use crate::fit;
use crate::fit::speeds::{Counted, Layer};
use crate::prelude::*;
use crate::setup;
use record::Record;
use table::Table;

/// Counts and prints, for people or as a JSON array.
pub fn run(boards: &[&'static Board], model: Option<&Path>, json: bool) -> Result<()> {
    let model = model.map(|model| vectors::given(Some(model))).transpose()?;
    let records = count(setup::firmware(boards)?, boards, model.as_deref())?;
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
    if !fit::is_right("count", table::PAGE, &regressions, [&table.compiler, &now.compiler])? {
        return Ok(());
    }
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

/// Counts each model on each board that it fits.
fn count(
    toolchain: Toolchain,
    boards: &[&'static Board],
    model: Option<&Path>,
) -> Result<Vec<Record>> {
    let models = match model {
        Some(_) => vec![vectors::given(model)?],
        None => networks::make()?,
    };
    let mut records = Vec::new();
    for board in boards {
        let plugin = plugin::build(board)?;
        for path in &models {
            let blob = Blob::read(path)?;
            let needs = Needs::of(board, &blob)?;
            match firmware::misfit(board, needs.blob, needs.buffers) {
                Some(reason) => eprintln!("SKIPPED count {} {}: {reason}", board.name, blob.stem()),
                None => {
                    let name = || format!("{} {}", board.name, blob.stem());
                    for (count, packed) in variants(board, &blob, needs.pairs)? {
                        let record = record::count(toolchain, &plugin, board, &blob, count, packed);
                        records.push(record.with_context(name)?);
                    }
                }
            }
        }
    }
    ensure!(!records.is_empty(), "nothing was counted: no model fits any of these boards");
    Ok(records)
}

/// Returns what is counted of a model on a board: an image, and a pair if a kernel makes both at
/// once. On one board for each kernel, with the small networks, also what a start costs, and an
/// image of a model that is not packed for the board.
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
    let native = blob.pack_for(board)?;
    let other = if board.kernel == "dsp" { "armv7m" } else { "dsp" };
    for kernel in ["scalar", other] {
        if bytes(kernel)?.bytes() != native.bytes() {
            variants.push((Count::Image, Some(kernel)));
        }
    }
    Ok(variants)
}

/// Returns the layers that were counted, for each kernel and type of weights: on the first board
/// with that kernel, one image at a time.
fn counted(records: &[Record]) -> Result<Vec<Counted>> {
    let mut all: Vec<Counted> = Vec::new();
    let mut done = BTreeSet::new();
    for kernel in boards::emulated().iter().map(|board| &board.kernel) {
        let of_kernel = || records.iter().filter(|record| record.kernel == *kernel);
        let Some(board) = of_kernel().next().map(|record| record.board) else { continue };
        if !done.insert(kernel) {
            continue;
        }
        for element in ["i8", "i4"] {
            // A network of int4 layers begins with an int8 layer, which is no network by itself.
            let whole = |record: &&Record| {
                record.board == board
                    && record.shapes.last().is_some_and(|(.., kind)| *kind == element)
            };
            let of_kind: Vec<_> = of_kernel().filter(whole).collect();
            if of_kind.is_empty() {
                continue;
            }
            let cycles: Option<u64> = of_kind.iter().map(|record| record.estimated_cycles).sum();
            let instructions: u64 = of_kind.iter().map(|record| record.instructions).sum();
            all.push(Counted {
                kernel: kernel.clone(),
                element,
                core: core(board)?.into(),
                networks: of_kind.iter().map(|record| layers(record, element)).collect(),
                cycles: cycles.map(|cycles| cycles as f64 / instructions as f64),
            });
        }
    }
    Ok(all)
}

/// Returns the layers of a record with weights of this type. What comes before the first layer is
/// part of it.
fn layers(record: &Record, element: &str) -> Vec<Layer> {
    let counts: Vec<u64> = record.layers.iter().flatten().copied().collect();
    let mut before = record.instructions - counts.iter().sum::<u64>();
    let layer = |(count, &(inputs, outputs, kind)): (u64, &(usize, usize, &str))| {
        let instructions = count + std::mem::take(&mut before);
        (kind == element).then_some(Layer { inputs, outputs, instructions })
    };
    counts.into_iter().zip(&record.shapes).filter_map(layer).collect()
}

/// Returns the name of a board's core, without what the core has besides.
fn core(board: &str) -> Result<&'static str> {
    Ok(boards::select_one(board)?.core.split(' ').next().unwrap_or_default())
}

fn print(records: &[Record]) {
    println!(
        "{:<12} {:<16} {:<12} {:>10} {:>13} {:>8} {:>16} layers",
        "board", "kernel", "model", "MAC", "instructions", "per MAC", "estimated cycles"
    );
    let text = |number: &u64| number.to_string();
    for record in records {
        let cycles = record.estimated_cycles.as_ref().map_or("-".into(), text);
        let layers = record.layers.as_ref();
        let layers = layers.map(|all| all.iter().map(text).collect::<Vec<_>>().join(" "));
        println!(
            "{:<12} {:<16} {:<12} {:>10} {:>13} {:>8.3} {cycles:>16} {}",
            record.board,
            record.kernel,
            record.model,
            record.macs,
            record.instructions,
            record.per_mac,
            layers.as_deref().unwrap_or("-")
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
