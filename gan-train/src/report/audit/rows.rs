//! The data sheet of a synthetic table or series, as a page.

use super::{NO_PROMISE, RULES, cell, count, percent, privacy};
use crate::judge::prdc::Prdc;
use crate::judge::table::{ColumnSheet, Correlations, Lags, RowUtility, Summary, TableSheet};
use crate::report::chart::{self, Chart, Curve, Span};
use crate::report::html::{escape, page as whole, section, table, tiles};
use gan_tools::numbers::{fixed, value};
use std::fmt::Write;

/// Columns that have a chart, at most.
const CHARTS: usize = 60;
/// Rows and columns of a matrix that is drawn, at most.
const MATRIX: usize = 60;

/// The page, whole.
pub fn page(sheet: &TableSheet) -> String {
    let one = if sheet.window > 1 { "window" } else { "row" };
    let figures = privacy::figures(&sheet.privacy, one, sheet.rows);
    let body = [
        header(sheet, one),
        sections(sheet),
        privacy::section(sheet.unseen, one, &figures),
        section("What this does not promise", "", &format!("<p class=\"lead\">{NO_PROMISE}</p>\n")),
        section(
            "By which rules the verdict is made",
            "",
            &format!("<p class=\"lead\">{RULES}</p>\n"),
        ),
    ];
    whole(&format!("Data sheet – {}", sheet.synthetic), &body.concat())
}

/// What the rows are worth, their columns, and how these go together.
pub(in crate::report) fn sections(sheet: &TableSheet) -> String {
    let of_columns = columns(&sheet.columns) + &lags(&sheet.lags);
    worth(sheet) + &of_columns + &correlations(&sheet.correlations)
}

/// What models learn from the rows; nothing without labels.
pub(in crate::report) fn taught_tiles(sheet: &TableSheet) -> Vec<(&'static str, String)> {
    let Some(RowUtility { logistic, mlp, .. }) = &sheet.utility else { return Vec::new() };
    vec![
        ("TSTR, logistic regression", percent(logistic.tstr.mean())),
        ("Real in its place", percent(logistic.real.mean())),
        ("TSTR, MLP", percent(mlp.tstr.mean())),
        ("Real in its place, MLP", percent(mlp.real.mean())),
    ]
}

/// Names, the verdict, and the numbers that people ask for first.
fn header(sheet: &TableSheet, one: &str) -> String {
    let [made, training, held_out] = sheet.rows.map(count);
    let mut numbers = vec![
        ("Attack, area (0.5 is a guess)", fixed(sheet.privacy.attack.auc, 3)),
        ("Nearer than 5 % of held-out", percent(sheet.privacy.closest.nearer)),
        ("Exact copies", count(sheet.privacy.duplicates.of_training)),
        ("Correlations differ by", fixed(sheet.correlations.difference, 3)),
    ];
    numbers.extend(taught_tiles(sheet));
    let steps =
        if sheet.window > 1 { format!(" of {} steps", sheet.window) } else { String::new() };
    let sub = format!(
        "{made} synthetic {one}s{steps} beside {training} training {one}s of {} and {held_out} \
         held-out ones ({}).",
        sheet.real, sheet.held_out
    );
    format!(
        "<header>\n<p class=\"kind\">gan-train data sheet</p>\n<h1>{}</h1>\n\
         <p class=\"sub\">{}</p>\n<p class=\"sub\"><strong>{}</strong></p>\n</header>\n{}",
        escape(&sheet.synthetic),
        escape(&sub),
        escape(&sheet.verdict.sentence),
        tiles(&numbers)
    )
}

/// Whether the set stands in for real data.
fn worth(sheet: &TableSheet) -> String {
    let head = ["", "Synthetic", "As many real ones"].map(str::to_owned);
    let row = |name: &str, of: &dyn Fn(&Prdc) -> f64| {
        vec![name.into(), fixed(of(&sheet.scores), 3), fixed(of(&sheet.real_scores), 3)]
    };
    let rows = [
        row("Coverage", &|scores| scores.coverage),
        row("Recall", &|scores| scores.recall),
        row("Precision", &|scores| scores.precision),
        row("Density", &|scores| scores.density),
    ];
    let utility = sheet.utility.as_ref().map_or(String::new(), taught);
    let counts: Vec<(u64, u64)> = sheet.classes.iter().map(|&(_, a, b)| (a, b)).collect();
    let chart = chart::beside(["synthetic", "training rows"], &counts);
    let names = sheet.classes.iter().enumerate();
    let names: Vec<String> = names.map(|(at, (name, ..))| format!("{at} {name}")).collect();
    let names = match names.is_empty() {
        true => String::new(),
        false => format!("<p class=\"lead\">Classes: {}.</p>\n", escape(&names.join(", "))),
    };
    let body =
        format!("{utility}{}<div class=\"charts\">\n{chart}</div>\n{names}", table(&head, &rows));
    let lead = "Beside held-out real rows: docs/tables.md says what the scores mean.";
    section("Can it stand in for real data?", lead, &body)
}

/// What models learn from it.
fn taught(utility: &RowUtility) -> String {
    let RowUtility { synthetic, real, test, logistic, mlp } = utility;
    let head = [
        format!(
            "Trained on {} synthetic or {} real, tested on {} real",
            count(*synthetic),
            count(*real),
            count(*test)
        ),
        "Logistic regression".into(),
        "MLP".into(),
    ];
    let rows = [
        ("Synthetic, tested on real (TSTR)", &logistic.tstr, &mlp.tstr),
        ("Real, tested on synthetic (TRTS)", &logistic.trts, &mlp.trts),
        ("Real, tested on real", &logistic.real, &mlp.real),
    ];
    table(&head, &rows.map(|(name, a, b)| vec![name.into(), cell(a), cell(b)]))
}

/// A chart a column, and a table of all.
fn columns(columns: &[ColumnSheet]) -> String {
    let charts = columns.iter().take(CHARTS).map(|column| {
        let name = |bin: &crate::judge::table::Bin| bin.name.clone();
        let [synthetic, real]: [Vec<f64>; 2] = [
            column.bins.iter().map(|bin| bin.synthetic).collect(),
            column.bins.iter().map(|bin| bin.real).collect(),
        ];
        let names: Vec<String> = column.bins.iter().map(name).collect();
        let is_words = column.numbers.is_none();
        chart::column(&column.name, is_words, &names, [&synthetic, &real])
    });
    let charts: String = charts.collect();
    let head = ["Column", "Mean", "Real", "Deviation", "Real", "Distributions differ by"];
    let row = |column: &ColumnSheet| {
        let numbers = column.numbers.map_or([const { String::new() }; 4], |[real, made]| {
            let of = |of: fn(&Summary) -> f64| [value(of(&made)), value(of(&real))];
            let ([a, b], [c, d]) = (of(|all| all.mean), of(|all| all.deviation));
            [a, b, c, d]
        });
        let mut row = vec![escape(&column.name)];
        row.extend(numbers);
        row.push(fixed(column.distance, 3));
        row
    };
    let rows: Vec<Vec<String>> = columns.iter().map(row).collect();
    let more = match columns.len() > CHARTS {
        true => format!(" Charts of the first {CHARTS}."),
        false => String::new(),
    };
    let lead = format!(
        "The last number is the largest difference of the distribution functions (Kolmogorov and \
         Smirnov), of words half the sum of the differences of their parts.{more}"
    );
    let body = format!(
        "<div class=\"charts\">\n{charts}</div>\n{}",
        table(&head.map(str::to_owned), &rows)
    );
    section("Columns", &lead, &body)
}

/// How each column of a series goes together with its own past.
fn lags(lags: &[Lags]) -> String {
    if lags.is_empty() {
        return String::new();
    }
    let chart = |lags: &Lags| {
        let curve = |name: &str, color: usize, values: &[f64]| Curve {
            name: name.into(),
            color,
            points: (1..).zip(values.iter().copied()).collect(),
            chosen: None,
            smooth: false,
        };
        Chart {
            title: lags.name.clone(),
            note: String::new(),
            unit: "correlation".into(),
            span: Span::AtLeast(-0.2, 1.0),
            end: lags.real.len() as u64,
            curves: vec![curve("synthetic", 0, &lags.synthetic), curve("real", 1, &lags.real)],
        }
        .figure()
    };
    let charts: String = lags.iter().take(CHARTS).map(chart).collect();
    let lead = "The correlation of a column with itself so many steps later, within windows.";
    section("Steps", lead, &format!("<div class=\"charts\">\n{charts}</div>\n"))
}

/// The matrices beside each other.
fn correlations(all: &Correlations) -> String {
    let size = all.names.len();
    if size < 2 {
        return String::new();
    }
    let difference: Vec<f64> =
        all.synthetic.iter().zip(&all.real).map(|(made, real)| made - real).collect();
    let matrices: String =
        [("Real", &all.real), ("Synthetic", &all.synthetic), ("Synthetic less real", &difference)]
            .into_iter()
            .map(|(title, values)| matrix(title, &all.names, values))
            .collect();
    let lead = format!(
        "Pearson's correlation of each pair of columns: blue for 1, orange for -1, empty for 0. \
         The two differ by {} on average.{}",
        fixed(all.difference, 3),
        if size > MATRIX { format!(" The first {MATRIX} columns.") } else { String::new() }
    );
    section("Correlations", &lead, &format!("<div class=\"charts\">\n{matrices}</div>\n"))
}

/// A matrix as squares, whose colour is stronger the further the value is from 0.
fn matrix(title: &str, names: &[String], values: &[f64]) -> String {
    let (size, shown) = (names.len(), names.len().min(MATRIX));
    let mut svg = String::new();
    for row in 0..shown {
        for column in 0..shown {
            let correlation = values[row * size + column];
            let color = if correlation < 0.0 { "c1" } else { "c0" };
            let _ = writeln!(
                svg,
                "<rect class=\"bar {color}\" x=\"{column}\" y=\"{row}\" width=\"1\" height=\"1\" \
                 fill-opacity=\"{:.2}\"><title>{}, {}: {correlation:.2}</title></rect>",
                correlation.abs().min(1.0),
                escape(&names[row]),
                escape(&names[column])
            );
        }
    }
    format!(
        "<figure class=\"chart\">\n<figcaption><h3>{title}</h3></figcaption>\n\
         <svg viewBox=\"0 0 {shown} {shown}\" role=\"img\" aria-label=\"Correlations: {title}\">\n\
         {svg}</svg>\n</figure>\n"
    )
}
