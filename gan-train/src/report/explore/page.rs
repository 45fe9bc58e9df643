//! The page of an exploration.

use super::super::audit::privacy::distances;
use super::super::chart;
use super::super::html::{escape, exact_image, figure, page as whole, section, table, tiles};
use super::slider::{Strip, slider};
use super::{maps, pairs, sensitivity};
use crate::explore::nearest::{Nearest, SHOWN};
use crate::explore::path::Way;
use crate::explore::{Exploration, Interpolation, Labels, Question, TRAVERSED, Traversal};
use anyhow::Result;
use gan_core::latent::real;
use gan_tools::images::Images;
use gan_tools::numbers::{fixed, thousands};
use gan_tools::picture::grid;

/// What moves the sliders, and how they look.
const SCRIPT: &str = include_str!("explore.js");
const STYLE: &str = include_str!("explore.css");

/// The page, whole.
///
/// # Errors
///
/// A picture that cannot be a PNG file.
pub fn page(found: &Exploration) -> Result<String> {
    let body = [
        format!("<style>\n{STYLE}</style>\n"),
        header(found),
        section("Between two latents", &between_lead(found), &between(found)?),
        section("What each unit moves", &units_lead(found), &units(found)?),
        section(
            "The strongest units, from low to high",
            &traversals_lead(found),
            &traversals(found)?,
        ),
        labels(found)?,
        nearest(found)?,
        format!("<script>\n{SCRIPT}</script>\n"),
    ]
    .concat();
    Ok(whole(&format!("Latent – {}", found.model), &body))
}

/// Sliders alone, for the page of a run: between two latents, of the strongest units, of labels.
///
/// # Errors
///
/// As [`page`].
pub fn sliders(found: &Exploration) -> Result<String> {
    let lead = |text: &str| format!("<p class=\"lead\">{}</p>\n", escape(text));
    let mut body = format!("<style>\n{STYLE}</style>\n{NO_SCRIPT}");
    body += &(lead(&between_lead(found)) + &between(found)?);
    body += &(lead(&traversals_lead(found)) + &traversals(found)?);
    if let Some(labels) = &found.labels {
        body += &(lead(LABELS) + &same_latents(found, labels)?);
    }
    Ok(body + &format!("<script>\n{SCRIPT}</script>\n"))
}

/// What stands for sliders where scripts are switched off.
const NO_SCRIPT: &str = "<noscript><p class=\"lead\">The sliders need JavaScript: without it \
                         they show their first image.</p></noscript>\n";

/// The model, and the numbers that sum it up.
fn header(found: &Exploration) -> String {
    let Exploration { model, crc32, latent, sensitivity, .. } = found;
    let mut numbers = vec![
        ("Units of a latent", thousands(*latent as u64)),
        ("Units with 90 % of all strength", thousands(sensitivity.units_for_90_percent as u64)),
    ];
    if let [strongest, .., weakest] = &sensitivity.units[..] {
        numbers.push(("Strongest unit, levels a sigma", fixed(strongest.strength, 2)));
        numbers.push(("Weakest unit, levels a sigma", fixed(weakest.strength, 2)));
    }
    if let Some(nearest) = &found.nearest {
        let part = 100.0 * nearest.closest.nearer;
        numbers.push(("Nearer than 5 % of held-out", format!("{part:.1} %")));
    }
    let sub = format!(
        "The blob {model} (CRC-32 {crc32}), run by gan-core: every device draws these images."
    );
    format!(
        "<header>\n<p class=\"kind\">gan-train explore</p>\n<h1>{}</h1>\n\
         <p class=\"sub\">{}</p>\n</header>\n<noscript><p class=\"missing\">The sliders need \
         JavaScript; the pictures beside this page show the same images.</p></noscript>\n{}",
        escape(model),
        escape(&sub),
        tiles(&numbers)
    )
}

/// Which labels the images of a frame have.
fn columns(found: &Exploration) -> String {
    let Question { label, labels, .. } = &found.question;
    match label {
        Some(label) => format!("Label {}.", found.label_name(*label)),
        None if labels.is_empty() => String::new(),
        None => {
            let names: Vec<String> = labels.iter().map(|&label| found.label_name(label)).collect();
            format!("The labels from left to right: {}.", names.join(", "))
        }
    }
}

fn between_lead(found: &Exploration) -> String {
    let Question { from, to, .. } = found.question;
    let columns = columns(found);
    format!(
        "From the first latent of seed {from} to that of seed {to}. Every code is rounded to an \
         integer. {columns}"
    )
}

fn between(found: &Exploration) -> Result<String> {
    let Question { from, to, steps, .. } = found.question;
    let words: Vec<String> = (0..=steps).map(|step| format!("step {step} of {steps}")).collect();
    let caption = |interpolation: &Interpolation| {
        let [_, middle, _] = interpolation.radius.map(|radius| fixed(radius, 2));
        let way = match interpolation.way {
            Way::Linear => "On the straight line",
            Way::Spherical => "On the arc around the origin",
        };
        format!(
            "{way}: half way, units are {middle} sigma from 0 (root mean square). From step to \
             step an image changes by {} levels on average, {} at most.",
            fixed(interpolation.mean_change, 1),
            fixed(interpolation.largest_change, 1)
        )
    };
    let captions: Vec<String> = found.interpolations.iter().map(caption).collect();
    let strips = found.interpolations.iter().zip(&captions).map(|(interpolation, caption)| Strip {
        frames: &interpolation.frames,
        caption,
        alt: format!(
            "Images between the latents of seeds {from} and {to}, {} interpolation",
            interpolation.way.name()
        ),
    });
    slider("between", "Place", &words, &strips.collect::<Vec<_>>())
}

fn units_lead(found: &Exploration) -> String {
    let limit = maps::limit(&found.sensitivity);
    format!(
        "A map for each unit, the strongest first: the number above is the unit's place in the \
         latent. Where a map is red, pixels become lighter as the unit grows; where it is blue, \
         darker; the strongest colours are {limit} levels of 255 for each sigma, on average over \
         {} latents. Strength is the root mean square of what single images do. Agreement is 1 \
         for a unit that does the same to all images, and 0 where that depends on the other units \
         and the label: then its map is pale though it may be strong.",
        thousands(found.sensitivity.latents as u64)
    )
}

fn units(found: &Exploration) -> Result<String> {
    let image = exact_image(&sensitivity(found), "Sensitivity maps of all units of the latent")?;
    let head = ["Unit", "Rank", "Strength, levels a sigma", "Agreement"].map(str::to_owned);
    let all: f64 = found.sensitivity.units.iter().map(|unit| unit.strength.powi(2)).sum();
    let shown = found.sensitivity.units.iter().take(found.question.units).enumerate();
    let rows: Vec<Vec<String>> = shown
        .map(|(rank, unit)| {
            let part = 100.0 * unit.strength.powi(2) / all.max(f64::MIN_POSITIVE);
            vec![
                unit.unit.to_string(),
                (rank + 1).to_string(),
                format!("{}<small>{part:.1} % of all squares</small>", fixed(unit.strength, 2)),
                fixed(unit.agreement, 2),
            ]
        })
        .collect();
    Ok(format!("<div class=\"legend\">{image}</div>\n{}", table(&head, &rows)))
}

fn traversals_lead(found: &Exploration) -> String {
    format!(
        "One unit moves and the others stay as in the first latent of seed {}. {}",
        found.question.from,
        columns(found)
    )
}

fn traversals(found: &Exploration) -> Result<String> {
    let word = |&code: &u8| format!("code {code}, {:+.1} sigma", real(code));
    let words: Vec<String> = TRAVERSED.iter().map(word).collect();
    let one = |Traversal { unit, change, frames }: &Traversal| {
        let caption =
            format!("From one end to the other, pixels change by {} levels.", fixed(*change, 1));
        let alt = format!("Images as unit {unit} goes from -3 to 3 sigma");
        let strip = Strip { frames, caption: &caption, alt };
        slider(&format!("unit{unit}"), &format!("Unit {unit}"), &words, &[strip])
    };
    let all: String = found.traversals.iter().map(one).collect::<Result<_>>()?;
    Ok(format!("<div class=\"sliders\">\n{all}</div>\n"))
}

/// The same latents with each label, and the walk; nothing for a model without labels.
fn labels(found: &Exploration) -> Result<String> {
    let Some(all @ Labels { largest_change_of_walk, walk, .. }) = &found.labels else {
        return Ok(String::new());
    };
    let Question { steps, walk: way, .. } = &found.question;
    let first = same_latents(found, all);
    let names: Vec<String> = way.iter().map(|&label| found.label_name(label)).collect();
    let words = (0..walk.count()).map(|frame| {
        let (leg, step) = found.question.place(frame);
        format!("step {step} of {steps} from {} to {}", names[leg], names[leg + 1])
    });
    let caption = format!(
        "From label to label, latents go on straight lines to the seed's next image; half way the \
         label changes. The largest change is one of {} levels.",
        fixed(*largest_change_of_walk, 1)
    );
    let alt = format!("Images on a walk through the labels {}", names.join(", "));
    let strip = Strip { frames: walk, caption: &caption, alt };
    let second = slider("walk", "Walk", &words.collect::<Vec<_>>(), &[strip]);
    Ok(section("Labels", LABELS, &(first? + &second?)))
}

const LABELS: &str =
    "A label is no number, so nothing lies between two of them: it changes at once.";

/// The same latents with one label after another.
fn same_latents(found: &Exploration, labels: &Labels) -> Result<String> {
    let Question { from, labels: shown, .. } = &found.question;
    let word = |&label: &u16| format!("label {}", found.label_name(label));
    let words: Vec<String> = shown.iter().map(word).collect();
    let caption = format!(
        "The first latents of seed {from}, with one label after another. From label to label an \
         image changes by {} levels on average.",
        fixed(labels.mean_change, 1)
    );
    let alt = "The same latents with each label".into();
    let strip = Strip { frames: &labels.morph, caption: &caption, alt };
    slider("label", "Label", &words, &[strip])
}

fn nearest(found: &Exploration) -> Result<String> {
    const TITLE: &str = "The nearest training images";
    let Some(nearest) = &found.nearest else {
        let sentence = "No data: <code>--data</code> says where the training images are.";
        return Ok(section(TITLE, "", &super::super::html::missing(sentence)));
    };
    let Nearest { data, training, held_out_images, closest, .. } = nearest;
    let rows = pairs(nearest);
    let half = |index: usize| {
        let (count, len) = (2 * SHOWN, 2 * SHOWN * rows.image_len());
        let pixels = rows.pixels[index * len..][..len].to_vec();
        grid::picture(&Images { count, pixels, ..rows }, SHOWN)
    };
    let figures = [
        figure(
            &half(0),
            "Above: the first images of the seed; below: the training image that is nearest to \
             each.",
            "Generated images above their nearest training images",
        )?,
        figure(
            &half(1),
            "The same of those images that are closest to a training image, the closest first.",
            "The closest pairs of a generated and a training image",
        )?,
    ];
    let chart = chart::distances(&closest.synthetic.sorted, &closest.held_out.sorted);
    let lead = format!(
        "{} generated images beside the {} training images of {data}, and {} held-out ones ({}) \
         for comparison. Distances are of pixels from 0 to 1.",
        thousands(closest.synthetic.images as u64),
        thousands(*training as u64),
        thousands(closest.held_out.images as u64),
        held_out_images
    );
    let body = format!(
        "{}<div class=\"charts\">\n{chart}</div>\n{}",
        figures.concat(),
        distances(closest, "image", Vec::new())
    );
    Ok(section(TITLE, &lead, &body))
}
