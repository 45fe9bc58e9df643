//! The charts that pages about one run and about several have in common.

use super::chart::{Chart, Curve, Span};
use super::history::History;
use super::measures;
use crate::config::TaskConfig;
use crate::train::metrics::Record;

/// What a curve shows of a record.
type Value = fn(&Record) -> f64;

/// A chart of one run: title, note, axis label, axis, whether its curves are noisy, and each
/// curve's name and value.
type Training<'c> = (&'c str, &'c str, &'c str, Span, bool, &'c [(&'c str, Value)]);
/// A chart of several runs: title, note, axis label, axis, and what each run's curve shows.
type Overlay<'c> = (&'c str, &'c str, &'c str, Span, Value);

const ACCURACY: &str =
    "The part of real and generated images that the discriminator tells right: 0.5 is guessing.";
const SLOPE: &str = "Of the discriminator's slope, with its weight.";

/// One run's losses, scores, penalty and rate.
pub fn training(history: &History) -> String {
    let losses: [(&str, Value); 2] =
        [("discriminator", |record| record.d_loss), ("generator", |record| record.g_loss)];
    let scores: [(&str, Value); 2] =
        [("real images", |record| record.d_real), ("generated images", |record| record.d_fake)];
    let penalties: [(&str, Value); 1] = [("penalty", |record| record.penalty)];
    let rates: [(&str, Value); 1] = [("rate", |record| record.rate)];
    let (score, score_unit, score_span) = if has_probabilities(history) {
        ("The discriminator's: 1 is real, 0 is generated.", "mean score", Span::AtLeast(0.0, 1.0))
    } else {
        ("The discriminator's logits: the larger, the more real.", "mean logit", Span::Data)
    };
    let accuracies: [(&str, Value); 1] = [("accuracy", |record| record.d_accuracy)];
    let charts: [Training<'_>; 5] = [
        ("Losses", "", "loss", Span::FromZero, true, &losses),
        ("Scores", score, score_unit, score_span, true, &scores),
        ("Accuracy", ACCURACY, "accuracy", Span::AtLeast(0.0, 1.0), true, &accuracies),
        ("Penalty", SLOPE, "penalty", Span::FromZero, true, &penalties),
        ("Rate", "The generator's.", "rate", Span::FromZero, false, &rates),
    ];
    let alone: [Training<'_>; 2] =
        [("Loss", "", "loss", Span::FromZero, true, &losses[1..]), charts[4]];
    let chart = |(title, note, unit, span, smooth, values): Training<'_>| {
        let curve = |(color, &(name, value)): (usize, &(&str, Value))| {
            curve(history, name, color, value, smooth)
        };
        let curves = values.iter().enumerate().map(curve).collect();
        Chart {
            title: title.into(),
            note: note.into(),
            unit: unit.into(),
            span,
            end: history.last_step(),
            curves,
        }
        .figure()
    };
    if has_game(history) { charts.map(chart).concat() } else { alone.map(chart).concat() }
}

/// Whether a discriminator is trained too.
pub fn has_game(history: &History) -> bool {
    history.run.config.task.as_ref().is_none_or(TaskConfig::is_adversarial)
}

/// Several runs' losses, scores and penalties, a curve a run.
pub fn trainings(histories: &[History]) -> String {
    let apart =
        match (histories.iter().any(has_probabilities), histories.iter().all(has_probabilities)) {
            (true, true) => "Mean score of real images less that of generated ones.",
            (true, false) => {
                "Mean score of real images less that of generated ones. Scores are probabilities \
                 or logits, by the objective: only runs with one kind compare."
            }
            (false, _) => "Mean logit of real images less that of generated ones.",
        };
    let charts: [Overlay<'_>; 4] = [
        ("Generator's loss", "", "loss", Span::FromZero, |record| record.g_loss),
        ("Discriminator's loss", "", "loss", Span::FromZero, |record| record.d_loss),
        ("Scores apart", apart, "difference", Span::FromZero, |record| {
            record.d_real - record.d_fake
        }),
        ("Penalty", SLOPE, "penalty", Span::FromZero, |record| record.penalty),
    ];
    let chart = |(title, note, unit, span, value): Overlay<'_>| {
        let curve =
            |(color, history): (usize, &History)| curve(history, &history.name, color, value, true);
        let curves = histories.iter().enumerate().map(curve).collect();
        Chart {
            title: title.into(),
            note: note.into(),
            unit: unit.into(),
            span,
            end: end(histories),
            curves,
        }
        .figure()
    };
    let shown = if histories.iter().any(has_game) { &charts[..] } else { &charts[..1] };
    shown.iter().copied().map(chart).collect()
}

/// Every measure of the runs' evaluations; a ring marks a run's chosen step.
pub fn quality(histories: &[History]) -> String {
    let chart = |measure: measures::Measure| {
        let curve = |(color, history): (usize, &History)| Curve {
            name: if histories.len() == 1 { measure.title.into() } else { history.name.clone() },
            color,
            points: history
                .evaluations
                .iter()
                .filter_map(|at| Some((at.step, measure.of(at)?)))
                .collect(),
            chosen: history.chosen().map(|chosen| chosen.step),
            smooth: false,
        };
        let curves = histories.iter().enumerate().map(curve).collect();
        let note = measure.explanation();
        Chart {
            title: measure.title.into(),
            note,
            unit: measure.unit.into(),
            span: measure.span,
            end: end(histories),
            curves,
        }
        .figure()
    };
    measures::present(histories).into_iter().map(chart).collect()
}

fn has_probabilities(history: &History) -> bool {
    history.run.config.training.objective.has_probabilities()
}

fn end(histories: &[History]) -> u64 {
    histories.iter().map(History::last_step).max().unwrap_or(0)
}

fn curve(history: &History, name: &str, color: usize, value: Value, smooth: bool) -> Curve {
    let points = history.records.iter().map(|record| (record.step, value(record))).collect();
    Curve { name: name.into(), color, points, chosen: None, smooth }
}
