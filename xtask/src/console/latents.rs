//! Checks that images of codes that are sent, and those on the way between two labels, are those
//! that the host makes.

use gan_core::image::{glyph, luma};
use gan_core::latent::Morph;
use gan_core::tools::latent_lines;
use gan_core::{Generator, LatentSampler};

use super::{Session, lines, raw};
use crate::blob::Maker;
use crate::prelude::*;

const SEED: u64 = 11;
const STEPS: u16 = 5;
/// The labels that a morph goes between.
const LABELS: [u16; 2] = [3, 8];

/// Sends the codes of a latent, and has the board morph.
pub fn check(session: &mut Session, blob: &Blob) -> Result<()> {
    let mut maker = Maker::new(blob)?;
    chosen(session, &mut maker).context("latent")?;
    morph(session, &mut maker).context("morph")
}

/// Checks the image of codes that no seed gives: those of a seed, with the distance of each from
/// the middle turned round.
fn chosen(session: &mut Session, maker: &mut Maker<'_>) -> Result<()> {
    let mut codes = maker.latent(&mut LatentSampler::new(SEED));
    for code in &mut codes {
        *code = 127 - *code;
    }
    session.ask(&LABELS[0].to_string())?;
    for line in latent_lines(&codes) {
        session.ask(&line)?;
    }
    let (raw, pixels) = (raw(session)?, maker.image(&codes, Some(LABELS[0]))?);
    ensure!(raw.ends_with(&[&pixels[..], b"\r\n"].concat()), "expected {pixels:?}, got {raw:?}");
    let wrong = lines(&session.ask("latent 1 200")?)?;
    let expected = format!("latent takes this model's {} codes of 0 to 127", codes.len());
    ensure!(wrong.len() == 1 && wrong[0].starts_with(&expected), "the answer to 200: {wrong:?}");
    Ok(())
}

/// Checks that every frame, as text, is the one that the host makes.
fn morph(session: &mut Session, maker: &mut Maker<'_>) -> Result<()> {
    session.ask(&format!("seed {SEED}"))?;
    let [from, to] = LABELS;
    let shown = lines(&session.ask(&format!("morph {from} {to} {STEPS}"))?)?;
    let len = maker.generator.latent_len() as u64;
    let [first, last] = [0, 1].map(|image| {
        let mut sampler = LatentSampler::new(SEED);
        sampler.advance(image * len);
        sampler
    });
    let morph = Morph::new(first, last, STEPS);
    let mut expected = String::new();
    let mut latent = vec![0; maker.generator.latent_len()];
    for frame in 0..=STEPS {
        let label = if morph.is_late(frame) { to } else { from };
        expected += &format!("label {label}, frame {frame} of {STEPS}\n");
        morph.fill(frame, &mut latent);
        let pixels = maker.image(&latent, Some(label))?;
        expected += &drawn(&maker.generator, &pixels);
    }
    let expected: Vec<_> = expected.trim_end().lines().collect();
    ensure!(shown == expected, "expected {expected:#?}, got {shown:#?}");
    Ok(())
}

/// Returns an image as text, as the console draws one of up to 39 pixels in a line.
fn drawn(generator: &Generator<'_>, pixels: &[u8]) -> String {
    let mut text = String::new();
    for line in pixels.chunks(generator.line_len()) {
        for pixel in line.chunks(generator.image().channels.into()) {
            text.extend([glyph(luma(pixel)); 2]);
        }
        text.push('\n');
    }
    text
}
