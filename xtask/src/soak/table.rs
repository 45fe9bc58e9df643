//! The records as a table of Markdown: means over the training seeds, and standard deviations.

use super::record::Record;

/// A column: its head, the score's name, and digits after the point. `%` stands for a fraction that
/// is shown in percent.
const COLUMNS: [(&str, &str, &str); 7] = [
    ("TSTR, MLP", "tstr_mlp", "%"),
    ("TSTR, CNN", "tstr_cnn", "%"),
    ("recall", "recall", "3"),
    ("coverage", "coverage", "3"),
    ("FD", "fd", "2"),
    ("FD of 25,000, times real data's", "fd_large_times_real", "1"),
    ("labels right", "conditional_accuracy", "%"),
];

/// Returns a row for each of these models that has records, and one for the real images of each
/// data set.
pub fn markdown(records: &[Record], models: &[&str]) -> String {
    let heads = COLUMNS.map(|(head, ..)| head);
    let mut lines = vec![
        format!("| model | seeds | {} | minutes |", heads.join(" | ")),
        format!("|{}", "---|".repeat(COLUMNS.len() + 3)),
    ];
    for &model in models {
        let of_model: Vec<&Record> =
            records.iter().filter(|record| record.model == model).collect();
        if of_model.is_empty() {
            continue;
        }
        let cells = COLUMNS.map(|(_, name, form)| {
            let values = of_model.iter().filter_map(|record| record.scores.get(name)).copied();
            cell(&values.collect::<Vec<f64>>(), form)
        });
        let minutes: Vec<f64> = of_model.iter().map(|record| record.seconds / 60.0).collect();
        lines.push(format!(
            "| `{model}` | {} | {} | {:.1} |",
            of_model.len(),
            cells.join(" | "),
            mean(&minutes)
        ));
        let real = COLUMNS.map(|(_, name, form)| {
            cell(&of_model[0].real.get(name).copied().into_iter().collect::<Vec<f64>>(), form)
        });
        let real = format!("| real data | | {} | |", real.join(" | "));
        // Models of one data set have the same real images.
        if !lines.contains(&real) {
            lines.push(real);
        }
    }
    lines.join("\n") + "\n"
}

/// Returns a mean, and the standard deviation if there are several values.
fn cell(values: &[f64], form: &str) -> String {
    if values.is_empty() {
        return "-".into();
    }
    let (factor, digits) = match form.parse::<usize>() {
        Ok(digits) => (1.0, digits),
        Err(_) => (100.0, 2),
    };
    let center = mean(values);
    let text = format!("{:.digits$}", factor * center);
    if values.len() == 1 {
        return text;
    }
    let squares: f64 = values.iter().map(|value| (value - center).powi(2)).sum();
    let deviation = (squares / (values.len() - 1) as f64).sqrt();
    format!("{text} ± {:.digits$}", factor * deviation)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_means_and_deviations() {
        let record = |model: &str, seed: u64, tstr: f64| Record {
            model: model.into(),
            seed,
            seconds: 60.0 * (seed + 1) as f64,
            scores: [("tstr_mlp", tstr), ("recall", 0.5)].map(|(n, v)| (n.to_owned(), v)).into(),
            real: [("tstr_mlp".to_owned(), 0.98)].into(),
        };
        let records = [record("a", 0, 0.9), record("a", 1, 0.94), record("b", 0, 0.8)];
        let table = markdown(&records, &["a", "b", "c"]);
        let lines: Vec<&str> = table.lines().skip(2).collect();
        let dashes = "- | - | - | -";
        // Mean 0.92; deviations 0.02 twice: the root of 0.0008.
        assert_eq!(
            lines,
            [
                &*format!("| `a` | 2 | 92.00 ± 2.83 | - | 0.500 ± 0.000 | {dashes} | 1.5 |"),
                &*format!("| real data | | 98.00 | - | - | {dashes} | |"),
                &*format!("| `b` | 1 | 80.00 | - | 0.500 | {dashes} | 1.0 |"),
            ]
        );
    }
}
