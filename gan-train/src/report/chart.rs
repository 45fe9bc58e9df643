//! Charts as SVG inside a page, whose style sheet gives them their colours.
//!
//! A chart is drawn for about the size it is shown at, so that its text is as large as the page's.
//! What belongs to the curves stands above the chart and covers none of them.

mod bars;
mod curve;
mod scale;
#[cfg(test)]
mod tests;

pub use bars::{beside, classes, column, covered, distances};
pub use curve::{Curve, color_classes};
pub use scale::{Scale, Span};

use self::curve::{nearest, smoothed, thinned};
use super::history::evenly;
use super::html::escape;
use gan_tools::numbers::{thousands, value};
use std::fmt::Write;

const WIDTH: f64 = 440.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 42.0;
/// Places on the horizontal axis that have a tooltip.
const TIPS: usize = 100;
/// Curves of up to so many points show them.
const DOTS: usize = 40;

/// Curves over training steps.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Above it.
    pub title: String,
    /// What the title leaves open: one sentence.
    pub note: String,
    /// The vertical axis's label, with the unit.
    pub unit: String,
    /// The vertical axis.
    pub span: Span,
    /// The last step.
    pub end: u64,
    /// What is drawn; those without points are left out.
    pub curves: Vec<Curve>,
}

/// Where the numbers lie in the picture.
struct Axes {
    x: Scale,
    y: Scale,
}

impl Axes {
    fn x(&self, step: u64) -> f64 {
        LEFT + self.x.place(step as f64) * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        HEIGHT - BOTTOM - self.y.place(value) * (HEIGHT - TOP - BOTTOM)
    }

    fn path(&self, points: &[(u64, f64)]) -> String {
        let mut path = String::new();
        for (index, &(step, value)) in points.iter().enumerate() {
            let _ = write!(
                path,
                "{}{:.1} {:.1}",
                if index == 0 { 'M' } else { 'L' },
                self.x(step),
                self.y(value)
            );
        }
        path
    }
}

impl Chart {
    /// The chart as a figure; nothing without points.
    pub fn figure(&self) -> String {
        let finite = |curve: &Curve| {
            let points =
                curve.points.iter().copied().filter(|(_, value)| value.is_finite()).collect();
            Curve { points: thinned(points), ..curve.clone() }
        };
        let curves: Vec<Curve> =
            self.curves.iter().map(finite).filter(|curve| !curve.points.is_empty()).collect();
        if curves.is_empty() {
            return String::new();
        }
        let values: Vec<f64> =
            curves.iter().flat_map(|curve| curve.points.iter().map(|(_, value)| *value)).collect();
        let axes =
            Axes { x: Scale::up_to(self.end as f64), y: Scale::new(self.span, values.clone()) };
        let above = axes
            .y
            .above(values.into_iter())
            .map_or(String::new(), |top| format!(" Values up to {} are cut off.", value(top)));
        let mut svg = self.frame(&axes);
        curves.iter().for_each(|curve| draw(&mut svg, &axes, curve, curves.len() == 1));
        self.tips(&mut svg, &axes, &curves);
        let (title, note, keys) =
            (escape(&self.title), escape((self.note.clone() + &above).trim()), keys(&curves));
        let note = if note.is_empty() { note } else { format!("<p>{note}</p>") };
        format!(
            "<figure class=\"chart\">\n\
             <figcaption><h3>{title}</h3>{note}{keys}</figcaption>\n\
             <svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
             aria-label=\"{title} over steps\">\n{svg}</svg>\n\
             </figure>\n"
        )
    }

    /// Grid lines, ticks and labels.
    fn frame(&self, axes: &Axes) -> String {
        let mut svg = String::new();
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        for (tick, name) in axes.y.ticks() {
            let y = axes.y(tick);
            let _ = writeln!(svg, "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{right}\"/>");
            let _ = writeln!(
                svg,
                "<text class=\"tick end\" x=\"{}\" y=\"{:.1}\">{name}</text>",
                LEFT - 8.0,
                y + 4.0
            );
        }
        let _ = writeln!(svg, "<path class=\"axis\" d=\"M{LEFT} {bottom}H{right}\"/>");
        for (tick, name) in axes.x.ticks() {
            let x = axes.x(tick as u64);
            let _ = writeln!(svg, "<path class=\"axis\" d=\"M{x:.1} {bottom}v4\"/>");
            let _ = writeln!(
                svg,
                "<text class=\"tick middle\" x=\"{x:.1}\" y=\"{}\">{name}</text>",
                bottom + 18.0
            );
        }
        let log = if axes.y.log { ", logarithmic" } else { "" };
        let _ = writeln!(
            svg,
            "<text class=\"label\" x=\"0\" y=\"14\">{}{log}</text>",
            escape(&self.unit)
        );
        let _ = writeln!(
            svg,
            "<text class=\"label end\" x=\"{right}\" y=\"{}\">steps</text>",
            HEIGHT - 6.0
        );
        svg
    }

    /// A line and the values of all curves, for where the pointer is.
    fn tips(&self, svg: &mut String, axes: &Axes, curves: &[Curve]) {
        let mut steps: Vec<u64> =
            curves.iter().flat_map(|curve| curve.points.iter().map(|(step, _)| *step)).collect();
        steps.sort_unstable();
        steps.dedup();
        let steps: Vec<u64> =
            evenly(steps.len(), TIPS).into_iter().map(|index| steps[index]).collect();
        let (top, height) = (TOP, HEIGHT - BOTTOM - TOP);
        for (index, &step) in steps.iter().enumerate() {
            let x = axes.x(step);
            let between = |neighbour: Option<&u64>, end: f64| {
                neighbour.map_or(end, |&other| (axes.x(other) + x) / 2.0)
            };
            let left = between(index.checked_sub(1).and_then(|before| steps.get(before)), LEFT);
            let width = between(steps.get(index + 1), WIDTH - RIGHT) - left;
            let mut text = format!("step {}", thousands(step));
            for curve in curves {
                if let Some((at, found)) = nearest(&curve.points, step, self.end / TIPS as u64) {
                    let differs = if at == step {
                        String::new()
                    } else {
                        format!(" (step {})", thousands(at))
                    };
                    let _ = write!(text, "\n{}: {}{differs}", escape(&curve.name), value(found));
                }
            }
            let _ = writeln!(
                svg,
                "<g class=\"tip\">\
                 <rect x=\"{left:.1}\" y=\"{top}\" width=\"{width:.1}\" height=\"{height}\"/>\
                 <path d=\"M{x:.1} {top}v{height}\"/><title>{text}</title></g>"
            );
        }
    }
}

/// The curve, its points if they are few, and the ring.
fn draw(svg: &mut String, axes: &Axes, curve: &Curve, alone: bool) {
    let classes = curve.classes();
    let _ = writeln!(svg, "<g class=\"{classes}\">");
    if curve.smooth {
        let _ = writeln!(svg, "<path class=\"thin\" d=\"{}\"/>", axes.path(&curve.points));
        let _ =
            writeln!(svg, "<path class=\"line\" d=\"{}\"/>", axes.path(&smoothed(&curve.points)));
    } else {
        let _ = writeln!(svg, "<path class=\"line\" d=\"{}\"/>", axes.path(&curve.points));
        if curve.points.len() <= DOTS {
            for &(step, value) in &curve.points {
                let _ = writeln!(
                    svg,
                    "<circle class=\"dot\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.5\"/>",
                    axes.x(step),
                    axes.y(value)
                );
            }
        }
    }
    if let Some((step, value)) = curve.chosen.and_then(|chosen| nearest(&curve.points, chosen, 0)) {
        let (x, y) = (axes.x(step), axes.y(value));
        if alone {
            let _ =
                writeln!(svg, "<path class=\"chosen\" d=\"M{x:.1} {TOP}V{}\"/>", HEIGHT - BOTTOM);
        }
        let _ = writeln!(svg, "<circle class=\"ring\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\"/>");
    }
    svg.push_str("</g>\n");
}

/// A key for each curve where there are several, and what the ring means where there is one curve.
fn keys(curves: &[Curve]) -> String {
    let mut keys = String::new();
    if let [curve] = curves {
        if let Some((step, found)) =
            curve.chosen.and_then(|chosen| nearest(&curve.points, chosen, 0))
        {
            let (classes, found, step) = (curve.classes(), value(found), thousands(step));
            let _ = write!(
                keys,
                "<li class=\"{classes}\"><i class=\"ringed\"></i>\
                 chosen: {found} at step {step}</li>"
            );
        }
    } else {
        for curve in curves {
            let _ = write!(
                keys,
                "<li class=\"{}\"><i></i>{}</li>",
                curve.classes(),
                escape(&curve.name)
            );
        }
    }
    if keys.is_empty() { keys } else { format!("<ul class=\"keys\">{keys}</ul>") }
}
