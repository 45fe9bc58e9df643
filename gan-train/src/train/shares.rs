//! What the discriminator sees of a generated category: shares of its words, whose sum is 1.
//!
//! The generator's output of word `i` is `s_i = sigmoid(a_i)`. A device takes the word of the
//! largest `s_i`. In training its share is `s_i / (s_1 + … + s_n)`, which is the softmax of
//! `log s_i`: unlike the softmax of `a_i` it needs no sums beyond those that a byte of the blob's
//! output can tell apart, so the word that wins in training wins on the device.

use crate::config::TableConfig;
use burn::prelude::*;

/// Keeps a division by a sum of zeros away.
const LEAST: f32 = 1e-6;

/// The places of categories among the bytes of an image.
#[derive(Debug, Clone, Default)]
pub(super) struct Shares {
    /// First byte and number of bytes, in rising order.
    groups: Vec<(usize, usize)>,
}

impl Shares {
    /// Those of each step of a table's windows; none without a table.
    pub fn of(table: Option<&TableConfig>) -> Self {
        let Some(table) = table else { return Self::default() };
        let (width, groups) = (table.width(), table.groups());
        let of_step =
            |step: usize| groups.iter().map(move |&(first, count)| (step * width + first, count));
        Self { groups: (0..usize::from(table.window)).flat_map(of_step).collect() }
    }

    /// Rows with shares in the places of categories.
    pub fn apply(&self, rows: Tensor<2>) -> Tensor<2> {
        if self.groups.is_empty() {
            return rows;
        }
        let columns = rows.dims()[1];
        let (mut parts, mut at) = (Vec::new(), 0);
        for &(first, count) in &self.groups {
            if at < first {
                parts.push(rows.clone().narrow(1, at, first - at));
            }
            let group = rows.clone().narrow(1, first, count);
            parts.push(group.clone() / (group.sum_dim(1) + LEAST));
            at = first + count;
        }
        if at < columns {
            parts.push(rows.narrow(1, at, columns - at));
        }
        Tensor::cat(parts, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::TensorData;

    /// By hand: 0.2, 0.6 are 1/4 and 3/4; numbers stay as they are.
    #[test]
    fn words_have_shares_and_numbers_stay() {
        let shares = Shares { groups: vec![(1, 2), (4, 2)] };
        let rows = vec![0.9, 0.2, 0.6, 0.3, 0.5, 0.5, 0.1, 0.4, 0.4, 0.2, 0.0, 0.0];
        let rows = Tensor::<2>::from_data(TensorData::new(rows, [2, 6]), &Device::flex());
        let found = shares.apply(rows).try_into_vec_as::<f32>().unwrap();
        let expected = [0.9, 0.25, 0.75, 0.3, 0.5, 0.5, 0.1, 0.5, 0.5, 0.2, 0.0, 0.0];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-5, "{found}, expected {expected}");
        }
    }
}
