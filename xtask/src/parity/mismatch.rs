//! Finds where a wrong image comes from, by comparing what the firmware says of its layers with the
//! reference.

use std::fmt;

use gan_tests::reference::{self, is_float, layers, sampler};

/// The first wrong image of one way to make images, as the firmware tells it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Mismatch {
    /// `images`, `rows` or `pairs`: made whole, line by line, or two at a time.
    pub way: String,
    pub seed: u64,
    pub label: Option<u16>,
    /// The firmware's description of the fault.
    fault: String,
    latent: Vec<u8>,
    /// Outputs of the hidden layers.
    hidden: Vec<Vec<u8>>,
    pixels: Vec<u8>,
}

/// The first place where something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A code of the latent.
    Latent { code: usize, expected: u8, got: u8 },
    /// A row of a layer, both from 0, and how many more rows of it differ.
    Row { layer: usize, row: usize, expected: u8, got: u8, more: usize },
    /// Nothing is wrong with the image, so the expectation was.
    Expectation,
    /// A float model's layers have no codes to compare.
    Unknown,
    /// The hidden layers are right for the codes that went in, of a model that takes an image.
    Around,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Latent { code, expected, got } => {
                write!(f, "latent code {code}: expected {expected}, got {got}")
            }
            Self::Row { layer, row, expected, got, more } => {
                write!(
                    f,
                    "layer {layer}, row {row}: expected {expected}, got {got}; \
                     {more} more rows of the layer differ"
                )
            }
            Self::Expectation => {
                f.write_str("every layer is as the reference has it: the expectation is wrong")
            }
            Self::Unknown => f.write_str("of a float model, layers are not compared"),
            Self::Around => f.write_str(
                "the hidden layers are right for the codes that went in: compare these, the last \
                 layer, and what the mask keeps",
            ),
        }
    }
}

impl Mismatch {
    /// Reads all mismatches that the lines of a run tell.
    pub fn all(lines: &[String]) -> Vec<Self> {
        let mut all = Vec::new();
        for line in lines {
            if let Some(begun) = Self::begin(line) {
                all.push(begun);
            } else if let (Some(rest), Some(last)) = (line.strip_prefix("trace "), all.last_mut()) {
                last.take(rest);
            }
        }
        all
    }

    /// Parses the line that says what is wrong: `WAY: seed N, label N: FAULT`.
    fn begin(line: &str) -> Option<Self> {
        let (way, rest) = line
            .split_once(": seed ")
            .filter(|(way, _)| ["images", "rows", "pairs"].contains(way))?;
        let (image, fault) = rest.split_once(": ")?;
        let (seed, label) = image.split_once(", ")?;
        let label = if label == "no label" {
            None
        } else {
            Some(label.strip_prefix("label ")?.parse().ok()?)
        };
        Some(Self {
            way: way.into(),
            seed: seed.parse().ok()?,
            label,
            fault: fault.into(),
            ..Self::default()
        })
    }

    /// A line of the trace: what it is of, and bytes in hexadecimal. One that is cut short shows as
    /// a layer with too few rows.
    fn take(&mut self, line: &str) {
        let (what, digits) = line.rsplit_once(' ').unwrap_or((line, ""));
        let bytes = (0..digits.len() / 2)
            .map_while(|at| u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok());
        match what {
            "latent" => self.latent.extend(bytes),
            // Line by line, if the image was made so.
            "pixels" => self.pixels.extend(bytes),
            _ => self.hidden.push(bytes.collect()),
        }
    }

    /// Finds the first row that is not the reference's.
    pub fn locate(&self, model: &reference::Model) -> Place {
        // The seed does not say which image went in. The board has told the codes that came of it.
        let takes_image = model.takes_image();
        let complete = self.latent.len() == usize::from(model.latent_len);
        let latent = if takes_image && complete {
            self.latent.clone()
        } else {
            sampler::codes(self.seed, 0, model.latent_len.into())
        };
        if let Some((code, expected, got, _)) = difference(&latent, &self.latent) {
            return Place::Latent { code, expected, got };
        }
        if is_float(model) {
            return Place::Unknown;
        }
        let expected = layers(model, &latent, self.label);
        // Hidden layers as far as they are there; the pixels are the last layer's.
        let hidden = expected.iter().zip(&self.hidden).enumerate();
        let last = expected.len() - 1;
        let pixels = (!takes_image).then_some((last, (&expected[last], &self.pixels)));
        for (layer, (expected, got)) in hidden.take(last).chain(pixels) {
            if let Some((row, expected, got, more)) = difference(expected, got) {
                return Place::Row { layer, row, expected, got, more };
            }
        }
        if takes_image { Place::Around } else { Place::Expectation }
    }

    /// Describes the mismatch in one line.
    pub fn describe(
        &self,
        board: &str,
        kernel: &str,
        stem: &str,
        model: &reference::Model,
    ) -> String {
        let label = self.label.map_or("no label".into(), |label| format!("label {label}"));
        let Self { way, seed, fault, .. } = self;
        let place = self.locate(model);
        format!(
            "mismatch: board {board}, kernel {kernel}, model {stem}, {way}, seed {seed}, {label}: \
             {place} ({fault})"
        )
    }
}

/// Index and values of the first difference, and how many more there are. What is missing counts as
/// 0.
fn difference(expected: &[u8], got: &[u8]) -> Option<(usize, u8, u8, usize)> {
    let byte = |bytes: &[u8], index: usize| bytes.get(index).copied();
    let mut differing = (0..expected.len().max(got.len()))
        .filter(|&index| byte(expected, index) != byte(got, index));
    let first = differing.next()?;
    Some((
        first,
        byte(expected, first).unwrap_or(0),
        byte(got, first).unwrap_or(0),
        differing.count(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gan_tests::synthetic;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What a firmware says that makes image 7 with label 1 by `model`, but for what `spoil` does.
    fn said(model: &reference::Model, spoil: impl Fn(&mut Vec<u8>, &mut [Vec<u8>])) -> Vec<String> {
        let mut latent = sampler::codes(7, 0, model.latent_len.into());
        let mut outputs = layers(model, &latent, Some(1));
        spoil(&mut latent, &mut outputs);
        let (pixels, hidden) = outputs.split_last().unwrap();
        let mut lines = vec![
            "rescale: 1 passed, 0 failed".to_owned(),
            "rows: seed 7, label 1: digest: expected 1, got 2".into(),
        ];
        lines.push(format!("trace latent {}", hex(&latent)));
        lines.extend(
            hidden
                .iter()
                .enumerate()
                .map(|(layer, codes)| format!("trace layer {layer} {}", hex(codes))),
        );
        lines.extend(pixels.chunks(5).map(|line| format!("trace pixels {}", hex(line))));
        lines.push("rows: 3 passed, 1 failed".into());
        lines
    }

    fn place(spoil: impl Fn(&mut Vec<u8>, &mut [Vec<u8>])) -> Place {
        let model = synthetic::packed();
        let [mismatch] = Mismatch::all(&said(&model, spoil)).try_into().unwrap();
        assert_eq!((&*mismatch.way, mismatch.seed, mismatch.label), ("rows", 7, Some(1)));
        mismatch.locate(&model)
    }

    #[test]
    fn finds_the_first_wrong_row() {
        let model = synthetic::packed();
        let right = layers(&model, &sampler::codes(7, 0, model.latent_len.into()), Some(1));
        let last = right.len() - 1;
        for (layer, row, more) in [(0, 0, 0), (2, 17, 0), (2, 3, 2), (last, 34, 0)] {
            let expected = right[layer][row];
            let got = expected ^ 1;
            let found = place(|_, outputs| {
                outputs[layer][row] = got;
                (1..=more).for_each(|next| outputs[layer][row + next] ^= 1);
                // The layers that follow are wrong as well, but the first one is to be found.
                outputs[layer + 1..].iter_mut().for_each(|output| output.fill(0));
            });
            assert_eq!(found, Place::Row { layer, row, expected, got, more });
        }
        assert_eq!(place(|_, _| ()), Place::Expectation);
        let code = |latent: &mut Vec<u8>| latent[5] += 1;
        let expected = sampler::codes(7, 5, 1)[0];
        assert_eq!(
            place(|latent, _| code(latent)),
            Place::Latent { code: 5, expected, got: expected + 1 }
        );
        // A trace that was cut short.
        assert!(matches!(
            place(|_, outputs| outputs[1].truncate(4)),
            Place::Row { layer: 1, row: 4, got: 0, .. }
        ));
    }
}
