//! The loss curves of a run as an SVG.

use crate::trainer::metrics::Record;
use anyhow::{Result, anyhow};
use gan_tools::files::atomic;
use plotters::prelude::*;
use std::path::Path;

/// A curve's value in a record.
type Value = fn(&Record) -> f64;

/// Draws the discriminator's and the generator's loss and the penalty over the steps.
///
/// # Errors
///
/// Names the file. Without records nothing is written.
pub fn write(path: &Path, records: &[Record]) -> Result<()> {
    let Some(last) = records.last() else { return Ok(()) };
    let mut svg = String::new();
    draw(&mut svg, records, last.step)
        .map_err(|error| anyhow!("{}: cannot be drawn: {error}", path.display()))?;
    atomic::write(path, svg.as_bytes())
}

fn draw(
    svg: &mut String,
    records: &[Record],
    last_step: u64,
) -> Result<(), Box<dyn std::error::Error>> {
    let curves: [(&str, RGBColor, Value); 3] = [
        ("discriminator", RGBColor(31, 119, 180), |record| record.d_loss),
        ("generator", RGBColor(214, 99, 20), |record| record.g_loss),
        ("penalty", RGBColor(120, 120, 120), |record| record.penalty),
    ];
    let values = || curves.iter().flat_map(|(_, _, value)| records.iter().map(value));
    // Losses without probabilities fall below 0.
    let (low, high) = (values().fold(0.0, f64::min), values().fold(0.0, f64::max));

    let area = SVGBackend::with_string(svg, (800, 400)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .margin(15)
        .x_label_area_size(35)
        .y_label_area_size(45)
        .build_cartesian_2d(0..last_step.max(1), low * 1.05..(high * 1.05).max(0.1))?;
    chart.configure_mesh().light_line_style(WHITE).x_desc("step").y_desc("loss").draw()?;
    for (name, color, value) in curves {
        let line = LineSeries::new(
            records.iter().map(|record| (record.step, value(record))),
            color.stroke_width(2),
        );
        chart
            .draw_series(line)?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], color.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::Coordinate(570, 75))
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_below_0_lie_on_the_picture() {
        let record = |step: u64, loss: f64| Record {
            step,
            epoch: 1.0,
            seconds: 1.0,
            images_per_second: 1.0,
            rate: 1.0,
            d_loss: loss,
            g_loss: -loss,
            penalty: 0.0,
            d_real: 0.0,
            d_fake: 0.0,
            spread: 1.0,
            diversity: 1.0,
        };
        let mut svg = String::new();
        draw(&mut svg, &[record(50, -8.0), record(100, -4.0)], 100).unwrap();
        assert!(svg.contains("-8.0"), "{svg}");
        // The discriminator's line rises by as much as the generator's falls, and both stay above
        // the axis: 400 - 15 - 35.
        let lines: Vec<Vec<f64>> = svg
            .lines()
            .filter(|line| {
                line.contains("<polyline")
                    && line.contains("stroke-width=\"2\"")
                    && !line.contains("#787878")
            })
            .map(|line| {
                let points = line.split("points=\"").nth(1).unwrap().split('"').next().unwrap();
                points
                    .split_whitespace()
                    .map(|point| point.split(',').nth(1).unwrap().parse().unwrap())
                    .collect()
            })
            .filter(|ys: &Vec<f64>| ys.first() != ys.last())
            .collect();
        let [d, g] = lines.as_slice() else { panic!("{svg}") };
        assert!(d[0] > d[1] && (d[0] - d[1] + g[0] - g[1]).abs() <= 2.0, "{lines:?}");
        assert!(lines.concat().iter().all(|&y| y <= 350.0), "{lines:?}");
    }
}
