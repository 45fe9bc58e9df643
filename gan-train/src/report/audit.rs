//! The data sheet of a synthetic set, as a page.

pub(super) mod privacy;
pub mod rows;

use super::chart;
use super::html::{escape, figure, page as whole, section, table, tiles};
use crate::judge::audit::{Audit, Privacy, Verdict};
use crate::judge::utility::{Accuracy, Few, Utility};
use anyhow::Result;
use gan_tools::numbers::{fixed, thousands};
use gan_tools::picture::grid;

/// What the sheet does not say, in words: also below the command's text.
pub const NO_PROMISE: &str = "No differential privacy: nothing here bounds what another attack, or \
                              one with other knowledge, can find out. A record that is unlike all \
                              others may be given away though these figures are good, and a model \
                              trained on these records remains made of them.";

/// By what the verdict says that there is a leak.
const RULES: &str = "A sign of a leak is any of four things: a synthetic record that equals a \
                     training record, while no held-out one does; more copies but for rounding \
                     than chance allows beside the held-out ones; twice as many records nearer \
                     than the held-out ones' 5th percentile as there should be, and more than \
                     chance allows; an attack whose interval lies above 0.5 and above that of the \
                     control. docs/synthetic-data.md derives the formulas.";

/// The page, whole.
///
/// # Errors
///
/// A picture that cannot be a PNG file.
pub fn page(audit: &Audit) -> Result<String> {
    let body = [
        header(audit),
        section("Samples", "The first images of the set.", &samples(audit)?),
        worth(audit),
        given_away(audit)?,
        section("What this does not promise", "", &format!("<p class=\"lead\">{NO_PROMISE}</p>\n")),
        section(
            "By which rules the verdict is made",
            "",
            &format!("<p class=\"lead\">{RULES}</p>\n"),
        ),
    ]
    .concat();
    Ok(whole(&format!("Data sheet – {}", audit.synthetic), &body))
}

fn percent(part: f64) -> String {
    format!("{:.1} %", 100.0 * part)
}

fn count(number: usize) -> String {
    thousands(number as u64)
}

/// Names, the verdict, and the numbers that people ask for first.
fn header(audit: &Audit) -> String {
    let Audit { scores, privacy: Privacy { attack, closest, duplicates, .. }, .. } = audit;
    let [made, training, held_out] = audit.images.map(count);
    let mut numbers = vec![
        ("Attack, area (0.5 is a guess)", fixed(attack.auc, 3)),
        ("Nearer than 5 % of held-out", percent(closest.nearer)),
        ("Exact copies", count(duplicates.of_training)),
        ("Coverage", fixed(scores.quick.coverage, 3)),
        ("Recall", fixed(scores.quick.recall, 3)),
    ];
    if let Some(utility) = &audit.utility {
        numbers.push(("TSTR, CNN", percent(utility.cnn.tstr.mean())));
        numbers.push(("Real in its place, CNN", percent(utility.cnn.real.mean())));
    }
    if let Some(few) = &audit.few {
        numbers.push(("Few real images with it, CNN", percent(few.cnn.with_synthetic.mean())));
    }
    let sub = format!(
        "{made} synthetic images beside {training} training images of {} and {held_out} held-out \
         ones ({}).",
        audit.real, audit.held_out
    );
    let Verdict { sentence, .. } = &audit.verdict;
    format!(
        "<header>\n<p class=\"kind\">gan-train data sheet</p>\n<h1>{}</h1>\n\
         <p class=\"sub\">{}</p>\n<p class=\"sub\"><strong>{}</strong></p>\n</header>\n{}",
        escape(&audit.synthetic),
        escape(&sub),
        escape(sentence),
        tiles(&numbers)
    )
}

fn samples(audit: &Audit) -> Result<String> {
    let pictures = &audit.pictures;
    figure(&grid::picture(&pictures.synthetic, pictures.columns), "", "Synthetic images")
}

/// Whether the set stands in for real data.
fn worth(audit: &Audit) -> String {
    let head = ["", "Synthetic", "As many real ones"].map(str::to_owned);
    let (made, real) = (&audit.scores, &audit.real_scores);
    let row = |name: &str, of: &dyn Fn(&crate::judge::Scores) -> String| {
        vec![name.to_owned(), of(made), of(real)]
    };
    let rows = [
        row("Images", &|scores| count(scores.samples)),
        row("Fréchet distance", &|scores| fixed(scores.quick.fd, 2)),
        row("Coverage", &|scores| fixed(scores.quick.coverage, 3)),
        row("Recall", &|scores| fixed(scores.quick.recall, 3)),
        row("Precision", &|scores| fixed(scores.quick.precision, 3)),
        row("Labels that a classifier agrees with", &|scores| {
            scores.quick.conditional_accuracy.map_or("–".into(), percent)
        }),
    ];
    let classes: Vec<(u64, u64)> =
        audit.classes.iter().map(|&(_, made, training)| (made, training)).collect();
    let charts = chart::beside(["synthetic", "training images"], &classes)
        + &chart::covered(&made.quick.class_coverage, &made.quick.class_recall);
    let utility = audit.utility.as_ref().map_or(String::new(), taught);
    let few = audit.few.as_ref().map_or(String::new(), added);
    let body =
        format!("{}<div class=\"charts\">\n{charts}</div>\n{utility}{few}", table(&head, &rows));
    let lead = "Beside held-out real images: docs/evaluation.md says what the scores mean.";
    section("Can it stand in for real data?", lead, &body)
}

fn cell(accuracy: &Accuracy) -> String {
    let deviation = match accuracy.seeds.len() {
        0 | 1 => String::new(),
        _ => format!("<small>± {:.1}</small>", 100.0 * accuracy.deviation()),
    };
    format!("{}{deviation}", percent(accuracy.mean()))
}

/// What classifiers learn from it.
fn taught(Utility { images, test, mlp, cnn }: &Utility) -> String {
    let head = [
        format!(
            "Trained on {} synthetic images or on the training images, tested on {}",
            count(*images),
            count(*test)
        ),
        "MLP".into(),
        "CNN".into(),
    ];
    let rows = [
        ("Synthetic, tested on real (TSTR)", &mlp.tstr, &cnn.tstr),
        ("Real, tested on synthetic (TRTS)", &mlp.trts, &cnn.trts),
        ("Real, tested on real", &mlp.real, &cnn.real),
    ];
    table(&head, &rows.map(|(name, mlp, cnn)| vec![name.into(), cell(mlp), cell(cnn)]))
}

/// What it adds to few real images.
fn added(Few { real, synthetic, test, mlp, cnn }: &Few) -> String {
    let head = [format!("Tested on {} real images", count(*test)), "MLP".into(), "CNN".into()];
    let alone = format!("{} real images alone, in as many steps", count(*real));
    let with = format!("The same with {} synthetic ones", count(*synthetic));
    let rows = [(alone, &mlp.alone, &cnn.alone), (with, &mlp.with_synthetic, &cnn.with_synthetic)];
    table(&head, &rows.map(|(name, mlp, cnn)| vec![name, cell(mlp), cell(cnn)]))
}

/// Whether the set gives training images away.
fn given_away(audit: &Audit) -> Result<String> {
    let columns = audit.privacy.closest.pairs.len().max(1);
    let pairs = figure(
        &grid::picture(&audit.pictures.closest, columns),
        "Above: the synthetic images that are nearest to a training image, the nearest first; \
         below: those training images.",
        "The closest pairs",
    )?;
    let figures = privacy::figures(&audit.privacy, "image", audit.images);
    Ok(privacy::section(audit.unseen, "image", &(figures + &pairs)))
}
