//! The report as text.

use super::super::thousands;
use gan_tools::numbers::fixed;
use gan_train::judge::utility::{Accuracies, Accuracy, Utility};
use gan_train::judge::{Report, Scores};

/// The report as a table of scores and a few lines around it.
pub fn text(report: &Report) -> String {
    let Report {
        model,
        data,
        label_names,
        seed,
        reference,
        training,
        classifier,
        classifier_accuracy,
        agreement,
        int8,
        float,
        real,
        utility,
    } = report;
    let count = |number: usize| thousands(number as u64);
    let mut lines = vec![
        format!(
            "{model} against {data}: seed {seed}, judged by {} held-out images, {} training images",
            count(*reference),
            count(*training)
        ),
        format!(
            "classifier             {classifier_accuracy:.4} of the held-out images right \
             ({} steps, seed {})",
            thousands(classifier.steps),
            classifier.seed
        ),
        match agreement {
            Some(a) => format!(
                "int8 against float     mean {:.3}, 99.9 % within {}, \
                 at most {} (of 255; {} images, seed {})",
                a.mean,
                a.p999,
                a.max,
                count(a.images),
                a.seed
            ),
            None => "int8 against float     not measured: no run folder (--run DIR)".into(),
        },
        String::new(),
    ];
    let columns: Vec<(&str, &Scores)> =
        [("float", float.as_ref()), ("int8", int8.as_ref()), ("real data", Some(real))]
            .into_iter()
            .filter_map(|(name, scores)| scores.map(|scores| (name, scores)))
            .collect();
    let mut row = |name: &str, better: &str, cell: &dyn Fn(&Scores) -> String| {
        let cells: String =
            columns.iter().map(|(_, scores)| format!("{:>11}", cell(scores))).collect();
        lines.push(format!("{name:<31}{cells}   {better}").trim_end().to_owned());
    };
    row("", "better", &|scores| {
        columns
            .iter()
            .find(|(_, other)| std::ptr::eq(*other, scores))
            .map_or("", |column| column.0)
            .into()
    });
    row("images", "", &|scores| count(scores.samples));
    row("Fréchet distance", "lower", &|scores| fixed(scores.quick.fd, 2));
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
    row("distance to training images", "", &|scores| {
        format!("{:.3}", scores.memorization.distance)
    });
    row("  over held-out images' own", "", &|scores| format!("{:.3}", scores.memorization.ratio));
    row("  over training images' own", "", &|scores| {
        format!("{:.3}", scores.memorization.ratio_to_training)
    });
    row("  copies", "lower", &|scores| {
        format!("{} of {}", scores.memorization.copies, count(scores.memorization.images))
    });
    lines.push(String::new());
    for (name, scores) in &columns {
        let counts = scores.quick.class_histogram.iter().enumerate();
        let counts: Vec<String> = counts
            .map(|(label, count)| match label_names.get(label) {
                Some(name) => format!("{name}: {count}"),
                None => count.to_string(),
            })
            .collect();
        lines.push(format!(
            "images of each label, {name:<10} {}",
            counts.join(if label_names.is_empty() { " " } else { ", " })
        ));
    }
    if let Some(utility) = utility {
        lines.extend(classifiers(utility));
    }
    for (name, scores) in columns.iter().filter(|(name, _)| *name != "real data") {
        lines.push(format!("{name:<22} {}", scores.memorization.verdict()));
    }
    lines.join("\n") + "\n"
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
    for (name, row) in rows {
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
