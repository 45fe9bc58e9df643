//! Writes the table of what was compared on each board, in Markdown for docs/performance.md.

use crate::prelude::*;

/// The row of one board.
#[derive(Debug)]
pub struct Row {
    pub board: &'static str,
    kernel: &'static str,
    /// Layers of the kernel's own checks.
    pub layers: u32,
    /// Models that passed or failed.
    pub models: Tally,
    /// Models that do not fit.
    pub skipped: u32,
    /// Whole images that were compared and are right.
    pub images: u32,
    /// From the beginning of the first build to the end.
    pub seconds: f64,
}

impl Row {
    pub fn new(board: &'static Board) -> Self {
        let (board, kernel) = (board.name.as_str(), board.kernel.as_str());
        Self {
            board,
            kernel,
            layers: 0,
            models: Tally::default(),
            skipped: 0,
            images: 0,
            seconds: 0.0,
        }
    }
}

/// Returns the table.
pub fn text(rows: &[Row]) -> String {
    let mut text = String::from(
        "| board | kernel | models passed | images | layers | seconds |\n\
         |---|---|---|---|---|---|\n",
    );
    for Row { board, kernel, layers, models, skipped, images, seconds } in rows {
        let ran = models.passed + models.failed;
        let skipped = match skipped {
            0 => String::new(),
            1 => ", 1 does not fit".into(),
            _ => format!(", {skipped} do not fit"),
        };
        text += &format!(
            "| {board} | {kernel} | {} of {ran}{skipped} | {images} | {layers} | {seconds:.0} |\n",
            models.passed
        );
    }
    text
}
