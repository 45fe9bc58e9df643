//! Curves: their points, thinned and smoothed, and their colours.

/// Points of a curve; of more, neighbours are averaged.
const POINTS: usize = 400;
/// A smoothed curve averages this part of its points at each place.
const WINDOW: usize = 25;
/// Colours that the style sheet has; further curves have them again, dashed.
const COLORS: usize = 8;

/// A curve.
#[derive(Debug, Clone)]
pub struct Curve {
    /// For keys and tooltips.
    pub name: String,
    /// Which of the style sheet's colours.
    pub color: usize,
    /// Step and value.
    pub points: Vec<(u64, f64)>,
    /// The step that gets a ring.
    pub chosen: Option<u64>,
    /// Whether a running mean is drawn over the values, which then are thin.
    pub smooth: bool,
}

impl Curve {
    /// Classes of its elements.
    pub(super) fn classes(&self) -> String {
        color_classes(self.color)
    }
}

/// The classes that colour what belongs to curve `index`.
pub fn color_classes(index: usize) -> String {
    format!("c{}{}", index % COLORS, if index / COLORS % 2 == 1 { " dashed" } else { "" })
}

/// The point at `step`, or the nearest one that is not further away than `reach`.
pub(super) fn nearest(points: &[(u64, f64)], step: u64, reach: u64) -> Option<(u64, f64)> {
    points
        .iter()
        .copied()
        .min_by_key(|(at, _)| at.abs_diff(step))
        .filter(|(at, _)| at.abs_diff(step) <= reach)
}

/// At most [`POINTS`]: means of neighbours, at the last one's step, as the points of a run's
/// metrics are too.
pub(super) fn thinned(points: Vec<(u64, f64)>) -> Vec<(u64, f64)> {
    let width = points.len().div_ceil(POINTS).max(1);
    let mean = |part: &[(u64, f64)]| {
        (
            part[part.len() - 1].0,
            part.iter().map(|(_, value)| value).sum::<f64>() / part.len() as f64,
        )
    };
    points.chunks(width).map(mean).collect()
}

/// The running mean, over fewer points where the curve begins and ends.
pub(super) fn smoothed(points: &[(u64, f64)]) -> Vec<(u64, f64)> {
    let half = points.len() / WINDOW / 2;
    let mean = |index: usize| {
        let reach = half.min(index).min(points.len() - 1 - index);
        let part = &points[index - reach..=index + reach];
        (points[index].0, part.iter().map(|(_, value)| value).sum::<f64>() / part.len() as f64)
    };
    (0..points.len()).map(mean).collect()
}
