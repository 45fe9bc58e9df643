//! Bars for each class: its part of the images, its coverage and recall; and for each range of
//! distances.

use super::super::html::escape;
use super::{BOTTOM, HEIGHT, LEFT, RIGHT, Scale, Span, TOP, WIDTH};
use gan_tools::numbers::value;
use std::fmt::Write;

/// Part of a bar's place that stays empty.
const GAP: f64 = 0.18;
/// Names of classes that have room below their bars.
const NAMES: usize = 16;
/// Characters that have room below all bars together.
const ROOM: usize = 50;

/// The part of each class among the generated images, and what each would have if all had the same;
/// nothing without classes.
pub fn classes(histogram: &[usize]) -> String {
    let total: usize = histogram.iter().sum();
    if total == 0 {
        return String::new();
    }
    let part = |&count: &usize| Some(100.0 * count as f64 / total as f64);
    let parts: Vec<Option<f64>> = histogram.iter().map(part).collect();
    let even = 100.0 / parts.len() as f64;
    Bars {
        title: "Classes",
        note: format!(
            "Of generated images, to a classifier. Dashed: all classes alike, {even:.1} % each."
        ),
        unit: "% of images",
        describes: "Part of each class among generated images",
        span: Span::AtLeast(0.0, even * 1.2),
        series: vec![("", parts)],
        dashed: Some(even),
        places: Places::Classes,
    }
    .figure()
}

/// Coverage and recall of each class's real images; nothing without classes.
pub fn covered(coverage: &[Option<f64>], recall: &[Option<f64>]) -> String {
    if coverage.is_empty() {
        return String::new();
    }
    let percent =
        |parts: &[Option<f64>]| parts.iter().map(|part| part.map(|part| 100.0 * part)).collect();
    Bars {
        title: "Coverage and recall of each class",
        note: "Of the real images of a class, to the left: those that have a generated one near; \
               to the right: those that lie among generated ones. A low pair is a class that has \
               collapsed to a few images."
            .into(),
        unit: "% of real images",
        describes: "Coverage and recall of each class",
        span: Span::AtLeast(0.0, 100.0),
        series: vec![(" coverage", percent(coverage)), (" recall", percent(recall))],
        dashed: None,
        places: Places::Classes,
    }
    .figure()
}

/// The part of each class in two sets: the counts of the first and of the second, and what these
/// are called; nothing without classes.
pub fn beside(names: [&str; 2], counts: &[(u64, u64)]) -> String {
    let percent = |counts: Vec<u64>| -> Vec<Option<f64>> {
        let total = counts.iter().sum::<u64>().max(1) as f64;
        counts.into_iter().map(|count| Some(100.0 * count as f64 / total)).collect()
    };
    if counts.is_empty() {
        return String::new();
    }
    let (first, second) = counts.iter().copied().unzip();
    Bars {
        title: "Classes",
        note: format!("By their labels. To the left: {}; to the right: {}.", names[0], names[1]),
        unit: "% of images",
        describes: "Part of each class in both sets",
        span: Span::AtLeast(0.0, 1.0),
        series: vec![(" synthetic", percent(first)), (" real", percent(second))],
        dashed: None,
        places: Places::Classes,
    }
    .figure()
}

/// How many of two kinds of sorted distances lie in each of some ranges of equal width; nothing
/// without any.
pub fn distances(synthetic: &[f64], held_out: &[f64]) -> String {
    /// Ranges.
    const RANGES: usize = 24;
    let end = |of: &[f64]| of.last().copied().unwrap_or(0.0);
    let most = end(synthetic).max(end(held_out));
    if synthetic.is_empty() || held_out.is_empty() || most <= 0.0 {
        return String::new();
    }
    let width = most / RANGES as f64;
    let percent = |of: &[f64]| -> Vec<Option<f64>> {
        let mut counts = [0usize; RANGES];
        of.iter().for_each(|distance| {
            counts[((distance / width) as usize).min(RANGES - 1)] += 1;
        });
        counts.iter().map(|&count| Some(100.0 * count as f64 / of.len() as f64)).collect()
    };
    Bars {
        title: "Distance to the closest training image",
        note: "To the left: synthetic images; to the right: held-out real ones. Copies are at 0. \
               A set that is no nearer has its bars no further to the left."
            .into(),
        unit: "% of images",
        describes: "Distances to the closest training image",
        span: Span::AtLeast(0.0, 1.0),
        series: vec![(" synthetic", percent(synthetic)), (" held-out", percent(held_out))],
        dashed: None,
        places: Places::Ranges(width),
    }
    .figure()
}

/// The parts of a column's ranges or words in two sets, `[synthetic, real]`, and where the ranges
/// begin or what the words are.
pub fn column(title: &str, is_words: bool, names: &[String], parts: [&[f64]; 2]) -> String {
    let percent = |parts: &[f64]| parts.iter().map(|part| Some(100.0 * part)).collect();
    let [synthetic, real] = parts.map(percent);
    Bars {
        title: &escape(title),
        note: String::new(),
        unit: "% of rows",
        describes: "Parts of a column's values in both sets",
        span: Span::AtLeast(0.0, 1.0),
        series: vec![(" synthetic", synthetic), (" real", real)],
        dashed: None,
        places: Places::Named(is_words, names),
    }
    .figure()
}

/// What the places of bars are.
#[derive(Clone, Copy)]
enum Places<'a> {
    /// Classes 0, 1, 2 …
    Classes,
    /// Ranges of a distance, of this width.
    Ranges(f64),
    /// Words, or ranges that begin at these numbers.
    Named(bool, &'a [String]),
}

impl Places<'_> {
    /// What stands below a bar, and in its tooltip.
    fn name(self, place: usize) -> [String; 2] {
        match self {
            Self::Classes => [place.to_string(), format!("class {place}")],
            Self::Ranges(width) => {
                let ends = [place, place + 1].map(|end| value(end as f64 * width));
                [format!("{:.1}", place as f64 * width), format!("{} to {}", ends[0], ends[1])]
            }
            Self::Named(true, names) => [escape(&names[place]), escape(&names[place])],
            Self::Named(false, names) => [names[place].clone(), format!("from {}", names[place])],
        }
    }

    /// What the axis is called.
    fn axis(self) -> &'static str {
        match self {
            Self::Classes => "class",
            Self::Ranges(_) => "distance, from",
            Self::Named(true, _) => "value",
            Self::Named(false, _) => "value, from",
        }
    }

    /// Names that have room.
    fn names(self) -> usize {
        match self {
            Self::Classes => NAMES,
            Self::Ranges(_) => NAMES / 2,
            // As long as the longest of them leaves room for.
            Self::Named(_, names) => {
                let longest = names.iter().map(|name| name.chars().count()).max();
                (ROOM / longest.unwrap_or(1).max(1)).clamp(1, NAMES)
            }
        }
    }
}

/// Bars for each class.
struct Bars<'a> {
    title: &'a str,
    note: String,
    unit: &'static str,
    /// For who cannot see the chart.
    describes: &'static str,
    span: Span,
    /// What a bar is called beside its class, and the bars' heights in percent.
    series: Vec<(&'static str, Vec<Option<f64>>)>,
    /// A dashed line at this height.
    dashed: Option<f64>,
    places: Places<'a>,
}

impl Bars<'_> {
    fn figure(self) -> String {
        let Self { title, note, unit, describes, span, series, dashed, places } = self;
        let all: Vec<f64> =
            series.iter().flat_map(|(_, parts)| parts.iter().flatten().copied()).collect();
        let scale = Scale::new(span, all);
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        let y = |part: f64| bottom - scale.place(part) * (bottom - TOP);

        let mut svg = String::new();
        for (tick, name) in scale.ticks() {
            let _ = writeln!(svg, "<path class=\"grid\" d=\"M{LEFT} {:.1}H{right}\"/>", y(tick));
            let _ = writeln!(
                svg,
                "<text class=\"tick end\" x=\"{}\" y=\"{:.1}\">{name}</text>",
                LEFT - 8.0,
                y(tick) + 4.0
            );
        }
        let classes = series[0].1.len();
        let place = (right - LEFT) / classes as f64;
        let width = place * (1.0 - GAP) / series.len() as f64;
        let every = classes.div_ceil(places.names());
        for class in 0..classes {
            let [below_bar, in_tip] = places.name(class);
            let first = LEFT + place * (class as f64 + GAP / 2.0);
            for (index, (name, parts)) in series.iter().enumerate() {
                let Some(part) = parts[class] else { continue };
                let x = first + width * index as f64;
                let (top, height) = (y(part), bottom - y(part));
                let _ = writeln!(
                    svg,
                    "<rect class=\"bar c{index}\" x=\"{x:.1}\" y=\"{top:.1}\" \
                     width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{:.1}\">\
                     <title>{in_tip}{name}: {part:.1} %</title></rect>",
                    (width / 4.0).min(3.0)
                );
            }
            if class % every == 0 {
                let (middle, below) = (first + place * (1.0 - GAP) / 2.0, bottom + 18.0);
                let _ = writeln!(
                    svg,
                    "<text class=\"tick middle\" x=\"{middle:.1}\" y=\"{below}\">{below_bar}</text>"
                );
            }
        }
        if let Some(dashed) = dashed {
            let at = y(dashed);
            let _ = writeln!(svg, "<path class=\"even\" d=\"M{LEFT} {at:.1}H{right}\"/>");
        }
        let _ = writeln!(svg, "<path class=\"axis\" d=\"M{LEFT} {bottom}H{right}\"/>");
        let _ = writeln!(svg, "<text class=\"label\" x=\"0\" y=\"14\">{unit}</text>");
        let _ = writeln!(
            svg,
            "<text class=\"label end\" x=\"{right}\" y=\"{}\">{}</text>",
            HEIGHT - 6.0,
            places.axis()
        );
        let note = if note.is_empty() { note } else { format!("<p>{note}</p>") };
        format!(
            "<figure class=\"chart\">\n\
             <figcaption><h3>{title}</h3>{note}</figcaption>\n\
             <svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
             aria-label=\"{describes}\">\n{svg}</svg>\n\
             </figure>\n"
        )
    }
}

#[cfg(test)]
mod tests;
