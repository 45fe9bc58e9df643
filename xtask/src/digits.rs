//! The digits application on QEMU, for people to look at.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::blob::Blob;
use crate::boards::Board;
use crate::firmware::{self, Input};
use crate::qemu::{self, End};
use crate::setup;
use crate::vectors;

/// Far more than it takes.
const LIMIT: Duration = Duration::from_secs(120);

/// Draws on each board.
pub fn run(boards: &[&Board], model: Option<&Path>) -> Result<()> {
    let toolchain = setup::run()?;
    let model = match model {
        Some(path) => path.canonicalize().with_context(|| path.display().to_string())?,
        None => vectors::default_model()?,
    };
    let blob = Blob::read(&model)?;
    for board in boards {
        if let Some(reason) = firmware::misfit(board, &blob, 0)? {
            bail!("{} does not fit: {reason}", blob.stem());
        }
        let elf = firmware::build(toolchain, board, "digits", Input::model(&model))?;
        let run = qemu::run(board, &elf, LIMIT, |line| println!("{line}"))?;
        if run.end != End::Exit(0) {
            bail!("{}: {}", board.name, run.end);
        }
    }
    Ok(())
}
