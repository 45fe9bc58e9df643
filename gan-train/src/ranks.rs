//! Processes that train one network together, and sums over all of them whose bits do not depend
//! on how many they are.
//!
//! A process of such a run is a rank, as MPI calls it. What carries numbers between ranks is an
//! [`Exchange`]: the package gan-train-mpi has one by MPI. All else is here, and a process that is
//! alone needs no exchange: [`Ranks::ALONE`].
//!
//! # Sums
//!
//! A batch is cut into a fixed number of shards, a power of two. What is summed over the rows of a
//! batch is summed within each shard first, and then by a binary tree over the shards:
//! `((s0 + s1) + (s2 + s3)) + ...`. Floating-point addition is not associative, but this tree is
//! the same for 1, 2 and 4 ranks: a rank has so many shards in a row that its own sum is a subtree,
//! and the upper part of the tree is over ranks. An all-reduce of MPI promises no order.

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
    use std::sync::{Condvar, Mutex};

    /// What the ranks of a test lay down for each other: a box that is full, emptied, and full
    /// again.
    #[derive(Debug)]
    struct Table {
        laid: Vec<Option<Vec<u8>>>,
        taken: usize,
    }

    /// Threads of one process as ranks.
    #[derive(Debug)]
    pub struct Threads {
        rank: usize,
        table: Arc<(Mutex<Table>, Condvar)>,
    }

    impl Threads {
        /// So many ranks, each for a thread.
        pub fn all(count: usize) -> Vec<Ranks> {
            let table = Table { laid: vec![None; count], taken: 0 };
            let table = Arc::new((Mutex::new(table), Condvar::new()));
            (0..count).map(|rank| Ranks::new(Self { rank, table: table.clone() })).collect()
        }

        /// What every rank lays down.
        fn laid(&self, mine: Vec<u8>) -> Vec<Vec<u8>> {
            let (table, changed) = &*self.table;
            let table = table.lock().unwrap();
            let mut table = changed.wait_while(table, |t| t.laid[self.rank].is_some()).unwrap();
            table.laid[self.rank] = Some(mine);
            changed.notify_all();
            let mut table =
                changed.wait_while(table, |t| t.laid.iter().any(Option::is_none)).unwrap();
            let all = table.laid.iter().flatten().cloned().collect();
            table.taken += 1;
            if table.taken == table.laid.len() {
                table.laid.fill(None);
                table.taken = 0;
                changed.notify_all();
            }
            // Nobody lays down anew before all have taken.
            drop(changed.wait_while(table, |t| t.laid[self.rank].is_some()).unwrap());
            all
        }

        fn all_numbers(&self, numbers: &[f32]) -> Vec<Vec<f32>> {
            let bytes = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
            let read = |bytes: &Vec<u8>| -> Vec<f32> {
                bytes.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
            };
            self.laid(bytes).iter().map(read).collect()
        }
    }

    impl Exchange for Threads {
        fn rank(&self) -> usize {
            self.rank
        }

        fn count(&self) -> usize {
            self.table.0.lock().unwrap().laid.len()
        }

        fn all_to_all(&self, numbers: &[f32]) -> Vec<f32> {
            let part = numbers.len() / self.count();
            let all = self.all_numbers(numbers);
            all.iter().flat_map(|of_rank| of_rank[self.rank * part..][..part].to_vec()).collect()
        }

        fn gather(&self, numbers: &[f32]) -> Vec<f32> {
            self.all_numbers(numbers).concat()
        }

        fn broadcast(&self, bytes: Vec<u8>) -> Vec<u8> {
            self.laid(bytes).swap_remove(0)
        }
    }

    /// Runs `work` on so many threads, each a rank, and returns what they come to.
    pub fn together<T: Send>(count: usize, work: impl Fn(Ranks) -> T + Sync) -> Vec<T> {
        std::thread::scope(|scope| {
            let threads = Threads::all(count).into_iter();
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
