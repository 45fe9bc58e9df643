//! Processes that train one network together, and sums over all of them whose bits do not depend
//! on how many they are.
//!
//! A process of such a run is a rank, as MPI calls it. What carries numbers between ranks is an
//! [`Exchange`]: the package gan-train-mpi has one by MPI, and [`threads`] one for threads of one
//! process, each with a GPU of its own. All else is here, and a process that is alone needs no
//! exchange: [`Ranks::ALONE`].
//!
//! # Sums
//!
//! A batch is cut into a fixed number of shards, a power of two. What is summed over the rows of a
//! batch is summed within each shard first, and then by a binary tree over the shards:
//! `((s0 + s1) + (s2 + s3)) + ...`. Floating-point addition is not associative, but this tree is
//! the same for 1, 2 and 4 ranks: a rank has so many shards in a row that its own sum is a subtree,
//! and the upper part of the tree is over ranks. An all-reduce of MPI promises no order; nor does
//! one of GPUs (NCCL), which adds up by its own rules whatever is on them.

pub mod threads;

use burn::backend::DeviceId;
use std::fmt;
use std::sync::Arc;

/// Up to so many numbers, each rank sends all of its own to every other, and adds them all up
/// itself: one exchange in place of two, where the time to get there is what counts.
const FEW: usize = 1 << 12;

/// What carries numbers between ranks. All ranks call the same functions in the same order, and a
/// call returns when the others have called it, too. An exchange that fails ends the process: no
/// rank can go on without the others.
pub trait Exchange: fmt::Debug + Send + Sync {
    /// This rank, from 0.
    fn rank(&self) -> usize;

    /// How many ranks there are.
    fn count(&self) -> usize;

    /// `numbers` are [`Self::count`] parts of one length, one for each rank. Returns the parts that
    /// the ranks have for this one, in their order.
    fn all_to_all(&self, numbers: &[f32]) -> Vec<f32>;

    /// The numbers of all ranks in their order; each has as many.
    fn gather(&self, numbers: &[f32]) -> Vec<f32>;

    /// The bytes of rank 0; those of other ranks do not count.
    fn broadcast(&self, bytes: Vec<u8>) -> Vec<u8>;

    /// The devices of all ranks in their order, if these add up tensors among themselves, without
    /// this exchange; `own` is that of this rank.
    fn devices(&self, _own: DeviceId) -> Option<Vec<DeviceId>> {
        None
    }
}

/// The ranks of a run, as one of them sees them.
#[derive(Debug, Clone, Default)]
pub struct Ranks(Option<Arc<dyn Exchange>>);

impl Ranks {
    /// One process.
    pub const ALONE: Self = Self(None);

    /// Ranks that have this exchange.
    pub fn new(exchange: impl Exchange + 'static) -> Self {
        Self(Some(Arc::new(exchange)))
    }

    /// How many they are.
    pub fn count(&self) -> usize {
        self.0.as_ref().map_or(1, |exchange| exchange.count())
    }

    /// Which one this is, from 0.
    pub fn rank(&self) -> usize {
        self.0.as_ref().map_or(0, |exchange| exchange.rank())
    }

    /// The numbers of all ranks in their order; each has as many.
    pub fn gather(&self, mine: Vec<f32>) -> Vec<f32> {
        self.0.as_ref().map_or_else(|| mine.clone(), |exchange| exchange.gather(&mine))
    }

    /// The bytes of rank 0.
    pub fn broadcast(&self, mine: Vec<u8>) -> Vec<u8> {
        match &self.0 {
            Some(exchange) => exchange.broadcast(mine),
            None => mine,
        }
    }

    /// See [`Exchange::devices`].
    pub fn devices(&self, own: DeviceId) -> Option<Vec<DeviceId>> {
        self.0.as_ref().and_then(|exchange| exchange.devices(own))
    }

    /// The sums over all ranks, number by number, by the tree over ranks.
    pub fn sum(&self, mine: Vec<f32>) -> Vec<f32> {
        let Some(exchange) = &self.0 else { return mine };
        let (count, len) = (exchange.count(), mine.len());
        if len <= FEW {
            let all = exchange.gather(&mine);
            return tree_sum(count, &mut |rank| all[rank * len..][..len].to_vec());
        }
        // Each rank adds up a part of the numbers of all ranks, and gives the others its sums.
        let mut mine = mine;
        let part = len.div_ceil(count);
        mine.resize(part * count, 0.0);
        let parts = exchange.all_to_all(&mine);
        let sums = tree_sum(count, &mut |rank| parts[rank * part..][..part].to_vec());
        let mut all = exchange.gather(&sums);
        all.truncate(len);
        all
    }
}

/// The sums of `count` vectors of one length, a power of two, by the tree. At most one vector for
/// each level of the tree is in memory.
pub(crate) fn tree_sum(count: usize, part: &mut impl FnMut(usize) -> Vec<f32>) -> Vec<f32> {
    assert!(count.is_power_of_two(), "the tree is a whole one");
    subtree(0, count, part)
}

fn subtree(first: usize, count: usize, part: &mut impl FnMut(usize) -> Vec<f32>) -> Vec<f32> {
    if count == 1 {
        return part(first);
    }
    let mut sums = subtree(first, count / 2, part);
    let right = subtree(first + count / 2, count / 2, part);
    sums.iter_mut().zip(right).for_each(|(sum, right)| *sum += right);
    sums
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Runs `work` on so many threads, each a rank, and returns what they come to.
    pub fn together<T: Send>(count: usize, work: impl Fn(Ranks) -> T + Sync) -> Vec<T> {
        std::thread::scope(|scope| {
            let threads = threads::ranks(count, threads::Sums::OnHost).into_iter();
            let threads: Vec<_> = threads.map(|ranks| scope.spawn(|| work(ranks))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    }

    /// Expected values: the tree written out. One after the other they would lose what is small
    /// beside 2^24.
    #[test]
    fn sums_are_by_the_tree_whoever_makes_them() {
        let large = (1u32 << 24) as f32;
        let parts = [large, 1.0, 1.0, 1.0, -large, 1.0, 1.0, 1.0];
        let [a, b, c, d, e, f, g, h] = parts;
        let expected = ((a + b) + (c + d)) + ((e + f) + (g + h));
        assert_ne!(expected, parts.iter().sum::<f32>());
        for (count, len) in [(1, 3), (2, 3), (4, 3), (8, 1), (2, FEW + 1), (4, FEW + 3)] {
            let of_rank = 8 / count;
            let sums = together(count, |ranks| {
                let first = ranks.rank() * of_rank;
                ranks.sum(tree_sum(of_rank, &mut |index| vec![parts[first + index]; len]))
            });
            assert!(sums.iter().all(|sum| *sum == vec![expected; len]), "{count} ranks, {len}");
        }
        assert_eq!(Ranks::ALONE.sum(vec![1.5]), [1.5]);
    }
}
