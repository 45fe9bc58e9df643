//! Doors of boards: the firmware that `cargo xtask parity` runs, with more images than it has
//! there. It makes each image whole, line by line and, where its kernel can, two at a time.

use gan_tests::job::{Case, Digest};
use gan_tests::reference::{self, sampler};

use super::{Door, Made, Wanted, label, qemu};
use crate::boards;
use crate::parity;
use crate::prelude::*;

/// A core of each kind: the scalar one, vectors, and RISC-V.
const BOARDS: [&str; 3] = ["an385-m0", "mps3-an547", "riscv32"];

/// Returns the boards.
pub fn all() -> Result<Vec<&'static Board>> {
    BOARDS.iter().map(|name| boards::select_one(name)).collect()
}

/// Returns a door for each board.
pub fn doors(toolchain: Toolchain) -> Result<Vec<Door>> {
    let door = |board: &'static Board| {
        let name = format!("firmware on a {}, {}", board.core, qemu(board)?);
        Ok(Door::new(name, move |wanted| {
            parity::compare(toolchain, board, &wanted.blob, cases(wanted)?)?;
            Ok(Made::First)
        }))
    };
    all()?.into_iter().map(door).collect()
}

/// Returns what the firmware compares: the reference's digest of each of the first images.
fn cases(wanted: &Wanted) -> Result<Vec<Case>> {
    let model = reference::parse(wanted.blob.bytes()).map_err(|error| anyhow!("{error}"))?;
    let case = |pair: u32| {
        let latent = sampler::codes(pair.into(), 0, model.latent_len.into());
        let label = label(pair, model.classes);
        let mut digest = Digest::new();
        digest.update(&reference::generate(&model, &latent, label));
        Case { seed: pair.into(), label, digest: digest.value() }
    };
    Ok((0..wanted.counts[0]).map(case).collect())
}
