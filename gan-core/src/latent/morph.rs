//! The way from one latent to another, for pictures that change into each other: in integers, so
//! that every machine draws the same ones.

use super::LatentSampler;

/// A way in steps from the latent that one sampler draws next to that of another one. Frame 0 is
/// the first latent, and frame `steps` the last one.
///
/// Labels have no way between them: the format knows biases of whole labels only. A morph has the
/// first label up to its middle, and then the other one, as [`is_late`](Self::is_late) says.
///
/// ```
/// use gan_core::{LatentSampler, latent::Morph};
/// let (mut first, mut last, mut frame) = ([0; 10], [0; 10], [0; 10]);
/// let mut sampler = LatentSampler::new(42);
/// let from = sampler.clone();
/// sampler.fill(&mut first);
/// let morph = Morph::new(from, sampler.clone(), 8);
/// sampler.fill(&mut last);
///
/// morph.fill(0, &mut frame);
/// assert_eq!(frame, first);
/// morph.fill(8, &mut frame);
/// assert_eq!(frame, last);
/// morph.fill(4, &mut frame);
/// assert_eq!(frame[0], (first[0] + last[0] + 1) / 2);
/// ```
#[derive(Debug, Clone)]
pub struct Morph {
    from: LatentSampler,
    to: LatentSampler,
    steps: u16,
}

impl Morph {
    /// The way between two latents in so many steps. With 0 steps every frame is the first latent.
    pub const fn new(from: LatentSampler, to: LatentSampler, steps: u16) -> Self {
        Self { from, to, steps }
    }

    /// The latent of a frame, 0 to `steps`: as many codes as there is room for. A frame beyond the
    /// last one is the last one.
    pub fn fill(&self, frame: u16, latent: &mut [u8]) {
        let (mut from, mut to) = (self.from.clone(), self.to.clone());
        for code in latent {
            *code = between(from.code(), to.code(), frame, self.steps);
        }
    }

    /// Whether a frame is drawn with the second label: from the middle on.
    pub const fn is_late(&self, frame: u16) -> bool {
        frame as u32 * 2 >= self.steps as u32
    }
}

/// The code `frame / steps` of the way from `a` to `b`, rounded to the nearest integer, halves up.
/// It is `(a (steps - frame) + b frame) / steps`, so the way back passes the same codes.
///
/// ```
/// use gan_core::latent::between;
/// assert_eq!([0, 4, 8].map(|frame| between(40, 63, frame, 8)), [40, 52, 63]);
/// ```
pub fn between(a: u8, b: u8, frame: u16, steps: u16) -> u8 {
    let frame = frame.min(steps);
    let (before, steps) = (u32::from(steps - frame), u32::from(steps));
    let sum = u32::from(a) * before + u32::from(b) * u32::from(frame);
    // The sum of 7 and 16 bits leaves room for half a step.
    (sum + steps / 2).checked_div(steps).map_or(a, |code| code as u8)
}
