//! One layer of an integer model, with numbers at every limit.

use super::SplitMix64;
use crate::reference::tables::hidden_table;
use crate::reference::{Activation, Int4, Int8, Layer, Packing, Params};

/// A layer of [`Shape::int8`] for inputs like `samples`; of half bytes in groups of `group` if that
/// is not 0.
pub(super) fn integer_layer(
    rng: &mut SplitMix64,
    samples: &[Vec<u8>],
    [inputs, outputs]: [u16; 2],
    bias_rows: usize,
    activation: Activation,
    last: bool,
    group: u8,
) -> Layer {
    let largest = if group == 0 { 127 } else { 7 };
    let mut all_scales = Vec::new();
    let hidden_table = hidden_table(activation);
    let has_table = last || hidden_table.is_some();
    let mut int8 = Int8 { bias: vec![0; bias_rows * usize::from(outputs)], ..Int8::default() };
    for row in 0..usize::from(outputs) {
        let extreme = rng.range(0, 2) == 0;
        let all_at_the_limit = extreme && rng.range(0, 1) == 0;
        let mut weight = || {
            if all_at_the_limit {
                largest * (2 * rng.range(0, 1) - 1)
            } else {
                rng.range(-largest, largest)
            }
        };
        let weights: Vec<i64> = (0..inputs).map(|_| weight()).collect();
        int8.weights.extend(weights.iter().map(|&w| w as i8));
        let weights = if group == 0 {
            weights
        } else {
            let mut scale = || if all_at_the_limit { 255 } else { rng.range(0, 255) };
            let scales: Vec<i64> = (0..inputs.div_ceil(group.into())).map(|_| scale()).collect();
            all_scales.extend(scales.iter().map(|&scale| scale as u8));
            weights
                .iter()
                .enumerate()
                .map(|(column, w)| w * scales[column / usize::from(group)])
                .collect()
        };
        let (mean, spread) = sums(&weights, samples);

        let least = i64::from(i32::MIN) - 127 * weights.iter().filter(|&&w| w < 0).sum::<i64>();
        let most = i64::from(i32::MAX) - 127 * weights.iter().filter(|&&w| w > 0).sum::<i64>();
        for class in 0..bias_rows {
            let bias = match if extreme { rng.range(0, 3) } else { 3 } {
                0 => least,
                1 => most,
                2 => rng.range(least, most),
                _ => rng.range(-spread, spread) - mean,
            };
            int8.bias[class * usize::from(outputs) + row] = bias as i32;
        }

        let factor = if has_table { 60.0 } else { 35.0 } / spread as f64;
        let shift = f64::log2(32_767.0 / factor).floor().clamp(17.0, 46.0) as u8;
        let fitting = factor * f64::from(shift).exp2();
        let slope = match activation {
            Activation::Relu => 0.0,
            Activation::LeakyRelu(slope) => f64::from(slope),
            _ => 1.0,
        };
        let any = extreme && rng.range(0, 1) == 0;
        let mut multiplier = |fitting: f64| {
            if any { rng.range(0, 32_767) as u16 } else { fitting.min(32_767.0) as u16 }
        };
        int8.multipliers.push(multiplier(fitting));
        if !has_table {
            int8.negative_multipliers.push(multiplier(fitting * slope));
        }
        int8.shifts.push(if any { rng.range(17, 46) as u8 } else { shift });
    }
    if last {
        // A permutation, as 167 is odd: no two indices give one pixel.
        int8.table = (0..=255u8).map(|i| i.wrapping_mul(167).wrapping_add(13)).collect();
    } else if let Some(table) = hidden_table {
        int8.table = table.into();
    }
    let zero_point = if has_table { rng.range(100, 156) } else { rng.range(0, 127) } as u8;
    let params = if group == 0 {
        Params::I8(int8)
    } else {
        Params::I4(Int4 { group, scales: all_scales, int8 })
    };
    Layer { inputs, outputs, activation, zero_point, packing: Packing::Rows, params }
}

/// Mean of a row's sums over `samples`, and how far from it they lie on average; the latter at
/// least so large that a multiplier can bring it to the codes.
fn sums(weights: &[i64], samples: &[Vec<u8>]) -> (i64, i64) {
    let sum =
        |codes: &Vec<u8>| weights.iter().zip(codes).map(|(&w, &x)| w * i64::from(x)).sum::<i64>();
    let sums: Vec<i64> = samples.iter().map(sum).collect();
    let count = samples.len() as i64;
    let mean = sums.iter().sum::<i64>() / count;
    (mean, (sums.iter().map(|sum| (sum - mean).abs()).sum::<i64>() / count).max(256))
}
