//! The digits application on QEMU: for people to look at, and to see that every board draws the same.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::blob::Blob;
use crate::boards::Board;
use crate::firmware::{self, Input, Needs};
use crate::qemu::{self, End};
use crate::setup::{self, Toolchain};
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
    for board in boards {
        draw(toolchain, board, &model, |line| println!("{line}"))?;
    }
    Ok(())
}

/// Draws the default model on each board and compares the drawings: the same on all, a line for each line of each image, and
/// ink in every image.
pub fn check(toolchain: Toolchain, boards: &[&Board]) -> Result<()> {
    let model = vectors::default_model()?;
    let blob = Blob::read(&model)?;
    let generator = blob.decode()?;
    let mut first: Option<Vec<String>> = None;
    for board in boards {
        let mut lines = draw(toolchain, board, &model, |_| {})?;
        // The first line names the core.
        lines.remove(0);
        let images: Vec<&[String]> = lines.split(|line| line.starts_with("label ")).skip(1).collect();
        let (labels, height) = (usize::from(generator.classes()), usize::from(generator.image().height));
        ensure!(images.len() == labels, "{}: {} images, expected {labels}", board.name, images.len());
        for image in images {
            let drawn: Vec<_> = image.iter().filter(|line| !line.is_empty()).collect();
            ensure!(drawn.len() == height, "{}: an image of {} lines, expected {height}", board.name, drawn.len());
            ensure!(drawn.iter().any(|line| line.contains('@')), "{}: an image without ink", board.name);
        }
        let expected = first.get_or_insert_with(|| lines.clone());
        ensure!(*expected == lines, "{} draws other images than {}", board.name, boards[0].name);
    }
    Ok(())
}

fn draw(toolchain: Toolchain, board: &Board, model: &Path, show: impl FnMut(&str)) -> Result<Vec<String>> {
    let blob = Blob::read(model)?;
    let needs = Needs::of(board, &blob)?;
    if let Some(reason) = firmware::misfit(board, needs.blob, needs.by_lines)? {
        bail!("{} does not fit: {reason}", blob.stem());
    }
    let elf = firmware::build(toolchain, board, "digits", Input::model(model))?;
    let run = qemu::run(board, &elf, LIMIT, show)?;
    ensure!(run.end == End::Exit(0), "{}: {}", board.name, run.end);
    Ok(run.lines)
}
