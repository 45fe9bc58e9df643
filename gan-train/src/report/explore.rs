//! What a look into a latent leaves in a folder: a page with sliders, pictures, animations and
//! numbers.

mod maps;
mod page;
mod slider;

pub(super) use page::sliders;

use super::animation;
use super::history::evenly;
use crate::explore::Exploration;
use crate::explore::frames::Frames;
use crate::explore::nearest::{Nearest, SHOWN};
use crate::explore::path::Way;
use anyhow::Result;
use gan_tools::images::Images;
use gan_tools::picture::{Picture, grid};
use serde_json::Value;
use std::path::Path;

/// Name of the folder in a run's.
pub const FOLDER: &str = "explore";
/// Name of the page.
pub const PAGE: &str = "explore.html";
/// Name of the file of numbers.
pub const JSON: &str = "explore.json";
/// All names of files.
pub const NAMES: [&str; 14] = [
    PAGE,
    JSON,
    "units.csv",
    "linear.png",
    "linear.gif",
    "spherical.png",
    "spherical.gif",
    "sensitivity.png",
    "traversals.png",
    "labels.png",
    "labels.gif",
    "walk.png",
    "walk.gif",
    NEAREST,
];
/// Name of the picture of training images.
const NEAREST: &str = "nearest.png";
/// Columns of a picture of frames, about.
const COLUMNS: usize = 17;
/// Pictures are enlarged by whole factors to about this width, and animations, which have fewer
/// columns, to that.
const WIDTH: usize = 1000;
const ANIMATION_WIDTH: usize = 320;

/// The files of an exploration, by name. The page names the files beside it.
///
/// # Errors
///
/// A picture that cannot be a PNG or GIF file.
pub fn files(found: &Exploration) -> Result<Vec<(&'static str, Vec<u8>)>> {
    let mut files = vec![
        (PAGE, page::page(found)?.into_bytes()),
        (JSON, json(found)?.into_bytes()),
        ("units.csv", csv(found).into_bytes()),
        ("sensitivity.png", sensitivity(found).to_png()?),
        ("traversals.png", traversals(found).enlarged_to(WIDTH).to_png()?),
    ];
    for interpolation in &found.interpolations {
        let names = match interpolation.way {
            Way::Linear => ["linear.png", "linear.gif"],
            Way::Spherical => ["spherical.png", "spherical.gif"],
        };
        files.extend(both(names, &interpolation.frames)?);
    }
    if let Some(labels) = &found.labels {
        files.extend(both(["labels.png", "labels.gif"], &labels.morph)?);
        files.extend(both(["walk.png", "walk.gif"], &labels.walk)?);
    }
    if let Some(nearest) = &found.nearest {
        files.push((NEAREST, grid::picture(&pairs(nearest), SHOWN).enlarged_to(WIDTH).to_png()?));
    }
    Ok(files)
}

/// What was measured.
///
/// # Errors
///
/// None that is known.
pub fn json(found: &Exploration) -> Result<String> {
    Ok(serde_json::to_string_pretty(found)? + "\n")
}

/// Whether the text is that of [`json`], and of which blob: its CRC-32 in hexadecimal.
pub fn crc32_of(text: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok()?;
    value.get("sensitivity")?;
    Some(value.get("crc32")?.as_str()?.to_owned())
}

/// The page of the run in this folder, if there is one of the blob with this CRC-32: its path from
/// the folder.
pub fn of_run(folder: &Path, crc32: u32) -> Option<String> {
    let there = folder.join(FOLDER);
    let text = std::fs::read_to_string(there.join(JSON)).ok()?;
    let is_of_it = crc32_of(&text)? == format!("{crc32:08x}") && there.join(PAGE).is_file();
    is_of_it.then(|| format!("{FOLDER}/{PAGE}"))
}

/// A line for each unit, the strongest first.
fn csv(found: &Exploration) -> String {
    let rows = found.sensitivity.units.iter().enumerate().map(|(index, unit)| {
        format!("{},{},{:.4},{:.4}\n", index + 1, unit.unit, unit.strength, unit.agreement)
    });
    "rank,unit,strength,agreement\n".to_owned() + &rows.collect::<String>()
}

/// The picture of frames, and their animation.
fn both([png, gif]: [&'static str; 2], frames: &Frames) -> Result<[(&'static str, Vec<u8>); 2]> {
    let strip = frames.strip(&evenly(frames.count(), COLUMNS)).enlarged_to(WIDTH);
    let chosen = evenly(frames.count(), animation::FRAMES);
    let pictures: Vec<Picture> = chosen
        .into_iter()
        .map(|index| frames.picture(index).enlarged_to(ANIMATION_WIDTH))
        .collect();
    let animation = animation::encode(pictures.iter(), pictures.len())?;
    Ok([(png, strip.to_png()?), (gif, animation)])
}

/// The map of each unit.
fn sensitivity(found: &Exploration) -> Picture {
    maps::picture(&found.sensitivity, &found.interpolations[0].frames.images)
}

/// A row for each of the strongest units: of the first label that is shown.
fn traversals(found: &Exploration) -> Picture {
    let mut all: Option<Images> = None;
    let mut columns = 1;
    for traversal in &found.traversals {
        let Frames { columns: labels, images } = &traversal.frames;
        columns = traversal.frames.count();
        let first = images.iter().step_by(*labels).flatten().copied();
        let all = all.get_or_insert(Images { count: 0, pixels: Vec::new(), ..*images });
        all.pixels.extend(first);
        all.count += columns;
    }
    let none = Images { count: 1, width: 1, height: 1, pixels: vec![0] };
    grid::picture(&all.unwrap_or(none), columns)
}

/// Four rows of images: those of [`Nearest::pictures`]; where there are fewer pairs, rows end in
/// black.
fn pairs(nearest: &Nearest) -> Images {
    let [first, ..] = &nearest.pictures;
    let len = SHOWN * first.image_len();
    let rows = nearest.pictures.iter().flat_map(|row| {
        let mut pixels = row.pixels.clone();
        pixels.resize(len, 0);
        pixels
    });
    Images { count: 4 * SHOWN, pixels: rows.collect(), ..*first }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_ours_says_of_which_blob_it_is() {
        assert_eq!(crc32_of("{\"crc32\": \"0badcafe\", \"sensitivity\": {}}").unwrap(), "0badcafe");
        for other in ["", "{}", "{\"crc32\": \"0badcafe\"}", "{\"sensitivity\": {}}"] {
            assert_eq!(crc32_of(other), None, "{other}");
        }
    }
}
