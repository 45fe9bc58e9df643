//! What each latent unit moves: how an image changes with one unit of the latent, the others left
//! as they are.
//!
//! Let `x_p(c)` be pixel `p`, in levels of 255, of the image that the blob's integers make of the
//! codes `c`, and `u` a unit. A code is a sixteenth of a sigma. The derivative is taken as a
//! difference over [`REACH`] codes to both sides, or as many as there are up to 0 and 127:
//!
//! ```text
//! D_up(c) = 16 [x_p(c_u + r) - x_p(c_u - s)] / (r + s)         levels for each sigma
//!
//! map       m_up = mean over latents of D_up
//! strength  S_u  = sqrt(mean over latents and pixels of D_up^2)
//! agreement A_u  = sqrt(mean over pixels of m_up^2) / S_u        0 to 1
//! ```
//!
//! A difference and no derivative, because the arithmetic is in integers: from one code to the next
//! an image changes by roundings as much as by the unit. Over `r + s = 8` codes, half a sigma, a
//! rounding of a level is two levels for each sigma, and most units move far more where they move
//! anything. The exact images are compared, not those of a float replica: the figures are those of
//! every device.
//!
//! `A_u` is at most 1, because the square of a mean is at most the mean of squares. It is 1 if the
//! unit does the same to all images, and near 0 if what it does depends on the others: then its
//! map shows little, though its strength may be large.

use anyhow::Result;
use gan_core::CODE_MAX;
use gan_core::host::Runner;
use gan_core::latent::SCALING;
use gan_tools::generate;
use gan_tools::samples::Samples;
use serde::Serialize;

/// Codes to both sides over which an image is compared.
pub const REACH: u8 = 4;
/// The part of all strengths' squares that the strongest units are counted for.
const MOST: f64 = 0.9;

/// A unit of the latent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Unit {
    /// Its place in the latent, from 0.
    pub unit: usize,
    /// How much it moves a pixel, in levels of 255 for each sigma.
    pub strength: f64,
    /// How far it moves all images alike, 0 to 1; 0 if it moves none.
    pub agreement: f64,
    /// What a pixel gains for each sigma, in levels, on average; line after line.
    #[serde(skip)]
    pub map: Vec<f64>,
}

/// All units, the strongest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sensitivity {
    /// Latents over which it is averaged.
    pub latents: usize,
    /// The strongest units that have 90 % of the sum of all strengths' squares.
    pub units_for_90_percent: usize,
    /// The units.
    pub units: Vec<Unit>,
}

impl Sensitivity {
    /// Measures all units at these latents, with these labels.
    ///
    /// # Errors
    ///
    /// As [`generate::images`].
    pub fn measure(runner: &Runner<'_>, samples: &Samples) -> Result<Self> {
        let latent = runner.generator().latent_len();
        let mut units: Vec<Unit> =
            (0..latent).map(|unit| Unit::measure(runner, samples, unit)).collect::<Result<_>>()?;
        units.sort_by(|a, b| b.strength.total_cmp(&a.strength).then(a.unit.cmp(&b.unit)));
        let strengths: Vec<f64> = units.iter().map(|unit| unit.strength).collect();
        let units_for_90_percent = count_for(&strengths, MOST);
        Ok(Self { latents: samples.count, units_for_90_percent, units })
    }
}

impl Unit {
    fn measure(runner: &Runner<'_>, samples: &Samples, unit: usize) -> Result<Self> {
        let latent = runner.generator().latent_len();
        let moved = |by: fn(u8) -> u8| {
            let mut moved = samples.clone();
            moved.codes.iter_mut().skip(unit).step_by(latent).for_each(|code| *code = by(*code));
            moved
        };
        let high = moved(|code| (code + REACH).min(CODE_MAX));
        let low = moved(|code| code.saturating_sub(REACH));
        let [above, below] = [&high, &low].map(|samples| generate::images(runner, samples));
        let (above, below) = (above?, below?);
        let (mut map, mut square) = (vec![0.0; above.image_len()], 0.0);
        for (index, (above, below)) in above.iter().zip(below.iter()).enumerate() {
            let at = index * latent + unit;
            let between = f64::from(high.codes[at] - low.codes[at]) / SCALING.steps;
            let mut squares = 0;
            for (map, (&above, &below)) in map.iter_mut().zip(above.iter().zip(below)) {
                let change = i32::from(above) - i32::from(below);
                *map += f64::from(change) / between;
                squares += i64::from(change * change);
            }
            square += squares as f64 / (between * between);
        }
        let (count, pixels) = (samples.count.max(1) as f64, map.len() as f64);
        map.iter_mut().for_each(|sum| *sum /= count);
        let strength = (square / count / pixels).sqrt();
        let mean = (map.iter().map(|gain| gain * gain).sum::<f64>() / pixels).sqrt();
        let agreement = if strength > 0.0 { (mean / strength).min(1.0) } else { 0.0 };
        Ok(Self { unit, strength, agreement, map })
    }
}

/// How many of falling strengths have this part of the sum of all squares.
fn count_for(strengths: &[f64], part: f64) -> usize {
    let all: f64 = strengths.iter().map(|strength| strength * strength).sum();
    let mut sum = 0.0;
    let before = strengths.iter().take_while(|&&strength| {
        let goes_on = sum < part * all;
        sum += strength * strength;
        goes_on
    });
    before.count()
}

#[cfg(test)]
mod tests;
