//! Bars: one a class.

use super::{BOTTOM, HEIGHT, LEFT, RIGHT, Scale, Span, TOP, WIDTH};
use std::fmt::Write;

/// Part of a bar's place that stays empty.
const GAP: f64 = 0.18;
/// Names of classes that have room below their bars.
const NAMES: usize = 16;

/// The part of each class among the generated images, and what each would have if all had the same;
/// nothing without classes.
pub fn classes(histogram: &[usize]) -> String {
    let total: usize = histogram.iter().sum();
    if total == 0 {
        return String::new();
    }
    let parts: Vec<f64> =
        histogram.iter().map(|&count| 100.0 * count as f64 / total as f64).collect();
    let even = 100.0 / parts.len() as f64;
    let scale = Scale::new(Span::AtLeast(0.0, even * 1.2), parts.clone());
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
    let place = (right - LEFT) / parts.len() as f64;
    let every = parts.len().div_ceil(NAMES);
    for (class, &part) in parts.iter().enumerate() {
        let (x, width) = (LEFT + place * (class as f64 + GAP / 2.0), place * (1.0 - GAP));
        let (top, height) = (y(part), bottom - y(part));
        let _ = writeln!(
            svg,
            "<rect class=\"bar c0\" x=\"{x:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" \
             height=\"{height:.1}\" rx=\"{:.1}\">\
             <title>class {class}: {part:.1} %</title></rect>",
            (width / 4.0).min(3.0)
        );
        if class % every == 0 {
            let (middle, below) = (x + width / 2.0, bottom + 18.0);
            let _ = writeln!(
                svg,
                "<text class=\"tick middle\" x=\"{middle:.1}\" y=\"{below}\">{class}</text>"
            );
        }
    }
    let _ = writeln!(svg, "<path class=\"even\" d=\"M{LEFT} {:.1}H{right}\"/>", y(even));
    let _ = writeln!(svg, "<path class=\"axis\" d=\"M{LEFT} {bottom}H{right}\"/>");
    let _ = writeln!(svg, "<text class=\"label\" x=\"0\" y=\"14\">% of images</text>");
    let _ = writeln!(
        svg,
        "<text class=\"label end\" x=\"{right}\" y=\"{}\">class</text>",
        HEIGHT - 6.0
    );
    format!(
        "<figure class=\"chart\">\n\
         <figcaption><h3>Classes</h3>\
         <p>Of generated images, to a classifier. Dashed: all classes alike, \
         {even:.1} % each.</p></figcaption>\n\
         <svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-label=\"Part of each class among generated images\">\n{svg}</svg>\n\
         </figure>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_high_as_their_part() {
        // 60 % and 20 % of an axis up to 60 %: 170 and 56.7 of 170 pixels.
        let figure = classes(&[30, 10, 10]);
        assert!(
            figure.contains("height=\"170.0\" rx=\"3.0\"><title>class 0: 60.0 %</title>"),
            "{figure}"
        );
        assert!(
            figure.contains("height=\"56.7\" rx=\"3.0\"><title>class 1: 20.0 %</title>"),
            "{figure}"
        );
        assert!(figure.contains("33.3 % each"), "{figure}");
        assert_eq!(classes(&[]) + &classes(&[0, 0]), "");
    }
}
