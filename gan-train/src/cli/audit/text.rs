//! A data sheet as text.

use super::super::thousands;
use gan_tools::numbers::fixed;
use gan_train::judge::audit::attack::Attack;
use gan_train::judge::audit::{Audit, Privacy};
use gan_train::judge::table::TableSheet;
use gan_train::judge::utility::{Accuracies, Accuracy};
use gan_train::report::audit::NO_PROMISE;

fn count(number: usize) -> String {
    thousands(number as u64)
}

/// A line a figure, the verdict, and what it does not promise.
pub fn text(audit: &Audit) -> String {
    let Audit { scores, real_scores, .. } = audit;
    let sets = [&audit.synthetic, &audit.real, &audit.held_out];
    let mut lines = vec![head(sets.map(String::as_str), audit.images, "image")];
    let mut line = |name: &str, value: String| lines.push(named(name, value));
    line("coverage", pair(scores.quick.coverage, real_scores.quick.coverage));
    line("recall", pair(scores.quick.recall, real_scores.quick.recall));
    if let Some(utility) = &audit.utility {
        let both = |mlp: &Accuracy, cnn: &Accuracy| {
            format!("{} MLP, {} CNN", fixed(mlp.mean(), 4), fixed(cnn.mean(), 4))
        };
        let (mlp, cnn) = (&utility.mlp, &utility.cnn);
        line("trained on synthetic, tested on real", both(&mlp.tstr, &cnn.tstr));
        line("trained on real, tested on synthetic", both(&mlp.trts, &cnn.trts));
        line("trained on real, tested on real", both(&mlp.real, &cnn.real));
        if let Some(few) = &audit.few {
            let name = format!("{} real images alone", count(few.real));
            line(&name, both(&few.mlp.alone, &few.cnn.alone));
            let with = both(&few.mlp.with_synthetic, &few.cnn.with_synthetic);
            line(&format!("  with {} synthetic ones", count(few.synthetic)), with);
        }
    }
    lines.extend(of_privacy(&audit.privacy, "image"));
    lines.push(format!("\n{}\n\n{NO_PROMISE}", audit.verdict.sentence));
    lines.join("\n") + "\n"
}

/// What was compared: the names of the synthetic, the real and the held-out records, how many there
/// are of each, and what one is called.
fn head([synthetic, real, held_out]: [&str; 3], records: [usize; 3], one: &str) -> String {
    let [made, training, unseen] = records.map(count);
    format!(
        "{synthetic}: {made} {one}s, beside {training} training {one}s of {real} and {unseen} \
         held-out ones ({held_out})"
    )
}

/// A score of the synthetic records, and that of as many real ones.
fn pair(made: f64, real: f64) -> String {
    format!("{} (as many real ones: {})", fixed(made, 3), fixed(real, 3))
}

/// A figure after its name.
fn named(name: &str, value: String) -> String {
    format!("{name:<40}{value}")
}

/// The same of a table's or a series' sheet.
pub fn of_rows(sheet: &TableSheet) -> String {
    let one = if sheet.window > 1 { "window" } else { "row" };
    let sets = [&sheet.synthetic, &sheet.real, &sheet.held_out];
    let mut lines = vec![head(sets.map(String::as_str), sheet.rows, one)];
    let mut line = |name: &str, value: String| lines.push(named(name, value));
    line("coverage", pair(sheet.scores.coverage, sheet.real_scores.coverage));
    line("recall", pair(sheet.scores.recall, sheet.real_scores.recall));
    if let Some(utility) = &sheet.utility {
        let both = |of: fn(&Accuracies) -> &Accuracy| {
            let [logistic, mlp] = [&utility.logistic, &utility.mlp].map(of);
            let deviation = mlp.deviation();
            format!(
                "{} logistic regression, {} ± {} MLP",
                fixed(logistic.mean(), 4),
                fixed(mlp.mean(), 4),
                fixed(deviation, 4)
            )
        };
        line("trained on synthetic, tested on real", both(|of| &of.tstr));
        line("trained on real, tested on synthetic", both(|of| &of.trts));
        line("trained on real, tested on real", both(|of| &of.real));
    }
    line("correlations differ by, on average", fixed(sheet.correlations.difference, 3));
    let worst = sheet.columns.iter().max_by(|a, b| a.distance.total_cmp(&b.distance));
    if let Some(worst) = worst {
        let name = "distributions differ by, at most";
        line(name, format!("{} ({})", fixed(worst.distance, 3), worst.name));
    }
    lines.extend(of_privacy(&sheet.privacy, one));
    lines.push(format!("\n{}\n\n{NO_PROMISE}", sheet.verdict.sentence));
    lines.join("\n") + "\n"
}

/// What a set gives away, whose records are called `one`.
fn of_privacy(privacy: &Privacy, one: &str) -> Vec<String> {
    let Privacy { closest, attack, control, duplicates } = privacy;
    let (of_made, of_held_out) = (&closest.synthetic, &closest.held_out);
    let means = (fixed(of_made.mean, 3), fixed(of_held_out.mean, 3));
    let area = |of: &Attack| {
        format!("{} ({} to {})", fixed(of.auc, 3), fixed(of.low, 3), fixed(of.high, 3))
    };
    vec![
        named(
            "mean distance to the closest record",
            format!("{} (held-out: {})", means.0, means.1),
        ),
        named(
            "nearer than held-out's 5th percentile",
            format!(
                "{:.1} % (5 % is as it should be, {:.1} % by chance)",
                100.0 * closest.nearer,
                100.0 * closest.by_chance
            ),
        ),
        named("membership attack, area (0.5: no leak)", area(attack)),
        named(&format!("  control: on real {one}s"), area(control)),
        named(
            &format!("copies of training {one}s"),
            format!(
                "{} exact, {} of {} but for rounding",
                count(duplicates.of_training),
                count(of_made.copies),
                count(of_made.images)
            ),
        ),
        named(
            &format!("{one}s that are there twice"),
            format!(
                "{} exact, {} of {} near",
                count(duplicates.within),
                count(duplicates.near_within),
                count(duplicates.near_of)
            ),
        ),
    ]
}
