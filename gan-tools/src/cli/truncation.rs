//! The option `--truncation`: a factor from 0 to 1, held to the 256ths in which devices scale
//! latents.

use crate::numbers::value;
use gan_core::Truncation;
use std::str::FromStr;

/// A factor that was asked for.
#[derive(Debug, Clone)]
pub struct Factor {
    asked: f64,
    text: String,
}

impl FromStr for Factor {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            // No range has a number in it that is none, so NaN is refused too.
            Ok(asked) if (0.0..=1.0).contains(&asked) => Ok(Self { asked, text: text.to_owned() }),
            _ => Err("expected a number from 0 to 1, as in 0.7"),
        }
    }
}

impl Factor {
    /// The truncation that is nearest to it.
    pub fn truncation(&self) -> Truncation {
        let nearest = (self.asked * f64::from(Truncation::OFF.in_256ths())).round();
        Truncation::from_256ths(nearest as u16).expect("1 times 256 at most")
    }

    /// What is used in its place, if that is another number.
    pub fn note(&self) -> Option<String> {
        let (used, whole) = (self.truncation().in_256ths(), Truncation::OFF.in_256ths());
        let real = f64::from(used) / f64::from(whole);
        (real != self.asked).then(|| {
            let value = value(real);
            format!("--truncation {}: rounded to {used}/{whole} = {value}", self.text)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_256th_is_used_and_said() {
        for (text, factor, note) in [
            ("1", 256, None),
            ("1.0", 256, None),
            ("0.5", 128, None),
            ("0", 0, None),
            ("-0", 0, None),
            ("0.00390625", 1, None),
            ("0.7", 179, Some("--truncation 0.7: rounded to 179/256 = 0.6992")),
            ("1e-3", 0, Some("--truncation 1e-3: rounded to 0/256 = 0")),
            (".999", 256, Some("--truncation .999: rounded to 256/256 = 1.000")),
        ] {
            let asked: Factor = text.parse().unwrap();
            assert_eq!(asked.truncation().in_256ths(), factor, "{text}");
            assert_eq!(asked.note().as_deref(), note, "{text}");
        }
        for text in ["", "x", "NaN", "inf", "-1", "2", "1.0000001", "-1e-9", "70%", "0,7", " 0.5"] {
            assert!(text.parse::<Factor>().is_err(), "{text:?}");
        }
    }
}
