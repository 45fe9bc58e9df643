//! The report as text.

use super::super::thousands;
use gan_tools::numbers::fixed;
use gan_train::judge::{Report, Scores};

/// The report as a table of scores and a few lines around it.
pub fn text(report: &Report) -> String {
    let Report {
        model,
        data,
        seed,
        reference,
        training,
        classifier,
        classifier_accuracy,
        agreement,
        int8,
        float,
        real,
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
        let counts: Vec<String> =
            scores.quick.class_histogram.iter().map(usize::to_string).collect();
        lines.push(format!("images of each label, {name:<10} {}", counts.join(" ")));
    }
    for (name, scores) in columns.iter().filter(|(name, _)| *name != "real data") {
        lines.push(format!("{name:<22} {}", scores.memorization.verdict()));
    }
    lines.join("\n") + "\n"
}
