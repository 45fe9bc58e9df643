//! Simple methods that need no training, for each task.

use crate::config::TaskKind;
use crate::task::{Cases, Example, Kernel, Task, resized};
use gan_tools::images::Images;
use rayon::prelude::*;

/// A harmonic fill ends when no pixel changes by more.
const SETTLED: f64 = 0.01;
/// Passes of a harmonic fill, at most.
const PASSES: usize = 5000;

/// A method, by its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// For the table.
    pub name: &'static str,
    method: Method,
}

#[derive(Debug, Clone, PartialEq)]
enum Method {
    /// What goes in, as it is.
    Unchanged,
    /// One image for all.
    Image(Vec<u8>),
    /// Missing pixels are the mean of the others.
    Mean,
    /// Missing pixels are black.
    Black,
    /// Missing pixels solve Laplace's equation.
    Harmonic,
    /// Interpolation.
    Resized(Kernel),
}

/// The methods for a task. `mean` is the mean image of the data.
pub fn baselines(task: &Task, mean: &[u8]) -> Vec<Baseline> {
    let kernels = [
        ("nearest pixel", Kernel::Nearest),
        ("bilinear", Kernel::Bilinear),
        ("bicubic (a = -0.5)", Kernel::Bicubic),
        ("Lanczos (3 lobes)", Kernel::Lanczos),
    ];
    let same_size = task.input_size() == task.target_size();
    let methods: Vec<(&'static str, Method)> = match task.config().kind {
        TaskKind::Inpaint => vec![
            ("black", Method::Black),
            ("mean of the rest", Method::Mean),
            ("the data's mean image", Method::Image(mean.to_vec())),
            ("harmonic (Laplace)", Method::Harmonic),
        ],
        TaskKind::Stylize => vec![("input unchanged", Method::Unchanged)],
        TaskKind::Pairs if same_size => vec![
            ("input unchanged", Method::Unchanged),
            ("the data's mean image", Method::Image(mean.to_vec())),
        ],
        TaskKind::SuperRes | TaskKind::Pairs => {
            kernels.into_iter().map(|(name, kernel)| (name, Method::Resized(kernel))).collect()
        }
    };
    methods.into_iter().map(|(name, method)| Baseline { name, method }).collect()
}

impl Baseline {
    /// What it makes of each case.
    pub fn images(&self, cases: &Cases) -> Images {
        let [width, height] = cases.target_size;
        let made = cases.examples.par_iter().map(|example| self.image(example, cases));
        let pixels: Vec<Vec<u8>> = made.collect();
        Images { count: cases.examples.len(), width, height, pixels: pixels.concat() }
    }

    fn image(&self, example: &Example, cases: &Cases) -> Vec<u8> {
        let input = &example.input;
        let missing = || -> Vec<bool> {
            let holes = example.holes.as_ref();
            holes.map_or(vec![false; input.len()], |holes| holes.pixels().collect())
        };
        match &self.method {
            Method::Unchanged => input.clone(),
            Method::Image(image) => image.clone(),
            Method::Black => vec![0; input.len()],
            Method::Mean => vec![mean(input, &missing()).round() as u8; input.len()],
            Method::Harmonic => harmonic(input, &missing(), cases.input_size[0]),
            Method::Resized(kernel) => resized(input, cases.input_size, cases.target_size, *kernel),
        }
    }
}

/// The mean of the pixels that are there; 0 without any.
fn mean(image: &[u8], missing: &[bool]) -> f64 {
    let there = image.iter().zip(missing).filter(|(_, missing)| !**missing);
    let (sum, count) =
        there.fold((0u64, 0u64), |(sum, count), (&p, _)| (sum + u64::from(p), count + 1));
    sum as f64 / count.max(1) as f64
}

/// Each missing pixel becomes the mean of its two to four neighbours, so that the image solves
/// Laplace's equation between the pixels that are there; nothing flows through the border. By
/// passes over all missing pixels (Gauss and Seidel), from the mean of the others.
fn harmonic(image: &[u8], missing: &[bool], width: usize) -> Vec<u8> {
    let start = mean(image, missing);
    let places: Vec<usize> = (0..image.len()).filter(|&at| missing[at]).collect();
    let value = |(&pixel, &missing): (&u8, &bool)| if missing { start } else { f64::from(pixel) };
    let mut values: Vec<f64> = image.iter().zip(missing).map(value).collect();
    let neighbours: Vec<Vec<usize>> = places
        .iter()
        .map(|&at| {
            let sides = [
                (at % width > 0).then(|| at - 1),
                (at % width + 1 < width).then(|| at + 1),
                at.checked_sub(width),
                Some(at + width).filter(|&below| below < image.len()),
            ];
            sides.into_iter().flatten().collect()
        })
        .collect();
    for _ in 0..PASSES {
        let mut change = 0.0f64;
        for (&at, neighbours) in places.iter().zip(&neighbours) {
            let sum: f64 = neighbours.iter().map(|&near| values[near]).sum();
            let found = sum / neighbours.len().max(1) as f64;
            change = change.max((found - values[at]).abs());
            values[at] = found;
        }
        if change < SETTLED {
            break;
        }
    }
    values.into_iter().map(|value| value.round() as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values: along a line a harmonic function is a straight one.
    #[test]
    fn harmonic_fill_is_straight_between_its_ends() {
        let image = [10, 0, 0, 0, 50];
        let missing = [false, true, true, true, false];
        assert_eq!(harmonic(&image, &missing, 5), [10, 20, 30, 40, 50]);
        // Down as across; and with the border in place of an end, level.
        assert_eq!(harmonic(&image, &missing, 1), [10, 20, 30, 40, 50]);
        assert_eq!(harmonic(&image, &[false, true, true, true, true], 5), [10; 5]);
        // The middle of a cross is the mean of its ends.
        let cross = [0, 8, 0, 4, 99, 20, 0, 100, 0];
        let mut middle = [false; 9];
        middle[4] = true;
        assert_eq!(harmonic(&cross, &middle, 3)[4], 33);
    }

    #[test]
    fn means_leave_out_what_is_missing() {
        assert_eq!(mean(&[10, 255, 30], &[false, true, false]), 20.0);
        assert_eq!(mean(&[10], &[true]), 0.0);
    }
}
