//! Truncation in percent, as people type and read it on the console.

use gan_core::Truncation;

/// The truncation to so many percent of the latents, to the nearest 1/256; `None` over 100.
pub(super) fn truncation(percent: u16) -> Option<Truncation> {
    let factor = (u32::from(percent) * 256 + 50) / 100;
    factor.try_into().ok().and_then(Truncation::from_256ths)
}

/// The percent that a truncation was made from: an error of half a 256th is a fifth of a percent.
pub(super) fn of(truncation: Truncation) -> u32 {
    (u32::from(truncation.in_256ths()) * 100 + 128) / 256
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_are_the_nearest_256ths_and_come_back() {
        for p in 0..=100 {
            let nearest = (f64::from(p) / 100.0 * 256.0).round() as u16;
            let truncation = truncation(p).unwrap();
            assert_eq!(truncation.in_256ths(), nearest, "{p} %");
            assert_eq!(of(truncation), u32::from(p));
        }
        assert_eq!(truncation(100), Some(Truncation::OFF));
        for p in [101, 102, 256, 25_600, u16::MAX] {
            assert_eq!(truncation(p), None, "{p} %");
        }
    }
}
