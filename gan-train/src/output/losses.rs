//! The loss curves of a run as an SVG.

use super::atomic;
use crate::trainer::metrics::Record;
use anyhow::{Result, anyhow};
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
    draw(&mut svg, records, last.step).map_err(|error| anyhow!("{}: cannot be drawn: {error}", path.display()))?;
    atomic::write(path, svg.as_bytes())
}

fn draw(svg: &mut String, records: &[Record], last_step: u64) -> Result<(), Box<dyn std::error::Error>> {
    let curves: [(&str, RGBColor, Value); 3] = [
        ("discriminator", RGBColor(31, 119, 180), |record| record.d_loss),
        ("generator", RGBColor(214, 99, 20), |record| record.g_loss),
        ("penalty", RGBColor(120, 120, 120), |record| record.penalty),
    ];
    let top = curves.iter().flat_map(|(_, _, value)| records.iter().map(value)).fold(0.0, f64::max);

    let area = SVGBackend::with_string(svg, (800, 400)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .margin(15)
        .x_label_area_size(35)
        .y_label_area_size(45)
        .build_cartesian_2d(0..last_step.max(1), 0.0..(top * 1.05).max(0.1))?;
    chart.configure_mesh().light_line_style(WHITE).x_desc("step").y_desc("loss").draw()?;
    for (name, color, value) in curves {
        let line = LineSeries::new(records.iter().map(|record| (record.step, value(record))), color.stroke_width(2));
        chart.draw_series(line)?.label(name).legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], color.stroke_width(2)));
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
