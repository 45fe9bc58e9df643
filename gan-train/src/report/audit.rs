//! The data sheet of a synthetic set, as a page.

use super::chart;
use super::html::{escape, figure, page as whole, section, table, tiles};
use crate::judge::audit::closest::Closest;
use crate::judge::audit::{Audit, Verdict};
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
const RULES: &str = "A sign of a leak is any of four things: a synthetic image that equals a \
                     training image, while no held-out one does; more copies but for rounding than \
                     chance allows beside the held-out images; twice as many images nearer than \
                     the held-out images' 5th percentile as there should be, and more than chance \
                     allows; an attack whose interval lies above 0.5 and above that of the \
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
    let Audit { attack, scores, closest, .. } = audit;
    let [made, training, held_out] = audit.images.map(count);
    let mut numbers = vec![
        ("Attack, area (0.5 is a guess)", fixed(attack.auc, 3)),
        ("Nearer than 5 % of held-out", percent(closest.nearer)),
        ("Exact copies", count(audit.duplicates.of_training)),
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

/// A table of distances to the closest training image, of synthetic images and held-out ones, and
/// `more` rows.
pub(super) fn distances(closest: &Closest, more: Vec<Vec<String>>) -> String {
    let (made, held_out) = (&closest.synthetic, &closest.held_out);
    let head = ["Distance to the closest training image", "Synthetic", "Held-out real"];
    let mut rows = vec![
        vec!["Images".into(), count(made.images), count(held_out.images)],
        vec!["Smallest".into(), fixed(made.least, 3), fixed(held_out.least, 3)],
        vec!["5th percentile".into(), fixed(made.fifth, 3), fixed(held_out.fifth, 3)],
        vec!["Median".into(), fixed(made.median, 3), fixed(held_out.median, 3)],
        vec!["Mean".into(), fixed(made.mean, 3), fixed(held_out.mean, 3)],
        vec![
            "Nearer than the held-out images' 5th percentile".into(),
            format!(
                "{}<small>up to {} by chance</small>",
                percent(closest.nearer),
                percent(closest.by_chance)
            ),
            "5.0 %".into(),
        ],
        vec!["Copies but for rounding".into(), count(made.copies), count(held_out.copies)],
    ];
    rows.extend(more);
    table(&head.map(str::to_owned), &rows)
}

/// Whether the set gives training images away.
fn given_away(audit: &Audit) -> Result<String> {
    let Audit { closest, attack, control, duplicates, .. } = audit;
    let exact = ["Exact copies, of all images".into()].into_iter();
    let exact = exact.chain([duplicates.of_training, duplicates.held_out].map(count)).collect();
    let distances = distances(closest, vec![exact]);
    let head = ["Attack by the nearest image", "Area", "95 % interval", "Members", "Others"];
    let row = |name: &str, of: &crate::judge::audit::attack::Attack| {
        vec![
            name.to_owned(),
            fixed(of.auc, 3),
            format!("{} to {}", fixed(of.low, 3), fixed(of.high, 3)),
            count(of.members),
            count(of.non_members),
        ]
    };
    let rows = [
        row("On the synthetic images", attack),
        row("Control: on real images that are neither", control),
    ];
    let attacks = table(&head.map(str::to_owned), &rows);
    let twins = format!(
        "<p class=\"lead\">{} of {} synthetic images repeat an earlier one exactly, and {} of {} \
         have another one near; {} of {} training images repeat an earlier one.</p>\n",
        count(duplicates.within),
        count(audit.images[0]),
        count(duplicates.near_within),
        count(duplicates.near_of),
        count(duplicates.within_training),
        count(audit.images[1])
    );
    let columns = closest.pairs.len().max(1);
    let pairs = figure(
        &grid::picture(&audit.pictures.closest, columns),
        "Above: the synthetic images that are nearest to a training image, the nearest first; \
         below: those training images.",
        "The closest pairs",
    )?;
    let chart = chart::distances(&closest.synthetic.sorted, &closest.held_out.sorted);
    let body = format!("<div class=\"charts\">\n{chart}</div>\n{distances}{attacks}{twins}{pairs}");
    let lead = if audit.unseen {
        "Held-out images show how near a real image is that the generator did not see."
    } else {
        "Careful: the held-out images are a part of the real ones, because none were given, and \
         the generator may have seen them. Then the attack finds no difference, whatever there is: \
         --held-out takes images that were kept from it."
    };
    Ok(section("Does it give training images away?", lead, &body))
}
