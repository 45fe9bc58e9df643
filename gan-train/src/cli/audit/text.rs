//! A data sheet as text.

use super::super::thousands;
use gan_tools::numbers::fixed;
use gan_train::judge::audit::Audit;
use gan_train::judge::audit::attack::Attack;
use gan_train::judge::utility::Accuracy;
use gan_train::report::audit::NO_PROMISE;

fn count(number: usize) -> String {
    thousands(number as u64)
}

/// A line a figure, the verdict, and what it does not promise.
pub fn text(audit: &Audit) -> String {
    let Audit { closest, duplicates, scores, real_scores, .. } = audit;
    let [made, training, held_out] = audit.images.map(count);
    let mut lines = vec![format!(
        "{}: {made} images, beside {training} training images of {} and {held_out} held-out ones \
         ({})",
        audit.synthetic, audit.real, audit.held_out
    )];
    let mut line = |name: &str, value: String| lines.push(format!("{name:<40}{value}"));
    let pair = |made: f64, real: f64| {
        format!("{} (as many real ones: {})", fixed(made, 3), fixed(real, 3))
    };
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
    let (of_made, of_held_out) = (&closest.synthetic, &closest.held_out);
    let means = (fixed(of_made.mean, 3), fixed(of_held_out.mean, 3));
    line("mean distance to the closest record", format!("{} (held-out: {})", means.0, means.1));
    line(
        "nearer than held-out's 5th percentile",
        format!(
            "{:.1} % (5 % is as it should be, {:.1} % by chance)",
            100.0 * closest.nearer,
            100.0 * closest.by_chance
        ),
    );
    let attack = |of: &Attack| {
        format!("{} ({} to {})", fixed(of.auc, 3), fixed(of.low, 3), fixed(of.high, 3))
    };
    line("membership attack, area (0.5: no leak)", attack(&audit.attack));
    line("  control: on real images", attack(&audit.control));
    let copies = format!(
        "{} exact, {} of {} but for rounding",
        count(duplicates.of_training),
        count(of_made.copies),
        count(of_made.images)
    );
    line("copies of training images", copies);
    let twins = format!(
        "{} exact, {} of {} near",
        count(duplicates.within),
        count(duplicates.near_within),
        count(duplicates.near_of)
    );
    line("images that are there twice", twins);
    lines.push(format!("\n{}\n\n{NO_PROMISE}", audit.verdict.sentence));
    lines.join("\n") + "\n"
}
