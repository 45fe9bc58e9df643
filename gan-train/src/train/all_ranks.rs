//! Numbers of all ranks on the device of each, for the trace. Nothing is recorded.

use crate::nn::cut::Cut;
use crate::nn::ops::over_ranks;
use burn::prelude::*;

/// The rows that a pass has on all ranks, and the cut for them: that of one process that has all
/// shards.
pub(super) fn gather(rows: Tensor<2>, cut: &Cut) -> (Tensor<2>, Cut) {
    let (count, rank) = (cut.ranks().count(), cut.ranks().rank());
    if count == 1 {
        return (rows, cut.of_all_ranks());
    }
    // Each rank adds its own rows to those of the others, where it has zeros.
    let [of_one, columns] = rows.dims();
    let zeros = |ranks: usize| Tensor::zeros([ranks * of_one, columns], &rows.device());
    let parts =
        [(rank, zeros(rank)), (1, rows.clone()), (count - 1 - rank, zeros(count - 1 - rank))];
    let parts = parts.into_iter().filter(|(ranks, _)| *ranks > 0).map(|(_, rows)| rows);
    (over_ranks(Tensor::cat(parts.collect(), 0), cut.clone()), cut.of_all_ranks())
}

/// The mean of each column over a pass's rows on all ranks, `[columns]`, from the means of shards.
pub(super) fn means(rows: Tensor<2>, cut: &Cut) -> Tensor<1> {
    let [count, columns] = rows.dims();
    let shards: Tensor<3> = rows.reshape([cut.shards(), count / cut.shards(), columns]);
    let (means, _) = gather(shards.mean_dim(1).reshape([cut.shards(), columns]), cut);
    means.mean_dim(0).squeeze_dim(0)
}
