//! What is told of the records: means over the training seeds, and standard deviations.

use super::record::Record;
use super::{REAL, Recipe};

/// A score: its head in the table, its name, and digits after the point. `%` stands for a fraction
/// that is shown in percent.
const COLUMNS: [(&str, &str, &str); 6] = [
    ("TSTR, MLP", "tstr_mlp", "%"),
    ("TSTR, CNN", "tstr_cnn", "%"),
    ("recall", "recall", "3"),
    ("coverage", "coverage", "3"),
    ("FD of 25,000, times real data's", "fd_large_times_real", "1"),
    ("labels right", "conditional_accuracy", "%"),
];

/// Returns a table of Markdown: a row for each of these models that has records, and one for the
/// real images of each data set.
pub fn markdown(records: &[Record], recipes: &[&Recipe]) -> String {
    let heads = COLUMNS.map(|(head, ..)| head);
    let mut table = format!("| model | seeds | {} |\n", heads.join(" | "));
    table += &format!("|{}\n", "---|".repeat(COLUMNS.len() + 2));
    for recipe in recipes {
        let of_model = of(records, recipe.model);
        if of_model.is_empty() {
            continue;
        }
        let cells = COLUMNS.map(|(_, name, form)| cell(&values(&of_model, name), form));
        let (model, seeds) = (recipe.model, of_model.len());
        table += &format!("| `{model}` | {seeds} | {} |\n", cells.join(" | "));
    }
    for (data, images) in REAL {
        let of_data = |record: &&Record| {
            recipes.iter().any(|recipe| recipe.model == record.model && recipe.data == data)
        };
        if let Some(record) = records.iter().find(of_data) {
            let cells = COLUMNS.map(|(_, name, form)| match record.real.get(name) {
                Some(value) => cell(&[*value], form),
                None => String::new(),
            });
            table += &format!("| {images} | | {} |\n", cells.join(" | "));
        }
    }
    table
}

/// Returns what a model's card says of its records: how many there are, and of each score the mean
/// and, of several seeds, the standard deviation.
pub fn summary(records: &[Record], model: &str) -> toml::Table {
    let of_model = of(records, model);
    let mut summary = toml::Table::new();
    if of_model.is_empty() {
        return summary;
    }
    summary.insert("count".into(), toml::Value::Integer(of_model.len() as i64));
    for (_, name, _) in COLUMNS {
        let values = values(&of_model, name);
        let numbers = [Some(mean(&values)), deviation(&values)].into_iter().flatten();
        let numbers = numbers.map(|number| toml::Value::Float((number * 1e4).round() / 1e4));
        summary.insert(name.into(), numbers.collect::<Vec<_>>().into());
    }
    summary
}

fn of<'r>(records: &'r [Record], model: &str) -> Vec<&'r Record> {
    records.iter().filter(|record| record.model == model).collect()
}

fn values(records: &[&Record], name: &str) -> Vec<f64> {
    records.iter().filter_map(|record| record.scores.get(name)).copied().collect()
}

/// Returns a mean, and the standard deviation if there are several values.
fn cell(values: &[f64], form: &str) -> String {
    let (factor, digits, unit) = match form.parse::<usize>() {
        Ok(digits) => (1.0, digits, ""),
        Err(_) => (100.0, 1, " %"),
    };
    if values.is_empty() {
        return "-".into();
    }
    let spread = deviation(values)
        .map(|deviation| format!(" ± {:.digits$}", factor * deviation))
        .unwrap_or_default();
    format!("{:.digits$}{spread}{unit}", factor * mean(values))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Returns the standard deviation of a sample, which a single value does not have.
fn deviation(values: &[f64]) -> Option<f64> {
    let center = mean(values);
    let squares: f64 = values.iter().map(|value| (value - center).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (values.len() - 1) as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(model: &str, seed: u64, tstr: f64) -> Record {
        Record {
            model: model.into(),
            seed,
            seconds: 60.0,
            scores: [("tstr_mlp", tstr), ("recall", 0.5)].map(|(n, v)| (n.to_owned(), v)).into(),
            real: [("tstr_mlp".to_owned(), 0.98)].into(),
        }
    }

    #[test]
    fn rows_have_means_and_deviations() {
        let records = [record("a", 0, 0.9), record("a", 1, 0.94), record("b", 0, 0.8)];
        let recipes = [Recipe::of("a", "digits"), Recipe::of("b", "digits")];
        let missing = Recipe::of("c", "mnist");
        let table = markdown(&records, &[&recipes[0], &recipes[1], &missing]);
        let lines: Vec<&str> = table.lines().skip(2).collect();
        // Mean 0.92; deviations 0.02 twice: the root of 0.0008.
        assert_eq!(
            lines,
            [
                "| `a` | 2 | 92.0 ± 2.8 % | - | 0.500 ± 0.000 | - | - | - |",
                "| `b` | 1 | 80.0 % | - | 0.500 | - | - | - |",
                "| real 8x8 digits | | 98.0 % |  |  |  |  |  |",
            ]
        );
    }

    #[test]
    fn a_card_has_the_mean_and_the_deviation_of_several_seeds() {
        let records = [record("a", 0, 0.9), record("a", 1, 0.94), record("b", 0, 0.8)];
        let text = |model| toml::to_string(&summary(&records[..], model)).unwrap();
        assert!(text("a").contains("count = 2\n") && text("a").contains("[0.92, 0.0283]"));
        assert!(text("b").contains("tstr_mlp = [0.8]\n"));
        assert_eq!(text("c"), "");
    }
}
