//! Runs a model that takes an image, as the section "What goes in and what comes out" of the format
//! says.

use super::run::generate;
use super::{Model, Part};

/// The inputs of a model that takes an image. Those that a model does not take are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Bytes of the image, `[height][width][channels]`.
    pub image: Vec<u8>,
    /// Bytes of the mask, `[height][width]`: 0 there, 255 missing.
    pub mask: Vec<u8>,
    /// Codes 0..=127.
    pub latent: Vec<u8>,
    /// Label, for a conditional model.
    pub label: Option<u16>,
}

/// The codes that go into the first layer.
///
/// # Panics
///
/// If what is given does not fit the model.
#[must_use]
pub fn codes(model: &Model, given: &Given) -> Vec<u8> {
    let mut codes = Vec::new();
    for part in &model.inputs {
        match *part {
            Part::Latent(len) => {
                assert_eq!(given.latent.len(), usize::from(len), "latent codes");
                codes.extend(&given.latent);
            }
            Part::Image { width, height, channels } => {
                let mut bytes = given.image.iter();
                for y in 0..height {
                    for x in 0..width {
                        for _ in 0..channels {
                            let byte = bytes.next().expect("the image is whole");
                            codes.push(if is_missing(model, given, x, y) { 64 } else { byte / 2 });
                        }
                    }
                }
                assert_eq!(bytes.next(), None, "bytes after the image");
            }
            Part::Mask { width, height } => {
                assert_eq!(given.mask.len(), usize::from(width) * usize::from(height), "mask");
                codes.extend(given.mask.iter().map(|byte| byte / 2));
            }
        }
    }
    codes
}

/// The bytes that come out, `[height][width][channels]`.
///
/// # Panics
///
/// If what is given does not fit the model, or the model is not valid.
#[must_use]
pub fn transform(model: &Model, given: &Given) -> Vec<u8> {
    let mut pixels = generate(model, &codes(model, given), given.label);
    let own = Part::Image { width: model.width, height: model.height, channels: model.channels };
    let masked = model.inputs.iter().any(|part| matches!(part, Part::Mask { .. }));
    if masked && model.inputs.contains(&own) {
        let channels = usize::from(model.channels);
        for y in 0..model.height {
            for x in 0..model.width {
                let at = (usize::from(y) * usize::from(model.width) + usize::from(x)) * channels;
                if !is_missing(model, given, x, y) {
                    pixels[at..at + channels].copy_from_slice(&given.image[at..at + channels]);
                }
            }
        }
    }
    pixels
}

/// Whether the mask calls pixel (`x`, `y`) of the image missing; no mask calls none.
fn is_missing(model: &Model, given: &Given, x: u16, y: u16) -> bool {
    let mut image = (1, 1);
    let mut mask = None;
    for part in &model.inputs {
        match *part {
            Part::Latent(_) => {}
            Part::Image { width, height, .. } => image = (u64::from(width), u64::from(height)),
            Part::Mask { width, height } => mask = Some((u64::from(width), u64::from(height))),
        }
    }
    let Some((width, height)) = mask else { return false };
    let column = u64::from(x) * width / image.0;
    let row = u64::from(y) * height / image.1;
    given.mask[(row * width + column) as usize] >= 128
}
