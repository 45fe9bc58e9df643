//! What a synthetic table, or set of windows of a series, is worth in the place of the real one,
//! and what it gives away of it. docs/tables.md states what is measured.
//!
//! Nearness is measured between rows of bytes, which are numbers on the table's scales; what models
//! learn, histograms and correlations are of the values.

mod columns;
mod features;
mod logistic;
mod mlp;
mod utility;

pub use columns::{Bin, ColumnSheet, Correlations, Lags, Summary};
pub use utility::RowUtility;

use super::audit::{Privacy, Verdict};
use super::points::Points;
use super::prdc::{K, Manifold, Prdc};
use crate::config::TableConfig;
use crate::data::{Dataset, Split};
use anyhow::{Result, ensure};
use serde::Serialize;

/// Rows of each kind that precision and recall compare, at most.
const COMPARED: usize = 10_000;
/// Rows that a sheet needs of each kind.
const LEAST: usize = 20;

/// The three sets, whose bytes have the meaning that the table says.
#[derive(Debug, Clone, Copy)]
pub struct RowSets<'a> {
    /// What the bytes mean.
    pub table: &'a TableConfig,
    /// The real rows, of which only those to train on count.
    pub real: &'a Dataset,
    /// Real rows that the generator did not see, and what they are called.
    pub held_out: (&'a Split, &'a str),
    /// Whether that is known of them.
    pub unseen: bool,
    /// The synthetic rows, and what they are called.
    pub synthetic: (&'a Split, &'a str),
}

/// The data sheet of a synthetic table.
#[derive(Debug, Serialize)]
pub struct TableSheet {
    /// The name of the synthetic set.
    pub synthetic: String,
    /// The name of the real one.
    pub real: String,
    /// The name of the held-out rows.
    pub held_out: String,
    /// Whether the generator is known not to have seen these.
    pub unseen: bool,
    /// Rows of a window; 1 for a table.
    pub window: u16,
    /// Rows or windows: synthetic, training, held-out.
    pub rows: [usize; 3],
    /// A label's name, its synthetic and its training rows; empty without labels.
    pub classes: Vec<(String, u64, u64)>,
    /// Of the synthetic rows, beside the held-out ones.
    pub scores: Prdc,
    /// The same of as many training rows.
    pub real_scores: Prdc,
    /// What models learn from the synthetic rows in the place of the real ones.
    pub utility: Option<RowUtility>,
    /// What the set gives away.
    #[serde(flatten)]
    pub privacy: Privacy,
    /// What all of it comes to.
    pub verdict: Verdict,
    /// Each column of both.
    pub columns: Vec<ColumnSheet>,
    /// How the columns go together.
    pub correlations: Correlations,
    /// How each column of a series goes together with its own past; empty for a table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lags: Vec<Lags>,
}

/// Measures everything: nearness of up to `samples` rows of each kind, and `models` networks.
///
/// # Errors
///
/// Sets that are too small.
pub fn measure(sets: RowSets<'_>, samples: usize, models: u32) -> Result<TableSheet> {
    let RowSets { table, real, held_out: (held_out, held_out_name), unseen, synthetic } = sets;
    let ((made, name), train) = (synthetic, &real.train);
    for (count, what) in [
        (train.images.count, real.name.as_str()),
        (held_out.images.count, held_out_name),
        (made.images.count, name),
    ] {
        ensure!(count >= LEAST, "{what}: {count} rows or windows (expected {LEAST} or more)");
    }
    let utility = match table.label {
        Some(_) if models > 0 => Some(utility::measure(table, [train, made, held_out], models)?),
        _ => None,
    };
    let count = made.images.count.min(train.images.count).min(COMPARED);
    let manifold = Manifold::new(Points::of_images(&held_out.sample(COMPARED).images), K);
    let scores = |of: &Split| manifold.compare(&Points::of_images(&of.sample(count).images)).all;
    let privacy = Privacy::measure(train, held_out, made, samples);
    let mut verdict = Verdict::of(&privacy, unseen, (None, None));
    if let Some(utility) = &utility {
        utility.add_to(&mut verdict);
    }
    let columns = columns::Values::of(table, [train, made])?;
    Ok(TableSheet {
        synthetic: name.into(),
        real: real.name.clone(),
        held_out: held_out_name.into(),
        unseen,
        window: table.window,
        rows: [made, train, held_out].map(|split| split.images.count),
        classes: classes(table, train, made),
        scores: scores(made),
        real_scores: scores(train),
        utility,
        privacy,
        verdict,
        columns: columns.sheets(),
        correlations: columns.correlations(),
        lags: columns.lags(),
    })
}

/// The rows of each label.
fn classes(table: &TableConfig, train: &Split, made: &Split) -> Vec<(String, u64, u64)> {
    let Some(label) = &table.label_column else { return Vec::new() };
    let counts = |split: &Split| {
        let mut counts = split.label_counts();
        counts.resize(label.values.len(), 0);
        counts
    };
    let pairs = counts(made).into_iter().zip(counts(train));
    label
        .values
        .iter()
        .zip(pairs)
        .map(|(name, (made, train))| (name.clone(), made, train))
        .collect()
}
