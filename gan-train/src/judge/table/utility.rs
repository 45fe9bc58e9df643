//! Whether synthetic rows can take the place of real ones: models of one kind are tested on the
//! other (see [`crate::judge::utility`]).

use super::features::Features;
use super::logistic::Logistic;
use super::mlp::MlpModel;
use crate::config::TableConfig;
use crate::data::Split;
use crate::judge::audit::Verdict;
use crate::judge::utility::{Accuracies, Accuracy};
use anyhow::Result;
use serde::Serialize;

/// Rows that a model is trained on, at most: the first ones.
const MOST: usize = 10_000;
/// Accuracy that the synthetic rows may cost where they take the place of real ones.
const LOSS: f64 = 0.03;

/// What models learned from synthetic rows, and from the real ones.
#[derive(Debug, Clone, Serialize)]
pub struct RowUtility {
    /// Synthetic rows that models were trained on.
    pub synthetic: usize,
    /// Real rows that models were trained on.
    pub real: usize,
    /// Real rows that they were tested on.
    pub test: usize,
    /// Of logistic regression, which has no seed; windows are summed up for it.
    pub logistic: Accuracies,
    /// Of a network of one hidden layer of 64, of several seeds, on all values.
    pub mlp: Accuracies,
}

/// Trains on `[real, synthetic]`, and tests on `test`; `models` networks.
pub(super) fn measure(
    table: &TableConfig,
    [real, made, test]: [&Split; 3],
    models: u32,
) -> Result<RowUtility> {
    let first = |split: &Split| {
        let count = split.images.count.min(MOST) as u32;
        split.pick(&(0..count).collect::<Vec<_>>())
    };
    let features = |split: &Split| Features::of(table, &first(split));
    let all = [features(real)?, features(made)?, features(test)?];
    let counts = all.each_ref().map(Features::count);
    let summed = all.clone().map(|features| features.summarized(table));
    let logistic = accuracies(&summed, 1, |rows, _| {
        let model = Logistic::fit(rows);
        move |rows: &Features| model.accuracy(rows)
    });
    let mlp = accuracies(&all, models, |rows, seed| {
        let model = MlpModel::train(rows, seed);
        move |rows: &Features| model.accuracy(rows)
    });
    let [real, synthetic, test] = counts;
    Ok(RowUtility { synthetic, real, test, logistic, mlp })
}

/// Trains models of the seeds from 0 on, by `train`, which returns how a model is tested: on the
/// first rows, real ones, and on the second, synthetic ones. Both kinds are tested on the third
/// rows, real ones too, and those of real rows on the synthetic ones.
fn accuracies<T: Fn(&Features) -> f64>(
    [real, made, test]: &[Features; 3],
    seeds: u32,
    train: impl Fn(&Features, u64) -> T,
) -> Accuracies {
    let mut found = Accuracies::default();
    for seed in 0..u64::from(seeds) {
        let scaling = real.scaling();
        let accuracy = train(&real.scaled(&scaling), seed);
        found.real.seeds.push(accuracy(&test.scaled(&scaling)));
        found.trts.seeds.push(accuracy(&made.scaled(&scaling)));
        let scaling = made.scaling();
        let accuracy = train(&made.scaled(&scaling), seed);
        found.tstr.seeds.push(accuracy(&test.scaled(&scaling)));
    }
    found
}

impl RowUtility {
    /// Adds to a verdict whether the set can take the real rows' place.
    pub(super) fn add_to(&self, verdict: &mut Verdict) {
        let kinds = [&self.logistic, &self.mlp];
        let replaces = kinds.iter().all(|of| of.tstr.mean() >= of.real.mean() - LOSS);
        verdict.replaces = Some(replaces);
        let of = |accuracy: &Accuracy| format!("{:.1}", 100.0 * accuracy.mean());
        let sentence = format!(
            "; models that learn from it get {} % (logistic regression) and {} % (MLP) of {} real \
             rows right, where the real training rows teach {} and {} %.",
            of(&self.logistic.tstr),
            of(&self.mlp.tstr),
            self.test,
            of(&self.logistic.real),
            of(&self.mlp.real)
        );
        verdict.sentence = verdict.sentence.trim_end_matches('.').to_owned() + &sentence;
    }
}
