//! From values to places on an axis, and the values that an axis names.

/// How a chart's vertical axis is chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Span {
    /// These ends, and further where the data goes.
    AtLeast(f64, f64),
    /// From the smallest to the largest value.
    Data,
    /// From 0; the outermost percent of the values at either end is cut off where it would take
    /// most of the axis.
    FromZero,
    /// From 0, but logarithmic where the values are positive and the largest is many times the
    /// smallest.
    Positive,
}

/// Ratio of the largest to the smallest value from which on a logarithmic axis shows more.
const RATIO: f64 = 30.0;
/// Part of the values at either end that may be cut off.
const OUTERMOST: f64 = 0.01;
/// How much longer the axis would be with them.
const LONGER: f64 = 2.0;
/// Ticks on an axis, about.
const TICKS: f64 = 5.0;

/// An axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    low: f64,
    high: f64,
    /// Whether equal distances are equal ratios.
    pub log: bool,
    /// Distance of neighbouring ticks, if it is linear.
    step: f64,
}

impl Scale {
    /// The axis for `values`, which must be finite; its ends are ticks if it is linear.
    pub fn new(span: Span, mut values: Vec<f64>) -> Self {
        values.sort_unstable_by(f64::total_cmp);
        let (Some(&low), Some(&high)) = (values.first(), values.last()) else {
            return Self::linear(0.0, 1.0);
        };
        match span {
            Span::FromZero => {
                let outside = (values.len() as f64 * OUTERMOST) as usize;
                let (inner_low, inner_high) =
                    (values[outside].min(0.0), values[values.len() - 1 - outside].max(0.0));
                let whole = high.max(0.0) - low.min(0.0);
                if whole > LONGER * (inner_high - inner_low) && inner_high > inner_low {
                    Self::linear(inner_low, inner_high)
                } else {
                    Self::linear(low.min(0.0), high.max(0.0))
                }
            }
            Span::AtLeast(least, most) => Self::linear(low.min(least), high.max(most)),
            Span::Data => Self::linear(low, high),
            Span::Positive if low > 0.0 && high / low > RATIO => {
                Self { low: low / 1.15, high: high * 1.15, log: true, step: 0.0 }
            }
            Span::Positive => Self::linear(low.min(0.0), high),
        }
    }

    /// Exactly from 0 to `end`, with ticks at whole numbers.
    pub fn up_to(end: f64) -> Self {
        let end = end.max(1.0);
        Self { low: 0.0, high: end, log: false, step: nice(end / TICKS).max(1.0) }
    }

    fn linear(low: f64, high: f64) -> Self {
        // All values the same: something above and below them.
        let (low, high) = if high - low > high.abs() * 1e-9 {
            (low, high)
        } else {
            let around = if high == 0.0 { 1.0 } else { high.abs() / 2.0 };
            (low - around, high + around)
        };
        let step = nice((high - low) / TICKS);
        let (first, last) = ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil());
        Self { low: first * step, high: last * step, log: false, step }
    }

    /// Where a value lies: 0 at the low end, 1 at the high one. What is cut off lies at the end.
    pub fn place(&self, value: f64) -> f64 {
        let value = value.clamp(self.low, self.high);
        if self.log {
            (value / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        }
    }

    /// The largest of the values that are cut off at the high end.
    pub fn above(&self, values: impl Iterator<Item = f64>) -> Option<f64> {
        values.filter(|&value| value > self.high).max_by(f64::total_cmp)
    }

    /// The values to name, with what they are called.
    pub fn ticks(&self) -> Vec<(f64, String)> {
        if !self.log {
            let (first, last) = (
                (self.low / self.step - 1e-9).ceil() as i64,
                (self.high / self.step + 1e-9).floor() as i64,
            );
            let values = (first..=last).map(|index| index as f64 * self.step);
            return values
                .map(|value| (value, gan_tools::numbers::tick(value, self.step)))
                .collect();
        }
        // 1, 2 and 5 of each decade, or powers of ten alone where those would be many.
        let decades = (self.high / self.low).log10();
        let parts: &[f64] = if decades < 2.5 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let powers = self.low.log10().floor() as i32..=self.high.log10().ceil() as i32;
        let values =
            powers.flat_map(|power| parts.iter().map(move |part| part * 10f64.powi(power)));
        let inside = values.filter(|value| (self.low..=self.high).contains(value));
        inside.map(|value| (value, gan_tools::numbers::tick(value, value))).collect()
    }
}

/// The smallest of 1, 2 and 5 times a power of ten that is at least `step`.
fn nice(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .map(|part| part * power)
        .into_iter()
        .find(|&nice| nice >= step * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(scale: &Scale) -> Vec<String> {
        scale.ticks().into_iter().map(|(_, name)| name).collect()
    }

    #[test]
    fn linear_axes_end_at_round_numbers() {
        let scale = Scale::new(Span::Data, vec![0.69, 1.41]);
        assert_eq!(names(&scale), ["0.6", "0.8", "1.0", "1.2", "1.4", "1.6"]);
        assert!((scale.place(1.1) - 0.5).abs() < 1e-12);
        assert_eq!(
            names(&Scale::new(Span::AtLeast(0.0, 1.0), vec![0.4])),
            ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        // Density goes beyond 1.
        assert_eq!(names(&Scale::new(Span::AtLeast(0.0, 1.0), vec![1.2])).last().unwrap(), "1.5");
        assert_eq!(
            names(&Scale::new(Span::Data, vec![2.0, 2.0])),
            ["1.0", "1.5", "2.0", "2.5", "3.0"]
        );
        assert_eq!(names(&Scale::up_to(3000.0)), ["0", "1k", "2k", "3k"]);
        assert_eq!(names(&Scale::up_to(2.0)), ["0", "1", "2"]);
    }

    #[test]
    fn a_spike_does_not_flatten_the_rest() {
        let mut values = vec![1.0; 199];
        values.push(9.0);
        let scale = Scale::new(Span::FromZero, values.clone());
        assert_eq!(
            (scale.place(1.0), scale.place(9.0), scale.above(values.into_iter())),
            (1.0, 1.0, Some(9.0))
        );
        // A spike of less than twice the rest, and one in few values, stay.
        let mut low = vec![1.0; 199];
        low.push(1.9);
        assert_eq!(Scale::new(Span::FromZero, low).above([1.9].into_iter()), None);
        assert_eq!(Scale::new(Span::FromZero, vec![1.0, 1.0, 9.0]).above([9.0].into_iter()), None);
    }

    #[test]
    fn values_over_decades_get_a_logarithmic_axis() {
        let scale = Scale::new(Span::Positive, vec![4.0, 300.0]);
        assert!(scale.log);
        assert_eq!(names(&scale), ["5", "10", "20", "50", "100", "200"]);
        // Half of the way between two values is their geometric mean: 4 * 300 = 34.64 squared.
        assert!((scale.place(1200f64.sqrt()) - 0.5).abs() < 1e-12);
        let scale = Scale::new(Span::Positive, vec![4.0, 30.0]);
        assert_eq!((scale.log, scale.place(0.0)), (false, 0.0));
    }
}
