//! Latents between two latents, in codes: a blob takes integers alone, so what lies between two
//! codes is rounded to a code, and every device can draw each of these images.
//!
//! With `z = (code - 64) / 16` for what a code means, and the place `t = step / steps`, 0 to 1:
//!
//! ```text
//! linear      code = floor((1 - t) a + t b + 1/2)   of the codes a and b: gan-core's Morph
//! spherical   z(t) = [sin((1 - t) w) z_a + sin(t w) z_b] / sin w,  cos w = z_a z_b / |z_a| |z_b|
//! ```
//!
//! The linear way is that of a device's `morph`. A latent of `d` units, drawn at random, lies at
//! about `sqrt d` from the origin, and two such are nearly at a right angle: half of the linear way
//! is at `sqrt(d / 2)`, nearer to the origin than any latent that the generator was trained on. The
//! spherical way (Shoemake 1985; White 2016 for generators) keeps the distance. Its codes are the
//! nearest to the real numbers, which libm computes alike on all machines.

use gan_core::latent::{Morph, SCALING};
use gan_core::{CODE_MAX, LatentSampler};
use serde::Serialize;

/// How one goes from a latent to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// On the straight line.
    Linear,
    /// On the arc around the origin.
    Spherical,
}

impl Way {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Linear, Self::Spherical];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Spherical => "spherical",
        }
    }
}

/// The way from one latent to another in so many steps.
#[derive(Debug, Clone)]
pub struct Path {
    morph: Morph,
    ends: [Vec<u8>; 2],
    steps: u16,
}

impl Path {
    /// From the next latent of one sampler to that of another one.
    pub fn new([from, to]: [LatentSampler; 2], latent_len: usize, steps: u16) -> Self {
        let ends = [from.clone(), to.clone()].map(|mut sampler| {
            let mut codes = vec![0; latent_len];
            sampler.fill(&mut codes);
            codes
        });
        Self { morph: Morph::new(from, to, steps), ends, steps }
    }

    /// The codes at this step: at step 0 those of the one end, at the last those of the other.
    pub fn codes(&self, way: Way, step: u16) -> Vec<u8> {
        let [from, to] = &self.ends;
        match way {
            Way::Linear => {
                let mut codes = vec![0; from.len()];
                self.morph.fill(step, &mut codes);
                codes
            }
            Way::Spherical => spherical(from, to, f64::from(step) / f64::from(self.steps)),
        }
    }

    /// Whether a step is drawn with the second label, if the labels of the ends are others.
    pub fn is_late(&self, step: u16) -> bool {
        self.morph.is_late(step)
    }
}

/// The latent at `part` of the way from `a` to `b`, on the arc around the origin.
pub fn spherical(a: &[u8], b: &[u8], part: f64) -> Vec<u8> {
    let origin = f64::from(SCALING.zero_point);
    let pairs = || a.iter().zip(b).map(|(&a, &b)| (f64::from(a) - origin, f64::from(b) - origin));
    let dot = |of: fn((f64, f64)) -> f64| pairs().map(of).sum::<f64>();
    let cosine = dot(|(a, b)| a * b) / (dot(|(a, _)| a * a) * dot(|(_, b)| b * b)).sqrt();
    let angle = libm::acos(cosine.clamp(-1.0, 1.0));
    let (from, to) = if libm::sin(angle) > 1e-3 {
        let part_of = |part: f64| libm::sin(part * angle) / libm::sin(angle);
        (part_of(1.0 - part), part_of(part))
    } else {
        // One direction, opposite ones, or no direction at all.
        (1.0 - part, part)
    };
    pairs()
        .map(|(a, b)| (a * from + b * to + origin).round().clamp(0.0, CODE_MAX.into()) as u8)
        .collect()
}

/// How far a latent is from the origin: the root mean square of its units, in sigma. Of latents
/// that are drawn at random it is about 1.
pub fn radius(codes: &[u8]) -> f64 {
    let square = |&code: &u8| f64::from(gan_core::latent::real(code)).powi(2);
    (codes.iter().map(square).sum::<f64>() / codes.len().max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arc_keeps_the_distance_from_the_origin() {
        // A right angle at 40 steps from the origin: half of the way is at 40 / sqrt 2 = 28.28
        // along both; a third of it at 40 cos 30° = 34.64 and 40 sin 30° = 20.
        let (a, b) = ([104, 64], [64, 104]);
        assert_eq!(spherical(&a, &b, 0.0), a);
        assert_eq!(spherical(&a, &b, 0.5), [92, 92]);
        assert_eq!(spherical(&a, &b, 1.0 / 3.0), [99, 84]);
        assert_eq!(spherical(&a, &b, 1.0), b);
        // 60° apart: half of the way is at 30°. (60, 0) and (30, 51.96) lead to (51.96, 30).
        assert_eq!(spherical(&[124, 64], &[94, 116], 0.5), [116, 94]);
        let middle = spherical(&a, &b, 0.5);
        assert!((radius(&middle) - radius(&a)).abs() < 0.02, "{}", radius(&middle));
    }

    #[test]
    fn latents_without_an_angle_are_joined_by_a_line() {
        assert_eq!(spherical(&[64, 64], &[84, 44], 0.5), [74, 54]);
        assert_eq!(spherical(&[74], &[54], 0.25), [69]);
        assert_eq!(spherical(&[0], &[127], 1.0), [127]);
    }

    /// From 0 to 1 in steps of an eighth, with halves up; the arc at both ends as well.
    #[test]
    fn both_ways_have_the_ends_of_the_samplers() {
        let samplers = [3, 4].map(LatentSampler::new);
        let ends = samplers.clone().map(|mut sampler| {
            let mut codes = [0; 16];
            sampler.fill(&mut codes);
            codes
        });
        let path = Path::new(samplers, 16, 8);
        for way in Way::ALL {
            assert_eq!([path.codes(way, 0), path.codes(way, 8)], ends, "{way:?}");
        }
        let third =
            |(&a, &b): (&u8, &u8)| (f64::from(a) * 0.625 + f64::from(b) * 0.375 + 0.5) as u8;
        let expected: Vec<u8> = ends[0].iter().zip(&ends[1]).map(third).collect();
        assert_eq!(path.codes(Way::Linear, 3), expected);
        assert_eq!([3, 4].map(|step| path.is_late(step)), [false, true]);
    }

    #[test]
    fn the_radius_is_in_sigma() {
        // (64 + 16 * 3, 64 - 16 * 4): 3 and -4 sigma, whose mean square is 12.5.
        assert!((radius(&[112, 0]) - 12.5f64.sqrt()).abs() < 1e-12);
        assert_eq!(radius(&[64; 9]), 0.0);
    }
}
