//! What the generator draws: at the end, on the way there, and between two latents.

use super::super::animation;
use super::super::explore;
use super::super::grid_file::read_png;
use super::super::history::{Grid, History, evenly};
use super::super::html::{escape, figure, image, missing};
use super::super::model::Model;
use crate::explore::{Exploration, Question};
use anyhow::Result;
use gan_tools::images::Images;
use gan_tools::numbers::thousands;
use gan_tools::picture::grid;
use std::path::Path;

/// Grids that are shown.
const GRIDS: usize = 6;
/// Bytes of their files together, about, so that the page stays small; fewer grids are shown where
/// they are large.
const GRID_BYTES: u64 = 800_000;
/// Differences are small: they are shown so many times as bright.
const BRIGHTER: u8 = 16;

/// Of the sliders: labels beside each other at most, steps between two latents, units, and latents
/// by which the strongest units are found, few as a page is to be there at once.
const COLUMNS: usize = 10;
const STEPS: u16 = 24;
const UNITS: usize = 4;
const LATENTS: usize = 32;

/// What stands where a model would be.
pub const NO_CHECKPOINT: &str =
    "No model yet: <code>checkpoint.safetensors</code> fills this part.";

/// Float, the blob, and where they differ.
pub fn final_samples(model: Option<&Model>) -> Result<String> {
    let Some(model) = model else { return Ok(missing(NO_CHECKPOINT)) };
    let ([blob, float], columns) = model.samples(model.seed())?;
    let bits = model.bits_name();
    let difference = |(a, b): (&u8, &u8)| a.abs_diff(*b).saturating_mul(BRIGHTER);
    let pixels = float.pixels.iter().zip(&blob.pixels).map(difference).collect();
    let differences = Images { pixels, ..float };

    let agreement = model.agreement()?;
    let labels = if model.generator.classes > 1 { " A column a label." } else { "" };
    let (count, step, images) =
        (float.count, thousands(model.step), thousands(agreement.images as u64));
    let lead = format!(
        "The same {count} latents at step {step}, in float and as the {bits} blob, run by \
         gan-core.{labels} Over {images} images, pixels differ by {:.2} of 255 on average; \
         99.9 % of them by at most {}.",
        agreement.mean, agreement.p999
    );
    let figures = [
        figure(&grid::picture(&float, columns), "Float", "Images of the float generator")?,
        figure(
            &grid::picture(&blob, columns),
            &format!("Blob, {bits}"),
            "Images of the quantized generator for the same latents",
        )?,
        figure(
            &grid::picture(&differences, columns),
            &format!("Difference, {BRIGHTER} times as bright"),
            "Where they differ",
        )?,
    ];
    Ok(format!(
        "<p class=\"lead\">{}</p>\n<div class=\"pictures\">\n{}</div>\n",
        escape(&lead),
        figures.concat()
    ))
}

/// Some of the run's grids.
pub fn through_time(folder: &Path, history: &History) -> Result<String> {
    let grids = &history.grids;
    let bytes = |grid: &Grid| grid.path.metadata().map_or(0, |file| file.len());
    let Some(largest) = grids.iter().map(bytes).max() else {
        return Ok(missing(
            "No grids yet: a run that saves sample grids while it trains leaves them in \
             <code>grids/</code>.",
        ));
    };
    let most = GRIDS.min((GRID_BYTES / largest.max(1)) as usize).max(2);
    let mut figures = String::new();
    for index in evenly(grids.len(), most) {
        let Grid { step, path } = &grids[index];
        let (step, picture) = (thousands(*step), read_png(path)?);
        figures.push_str(&figure(
            &picture,
            &format!("Step {step}"),
            &format!("Sample grid at step {step}"),
        )?);
    }
    let animated = folder.join(animation::FILE).exists();
    let all = if animated {
        format!(" {} in the run's folder shows more of them.", animation::FILE)
    } else {
        String::new()
    };
    let same = if history.run.config.task.is_some() { "images" } else { "latents" };
    let lead = format!("The same {same} in every picture.{all}");
    Ok(format!(
        "<p class=\"lead\">{}</p>\n<div class=\"pictures small\">\n{figures}</div>\n",
        escape(&lead)
    ))
}

/// Rows of images between two latents.
pub fn interpolations(model: Option<&Model>) -> Result<String> {
    let Some(model) = model else { return Ok(missing(NO_CHECKPOINT)) };
    let mut rows = String::new();
    for row in model.interpolations()? {
        let (name, alt) = match row.label {
            Some(label) => (
                format!("<span>{label}</span>"),
                format!("Images of label {label} from one latent to another"),
            ),
            None => (String::new(), "Images from one latent to another".into()),
        };
        rows.push_str(&format!("<div>{name}{}</div>\n", image(&row.picture, &alt)?));
    }
    let lead = if model.generator.classes > 0 {
        "Every row goes from the same latent to the same other one, on the arc around the origin: \
         only the label, which stands to its left, is another."
    } else {
        "Every row goes from one latent to another, on the arc around the origin."
    };
    let lead = format!("{lead} The {} blob has drawn them.", model.bits_name());
    Ok(format!("<p class=\"lead\">{}</p>\n<div class=\"rows\">\n{rows}</div>\n", escape(&lead)))
}

/// Sliders through the latent; nothing for a model that they cannot be drawn of.
pub fn sliders(model: Option<&Model>, history: &History) -> Result<String> {
    let Some(model) = model else { return Ok(String::new()) };
    let blob = model.blob.generator();
    if crate::explore::check(&blob).is_err() {
        return Ok(String::new());
    }
    let labels: Vec<u16> =
        evenly(blob.classes().into(), COLUMNS).into_iter().map(|label| label as u16).collect();
    let question = Question {
        from: model.seed(),
        to: model.seed().wrapping_add(1),
        steps: STEPS,
        label: None,
        walk: labels.iter().copied().take(2).collect(),
        labels,
        seed: model.seed(),
        latents: LATENTS,
        units: UNITS,
    };
    explore::sliders(&Exploration::new(&blob, &history.run.label_names, question, None)?)
}
