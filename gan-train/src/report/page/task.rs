//! What a page about a run with a task shows: images, and the table of `evaluate`.

use super::super::html::{escape, figure, missing, table};
use super::super::model::{Model, OfTask};
use crate::judge::restore::{Restored, Row};
use anyhow::Result;
use gan_tools::numbers::{fixed, thousands};

/// Images of float and of the blob, each below what went in and above what it should be.
pub fn images(model: &Model, of_task: &OfTask) -> Result<String> {
    let [blob, float] = of_task.pictures(&model.blob.generator(), &model.generator)?;
    let (bits, agreement) = (model.bits_name(), model.agreement()?);
    let lead = format!(
        "From top to bottom: {}. The generator of step {}, in float and as the {bits} blob, run \
         by gan-core. Over {} images, pixels differ by {:.2} of 255 on average; 99.9 % of them by \
         at most {}.",
        of_task.drawing.rows().join(", "),
        thousands(model.step),
        thousands(agreement.images as u64),
        agreement.mean,
        agreement.p999
    );
    let figures = [
        figure(&float, "Float", "Images of the float generator between inputs and targets")?,
        figure(
            &blob,
            &format!("Blob, {bits}"),
            "Images of the quantized generator between inputs and targets",
        )?,
    ];
    Ok(format!(
        "<p class=\"lead\">{}</p>\n<div class=\"pictures\">\n{}</div>\n",
        escape(&lead),
        figures.concat()
    ))
}

/// The table that `evaluate` has printed.
pub fn evaluation(of_task: Option<&OfTask>) -> String {
    let Some(found) = of_task.and_then(|of_task| of_task.evaluation.as_ref()) else {
        return missing(
            "Not evaluated yet: <code>gan-train evaluate</code> of the run's folder fills this \
             part, once for each generator.",
        );
    };
    let columns: Vec<Column> =
        COLUMNS.into_iter().filter(|column| found.rows.iter().any(|row| column.has(row))).collect();
    let head = std::iter::once(String::new());
    let head = head.chain(columns.iter().map(|column| column.title.to_owned())).collect::<Vec<_>>();
    let row = |row: &Row| {
        let cells = columns.iter().map(|column| column.cell(row).unwrap_or("–".into()));
        std::iter::once(escape(&row.method)).chain(cells).collect()
    };
    let rows: Vec<Vec<String>> = found.rows.iter().map(row).collect();
    format!("<p class=\"lead\">{}</p>\n{}", escape(&said(found)), table(&head, &rows))
}

/// By what it was judged.
fn said(found: &Restored) -> String {
    let labels = found.classifier_accuracy.map_or(String::new(), |accuracy| {
        format!(" The classifier gets {accuracy:.4} of these images right as they should be.")
    });
    format!(
        "Against {} {} of {}, seed {}.{labels} docs/applications.md says what the columns mean.",
        thousands(found.images as u64),
        found.judged_by,
        found.data,
        found.seed
    )
}

/// A column of the table.
#[derive(Clone, Copy)]
pub struct Column {
    /// Its head.
    pub title: &'static str,
    digits: usize,
    value: fn(&Row) -> Option<f64>,
}

/// All columns. A row has no number in some of them.
pub const COLUMNS: [Column; 7] = [
    Column { title: "PSNR, dB", digits: 2, value: |row| row.psnr },
    Column { title: "of each", digits: 2, value: |row| row.psnr_of_images },
    Column { title: "in holes", digits: 2, value: |row| row.psnr_missing },
    Column { title: "SSIM", digits: 3, value: |row| Some(row.ssim) },
    Column { title: "L1", digits: 2, value: |row| Some(row.l1) },
    Column { title: "accuracy", digits: 4, value: |row| row.accuracy },
    Column { title: "other label", digits: 4, value: |row| row.changed },
];

impl Column {
    fn has(&self, row: &Row) -> bool {
        (self.value)(row).is_some()
    }

    /// The number of a row, if it has one.
    pub fn cell(&self, row: &Row) -> Option<String> {
        (self.value)(row).map(|value| fixed(value, self.digits))
    }
}
