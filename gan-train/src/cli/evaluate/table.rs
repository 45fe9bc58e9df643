//! The report as text.

use super::super::thousands;
use gan_tools::numbers::fixed;
use gan_train::judge::evaluate::JudgedBy;
use gan_train::judge::large::LargeDistance;
use gan_train::judge::memorization::Nearness;
use gan_train::judge::utility::{Accuracies, Accuracy, Utility};
use gan_train::judge::{Quick, Report, Scores};

/// The report as a table of scores and a few lines around it.
pub fn text(report: &Report) -> String {
    let columns: Vec<(&str, &Scores)> = [
        ("float", report.float.as_ref()),
        ("int8", report.int8.as_ref()),
        ("images", report.images.as_ref()),
        ("real data", Some(&report.real)),
    ]
    .into_iter()
    .filter_map(|(name, scores)| scores.map(|scores| (name, scores)))
    .collect();
    let mut lines = head(report);
    lines.extend(rows(&columns));
    lines.extend(labels(&columns, report));
    if let Some(utility) = &report.utility {
        lines.extend(classifiers(utility));
    }
    for (name, scores) in columns.iter().filter(|(name, _)| *name != "real data") {
        lines.push(format!("{name:<22} {}", scores.memorization.verdict()));
    }
    lines.join("\n") + "\n"
}

fn count(number: usize) -> String {
    thousands(number as u64)
}

/// What was judged by what.
fn head(report: &Report) -> Vec<String> {
    let kind = match report.judged_by {
        JudgedBy::Test => "test images",
        JudgedBy::HeldOut => "training images that the run held out",
        JudgedBy::Tenth => "training images (there are no test images)",
    };
    let classifier = &report.classifier;
    let right = report.classifier_accuracy.map_or("accuracy not known".into(), |accuracy| {
        format!("{accuracy:.4} of the images to judge by right")
    });
    let mut lines = vec![
        format!(
            "{} against {}: seed {}, judged by {} {kind}, beside {} training images",
            report.model,
            report.data,
            report.seed,
            count(report.reference),
            count(report.training)
        ),
        format!(
            "classifier             {right} ({} steps, seed {})",
            thousands(classifier.steps),
            classifier.seed
        ),
    ];
    match &report.agreement {
        Some(a) => lines.push(format!(
            "int8 against float     mean {:.3}, 99.9 % within {}, at most {} \
             (of 255; {} images, seed {})",
            a.mean,
            a.p999,
            a.max,
            count(a.images),
            a.seed
        )),
        None if report.images.is_none() => {
            lines.push("int8 against float     not measured: no run folder (--run DIR)".into())
        }
        None => {}
    }
    lines.push(String::new());
    lines
}

/// A row a score.
fn rows(columns: &[(&str, &Scores)]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = |name: &str, better: &str, cells: Vec<String>| {
        let cells: String = cells.iter().map(|cell| format!("{cell:>11}")).collect();
        lines.push(format!("{name:<31}{cells}   {better}").trim_end().to_owned());
    };
    line("", "better", columns.iter().map(|(name, _)| (*name).into()).collect());
    let mut row = |name: &str, better: &str, cell: &dyn Fn(&Scores) -> String| {
        line(name, better, columns.iter().map(|(_, scores)| cell(scores)).collect());
    };
    row("images", "", &|scores| count(scores.samples));
    row("Fréchet distance", "lower", &|scores| fixed(scores.quick.fd, 2));
    let large = |of: fn(&LargeDistance) -> String| {
        move |scores: &Scores| scores.large.as_ref().map_or("-".into(), of)
    };
    if let Some(large_distance) = columns[0].1.large {
        let name = format!("  of {} images", count(large_distance.images));
        row(&name, "lower", &large(|large| fixed(large.fd, 2)));
        row("  that, over real data's", "1", &large(|large| fixed(large.times_real, 1)));
    }
    row("coverage", "higher", &|scores| fixed(scores.quick.coverage, 3));
    row("recall", "higher", &|scores| fixed(scores.quick.recall, 3));
    row("precision", "higher", &|scores| fixed(scores.quick.precision, 3));
    row("density", "higher", &|scores| fixed(scores.quick.density, 3));
    row("log-likelihood, nats", "higher", &|scores| fixed(scores.quick.log_likelihood, 1));
    row("  Parzen sigma", "", &|scores| fixed(scores.quick.sigma, 3));
    row("conditional accuracy", "higher", &|scores| {
        scores.quick.conditional_accuracy.map_or("-".into(), |accuracy| fixed(accuracy, 4))
    });
    row("class KL to uniform, nats", "lower", &|scores| fixed(scores.quick.class_kl, 4));
    type Space = fn(&Scores) -> &Nearness;
    let spaces: [(&str, Space); 2] = [
        ("distance to training images", |scores| &scores.memorization.pixels),
        ("the same in features", |scores| &scores.memorization.features),
    ];
    for (name, of) in spaces {
        row(name, "", &|scores| format!("{:.3}", of(scores).distance));
        row("  over held-out images' own", "", &|scores| format!("{:.3}", of(scores).ratio));
        row("  over training images' own", "", &|scores| {
            format!("{:.3}", of(scores).ratio_to_training)
        });
    }
    row("copies", "lower", &|scores| {
        format!("{} of {}", scores.memorization.copies, count(scores.memorization.images))
    });
    lines.push(String::new());
    lines
}

/// Labels that are shown one by one, at most.
const LABELS: usize = 20;

/// Images, coverage and recall of each label.
fn labels(columns: &[(&str, &Scores)], report: &Report) -> Vec<String> {
    let classes = usize::from(report.classifier.classes);
    if classes > LABELS {
        return Vec::new();
    }
    let part = |part: &Option<f64>| part.map_or("-".into(), |part| format!("{part:.2}"));
    let line = |name: &str, cells: Vec<String>| {
        let cells: String = cells.iter().map(|cell| format!("{cell:>7}")).collect();
        format!("{name:<22}{cells}")
    };
    let name = |label: usize| report.label_names.get(label).cloned().unwrap_or(label.to_string());
    let short = |label: usize| name(label).chars().take(6).collect::<String>();
    let mut lines = vec![line("label", (0..classes).map(short).collect())];
    for (column, scores) in columns {
        let Quick { class_histogram, class_coverage, class_recall, .. } = &scores.quick;
        let images = class_histogram.iter().map(usize::to_string).collect();
        lines.push(line(&format!("{column}: images"), images));
        lines.push(line("  coverage", class_coverage.iter().map(part).collect()));
        lines.push(line("  recall", class_recall.iter().map(part).collect()));
    }
    lines.push(String::new());
    lines
}

/// What classifiers learn from synthetic and from real images: means of their seeds, and the
/// standard deviation of one.
fn classifiers(Utility { images, test, mlp, cnn }: &Utility) -> Vec<String> {
    let mut lines = vec![
        format!(
            "classifiers, each trained on {} images and tested on {}: part that is right",
            thousands(*images as u64),
            thousands(*test as u64)
        ),
        format!("{:<31}{:>20}{:>20}", "", "MLP", "CNN"),
    ];
    let cell =
        |accuracy: &Accuracy| format!("{:.4} +- {:.4}", accuracy.mean(), accuracy.deviation());
    type Row = fn(&Accuracies) -> &Accuracy;
    let rows: [(&str, Row); 4] = [
        ("synthetic, tested on real: TSTR", |of| &of.tstr),
        ("  with new images every epoch", |of| &of.tstr_fresh),
        ("real, tested on synthetic: TRTS", |of| &of.trts),
        ("real, tested on real", |of| &of.real),
    ];
    for (name, row) in rows.into_iter().filter(|(_, row)| !row(mlp).is_empty()) {
        lines.push(format!("{name:<31}{:>20}{:>20}", cell(row(mlp)), cell(row(cnn))));
    }
    lines.push(String::new());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classifiers_have_a_row_for_what_they_were_shown() {
        let of = |seeds: &[f64]| Accuracy { seeds: seeds.to_vec() };
        let mlp = Accuracies {
            tstr: of(&[0.4, 0.5, 0.6]),
            tstr_fresh: of(&[0.7]),
            trts: of(&[0.8]),
            real: of(&[0.9]),
        };
        let utility = Utility { images: 60_000, test: 10_000, cnn: mlp.clone(), mlp };
        let lines = classifiers(&utility);
        assert!(lines[0].contains("60,000 images and tested on 10,000"), "{}", lines[0]);
        for (line, name, figure) in [
            (2, "synthetic, tested on real: TSTR", "0.5000 +- 0.1000"),
            (3, "  with new images every epoch", "0.7000 +- 0.0000"),
            (4, "real, tested on synthetic: TRTS", "0.8000 +- 0.0000"),
            (5, "real, tested on real", "0.9000 +- 0.0000"),
        ] {
            let line = &lines[line];
            assert!(line.starts_with(name) && line.matches(figure).count() == 2, "{line}");
        }
    }
}
