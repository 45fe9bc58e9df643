//! How the rows of a batch are cut: into shards, of which a process may have only some, and into
//! parts, which a process sees one after the other.

use crate::ranks::{Ranks, tree_sum};
use burn::prelude::*;
use std::borrow::Cow;

/// The rows of a batch that a pass is made with.
///
/// A batch is cut into shards, and this process has some of those of all ranks. Each has as many
/// rows; matrices have their shards below each other. Where the rows of a pass are several groups
/// of images, each shard has rows of all groups.
///
/// The rows of a process may be cut further, into parts (`training.micro_batch`): a pass is made
/// with one part, as if there were no others, and it is the gradients of the parts that are added
/// up afterwards.
#[derive(Debug, Clone)]
pub struct Cut {
    /// Shards of this process.
    shards: usize,
    ranks: Ranks,
    /// The part of this process's rows, from 0, and how many there are.
    part: usize,
    parts: usize,
}

impl Cut {
    /// One process and one shard.
    pub const WHOLE: Self = Self { shards: 1, ranks: Ranks::ALONE, part: 0, parts: 1 };

    /// The part of a batch of `shards` shards in all that this rank has; ranks divide shards.
    pub fn new(shards: usize, ranks: Ranks) -> Self {
        assert!(shards.is_multiple_of(ranks.count()), "each rank has as many shards");
        Self { shards: shards / ranks.count(), ranks, ..Self::WHOLE }
    }

    /// The same where a process does not sum its shards one by one: all its rows are one shard, so
    /// that sums have other roundings for another number of ranks.
    pub fn by_rank(ranks: Ranks) -> Self {
        Self { ranks, ..Self::WHOLE }
    }

    /// Part `part` of the `parts` that this process's rows are cut into.
    pub fn part(&self, part: usize, parts: usize) -> Self {
        assert!(part < parts, "there is such a part");
        Self { part, parts, ..self.clone() }
    }

    /// Into how many parts this process's rows are cut.
    pub fn parts(&self) -> usize {
        self.parts
    }

    /// Whether a pass has all rows of the batch.
    pub fn has_all_rows(&self) -> bool {
        self.parts == 1 && self.ranks.count() == 1
    }

    /// Whether there is one shard: then sums are of all rows of the pass in their order.
    pub fn is_whole(&self) -> bool {
        self.shards == 1 && self.ranks.count() == 1
    }

    /// How many ranks share a batch.
    pub fn ranks(&self) -> &Ranks {
        &self.ranks
    }

    /// Shards of this process.
    pub fn shards(&self) -> usize {
        self.shards
    }

    /// Rows that a pass has on all ranks, where it has `rows` on this one: those that sums over
    /// rows are of.
    pub fn rows_of_pass(&self, rows: usize) -> usize {
        rows * self.ranks.count()
    }

    /// Rows of the batch, where this pass has `rows`: those that random numbers are drawn for.
    pub fn rows_of_batch(&self, rows: usize) -> usize {
        rows * self.ranks.count() * self.parts
    }

    /// The sums over all shards of all ranks, from those of this process's shards.
    pub(super) fn sum(&self, mut of_shard: impl FnMut(usize) -> Vec<f32>) -> Vec<f32> {
        self.ranks.sum(tree_sum(self.shards, &mut of_shard))
    }

    /// The rows of this pass, of all the batch's rows of one group, row by row.
    pub fn own<'a, T: Copy + 'a>(&self, all: impl Into<Cow<'a, [T]>>) -> Vec<T> {
        let all = all.into();
        if self.has_all_rows() {
            return all.into_owned();
        }
        let len = all.len() / (self.ranks.count() * self.parts);
        let index = self.ranks.rank() * self.parts + self.part;
        all[index * len..][..len].to_vec()
    }

    /// Groups of images as the rows of a pass.
    pub fn joined(&self, mut groups: Vec<Tensor<2>>) -> Tensor<2> {
        if groups.len() == 1 {
            return groups.remove(0);
        }
        let rows = groups[0].dims()[0] / self.shards;
        let of_shard = |shard: usize| {
            groups.iter().map(move |group| group.clone().narrow(0, shard * rows, rows))
        };
        match self.shards {
            1 => Tensor::cat(groups, 0),
            shards => Tensor::cat((0..shards).flat_map(of_shard).collect(), 0),
        }
    }

    /// Group `index` of the rows of a pass with so many groups.
    pub fn group(&self, rows: &Tensor<2>, groups: usize, index: usize) -> Tensor<2> {
        let of_shard = rows.dims()[0] / self.shards;
        let size = of_shard / groups;
        let part = |shard| rows.clone().narrow(0, shard * of_shard + index * size, size);
        match self.shards {
            1 => part(0),
            shards => Tensor::cat((0..shards).map(part).collect(), 0),
        }
    }

    /// The cut of one process that has the shards of all ranks.
    pub fn of_all_ranks(&self) -> Self {
        Self { shards: self.shards * self.ranks.count(), ..Self::WHOLE }
    }
}
