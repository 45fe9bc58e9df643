//! What a page about a run of a table shows: made rows or windows beside the real ones, and what
//! models learn from them.

use super::super::audit::rows;
use super::super::html::{missing, section};
use super::super::model::{Model, OpenData};
use super::History;
use super::pictures::NO_CHECKPOINT;
use crate::config::TableConfig;
use crate::data::Dataset;
use crate::data::synthetic::Set;
use crate::judge::table::{RowSets, TableSheet, measure};
use anyhow::{Context, Result};
use gan_tools::numbers::thousands;
use gan_tools::set::{Format, LabelRule, Maker, Range};
use std::path::Path;

/// Rows or windows that the generator makes: enough for what is measured, and soon made.
const ROWS: u64 = 2000;
/// Rows of each kind whose nearest ones are looked for.
const SAMPLES: usize = 2000;
/// Networks that learn from the rows: `synth --report` has as many.
const NETWORKS: u32 = 3;
/// What the made rows are called.
const NAME: &str = "rows of the blob";

/// The sections about the rows of a run's best generator, quantized; and the numbers that people
/// ask for first. Whatever cannot be measured is said in their place.
///
/// # Errors
///
/// A blob that cannot be decoded; those of `open`.
pub fn sections(
    folder: &Path,
    history: &History,
    table: &TableConfig,
    model: Option<&Model>,
    open: OpenData<'_>,
) -> Result<(Vec<(&'static str, String)>, String)> {
    let title = "Rows";
    let Some(model) = model else {
        return Ok((Vec::new(), section(title, "", &missing(NO_CHECKPOINT))));
    };
    let sheet = match measured(history, table, model, open(&history.run, folder)?) {
        Ok(sheet) => sheet,
        Err(error) => {
            let reason = super::escape(&format!("Not measured: {error:#}."));
            return Ok((Vec::new(), section(title, "", &missing(&reason))));
        }
    };
    let [made, training, held_out] = sheet.rows.map(|count| thousands(count as u64));
    let one = if sheet.window > 1 { "windows" } else { "rows" };
    let lead = format!(
        "{made} {one} of the {} blob of step {}, made of seed {}, beside {training} training {one} \
         and {held_out} held-out ones ({}). gan-train synth --report also measures what they give \
         away.",
        model.bits_name(),
        thousands(model.step),
        model.seed(),
        sheet.held_out
    );
    let body = section(title, &lead, "") + &rows::sections(&sheet);
    Ok((rows::taught_tiles(&sheet), body))
}

/// Makes rows with the labels of the training rows, in their proportions, and measures them.
fn measured(
    history: &History,
    table: &TableConfig,
    model: &Model,
    mut real: Dataset,
) -> Result<TableSheet> {
    let blob = model.blob.generator();
    let names = &history.run.label_names;
    let mut weights = real.train.label_counts();
    weights.resize(blob.classes().into(), 0);
    let rule = match blob.classes() {
        0 => LabelRule::None,
        _ => LabelRule::Proportions { weights },
    };
    let range = Range { first: 0, count: ROWS, shard: 1 };
    let labels = (rule, &names[..]);
    let maker = Maker::new(&blob, model.blob.bytes(), model.seed(), labels, Format::Csv, range)?;
    let set = Set::from(maker);
    let made = set.images(ROWS as usize)?;
    let (held_out, held_out_name, unseen) = match real.test.take() {
        Some(test) => (test, "the run's test rows", true),
        None => {
            let (tenth, others) = real.train.tenth_and_others();
            real.train = others;
            (tenth, "a tenth of them, which it may have seen", false)
        }
    };
    let sets = RowSets {
        table,
        real: &real,
        held_out: (&held_out, held_out_name),
        unseen,
        synthetic: (&made, NAME),
    };
    measure(sets, SAMPLES, NETWORKS).context("the rows")
}
