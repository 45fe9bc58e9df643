//! Checks that boards print the numbers of a model as the host writes them.

use gan_core::LatentSampler;
use gan_core::table::Table;

use super::{build, lines, session};
use crate::blob::Maker;
use crate::prelude::*;

/// A board of each kernel but that with vectors. The smallest board is among them.
pub const BOARDS: &[&str] = &["an385-m0", "microbit", "lm3s6965evb", "netduinoplus2", "riscv32imc"];
const SEED: u64 = 7;
const WINDOWS: usize = 3;

/// Asks a board for windows of each label.
pub fn check(toolchain: Toolchain, board: &Board) -> Result<()> {
    let path = vectors::folder().join("v3-table.gan");
    let blob = Blob::read(&path)?;
    let (mut session, _) = session::open(board, &build(toolchain, board, &path, 0)?, &[])?;
    let mut maker = Maker::new(&blob)?;
    let (classes, line_len) = (maker.generator.classes(), maker.generator.line_len());
    let header = maker.generator.header().clone();
    let table = Table::read(&header)?;
    for label in 0..classes {
        session.ask(&format!("seed {SEED}"))?;
        session.ask(&label.to_string())?;
        let said = lines(&session.ask(&format!("series {WINDOWS}"))?)?;
        let mut expected = vec![format!("label {label}, seed {SEED}, window 0")];
        let named = table.fields().map(|field| match field.unit() {
            "" => field.name().to_owned(),
            unit => format!("{} ({unit})", field.name()),
        });
        expected.push(named.collect::<Vec<_>>().join(","));
        let mut sampler = LatentSampler::new(SEED);
        for window in 0..WINDOWS {
            expected.extend((window > 0).then(String::new));
            for step in maker.next(&mut sampler, Some(label))?.chunks(line_len) {
                let row = table.row(step, Some(label)).map(|value| value.to_string());
                expected.push(row.collect::<Vec<_>>().join(","));
            }
        }
        ensure!(said == expected, "label {label}: expected {expected:#?}, got {said:#?}");
    }
    let grid = lines(&session.ask("grid")?)?;
    ensure!(grid.len() == 1 && grid[0].contains("`series [COUNT]`"), "grid says {grid:?}");
    Ok(())
}
