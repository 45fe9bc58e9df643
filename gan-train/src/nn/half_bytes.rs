//! Weights of four bits: for each row a scale, for each group of its inputs an integer scale
//! 0..=255 relative to that, for each weight an integer -7..=7. Derivation: docs/quantization.md.
//!
//! Rounding what was rounded changes nothing, so that weights which were trained rounded keep the
//! numbers they were trained with.

#[cfg(test)]
mod tests;

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

/// Rows that are searched side by side.
const LANES: usize = 16;
/// The largest group.
const GROUP: usize = 32;
/// Largest weight.
const TOP: f32 = 7.0;
/// What a group's largest weight is tried as. The whole numbers find the scale that the weights
/// were rounded with; above 7, large weights are cut for the sake of the others.
const LEVELS: [f32; 16] =
    [7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 6.5, 7.5, 8.0, 8.5, 9.0, 9.5, 10.0, 11.0, 12.0];

/// Runs a loop. It stands in its `with_simd`, `#[inline(always)]`, because only what is inlined
/// into pulp's dispatcher is compiled for wide vectors.
fn vectorized<L: WithSimd>(work: L) -> L::Output {
    pulp::Arch::new().dispatch(work)
}

/// A group's weights of [`LANES`] rows, input by input.
type Tile = [[f32; LANES]; GROUP];

/// A matrix of such weights.
#[derive(Debug)]
pub struct HalfBytes {
    inputs: usize,
    outputs: usize,
    group: usize,
    blocks: Vec<Block>,
}

/// Some rows of it.
#[derive(Debug)]
struct Block {
    scales: [f32; LANES],
    /// `[group][row]`
    steps: Vec<[u8; LANES]>,
    /// `[input][row]`
    weights: Vec<[i8; LANES]>,
}

/// One row of it: a weight is `scale * steps[input / group] * weights[input]`.
#[derive(Debug, PartialEq)]
pub struct Row {
    /// The row's scale.
    pub scale: f32,
    /// The groups' scales, in units of the row's.
    pub steps: Vec<u8>,
    /// -7..=7
    pub weights: Vec<i8>,
}

impl HalfBytes {
    /// Rounds `weights`, `[input][output]`, so that the squared errors are small, those of input
    /// `k` times `importance(k)`. Row `r` has a scale of at least `least(r)`.
    pub fn new(
        weights: &[f32],
        [inputs, outputs]: [usize; 2],
        group: u8,
        importance: impl Fn(usize) -> f32 + Sync,
        least: impl Fn(usize) -> f32 + Sync,
    ) -> Self {
        let group = usize::from(group);
        let block = |first: usize| {
            let tile = |at: usize| {
                let (mut tile, mut important): (Tile, _) = ([[0.0; LANES]; GROUP], [0.0; GROUP]);
                for (input, (row, important)) in
                    (at..inputs.min(at + group)).zip(tile.iter_mut().zip(&mut important))
                {
                    let columns = &weights
                        [input * outputs + first..input * outputs + outputs.min(first + LANES)];
                    row[..columns.len()].copy_from_slice(columns);
                    *important = importance(input);
                }
                (tile, important)
            };
            let mut scales: [f32; LANES] =
                std::array::from_fn(
                    |lane| if first + lane < outputs { least(first + lane) } else { 0.0 },
                );
            let mut best = Vec::new();
            for at in (0..inputs).step_by(group) {
                let (tile, importance) = tile(at);
                let scale = vectorized(Best { tile: &tile, importance: &importance });
                scales
                    .iter_mut()
                    .zip(scale)
                    .for_each(|(largest, scale)| *largest = largest.max(scale / 255.0));
                best.push(scale);
            }
            let mut block = Block { scales, steps: Vec::new(), weights: Vec::new() };
            for (at, best) in (0..inputs).step_by(group).zip(best) {
                let (tile, importance) = tile(at);
                let steps = vectorized(Steps {
                    tile: &tile,
                    importance: &importance,
                    scales: &scales,
                    best: &best,
                });
                block.steps.push(steps.map(|step| step as u8));
                for row in &tile[..group.min(inputs - at)] {
                    let weight =
                        |lane: usize| round(row[lane], inverse(scales[lane] * steps[lane])) as i8;
                    block.weights.push(std::array::from_fn(weight));
                }
            }
            block
        };
        let blocks = (0..outputs.div_ceil(LANES))
            .into_par_iter()
            .map(|index| block(index * LANES))
            .collect();
        Self { inputs, outputs, group, blocks }
    }

    /// Writes the rounded weights, `[input][output]`.
    pub fn write(&self, weights: &mut [f32]) {
        for (index, block) in self.blocks.iter().enumerate() {
            let (first, lanes) = (index * LANES, LANES.min(self.outputs - index * LANES));
            for input in 0..self.inputs {
                let (steps, row) = (&block.steps[input / self.group], &block.weights[input]);
                let target = &mut weights[input * self.outputs + first..][..lanes];
                for (lane, weight) in target.iter_mut().enumerate() {
                    *weight = block.scales[lane] * f32::from(steps[lane]) * f32::from(row[lane]);
                }
            }
        }
    }

    /// The rows, output by output.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        (0..self.outputs).map(|output| {
            let (block, lane) = (&self.blocks[output / LANES], output % LANES);
            Row {
                scale: block.scales[lane],
                steps: block.steps.iter().map(|steps| steps[lane]).collect(),
                weights: block.weights.iter().map(|row| row[lane]).collect(),
            }
        })
    }
}

/// To the nearest integer -7..=7, halves to even.
#[inline(always)]
fn round(weight: f32, inverse: f32) -> f32 {
    /// Adding it leaves no bits for a fraction.
    const ROUND: f32 = 12_582_912.0;
    (weight * inverse).clamp(-TOP, TOP) + ROUND - ROUND
}

/// 1 over a scale; all weights are 0 with a scale of 0.
#[inline(always)]
fn inverse(scale: f32) -> f32 {
    if scale > 0.0 { 1.0 / scale } else { 0.0 }
}

/// The real scale of each row's group whose rounded weights are nearest, by least squares for the
/// levels that are tried: `sum h (w - s q)²` is least for `s = sum h w q / sum h q²`, and then `sum
/// h w² - (sum h w q)² / sum h q²`.
struct Best<'b> {
    tile: &'b Tile,
    importance: &'b [f32; GROUP],
}

impl WithSimd for Best<'_> {
    type Output = [f32; LANES];

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> [f32; LANES] {
        let Self { tile, importance } = self;
        let mut largest = [0.0f32; LANES];
        for row in tile {
            largest
                .iter_mut()
                .zip(row)
                .for_each(|(largest, weight)| *largest = largest.max(weight.abs()));
        }
        let (mut best, mut gain) = ([0.0f32; LANES], [0.0f32; LANES]);
        for level in LEVELS {
            let mut inverses = largest;
            inverses.iter_mut().for_each(|largest| *largest = level * inverse(*largest));
            let (mut products, mut squares) = ([0.0f32; LANES], [0.0f32; LANES]);
            for (row, &h) in tile.iter().zip(importance) {
                for lane in 0..LANES {
                    let rounded = round(row[lane], inverses[lane]);
                    products[lane] += h * row[lane] * rounded;
                    squares[lane] += h * rounded * rounded;
                }
            }
            for lane in 0..LANES {
                let scale = products[lane] * inverse(squares[lane]);
                if products[lane] * scale > gain[lane] {
                    (best[lane], gain[lane]) = (scale, products[lane] * scale);
                }
            }
        }
        best
    }
}

/// The integer scale of each row's group whose rounded weights are nearest, of those around the
/// real one.
struct Steps<'s> {
    tile: &'s Tile,
    importance: &'s [f32; GROUP],
    scales: &'s [f32; LANES],
    best: &'s [f32; LANES],
}

impl WithSimd for Steps<'_> {
    type Output = [f32; LANES];

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> [f32; LANES] {
        let Self { tile, importance, scales, best } = self;
        let (mut steps, mut least) = ([0.0f32; LANES], [f32::INFINITY; LANES]);
        for offset in [0.0, 1.0, -1.0, 2.0] {
            let (mut tried, mut scale, mut inverses) =
                ([0.0f32; LANES], [0.0f32; LANES], [0.0f32; LANES]);
            for lane in 0..LANES {
                let ratio = best[lane] * inverse(scales[lane]);
                // A row's largest group is always 255: else the row's scale would be another when
                // it is rounded again.
                tried[lane] = if ratio >= 254.5 {
                    255.0
                } else {
                    (ratio as i32 as f32 + offset).clamp(0.0, 255.0)
                };
                scale[lane] = scales[lane] * tried[lane];
                inverses[lane] = inverse(scale[lane]);
            }
            let mut errors = [0.0f32; LANES];
            for (row, &h) in tile.iter().zip(importance) {
                for lane in 0..LANES {
                    let error = row[lane] - scale[lane] * round(row[lane], inverses[lane]);
                    errors[lane] += h * error * error;
                }
            }
            for lane in 0..LANES {
                if errors[lane] < least[lane] {
                    (steps[lane], least[lane]) = (tried[lane], errors[lane]);
                }
            }
        }
        steps
    }
}
